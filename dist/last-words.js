import { r as messageOf, t as MesosizeError } from "./errors.js";
import { r as isObject, t as shown } from "./validate.js";
import { _ as object, a as pauses, c as deleteApp, f as restoreVersion, g as list, h as integer, l as getApp, m as MarathonError, o as systemClock, s as appPath, u as putApp, v as text } from "./agents.js";
import { t as checkApp } from "./check.js";
import { a as revertDeployment, i as readAction, n as observe, r as listDeployments, t as awaitEnd } from "./ended.js";
import { a as endpointsOf, t as lastLines } from "./tail.js";
import { isDeepStrictEqual } from "node:util";
// src/marathon/api/queue.ts
async function listQueue(marathon) {
	const body = await marathon.send({
		method: "GET",
		path: "/v2/queue",
		what: "list its queue",
		tries: 2
	});
	return list(object(body)?.queue).map(read);
}
function read(value) {
	const item = object(value) ?? {};
	const summary = object(item.processedOffersSummary) ?? {};
	return {
		appId: text(object(item.app)?.id) ?? "",
		count: integer(item.count) ?? 0,
		delay: integer(object(item.delay)?.timeLeftSeconds) ?? 0,
		processedOffers: integer(summary.processedOffersCount) ?? 0,
		rejections: list(summary.rejectSummaryLastOffers).map((step) => {
			const { reason, declined, processed } = object(step) ?? {};
			return {
				reason: text(reason) ?? "",
				declined: integer(declined) ?? 0,
				processed: integer(processed) ?? 0
			};
		})
	};
}
// src/marathon/deploy/offers.ts
/**
* Why Marathon does not start the tasks of an app, a sentence each (mesosphere/mesos/NoOfferMatchReason.scala).
* @param app for what it asks
*/
function offerReasons({ count, delay, processedOffers, rejections }, app) {
	const tasks = `${count} task${count === 1 ? "" : "s"} wait${count === 1 ? "s" : ""} to be started.`;
	const backoff = delay > 0 ? [`After failures Marathon waits ${delay} more second${delay === 1 ? "" : "s"} before it starts the next task.`] : [];
	if (processedOffers === 0 && rejections.every(({ processed }) => processed === 0)) return delay > 0 ? [tasks, ...backoff] : [tasks, "Mesos has offered Marathon nothing for it yet: no agent has anything left for the role of this Marathon, or none is there."];
	return [
		tasks,
		...backoff,
		...rejections.filter(({ declined }) => declined > 0).map(({ reason, declined, processed }) => `${declined} of ${processed} offers: ${inWords(reason, app)}`)
	];
}
function inWords(reason, app) {
	const asked = (name, preset) => shown(app[name] ?? preset);
	switch (reason) {
		case "InsufficientPorts": return app.requirePorts === true ? "the ports that the app requires are not free there, or not among those that the agent offers (31000 to 32000 unless it was told otherwise). Leave requirePorts out, so that Marathon chooses." : "not enough free ports.";
		case "InsufficientMemory": return `not enough memory: the app wants ${asked("mem", 128)} MiB.`;
		case "InsufficientCpus": return `not enough CPUs: the app wants ${asked("cpus", 1)}.`;
		case "InsufficientDisk": return `not enough disk space: the app wants ${asked("disk", 0)} MiB.`;
		case "InsufficientGpus": return `not enough GPUs: the app wants ${asked("gpus", 0)}.`;
		case "UnfulfilledRole": return `the resources are reserved for a role that the app does not take: it takes ${asked("acceptedResourceRoles", ["*"])} (acceptedResourceRoles).`;
		case "UnfulfilledConstraint":
		case "UnmatchedConstraint": return `the app's constraints do not allow that agent: ${asked("constraints", [])}.`;
		case "NoCorrespondingReservationFound": return "the agent does not have the volume that is reserved for the app.";
		case "AgentMaintenance":
		case "AgentUnavailable": return "the agent is, or soon will be, under maintenance.";
		case "DeclinedScarceResources": return "the agent has GPUs, which are kept for apps that want them.";
		default: return `${JSON.stringify(reason)}, in Marathon's word.`;
	}
}
// src/marathon/deploy/diagnose.ts
/** Finds out why a deployment does not get on. What Marathon does not tell is left out. */
async function diagnose(marathon, { app, deploymentId, before }) {
	const [current, queue, deployments] = await Promise.all([
		getApp(marathon, app.id, { tries: 2 }).catch(() => void 0),
		listQueue(marathon).catch(() => []),
		listDeployments(marathon, { tries: 2 }).catch(() => [])
	]);
	const failure = current?.lastTaskFailure;
	const failed = failure && failure.taskId !== before?.lastTaskFailure?.taskId ? failure : void 0;
	const sick = current ? current.tasks.filter((task) => isSick(task, current)) : [];
	const actions = deployments.find(({ id }) => id === deploymentId)?.currentActions ?? [];
	return {
		lines: [
			...failed ? [formatFailure(failed)] : [],
			...sick.map(formatSick),
			...actions.flatMap(({ readiness }) => readiness).filter(({ ready }) => !ready).map(({ name, lastResponse }) => `The readiness check ${JSON.stringify(name)} is not passed${lastResponse === void 0 ? "" : `; it was answered ${JSON.stringify(lastResponse)}`}.`),
			...queue.filter(({ appId }) => appId === app.id).flatMap((item) => offerReasons(item, app))
		],
		culprit: failed ?? (sick[0] && {
			taskId: sick[0].id,
			host: sick[0].host,
			slaveId: sick[0].slaveId
		})
	};
}
function formatFailure({ taskId, host, state, message }) {
	return `The task ${taskId} on ${host} ended as ${state}: ${message === "" ? "it left no message" : JSON.stringify(message.slice(0, 1e3))}.`;
}
/** Of those that the deployment waits for: running and yet not healthy, or not running yet. */
function isSick({ healthCheckResults, state, startedAt }, { healthChecked }) {
	if (startedAt === void 0 || state === "TASK_STAGING" || state === "TASK_STARTING") return true;
	return healthChecked && (healthCheckResults.length === 0 || healthCheckResults.some(({ alive }) => !alive));
}
function formatSick({ id, host, startedAt, healthCheckResults }) {
	const task = `The task ${id} on ${host}`;
	if (startedAt === void 0) return `${task} is not running yet: the agent may still fetch or unpack.`;
	const bad = healthCheckResults.find(({ alive }) => !alive);
	if (!bad) return `${task} has passed no health check yet.`;
	const cause = bad.lastFailureCause === void 0 ? "" : `, last with ${JSON.stringify(bad.lastFailureCause.slice(0, 300))}`;
	return `${task} is not healthy: its health check has failed ${bad.consecutiveFailures} time${bad.consecutiveFailures === 1 ? "" : "s"}${cause}.`;
}
// src/marathon/deploy/progress.ts
function deployProgress(report, appId, instances) {
	const phase = report.phase(`Deploying ${appId}`, instances);
	let counted = 0;
	let last = "";
	return {
		show(observation) {
			const { app } = observation;
			if (app) {
				const there = Math.min(app.healthChecked ? app.healthy : app.running, instances);
				phase.advance(there - counted);
				counted = there;
			}
			const text = describe(observation);
			if (text !== "" && text !== last) report.note(text);
			last = text;
		},
		done: (outcome) => phase.done(outcome)
	};
}
/** Such as "Step 1 of 2 (ScaleApplication): 1 staged, 2 running, 1 healthy, of 3 tasks". */
function describe({ deployment, app }) {
	const { currentStep = 0, totalSteps = 0, currentActions = [] } = deployment ?? {};
	const actions = [...new Set(currentActions.map(({ action }) => action))].filter((action) => action !== "");
	return [totalSteps > 0 ? `Step ${currentStep} of ${totalSteps}${actions.length > 0 ? ` (${actions.join(", ")})` : ""}` : "", app ? [
		`${app.staged} staged`,
		`${app.running} running`,
		...app.healthChecked ? [`${app.healthy} healthy`] : [],
		...app.unhealthy > 0 ? [`${app.unhealthy} unhealthy`] : [],
		`of ${app.instances} task${app.instances === 1 ? "" : "s"}`
	].join(", ") : ""].filter((text) => text !== "").join(": ");
}
// src/marathon/deploy/defaults.ts
/** What Marathon adds to an app and nobody asks for; `role` it takes from the app's group. */
const ADDED = /* @__PURE__ */ new Set([
	"deployments",
	"executor",
	"ipAddress",
	"lastTaskFailure",
	"readinessCheckResults",
	"residency",
	"role",
	"taskStats",
	"tasks",
	"tasksHealthy",
	"tasksRunning",
	"tasksStaged",
	"tasksUnhealthy",
	"version",
	"versionInfo"
]);
/**
* What Marathon fills in where a definition says nothing (types/app.raml, types/healthCheck.raml and others), by
* path without places in lists; more than one value where versions differ.
*/
const DEFAULTS = {
	"/acceptedResourceRoles": [["*"]],
	"/backoffFactor": [1.15],
	"/backoffSeconds": [1],
	"/cpus": [1],
	"/disk": [0],
	"/gpus": [0],
	"/instances": [1],
	"/killSelection": ["YOUNGEST_FIRST"],
	"/maxLaunchDelaySeconds": [300, 3600],
	"/mem": [128],
	"/networks": [[{ mode: "host" }]],
	"/portDefinitions": [[{
		port: 0,
		name: "default",
		protocol: "tcp"
	}]],
	"/unreachableStrategy": [
		{
			inactiveAfterSeconds: 0,
			expungeAfterSeconds: 0
		},
		{
			inactiveAfterSeconds: 300,
			expungeAfterSeconds: 600
		},
		{
			inactiveAfterSeconds: 900,
			expungeAfterSeconds: 604800
		}
	],
	"/upgradeStrategy": [{
		minimumHealthCapacity: 1,
		maximumOverCapacity: 1
	}],
	"/fetch/extract": [true],
	"/portDefinitions/port": [0],
	"/portDefinitions/protocol": ["tcp"],
	"/healthChecks/protocol": ["HTTP"],
	"/healthChecks/path": ["/"],
	"/healthChecks/portIndex": [0],
	"/healthChecks/gracePeriodSeconds": [300],
	"/healthChecks/intervalSeconds": [60],
	"/healthChecks/timeoutSeconds": [20],
	"/healthChecks/maxConsecutiveFailures": [3],
	"/healthChecks/delaySeconds": [15],
	"/healthChecks/ipProtocol": ["IPv4"],
	"/readinessChecks/name": ["readinessCheck"],
	"/readinessChecks/protocol": ["HTTP"],
	"/readinessChecks/path": ["/"],
	"/readinessChecks/intervalSeconds": [30],
	"/readinessChecks/timeoutSeconds": [10],
	"/readinessChecks/httpStatusCodesForReady": [[200]]
};
// src/marathon/deploy/diff.ts
/**
* The fields in which an app definition differs from what Marathon has, less what Marathon itself fills in.
* @param current as Marathon gives it
*/
function differences(wanted, current) {
	const { uris, ports, ...rest } = current;
	const had = {
		...rest,
		...wanted.uris !== void 0 && { uris: listOf(uris).length > 0 ? uris : urisOf(current.fetch) },
		...wanted.ports !== void 0 && { ports: ports ?? [] }
	};
	if (listOf(wanted.uris).length > 0) delete had.fetch;
	if (wanted.ports !== void 0) delete had.portDefinitions;
	return [...compare("", "", wanted, had, wanted.requirePorts !== true)].filter(({ path, new: value }) => path !== "/id" && !(value === void 0 && ADDED.has(path.slice(1))));
}
/** A difference on one line, `cpus: 0.5 → 1`, without values that look secret. */
function formatDifference({ path, old, new: wanted }) {
	const hidden = [old, wanted].some((value) => value !== void 0 && looksSecret(path, value));
	const side = (value, absent) => value === void 0 ? absent : hidden ? "(hidden)" : shown(value);
	return `${path.slice(1)}: ${side(old, "(not set)")} → ${side(wanted, hasDefault(path) ? "(Marathon's default)" : "(removed)")}`;
}
function* compare(path, rule, wanted, had, anyPort) {
	if (isDeepStrictEqual(wanted, had)) return;
	if (rule === "/portDefinitions/port" && wanted === 0 && anyPort) return;
	if (isObject(wanted) && isObject(had)) {
		for (const key of /* @__PURE__ */ new Set([...Object.keys(had), ...Object.keys(wanted)])) yield* compare(`${path}/${key}`, `${rule}/${key}`, own(wanted, key), own(had, key), anyPort);
		return;
	}
	if (Array.isArray(wanted) && Array.isArray(had) && [...wanted, ...had].every(isObject)) {
		for (let index = 0; index < Math.max(wanted.length, had.length); index++) yield* compare(`${path}(${index})`, rule, wanted[index], had[index], anyPort);
		return;
	}
	const isChosen = path.startsWith("/env/") || path.startsWith("/labels/");
	if (!isChosen && (wanted ?? had) !== void 0 && (wanted === void 0 || had === void 0)) {
		if (isDefault(path, rule, wanted ?? had)) return;
	}
	if (isEmpty(wanted) && isEmpty(had) && !isChosen) return;
	yield {
		path,
		...had !== void 0 && { old: had },
		...wanted !== void 0 && { new: wanted }
	};
}
/** Whether a value means the same as none. */
function isDefault(path, rule, value) {
	const defaults = DEFAULTS[rule] ?? [];
	if (path.endsWith(")")) return false;
	if (value === false || defaults.some((each) => isDeepStrictEqual(each, value))) return true;
	return Array.isArray(value) && defaults.some((each) => Array.isArray(each) && each.length === value.length && [...compare("", rule, each, value, true)].length === 0);
}
function isEmpty(value) {
	if (value === void 0 || value === null || value === "") return true;
	return typeof value === "object" && Object.keys(value).length === 0;
}
function own(object, key) {
	return Object.hasOwn(object, key) ? object[key] : void 0;
}
function hasDefault(path) {
	return path.replace(/\(\d+\)/g, "") in DEFAULTS;
}
function listOf(value) {
	return Array.isArray(value) ? value : [];
}
function urisOf(fetch) {
	return listOf(fetch).map((item) => isObject(item) ? item.uri ?? null : null);
}
const SECRET = /pass|pwd|secret|token|credential|private|auth|dsn|api.?key|(?:^|[_.-])key(?:$|[_.-])/i;
/** By its name, or by what is in it: a package's whole configuration may be one variable. */
function looksSecret(path, value) {
	const [, map, name = ""] = /^\/(env|labels)(?:\/(.*))?$/s.exec(path) ?? [];
	if (map === void 0) return false;
	return SECRET.test(name) || SECRET.test(JSON.stringify(value));
}
// src/marathon/deploy/start.ts
/** Milliseconds that another deployment of the app gets to end: long for a rolling one, short for one that is stuck. */
const PATIENCE$1 = 12e4;
/**
* Starts a deployment, after others of the same app that are under way.
* @param before the app as it is; undefined where there is none
* @param force cancels the others instead
* @param timeout milliseconds to wait for them at most, and no longer than two minutes
* @throws MarathonError MARATHON_LOCKED if they last, and as `putApp`
*/
async function startDeployment(marathon, app, before, { force, timeout }, { report, signal, clock = systemClock }) {
	const deadline = clock.now() + Math.min(timeout, PATIENCE$1);
	const pause = pauses();
	let lost = false;
	const onLost = () => {
		lost = true;
	};
	for (let waited = false;; waited = true) {
		try {
			const started = await putApp(marathon, app, {
				force,
				onLost
			});
			return lost ? await findOurs(marathon, app, before, started.deploymentId) ?? started : started;
		} catch (error) {
			if (!(error instanceof MarathonError) || error.code !== "MARATHON_LOCKED") throw error;
			const ours = lost ? await findOurs(marathon, app, before, error.deployments[0]) : void 0;
			if (ours) return ours;
			if (clock.now() >= deadline) throw error;
			if (!waited) report.note(`${app.id} is being changed by the deployment ${error.deployments.join(", ")}: waiting for that to end.`);
		}
		await clock.sleep(pause.next().value, signal);
	}
}
/**
* What an earlier try has started whose answer was lost on its way.
* @param deploymentId where the app does not tell of one
*/
async function findOurs(marathon, app, before, deploymentId) {
	const current = await getApp(marathon, app.id);
	if (!current || current.version === before?.version) return void 0;
	if (differences(app, current.definition).length > 0) return void 0;
	return {
		deploymentId: current.deployments[0] ?? deploymentId,
		version: current.version
	};
}
// src/marathon/deploy/wait.ts
/**
* A deployment must be missing twice: Marathon before 1.8 lists a new one a moment after it has told its id
* (MARATHON-8566).
*/
const ABSENCES = 2;
/** Milliseconds that the tasks of a deployment that is done get to be counted. */
const SETTLING = 3e4;
/**
* Waits until a deployment is over. To Marathon none ever fails: it is under way, or it is not, and then the app
* tells what became of it.
* @throws as `observe`
*/
async function waitForDeployment(marathon, target, { timeout, failFast }, progress, { report, signal, clock = systemClock }) {
	const deadline = clock.now() + timeout;
	const failures = /* @__PURE__ */ new Map();
	const pause = pauses();
	let absences = 0;
	let stepped = false;
	let overSince;
	let problem;
	while (true) {
		const seen = await observe(marathon, target.app.id, target.deploymentId, signal);
		if (typeof seen === "string") {
			if (problem === void 0) report.note(`${seen} The deployment goes on meanwhile; looking again.`);
			problem = seen;
		} else {
			problem = void 0;
			progress.show(seen);
			stepped ||= (seen.deployment?.totalSteps ?? 0) > 0;
			collect(seen, target, failures);
			if (failFast > 0 && failures.size >= failFast) return {
				kind: "failing",
				failures: [...failures.values()]
			};
			absences = seen.underWay ? 0 : absences + 1;
			if (absences >= ABSENCES) {
				const ending = endingOf(seen.app, target, stepped);
				overSince ??= clock.now();
				if (ending.kind !== "unwell" || clock.now() - overSince >= SETTLING) return ending;
			}
		}
		if (clock.now() >= deadline) return {
			kind: "timed-out",
			problem
		};
		await clock.sleep(absences === 1 ? 1e3 : pause.next().value, signal);
	}
}
/** Whether as many tasks as there are to be run, up to date, and healthy where that is checked. */
function isWell(app) {
	return app.tasks.filter((task) => isUpToDate(task, app) && isGood(task, app)).length >= app.instances;
}
function isUpToDate({ version }, { changedIn }) {
	return !(Date.parse(version) < Date.parse(changedIn));
}
function isGood({ state, startedAt, healthCheckResults }, { healthChecked }) {
	return (state === void 0 ? startedAt !== void 0 : state === "TASK_RUNNING") && (!healthChecked || healthCheckResults.length > 0 && healthCheckResults.every(({ alive }) => alive));
}
function endingOf(app, { version, before }, stepped) {
	if (!app) return { kind: before ? "superseded" : "rolled-back" };
	if (app.version === version) return {
		kind: isWell(app) ? "finished" : "unwell",
		app
	};
	if (app.version === before?.version && !stepped) return {
		kind: isWell(app) ? "unchanged" : "unwell",
		app
	};
	return {
		kind: before !== void 0 && isDeepStrictEqual(withoutAdded(before), withoutAdded(app)) ? "rolled-back" : "superseded",
		app
	};
}
function withoutAdded({ definition }) {
	return Object.fromEntries(Object.entries(definition).filter(([name]) => !ADDED.has(name)));
}
function collect({ app }, { version, before }, failures) {
	const failure = app?.lastTaskFailure;
	if (!failure || failure.taskId === before?.lastTaskFailure?.taskId) return;
	if (failure.version === version || failure.version === app.version && app.version === before?.version) failures.set(failure.taskId, failure);
}
// src/marathon/deploy/undo.ts
/** Milliseconds. */
const PATIENCE = 3e5;
/**
* Puts back what was before a deployment that failed: the old definition, or no app.
* @returns what has become of it, in words; problems are such words too
*/
async function undo(marathon, target, tools) {
	const { app, before } = target;
	const { id } = app;
	try {
		const current = await getApp(marathon, id);
		if (current && current.version === before?.version) return "It is the definition that was there before: there is nothing to go back to.";
		if (current && current.version !== target.version) return `Someone has changed ${id} since, to its version ${current.version}: it is left as it is.`;
		if (current) {
			tools.report.note(before ? `Putting back the version ${before.version} of ${id}.` : `Removing ${id} again.`);
			const reversal = await startUndoing(marathon, target);
			if (!await awaitEnd(marathon, id, reversal.deploymentId, PATIENCE, tools)) return `Marathon is putting back what was before, but has not got to the end of it (deployment ${reversal.deploymentId}). See to it in Marathon.`;
		}
		return await outcome(marathon, target);
	} catch (error) {
		tools.signal?.throwIfAborted();
		return `What was before could not be put back: ${messageOf(error)}`;
	}
}
async function startUndoing(marathon, { app, before, deploymentId }) {
	try {
		return await revertDeployment(marathon, deploymentId);
	} catch (error) {
		if (!(error instanceof MarathonError) || error.code !== "MARATHON_NOT_FOUND") throw error;
		return before ? restoreVersion(marathon, app.id, before.version) : deleteApp(marathon, app.id, true);
	}
}
async function outcome(marathon, { app: { id }, before }) {
	const now = await getApp(marathon, id);
	if (!before) return now ? `${id} could not be removed again: it is there. See to it in Marathon.` : `There was no ${id} before, so it was removed again; rollback: false leaves it.`;
	if (!now) return `${id} is gone; its version before was ${before.version}.`;
	return isWell(now) ? `Rolled back: ${id} runs as it did in its version ${before.version}.` : `Rolled back to the version ${before.version} of ${id}, of which ${now.running} of ${now.instances} tasks run${now.healthChecked ? ` and ${now.healthy} are healthy` : ""}.`;
}
// src/marathon/deploy/deploy.ts
/**
* Deploys an app and waits until it runs.
* @returns how it ended, good or bad, once it was started
* @throws MesosizeError for what kept it from starting: APP_INVALID, APP_UNFETCHABLE, MARATHON_..., HTTP_...; for
*   credentials that stop to be good while it is under way; the signal's reason if that was aborted before it started
*/
async function deployApp(marathon, definition, options, tools) {
	const { force = false, timeout = 9e5, failFast = 3, rollback = true } = options;
	const app = checkApp(definition, options);
	const before = await getApp(marathon, app.id);
	const started = await startDeployment(marathon, app, before, {
		force,
		timeout
	}, tools);
	const target = {
		...started,
		app,
		before
	};
	const instances = typeof app.instances === "number" ? app.instances : 1;
	const progress = deployProgress(tools.report, app.id, instances);
	let outcome = "cancelled";
	try {
		const result = await conclude(marathon, target, await waitForDeployment(marathon, target, {
			timeout,
			failFast
		}, progress, tools), {
			timeout,
			rollback
		}, tools);
		outcome = result.state;
		return result;
	} catch (error) {
		const goesOn = `The deployment ${started.deploymentId} of ${app.id} goes on in Marathon`;
		if (tools.signal?.aborted) return {
			...common(target),
			state: "cancelled",
			message: `${goesOn}, and is no longer waited for.`
		};
		throw error instanceof MesosizeError ? new MesosizeError(error.code, `${error.message} ${goesOn}.`, { cause: error }) : error;
	} finally {
		progress.done(outcome);
	}
}
function common({ app, deploymentId, version }) {
	return {
		appId: app.id,
		deploymentId,
		version,
		endpoints: []
	};
}
async function conclude(marathon, target, ending, { timeout, rollback }, tools) {
	const { id } = target.app;
	const result = common(target);
	switch (ending.kind) {
		case "finished":
		case "unchanged": {
			const { app } = ending;
			const tasks = `${app.running} task${app.running === 1 ? "" : "s"}${app.healthChecked ? `, ${app.healthy} healthy` : ""}`;
			const message = ending.kind === "finished" ? `${id} runs in its new version ${app.version}: ${tasks}.` : `${id} had this definition already, in its version ${app.version}, and runs: ${tasks}.`;
			return {
				...result,
				state: ending.kind,
				message,
				version: app.version,
				endpoints: endpointsOf(app)
			};
		}
		case "superseded": return {
			...result,
			state: "superseded",
			message: ending.app ? `Someone has changed ${id} meanwhile, to its version ${ending.app.version}: this deployment is void.` : `Someone has removed ${id} meanwhile: this deployment is void.`
		};
		case "rolled-back": return {
			...result,
			state: "rolled-back",
			message: `Someone has cancelled the deployment ${target.deploymentId}, and Marathon ${ending.app ? `has put back what ${id} was before` : `has removed ${id} again`}.`
		};
	}
	const { lines, culprit } = await diagnose(marathon, target);
	const undone = rollback ? await undo(marathon, target, tools) : `${id} is left as it is, and Marathon goes on trying; its deployment ${target.deploymentId} locks it until then.`;
	const head = reason(ending, id, timeout);
	const details = lines.filter((line) => !head.includes(line));
	return {
		...result,
		state: ending.kind === "timed-out" ? "timed-out" : "failed",
		message: [
			head,
			...details.map((line) => `  ${line}`),
			undone
		].join("\n"),
		culprit
	};
}
function reason(ending, id, timeout) {
	switch (ending.kind) {
		case "failing": {
			const { failures } = ending;
			return `${id} does not stay up: ${`${failures.length} task${failures.length === 1 ? "" : "s"}`} of the new version have failed. ${formatFailure(failures.at(-1))}`;
		}
		case "unwell": {
			const { running, instances, healthChecked, healthy } = ending.app;
			return `Marathon has ended the deployment of ${id}, but ${running} of ${instances} tasks run${healthChecked ? ` and ${healthy} are healthy` : ""}.`;
		}
		case "timed-out": return `${id} was not up after ${Math.round(timeout / 1e3)} seconds.${ending.problem === void 0 ? "" : ` ${ending.problem}`}`;
	}
}
// src/marathon/deploy/outcome.ts
function isSuccess(state) {
	return state === "finished" || state === "unchanged";
}
// src/marathon/api/groups.ts
/**
* Asks Marathon what it would do to deploy an app, without doing it. The app stands alone in its group there, so
* that only what is said of it counts; what Marathon says of its neighbours is left out.
* @returns the steps in which something happens to the app
*/
async function planSteps(marathon, app) {
	const id = `/${app.id.replace(/^\/+/, "")}`;
	const group = id.slice(0, id.lastIndexOf("/"));
	const body = await marathon.send({
		method: "PUT",
		path: appPath(group).replace("/v2/apps/", "/v2/groups/").replace(/\/$/, ""),
		query: [["dryRun", "true"]],
		body: { apps: [{
			...app,
			id
		}] },
		what: `plan a deployment of ${app.id}`
	});
	return list(object(body)?.steps).map((step) => list(object(step)?.actions).map(readAction).filter((action) => action.app === id)).filter((actions) => actions.length > 0);
}
// src/marathon/deploy/plan.ts
/**
* Finds out what a deployment would do, without doing it: by comparing with what is there, and by Marathon's own dry
* run, which also refuses what the deployment would be refused for.
* @throws as `deployApp`, for what keeps it from starting
*/
async function planDeployment(marathon, definition, options, { report }) {
	const app = checkApp(definition, options);
	const current = await getApp(marathon, app.id);
	const steps = await dryRun(marathon, app).catch((error) => {
		if (!(error instanceof MarathonError) || !NO_DRY_RUN.has(error.code)) throw error;
		report.note(`Marathon itself was not asked what it would do, which it does not allow: ${error.message}`);
	});
	return {
		appId: app.id,
		exists: current !== void 0,
		differences: changes(app, current),
		steps
	};
}
/** The plan as lines for eyes. */
function formatPlan({ appId, exists, differences, steps }) {
	const head = !exists ? `${appId} would be created:` : differences.length > 0 ? `${appId} would change:` : `${appId} would not change: it has this definition already.`;
	const plan = steps?.map((actions, index) => `  step ${index + 1}: ${actions.join(", ")}`);
	return [
		head,
		...differences.map((difference) => `  ${formatDifference(difference)}`),
		...plan === void 0 ? [] : plan.length > 0 ? ["Marathon would do:", ...plan] : ["Marathon would do nothing."]
	];
}
/** Not that one has to be there: on some clusters the right to change an app is not one to change its group. */
const NO_DRY_RUN = /* @__PURE__ */ new Set([
	"MARATHON_FORBIDDEN",
	"MARATHON_URL",
	"MARATHON_NOT_FOUND"
]);
async function dryRun(marathon, app) {
	return (await planSteps(marathon, app)).map((actions) => actions.map(({ action }) => action));
}
function changes(app, current) {
	return differences(app, current?.definition ?? {});
}
// src/marathon/logs/last-words.ts
const COUNT = 20;
/**
* What a task that failed wrote last to stderr, as lines to be put below the news of its failure: each begins with
* "|", so that none can be taken for anything else. Where it cannot be read, one line says why.
* @throws the signal's reason if it was aborted
*/
async function lastWords(task, agents) {
	try {
		const lines = await lastLines(task, "stderr", COUNT, agents);
		return lines.length === 0 ? ["Its stderr is empty."] : ["The last lines of its stderr:", ...lines.map((line) => `| ${line}`)];
	} catch (error) {
		if (!(error instanceof MesosizeError)) throw error;
		return [`Its stderr cannot be read. ${error.message}`];
	}
}
export { deployApp as a, isSuccess as i, formatPlan as n, planDeployment as r, lastWords as t };
