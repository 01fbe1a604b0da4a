import { t as MesosizeError } from "./errors.js";
import { r as formatDuration } from "./reporter.js";
import { t as removeApp } from "./remove.js";
import { t as connect } from "./connect.js";
import { n as print } from "./session.js";
// src/cli/remove.ts
/** @returns the exit status */
async function removeForPerson(request, session) {
	const { appId, timeout, json } = request;
	const { report } = session;
	const { marathon } = await connect(request.access, session);
	const phase = report.phase(`Removing ${appId}`);
	const state = await removeApp(marathon, appId, request, session);
	phase.done(state === "absent" ? "it is not there" : state);
	report.close();
	if (json) await print(`${JSON.stringify({
		appId,
		state
	}, null, 2)}\n`);
	if (state !== "timed-out") return 0;
	throw new MesosizeError("REMOVE_TIMED_OUT", `${appId} was not gone after ${formatDuration(timeout)}. Marathon goes on removing it; "mesosize status ${appId}" shows which tasks are left.`);
}
export { removeForPerson };
