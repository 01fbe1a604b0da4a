export { t as readDeployment, n as readLogsRequest, r as readRemoveRequest, i as readStatusRequest } from "./read-marathon.js";
