export { D as createFetch, t as publishNowhere, u as runExport } from "./none.js";
