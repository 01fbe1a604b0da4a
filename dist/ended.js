import { _ as object, a as pauses, d as readStarted, g as list, h as integer, l as getApp, o as systemClock, p as unexpected, v as text, y as word } from "./agents.js";
import { t as MesosizeError } from "./errors.js";
// src/marathon/api/deployments.ts
/** The deployments that are under way, of those that may be seen. */
async function listDeployments(marathon, options = {}) {
	const body = await marathon.send({
		...options,
		method: "GET",
		path: "/v2/deployments",
		what: "list the deployments"
	});
	if (!Array.isArray(body)) throw unexpected("deployments");
	return body.map(read);
}
/**
* Ends a deployment and starts one that undoes it.
* @throws MarathonError MARATHON_NOT_FOUND if it is not under way
*/
async function revertDeployment(marathon, id) {
	const path = `/v2/deployments/${encodeURIComponent(id)}`;
	return readStarted(await marathon.send({
		method: "DELETE",
		path,
		what: `undo the deployment ${id}`
	}));
}
/** What a deployment, or a part of one, does to an app; the key is `type` in old answers. */
function readAction(value) {
	const action = object(value) ?? {};
	return {
		action: word(action.action) ?? word(action.type) ?? "",
		app: word(action.app) ?? "",
		readiness: list(action.readinessCheckResults).map((result) => {
			const { name, ready, lastResponse } = object(result) ?? {};
			const { status, body } = object(lastResponse) ?? {};
			const parts = [integer(status), text(body)?.slice(0, 200)].filter((part) => part !== void 0);
			return {
				name: text(name) ?? "",
				ready: ready === true,
				lastResponse: parts.length > 0 ? parts.join(" ") : void 0
			};
		})
	};
}
function read(value) {
	const deployment = object(value) ?? {};
	return {
		id: word(deployment.id) ?? "",
		affectedApps: list(deployment.affectedApps).flatMap((app) => word(app) ?? []),
		currentStep: integer(deployment.currentStep) ?? 0,
		totalSteps: integer(deployment.totalSteps) ?? 0,
		currentActions: list(deployment.currentActions).map(readAction)
	};
}
// src/marathon/deploy/observe.ts
/** What no waiting mends: credentials that are no longer good, or not good enough. */
const LASTING = /* @__PURE__ */ new Set([
	"MARATHON_LOGIN",
	"MARATHON_FORBIDDEN",
	"DCOS_LOGIN"
]);
/**
* Looks once.
* @returns a text instead where Marathon did not answer, or not as it should
* @throws MesosizeError where looking again will not help; the signal's reason
*/
async function observe(marathon, appId, deploymentId, signal) {
	try {
		const once = { tries: 1 };
		const deployments = await listDeployments(marathon, once);
		const app = await getApp(marathon, appId, once);
		const deployment = deployments.find(({ id }) => id === deploymentId);
		return {
			deployment,
			underWay: deployment !== void 0 || app?.deployments.includes(deploymentId) === true,
			app
		};
	} catch (error) {
		signal?.throwIfAborted();
		if (!(error instanceof MesosizeError) || LASTING.has(error.code)) throw error;
		return error.message;
	}
}
// src/marathon/deploy/ended.ts
/**
* Waits until a deployment is no longer under way.
* @param timeout milliseconds
* @returns whether that came about in time
* @throws as `observe`
*/
async function awaitEnd(marathon, appId, deploymentId, timeout, { signal, clock = systemClock }) {
	const deadline = clock.now() + timeout;
	const pause = pauses();
	for (let absences = 0;;) {
		const seen = await observe(marathon, appId, deploymentId, signal);
		if (typeof seen !== "string") absences = seen.underWay ? 0 : absences + 1;
		if (absences >= 2) return true;
		if (clock.now() >= deadline) return false;
		await clock.sleep(absences === 1 ? 1e3 : pause.next().value, signal);
	}
}
export { revertDeployment as a, readAction as i, observe as n, listDeployments as r, awaitEnd as t };
