import { _ as object, l as getApp, n as httpUrl, o as systemClock } from "./agents.js";
import { t as MesosizeError } from "./errors.js";
import { y as setting } from "./url.js";
import { a as endpointsOf, i as Lines, n as readTail, r as openTaskFile, t as lastLines } from "./tail.js";
import { a as visible, i as formatTable } from "./reporter.js";
import { r as isObject } from "./validate.js";
import { o as parseIdent } from "./ident.js";
import { s as readText } from "./fetch.js";
import { t as connect } from "./connect.js";
import { n as print } from "./session.js";
// src/marathon/logs/follow.ts
/**
* Prints the last lines of a file and all that is added to it, until its task has ended. What cannot be read, as
* when the task has not started yet or its agent does not answer, is tried again. Where the file was begun anew, as
* a log rotation does, reading goes on at its new beginning.
* @param open finds the file
* @param count lines of the past
* @throws what `print` and `pause` throw
*/
async function followFile(open, count, { print, note, hasEnded, pause }) {
	const lines = new Lines();
	let file;
	let offset = 0;
	async function look() {
		if (!file) {
			const opened = await open();
			const tail = await readTail(opened, count);
			file = opened;
			offset = tail.end;
			return {
				bytes: tail.bytes,
				isAnew: false
			};
		}
		const piece = await file.read(offset);
		if (piece.offset < offset) {
			offset = 0;
			return {
				bytes: Buffer.alloc(0),
				isAnew: true
			};
		}
		offset += piece.data.length;
		return {
			bytes: piece.data,
			isAnew: false
		};
	}
	let failure;
	for (;;) {
		const isLast = hasEnded();
		const seen = await look().catch((thrown) => {
			if (!(thrown instanceof MesosizeError)) throw thrown;
			return thrown;
		});
		if (seen instanceof MesosizeError) {
			if (seen.message !== failure) note(seen.message);
			failure = seen.message;
			if (isLast) break;
		} else {
			failure = void 0;
			if (seen.isAnew) {
				await print(lines.end());
				note("The file was rotated or emptied; the last lines before that may be missing.");
			} else if (seen.bytes.length > 0) {
				await print(lines.push(seen.bytes));
				continue;
			} else if (isLast) break;
		}
		await pause();
	}
	await print(lines.end());
}
// src/marathon/logs/instances.ts
/** The tasks of an app in the order of their numbers, which count from 1: the oldest first. */
function numberInstances({ tasks }) {
	const key = ({ startedAt = "9", id }) => `${startedAt} ${id}`;
	return tasks.toSorted((a, b) => key(a) < key(b) ? -1 : 1).map((task, index) => ({
		...task,
		number: index + 1
	}));
}
// src/marathon/logs/logs.ts
/** Milliseconds between two looks at a file, and between two at the app's tasks. */
const LOOK = 1e3;
const LOOK_AT_TASKS = 1e4;
/**
* Prints what the tasks of an app write, each line with what tells where it is from.
* @throws MesosizeError APP_MISSING, NO_TASK, NO_OUTPUT if nothing could be read at all, MARATHON_..., HTTP_...
*/
async function showLogs(request, tools) {
	const app = await getApp(tools.marathon, request.appId);
	if (!app) throw missing(request.appId);
	return request.follow ? follow(app, request, tools) : show(app, request, tools);
}
/** The error for an app that is not there. */
function missing(appId) {
	return new MesosizeError("APP_MISSING", `There is no app ${JSON.stringify(appId)} in this Marathon. Check the id, and the address of Marathon.`);
}
async function show(app, request, tools) {
	const { appId, instance } = request;
	const wanted = wantedOf(app, request);
	let shown = await showSources(wanted.flatMap((each) => sourcesOfTask(each, wanted.length > 1, request)), request, tools);
	const { lastTaskFailure: failure } = app;
	if (shown.lines === 0 && failure && instance === void 0) {
		tools.report.note(`${wanted.length === 0 ? `No task of ${appId} runs` : `The tasks of ${appId} have written nothing`}. This is the output of the last one that failed.`);
		shown = await showSources(sourcesOfTask({
			...failure,
			number: 1
		}, false, request), request, tools);
	} else if (wanted.length === 0) throw new MesosizeError("NO_TASK", `${appId} has no tasks, and Marathon knows of none that failed.`);
	if (shown.files === 0) throw new MesosizeError("NO_OUTPUT", `Nothing of what ${appId} writes could be read; why is above.`);
}
/** @returns how many files could be read, and how many lines there were in them */
async function showSources(sources, request, { agents, report, print }) {
	const shown = {
		files: 0,
		lines: 0
	};
	for (const { task, stream, prefix } of sources) try {
		const lines = await lastLines(task, stream, request.lines, agents);
		await print(text(lines, prefix));
		shown.files++;
		shown.lines += lines.length;
	} catch (error) {
		if (!(error instanceof MesosizeError) || !isOfAgent(error)) throw error;
		report.warn(error.message);
	}
	return shown;
}
function isOfAgent({ code }) {
	return code.startsWith("AGENT_") || code.startsWith("HTTP_") || code === "SANDBOX_GONE";
}
/** @throws MesosizeError NO_TASK if there is no task of that number */
function wantedOf(app, { instance, appId }) {
	const instances = numberInstances(app).map((task) => ({
		...task,
		taskId: task.id
	}));
	const wanted = instances.filter(({ number }) => instance === void 0 || instance === number);
	if (instance === void 0 || wanted.length > 0) return wanted;
	throw new MesosizeError("NO_TASK", `${setting("instance")}: ${instance} is none of the ${instances.length} tasks that ${appId} has. "mesosize status" shows their numbers.`);
}
/** @param numbered whether lines tell of which task they are */
function sourcesOfTask(task, numbered, { streams }) {
	return streams.map((stream) => {
		const words = [numbered && `${task.number}`, streams.length > 1 && stream].filter((word) => word !== false);
		return {
			task,
			stream,
			prefix: words.length > 0 ? `${words.join(" ")} | ` : ""
		};
	});
}
async function follow(first, request, tools) {
	const { marathon, agents, report, print, sleep } = tools;
	const followed = /* @__PURE__ */ new Map();
	let there = /* @__PURE__ */ new Set();
	let fail = () => {};
	const failure = new Promise((_, reject) => {
		fail = reject;
	});
	failure.catch(() => {});
	async function followTask(task) {
		const sources = sourcesOfTask(task, request.instance === void 0, request);
		await Promise.all(sources.map(({ stream, prefix }) => followFile(() => openTaskFile(task, stream, agents), request.lines, {
			print: (lines) => print(text(lines, prefix)),
			note: (words) => report.note(`${prefix}${words}`),
			hasEnded: () => !there.has(task.taskId),
			pause: () => sleep(LOOK)
		})));
	}
	let wanted = wantedOf(first, request);
	if (wanted.length === 0) report.note(`${request.appId} has no tasks yet.`);
	for (let app = first;;) {
		there = new Set(app?.tasks.map(({ id }) => id));
		for (const task of wanted) {
			if (followed.has(task.taskId)) continue;
			const following = followTask({
				...task,
				number: request.instance ?? followed.size + 1
			});
			following.catch(fail);
			followed.set(task.taskId, following);
		}
		if (!app || request.instance !== void 0 && !there.has(wanted[0].taskId)) break;
		await Promise.race([sleep(LOOK_AT_TASKS), failure]);
		app = await getApp(marathon, request.appId).catch(() => app);
		if (request.instance === void 0 && app) wanted = wantedOf(app, request);
	}
	await Promise.all(followed.values());
	report.note(request.instance === void 0 ? `${request.appId} has been removed.` : `Instance ${request.instance} of ${request.appId} has ended.`);
}
function text(lines, prefix) {
	return lines.map((line) => `${prefix}${line}\n`).join("");
}
// src/marathon/status/format.ts
/** A status as lines for eyes, whatever Marathon and the tasks put into it. */
function formatStatus(status) {
	const { tasks, lastFailure } = status;
	return [
		...table([
			["App", status.id],
			...status.package === void 0 ? [] : [["Package", status.package]],
			["State", status.state],
			["Version", status.version],
			["Instances", formatInstances(status.instances)],
			...status.deployments.map((id) => ["Deployment", id])
		]),
		...tasks.length > 0 ? [
			"",
			...table([[
				"#",
				"State",
				"Version",
				"Health",
				"Service",
				"Since",
				"Task"
			], ...tasks.map((task) => [
				`${task.number}`,
				task.state?.replace(/^TASK_/, "").toLowerCase() ?? "-",
				task.current ? "current" : "old",
				task.health ?? "-",
				task.service ?? "-",
				task.startedAt ?? "-",
				task.id
			])]),
			"",
			...table([["#", "Endpoints"], ...tasks.map(({ number, endpoints }) => [`${number}`, ...endpoints.map(({ name, host, port }) => `${name} ${host}:${port}`)])])
		] : [],
		...tasks.flatMap(({ number, healthFailure }) => healthFailure === void 0 ? [] : ["", visible(`Instance ${number} is not healthy: ${healthFailure}`)]),
		...lastFailure ? ["", visible(`Last failure, ${lastFailure.timestamp}: ${lastFailure.state} of ${lastFailure.taskId} on ${lastFailure.host}${lastFailure.message === "" ? "" : `: ${lastFailure.message}`}`)] : []
	];
}
function formatInstances({ wanted, staged, running, healthy, unhealthy }) {
	return [
		`${running} of ${wanted} running`,
		...staged > 0 ? [`${staged} staged`] : [],
		...healthy === void 0 ? [] : [`${healthy} healthy`],
		...unhealthy ? [`${unhealthy} unhealthy`] : []
	].join(", ");
}
function table(rows) {
	return formatTable(rows.map((row) => row.map(visible)));
}
// src/marathon/status/service-health.ts
/** Milliseconds. */
const TIMEOUT = 3e3;
/** Bytes; the answer has what the package's health-check hook printed in it. */
const LARGEST_ANSWER = 1048576;
/**
* Where the Supervisor of a task tells the health of its service: on its HTTP gateway.
* @param endpoints of the task
* @returns undefined for apps that Mesosize has not made, and for tasks without a gateway
*/
function serviceHealthUrl(app, endpoints) {
	const service = serviceOf(app);
	const gateway = endpoints.find(({ name }) => name === "gateway");
	if (service === void 0 || !gateway) return void 0;
	return httpUrl(gateway.host, gateway.port, `/services/${service}/${groupOf(app)}/health`);
}
/** Asks for it. No failure is more than a word: whether the gateway can be reached from here says little. */
async function askServiceHealth(fetch, url, signal) {
	const late = AbortSignal.timeout(TIMEOUT);
	try {
		const response = await fetch(url, {
			redirect: "manual",
			signal: signal ? AbortSignal.any([signal, late]) : late
		});
		switch (response.status) {
			case 200: return isWarning(await readText({
				response,
				url
			}, LARGEST_ANSWER)) ? "warning" : "ok";
			case 503: return "critical";
			case 500: return "unknown";
			default: return "not told";
		}
	} catch {
		signal?.throwIfAborted();
		return "unreachable";
	}
}
function isWarning(body) {
	try {
		return object(JSON.parse(body))?.status === "WARNING";
	} catch {
		return false;
	}
}
/** The service's name, which is that of its package. */
function serviceOf({ labels }) {
	const ident = isObject(labels) ? labels["mesosize.ident"] : void 0;
	try {
		return typeof ident === "string" ? parseIdent(ident).name : void 0;
	} catch {
		return;
	}
}
/** The service group, which is said on the command line alone. */
function groupOf({ cmd }) {
	return / --group=([A-Za-z0-9_-]+)/.exec(typeof cmd === "string" ? cmd : "")?.[1] ?? "default";
}
// src/marathon/status/status.ts
/**
* Looks at an app from near: asks the Supervisor of each task how its service is.
* @throws the signal's reason if it was aborted
*/
async function statusOf(app, { fetch, signal }) {
	const { definition, version, deployments, lastTaskFailure } = app;
	const id = typeof definition.id === "string" ? definition.id : "";
	const all = endpointsOf(app);
	const tasks = numberInstances(app).map(async (task) => {
		const endpoints = all.filter(({ taskId }) => taskId === task.id);
		const url = serviceHealthUrl(definition, endpoints);
		return {
			number: task.number,
			id: task.id,
			host: task.host,
			state: task.state,
			version: task.version,
			current: Date.parse(task.version) >= Date.parse(app.changedIn),
			startedAt: task.startedAt,
			endpoints: endpoints.map(({ name, host, port }) => ({
				name,
				host,
				port
			})),
			...app.healthChecked && marathonHealth(task),
			service: url && await askServiceHealth(fetch, url, signal)
		};
	});
	return {
		id,
		version,
		package: packageOf(definition),
		state: stateOf(app),
		instances: {
			wanted: app.instances,
			staged: app.staged,
			running: app.running,
			...app.healthChecked && {
				healthy: app.healthy,
				unhealthy: app.unhealthy
			}
		},
		deployments,
		tasks: await Promise.all(tasks),
		lastFailure: lastTaskFailure
	};
}
function stateOf({ deployments, instances, running, healthChecked, healthy }) {
	if (deployments.length > 0) return "deploying";
	if (instances === 0) return "suspended";
	if (running < instances) return "waiting";
	return healthChecked && healthy < instances ? "unhealthy" : "running";
}
function marathonHealth({ healthCheckResults }) {
	if (healthCheckResults.length === 0) return { health: "unknown" };
	const failing = healthCheckResults.find(({ alive }) => !alive);
	return failing ? {
		health: "unhealthy",
		healthFailure: failing.lastFailureCause
	} : { health: "healthy" };
}
function packageOf({ labels }) {
	const ident = isObject(labels) ? labels["mesosize.ident"] : void 0;
	return typeof ident === "string" ? ident : void 0;
}
// src/cli/show.ts
/** @returns the exit status */
async function showStatus({ access, appId, json }, session) {
	const { fetch, marathon } = await connect(access, session);
	const app = await getApp(marathon, appId);
	if (!app) throw missing(appId);
	const status = await statusOf(app, {
		fetch,
		signal: session.signal
	});
	const lines = json ? [JSON.stringify(status, null, 2)] : formatStatus(status);
	await print(lines.map((line) => `${line}\n`).join(""));
	return 0;
}
/** @returns the exit status */
async function showLogsForPerson(request, session) {
	const { report, signal } = session;
	const { marathon, agents } = await connect(request.access, session);
	const sleep = (milliseconds) => systemClock.sleep(milliseconds, signal);
	await showLogs(request, {
		marathon,
		agents,
		report,
		print,
		sleep
	});
	return 0;
}
export { showLogsForPerson, showStatus };
