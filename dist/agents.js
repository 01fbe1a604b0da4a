import { t as MesosizeError } from "./errors.js";
import { t as printableUrl } from "./url.js";
import { n as isPrivate, t as apiUrl } from "./base-url.js";
import { c as HttpStatusError, d as networkError, i as get, l as formatStatus, o as readChunks, r as withRetries, s as readText, u as isTransient } from "./fetch.js";
import { r as isObject, t as shown } from "./validate.js";
import { t as loginJwt } from "./service-account.js";
import { setTimeout } from "node:timers/promises";
// src/marathon/api/complaints.ts
const MOST_WORDS = 1e3;
/** What Marathon says as a whole: its `message`, and its `details` where these are text. Nothing of a web page. */
function said(body) {
	const { message, details } = Object(body);
	return [message, details].filter((text) => typeof text === "string" && text !== "").map((text) => brief(text)).join(": ");
}
/**
* What Marathon says of single fields, each as one line: path, value, Marathon's words. There are two shapes:
* `details: [{path, errors}]`, and before 1.0 `errors: [{attribute, error}]`.
* @param app the definition that was sent, for the values
*/
function complaintsIn(body, app) {
	const { details, errors } = Object(body);
	return [details, errors].flatMap((list) => Array.isArray(list) ? list : []).map((item) => Object(item)).flatMap((item) => {
		const given = item.path ?? item.attribute;
		const path = pathOf(given);
		const value = path === "/" ? "" : valueText(app, String(given));
		const words = [item.errors ?? item.error].flat().filter((word) => typeof word === "string");
		return words.length > 0 ? [`${path}${value}: ${words.map(inWords).join("; ")}`] : [];
	});
}
/** On one line, and without the object that play-json repeats whole, variables and all. */
function brief(text) {
	return text.replace(/ on object: .*/s, "").replace(/\s+/g, " ").slice(0, MOST_WORDS);
}
/** The path inside the app of one that may begin with its place in a group, be a bare name, or end in "/". */
function pathOf(path) {
	const text = typeof path === "string" ? path.replace(/^\/?(?:apps\(\d+\))?\/?/, "/") : "/";
	return text.length > 1 ? text.replace(/\/$/, "") : text;
}
/** The value under a path such as `/fetch(0)/uri`, to be read after it. Variables may hold passwords. */
function valueText(app, path) {
	const steps = path.split("/").filter((step) => step !== "");
	if (steps.length === 0 || steps.includes("env")) return "";
	let value = app;
	for (const step of steps) {
		const [, name, index] = /^(.*?)(?:\((\d+)\))?$/.exec(step);
		value = isObject(value) && Object.hasOwn(value, name) ? value[name] : void 0;
		if (index !== void 0) value = Array.isArray(value) ? value[Number(index)] : void 0;
	}
	return value === void 0 ? "" : ` ${shown(value)}`;
}
/** The keys of play-json, which Marathon hands on as they are, without what they are about. */
const KEYS = {
	"error.pattern": "has not the form that Marathon wants",
	"error.min": "is too small",
	"error.max": "is too large",
	"error.minLength": "is too short",
	"error.maxLength": "is too long",
	"error.path.missing": "is missing",
	"error.unknown.enum.literal": "is none of the words that Marathon knows there",
	"error.expected.jsstring": "must be text",
	"error.expected.jsnumber": "must be a number",
	"error.expected.int": "must be a whole number",
	"error.expected.jsboolean": "must be true or false",
	"error.expected.jsarray": "must be a list",
	"error.expected.jsobject": "must be an object"
};
function inWords(error) {
	const words = Object.hasOwn(KEYS, error) ? KEYS[error] : void 0;
	return words === void 0 ? JSON.stringify(brief(error)) : `${words} (${error})`;
}
// src/marathon/api/reading.ts
function object(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value) ? value : void 0;
}
function list(value) {
	return Array.isArray(value) ? value : [];
}
function text(value) {
	return typeof value === "string" ? value : void 0;
}
function integer(value) {
	return Number.isSafeInteger(value) ? value : void 0;
}
/** An id, version, name of a host or the like: what can stand in a message as it is, and begin no line of its own. */
function word(value) {
	return typeof value === "string" && /^[\x21-\x7e]{1,500}$/.test(value) ? value : void 0;
}
// src/marathon/api/errors.ts
/** An answer of Marathon that was no success. */
var MarathonError = class extends HttpStatusError {
	/** The deployments that lock what was to be changed. */
	deployments;
	constructor(code, message, response, deployments = []) {
		super(code, message, response);
		this.deployments = deployments;
	}
};
/**
* What to tell a person of an answer that was no success (api/MarathonExceptionMapper.scala).
*
* Codes: MARATHON_LOCKED (another deployment is running), MARATHON_EXISTS, MARATHON_NOT_FOUND (no such app),
* MARATHON_REFUSED (the definition), MARATHON_LOGIN, MARATHON_FORBIDDEN, MARATHON_URL (this is no Marathon),
* MARATHON_REDIRECT, MARATHON_UNAVAILABLE (may pass).
*/
function refusal(refused) {
	const { status, what, base } = refused;
	const body = parsed(refused.text);
	const words = hide(said(body), refused.secrets);
	const marathon = `Marathon at ${printableUrl(base)} answered ${formatStatus(status)} when asked to ${what}`;
	const quoted = words === "" ? "" : `: ${JSON.stringify(words)}`;
	const error = (code, message, deployments) => new MarathonError(code, message, refused, deployments);
	if (status >= 300 && status < 400) {
		const location = refused.headers.get("location");
		const target = location !== null && URL.canParse(location, refused.url.href) ? new URL(location, refused.url) : void 0;
		return error("MARATHON_REDIRECT", `${marathon}, with a redirect to ${JSON.stringify(target ? printableUrl(target) : "nowhere")}: not followed, so that credentials go nowhere else. If that is the Marathon that you mean, give its base URL as marathon-url.`);
	}
	if (status === 409) {
		const deployments = lockingDeployments(body);
		if (deployments.length > 0) return error("MARATHON_LOCKED", `${marathon}: the app is locked by the running deployment${deployments.length > 1 ? "s" : ""} ${deployments.join(", ")}. Wait until that has ended, or use force to cancel it.`, deployments);
		return error("MARATHON_EXISTS", `${marathon}${quoted}. Give the app another id.`);
	}
	if (isUnknownRoute(status, words)) return error("MARATHON_URL", `${marathon}: it knows no ${JSON.stringify(refused.url.pathname)}. Check marathon-url: it is what stands before /v2 in Marathon's addresses, for DC/OS https://CLUSTER/service/marathon.`);
	switch (status) {
		case 401: return error("MARATHON_LOGIN", `${marathon}. ${loginAdvice(refused)}`);
		case 403: return error("MARATHON_FORBIDDEN", /deployment/i.test(words) ? `${marathon}${quoted}. Wait until some of its deployments have ended.` : `${marathon}${quoted}. Whoever this is may not do that: ask for the right to. In DC/OS it is dcos:service:marathon:marathon:services:/GROUP with create, read, update and delete.`);
		case 404: return words === "" ? error("MARATHON_URL", `${marathon}, not in Marathon's words. Check marathon-url: it is what stands before /v2 in Marathon's addresses, for DC/OS https://CLUSTER/service/marathon.`) : error("MARATHON_NOT_FOUND", `${marathon}${quoted}. Check the app's id.`);
	}
	if (status === 429 || status > 500 || status === 500 && words === "") return error("MARATHON_UNAVAILABLE", `${marathon}${quoted}. Try again later.`);
	const complaints = complaintsIn(body, refused.app).map((complaint) => hide(complaint, refused.secrets));
	return error("MARATHON_REFUSED", complaints.length > 0 ? `${marathon}:\n${complaints.map((complaint) => `  ${complaint}\n`).join("")}Change that in the app definition.` : `${marathon}${quoted}. ${words === "" ? "Check marathon-url." : "Change the app definition."}`);
}
/** Marathon up to 1.5, and since 1.6. */
function isUnknownRoute(status, words) {
	return (status === 404 || status === 500) && words.startsWith("URI not found");
}
function loginAdvice({ secrets }) {
	return secrets.length > 0 ? "The credentials are not valid there, or have expired: give others. marathon-user and marathon-password are for --http_credentials; DC/OS takes dcos-token, dcos-service-account, or dcos-user and dcos-password." : "It wants to know who asks: give marathon-user and marathon-password, or for DC/OS dcos-service-account, dcos-token, or dcos-user and dcos-password.";
}
function lockingDeployments(body) {
	const { deployments } = Object(body);
	return (Array.isArray(deployments) ? deployments : []).map((deployment) => word(Object(deployment).id)).filter((id) => id !== void 0);
}
function parsed(text) {
	try {
		return JSON.parse(text);
	} catch {
		return;
	}
}
function hide(text, secrets) {
	return secrets.reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
}
// src/marathon/api/tasks.ts
function readTask(value) {
	const task = object(value) ?? {};
	return {
		id: word(task.id) ?? "",
		host: word(task.host) ?? "",
		ports: list(task.ports).flatMap((port) => integer(port) ?? []),
		version: word(task.version) ?? "",
		slaveId: word(task.slaveId),
		state: word(task.state),
		startedAt: text(task.startedAt),
		healthCheckResults: list(task.healthCheckResults).map((result) => {
			const { alive, consecutiveFailures, lastFailureCause } = object(result) ?? {};
			return {
				alive: alive === true,
				consecutiveFailures: integer(consecutiveFailures) ?? 0,
				lastFailureCause: text(lastFailureCause)
			};
		})
	};
}
function readTaskFailure(value) {
	const failure = object(value);
	const taskId = word(failure?.taskId);
	if (!failure || taskId === void 0) return void 0;
	return {
		taskId,
		host: word(failure.host) ?? "",
		slaveId: word(failure.slaveId),
		state: word(failure.state) ?? "",
		message: text(failure.message) ?? "",
		version: word(failure.version) ?? "",
		timestamp: text(failure.timestamp) ?? ""
	};
}
// src/marathon/api/apps.ts
const EMBEDDED = [
	"counts",
	"deployments",
	"lastTaskFailure",
	"tasks",
	"readiness"
].map((what) => ["embed", `app.${what}`]);
/** @returns undefined if there is no such app */
async function getApp(marathon, id, options = {}) {
	try {
		return readApp(await marathon.send({
			...options,
			method: "GET",
			path: appPath(id),
			query: EMBEDDED,
			what: `show ${id}`
		}));
	} catch (error) {
		if (error instanceof MarathonError && error.code === "MARATHON_NOT_FOUND") return void 0;
		throw error;
	}
}
/**
* Makes an app, or makes it anew: what a definition leaves out gets Marathon's defaults.
* @param force cancels the deployments that are changing the app
* @throws as `Marathon.send`
*/
async function putApp(marathon, app, { force, ...options }) {
	const query = [["partialUpdate", "false"], ...force ? [["force", "true"]] : []];
	const path = appPath(app.id);
	const what = `deploy ${app.id}`;
	return readStarted(await marathon.send({
		...options,
		method: "PUT",
		path,
		query,
		body: app,
		what
	}));
}
/** Gives an app back the definition of one of its versions. */
async function restoreVersion(marathon, id, version) {
	const what = `put ${id} back to its version ${version}`;
	return readStarted(await marathon.send({
		method: "PUT",
		path: appPath(id),
		query: [["force", "true"]],
		body: { version },
		what
	}));
}
/**
* Removes an app and its tasks.
* @param force cancels the deployments that are changing it; Marathon's own default is to do that
*/
async function deleteApp(marathon, id, force) {
	const query = [["force", String(force)]];
	return readStarted(await marathon.send({
		method: "DELETE",
		path: appPath(id),
		query,
		what: `remove ${id}`
	}));
}
/** An id's slashes are no other than those of the path. */
function appPath(id) {
	return `/v2/apps/${id.replace(/^\/+/, "")}`;
}
function readApp(body) {
	const definition = object(object(body)?.app);
	const version = word(definition?.version);
	if (!definition || version === void 0) throw unexpected("an app");
	return {
		definition,
		version,
		changedIn: word(object(definition.versionInfo)?.lastConfigChangeAt) ?? version,
		instances: integer(definition.instances) ?? 1,
		staged: integer(definition.tasksStaged) ?? 0,
		running: integer(definition.tasksRunning) ?? 0,
		healthy: integer(definition.tasksHealthy) ?? 0,
		unhealthy: integer(definition.tasksUnhealthy) ?? 0,
		healthChecked: hasHealthChecks(definition),
		deployments: list(definition.deployments).flatMap((deployment) => word(object(deployment)?.id) ?? []),
		tasks: list(definition.tasks).map(readTask),
		lastTaskFailure: readTaskFailure(definition.lastTaskFailure)
	};
}
function hasHealthChecks({ healthChecks }) {
	return Array.isArray(healthChecks) && healthChecks.some((check) => isObject(check));
}
/** Of the answers to what starts a deployment. */
function readStarted(body) {
	const answer = object(body);
	const deploymentId = word(answer?.deploymentId);
	const version = word(answer?.version);
	if (deploymentId === void 0 || version === void 0) throw unexpected("a deployment");
	return {
		deploymentId,
		version
	};
}
/** What Marathon sent is JSON and yet not what its API promises. */
function unexpected(what) {
	return new MesosizeError("MARATHON_UNEXPECTED", `Marathon's answer does not tell of ${what} as its API does. Check marathon-url, and whether a proxy changes answers.`);
}
// src/marathon/deploy/clock.ts
const systemClock = {
	now: () => performance.now(),
	sleep: (milliseconds, signal) => setTimeout(milliseconds, void 0, { signal })
};
/** Pauses between looks at something slow: quick at first, then up to five seconds. */
function* pauses() {
	for (let pause = 1e3;; pause = Math.min(pause * 1.25, 5e3)) yield pause;
}
// src/marathon/api/dcos-login.ts
const LOGIN_PATH = "/acs/api/v1/auth/login";
/** Milliseconds by which clocks may differ before it is worth a word. */
const TOLERATED_SKEW = 6e4;
const LONGEST_ANSWER$1 = 1048576;
/**
* Logs in to DC/OS.
* @param cluster any URL of the cluster
* @returns the token for `Authorization: token=...`
* @throws MesosizeError DCOS_LOGIN if it is refused, HTTP_...
*/
async function dcosLogin(credentials, cluster, tools) {
	const own = new URL(LOGIN_PATH, cluster);
	const named = credentials.kind === "dcos-service-account" ? credentials.account.loginEndpoint : void 0;
	if (!named || named.href === own.href) return logInAt(own, credentials, tools);
	try {
		return await logInAt(named, credentials, tools);
	} catch (error) {
		if (!(error instanceof MesosizeError) || error.code !== "HTTP_NETWORK") throw error;
		tools.report.note(`The service account's login_endpoint ${printableUrl(named)} cannot be reached from here, so the login goes to ${printableUrl(own)}.`);
		return logInAt(own, credentials, tools);
	}
}
async function logInAt(url, credentials, tools) {
	const { now = Date.now, report } = tools;
	const first = await ask(url, body(credentials, now()), tools);
	if (first.token !== void 0) return first.token;
	const skew = first.date - now();
	if (!(credentials.kind === "dcos-service-account" && Math.abs(skew) > TOLERATED_SKEW)) throw refused$1(url, first.response, credentials);
	const seconds = Math.round(Math.abs(skew) / 1e3);
	report.warn(`The clock of this machine is ${seconds} seconds ${skew > 0 ? "behind" : "ahead of"} that of ${url.host}: the login goes by that of ${url.host}. Set the clock here.`);
	const second = await ask(url, body(credentials, first.date), tools);
	if (second.token !== void 0) return second.token;
	throw refused$1(url, second.response, credentials);
}
function body(credentials, now) {
	if (credentials.kind === "dcos-user") return JSON.stringify({
		uid: credentials.uid,
		password: credentials.password
	});
	const { account } = credentials;
	return JSON.stringify({
		uid: account.uid,
		token: loginJwt(account, now)
	});
}
/** @returns the token, where there is one, and the server's time, NaN where it does not tell it */
async function ask(url, login, { fetch, signal, retry }) {
	return withRetries(async () => {
		const response = await fetch(url, {
			method: "POST",
			headers: {
				"content-type": "application/json",
				accept: "application/json"
			},
			body: login,
			redirect: "manual",
			signal
		}).catch((thrown) => {
			throw thrown instanceof TypeError ? networkError(url, thrown) : thrown;
		});
		const text = await readText({
			response,
			url
		}, LONGEST_ANSWER$1);
		if (response.status === 429 || response.status >= 500) throw new HttpStatusError("HTTP_STATUS", `${printableUrl(url)} answered ${formatStatus(response.status)} to the login. Try again later.`, response);
		return {
			token: response.ok ? tokenIn(text) : void 0,
			date: Date.parse(response.headers.get("date") ?? ""),
			response
		};
	}, {
		...retry,
		signal
	});
}
function tokenIn(text) {
	try {
		const { token } = Object(JSON.parse(text));
		return typeof token === "string" && /^[\x21-\x7e]+$/.test(token) ? token : void 0;
	} catch {
		return;
	}
}
function refused$1(url, { status, ok }, { kind }) {
	const next = status === 401 || status === 403 ? kind === "dcos-user" ? "The user or the password in dcos-user and dcos-password is wrong, or the user may not log in." : "The account in dcos-service-account is not there, has another public key, or has no right to log in: compare with \"dcos security org service-accounts show UID\"." : "Check that marathon-url is an address of a DC/OS cluster, such as https://cluster.example.com/service/marathon; a Marathon without DC/OS takes marathon-user and marathon-password.";
	const answered = ok ? "a page without a token" : formatStatus(status);
	return new MesosizeError("DCOS_LOGIN", `${printableUrl(url)} answered ${answered} to the login. ${next}`);
}
// src/marathon/api/authorization.ts
/** @param cluster any URL of the cluster, where logins go to */
function createAuthorization(credentials, cluster, tools) {
	if (credentials.kind === "none" || credentials.kind === "basic" || credentials.kind === "dcos-token") {
		const value = fixedHeader(credentials);
		return {
			header: async () => value,
			renew: async () => false
		};
	}
	let current;
	const logIn = () => {
		const login = dcosLogin(credentials, cluster, tools).then((token) => `token=${token}`);
		login.catch(() => {
			if (current === login) current = void 0;
		});
		return login;
	};
	const header = () => {
		current ??= logIn();
		return current;
	};
	return {
		header,
		async renew(refused) {
			const before = current;
			if (await before === refused && current === before) current = logIn();
			return await header() !== refused;
		}
	};
}
function fixedHeader(credentials) {
	switch (credentials.kind) {
		case "none": return;
		case "basic": return credentials.authorization;
		case "dcos-token": return `token=${credentials.token}`;
	}
}
// src/marathon/api/client.ts
/** Bytes; the apps of a large cluster with all their tasks. */
const LONGEST_ANSWER = 67108864;
function createMarathon(options) {
	const { urls, report } = options;
	let warned = false;
	/** Warns once where credentials cross the network for all to read. */
	const check = (base, header) => {
		if (warned || header === void 0 || isPrivate(base)) return;
		warned = true;
		report.warn(`Credentials are sent to ${printableUrl(base)} without encryption, for all on the way to read. Give an https:// address as marathon-url.`);
	};
	let leader = 0;
	return {
		base: urls[0],
		send(request) {
			return withRetries(async () => {
				for (let tried = 1;; tried++) try {
					return await sendTo(urls[leader % urls.length], request, options, check);
				} catch (error) {
					if (!mayPass(error) && !isNetwork(error)) throw error;
					if (!isUnsent(error)) request.onLost?.();
					leader++;
					if (tried >= urls.length) throw error;
				}
			}, {
				mayPass,
				...options.retry,
				tries: request.tries ?? options.retry?.tries,
				signal: options.signal
			});
		}
	};
}
async function sendTo(base, request, options, check) {
	const { authorization } = options;
	const header = await authorization.header();
	check(base, header);
	try {
		return await sendAs(header, base, request, options);
	} catch (error) {
		if (!(error instanceof MarathonError) || error.status !== 401) throw error;
		if (!await authorization.renew(header)) throw error;
		return sendAs(await authorization.header(), base, request, options);
	}
}
async function sendAs(header, base, { method, path, query, body, what }, { fetch, signal }) {
	const url = apiUrl(base, path, query);
	const response = await fetch(url, {
		method,
		headers: {
			accept: "application/json",
			...header !== void 0 && { authorization: header },
			...body !== void 0 && { "content-type": "application/json" }
		},
		body: body === void 0 ? void 0 : JSON.stringify(body),
		redirect: "manual",
		signal
	}).catch((thrown) => {
		throw thrown instanceof TypeError ? withCaHint(networkError(url, thrown)) : thrown;
	});
	const text = await readText({
		response,
		url
	}, LONGEST_ANSWER);
	const { status, headers } = response;
	if (!response.ok) throw refusal({
		what,
		url,
		base,
		status,
		headers,
		text,
		app: body,
		secrets: header === void 0 ? [] : [header, header.replace(/^\S+?[ =]/, "")]
	});
	if (text === "") return void 0;
	try {
		return JSON.parse(text);
	} catch {
		throw new MesosizeError("MARATHON_NOT_JSON", `${printableUrl(url)} answered with ${/^\s*</.test(text) ? "a web page" : "something other than JSON"} when asked to ${what}. Check marathon-url: it may lead to a login page, or to the web interface. It is what stands before /v2 in Marathon's addresses, for DC/OS https://CLUSTER/service/marathon.`);
	}
}
function withCaHint(error) {
	if (!error.message.includes("NODE_EXTRA_CA_CERTS")) return error;
	return new MesosizeError(error.code, `${error.message} Or give it as ca-file; DC/OS serves it at https://CLUSTER/ca/dcos-ca.crt.`, { cause: error.cause });
}
function mayPass(error) {
	return error instanceof MarathonError ? error.code === "MARATHON_UNAVAILABLE" : isTransient(error);
}
/** Also what will not pass by itself, such as a name that is not known: another master may have another. */
function isNetwork(error) {
	return error instanceof MesosizeError && error.code === "HTTP_NETWORK";
}
/** Whether a request cannot have been carried out, since there was nobody to take it. */
function isUnsent(error) {
	for (let cause = error; cause instanceof Error; cause = cause.cause) if ("code" in cause && /^(?:ECONNREFUSED|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$/.test(String(cause.code))) return true;
	return false;
}
// src/marathon/logs/host.ts
/** The address of something on a machine that Marathon names; undefined where that is no name of a machine. */
function httpUrl(host, port, path = "") {
	const url = `http://${host}:${port}${path}`;
	return /^(?:\w[\w.-]*|\[[\da-f:.]+\])$/i.test(host) && URL.canParse(url) ? new URL(url) : void 0;
}
// src/marathon/logs/agents.ts
const AGENT_PORT = 5051;
const TIMEOUT = 1e4;
function createAgents(marathon, tools) {
	const { port = AGENT_PORT, signal } = tools;
	let framework;
	return {
		frameworkId() {
			framework ??= askFrameworkId(marathon, signal);
			return framework;
		},
		waysTo({ host, slaveId }) {
			const cluster = clusterUrl(marathon.base);
			const ways = [];
			if (cluster && slaveId !== void 0 && /^\w[\w.-]*$/.test(slaveId)) ways.push(way(`${cluster}/agent/${slaveId}`, tools.authorization, tools));
			const direct = httpUrl(host, port);
			if (direct) ways.push(way(direct.origin, void 0, tools));
			if (ways.length > 0) return ways;
			throw new MesosizeError("AGENT_UNREACHABLE", `The task's host is ${JSON.stringify(host)}, which is no name of a machine, so its agent cannot be asked.`);
		}
	};
}
/** In DC/OS, Marathon is at `/service/NAME`, formerly `/marathon`, and the agents are beside it at `/agent/ID`. */
function clusterUrl(base) {
	const [, prefix] = /^(.*?)\/(?:service\/.+|marathon)$/.exec(base.pathname) ?? [];
	return prefix === void 0 ? void 0 : base.origin + prefix;
}
async function askFrameworkId(marathon, signal) {
	try {
		return text(object(await marathon.send({
			method: "GET",
			path: "/v2/info",
			what: "describe itself",
			tries: 2
		}))?.frameworkId);
	} catch {
		signal?.throwIfAborted();
		return;
	}
}
function way(base, authorization, tools) {
	const { fetch, timeout = TIMEOUT } = tools;
	async function ask(url, header, signal, limit) {
		const answer = await get(fetch, url, {
			authorization: header,
			signal
		});
		const { response } = answer;
		if (response.status === 200) return {
			status: 200,
			body: await readBytes(answer, limit)
		};
		await response.body?.cancel();
		return { status: response.status };
	}
	return { async get(path, query, limit) {
		const url = new URL(`${base}${path}`);
		url.search = new URLSearchParams(query).toString();
		const late = AbortSignal.timeout(timeout);
		const signal = tools.signal ? AbortSignal.any([tools.signal, late]) : late;
		try {
			const header = await authorization?.header();
			let answer = await ask(url, header, signal, limit);
			if (answer.status === 401 && await authorization?.renew(header)) answer = await ask(url, await authorization?.header(), signal, limit);
			if (answer.status === 404) return void 0;
			if (answer.body) return answer.body;
			throw refused(url, answer.status, authorization !== void 0);
		} catch (error) {
			tools.signal?.throwIfAborted();
			if (!late.aborted) throw error;
			throw new MesosizeError("AGENT_UNREACHABLE", `No answer came from the agent at ${printableUrl(url)} within ${timeout / 1e3} seconds. Ask from a machine in its network, or look into Mesos' web interface.`);
		}
	} };
}
function refused(url, status, authorized) {
	const next = status === 401 || status === 403 ? authorized ? "In DC/OS, reading what tasks write takes the permission dcos:adminrouter:ops:slave with full." : "Agents that want a login are read in Mesos' web interface." : "Try again later.";
	return new MesosizeError("AGENT_REFUSED", `The agent at ${printableUrl(url)} answered ${formatStatus(status)}. ${next}`);
}
async function readBytes(answer, limit) {
	const chunks = [];
	let size = 0;
	for await (const chunk of readChunks(answer)) {
		size += chunk.length;
		if (size > limit) throw new MesosizeError("HTTP_TOO_LARGE", `The answer of ${printableUrl(answer.url)} is larger than ${limit} bytes, more than was asked for.`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}
export { object as _, pauses as a, deleteApp as c, readStarted as d, restoreVersion as f, list as g, integer as h, createAuthorization as i, getApp as l, MarathonError as m, httpUrl as n, systemClock as o, unexpected as p, createMarathon as r, appPath as s, createAgents as t, putApp as u, text as v, word as y };
