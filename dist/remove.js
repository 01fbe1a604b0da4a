import { c as deleteApp, m as MarathonError } from "./agents.js";
import { t as awaitEnd } from "./ended.js";
// src/marathon/deploy/remove.ts
/**
* Removes an app, and waits until its tasks are gone.
* @returns `absent` if there was none; `timed-out` if it is still going on
* @throws as `Marathon.send`
*/
async function removeApp(marathon, id, { force, timeout }, tools) {
	try {
		const { deploymentId } = await deleteApp(marathon, id, force);
		return await awaitEnd(marathon, id, deploymentId, timeout, tools) ? "removed" : "timed-out";
	} catch (error) {
		if (error instanceof MarathonError && error.code === "MARATHON_NOT_FOUND") return "absent";
		throw error;
	}
}
export { removeApp as t };
