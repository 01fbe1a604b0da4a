import { i as __toESM, t as __commonJSMin } from "./rolldown-runtime.js";
import { _ as summary, a as info, c as saveState, d as setSecret, f as warning, g as rmRF, h as mkdirP, i as group, l as setFailed, m as cp, n as error, o as isDebug, p as exec, s as notice, t as debug, u as setOutput, y as HttpClient } from "./core.js";
import { c as terminalReporter, f as visible, l as formatBytes, n as readExportRequest, p as version, r as OptionValues, t as nearest, u as formatDuration } from "./nearest.js";
import { n as UsageError, r as messageOf, t as MesosizeError } from "./errors.js";
import { C as formatStatus, D as createFetch, E as printableUrl, O as loadClient, S as HttpStatusError, T as networkError, _ as parseKeyName, a as variablesOf, b as get, c as templateValues, d as readTar, f as readMetadata, g as formatKeyName, h as packageEntries, i as knownUriProblems, l as uriTemplateProblem, m as blake2b256, n as checkKnownUri, o as expandUriTemplate, p as parseHartHeader, r as knownUri, s as printableTemplate, t as publishNowhere, u as runExport, v as withRetries, w as isTransient, x as redirected, y as readText } from "./none.js";
import { a as parseFullIdent, n as formatIdent } from "./ident.js";
import { n as runCommand, r as makeWorkspace, t as WORKSPACE_STATE } from "./state.js";
import { t as decodeXz } from "./xz.js";
import { t as getOctokit } from "./github.js";
import { homedir, tmpdir } from "node:os";
import { stripVTControlCharacters } from "node:util";
import { isAbsolute, join, relative, resolve } from "node:path";
import { access, appendFile, chmod, copyFile, lstat, mkdir, mkdtemp, open, readFile, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import * as os from "os";
import * as crypto from "crypto";
import * as fs from "fs";
import * as path from "path";
import { ok } from "assert";
import * as util from "util";
import { Readable } from "node:stream";
import { createHash, createPrivateKey, createPublicKey, randomBytes } from "node:crypto";
import { constants as constants$2, createReadStream } from "node:fs";
import { setTimeout as setTimeout$1 } from "node:timers/promises";
import * as stream from "stream";
// src/github/context.ts
/**
* Reads the variables that the runner sets for each step ("Variables reference" in GitHub's documentation), and
* the event's payload.
* @param env environment variables, as in `process.env`
* @throws MesosizeError NOT_IN_WORKFLOW, naming every variable that is missing or wrong
*/
async function readContext(env) {
	const problems = [];
	/** A variable's value if it is as it should be; otherwise a problem, and any text. */
	function read(name, pattern, what) {
		const value = env[name] ?? "";
		if (value === "") problems.push(`${name} is not set`);
		else if (!pattern.test(value)) problems.push(`${name} is ${JSON.stringify(value)}, not ${what}`);
		return value;
	}
	const [owner = "", repo = ""] = read("GITHUB_REPOSITORY", /^[\w.-]+\/[\w.-]+$/, "OWNER/REPO").split("/");
	const apiUrl = read("GITHUB_API_URL", WEB_ADDRESS, "a web address").replace(/\/+$/, "");
	const serverUrl = read("GITHUB_SERVER_URL", WEB_ADDRESS, "a web address").replace(/\/+$/, "");
	const sha = read("GITHUB_SHA", /^[0-9a-f]{40,64}$/, "a commit");
	const runId = Number(read("GITHUB_RUN_ID", /^[1-9]\d{0,15}$/, "a number"));
	const runAttempt = Number(read("GITHUB_RUN_ATTEMPT", /^[1-9]\d{0,8}$/, "a number"));
	const eventName = read("GITHUB_EVENT_NAME", /^\w+$/, "the name of an event");
	const eventPath = read("GITHUB_EVENT_PATH", /./s, "a path");
	const event = eventPath === "" ? {} : await readEvent(eventPath).catch((error) => problems.push(messageOf(error)));
	if (problems.length > 0 || typeof event === "number") throw new MesosizeError("NOT_IN_WORKFLOW", `This is not the environment that GitHub's runner makes for a step: ${problems.join("; ")}. Use the action in a workflow (uses: …); at a terminal, use the command line.`);
	const ref = env.GITHUB_REF || void 0;
	return {
		repository: {
			owner,
			repo
		},
		apiUrl,
		serverUrl,
		ref,
		tag: ref?.startsWith("refs/tags/") ? ref.slice(10) : void 0,
		sha,
		runId,
		runAttempt,
		eventName,
		event,
		fromFork: isFromFork(eventName, event, `${owner}/${repo}`)
	};
}
const WEB_ADDRESS = /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/;
async function readEvent(path) {
	const event = parse$1(await readFile(path, "utf8").catch((error) => {
		throw new Error(`the file of GITHUB_EVENT_PATH cannot be read: ${messageOf(error)}`);
	}));
	if (!isObject$1(event)) throw new Error(`${JSON.stringify(path)} of GITHUB_EVENT_PATH holds no JSON object`);
	return event;
}
function parse$1(text) {
	try {
		return JSON.parse(text);
	} catch {
		return;
	}
}
/** `pull_request_target` is none of these: its runs have the token of the repository that they are in. */
const PULL_REQUEST = /^pull_request(_review|_review_comment)?$/;
function isFromFork(eventName, event, repository) {
	if (!PULL_REQUEST.test(eventName)) return false;
	const name = property(property(property(event.pull_request, "head"), "repo"), "full_name");
	return typeof name !== "string" || name.toLowerCase() !== repository.toLowerCase();
}
function property(value, name) {
	return isObject$1(value) ? value[name] : void 0;
}
function isObject$1(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
// src/http/upload.ts
/**
* How long a server gets to refuse after the first piece of a body. Many refuse without reading and close the
* connection; what is written after that destroys the answer before it is read.
*/
const TIME_TO_REFUSE = 500;
/** Much longer than for an answer to a GET: some stores copy or hash the whole file before they answer. */
const IDLE_TIMEOUT = 3e5;
const MAX_TEXT$1 = 65536;
/**
* An `Upload` with the same manners as `createFetch`: it says who it is, gives up on silent servers, and goes
* through proxies. Not `fetch` itself, which holds the whole of a streamed body in memory (undici issue 4058).
*/
function createUpload({ version, signal, idleTimeout = IDLE_TIMEOUT }) {
	let client;
	return async (url, { method, headers, body, onBytes = () => {}, signal: own = signal }) => {
		client ??= loadClient(idleTimeout);
		const { request, dispatcher } = await client;
		const answered = new AbortController();
		const chunks = sendable(body, answered.signal, onBytes);
		const all = new Headers(headers);
		if (!all.has("user-agent")) all.set("user-agent", `mesosize/${version}`);
		all.set("content-length", String(body.size));
		let complete = false;
		try {
			const response = await request(url, {
				method,
				headers: Object.fromEntries(all),
				body: chunks.iterable,
				dispatcher,
				signal: own
			});
			answered.abort();
			const ok = response.statusCode >= 200 && response.statusCode < 300;
			const text = await readStart(response.body, ok);
			if (ok && chunks.sent() < body.size) throw new MesosizeError("HTTP_TRUNCATED", `${printableUrl(url)} answered with success before it had the file (${chunks.sent()} of ${body.size} bytes were sent), so it cannot have stored it. Check the address, and the proxy, if there is one.`);
			complete = ok;
			return {
				url,
				status: response.statusCode,
				headers: toHeaders(response.headers),
				text
			};
		} catch (thrown) {
			own?.throwIfAborted();
			throw thrown instanceof MesosizeError ? thrown : networkError(url, thrown);
		} finally {
			answered.abort();
			await chunks.close();
			if (!complete) onBytes(-chunks.sent());
		}
	};
}
/** The bytes of a file, which is opened anew for each try. */
function fileBody(path, size) {
	return {
		size,
		async *chunks() {
			let read = 0;
			try {
				for await (const chunk of createReadStream(path)) {
					read += chunk.length;
					if (read > size) break;
					yield chunk;
				}
			} catch (thrown) {
				throw new MesosizeError("UPLOAD_FILE", `${path} cannot be read: ${messageOf(thrown)}.`, { cause: thrown });
			}
			if (read !== size) throw new MesosizeError("UPLOAD_FILE", `${path} had ${size} bytes and has changed while it was uploaded. Let nothing write to it, and try again.`);
		}
	};
}
/** A short text. */
function textBody(text) {
	const bytes = Buffer.from(text);
	return {
		size: bytes.length,
		async *chunks() {
			yield bytes;
		}
	};
}
/** The body's pieces, with a pause after the first one, until the server has answered. */
function sendable(body, answered, onBytes) {
	let sent = 0;
	async function* send() {
		for await (const chunk of body.chunks()) {
			if (answered.aborted) return;
			const isFirst = sent === 0;
			sent += chunk.length;
			onBytes(chunk.length);
			yield chunk;
			if (isFirst && sent < body.size) await setTimeout$1(TIME_TO_REFUSE, void 0, { signal: answered }).catch(() => {});
		}
	}
	const iterable = send();
	return {
		iterable,
		sent: () => sent,
		/** Closes the file, which undici leaves open when an answer comes early. */
		close: () => iterable.return()
	};
}
/** @param whole whether it matters that the answer breaks off */
async function readStart(body, whole) {
	const chunks = [];
	let size = 0;
	try {
		for await (const chunk of body) {
			chunks.push(chunk);
			size += chunk.length;
			if (size >= MAX_TEXT$1) break;
		}
	} catch (thrown) {
		if (whole) throw thrown;
	}
	return Buffer.concat(chunks).subarray(0, MAX_TEXT$1).toString("utf8");
}
function toHeaders(headers) {
	const pairs = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map((one) => [name, one]));
	return new Headers(pairs);
}
// src/http/user-info.ts
/** The Authorization header of a user and password. RFC 7617. */
function basicAuthorization(user, password) {
	return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}
/** Takes user and password out of a URL; as with libcurl, they become basic authentication. */
function takeUserInfo(from) {
	const url = new URL(from);
	url.username = "";
	url.password = "";
	if (!from.username && !from.password) return { url };
	return {
		url,
		authorization: basicAuthorization(decode(from.username), decode(from.password))
	};
}
/** Percent-decoded; as it is where it is no percent-encoding. */
function decode(text) {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
// src/publish/probe.ts
const ELSEWHERE = "Publish to a server that agents can read without a login, such as with publish: http.";
/**
* Fetches the beginning of a published tarball as an agent's fetcher would, with nothing but the URI, and warns if
* that would not give the tarball. What agents really see may differ, since they are in another network; so it
* only warns.
* @param size of the tarball, bytes
* @throws only the signal's reason, if it was aborted
*/
async function probe(uri, size, tools) {
	const url = URL.canParse(uri) ? new URL(uri) : void 0;
	const onTheWeb = url !== void 0 && /^https?:$/.test(url.protocol);
	const problem = onTheWeb ? knownProblem(url) ?? await problemAt(url, size, tools) : schemeProblem(url);
	if (problem) {
		const shown = onTheWeb ? printableUrl(url) : JSON.stringify(printableUrl(uri));
		tools.report.warn(`Agents will probably fail to fetch ${shown}: ${problem}`);
	}
	if (onTheWeb && url.search !== "") tools.report.warn(`The URI of the tarball, ${printableUrl(url)}, has a query. If that is a signature, it expires, and every start of a task after that fails. With "uris", or with the cache of the fetcher, agents also take the query for a part of the file name, and so do not see that it is a .tgz. Use a URI without a query.`);
}
/** The fetcher's own reading of schemes (Mesos: src/launcher/fetcher.cpp). */
function schemeProblem(url) {
	switch (url?.protocol) {
		case "ftp:":
		case "ftps:": return;
		case "file:":
		case void 0: return `it is a path on the agent's own disk, so the file must be on every agent, or on a file system that they share. ${ELSEWHERE}`;
		default: return `for ${url.protocol}// an agent needs the hadoop program, with a setup for it. Where agents have none, use http or https.`;
	}
}
/** Addresses of GitHub that need what the fetcher does not send: a token, or an Accept header. */
function knownProblem({ pathname }) {
	if (/\/actions\/(?:runs\/\d+\/)?artifacts\/\d+/.test(pathname)) return `a workflow artifact is for people who are logged in. ${ELSEWHERE}`;
	if (/\/repos\/[^/]+\/[^/]+\/releases\/assets\/\d+$/.test(pathname)) return "this address of the API gives the asset only to who sends an Accept header, which agents do not. Use the download address of the release.";
}
async function problemAt(from, size, tools) {
	const { url, authorization } = takeUserInfo(from);
	const { signal, timeout = 15e3 } = tools;
	const ask = (method, headers) => {
		const limit = AbortSignal.timeout(timeout);
		return get(tools.fetch, url, {
			method,
			headers,
			authorization,
			signal: signal ? AbortSignal.any([signal, limit]) : limit
		});
	};
	try {
		const head = await ask("HEAD", { "accept-encoding": "identity" }).catch(() => void 0);
		signal?.throwIfAborted();
		const { response } = await ask("GET", { range: "bytes=0-1" });
		const bytes = response.status === 200 || response.status === 206 ? await firstTwo(response) : void 0;
		if (!bytes) {
			await response.body?.cancel();
			return statusProblem(response.status, url, authorization !== void 0);
		}
		return contentProblem(response, bytes, lengthOf(response) ?? (head?.response.status === 200 ? lengthOf(head.response) : void 0), size);
	} catch (thrown) {
		signal?.throwIfAborted();
		return `${thrown instanceof DOMException && thrown.name === "TimeoutError" ? `no answer came within ${timeout / 1e3} s.` : messageOf(thrown)} If agents reach it through a network of their own, this says nothing about them.`;
	}
}
/** Empty where the server says that it encodes the body: fetch decodes that, and an agent does not. */
async function firstTwo(response) {
	if (response.headers.has("content-encoding")) {
		await response.body?.cancel();
		return /* @__PURE__ */ new Uint8Array();
	}
	let bytes = Buffer.alloc(0);
	for await (const chunk of response.body ?? []) {
		bytes = Buffer.concat([bytes, chunk]);
		if (bytes.length >= 2) break;
	}
	return bytes.subarray(0, 2);
}
/** The length of the whole file, bytes, where the answer tells it. */
function lengthOf({ status, headers }) {
	const length = status === 206 ? /^bytes \d+-\d+\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1] : headers.get("content-length");
	return length ? Number(length) : void 0;
}
function contentProblem({ headers }, bytes, length, size) {
	if (/^text\/html/i.test(headers.get("content-type") ?? "")) return `a web page is there, such as a login asks for, and not the tarball. ${ELSEWHERE}`;
	if (!headers.has("content-encoding") && !(bytes[0] === 31 && bytes[1] === 139)) return "what is there is not gzip, and so not the tarball. Check uri, uri-base or uri-template, and what is at this address.";
	if (length !== void 0 && length !== size) return `what is there has ${length} bytes, and the tarball has ${size}: another file, or an older one that a cache kept. Put {release} or {sha256} into the address, so that each tarball has its own.`;
}
function statusProblem(status, { pathname }, authorized) {
	const answered = `it answers ${formatStatus(status)}.`;
	if (status === 401 || status === 403) return `${answered} ${authorized ? "The user and password in the URI are not valid there." : "Agents send no token and no header, only a user and password that are in the URI (https://USER:PASSWORD@HOST/…), where everyone sees them who sees the app."} ${ELSEWHERE}`;
	if (status === 404 && pathname.includes("/releases/download/")) return `${answered} So does GitHub for releases of a private repository, which agents cannot fetch at all, and for drafts until they are published. ${ELSEWHERE}`;
	if (status === 404 || status === 410) return `${answered} Nothing is there for who comes without a login. Check uri, uri-base or uri-template.`;
	if (status === 429 || status >= 500) return `${answered} If it does not recover, tasks cannot start.`;
	return `${answered} The fetcher of an agent wants 200. Check the address.`;
}
// src/publish/header-lines.ts
/** A token and a field value of RFC 9110, sections 5.6.2 and 5.5. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** What the upload itself must say, or what belongs to the connection. */
const OURS = /* @__PURE__ */ new Set([
	"connection",
	"content-length",
	"expect",
	"host",
	"keep-alive",
	"proxy-authorization",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade"
]);
/**
* Reads headers written one per line, as `Name: value`; empty lines do not count. Values may be secrets and
* are in no message.
* @param what they are called, for messages
* @returns by lower-case name
* @throws UsageError with every problem
*/
function parseHeaderLines(text, what) {
	const headers = /* @__PURE__ */ new Map();
	const problems = [];
	for (const [index, line] of text.split(/\r?\n/).entries()) {
		if (line.trim() === "") continue;
		const where = `${what}, line ${index + 1}`;
		const colon = line.indexOf(":");
		const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
		const value = line.slice(colon + 1).trim();
		if (!NAME.test(name)) problems.push(`${where}: this is no header. Write Name: value, such as X-Api-Key: \${{ secrets.API_KEY }}.`);
		else if (OURS.has(name)) problems.push(`${where}: ${name} is set by the upload itself. Remove the line.`);
		else if (headers.has(name)) problems.push(`${where}: ${name} is there already. Keep one of the two lines.`);
		else if (!VALUE.test(value)) problems.push(`${where}: the value of ${name} has characters that no header may have. Copy it again.`);
		else headers.set(name, value);
	}
	if (problems.length > 0) throw new UsageError(problems);
	return Object.fromEntries(headers);
}
// src/actions/publish-request.ts
const TARGETS$1 = [
	"none",
	"release",
	"artifact",
	"artifact-store",
	"http"
];
/** Reads the inputs about publishing; worth nothing if `inputs` has problems afterwards. */
function readPublishRequest(inputs) {
	const to = inputs.choice("publish", TARGETS$1);
	switch (to) {
		case "none":
		case "artifact": return { to };
		case "release": return {
			to,
			id: readReleaseId(inputs),
			tag: inputs.text("release-tag"),
			draft: inputs.flag("draft"),
			prerelease: inputs.flag("prerelease"),
			overwrite: inputs.flag("overwrite")
		};
		case "http": return {
			to,
			uploadUrl: required("upload-url", to, inputs),
			headers: readHeaders(inputs)
		};
		case "artifact-store": return {
			to,
			marathonUrl: readMarathonUrl(inputs),
			authorization: readAuthorization(inputs)
		};
	}
}
function required(name, to, inputs) {
	const text = inputs.text(name);
	if (text === void 0) inputs.problems.push(`${name}: "publish: ${to}" needs it. Write ${name}: https://…`);
	return text ?? "";
}
function readReleaseId(inputs) {
	const text = inputs.text("release-id");
	if (text === void 0) return void 0;
	if (!/^[1-9]\d{0,14}$/.test(text)) inputs.problems.push(`release-id: ${JSON.stringify(text)} is no number of a release. Write the id that the API gives it, or release-tag: v1.2.3`);
	if (inputs.text("release-tag") !== void 0) inputs.problems.push("release-id: there is a release-tag too. Keep one of the two");
	return Number(text);
}
function readHeaders(inputs) {
	try {
		return parseHeaderLines(inputs.text("upload-headers") ?? "", "upload-headers");
	} catch (error) {
		inputs.problems.push(...error instanceof UsageError ? error.problems : [messageOf(error)]);
		return {};
	}
}
/** With user and password in it, as the store takes them. */
function readMarathonUrl(inputs) {
	const text = required("marathon-url", "artifact-store", inputs);
	const user = inputs.text("marathon-user");
	const password = inputs.text("marathon-password");
	if (user === void 0 !== (password === void 0)) inputs.problems.push("marathon-user: it goes with marathon-password. Write both, or neither");
	if (user === void 0 || password === void 0 || !URL.canParse(text)) return text;
	const url = new URL(text);
	url.username = encodeURIComponent(user);
	url.password = encodeURIComponent(password);
	return url.href;
}
function readAuthorization(inputs) {
	const token = inputs.text("dcos-token");
	if (token === void 0) return void 0;
	if (inputs.text("marathon-user") !== void 0) inputs.problems.push("dcos-token: there is a marathon-user too. Keep one way to log in");
	return `token=${token}`;
}
// src/actions/export-request.ts
/**
* Reads all inputs and the files that they name.
* @throws UsageError with every problem, one line each
*/
async function readExportAction(inputs, env) {
	const positionals = inputs.lines("package").map((text) => ({
		text,
		doubtful: false
	}));
	const values = new OptionValues({
		options: inputs.options(),
		positionals,
		problems: []
	}, env);
	const request = await readExportRequest(positionals, values, inputs.text("origin"));
	const action = {
		request,
		plan: readPlan(inputs),
		hab: readHab(inputs, request),
		publish: readPublishRequest(inputs),
		uriTemplate: readUriTemplate(inputs),
		githubToken: inputs.text("github-token") ?? "",
		checksumFile: inputs.flag("checksum-file"),
		summary: inputs.flag("summary")
	};
	const problems = [...inputs.problems, ...values.problems];
	if (problems.length > 0) throw new UsageError(problems);
	return action;
}
function readPlan(inputs) {
	const folder = inputs.text("plan");
	const named = inputs.lines("package").length > 0;
	const originKey = inputs.text("origin-key");
	if (folder === void 0) {
		if (!named) inputs.problems.push("package: neither it nor plan is given. Write package: core/redis, or plan: .");
		return;
	}
	if (named) inputs.problems.push("plan: there is a package too. Keep one of the two");
	if (originKey === void 0) inputs.problems.push(`origin-key: a build needs the key that signs it, and pull requests from forks get no secrets. Write origin-key: \${{ secrets.HAB_ORIGIN_KEY }}`);
	return {
		folder,
		originKey: originKey ?? "",
		origin: inputs.text("origin")
	};
}
function readHab(inputs, { builder }) {
	if (!inputs.flag("use-hab")) {
		if (inputs.text("plan") !== void 0) inputs.problems.push("use-hab: a plan is built by hab. Leave use-hab out, or name a package instead of the plan");
		return;
	}
	if (inputs.text("artifacts") !== void 0) inputs.problems.push("artifacts: hab does not look there. Write use-hab: false, or name the harts as package");
	return {
		version: inputs.text("hab-version") ?? "latest",
		channel: inputs.text("hab-channel") ?? "stable",
		mirror: inputs.text("hab-mirror") ?? "",
		builder: builder.url,
		acceptLicense: inputs.flag("accept-license")
	};
}
function readUriTemplate(inputs) {
	const given = [
		"uri",
		"uri-base",
		"uri-template"
	].filter((name) => inputs.text(name) !== void 0);
	if (given.length > 1 && given.includes("uri-template")) inputs.problems.push(`${given.join(", ")}: only one can be. Keep one`);
	return inputs.text("uri-template");
}
// src/habitat/hab/command.ts
/** What any call needs of the job's environment: programs, temporary files, proxies and certificates. */
const HANDED_ON = [...[
	"PATH",
	"TMPDIR",
	"SSL_CERT_FILE",
	"SSL_CERT_DIR"
], ...[
	"http_proxy",
	"https_proxy",
	"no_proxy",
	"HTTP_PROXY",
	"HTTPS_PROXY",
	"NO_PROXY"
]];
/**
* Calls hab with an environment of its own: the caches are in the workspace's home folder, so that nothing of
* the person's own is read or changed (components/core/src/fs.rs).
* @param more variables besides the usual ones
*/
async function callHab(hab, args, from, more, cwd) {
	const env = defined({
		...pick(hab.env, HANDED_ON),
		HOME: hab.workspace.home,
		HAB_BLDR_URL: from.url,
		HAB_BLDR_CHANNEL: from.channel,
		HAB_AUTH_TOKEN: hab.token,
		HAB_LICENSE: hab.license,
		HAB_NOCOLORING: "true",
		HAB_NONINTERACTIVE: "true",
		...more
	});
	let end = Buffer.alloc(0);
	return {
		status: await hab.run({
			program: hab.release.path,
			args,
			env,
			cwd
		}, (chunk) => {
			end = Buffer.concat([end, chunk]).subarray(-8192);
		}),
		tail: lastLines(end.toString())
	};
}
/** Variables of an environment by their names; those that it has not are left out. */
function pick(env, names) {
	return Object.fromEntries(names.map((name) => [name, env[name]]));
}
function defined(env) {
	const entries = Object.entries(env).filter((entry) => Boolean(entry[1]));
	return Object.fromEntries(entries);
}
function lastLines(text) {
	return stripVTControlCharacters(text).split(/[\r\n]+/).map((line) => line.replace(/\p{Cc}/gu, " ").trimEnd()).filter((line) => line !== "").slice(-15).map((line) => `  ${line}`).join("\n");
}
// src/habitat/hab/last-build.ts
/**
* Reads results/last_build.env, lines of `KEY=VALUE` without quotes that a plan can influence, so never as a
* script (components/plan-build/bin/hab-plan-build-linux.sh); and checks the hart that it names.
* @param results the folder, absolute
* @throws MesosizeError BUILD_RESULT
*/
async function readLastBuild(results) {
	const path = join(results, "last_build.env");
	try {
		const values = parseEnv(await readFile(path, "utf8"));
		const value = (key, pattern, shape) => {
			const text = values.get(key);
			if (text !== void 0 && pattern.test(text)) return text;
			throw new Error(`${key} is ${JSON.stringify(text) ?? "missing"}, not ${shape}`);
		};
		const ident = parseFullIdent(values.get("pkg_ident") ?? "");
		for (const part of [
			"origin",
			"name",
			"version",
			"release"
		]) {
			const text = values.get(`pkg_${part}`);
			if (text !== ident[part]) throw new Error(`pkg_${part} is ${JSON.stringify(text) ?? "missing"}, but pkg_ident is ${formatIdent(ident)}`);
		}
		const hart = join(results, value("pkg_artifact", /^[^/\0]+\.hart$/, "the name of a hart"));
		const sha256 = value("pkg_sha256sum", /^[0-9a-f]{64}$/, "a SHA-256 sum");
		const blake2b = value("pkg_blake2bsum", /^[0-9a-f]{64}$/, "a BLAKE2b sum");
		await checkSums(hart, sha256, blake2b);
		return {
			ident,
			hart,
			sha256,
			blake2b
		};
	} catch (error) {
		throw new MesosizeError("BUILD_RESULT", `${path} does not describe what was built: ${messageOf(error)}. Remove the results folder and build again.`, { cause: error });
	}
}
/** The ident of a build that failed, from results/pre_build.env; undefined where it cannot be read there. */
async function readFailedBuild(results) {
	try {
		const values = parseEnv(await readFile(join(results, "pre_build.env"), "utf8"));
		return formatIdent(parseFullIdent(values.get("pkg_ident") ?? ""));
	} catch {
		return;
	}
}
function parseEnv(text) {
	const pairs = text.split("\n").map((line) => /^\s*(\w+)=(.*?)\s*$/.exec(line)).filter((match) => match !== null);
	return new Map(pairs.map(([, key, value]) => [key, value]));
}
async function checkSums(hart, sha256, blake2b) {
	if (!(await lstat(hart)).isFile()) throw new Error(`${hart} is no regular file`);
	const hash = createHash("sha256");
	async function* observed() {
		for await (const chunk of createReadStream(hart, { highWaterMark: 1 << 20 })) {
			hash.update(chunk);
			yield chunk;
		}
	}
	const actual = {
		blake2b: await blake2b256(observed()),
		sha256: hash.digest("hex")
	};
	if (actual.sha256 !== sha256) throw new Error(`${hart} has the SHA-256 sum ${actual.sha256}, not ${sha256}`);
	if (actual.blake2b !== blake2b) throw new Error(`${hart} has the BLAKE2b sum ${actual.blake2b}, not ${blake2b}`);
}
// src/habitat/hab/plan.ts
/**
* Finds the plan in a folder: `plan.sh` or `habitat/plan.sh`, or one for the target alone in a folder of that
* name beside it (components/plan-build/bin/hab-plan-build-linux.sh).
* @param folder as the person wrote it
* @param cwd the working folder; of the machine, a build sees nothing else
* @throws MesosizeError PLAN_NOT_FOUND, PLAN_AMBIGUOUS, PLAN_OUTSIDE, PLAN_PATH
*/
async function findPlan(folder, cwd, target) {
	const path = resolve(cwd, folder);
	const here = await filesIn(path, ["plan.sh", `${target}/plan.sh`]);
	const below = await filesIn(path, ["habitat/plan.sh", `habitat/${target}/plan.sh`]);
	const [found] = [...here, ...below];
	if (found === void 0) throw await notFound(folder, path);
	if (here.length > 0 && below.length > 0) throw new MesosizeError("PLAN_AMBIGUOUS", `The plan folder ${JSON.stringify(folder)} has both plan.sh and habitat/plan.sh, and hab allows one. Remove one of them.`);
	const inside = relative(await realpath(cwd), await realpath(path)) || ".";
	if (inside.startsWith("..")) throw new MesosizeError("PLAN_OUTSIDE", `The plan folder ${JSON.stringify(folder)} is not in the working folder ${cwd}, which is all that a build sees. Check it out into the workspace.`);
	if (!/^[\w.@%+=:,][\w.@%+=:,/-]*$/.test(inside)) throw new MesosizeError("PLAN_PATH", `The plan folder ${JSON.stringify(inside)} has characters that hab hands to a shell as they are. Use letters, digits and ". _ / @ % + = : , -".`);
	return {
		folder: inside,
		origin: plainOrigin(await readFile(join(path, found), "utf8"))
	};
}
async function filesIn(folder, names) {
	const there = await Promise.all(names.map((name) => isFile$1(join(folder, name))));
	return names.filter((_, index) => there[index]);
}
function isFile$1(path) {
	return stat(path).then((stats) => stats.isFile(), () => false);
}
async function notFound(folder, path) {
	const windows = await filesIn(path, ["plan.ps1", "habitat/plan.ps1"]);
	const stats = await stat(path).catch(() => void 0);
	const problem = !stats ? "does not exist. Check it, and that an actions/checkout step comes before" : !stats.isDirectory() ? "is no folder. Name the folder that plan.sh is in" : windows.length > 0 ? `has ${windows[0]}, which is a plan for Windows, and Mesos agents run Linux. Add a plan.sh` : "has neither plan.sh nor habitat/plan.sh. Name the folder that plan.sh is in";
	return new MesosizeError("PLAN_NOT_FOUND", `The plan folder ${JSON.stringify(folder)} ${problem}.`);
}
function plainOrigin(plan) {
	return /^[ \t]*pkg_origin=(["']?)([a-z0-9][a-z0-9_-]*)\1[ \t]*(?:[;#].*)?$/m.exec(plan)?.[2];
}
// src/habitat/hab/secret-key.ts
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
/**
* Reads a secret origin key: `SIG-SEC-1`, the key's name, an empty line, and the base64 of seed and public key,
* 32 bytes each (components/core/src/crypto/keys). No error shows any of it.
* @param where it was given, for errors
* @throws MesosizeError KEY_FORMAT
*/
function parseSecretKey(text, where) {
	const [kind = "", nameLine = "", empty = "", encoded = "", ...rest] = text.trim().split(/\r?\n/);
	const name = parseKeyName(nameLine.trim());
	const bytes = Buffer.from(encoded.trim(), "base64");
	const publicBytes = bytes.length === 64 ? publicHalf(bytes.subarray(0, 32)) : void 0;
	const problem = text.trim() === "" ? "it is empty: the secret is not set, or not given to this workflow, as with pull requests from forks" : kind === "SIG-PUB-1" ? "it is the public half" : kind.includes("\\n") ? "it is on one line, with \"\\n\" where lines should end" : kind !== "SIG-SEC-1" ? "its first line is not \"SIG-SEC-1\"" : !name ? "its second line is no key name such as \"acme-20240101000000\"" : empty.trim() !== "" || rest.length > 0 || !publicBytes ? "after an empty line it must have 64 bytes in base64, and nothing more" : !publicBytes.equals(bytes.subarray(32)) ? "its two halves do not belong together" : void 0;
	if (problem !== void 0 || !name || !publicBytes) throw new MesosizeError("KEY_FORMAT", `${where} is not a secret origin key: ${problem}. Put the output of "hab origin key export ORIGIN --type secret" into the secret as it is.`);
	return {
		name,
		secretText: `SIG-SEC-1\n${nameLine.trim()}\n\n${bytes.toString("base64")}`,
		publicText: `SIG-PUB-1\n${nameLine.trim()}\n\n${publicBytes.toString("base64")}`
	};
}
function publicHalf(seed) {
	const key = createPrivateKey({
		key: Buffer.concat([PKCS8_PREFIX, seed]),
		format: "der",
		type: "pkcs8"
	});
	return createPublicKey(key).export({
		format: "der",
		type: "spki"
	}).subarray(-32);
}
// src/habitat/hab/build.ts
/** The channels that a build's tools come from, where the job sets them. */
const BUILD_CHANNELS = [
	"HAB_REFRESH_CHANNEL",
	"HAB_FALLBACK_CHANNEL",
	"HAB_INTERNAL_BLDR_CHANNEL"
];
const NO_SIGNING_KEY = 35;
const NO_PLAN = 42;
/**
* `hab pkg build`. The secret key is in the workspace's key cache while hab runs, and the public half stays there
* for the installation. Unless this user is root, hab calls itself again through `sudo -E`
* (components/hab/src/command/studio/enter.rs), and so with the few variables that it was given.
* @throws MesosizeError KEY_FORMAT, KEY_ORIGIN, PLAN_…, BUILD_ENVIRONMENT, HAB_BUILD, BUILD_RESULT
*/
async function buildPackage(hab, request) {
	const key = parseSecretKey(request.originKey, "origin-key");
	const plan = await findPlan(request.plan, request.cwd, hab.release.target);
	checkOrigin(key, request.origin, plan);
	const { origin } = key.name;
	const own = {
		HAB_ORIGIN: origin,
		HAB_ORIGIN_KEYS: origin,
		...studioVariables(hab.env)
	};
	checkStudioVariables({
		...own,
		HAB_BLDR_URL: request.from.url,
		HAB_BLDR_CHANNEL: request.from.channel
	});
	const results = join(request.cwd, "results");
	const before = await stampsOf(results);
	const secretFile = join(hab.workspace.keys, `${formatKeyName(key.name)}.sig.key`);
	for (const folder of hab.workspace.publicKeys) await writeFile(join(folder, `${formatKeyName(key.name)}.pub`), key.publicText);
	await writeFile(secretFile, key.secretText, { mode: 256 });
	const more = {
		...own,
		HAB_CACHE_KEY_PATH: hab.workspace.keys
	};
	const result = await callHab(hab, [
		"pkg",
		"build",
		plan.folder
	], request.from, more, request.cwd).finally(() => rm(secretFile, { force: true }));
	await takeOver(results, hab, request);
	const after = await stampsOf(results);
	if (result.status !== 0) throw failed$1(result, plan, key, after.failed !== before.failed ? await readFailedBuild(results) : void 0);
	if (after.last === void 0 || after.last === before.last) throw new MesosizeError("BUILD_RESULT", `hab built the plan ${JSON.stringify(plan.folder)}, but ${join(results, "last_build.env")} ${after.last ? "is of an earlier build" : "is not there"}. Check that the plan does not set pkg_output_path, nor the job HAB_OUTPUT_PATH.`);
	return readLastBuild(results);
}
function checkOrigin({ name }, wanted, plan) {
	const origin = wanted ?? plan.origin;
	if (origin === void 0 || origin === name.origin) return;
	const said = wanted === void 0 ? `the plan's pkg_origin` : "the input origin";
	throw new MesosizeError("KEY_ORIGIN", `origin-key is a key of the origin ${name.origin}, but ${said} is ${JSON.stringify(origin)}. Use a key of that origin, or write "origin: ${name.origin}" to build the package for ${name.origin}.`);
}
function studioVariables(env) {
	const secrets = Object.keys(env).filter((name) => name.startsWith("HAB_STUDIO_SECRET_"));
	return pick(env, [...BUILD_CHANNELS, ...secrets]);
}
/** hab-studio hands these to the build without quotes (components/studio/bin/hab-studio.sh, chroot_env). */
function checkStudioVariables(variables) {
	const broken = Object.keys(variables).filter((name) => /[\s*?[\]]/.test(variables[name] ?? ""));
	if (broken.length === 0) return;
	throw new MesosizeError("BUILD_ENVIRONMENT", `${broken.join(", ")}: hab cannot hand a value with white space or any of "* ? [ ]" to a build. Use a value without them, such as its base64.`);
}
/** When hab last wrote its two reports. */
async function stampsOf(results) {
	const [last, failed] = await Promise.all(["last_build.env", "pre_build.env"].map(async (name) => {
		const stats = await stat(join(results, name), { bigint: true }).catch(() => void 0);
		return stats && `${stats.ino}:${stats.ctimeNs}`;
	}));
	return {
		last,
		failed
	};
}
/** What the build left as root becomes this user's, as far as it is not; later steps need to read and remove it. */
async function takeOver(results, hab, { uid, gid }) {
	if (uid === 0) return;
	const paths = [results, ...(await readdir(results).catch(() => [])).map((name) => join(results, name))];
	if ((await Promise.all(paths.map(async (path) => (await lstat(path).catch(() => void 0))?.uid ?? uid))).every((owner) => owner === uid)) return;
	const args = [
		"-n",
		"chown",
		"-hR",
		`${uid}:${gid}`,
		"--",
		results
	];
	await hab.run({
		program: "sudo",
		args,
		env: { PATH: hab.env.PATH ?? "" }
	}, () => {}).catch(() => {});
}
function failed$1({ status, tail }, plan, { name }, ident) {
	const next = status === NO_SIGNING_KEY || /unable to export your secret signing key/.test(tail) ? `hab found no key to sign with. Check that the plan builds for the origin ${name.origin}, of which origin-key is.` : status === NO_PLAN ? "hab found no plan that it can build. Check the plan folder." : /^\s*sudo: |could not find the `?sudo/im.test(tail) ? "Builds need root. Use a runner whose user may call sudo without a password, or run the job as root in a container." : "Correct the plan.";
	const what = ident === void 0 ? "" : ` (${ident})`;
	return new MesosizeError("HAB_BUILD", `"hab pkg build ${plan.folder}"${what} failed with exit status ${status}. ${next} The last lines of its log:\n${tail}`);
}
// src/habitat/hab/hart-ident.ts
/**
* Reads the ident in a hart, which its name does not tell. Nothing is verified: for harts that hab has installed.
* @param maxPackageSize the most bytes that it may unpack to
* @returns fully qualified
* @throws MesosizeError HART_FORMAT and those of its archive
*/
async function hartIdent(path, decodeXz, maxPackageSize) {
	const file = await open(path);
	const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0).finally(() => file.close());
	const { bodyStart } = parseHartHeader(buffer.subarray(0, bytesRead), path);
	const members = readTar(decodeXz(path, bodyStart), path, maxPackageSize);
	const { ident } = await readMetadata(packageEntries(members, path), path);
	return formatIdent(ident);
}
// src/habitat/hab/install.ts
/** Core packages that every image needs; most bring the first, few the second. */
const IMAGE_TOOLS = ["busybox-static", "cacerts"];
/**
* Installs everything that an image needs into the workspace's FS_ROOT, as this user: the packages that were asked
* for, and hab's own, by default those of hab's own release. What comes from the same channel is one call.
* @returns the request in terms of what is installed now
* @throws MesosizeError HAB_INSTALL
*/
async function installForExport(hab, wanted, tools) {
	const { builder, base } = wanted;
	const pins = hab.release.packages;
	const supervisor = wanted.supervisor ?? formatIdent(pins.supervisor);
	const launcher = wanted.launcher ?? formatIdent(pins.launcher);
	const own = [supervisor, launcher];
	for (const folder of wanted.keys) await copyPublicKeys(folder, hab.workspace.publicKeys);
	if (builder.url === base.url && builder.channel === base.channel) await installPackages(hab, [...wanted.packages, ...own], base, tools);
	else {
		await installPackages(hab, wanted.packages, builder, tools);
		await installPackages(hab, own, base, tools);
	}
	const missing = await missingTools(hab.workspace.fsRoot);
	if (missing.length > 0) await installPackages(hab, missing, base, tools);
	const identOf = async (spec) => isAbsolute(spec) ? tools.readIdent(spec) : spec;
	return {
		fsRoot: hab.workspace.fsRoot,
		target: hab.release.target,
		packages: await Promise.all(wanted.packages.map(identOf)),
		supervisor: await identOf(supervisor),
		launcher: await identOf(launcher)
	};
}
/**
* `hab pkg install` into the workspace's FS_ROOT. Install hooks are not run: they expect the package at `/hab`,
* and would change this machine instead of the image; the Supervisor runs them when it starts the service
* (components/common/src/command/package/install.rs).
* @param specs idents, or absolute paths of harts
* @throws MesosizeError HAB_INSTALL
*/
async function installPackages(hab, specs, from, { report, sleep = setTimeout$1 }) {
	const args = [
		"pkg",
		"install",
		"--ignore-install-hook",
		...[
			"--url",
			from.url,
			"--channel",
			from.channel
		],
		...specs
	];
	const install = () => callHab(hab, args, from, { FS_ROOT: hab.workspace.fsRoot });
	let result = await install();
	if (result.status !== 0 && NETWORK.test(result.tail)) {
		report.note(`hab could not reach ${from.url}; trying once more in ${PAUSE / 1e3} s.`);
		await sleep(PAUSE);
		result = await install();
	}
	if (result.status !== 0) throw failed(result, specs, from, hab.token !== void 0);
}
const PAUSE = 1e4;
const NETWORK = /\b(timed? ?out|connection (reset|refused|closed)|broken pipe|error sending request|dns error|failed to lookup address|\[?(429|50[0234])\b[^\n]*(Too Many|Internal Server|Bad Gateway|Unavailable|Gateway Time))/i;
function failed({ status, tail }, specs, { url, channel }, hadToken) {
	const next = /\b40[13] (Unauthorized|Forbidden)/i.test(tail) ? hadToken ? "Check that builder-token is valid and may read these packages." : "Add a personal access token as builder-token: the origin is private, or the packages need a licence key." : /\b404 Not Found|not found in/i.test(tail) ? "Check the names of the packages, and channel or base-packages-channel." : NETWORK.test(tail) ? "Check builder-url and the network, or try again later." : "Correct what it complains of.";
	return new MesosizeError("HAB_INSTALL", `"hab pkg install ${specs.map(shown).join(" ")}" from the channel ${channel} of ${url} failed with exit status ${status}. ${next} Its last lines:\n${tail}`);
}
function shown(spec) {
	return /^[\w./+~-]+$/.test(spec) ? spec : JSON.stringify(spec);
}
async function copyPublicKeys(folder, caches) {
	const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".pub"));
	for (const name of names) for (const cache of caches) await copyFile(join(folder, name), join(cache, name));
}
async function missingTools(fsRoot) {
	const pkgs = join(fsRoot, "hab/pkgs");
	const origins = await readdir(pkgs);
	const names = (await Promise.all(origins.map((origin) => readdir(join(pkgs, origin))))).flat();
	return IMAGE_TOOLS.filter((name) => !names.includes(name)).map((name) => `core/${name}`);
}
// node_modules/semver/internal/constants.js
var require_constants = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = {
		MAX_LENGTH: 256,
		MAX_SAFE_COMPONENT_LENGTH: 16,
		MAX_SAFE_BUILD_LENGTH: 250,
		MAX_SAFE_INTEGER: Number.MAX_SAFE_INTEGER || 
		/* istanbul ignore next */ 9007199254740991,
		WHITESPACE_CHARACTERS: [
			"	",
			"\n",
			"\v",
			"\f",
			"\r",
			" ",
			"\xA0",
			" ",
			" ",
			" ",
			" ",
			" ",
			" ",
			" ",
			" ",
			" ",
			" ",
			" ",
			" ",
			"\u2028",
			"\u2029",
			" ",
			" ",
			"　",
			"﻿"
		],
		RELEASE_TYPES: [
			"major",
			"premajor",
			"minor",
			"preminor",
			"patch",
			"prepatch",
			"prerelease"
		],
		SEMVER_SPEC_VERSION: "2.0.0",
		FLAG_INCLUDE_PRERELEASE: 1,
		FLAG_LOOSE: 2
	};
}));
// node_modules/semver/internal/debug.js
var require_debug = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = typeof process === "object" && process.env && process.env.NODE_DEBUG && /\bsemver\b/i.test(process.env.NODE_DEBUG) ? (...args) => console.error("SEMVER", ...args) : () => {};
}));
// node_modules/semver/internal/re.js
var require_re = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const { MAX_SAFE_COMPONENT_LENGTH, MAX_SAFE_BUILD_LENGTH, MAX_LENGTH } = require_constants();
	const debug = require_debug();
	exports = module.exports = {};
	const re = exports.re = [];
	const safeRe = exports.safeRe = [];
	const src = exports.src = [];
	const safeSrc = exports.safeSrc = [];
	const t = exports.t = {};
	let R = 0;
	const LETTERDASHNUMBER = "[a-zA-Z0-9-]";
	const safeRegexReplacements = [
		["\\s", 1],
		["\\d", MAX_LENGTH],
		[LETTERDASHNUMBER, MAX_SAFE_BUILD_LENGTH]
	];
	const makeSafeRegex = (value) => {
		for (const [token, max] of safeRegexReplacements) value = value.split(`${token}*`).join(`${token}{0,${max}}`).split(`${token}+`).join(`${token}{1,${max}}`);
		return value;
	};
	const createToken = (name, value, isGlobal) => {
		const safe = makeSafeRegex(value);
		const index = R++;
		debug(name, index, value);
		t[name] = index;
		src[index] = value;
		safeSrc[index] = safe;
		re[index] = new RegExp(value, isGlobal ? "g" : void 0);
		safeRe[index] = new RegExp(safe, isGlobal ? "g" : void 0);
	};
	createToken("NUMERICIDENTIFIER", "0|[1-9]\\d*");
	createToken("NUMERICIDENTIFIERLOOSE", "\\d+");
	createToken("NONNUMERICIDENTIFIER", `\\d*[a-zA-Z-]${LETTERDASHNUMBER}*`);
	createToken("MAINVERSION", `(${src[t.NUMERICIDENTIFIER]})\\.(${src[t.NUMERICIDENTIFIER]})\\.(${src[t.NUMERICIDENTIFIER]})`);
	createToken("MAINVERSIONLOOSE", `(${src[t.NUMERICIDENTIFIERLOOSE]})\\.(${src[t.NUMERICIDENTIFIERLOOSE]})\\.(${src[t.NUMERICIDENTIFIERLOOSE]})`);
	createToken("PRERELEASEIDENTIFIER", `(?:${src[t.NONNUMERICIDENTIFIER]}|${src[t.NUMERICIDENTIFIER]})`);
	createToken("PRERELEASEIDENTIFIERLOOSE", `(?:${src[t.NONNUMERICIDENTIFIER]}|${src[t.NUMERICIDENTIFIERLOOSE]})`);
	createToken("PRERELEASE", `(?:-(${src[t.PRERELEASEIDENTIFIER]}(?:\\.${src[t.PRERELEASEIDENTIFIER]})*))`);
	createToken("PRERELEASELOOSE", `(?:-?(${src[t.PRERELEASEIDENTIFIERLOOSE]}(?:\\.${src[t.PRERELEASEIDENTIFIERLOOSE]})*))`);
	createToken("BUILDIDENTIFIER", `${LETTERDASHNUMBER}+`);
	createToken("BUILD", `(?:\\+(${src[t.BUILDIDENTIFIER]}(?:\\.${src[t.BUILDIDENTIFIER]})*))`);
	createToken("FULLPLAIN", `v?${src[t.MAINVERSION]}${src[t.PRERELEASE]}?${src[t.BUILD]}?`);
	createToken("FULL", `^${src[t.FULLPLAIN]}$`);
	createToken("LOOSEPLAIN", `[v=\\s]*${src[t.MAINVERSIONLOOSE]}${src[t.PRERELEASELOOSE]}?${src[t.BUILD]}?`);
	createToken("LOOSE", `^${src[t.LOOSEPLAIN]}$`);
	createToken("GTLT", "((?:<|>)?=?)");
	createToken("XRANGEIDENTIFIERLOOSE", `${src[t.NUMERICIDENTIFIERLOOSE]}|x|X|\\*`);
	createToken("XRANGEIDENTIFIER", `${src[t.NUMERICIDENTIFIER]}|x|X|\\*`);
	createToken("XRANGEPLAIN", `[v=\\s]*(${src[t.XRANGEIDENTIFIER]})(?:\\.(${src[t.XRANGEIDENTIFIER]})(?:\\.(${src[t.XRANGEIDENTIFIER]})(?:${src[t.PRERELEASE]})?${src[t.BUILD]}?)?)?`);
	createToken("XRANGEPLAINLOOSE", `[v=\\s]*(${src[t.XRANGEIDENTIFIERLOOSE]})(?:\\.(${src[t.XRANGEIDENTIFIERLOOSE]})(?:\\.(${src[t.XRANGEIDENTIFIERLOOSE]})(?:${src[t.PRERELEASELOOSE]})?${src[t.BUILD]}?)?)?`);
	createToken("XRANGE", `^${src[t.GTLT]}\\s*${src[t.XRANGEPLAIN]}$`);
	createToken("XRANGELOOSE", `^${src[t.GTLT]}\\s*${src[t.XRANGEPLAINLOOSE]}$`);
	createToken("COERCEPLAIN", `(^|[^\\d])(\\d{1,${MAX_SAFE_COMPONENT_LENGTH}})(?:\\.(\\d{1,${MAX_SAFE_COMPONENT_LENGTH}}))?(?:\\.(\\d{1,${MAX_SAFE_COMPONENT_LENGTH}}))?`);
	createToken("COERCE", `${src[t.COERCEPLAIN]}(?:$|[^\\d])`);
	createToken("COERCEFULL", src[t.COERCEPLAIN] + `(?:${src[t.PRERELEASE]})?(?:${src[t.BUILD]})?(?:$|[^\\d])`);
	createToken("COERCERTL", src[t.COERCE], true);
	createToken("COERCERTLFULL", src[t.COERCEFULL], true);
	createToken("LONETILDE", "(?:~>?)");
	createToken("TILDETRIM", `(\\s*)${src[t.LONETILDE]}\\s+`, true);
	exports.tildeTrimReplace = "$1~";
	createToken("TILDE", `^${src[t.LONETILDE]}${src[t.XRANGEPLAIN]}$`);
	createToken("TILDELOOSE", `^${src[t.LONETILDE]}${src[t.XRANGEPLAINLOOSE]}$`);
	createToken("LONECARET", "(?:\\^)");
	createToken("CARETTRIM", `(\\s*)${src[t.LONECARET]}\\s+`, true);
	exports.caretTrimReplace = "$1^";
	createToken("CARET", `^${src[t.LONECARET]}${src[t.XRANGEPLAIN]}$`);
	createToken("CARETLOOSE", `^${src[t.LONECARET]}${src[t.XRANGEPLAINLOOSE]}$`);
	createToken("COMPARATORLOOSE", `^${src[t.GTLT]}\\s*(${src[t.LOOSEPLAIN]})$|^$`);
	createToken("COMPARATOR", `^${src[t.GTLT]}\\s*(${src[t.FULLPLAIN]})$|^$`);
	createToken("COMPARATORTRIM", `(\\s*)${src[t.GTLT]}\\s*(${src[t.LOOSEPLAIN]}|${src[t.XRANGEPLAIN]})`, true);
	exports.comparatorTrimReplace = "$1$2$3";
	createToken("HYPHENRANGE", `^\\s*(${src[t.XRANGEPLAIN]})\\s+-\\s+(${src[t.XRANGEPLAIN]})\\s*$`);
	createToken("HYPHENRANGELOOSE", `^\\s*(${src[t.XRANGEPLAINLOOSE]})\\s+-\\s+(${src[t.XRANGEPLAINLOOSE]})\\s*$`);
	createToken("STAR", "(<|>)?=?\\s*\\*");
	createToken("GTE0", "^\\s*>=\\s*0\\.0\\.0\\s*$");
	createToken("GTE0PRE", "^\\s*>=\\s*0\\.0\\.0-0\\s*$");
}));
// node_modules/semver/internal/parse-options.js
var require_parse_options = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const looseOption = Object.freeze({ loose: true });
	const emptyOpts = Object.freeze({});
	const parseOptions = (options) => {
		if (!options) return emptyOpts;
		if (typeof options !== "object") return looseOption;
		return options;
	};
	module.exports = parseOptions;
}));
// node_modules/semver/internal/identifiers.js
var require_identifiers = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const numeric = /^[0-9]+$/;
	const compareIdentifiers = (a, b) => {
		if (typeof a === "number" && typeof b === "number") return a === b ? 0 : a < b ? -1 : 1;
		const anum = numeric.test(a);
		const bnum = numeric.test(b);
		if (anum && bnum) {
			a = +a;
			b = +b;
		}
		return a === b ? 0 : anum && !bnum ? -1 : bnum && !anum ? 1 : a < b ? -1 : 1;
	};
	const rcompareIdentifiers = (a, b) => compareIdentifiers(b, a);
	module.exports = {
		compareIdentifiers,
		rcompareIdentifiers
	};
}));
// node_modules/semver/classes/semver.js
var require_semver$1 = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const debug = require_debug();
	const { MAX_LENGTH, MAX_SAFE_INTEGER } = require_constants();
	const { safeRe: re, t } = require_re();
	const parseOptions = require_parse_options();
	const { compareIdentifiers } = require_identifiers();
	const isPrereleaseIdentifier = (prerelease, identifier) => {
		const identifiers = identifier.split(".");
		if (identifiers.length > prerelease.length) return false;
		for (let i = 0; i < identifiers.length; i++) if (compareIdentifiers(prerelease[i], identifiers[i]) !== 0) return false;
		return true;
	};
	module.exports = class SemVer {
		constructor(version, options) {
			options = parseOptions(options);
			if (version instanceof SemVer) {
				if (version.loose === !!options.loose && version.includePrerelease === !!options.includePrerelease) return version;
				else version = version.version;
			} else if (typeof version !== "string") throw new TypeError(`Invalid version. Must be a string. Got type "${typeof version}".`);
			if (version.length > MAX_LENGTH) throw new TypeError(`version is longer than ${MAX_LENGTH} characters`);
			debug("SemVer", version, options);
			this.options = options;
			this.loose = !!options.loose;
			this.includePrerelease = !!options.includePrerelease;
			const m = version.trim().match(options.loose ? re[t.LOOSE] : re[t.FULL]);
			if (!m) throw new TypeError(`Invalid Version: ${version}`);
			this.raw = version;
			this.major = +m[1];
			this.minor = +m[2];
			this.patch = +m[3];
			if (this.major > MAX_SAFE_INTEGER || this.major < 0) throw new TypeError("Invalid major version");
			if (this.minor > MAX_SAFE_INTEGER || this.minor < 0) throw new TypeError("Invalid minor version");
			if (this.patch > MAX_SAFE_INTEGER || this.patch < 0) throw new TypeError("Invalid patch version");
			if (!m[4]) this.prerelease = [];
			else this.prerelease = m[4].split(".").map((id) => {
				if (/^[0-9]+$/.test(id)) {
					const num = +id;
					if (num >= 0 && num < MAX_SAFE_INTEGER) return num;
				}
				return id;
			});
			this.build = m[5] ? m[5].split(".") : [];
			this.format();
		}
		format() {
			this.version = `${this.major}.${this.minor}.${this.patch}`;
			if (this.prerelease.length) this.version += `-${this.prerelease.join(".")}`;
			return this.version;
		}
		toString() {
			return this.version;
		}
		compare(other) {
			debug("SemVer.compare", this.version, this.options, other);
			if (!(other instanceof SemVer)) {
				if (typeof other === "string" && other === this.version) return 0;
				other = new SemVer(other, this.options);
			}
			if (other.version === this.version) return 0;
			return this.compareMain(other) || this.comparePre(other);
		}
		compareMain(other) {
			if (!(other instanceof SemVer)) other = new SemVer(other, this.options);
			if (this.major < other.major) return -1;
			if (this.major > other.major) return 1;
			if (this.minor < other.minor) return -1;
			if (this.minor > other.minor) return 1;
			if (this.patch < other.patch) return -1;
			if (this.patch > other.patch) return 1;
			return 0;
		}
		comparePre(other) {
			if (!(other instanceof SemVer)) other = new SemVer(other, this.options);
			if (this.prerelease.length && !other.prerelease.length) return -1;
			else if (!this.prerelease.length && other.prerelease.length) return 1;
			else if (!this.prerelease.length && !other.prerelease.length) return 0;
			let i = 0;
			do {
				const a = this.prerelease[i];
				const b = other.prerelease[i];
				debug("prerelease compare", i, a, b);
				if (a === void 0 && b === void 0) return 0;
				else if (b === void 0) return 1;
				else if (a === void 0) return -1;
				else if (a === b) continue;
				else return compareIdentifiers(a, b);
			} while (++i);
		}
		compareBuild(other) {
			if (!(other instanceof SemVer)) other = new SemVer(other, this.options);
			let i = 0;
			do {
				const a = this.build[i];
				const b = other.build[i];
				debug("build compare", i, a, b);
				if (a === void 0 && b === void 0) return 0;
				else if (b === void 0) return 1;
				else if (a === void 0) return -1;
				else if (a === b) continue;
				else return compareIdentifiers(a, b);
			} while (++i);
		}
		inc(release, identifier, identifierBase) {
			if (release.startsWith("pre")) {
				if (!identifier && identifierBase === false) throw new Error("invalid increment argument: identifier is empty");
				if (identifier) {
					const match = `-${identifier}`.match(this.options.loose ? re[t.PRERELEASELOOSE] : re[t.PRERELEASE]);
					if (!match || match[1] !== identifier) throw new Error(`invalid identifier: ${identifier}`);
				}
			}
			switch (release) {
				case "premajor":
					this.prerelease.length = 0;
					this.patch = 0;
					this.minor = 0;
					this.major++;
					this.inc("pre", identifier, identifierBase);
					break;
				case "preminor":
					this.prerelease.length = 0;
					this.patch = 0;
					this.minor++;
					this.inc("pre", identifier, identifierBase);
					break;
				case "prepatch":
					this.prerelease.length = 0;
					this.inc("patch", identifier, identifierBase);
					this.inc("pre", identifier, identifierBase);
					break;
				case "prerelease":
					if (this.prerelease.length === 0) this.inc("patch", identifier, identifierBase);
					this.inc("pre", identifier, identifierBase);
					break;
				case "release":
					if (this.prerelease.length === 0) throw new Error(`version ${this.raw} is not a prerelease`);
					this.prerelease.length = 0;
					break;
				case "major":
					if (this.minor !== 0 || this.patch !== 0 || this.prerelease.length === 0) this.major++;
					this.minor = 0;
					this.patch = 0;
					this.prerelease = [];
					break;
				case "minor":
					if (this.patch !== 0 || this.prerelease.length === 0) this.minor++;
					this.patch = 0;
					this.prerelease = [];
					break;
				case "patch":
					if (this.prerelease.length === 0) this.patch++;
					this.prerelease = [];
					break;
				case "pre": {
					const base = Number(identifierBase) ? 1 : 0;
					if (this.prerelease.length === 0) this.prerelease = [base];
					else {
						let i = this.prerelease.length;
						while (--i >= 0) if (typeof this.prerelease[i] === "number") {
							this.prerelease[i]++;
							i = -2;
						}
						if (i === -1) {
							if (identifier === this.prerelease.join(".") && identifierBase === false) throw new Error("invalid increment argument: identifier already exists");
							this.prerelease.push(base);
						}
					}
					if (identifier) {
						let prerelease = [identifier, base];
						if (identifierBase === false) prerelease = [identifier];
						if (isPrereleaseIdentifier(this.prerelease, identifier)) {
							const prereleaseBase = this.prerelease[identifier.split(".").length];
							if (isNaN(prereleaseBase)) this.prerelease = prerelease;
						} else this.prerelease = prerelease;
					}
					break;
				}
				default: throw new Error(`invalid increment argument: ${release}`);
			}
			this.raw = this.format();
			if (this.build.length) this.raw += `+${this.build.join(".")}`;
			return this;
		}
	};
}));
// node_modules/semver/functions/parse.js
var require_parse = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const SemVer = require_semver$1();
	const parse = (version, options, throwErrors = false) => {
		if (version instanceof SemVer) return version;
		try {
			return new SemVer(version, options);
		} catch (er) {
			if (!throwErrors) return null;
			throw er;
		}
	};
	module.exports = parse;
}));
// node_modules/semver/functions/valid.js
var require_valid$1 = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const parse = require_parse();
	const valid = (version, options) => {
		const v = parse(version, options);
		return v ? v.version : null;
	};
	module.exports = valid;
}));
// node_modules/semver/functions/clean.js
var require_clean = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const parse = require_parse();
	const clean = (version, options) => {
		const s = parse(version.trim().replace(/^[=v]+/, ""), options);
		return s ? s.version : null;
	};
	module.exports = clean;
}));
// node_modules/semver/functions/inc.js
var require_inc = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const SemVer = require_semver$1();
	const inc = (version, release, options, identifier, identifierBase) => {
		if (typeof options === "string") {
			identifierBase = identifier;
			identifier = options;
			options = void 0;
		}
		try {
			return new SemVer(version instanceof SemVer ? version.version : version, options).inc(release, identifier, identifierBase).version;
		} catch (er) {
			return null;
		}
	};
	module.exports = inc;
}));
// node_modules/semver/functions/diff.js
var require_diff = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const parse = require_parse();
	const diff = (version1, version2) => {
		const v1 = parse(version1, null, true);
		const v2 = parse(version2, null, true);
		const comparison = v1.compare(v2);
		if (comparison === 0) return null;
		const v1Higher = comparison > 0;
		const highVersion = v1Higher ? v1 : v2;
		const lowVersion = v1Higher ? v2 : v1;
		const highHasPre = !!highVersion.prerelease.length;
		if (!!lowVersion.prerelease.length && !highHasPre) {
			if (!lowVersion.patch && !lowVersion.minor) return "major";
			if (lowVersion.compareMain(highVersion) === 0) {
				if (lowVersion.minor && !lowVersion.patch) return "minor";
				return "patch";
			}
		}
		const prefix = highHasPre ? "pre" : "";
		if (v1.major !== v2.major) return prefix + "major";
		if (v1.minor !== v2.minor) return prefix + "minor";
		if (v1.patch !== v2.patch) return prefix + "patch";
		return "prerelease";
	};
	module.exports = diff;
}));
// node_modules/semver/functions/major.js
var require_major = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const SemVer = require_semver$1();
	const major = (a, loose) => new SemVer(a, loose).major;
	module.exports = major;
}));
// node_modules/semver/functions/minor.js
var require_minor = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const SemVer = require_semver$1();
	const minor = (a, loose) => new SemVer(a, loose).minor;
	module.exports = minor;
}));
// node_modules/semver/functions/patch.js
var require_patch = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const SemVer = require_semver$1();
	const patch = (a, loose) => new SemVer(a, loose).patch;
	module.exports = patch;
}));
// node_modules/semver/functions/prerelease.js
var require_prerelease = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const parse = require_parse();
	const prerelease = (version, options) => {
		const parsed = parse(version, options);
		return parsed && parsed.prerelease.length ? parsed.prerelease : null;
	};
	module.exports = prerelease;
}));
// node_modules/semver/functions/compare.js
var require_compare = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const SemVer = require_semver$1();
	const compare = (a, b, loose) => new SemVer(a, loose).compare(new SemVer(b, loose));
	module.exports = compare;
}));
// node_modules/semver/functions/rcompare.js
var require_rcompare = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const compare = require_compare();
	const rcompare = (a, b, loose) => compare(b, a, loose);
	module.exports = rcompare;
}));
// node_modules/semver/functions/compare-loose.js
var require_compare_loose = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const compare = require_compare();
	const compareLoose = (a, b) => compare(a, b, true);
	module.exports = compareLoose;
}));
// node_modules/semver/functions/compare-build.js
var require_compare_build = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const SemVer = require_semver$1();
	const compareBuild = (a, b, loose) => {
		const versionA = new SemVer(a, loose);
		const versionB = new SemVer(b, loose);
		return versionA.compare(versionB) || versionA.compareBuild(versionB);
	};
	module.exports = compareBuild;
}));
// node_modules/semver/functions/sort.js
var require_sort = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const compareBuild = require_compare_build();
	const sort = (list, loose) => list.sort((a, b) => compareBuild(a, b, loose));
	module.exports = sort;
}));
// node_modules/semver/functions/rsort.js
var require_rsort = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const compareBuild = require_compare_build();
	const rsort = (list, loose) => list.sort((a, b) => compareBuild(b, a, loose));
	module.exports = rsort;
}));
// node_modules/semver/functions/gt.js
var require_gt = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const compare = require_compare();
	const gt = (a, b, loose) => compare(a, b, loose) > 0;
	module.exports = gt;
}));
// node_modules/semver/functions/lt.js
var require_lt = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const compare = require_compare();
	const lt = (a, b, loose) => compare(a, b, loose) < 0;
	module.exports = lt;
}));
// node_modules/semver/functions/eq.js
var require_eq = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const compare = require_compare();
	const eq = (a, b, loose) => compare(a, b, loose) === 0;
	module.exports = eq;
}));
// node_modules/semver/functions/neq.js
var require_neq = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const compare = require_compare();
	const neq = (a, b, loose) => compare(a, b, loose) !== 0;
	module.exports = neq;
}));
// node_modules/semver/functions/gte.js
var require_gte = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const compare = require_compare();
	const gte = (a, b, loose) => compare(a, b, loose) >= 0;
	module.exports = gte;
}));
// node_modules/semver/functions/lte.js
var require_lte = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const compare = require_compare();
	const lte = (a, b, loose) => compare(a, b, loose) <= 0;
	module.exports = lte;
}));
// node_modules/semver/functions/cmp.js
var require_cmp = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const eq = require_eq();
	const neq = require_neq();
	const gt = require_gt();
	const gte = require_gte();
	const lt = require_lt();
	const lte = require_lte();
	const cmp = (a, op, b, loose) => {
		switch (op) {
			case "===":
				if (typeof a === "object") a = a.version;
				if (typeof b === "object") b = b.version;
				return a === b;
			case "!==":
				if (typeof a === "object") a = a.version;
				if (typeof b === "object") b = b.version;
				return a !== b;
			case "":
			case "=":
			case "==": return eq(a, b, loose);
			case "!=": return neq(a, b, loose);
			case ">": return gt(a, b, loose);
			case ">=": return gte(a, b, loose);
			case "<": return lt(a, b, loose);
			case "<=": return lte(a, b, loose);
			default: throw new TypeError(`Invalid operator: ${op}`);
		}
	};
	module.exports = cmp;
}));
// node_modules/semver/functions/coerce.js
var require_coerce = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const SemVer = require_semver$1();
	const parse = require_parse();
	const { safeRe: re, t } = require_re();
	const coerce = (version, options) => {
		if (version instanceof SemVer) return version;
		if (typeof version === "number") version = String(version);
		if (typeof version !== "string") return null;
		options = options || {};
		let match = null;
		if (!options.rtl) match = version.match(options.includePrerelease ? re[t.COERCEFULL] : re[t.COERCE]);
		else {
			const coerceRtlRegex = options.includePrerelease ? re[t.COERCERTLFULL] : re[t.COERCERTL];
			let next;
			while ((next = coerceRtlRegex.exec(version)) && (!match || match.index + match[0].length !== version.length)) {
				if (!match || next.index + next[0].length !== match.index + match[0].length) match = next;
				coerceRtlRegex.lastIndex = next.index + next[1].length + next[2].length;
			}
			coerceRtlRegex.lastIndex = -1;
		}
		if (match === null) return null;
		const major = match[2];
		const minor = match[3] || "0";
		const patch = match[4] || "0";
		const prerelease = options.includePrerelease && match[5] ? `-${match[5]}` : "";
		const build = options.includePrerelease && match[6] ? `+${match[6]}` : "";
		return parse(`${major}.${minor}.${patch}${prerelease}${build}`, options);
	};
	module.exports = coerce;
}));
// node_modules/semver/functions/truncate.js
var require_truncate = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const parse = require_parse();
	const constants = require_constants();
	const SemVer = require_semver$1();
	const truncate = (version, truncation, options) => {
		if (!constants.RELEASE_TYPES.includes(truncation)) return null;
		const clonedVersion = cloneInputVersion(version, options);
		return clonedVersion && doTruncation(clonedVersion, truncation);
	};
	const cloneInputVersion = (version, options) => {
		const versionStringToParse = version instanceof SemVer ? version.version : version;
		return parse(versionStringToParse, options);
	};
	const doTruncation = (version, truncation) => {
		if (isPrerelease(truncation)) return version.version;
		version.prerelease = [];
		switch (truncation) {
			case "major":
				version.minor = 0;
				version.patch = 0;
				break;
			case "minor": version.patch = 0;
		}
		return version.format();
	};
	const isPrerelease = (type) => {
		return type.startsWith("pre");
	};
	module.exports = truncate;
}));
// node_modules/semver/internal/lrucache.js
var require_lrucache = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	var LRUCache = class {
		constructor() {
			this.max = 1e3;
			this.map = /* @__PURE__ */ new Map();
		}
		get(key) {
			const value = this.map.get(key);
			if (value === void 0) return;
			else {
				this.map.delete(key);
				this.map.set(key, value);
				return value;
			}
		}
		delete(key) {
			return this.map.delete(key);
		}
		set(key, value) {
			if (!this.delete(key) && value !== void 0) {
				if (this.map.size >= this.max) {
					const firstKey = this.map.keys().next().value;
					this.delete(firstKey);
				}
				this.map.set(key, value);
			}
			return this;
		}
	};
	module.exports = LRUCache;
}));
// node_modules/semver/internal/trim-comparator-whitespace.js
var require_trim_comparator_whitespace = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const { MAX_LENGTH, MAX_SAFE_BUILD_LENGTH, WHITESPACE_CHARACTERS } = require_constants();
	/**
	* Remembers the last two rows of digits so their characters need not be reread.
	* Positions start at -1 until a row has been found.
	*
	* @typedef {object} DigitRunCache
	* @property {number} start The first character of the most recently found row.
	* @property {number} end The position after that row's last character.
	* @property {number} previousStart The first character of the previous row.
	* @property {number} previousEnd The position after the previous row.
	*/
	const whitespace = /* @__PURE__ */ new Uint8Array(65536);
	for (const char of WHITESPACE_CHARACTERS) whitespace[char.charCodeAt(0)] = 1;
	/**
	* Checks whether a character is whitespace, like a space, tab, or newline.
	* Looking past the end of the string returns false.
	*
	* @param {string|undefined} char One character, or undefined past the string's end.
	* @returns {boolean} Whether the character is whitespace.
	* @example isWhitespace(' ') // true
	* @example isWhitespace('1') // false
	*/
	const isWhitespace = (char) => char !== void 0 && whitespace[char.charCodeAt(0)] === 1;
	/**
	* Checks for v, =, or whitespace before the version number.
	* These are historical version prefixes, not range operators:
	* < and > are handled separately, as are tilde and caret ranges.
	*
	* @param {string|undefined} char One character to check.
	* @returns {boolean} Whether the character can belong to a version prefix.
	* @example isVersionPrefix('=') // true
	* @example isVersionPrefix('>') // false
	*/
	const isVersionPrefix = (char) => char === "v" || char === "=" || isWhitespace(char);
	/**
	* Checks whether a character is one of the digits 0 through 9.
	*
	* @param {string|undefined} char One character to check.
	* @returns {boolean} Whether the character is an ASCII digit.
	* @example isDigit('7') // true
	* @example isDigit('.') // false
	*/
	const isDigit = (char) => char !== void 0 && char >= "0" && char <= "9";
	/**
	* Checks whether a character is an English letter, uppercase or lowercase.
	*
	* @param {string|undefined} char One character to check.
	* @returns {boolean} Whether the character is an ASCII letter.
	* @example isLetter('b') // true
	* @example isLetter('7') // false
	*/
	const isLetter = (char) => char !== void 0 && (char >= "a" && char <= "z" || char >= "A" && char <= "Z");
	/**
	* Checks for a letter, digit, or hyphen: the characters allowed inside
	* prerelease and build names such as beta-1.
	*
	* @param {string|undefined} char One character to check.
	* @returns {boolean} Whether the character can be part of an identifier.
	* @example isIdentifierCharacter('-') // true
	* @example isIdentifierCharacter('.') // false; dots separate identifiers
	*/
	const isIdentifierCharacter = (char) => isDigit(char) || isLetter(char) || char === "-";
	/**
	* Checks whether a version component can begin here: with a digit or
	* a wildcard such as x, X, or *.
	*
	* @param {string|undefined} char One character to check.
	* @returns {boolean} Whether a number or wildcard can start with this character.
	* @example isVersionStart('x') // true
	* @example isVersionStart('v') // false; v belongs to the prefix
	*/
	const isVersionStart = (char) => isDigit(char) || char === "x" || char === "X" || char === "*";
	/**
	* Finds the end of a row of digits, but returns no more than limit digits.
	* Remembers the last two rows so looking at them again does not reread them.
	*
	* @param {string} range The text to read; it is not changed.
	* @param {number} start The position of the first character to check.
	* @param {number} limit The most digit characters the returned match can include.
	* @param {DigitRunCache} digitRuns Shared cache of digit-run positions, updated in place.
	* @returns {number} The position after the matched digits, or start if none match.
	* @example findDigitsEndIndex('123abc', 0, 10, digitRuns) // 3, pointing at a
	* @example findDigitsEndIndex('123abc', 0, 2, digitRuns) // 2, pointing at the unread 3
	*/
	const findDigitsEndIndex = (range, start, limit, digitRuns) => {
		if (!isDigit(range[start])) return start;
		if (start >= digitRuns.start && start < digitRuns.end) return Math.min(start + limit, digitRuns.end);
		if (start >= digitRuns.previousStart && start < digitRuns.previousEnd) return Math.min(start + limit, digitRuns.previousEnd);
		let end = start + 1;
		while (isDigit(range[end])) end++;
		digitRuns.previousStart = digitRuns.start;
		digitRuns.previousEnd = digitRuns.end;
		digitRuns.start = start;
		digitRuns.end = end;
		return Math.min(start + limit, end);
	};
	/**
	* Reads a number using the old regex's length and leading-zero rules.
	* Strict mode reads just the first zero in 012; loose mode can read all three.
	*
	* @param {string} range The text to read; it is not changed.
	* @param {number} start The position where the number should begin.
	* @param {boolean} loose Whether to allow leading zeros.
	* @param {DigitRunCache} digitRuns Shared digit-run cache, updated as needed.
	* @returns {number} The position after the matched digits, not their numeric value.
	* @example findVersionNumberEndIndex('012', 0, false, digitRuns) // 1
	* @example findVersionNumberEndIndex('012', 0, true, digitRuns) // 3
	*/
	const findVersionNumberEndIndex = (range, start, loose, digitRuns) => {
		if (!loose && range[start] === "0") return start + 1;
		return findDigitsEndIndex(range, start, loose ? MAX_LENGTH : MAX_LENGTH + 1, digitRuns);
	};
	/**
	* Reads one piece of a prerelease name, such as beta or 1 in beta.1.
	* Tries the letter-or-hyphen form first, then the number-only form.
	*
	* @param {string} range The text to read; it is not changed.
	* @param {number} start The position where the identifier should begin.
	* @param {boolean} loose Whether numeric identifiers may have leading zeros.
	* @param {DigitRunCache} digitRuns Shared digit-run cache, updated as needed.
	* @returns {number} The position after the identifier, or start if none matches.
	* @example findPrereleaseIdentifierEndIndex('beta.1', 0, false, digitRuns) // 4, at the dot
	* @example findPrereleaseIdentifierEndIndex('001beta', 0, false, digitRuns) // 7
	*/
	const findPrereleaseIdentifierEndIndex = (range, start, loose, digitRuns) => {
		const digitsEnd = findDigitsEndIndex(range, start, MAX_LENGTH, digitRuns);
		if (isLetter(range[digitsEnd]) || range[digitsEnd] === "-") {
			let end = digitsEnd + 1;
			const limit = end + MAX_SAFE_BUILD_LENGTH;
			while (end < limit && isIdentifierCharacter(range[end])) end++;
			return end;
		}
		return findVersionNumberEndIndex(range, start, loose, digitRuns);
	};
	/**
	* Reads a prerelease suffix such as -beta.1, one dot-separated piece at a time.
	* Loose mode also allows the name without its opening hyphen.
	*
	* @param {string} range The text to read; it is not changed.
	* @param {number} start The position where the suffix should begin, including -.
	* @param {boolean} loose Whether the opening hyphen is optional and zeros allowed.
	* @param {DigitRunCache} digitRuns Shared digit-run cache, updated as needed.
	* @returns {number} The position after the matched suffix, or start if absent.
	* @example findPrereleaseEndIndex('-beta.1+sha', 0, false, digitRuns) // 7, at the plus
	* @example findPrereleaseEndIndex('beta', 0, false, digitRuns) // 0; no opening hyphen
	*/
	const findPrereleaseEndIndex = (range, start, loose, digitRuns) => {
		const hyphen = range[start] === "-";
		if (!loose && !hyphen) return start;
		const identifierStart = start + (hyphen ? 1 : 0);
		let end = findPrereleaseIdentifierEndIndex(range, identifierStart, loose, digitRuns);
		if (end === identifierStart) {
			if (!loose || !hyphen) return start;
			end = findPrereleaseIdentifierEndIndex(range, start, loose, digitRuns);
		}
		while (range[end] === ".") {
			const next = findPrereleaseIdentifierEndIndex(range, end + 1, loose, digitRuns);
			if (next === end + 1) break;
			end = next;
		}
		return end;
	};
	/**
	* Reads one build-name piece, such as sha or 123 in +sha.123.
	* Stops at a disallowed character or the old regex's length limit.
	*
	* @param {string} range The text to read; it is not changed.
	* @param {number} start The position where the identifier should begin.
	* @returns {number} The position after the identifier, or start if none matches.
	* @example findBuildIdentifierEndIndex('sha.123', 0) // 3, at the dot
	* @example findBuildIdentifierEndIndex('001', 0) // 3; leading zeros are allowed
	*/
	const findBuildIdentifierEndIndex = (range, start) => {
		let end = start;
		while (end - start < MAX_SAFE_BUILD_LENGTH && isIdentifierCharacter(range[end])) end++;
		return end;
	};
	/**
	* Reads optional build metadata such as +sha.123.
	* Leaves the position unchanged if there is no plus sign followed by a name.
	*
	* @param {string} range The text to read; it is not changed.
	* @param {number} start The position where the opening + should be.
	* @returns {number} The position after the matched metadata, or start if absent.
	* @example findBuildEndIndex('+sha.123 <2', 0) // 8, at the space
	* @example findBuildEndIndex('+', 0) // 0; a plus sign alone is not a match
	*/
	const findBuildEndIndex = (range, start) => {
		if (range[start] !== "+") return start;
		let end = findBuildIdentifierEndIndex(range, start + 1);
		if (end === start + 1) return start;
		while (range[end] === ".") {
			const next = findBuildIdentifierEndIndex(range, end + 1);
			if (next === end + 1) break;
			end = next;
		}
		return end;
	};
	/**
	* Reads three numbers separated by dots, then any prerelease and build suffixes.
	* Uses loose rules, so forms such as 01.02.03beta can match here.
	*
	* @param {string} range The text to read; it is not changed.
	* @param {number} start The position of the first number, after any prefix.
	* @param {DigitRunCache} digitRuns Shared digit-run cache, updated as needed.
	* @returns {number} The position after the version match, or start if none matches.
	* @example findLooseFullVersionEndIndex('1.2.3-beta+sha <2', 0, digitRuns) // 14
	* @example findLooseFullVersionEndIndex('1.2', 0, digitRuns) // 0; needs three numbers
	*/
	const findLooseFullVersionEndIndex = (range, start, digitRuns) => {
		let end = start;
		for (let component = 0; component < 3; component++) {
			const next = findVersionNumberEndIndex(range, end, true, digitRuns);
			if (next === end) return start;
			end = next;
			if (component < 2) {
				if (range[end] !== ".") return start;
				end++;
			}
		}
		const prereleaseEnd = findPrereleaseEndIndex(range, end, true, digitRuns);
		return findBuildEndIndex(range, prereleaseEnd);
	};
	/**
	* Reads one component of a partial or wildcard version, such as 2 or x in 2.x.
	* Numbers use strict leading-zero rules; wildcards take up one character.
	*
	* @param {string} range The text to read; it is not changed.
	* @param {number} start The position where the component should begin.
	* @param {DigitRunCache} digitRuns Shared digit-run cache, updated as needed.
	* @returns {number} The position after the component, or start if none matches.
	* @example findPartialVersionComponentEndIndex('2.x', 0, digitRuns) // 1, at the dot
	* @example findPartialVersionComponentEndIndex('2.x', 2, digitRuns) // 3, after x
	*/
	const findPartialVersionComponentEndIndex = (range, start, digitRuns) => {
		if (isDigit(range[start])) return findVersionNumberEndIndex(range, start, false, digitRuns);
		return isVersionStart(range[start]) ? start + 1 : start;
	};
	/**
	* Reads up to three components, allowing forms such as 1, 1.2, or 1.x.
	* After the third component, also reads any strict prerelease and build suffixes.
	*
	* @param {string} range The text to read; it is not changed.
	* @param {number} start The position of a number or wildcard, after any prefix.
	* @param {DigitRunCache} digitRuns Shared digit-run cache, updated as needed.
	* @returns {number} The position after the matched version text.
	* @example findPartialVersionEndIndex('1.x <2', 0, digitRuns) // 3, at the space
	* @example findPartialVersionEndIndex('1.', 0, digitRuns) // 1; the trailing dot is unread
	*/
	const findPartialVersionEndIndex = (range, start, digitRuns) => {
		let end = findPartialVersionComponentEndIndex(range, start, digitRuns);
		for (let component = 0; component < 2; component++) {
			if (range[end] !== ".") return end;
			const next = findPartialVersionComponentEndIndex(range, end + 1, digitRuns);
			if (next === end + 1) return end;
			end = next;
		}
		const prereleaseEnd = findPrereleaseEndIndex(range, end, false, digitRuns);
		return findBuildEndIndex(range, prereleaseEnd);
	};
	/**
	* Finds where a version match ends, without deciding whether the range is valid.
	* Tries a loose full version first, then a partial or wildcard version, just
	* like the old regex's LOOSEPLAIN and XRANGEPLAIN alternatives.
	*
	* @param {string} range The text to read; it is not changed.
	* @param {number} start The position of a number or wildcard, after any prefix.
	* @param {DigitRunCache} digitRuns Shared digit-run cache, updated as needed.
	* @returns {number} The position where scanning the next candidate can resume.
	* @example findVersionEndIndex('1.2.3 <2', 0, digitRuns) // 5, at the space
	* @example findVersionEndIndex('1.x <2', 0, digitRuns) // 3, at the space
	*/
	const findVersionEndIndex = (range, start, digitRuns) => {
		const fullVersionEnd = findLooseFullVersionEndIndex(range, start, digitRuns);
		return fullVersionEnd !== start ? fullVersionEnd : findPartialVersionEndIndex(range, start, digitRuns);
	};
	/**
	* Finds the one whitespace character the old replacement would remove.
	* Keeps leading whitespace, skips an optional operator, and checks immediately
	* after it. Returns -1 if there is nothing to remove.
	*
	* @param {string} range The text containing a candidate already found by the caller.
	* @param {number} matchStart The candidate's position, including leading whitespace.
	* @returns {number} The position of the removable whitespace, or -1 if absent.
	* @example findRemovableWhitespaceIndex(' > 1', 0) // 2; keep the space at position 0
	* @example findRemovableWhitespaceIndex('>1', 0) // -1
	*/
	const findRemovableWhitespaceIndex = (range, matchStart) => {
		let position = matchStart;
		if (isWhitespace(range[position])) position++;
		if (range[position] === "<" || range[position] === ">") position++;
		if (range[position] === "=") position++;
		return isWhitespace(range[position]) ? position : -1;
	};
	/**
	* Joins an operator to its version, turning > 1.2.3 into >1.2.3.
	* Copies everything else according to the old regex's matching rules.
	* Moves forward through prefixes and whole versions to avoid repeatedly
	* searching the same characters on long inputs.
	*
	* @param {string} range The range text to process; the original string is unchanged.
	* @returns {string} The range with matched operator whitespace removed.
	* @example trimComparatorWhitespace('> 1.2.3 < 2') // '>1.2.3 <2'
	* @example trimComparatorWhitespace('> invalid') // '> invalid'
	*/
	const trimComparatorWhitespace = (range) => {
		let result = "";
		let copyFrom = 0;
		let cursor = 0;
		const digitRuns = {
			start: -1,
			end: -1,
			previousStart: -1,
			previousEnd: -1
		};
		while (cursor < range.length) {
			const matchStart = cursor;
			if (range[cursor] === "<" || range[cursor] === ">") cursor++;
			else if (!isVersionPrefix(range[cursor]) && !isVersionStart(range[cursor])) {
				cursor++;
				continue;
			}
			while (cursor < range.length && isVersionPrefix(range[cursor])) cursor++;
			if (!isVersionStart(range[cursor])) continue;
			const whitespacePosition = findRemovableWhitespaceIndex(range, matchStart);
			if (whitespacePosition !== -1) {
				result += range.slice(copyFrom, whitespacePosition);
				copyFrom = whitespacePosition + 1;
			}
			cursor = findVersionEndIndex(range, cursor, digitRuns);
		}
		return result + range.slice(copyFrom);
	};
	module.exports = trimComparatorWhitespace;
}));
// node_modules/semver/classes/range.js
var require_range = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const SPACE_CHARACTERS = /\s+/g;
	module.exports = class Range {
		constructor(range, options) {
			options = parseOptions(options);
			if (range instanceof Range) {
				if (range.loose === !!options.loose && range.includePrerelease === !!options.includePrerelease) return range;
				else return new Range(range.raw, options);
			}
			if (range instanceof Comparator) {
				this.raw = range.value;
				this.set = [[range]];
				this.formatted = void 0;
				return this;
			}
			this.options = options;
			this.loose = !!options.loose;
			this.includePrerelease = !!options.includePrerelease;
			this.raw = range.trim().replace(SPACE_CHARACTERS, " ");
			this.set = this.raw.split("||").map((r) => this.parseRange(r.trim())).filter((c) => c.length);
			if (!this.set.length) throw new TypeError(`Invalid SemVer Range: ${this.raw}`);
			if (this.set.length > 1) {
				const first = this.set[0];
				this.set = this.set.filter((c) => !isNullSet(c[0]));
				if (this.set.length === 0) this.set = [first];
				else if (this.set.length > 1) {
					for (const c of this.set) if (c.length === 1 && isAny(c[0])) {
						this.set = [c];
						break;
					}
				}
			}
			this.formatted = void 0;
		}
		get range() {
			if (this.formatted === void 0) {
				this.formatted = "";
				for (let i = 0; i < this.set.length; i++) {
					if (i > 0) this.formatted += "||";
					const comps = this.set[i];
					for (let k = 0; k < comps.length; k++) {
						if (k > 0) this.formatted += " ";
						this.formatted += comps[k].toString().trim();
					}
				}
			}
			return this.formatted;
		}
		format() {
			return this.range;
		}
		toString() {
			return this.range;
		}
		parseRange(range) {
			range = range.replace(BUILDSTRIPRE, "");
			const memoKey = ((this.options.includePrerelease && FLAG_INCLUDE_PRERELEASE) | (this.options.loose && FLAG_LOOSE)) + ":" + range;
			const cached = cache.get(memoKey);
			if (cached) return cached;
			const loose = this.options.loose;
			const hr = loose ? re[t.HYPHENRANGELOOSE] : re[t.HYPHENRANGE];
			range = range.replace(hr, hyphenReplace(this.options.includePrerelease));
			debug("hyphen replace", range);
			range = trimComparatorWhitespace(range);
			debug("comparator trim", range);
			range = range.replace(re[t.TILDETRIM], tildeTrimReplace);
			debug("tilde trim", range);
			range = range.replace(re[t.CARETTRIM], caretTrimReplace);
			debug("caret trim", range);
			let rangeList = range.split(" ").map((comp) => parseComparator(comp, this.options)).join(" ").split(/\s+/).map((comp) => replaceGTE0(comp, this.options));
			if (loose) rangeList = rangeList.filter((comp) => {
				debug("loose invalid filter", comp, this.options);
				return !!comp.match(re[t.COMPARATORLOOSE]);
			});
			debug("range list", rangeList);
			const rangeMap = /* @__PURE__ */ new Map();
			const comparators = rangeList.map((comp) => new Comparator(comp, this.options));
			for (const comp of comparators) {
				if (isNullSet(comp)) return [comp];
				rangeMap.set(comp.value, comp);
			}
			if (rangeMap.size > 1 && rangeMap.has("")) rangeMap.delete("");
			const result = [...rangeMap.values()];
			cache.set(memoKey, result);
			return result;
		}
		intersects(range, options) {
			if (!(range instanceof Range)) throw new TypeError("a Range is required");
			return this.set.some((thisComparators) => {
				return isSatisfiable(thisComparators, options) && range.set.some((rangeComparators) => {
					return isSatisfiable(rangeComparators, options) && thisComparators.every((thisComparator) => {
						return rangeComparators.every((rangeComparator) => {
							return thisComparator.intersects(rangeComparator, options);
						});
					});
				});
			});
		}
		test(version) {
			if (!version) return false;
			if (typeof version === "string") try {
				version = new SemVer(version, this.options);
			} catch (er) {
				return false;
			}
			for (let i = 0; i < this.set.length; i++) if (testSet(this.set[i], version, this.options)) return true;
			return false;
		}
	};
	const cache = new (require_lrucache())();
	const parseOptions = require_parse_options();
	const Comparator = require_comparator();
	const debug = require_debug();
	const SemVer = require_semver$1();
	const trimComparatorWhitespace = require_trim_comparator_whitespace();
	const { safeRe: re, src, t, tildeTrimReplace, caretTrimReplace } = require_re();
	const { FLAG_INCLUDE_PRERELEASE, FLAG_LOOSE } = require_constants();
	const BUILDSTRIPRE = new RegExp(src[t.BUILD], "g");
	const isNullSet = (c) => c.value === "<0.0.0-0";
	const isAny = (c) => c.value === "";
	const isSatisfiable = (comparators, options) => {
		let result = true;
		const remainingComparators = comparators.slice();
		let testComparator = remainingComparators.pop();
		while (result && remainingComparators.length) {
			result = remainingComparators.every((otherComparator) => {
				return testComparator.intersects(otherComparator, options);
			});
			testComparator = remainingComparators.pop();
		}
		return result;
	};
	const parseComparator = (comp, options) => {
		comp = comp.replace(re[t.BUILD], "");
		debug("comp", comp, options);
		comp = replaceCarets(comp, options);
		debug("caret", comp);
		comp = replaceTildes(comp, options);
		debug("tildes", comp);
		comp = replaceXRanges(comp, options);
		debug("xrange", comp);
		comp = replaceStars(comp, options);
		debug("stars", comp);
		return comp;
	};
	const isX = (id) => !id || id.toLowerCase() === "x" || id === "*";
	const invalidXRangeOrder = (M, m, p) => isX(M) && !isX(m) || isX(m) && p && !isX(p);
	const replaceTildes = (comp, options) => {
		return comp.trim().split(/\s+/).map((c) => replaceTilde(c, options)).join(" ");
	};
	const replaceTilde = (comp, options) => {
		const r = options.loose ? re[t.TILDELOOSE] : re[t.TILDE];
		const z = options.includePrerelease ? "-0" : "";
		return comp.replace(r, (_, M, m, p, pr) => {
			debug("tilde", comp, _, M, m, p, pr);
			let ret;
			if (isX(M)) ret = "";
			else if (isX(m)) ret = `>=${M}.0.0${z} <${+M + 1}.0.0-0`;
			else if (isX(p)) ret = `>=${M}.${m}.0${z} <${M}.${+m + 1}.0-0`;
			else if (pr) {
				debug("replaceTilde pr", pr);
				ret = `>=${M}.${m}.${p}-${pr} <${M}.${+m + 1}.0-0`;
			} else ret = `>=${M}.${m}.${p} <${M}.${+m + 1}.0-0`;
			debug("tilde return", ret);
			return ret;
		});
	};
	const replaceCarets = (comp, options) => {
		return comp.trim().split(/\s+/).map((c) => replaceCaret(c, options)).join(" ");
	};
	const replaceCaret = (comp, options) => {
		debug("caret", comp, options);
		const r = options.loose ? re[t.CARETLOOSE] : re[t.CARET];
		const z = options.includePrerelease ? "-0" : "";
		return comp.replace(r, (_, M, m, p, pr) => {
			debug("caret", comp, _, M, m, p, pr);
			let ret;
			if (isX(M)) ret = "";
			else if (isX(m)) ret = `>=${M}.0.0${z} <${+M + 1}.0.0-0`;
			else if (isX(p)) {
				if (M === "0") ret = `>=${M}.${m}.0${z} <${M}.${+m + 1}.0-0`;
				else ret = `>=${M}.${m}.0${z} <${+M + 1}.0.0-0`;
			} else if (pr) {
				debug("replaceCaret pr", pr);
				if (M === "0") {
					if (m === "0") ret = `>=${M}.${m}.${p}-${pr} <${M}.${m}.${+p + 1}-0`;
					else ret = `>=${M}.${m}.${p}-${pr} <${M}.${+m + 1}.0-0`;
				} else ret = `>=${M}.${m}.${p}-${pr} <${+M + 1}.0.0-0`;
			} else {
				debug("no pr");
				if (M === "0") {
					if (m === "0") ret = `>=${M}.${m}.${p} <${M}.${m}.${+p + 1}-0`;
					else ret = `>=${M}.${m}.${p} <${M}.${+m + 1}.0-0`;
				} else ret = `>=${M}.${m}.${p} <${+M + 1}.0.0-0`;
			}
			debug("caret return", ret);
			return ret;
		});
	};
	const replaceXRanges = (comp, options) => {
		debug("replaceXRanges", comp, options);
		return comp.split(/\s+/).map((c) => replaceXRange(c, options)).join(" ");
	};
	const replaceXRange = (comp, options) => {
		comp = comp.trim();
		const r = options.loose ? re[t.XRANGELOOSE] : re[t.XRANGE];
		return comp.replace(r, (ret, gtlt, M, m, p, pr) => {
			debug("xRange", comp, ret, gtlt, M, m, p, pr);
			if (invalidXRangeOrder(M, m, p)) return comp;
			const xM = isX(M);
			const xm = xM || isX(m);
			const xp = xm || isX(p);
			const anyX = xp;
			if (gtlt === "=" && anyX) gtlt = "";
			pr = options.includePrerelease ? "-0" : "";
			if (xM) {
				if (gtlt === ">" || gtlt === "<") ret = "<0.0.0-0";
				else ret = "*";
			} else if (gtlt && anyX) {
				if (xm) m = 0;
				p = 0;
				if (gtlt === ">") {
					gtlt = ">=";
					if (xm) {
						M = +M + 1;
						m = 0;
						p = 0;
					} else {
						m = +m + 1;
						p = 0;
					}
				} else if (gtlt === "<=") {
					gtlt = "<";
					if (xm) M = +M + 1;
					else m = +m + 1;
				}
				if (gtlt === "<") pr = "-0";
				ret = `${gtlt + M}.${m}.${p}${pr}`;
			} else if (xm) ret = `>=${M}.0.0${pr} <${+M + 1}.0.0-0`;
			else if (xp) ret = `>=${M}.${m}.0${pr} <${M}.${+m + 1}.0-0`;
			debug("xRange return", ret);
			return ret;
		});
	};
	const replaceStars = (comp, options) => {
		debug("replaceStars", comp, options);
		return comp.trim().replace(re[t.STAR], "");
	};
	const replaceGTE0 = (comp, options) => {
		debug("replaceGTE0", comp, options);
		return comp.trim().replace(re[options.includePrerelease ? t.GTE0PRE : t.GTE0], "");
	};
	const hyphenReplace = (incPr) => ($0, from, fM, fm, fp, fpr, fb, to, tM, tm, tp, tpr) => {
		if (isX(fM)) from = "";
		else if (isX(fm)) from = `>=${fM}.0.0${incPr ? "-0" : ""}`;
		else if (isX(fp)) from = `>=${fM}.${fm}.0${incPr ? "-0" : ""}`;
		else if (fpr) from = `>=${from}`;
		else from = `>=${from}${incPr ? "-0" : ""}`;
		if (isX(tM)) to = "";
		else if (isX(tm)) to = `<${+tM + 1}.0.0-0`;
		else if (isX(tp)) to = `<${tM}.${+tm + 1}.0-0`;
		else if (tpr) to = `<=${tM}.${tm}.${tp}-${tpr}`;
		else if (incPr) to = `<${tM}.${tm}.${+tp + 1}-0`;
		else to = `<=${to}`;
		return `${from} ${to}`.trim();
	};
	const testSet = (set, version, options) => {
		for (let i = 0; i < set.length; i++) if (!set[i].test(version)) return false;
		if (version.prerelease.length && !options.includePrerelease) {
			for (let i = 0; i < set.length; i++) {
				debug(set[i].semver);
				if (set[i].semver === Comparator.ANY) continue;
				if (set[i].semver.prerelease.length > 0) {
					const allowed = set[i].semver;
					if (allowed.major === version.major && allowed.minor === version.minor && allowed.patch === version.patch) return true;
				}
			}
			return false;
		}
		return true;
	};
}));
// node_modules/semver/classes/comparator.js
var require_comparator = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const ANY = Symbol("SemVer ANY");
	module.exports = class Comparator {
		static get ANY() {
			return ANY;
		}
		constructor(comp, options) {
			options = parseOptions(options);
			if (comp instanceof Comparator) {
				if (comp.loose === !!options.loose) return comp;
				else comp = comp.value;
			}
			comp = comp.trim().split(/\s+/).join(" ");
			debug("comparator", comp, options);
			this.options = options;
			this.loose = !!options.loose;
			this.parse(comp);
			if (this.semver === ANY) this.value = "";
			else this.value = this.operator + this.semver.version;
			debug("comp", this);
		}
		parse(comp) {
			const r = this.options.loose ? re[t.COMPARATORLOOSE] : re[t.COMPARATOR];
			const m = comp.match(r);
			if (!m) throw new TypeError(`Invalid comparator: ${comp}`);
			this.operator = m[1] !== void 0 ? m[1] : "";
			if (this.operator === "=") this.operator = "";
			if (!m[2]) this.semver = ANY;
			else this.semver = new SemVer(m[2], this.options.loose);
		}
		toString() {
			return this.value;
		}
		test(version) {
			debug("Comparator.test", version, this.options.loose);
			if (this.semver === ANY || version === ANY) return true;
			if (typeof version === "string") try {
				version = new SemVer(version, this.options);
			} catch (er) {
				return false;
			}
			return cmp(version, this.operator, this.semver, this.options);
		}
		intersects(comp, options) {
			if (!(comp instanceof Comparator)) throw new TypeError("a Comparator is required");
			if (this.operator === "") {
				if (this.value === "") return true;
				return new Range(comp.value, options).test(this.value);
			} else if (comp.operator === "") {
				if (comp.value === "") return true;
				return new Range(this.value, options).test(comp.semver);
			}
			options = parseOptions(options);
			if (options.includePrerelease && (this.value === "<0.0.0-0" || comp.value === "<0.0.0-0")) return false;
			if (!options.includePrerelease && (this.value.startsWith("<0.0.0") || comp.value.startsWith("<0.0.0"))) return false;
			if (this.operator.startsWith(">") && comp.operator.startsWith(">")) return true;
			if (this.operator.startsWith("<") && comp.operator.startsWith("<")) return true;
			if (this.semver.version === comp.semver.version && this.operator.includes("=") && comp.operator.includes("=")) return true;
			if (cmp(this.semver, "<", comp.semver, options) && this.operator.startsWith(">") && comp.operator.startsWith("<")) return true;
			if (cmp(this.semver, ">", comp.semver, options) && this.operator.startsWith("<") && comp.operator.startsWith(">")) return true;
			return false;
		}
	};
	const parseOptions = require_parse_options();
	const { safeRe: re, t } = require_re();
	const cmp = require_cmp();
	const debug = require_debug();
	const SemVer = require_semver$1();
	const Range = require_range();
}));
// node_modules/semver/functions/satisfies.js
var require_satisfies = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const Range = require_range();
	const satisfies = (version, range, options) => {
		try {
			range = new Range(range, options);
		} catch (er) {
			return false;
		}
		return range.test(version);
	};
	module.exports = satisfies;
}));
// node_modules/semver/ranges/to-comparators.js
var require_to_comparators = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const Range = require_range();
	const toComparators = (range, options) => new Range(range, options).set.map((comp) => comp.map((c) => c.value).join(" ").trim().split(" "));
	module.exports = toComparators;
}));
// node_modules/semver/ranges/max-satisfying.js
var require_max_satisfying = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const SemVer = require_semver$1();
	const Range = require_range();
	const maxSatisfying = (versions, range, options) => {
		let max = null;
		let maxSV = null;
		let rangeObj = null;
		try {
			rangeObj = new Range(range, options);
		} catch (er) {
			return null;
		}
		versions.forEach((v) => {
			if (rangeObj.test(v)) {
				if (!max || maxSV.compare(v) === -1) {
					max = v;
					maxSV = new SemVer(max, options);
				}
			}
		});
		return max;
	};
	module.exports = maxSatisfying;
}));
// node_modules/semver/ranges/min-satisfying.js
var require_min_satisfying = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const SemVer = require_semver$1();
	const Range = require_range();
	const minSatisfying = (versions, range, options) => {
		let min = null;
		let minSV = null;
		let rangeObj = null;
		try {
			rangeObj = new Range(range, options);
		} catch (er) {
			return null;
		}
		versions.forEach((v) => {
			if (rangeObj.test(v)) {
				if (!min || minSV.compare(v) === 1) {
					min = v;
					minSV = new SemVer(min, options);
				}
			}
		});
		return min;
	};
	module.exports = minSatisfying;
}));
// node_modules/semver/ranges/min-version.js
var require_min_version = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const SemVer = require_semver$1();
	const Range = require_range();
	const gt = require_gt();
	const minVersion = (range, loose) => {
		range = new Range(range, loose);
		let minver = new SemVer("0.0.0");
		if (range.test(minver)) return minver;
		minver = new SemVer("0.0.0-0");
		if (range.test(minver)) return minver;
		minver = null;
		for (let i = 0; i < range.set.length; ++i) {
			const comparators = range.set[i];
			let setMin = null;
			comparators.forEach((comparator) => {
				const compver = new SemVer(comparator.semver.version);
				switch (comparator.operator) {
					case ">":
						if (compver.prerelease.length === 0) compver.patch++;
						else compver.prerelease.push(0);
						compver.raw = compver.format();
					case "":
					case ">=":
						if (!setMin || gt(compver, setMin)) setMin = compver;
						break;
					case "<":
					case "<=": break;
					/* istanbul ignore next */
					default: throw new Error(`Unexpected operation: ${comparator.operator}`);
				}
			});
			if (setMin && (!minver || gt(minver, setMin))) minver = setMin;
		}
		if (minver && range.test(minver)) return minver;
		return null;
	};
	module.exports = minVersion;
}));
// node_modules/semver/ranges/valid.js
var require_valid = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const Range = require_range();
	const validRange = (range, options) => {
		try {
			return new Range(range, options).range || "*";
		} catch (er) {
			return null;
		}
	};
	module.exports = validRange;
}));
// node_modules/semver/ranges/outside.js
var require_outside = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const SemVer = require_semver$1();
	const Comparator = require_comparator();
	const { ANY } = Comparator;
	const Range = require_range();
	const satisfies = require_satisfies();
	const gt = require_gt();
	const lt = require_lt();
	const lte = require_lte();
	const gte = require_gte();
	const outside = (version, range, hilo, options) => {
		version = new SemVer(version, options);
		range = new Range(range, options);
		let gtfn, ltefn, ltfn, comp, ecomp;
		switch (hilo) {
			case ">":
				gtfn = gt;
				ltefn = lte;
				ltfn = lt;
				comp = ">";
				ecomp = ">=";
				break;
			case "<":
				gtfn = lt;
				ltefn = gte;
				ltfn = gt;
				comp = "<";
				ecomp = "<=";
				break;
			default: throw new TypeError("Must provide a hilo val of \"<\" or \">\"");
		}
		if (satisfies(version, range, options)) return false;
		for (let i = 0; i < range.set.length; ++i) {
			const comparators = range.set[i];
			let high = null;
			let low = null;
			comparators.forEach((comparator) => {
				if (comparator.semver === ANY) comparator = new Comparator(">=0.0.0");
				high = high || comparator;
				low = low || comparator;
				if (gtfn(comparator.semver, high.semver, options)) high = comparator;
				else if (ltfn(comparator.semver, low.semver, options)) low = comparator;
			});
			if (high.operator === comp || high.operator === ecomp) return false;
			if ((!low.operator || low.operator === comp) && ltefn(version, low.semver)) return false;
			else if (low.operator === ecomp && ltfn(version, low.semver)) return false;
		}
		return true;
	};
	module.exports = outside;
}));
// node_modules/semver/ranges/gtr.js
var require_gtr = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const outside = require_outside();
	const gtr = (version, range, options) => outside(version, range, ">", options);
	module.exports = gtr;
}));
// node_modules/semver/ranges/ltr.js
var require_ltr = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const outside = require_outside();
	const ltr = (version, range, options) => outside(version, range, "<", options);
	module.exports = ltr;
}));
// node_modules/semver/ranges/intersects.js
var require_intersects = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const Range = require_range();
	const intersects = (r1, r2, options) => {
		r1 = new Range(r1, options);
		r2 = new Range(r2, options);
		return r1.intersects(r2, options);
	};
	module.exports = intersects;
}));
// node_modules/semver/ranges/simplify.js
var require_simplify = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const satisfies = require_satisfies();
	const compare = require_compare();
	module.exports = (versions, range, options) => {
		const set = [];
		let first = null;
		let prev = null;
		const v = versions.sort((a, b) => compare(a, b, options));
		for (const version of v) if (satisfies(version, range, options)) {
			prev = version;
			if (!first) first = version;
		} else {
			if (prev) set.push([first, prev]);
			prev = null;
			first = null;
		}
		if (first) set.push([first, null]);
		const ranges = [];
		for (const [min, max] of set) if (min === max) ranges.push(min);
		else if (!max && min === v[0]) ranges.push("*");
		else if (!max) ranges.push(`>=${min}`);
		else if (min === v[0]) ranges.push(`<=${max}`);
		else ranges.push(`${min} - ${max}`);
		const simplified = ranges.join(" || ");
		const original = typeof range.raw === "string" ? range.raw : String(range);
		return simplified.length < original.length ? simplified : range;
	};
}));
// node_modules/semver/ranges/subset.js
var require_subset = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const Range = require_range();
	const Comparator = require_comparator();
	const { ANY } = Comparator;
	const satisfies = require_satisfies();
	const compare = require_compare();
	const subset = (sub, dom, options = {}) => {
		if (sub === dom) return true;
		sub = new Range(sub, options);
		dom = new Range(dom, options);
		let sawNonNull = false;
		OUTER: for (const simpleSub of sub.set) {
			for (const simpleDom of dom.set) {
				const isSub = simpleSubset(simpleSub, simpleDom, options);
				sawNonNull = sawNonNull || isSub !== null;
				if (isSub) continue OUTER;
			}
			if (sawNonNull) return false;
		}
		return true;
	};
	const minimumVersionWithPreRelease = [new Comparator(">=0.0.0-0")];
	const minimumVersion = [new Comparator(">=0.0.0")];
	const simpleSubset = (sub, dom, options) => {
		if (sub === dom) return true;
		if (sub.length === 1 && sub[0].semver === ANY) {
			if (dom.length === 1 && dom[0].semver === ANY) return true;
			else if (options.includePrerelease) sub = minimumVersionWithPreRelease;
			else sub = minimumVersion;
		}
		if (dom.length === 1 && dom[0].semver === ANY) {
			if (options.includePrerelease) return true;
			else dom = minimumVersion;
		}
		const eqSet = /* @__PURE__ */ new Set();
		let gt, lt;
		for (const c of sub) if (c.operator === ">" || c.operator === ">=") gt = higherGT(gt, c, options);
		else if (c.operator === "<" || c.operator === "<=") lt = lowerLT(lt, c, options);
		else eqSet.add(c.semver);
		if (eqSet.size > 1) return null;
		let gtltComp;
		if (gt && lt) {
			gtltComp = compare(gt.semver, lt.semver, options);
			if (gtltComp > 0) return null;
			else if (gtltComp === 0 && (gt.operator !== ">=" || lt.operator !== "<=")) return null;
		}
		for (const eq of eqSet) {
			if (gt && !satisfies(eq, String(gt), options)) return null;
			if (lt && !satisfies(eq, String(lt), options)) return null;
			for (const c of dom) if (!satisfies(eq, String(c), options)) return false;
			return true;
		}
		let higher, lower;
		let hasDomLT, hasDomGT;
		let needDomLTPre = lt && !options.includePrerelease && lt.semver.prerelease.length ? lt.semver : false;
		let needDomGTPre = gt && !options.includePrerelease && gt.semver.prerelease.length ? gt.semver : false;
		if (needDomLTPre && needDomLTPre.prerelease.length === 1 && lt.operator === "<" && needDomLTPre.prerelease[0] === 0) needDomLTPre = false;
		for (const c of dom) {
			hasDomGT = hasDomGT || c.operator === ">" || c.operator === ">=";
			hasDomLT = hasDomLT || c.operator === "<" || c.operator === "<=";
			if (gt) {
				if (needDomGTPre) {
					if (c.semver.prerelease && c.semver.prerelease.length && c.semver.major === needDomGTPre.major && c.semver.minor === needDomGTPre.minor && c.semver.patch === needDomGTPre.patch) needDomGTPre = false;
				}
				if (c.operator === ">" || c.operator === ">=") {
					higher = higherGT(gt, c, options);
					if (higher === c && higher !== gt) return false;
				} else if (gt.operator === ">=" && !c.test(gt.semver)) return false;
			}
			if (lt) {
				if (needDomLTPre) {
					if (c.semver.prerelease && c.semver.prerelease.length && c.semver.major === needDomLTPre.major && c.semver.minor === needDomLTPre.minor && c.semver.patch === needDomLTPre.patch) needDomLTPre = false;
				}
				if (c.operator === "<" || c.operator === "<=") {
					lower = lowerLT(lt, c, options);
					if (lower === c && lower !== lt) return false;
				} else if (lt.operator === "<=" && !c.test(lt.semver)) return false;
			}
			if (!c.operator && (lt || gt) && gtltComp !== 0) return false;
		}
		if (gt && hasDomLT && !lt && gtltComp !== 0) return false;
		if (lt && hasDomGT && !gt && gtltComp !== 0) return false;
		if (needDomGTPre || needDomLTPre) return false;
		return true;
	};
	const higherGT = (a, b, options) => {
		if (!a) return b;
		const comp = compare(a.semver, b.semver, options);
		return comp > 0 ? a : comp < 0 ? b : b.operator === ">" && a.operator === ">=" ? b : a;
	};
	const lowerLT = (a, b, options) => {
		if (!a) return b;
		const comp = compare(a.semver, b.semver, options);
		return comp < 0 ? a : comp > 0 ? b : b.operator === "<" && a.operator === "<=" ? b : a;
	};
	module.exports = subset;
}));
// src/habitat/hab/license.ts
var import_semver = /* @__PURE__ */ __toESM((/* @__PURE__ */ __commonJSMin(((exports, module) => {
	const internalRe = require_re();
	const constants = require_constants();
	const SemVer = require_semver$1();
	const identifiers = require_identifiers();
	module.exports = {
		parse: require_parse(),
		valid: require_valid$1(),
		clean: require_clean(),
		inc: require_inc(),
		diff: require_diff(),
		major: require_major(),
		minor: require_minor(),
		patch: require_patch(),
		prerelease: require_prerelease(),
		compare: require_compare(),
		rcompare: require_rcompare(),
		compareLoose: require_compare_loose(),
		compareBuild: require_compare_build(),
		sort: require_sort(),
		rsort: require_rsort(),
		gt: require_gt(),
		lt: require_lt(),
		eq: require_eq(),
		neq: require_neq(),
		gte: require_gte(),
		lte: require_lte(),
		cmp: require_cmp(),
		coerce: require_coerce(),
		truncate: require_truncate(),
		Comparator: require_comparator(),
		Range: require_range(),
		satisfies: require_satisfies(),
		toComparators: require_to_comparators(),
		maxSatisfying: require_max_satisfying(),
		minSatisfying: require_min_satisfying(),
		minVersion: require_min_version(),
		validRange: require_valid(),
		outside: require_outside(),
		gtr: require_gtr(),
		ltr: require_ltr(),
		intersects: require_intersects(),
		simplifyRange: require_simplify(),
		subset: require_subset(),
		SemVer,
		re: internalRe.re,
		src: internalRe.src,
		tokens: internalRe.t,
		SEMVER_SPEC_VERSION: constants.SEMVER_SPEC_VERSION,
		RELEASE_TYPES: constants.RELEASE_TYPES,
		compareIdentifiers: identifiers.compareIdentifiers,
		rcompareIdentifiers: identifiers.rcompareIdentifiers
	};
})))(), 1);
/**
* What HAB_LICENSE shall be, so that hab does not ask: nothing before 0.80.0; after it, what stands for the
* person's own consent, which is given here, in HAB_LICENSE, or in the file that `hab license accept` leaves
* (components/hab/src/license.rs). It is never given for them, nor kept for others.
* @throws MesosizeError HAB_LICENSE if hab would ask
*/
async function licenseVariable(version, consent) {
	if (import_semver.default.lt(version, "0.80.0")) return void 0;
	const { accept, env, home, isRoot } = consent;
	const before = env.HAB_LICENSE === "accept" || env.HAB_LICENSE === "accept-no-persist";
	const file = join(isRoot ? "/hab" : join(home, ".hab"), "accepted-licenses/habitat");
	if (accept || before || await isFile(file)) return "accept-no-persist";
	throw new MesosizeError("HAB_LICENSE", `hab ${version} is used under the Chef End User License Agreement (https://www.chef.io/end-user-license-agreement), which only you can accept. Write "accept-license: true" if you do; or write "use-hab: false", which exports a package without hab.`);
}
function isFile(path) {
	return stat(path).then((stats) => stats.isFile(), () => false);
}
// node_modules/@actions/tool-cache/lib/retry-helper.js
var __awaiter$1 = function(thisArg, _arguments, P, generator) {
	function adopt(value) {
		return value instanceof P ? value : new P(function(resolve) {
			resolve(value);
		});
	}
	return new (P || (P = Promise))(function(resolve, reject) {
		function fulfilled(value) {
			try {
				step(generator.next(value));
			} catch (e) {
				reject(e);
			}
		}
		function rejected(value) {
			try {
				step(generator["throw"](value));
			} catch (e) {
				reject(e);
			}
		}
		function step(result) {
			result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected);
		}
		step((generator = generator.apply(thisArg, _arguments || [])).next());
	});
};
/**
* Internal class for retries
*/
var RetryHelper = class {
	constructor(maxAttempts, minSeconds, maxSeconds) {
		if (maxAttempts < 1) throw new Error("max attempts should be greater than or equal to 1");
		this.maxAttempts = maxAttempts;
		this.minSeconds = Math.floor(minSeconds);
		this.maxSeconds = Math.floor(maxSeconds);
		if (this.minSeconds > this.maxSeconds) throw new Error("min seconds should be less than or equal to max seconds");
	}
	execute(action, isRetryable) {
		return __awaiter$1(this, void 0, void 0, function* () {
			let attempt = 1;
			while (attempt < this.maxAttempts) {
				try {
					return yield action();
				} catch (err) {
					if (isRetryable && !isRetryable(err)) throw err;
					info(err.message);
				}
				const seconds = this.getSleepAmount();
				info(`Waiting ${seconds} seconds before trying again`);
				yield this.sleep(seconds);
				attempt++;
			}
			return yield action();
		});
	}
	getSleepAmount() {
		return Math.floor(Math.random() * (this.maxSeconds - this.minSeconds + 1)) + this.minSeconds;
	}
	sleep(seconds) {
		return __awaiter$1(this, void 0, void 0, function* () {
			return new Promise((resolve) => setTimeout(resolve, seconds * 1e3));
		});
	}
};
// node_modules/@actions/tool-cache/lib/tool-cache.js
var __awaiter = function(thisArg, _arguments, P, generator) {
	function adopt(value) {
		return value instanceof P ? value : new P(function(resolve) {
			resolve(value);
		});
	}
	return new (P || (P = Promise))(function(resolve, reject) {
		function fulfilled(value) {
			try {
				step(generator.next(value));
			} catch (e) {
				reject(e);
			}
		}
		function rejected(value) {
			try {
				step(generator["throw"](value));
			} catch (e) {
				reject(e);
			}
		}
		function step(result) {
			result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected);
		}
		step((generator = generator.apply(thisArg, _arguments || [])).next());
	});
};
var HTTPError = class extends Error {
	constructor(httpStatusCode) {
		super(`Unexpected HTTP response: ${httpStatusCode}`);
		this.httpStatusCode = httpStatusCode;
		Object.setPrototypeOf(this, new.target.prototype);
	}
};
const IS_WINDOWS = process.platform === "win32";
process.platform;
const userAgent = "actions/tool-cache";
/**
* Download a tool from an url and stream it into a file
*
* @param url       url of tool to download
* @param dest      path to download tool
* @param auth      authorization header
* @param headers   other headers
* @returns         path to downloaded tool
*/
function downloadTool(url, dest, auth, headers) {
	return __awaiter(this, void 0, void 0, function* () {
		dest = dest || path.join(_getTempDirectory(), crypto.randomUUID());
		yield mkdirP(path.dirname(dest));
		debug(`Downloading ${url}`);
		debug(`Destination ${dest}`);
		return yield new RetryHelper(3, _getGlobal("TEST_DOWNLOAD_TOOL_RETRY_MIN_SECONDS", 10), _getGlobal("TEST_DOWNLOAD_TOOL_RETRY_MAX_SECONDS", 20)).execute(() => __awaiter(this, void 0, void 0, function* () {
			return yield downloadToolAttempt(url, dest || "", auth, headers);
		}), (err) => {
			if (err instanceof HTTPError && err.httpStatusCode) {
				if (err.httpStatusCode < 500 && err.httpStatusCode !== 408 && err.httpStatusCode !== 429) return false;
			}
			return true;
		});
	});
}
function downloadToolAttempt(url, dest, auth, headers) {
	return __awaiter(this, void 0, void 0, function* () {
		if (fs.existsSync(dest)) throw new Error(`Destination file path ${dest} already exists`);
		const http = new HttpClient(userAgent, [], { allowRetries: false });
		if (auth) {
			debug("set auth");
			if (headers === void 0) headers = {};
			headers.authorization = auth;
		}
		const response = yield http.get(url, headers);
		if (response.message.statusCode !== 200) {
			const err = new HTTPError(response.message.statusCode);
			debug(`Failed to download from "${url}". Code(${response.message.statusCode}) Message(${response.message.statusMessage})`);
			throw err;
		}
		const pipeline = util.promisify(stream.pipeline);
		const readStream = _getGlobal("TEST_DOWNLOAD_TOOL_RESPONSE_MESSAGE_FACTORY", () => response.message)();
		let succeeded = false;
		try {
			yield pipeline(readStream, fs.createWriteStream(dest));
			debug("download complete");
			succeeded = true;
			return dest;
		} finally {
			if (!succeeded) {
				debug("download failed");
				try {
					yield rmRF(dest);
				} catch (err) {
					debug(`Failed to delete '${dest}'. ${err.message}`);
				}
			}
		}
	});
}
/**
* Extract a compressed tar archive
*
* @param file     path to the tar
* @param dest     destination directory. Optional.
* @param flags    flags for the tar command to use for extraction. Defaults to 'xz' (extracting gzipped tars). Optional.
* @returns        path to the destination directory
*/
function extractTar(file_1, dest_1) {
	return __awaiter(this, arguments, void 0, function* (file, dest, flags = "xz") {
		if (!file) throw new Error("parameter 'file' is required");
		dest = yield _createExtractFolder(dest);
		debug("Checking tar --version");
		let versionOutput = "";
		yield exec("tar --version", [], {
			ignoreReturnCode: true,
			silent: true,
			listeners: {
				stdout: (data) => versionOutput += data.toString(),
				stderr: (data) => versionOutput += data.toString()
			}
		});
		debug(versionOutput.trim());
		const isGnuTar = versionOutput.toUpperCase().includes("GNU TAR");
		let args;
		if (flags instanceof Array) args = flags;
		else args = [flags];
		if (isDebug() && !flags.includes("v")) args.push("-v");
		let destArg = dest;
		let fileArg = file;
		if (IS_WINDOWS && isGnuTar) {
			args.push("--force-local");
			destArg = dest.replace(/\\/g, "/");
			fileArg = file.replace(/\\/g, "/");
		}
		if (isGnuTar) {
			args.push("--warning=no-unknown-keyword");
			args.push("--overwrite");
		}
		args.push("-C", destArg, "-f", fileArg);
		yield exec(`tar`, args);
		return dest;
	});
}
/**
* Caches a directory and installs it into the tool cacheDir
*
* @param sourceDir    the directory to cache into tools
* @param tool          tool name
* @param version       version of the tool.  semver format
* @param arch          architecture of the tool.  Optional.  Defaults to machine architecture
*/
function cacheDir(sourceDir, tool, version, arch) {
	return __awaiter(this, void 0, void 0, function* () {
		version = import_semver.clean(version) || version;
		arch = arch || os.arch();
		debug(`Caching tool ${tool} ${version} ${arch}`);
		debug(`source dir: ${sourceDir}`);
		if (!fs.statSync(sourceDir).isDirectory()) throw new Error("sourceDir is not a directory");
		const destPath = yield _createToolPath(tool, version, arch);
		for (const itemName of fs.readdirSync(sourceDir)) {
			const s = path.join(sourceDir, itemName);
			yield cp(s, destPath, { recursive: true });
		}
		_completeToolPath(tool, version, arch);
		return destPath;
	});
}
/**
* Finds the path to a tool version in the local installed tool cache
*
* @param toolName      name of the tool
* @param versionSpec   version of the tool
* @param arch          optional arch.  defaults to arch of computer
*/
function find(toolName, versionSpec, arch) {
	if (!toolName) throw new Error("toolName parameter is required");
	if (!versionSpec) throw new Error("versionSpec parameter is required");
	arch = arch || os.arch();
	if (!isExplicitVersion(versionSpec)) versionSpec = evaluateVersions(findAllVersions(toolName, arch), versionSpec);
	let toolPath = "";
	if (versionSpec) {
		versionSpec = import_semver.clean(versionSpec) || "";
		const cachePath = path.join(_getCacheDirectory(), toolName, versionSpec, arch);
		debug(`checking cache: ${cachePath}`);
		if (fs.existsSync(cachePath) && fs.existsSync(`${cachePath}.complete`)) {
			debug(`Found tool in cache ${toolName} ${versionSpec} ${arch}`);
			toolPath = cachePath;
		} else debug("not found");
	}
	return toolPath;
}
/**
* Finds the paths to all versions of a tool that are installed in the local tool cache
*
* @param toolName  name of the tool
* @param arch      optional arch.  defaults to arch of computer
*/
function findAllVersions(toolName, arch) {
	const versions = [];
	arch = arch || os.arch();
	const toolPath = path.join(_getCacheDirectory(), toolName);
	if (fs.existsSync(toolPath)) {
		const children = fs.readdirSync(toolPath);
		for (const child of children) if (isExplicitVersion(child)) {
			const fullPath = path.join(toolPath, child, arch || "");
			if (fs.existsSync(fullPath) && fs.existsSync(`${fullPath}.complete`)) versions.push(child);
		}
	}
	return versions;
}
function _createExtractFolder(dest) {
	return __awaiter(this, void 0, void 0, function* () {
		if (!dest) dest = path.join(_getTempDirectory(), crypto.randomUUID());
		yield mkdirP(dest);
		return dest;
	});
}
function _createToolPath(tool, version, arch) {
	return __awaiter(this, void 0, void 0, function* () {
		const folderPath = path.join(_getCacheDirectory(), tool, import_semver.clean(version) || version, arch || "");
		debug(`destination ${folderPath}`);
		const markerPath = `${folderPath}.complete`;
		yield rmRF(folderPath);
		yield rmRF(markerPath);
		yield mkdirP(folderPath);
		return folderPath;
	});
}
function _completeToolPath(tool, version, arch) {
	const markerPath = `${path.join(_getCacheDirectory(), tool, import_semver.clean(version) || version, arch || "")}.complete`;
	fs.writeFileSync(markerPath, "");
	debug("finished caching tool");
}
/**
* Check if version string is explicit
*
* @param versionSpec      version string to check
*/
function isExplicitVersion(versionSpec) {
	const c = import_semver.clean(versionSpec) || "";
	debug(`isExplicit: ${c}`);
	const valid = import_semver.valid(c) != null;
	debug(`explicit? ${valid}`);
	return valid;
}
/**
* Get the highest satisfiying semantic version in `versions` which satisfies `versionSpec`
*
* @param versions        array of versions to evaluate
* @param versionSpec     semantic version spec to satisfy
*/
function evaluateVersions(versions, versionSpec) {
	let version = "";
	debug(`evaluating ${versions.length} versions`);
	versions = versions.sort((a, b) => {
		if (import_semver.gt(a, b)) return 1;
		return -1;
	});
	for (let i = versions.length - 1; i >= 0; i--) {
		const potential = versions[i];
		if (import_semver.satisfies(potential, versionSpec)) {
			version = potential;
			break;
		}
	}
	if (version) debug(`matched: ${version}`);
	else debug("match not found");
	return version;
}
/**
* Gets RUNNER_TOOL_CACHE
*/
function _getCacheDirectory() {
	const cacheDirectory = process.env["RUNNER_TOOL_CACHE"] || "";
	ok(cacheDirectory, "Expected RUNNER_TOOL_CACHE to be defined");
	return cacheDirectory;
}
/**
* Gets RUNNER_TEMP
*/
function _getTempDirectory() {
	const tempDirectory = process.env["RUNNER_TEMP"] || "";
	ok(tempDirectory, "Expected RUNNER_TEMP to be defined");
	return tempDirectory;
}
/**
* Gets a global variable
*/
function _getGlobal(key, defaultValue) {
	const value = global[key];
	return value !== void 0 ? value : defaultValue;
}
// src/habitat/hab/listed-versions.ts
const MAX_JSON = 4194304;
/**
* The versions of hab that Builder knows, of whatever channel and for whatever target:
* `GET /v1/depot/pkgs/ORIGIN/hab/versions` answers `[{ version, … }, …]` (habitat-sh/builder,
* components/builder-api/src/server/resources/pkgs.rs). Both origins that hab has had are asked.
* @param builder such as https://bldr.habitat.sh
* @throws MesosizeError HTTP_…, BUILDER_ANSWER
*/
async function listedVersions(builder, fetch, signal) {
	return (await Promise.all(["chef", "core"].map((origin) => versionsOf(origin, builder, fetch, signal)))).flat();
}
async function versionsOf(origin, builder, fetch, signal) {
	const base = new URL(builder);
	const root = base.pathname.replace(/\/+$/, "") || "/v1";
	const answer = await get(fetch, new URL(`${root}/depot/pkgs/${origin}/hab/versions`, base), { signal });
	if (!answer.response.ok) {
		await answer.response.body?.cancel();
		const { status } = answer.response;
		if (status === 404) return [];
		throw new HttpStatusError("HTTP_STATUS", `${printableUrl(answer.url)} answered ${formatStatus(status)}. Check builder-url.`, answer.response);
	}
	return parseVersions(await readText(answer, MAX_JSON), printableUrl(answer.url));
}
function parseVersions(text, from) {
	try {
		return JSON.parse(text).map(({ version }) => String(version));
	} catch {
		throw new MesosizeError("BUILDER_ANSWER", `${from} did not answer with a list of versions: this is no Habitat Builder. Check builder-url.`);
	}
}
// src/habitat/hab/manifest.ts
/**
* Reads the manifest.json of a release: `{ version, packages: { TARGET: [full ident, …] } }`
* (habitat-sh/habitat, .expeditor/scripts; read by components/hab/install.sh).
* @param from where it was found, for errors
* @throws MesosizeError HAB_MANIFEST
*/
function parseManifest(text, from) {
	const { version, packages } = parseObject(text, from);
	if (typeof version !== "string" || import_semver.default.valid(version) === null) throw unusable$1(from, `its version is ${JSON.stringify(version)}`);
	return {
		version,
		text,
		packagesFor(target) {
			const listed = isObject(packages) ? packages[target] : void 0;
			if (!Array.isArray(listed)) throw unusable$1(from, `it lists no packages for ${target}`);
			const idents = listed.map((ident) => parseListed(ident, from));
			const find = (name) => {
				const found = idents.find((ident) => ident.name === name);
				if (!found) throw unusable$1(from, `it lists no ${name} for ${target}`);
				return found;
			};
			return {
				hab: find("hab"),
				supervisor: find("hab-sup"),
				launcher: find("hab-launcher")
			};
		}
	};
}
function parseObject(text, from) {
	let value;
	try {
		value = JSON.parse(text);
	} catch {
		throw unusable$1(from, "it is not JSON");
	}
	if (!isObject(value)) throw unusable$1(from, "it is not a JSON object");
	return value;
}
function parseListed(ident, from) {
	try {
		return parseFullIdent(String(ident));
	} catch (error) {
		throw unusable$1(from, messageOf(error));
	}
}
function isObject(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
function unusable$1(from, problem) {
	return new MesosizeError("HAB_MANIFEST", `${from} is no manifest of a hab release: ${problem}. Check the mirror, or name another release with hab-version.`);
}
// src/habitat/hab/mirror.ts
const MAX_TEXT = 1048576;
/** @throws MesosizeError HAB_MIRROR if the URL cannot be used */
function createMirror({ url, fetch, signal, retry }) {
	const files = parseBase$1(url);
	const address = (path) => new URL(`${files.pathname}/${path}`, files);
	function text(from) {
		return withRetries(async () => {
			const answer = await get(fetch, from, { signal });
			if (answer.response.ok) return readText(answer, MAX_TEXT);
			await answer.response.body?.cancel();
			const { status } = answer.response;
			if (status === 404 || status === 403) return void 0;
			throw new HttpStatusError("HTTP_STATUS", `${printableUrl(answer.url)} answered ${formatStatus(status)}. Check hab-mirror, or try again later.`, answer.response);
		}, {
			...retry,
			signal
		});
	}
	async function manifest(folder) {
		const from = address(`${folder}/manifest.json`);
		const found = await text(from);
		return found === void 0 ? void 0 : parseManifest(found, printableUrl(from));
	}
	return {
		url: printableUrl(files),
		latest: (channel) => manifest(`${checkChannel(channel)}/habitat/latest`),
		manifest: (version) => manifest(`habitat/${version}`),
		async sha256(version, target) {
			const from = address(`habitat/${version}/${archiveName(target)}.sha256sum`);
			const found = await text(from);
			return found === void 0 ? void 0 : parseSum(found, printableUrl(from));
		},
		archive: (version, target) => address(`habitat/${version}/${archiveName(target)}`).href
	};
}
function archiveName(target) {
	return `hab-${target}.tar.gz`;
}
function parseBase$1(text) {
	const url = URL.canParse(text) ? new URL(text) : void 0;
	if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) throw new MesosizeError("HAB_MIRROR", `hab-mirror ${JSON.stringify(printableUrl(text))} must be a web address without user and password. Write one such as https://packages.chef.io.`);
	url.pathname = `${url.pathname.replace(/(\/files)?\/*$/, "")}/files`;
	url.search = "";
	url.hash = "";
	return url;
}
function checkChannel(channel) {
	if (!/^[A-Za-z0-9][\w.-]*$/.test(channel)) throw new MesosizeError("HAB_CHANNEL", `hab-channel ${JSON.stringify(channel)} must be letters, digits and "_ . -". Write one such as stable.`);
	return channel;
}
/** The output of sha256sum: 64 hex digits, two spaces, the file's name. */
function parseSum(text, from) {
	const sum = /^([0-9a-f]{64})(\s|$)/i.exec(text)?.[1];
	if (sum === void 0) throw new MesosizeError("HAB_CHECKSUM", `${from} does not begin with a SHA-256 sum, so nothing was installed. Check the mirror and the network.`);
	return sum.toLowerCase();
}
// src/habitat/hab/release.ts
const TARGETS = {
	"linux x64": "x86_64-linux",
	"linux arm64": "aarch64-linux"
};
/**
* The target of a machine, by Node's names for its platform and architecture.
* @throws MesosizeError RUNNER_UNSUPPORTED
*/
function habTarget(platform, arch) {
	const target = TARGETS[`${platform} ${arch}`];
	if (target === void 0) throw new MesosizeError("RUNNER_UNSUPPORTED", `hab is installed on Linux runners with x86_64 or aarch64, and this one is ${platform} with ${arch}. Write "runs-on: ubuntu-latest" (or ubuntu-24.04-arm), or "use-hab: false", which exports a package without hab on any runner.`);
	return target;
}
// src/habitat/hab/version.ts
const MOST_TRIED = 20;
/**
* Chooses a version of hab. An exact one is taken as it is, `latest` is the channel's. A range is met by the
* channel's newest if that is in it; else by the newest in it that is installed already, or that Builder lists
* and the mirror has, since the mirror itself lists nothing. Without the network, what is installed must do.
* @param wanted such as `1.6.1245`, `latest`, `^2`, `1.6`, `>=2.0.487 <2.1`
* @throws MesosizeError HAB_VERSION if it is none of these, HAB_VERSION_NOT_FOUND, and what `latest` throws
*/
async function resolveVersion(wanted, sources) {
	const exact = import_semver.default.valid(wanted);
	if (exact !== null) return exact;
	if (wanted === "latest") return sources.latest();
	if (wanted.trim() === "" || import_semver.default.validRange(wanted) === null) throw new MesosizeError("HAB_VERSION", `hab-version ${JSON.stringify(wanted)} is neither a version nor a range. Write one such as 2.0.500, ^2, 1.6, or latest.`);
	const inRange = (versions) => [...new Set(versions)].filter((version) => import_semver.default.satisfies(version, wanted)).sort(import_semver.default.rcompare);
	const latest = await sources.latest().catch((error) => {
		const [installed] = inRange(sources.cached);
		if (installed === void 0) throw error;
		sources.report.warn(`${messageOf(error)} So hab ${installed} is taken, which is installed already; there may be a newer one.`);
		return installed;
	});
	if (import_semver.default.satisfies(latest, wanted)) return latest;
	let unlisted = "";
	const listed = await sources.listed().catch((error) => {
		unlisted = ` Older ones could not be looked up: ${messageOf(error)}`;
		return [];
	});
	for (const version of inRange([...sources.cached, ...listed]).slice(0, MOST_TRIED)) if (sources.cached.includes(version) || await sources.has(version)) return version;
	throw new MesosizeError("HAB_VERSION_NOT_FOUND", `No release of hab is in the range ${JSON.stringify(wanted)}: the latest in the channel ${sources.channel} is ${latest}. Write "hab-version: ${latest}", or a range that holds it.${unlisted}`);
}
// src/actions/install-hab.ts
const TOOL = "hab";
const MANIFEST = "manifest.json";
/**
* Installs hab into the runner's tool cache, if it is not there: the static binary of a release archive whose
* SHA-256 is the published one, and the release's manifest beside it.
* @throws MesosizeError RUNNER_UNSUPPORTED, HAB_MIRROR, HAB_CHANNEL, HAB_VERSION, HAB_VERSION_NOT_FOUND,
*   HAB_CHECKSUM, HAB_ARCHIVE, HAB_MANIFEST, HAB_DOWNLOAD, HTTP_…
*/
async function installHab(request, tools) {
	const { fetch, report, signal, retry } = tools;
	const target = habTarget(process.platform, process.arch);
	const mirror = createMirror({
		url: request.mirror,
		fetch,
		signal,
		retry
	});
	const latest = async () => {
		const found = await mirror.latest(request.channel);
		if (found) return found.version;
		throw new MesosizeError("HAB_CHANNEL", `${mirror.url} has no channel ${JSON.stringify(request.channel)} of hab. Write one such as stable as hab-channel.`);
	};
	const version = await resolveVersion(request.version, {
		channel: request.channel,
		cached: findAllVersions(TOOL, target),
		latest,
		listed: () => listedVersions(request.builder, fetch, signal),
		has: async (candidate) => await mirror.sha256(candidate, target) !== void 0,
		report
	});
	const cached = find(TOOL, version, target);
	if (cached !== "") {
		const release = await readRelease(cached, version, target).catch(() => void 0);
		if (release) return release;
		report.note(`What the tool cache has as hab ${version} is not ours; it is downloaded again.`);
	}
	return download(mirror, version, target, latest);
}
async function download(mirror, version, target, latest) {
	const [sum, manifest] = await Promise.all([mirror.sha256(version, target), mirror.manifest(version)]);
	if (sum === void 0 || manifest === void 0) {
		const newest = await latest().catch(() => void 0);
		throw new MesosizeError("HAB_VERSION_NOT_FOUND", `${mirror.url} has no hab ${version} for ${target}. Check hab-version${newest ? `; the latest in the channel is ${newest}` : " and hab-mirror"}.`);
	}
	manifest.packagesFor(target);
	const work = await mkdtemp(join(process.env.RUNNER_TEMP ?? tmpdir(), "mesosize-hab-"));
	try {
		const url = mirror.archive(version, target);
		const archive = await fetchArchive(url, join(work, "hab.tar.gz"));
		await checkSum(archive, sum, url);
		const kept = join(work, "kept");
		await mkdir(kept);
		await copyFile(await findProgram(await unpack(archive, join(work, "unpacked"), url), url), join(kept, TOOL));
		await chmod(join(kept, TOOL), 493);
		await writeFile(join(kept, MANIFEST), manifest.text);
		return await readRelease(await cacheDir(kept, TOOL, version, target), version, target);
	} finally {
		await rm(work, {
			recursive: true,
			force: true
		});
	}
}
/** @param folder one that is in the tool cache */
async function readRelease(folder, version, target) {
	const path = join(folder, TOOL);
	await access(path, constants$2.X_OK);
	const from = join(folder, MANIFEST);
	return {
		version,
		target,
		path,
		packages: parseManifest(await readFile(from, "utf8"), from).packagesFor(target)
	};
}
async function fetchArchive(url, destination) {
	try {
		return await downloadTool(url, destination);
	} catch (error) {
		throw new MesosizeError("HAB_DOWNLOAD", `${printableUrl(url)} could not be downloaded: ${messageOf(error)}. Check hab-mirror and the network, or try again later.`, { cause: error });
	}
}
async function checkSum(archive, published, url) {
	const hash = createHash("sha256");
	for await (const chunk of createReadStream(archive)) hash.update(chunk);
	const actual = hash.digest("hex");
	if (actual === published) return;
	throw new MesosizeError("HAB_CHECKSUM", `${printableUrl(url)} has the SHA-256 sum ${actual}, but ${published} is published for it. Nothing was installed. Try again; if it stays so, check the mirror and the proxies on the way.`);
}
async function unpack(archive, folder, url) {
	try {
		return await extractTar(archive, folder);
	} catch (error) {
		throw unusable(url, messageOf(error));
	}
}
/** The program in the one folder at the archive's top, `hab-VERSION-RELEASE-TARGET`. */
async function findProgram(unpacked, url) {
	const names = await readdir(unpacked);
	if (names.length !== 1) throw unusable(url, `it holds ${names.length} things at its top, not one folder`);
	const path = join(unpacked, names[0], TOOL);
	if (!(await lstat(path).catch(() => void 0))?.isFile()) throw unusable(url, `its folder ${JSON.stringify(names[0])} has no program "hab"`);
	return path;
}
function unusable(url, problem) {
	return new MesosizeError("HAB_ARCHIVE", `${printableUrl(url)} is no archive of hab: ${problem}. Nothing was installed. Check hab-mirror, or name another hab-version.`);
}
// src/actions/hab-packages.ts
/**
* Gets the packages with hab: installs it, builds the plan if there is one, and installs everything that the image
* needs into a root of this run.
* @returns the request in terms of what is installed
*/
async function packagesFromHab({ request, plan, hab: wanted }, steps, tools) {
	const { env, temporary, report } = tools;
	const workspace = await makeWorkspace(temporary);
	tools.onWorkspace(workspace.path);
	const release = await steps.grouped("Install hab", () => installHab(wanted, tools));
	const isRoot = process.getuid?.() === 0;
	const consent = {
		accept: wanted.acceptLicense,
		env,
		home: homedir(),
		isRoot
	};
	const license = await licenseVariable(release.version, consent);
	const hab = {
		release,
		workspace,
		run: runCommand,
		env,
		license,
		token: request.token
	};
	const built = plan && await steps.timed("Build the plan", () => build(hab, plan, request));
	const packages = built ? [built.hart] : request.packages;
	const readIdent = (hart) => hartIdent(hart, decodeXz, request.maxPackageSize);
	const installed = await steps.timed("Install the packages", () => installForExport(hab, {
		...request,
		packages
	}, {
		report,
		readIdent
	}));
	return {
		...request,
		...installed,
		installedFrom: built ? { source: "plan" } : foundAt(request)
	};
}
async function build(hab, plan, { builder }) {
	const built = await buildPackage(hab, {
		plan: plan.folder,
		originKey: plan.originKey,
		origin: plan.origin,
		cwd: process.cwd(),
		from: builder,
		uid: process.getuid?.() ?? 0,
		gid: process.getgid?.() ?? 0
	});
	return {
		...built,
		name: formatIdent(built.ident)
	};
}
function foundAt({ packages, builder }) {
	return packages.some((name) => name.startsWith("/")) ? { source: "hart" } : {
		source: builder.url,
		channel: builder.channel
	};
}
// src/actions/input-table.ts
const text = { form: "text" };
const flag = { form: "flag" };
/** Every input of the export action, as in action.yml. */
const EXPORT_INPUTS = {
	package: { form: "lines" },
	plan: text,
	"use-hab": flag,
	"hab-version": text,
	"hab-channel": text,
	"hab-mirror": text,
	"accept-license": flag,
	channel: {
		form: "text",
		option: "channel"
	},
	"builder-url": {
		form: "text",
		option: "url"
	},
	"builder-token": {
		form: "text",
		option: "auth",
		secret: true
	},
	"base-packages-url": {
		form: "text",
		option: "base-pkgs-url"
	},
	"base-packages-channel": {
		form: "text",
		option: "base-pkgs-channel"
	},
	"supervisor-package": {
		form: "text",
		option: "sup-pkg"
	},
	"launcher-package": {
		form: "text",
		option: "launcher-pkg"
	},
	artifacts: {
		form: "lines",
		option: "artifacts"
	},
	keys: {
		form: "lines",
		option: "keys"
	},
	target: {
		form: "text",
		option: "target"
	},
	"max-package-size": {
		form: "text",
		option: "max-package-size"
	},
	origin: text,
	"origin-key": {
		form: "text",
		secret: true
	},
	cpus: {
		form: "text",
		option: "cpu"
	},
	mem: {
		form: "text",
		option: "mem"
	},
	disk: {
		form: "text",
		option: "disk"
	},
	instances: {
		form: "text",
		option: "instances"
	},
	"app-id": {
		form: "text",
		option: "app-id"
	},
	env: {
		form: "pairs",
		option: "env"
	},
	labels: {
		form: "pairs",
		option: "label"
	},
	config: {
		form: "text",
		option: "config"
	},
	ports: {
		form: "lines",
		option: "port"
	},
	"health-check": {
		form: "flag",
		option: "no-health-check",
		inverted: true
	},
	peer: {
		form: "lines",
		option: "peer"
	},
	group: {
		form: "text",
		option: "group"
	},
	topology: {
		form: "text",
		option: "topology"
	},
	strategy: {
		form: "text",
		option: "strategy"
	},
	bind: {
		form: "lines",
		option: "bind"
	},
	uris: {
		form: "flag",
		option: "uris"
	},
	"env-vars-prefix": {
		form: "text",
		option: "env-vars-prefix"
	},
	patch: {
		form: "text",
		option: "patch"
	},
	publish: text,
	"release-tag": text,
	"release-id": text,
	draft: flag,
	prerelease: flag,
	overwrite: flag,
	uri: {
		form: "text",
		option: "uri"
	},
	"uri-base": {
		form: "text",
		option: "uri-base"
	},
	"uri-template": text,
	"upload-url": text,
	"upload-headers": {
		form: "lines",
		secret: true
	},
	"marathon-url": text,
	"marathon-user": text,
	"marathon-password": {
		form: "text",
		secret: true
	},
	"dcos-token": {
		form: "text",
		secret: true
	},
	"github-token": {
		form: "text",
		secret: true
	},
	"output-dir": {
		form: "text",
		option: "output-dir"
	},
	"checksum-file": flag,
	summary: flag
};
// src/actions/inputs.ts
/**
* The inputs that a workflow gave to an action, with everything that is wrong with their form. The runner hands
* each on as `INPUT_<NAME>`, upper-cased, dashes kept; an input that is not given and has no default is empty.
*/
var Inputs = class {
	/** One line each. */
	problems = [];
	#table;
	#env;
	constructor(table, env) {
		this.#table = table;
		this.#env = env;
		const known = Object.keys(table);
		for (const variable of Object.keys(env)) {
			const name = /^INPUT_(.+)$/.exec(variable)?.[1]?.toLowerCase();
			if (name === void 0 || known.includes(name)) continue;
			const guess = nearest(name, known);
			this.problems.push(`${name}: there is no such input.${guess ? ` Did you mean ${guess}?` : ""}`);
		}
	}
	/** The text without white space around it; undefined if there is none. */
	text(name) {
		return this.#env[`INPUT_${name.toUpperCase()}`]?.trim() || void 0;
	}
	lines(name) {
		return (this.text(name)?.split("\n") ?? []).map((line) => line.trim()).filter((line) => line !== "");
	}
	flag(name) {
		const text = this.text(name);
		if (text !== void 0 && !/^(true|True|TRUE|false|False|FALSE)$/.test(text)) this.problems.push(`${name}: ${JSON.stringify(text)} is neither true nor false. Write ${name}: true`);
		return text?.toLowerCase() === "true";
	}
	choice(name, choices) {
		const text = this.text(name);
		const choice = choices.find((each) => each === text);
		if (choice === void 0) this.problems.push(`${name}: ${JSON.stringify(text ?? "")} is none of them. Write ${name}: ${choices.join(" or ")}`);
		return choice ?? choices[0];
	}
	/** What stands for options of the command line, by the option's name. */
	options() {
		const options = /* @__PURE__ */ new Map();
		for (const [name, input] of Object.entries(this.#table)) {
			if (input.option === void 0) continue;
			const texts = this.#texts(name, input);
			if (texts.length > 0) options.set(input.option, texts.map((text) => ({
				source: name,
				text
			})));
		}
		return options;
	}
	/** Every text that must never be shown. */
	secrets() {
		return Object.entries(this.#table).flatMap(([name, { secret }]) => {
			const text = this.#env[`INPUT_${name.toUpperCase()}`] ?? "";
			return secret ? secretsIn(text) : urlSecretsIn(text);
		});
	}
	#texts(name, { form, inverted }) {
		switch (form) {
			case "text": return [this.text(name) ?? []].flat();
			case "lines": return this.lines(name);
			case "flag": return this.text(name) !== void 0 && this.flag(name) !== (inverted ?? false) ? [""] : [];
			case "pairs": return this.#pairs(name);
		}
	}
	#pairs(name) {
		const text = this.text(name) ?? "";
		if (!text.startsWith("{")) return this.lines(name);
		let pairs;
		try {
			pairs = JSON.parse(text);
		} catch {
			this.problems.push(`${name}: it starts with "{" but is no JSON object. Write KEY=VALUE lines, or {"KEY": "VALUE"}`);
			return [];
		}
		return Object.entries(pairs).map(([key, value]) => {
			if (![
				"string",
				"number",
				"boolean"
			].includes(typeof value)) this.problems.push(`${name}: the value of ${JSON.stringify(key)} must be a text. Write {${JSON.stringify(key)}: "VALUE"}`);
			return `${key}=${value}`;
		});
	}
};
/** A secret, each of its lines, and of a header line what stands behind the name: each may turn up alone. */
function secretsIn(text) {
	const lines = text.split("\n").map((line) => line.trim());
	const values = lines.map((line) => /^[A-Za-z0-9-]+:\s*(.+)$/.exec(line)?.[1] ?? line);
	const words = values.flatMap((value) => value.split(" ").slice(1));
	return [
		text.trim(),
		...lines,
		...values,
		...words
	].filter((secret) => secret.length >= 4);
}
/** User name and password, and the query where a presigned URL has its signature. */
function urlSecretsIn(text) {
	return [...text.matchAll(/[a-z][a-z0-9+.-]*:\/\/\S+/gi)].flatMap(([url]) => {
		if (!URL.canParse(url)) return [];
		const { username, password, search } = new URL(url);
		return [
			password,
			username && password && `${username}:${password}`,
			search.slice(1)
		].filter((part) => part !== "").flatMap((part) => [part, decoded(part)]);
	});
}
function decoded(text) {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
// src/actions/outputs.ts
/** Sets every output of the export action, as in action.yml; those that have no value are left out. */
function setExportOutputs({ ident, tarball, location, app, appPath, appText, packages }) {
	const outputs = {
		app: appText,
		"app-path": appPath,
		"app-id": app.id,
		"tarball-path": tarball.path,
		"tarball-name": tarball.name,
		sha256: tarball.sha256,
		size: tarball.size,
		uri: location.uri,
		ident: formatIdent(ident),
		version: ident.version,
		release: ident.release,
		"asset-id": location.assetId,
		"artifact-id": location.artifactId,
		ports: JSON.stringify(app.portDefinitions ?? []),
		packages: JSON.stringify(packages)
	};
	for (const [name, value] of Object.entries(outputs)) if (value !== void 0) setOutput(name, value);
}
// src/github/errors.ts
/** An answer of GitHub that was no success. */
var GitHubError = class extends HttpStatusError {
	/** The codes in the `errors` of an answer 422, such as `already_exists`. */
	reasons;
	constructor(code, message, status, wait, reasons) {
		const headers = new Headers(wait === void 0 ? {} : { "retry-after": String(wait) });
		super(code, message, {
			status,
			headers
		});
		this.reasons = reasons;
	}
};
/** What to write into a workflow whose token may not do what it should. */
const PERMISSION = "permissions:\n  contents: write";
/** Seconds; a token whose limit is used up may have to wait for an hour, and a job is not to wait for that. */
const LONGEST_WAIT = 120;
/**
* What to tell a person of an answer that was no success.
* @param method of the request
* @param url of the request
* @param now the time, milliseconds since the epoch
*/
function refusal$1(answered, method, url, now) {
	const { status } = answered;
	const { said, reasons } = words$1(answered.body);
	const wait = rateLimit(answered, said, now);
	const { code, next } = advice(status, method, said, wait, now);
	return new GitHubError(code, `${`GitHub answered ${formatStatus(status)} to ${method} ${printableUrl(url)}`}${said === "" ? "" : `: ${JSON.stringify(said.slice(0, 1e3))}`}. ${next}`, status, wait, reasons);
}
/**
* Whether a request is worth sending again: after a rate limit, which did nothing, that ends soon, and after what
* may pass by itself if the request may be carried out twice.
*/
function mayPass(repeatable) {
	return (thrown) => thrown instanceof MesosizeError && thrown.code === "GITHUB_RATE_LIMIT" ? thrown instanceof GitHubError && Number(thrown.retryAfter) <= LONGEST_WAIT : repeatable && isTransient(thrown);
}
function advice(status, method, said, wait, now) {
	if (wait !== void 0) return {
		code: "GITHUB_RATE_LIMIT",
		next: `The token has made too many requests. Run again after ${new Date(now + wait * 1e3).toISOString()}, or give another token as github-token.`
	};
	if (status === 401) return {
		code: "GITHUB_TOKEN",
		next: "The token is not valid, or no longer. Leave the input github-token out, or give it a token that is."
	};
	if (status === 403 || status === 404 && method !== "GET") return {
		code: "GITHUB_PERMISSION",
		next: `The token may not do this${status === 404 ? ", or what it is about is gone" : ""}. Let the job's token write:\n\n${PERMISSION}\n\nIf github-token is a token of yours, give it "Contents: Read and write" for this repository.`
	};
	if (status === 404) return {
		code: "GITHUB_NOT_FOUND",
		next: "It does not exist, or the token in github-token may not see it."
	};
	if (/immutable release/i.test(said)) return {
		code: "RELEASE_IMMUTABLE",
		next: IMMUTABLE
	};
	if (status >= 500) return {
		code: "GITHUB_STATUS",
		next: "Try again later; https://www.githubstatus.com says how GitHub is."
	};
	return {
		code: "GITHUB_REFUSED",
		next: "Check the inputs of the action that these words are about."
	};
}
/** How a tarball gets into a repository whose releases cannot be changed once they are published. */
const IMMUTABLE = "An immutable release cannot be changed once it is published, and its tag cannot be used for another. Take a new tag, and let this action make the release: it attaches first and publishes then. Where several jobs attach to one release, give them all \"draft: true\", and publish it in a job that needs them.";
/**
* Seconds to wait if the answer is a rate limit, primary or secondary: "Rate limits for the REST API" in GitHub's
* documentation.
*/
function rateLimit({ status, headers }, said, now) {
	if (status !== 403 && status !== 429) return void 0;
	const asked = Number(headers["retry-after"] ?? NaN);
	if (asked >= 0) return Math.ceil(asked);
	const reset = Number(headers["x-ratelimit-reset"]);
	if (String(headers["x-ratelimit-remaining"]) === "0" && reset > 0) return Math.max(Math.ceil(reset - now / 1e3), 0) + 1;
	return status === 429 || /rate limit|abuse detection/i.test(said) ? 60 : void 0;
}
/** What the answer says, of which nothing is certain: a proxy may have written it. */
function words$1(body) {
	const { message, errors } = Object(body);
	const details = (Array.isArray(errors) ? errors : []).map((error) => Object(error));
	return {
		said: [message, ...details.map(({ message, field, code }) => message ?? [field, code].filter(Boolean).join(" "))].filter((text) => typeof text === "string" && text !== "").join("; "),
		reasons: details.map(({ code }) => code).filter((code) => typeof code === "string")
	};
}
// src/github/octokit.ts
/**
* A client of GitHub's REST API, at github.com or a GitHub Enterprise Server. It waits where GitHub asks for that,
* and sends again what may be carried out twice. Asset bodies do not go through it: octokit holds them in memory.
* @throws MesosizeError GITHUB_TOKEN if the token could be none
*/
function connect({ context, token, fetch, report, signal, retry: timing }) {
	if (!/^[\x21-\x7e]+$/.test(token)) throw new MesosizeError("GITHUB_TOKEN", "The input github-token is empty, or has white space or other characters that no token has. Leave it out, or give it the secret that holds a token.");
	const retry = {
		...timing,
		signal,
		onRetry: (problem, pause) => report.note(`${problem} Trying again in ${Math.ceil(pause / 1e3)} s.`)
	};
	const { rest, paginate, hook } = getOctokit(token, {
		baseUrl: context.apiUrl,
		userAgent: "mesosize",
		request: {
			fetch,
			signal
		}
	});
	hook.wrap("request", (request, options) => withRetries(async () => {
		try {
			return await request(options);
		} catch (thrown) {
			throw explain(thrown, options.method, (timing?.now ?? Date.now)());
		}
	}, {
		...retry,
		mayPass: mayPass(options.method !== "POST")
	}));
	return {
		rest,
		paginate,
		repository: context.repository,
		token,
		report,
		retry
	};
}
/** Octokit's errors (@octokit/request-error) in our words. */
function explain(thrown, method, now) {
	if (!(thrown instanceof Error) || thrown.name !== "HttpError") return thrown;
	const { request, response } = thrown;
	return response ? refusal$1({
		...response,
		body: response.data
	}, method, request.url, now) : networkError(new URL(request.url), thrown.cause ?? thrown);
}
// src/http/put.ts
const MAX_REDIRECTS = 5;
/**
* Sends a PUT request and follows the redirects that keep method and body (307 and 308), with the body from its
* beginning.
* @returns the last answer, whatever its status
* @throws MesosizeError HTTP_REDIRECT if a redirect cannot be followed, and as `Upload`
*/
async function put(upload, url, options) {
	const { credentials, headers, ...rest } = options;
	let current = url;
	for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
		const answer = await upload(current, {
			...rest,
			method: "PUT",
			headers: current.origin === url.origin ? {
				...headers,
				...credentials
			} : headers
		});
		const location = answer.headers.get("location");
		if (answer.status < 300 || answer.status > 399 || location === null) return answer;
		const next = redirected(current, location);
		if (answer.status !== 307 && answer.status !== 308) throw new MesosizeError("HTTP_REDIRECT", `${printableUrl(current)} answered the upload with ${formatStatus(answer.status)} to ${JSON.stringify(printableUrl(next))}. That asks for a GET, which sends no file: not followed. It is often the way to a login page, or from http to https: give the address that takes the file itself.`);
		current = next;
	}
	throw new MesosizeError("HTTP_REDIRECT", `${printableUrl(url)} redirects more than ${MAX_REDIRECTS} times, last to ${printableUrl(current)}. Check the address.`);
}
// src/http/upload-refusal.ts
/** Statuses from 500 on that the same request gets again: not implemented, HTTP version, no room, loop. */
const LASTING = /* @__PURE__ */ new Set([
	501,
	505,
	507,
	508
]);
const MOST_WORDS = 200;
/**
* Puts into words that a server did not take an upload.
* @param next what to do about it
* @param secrets what was sent that a server may repeat, and nobody may read
* @returns HttpStatusError HTTP_STATUS where another try may help, else MesosizeError UPLOAD_REFUSED
*/
function uploadRefusal(answer, next, secrets = []) {
	const { url, status } = answer;
	const message = `${printableUrl(url)} answered ${formatStatus(status)} to the upload${words(answer, secrets)}. ${next}`;
	return status === 429 || status >= 500 && !LASTING.has(status) ? new HttpStatusError("HTTP_STATUS", message, answer) : new MesosizeError("UPLOAD_REFUSED", message);
}
/** The beginning of the server's own words, where these are no web page. */
function words({ headers, text }, secrets) {
	const start = visible(text.slice(0, MOST_WORDS).replace(/\s+/g, " ").trim());
	if (start === "" || /html/i.test(headers.get("content-type") ?? "")) return "";
	if (/^<(!doctype|html)/i.test(start) || secrets.some((secret) => text.includes(secret))) return "";
	return `: ${JSON.stringify(start)}`;
}
// src/marathon/artifact-store.ts
/** The path of a tarball in the store: one of its own for its bytes, since agents keep what they once fetched. */
function artifactPath(ident, sha256) {
	const { origin, name, version, release } = ident;
	return `${origin}/${name}/${version}-${release}-${sha256.slice(0, 12)}.tgz`;
}
/** @throws MesosizeError MARATHON_URL */
function createArtifactStore(options) {
	const { fetch, upload, signal, retry } = options;
	const { url: base, authorization: fromUrl } = takeUserInfo(parseBase(options.url));
	const authorization = options.authorization ?? fromUrl;
	function address(path) {
		const url = new URL(base);
		url.pathname = `${base.pathname.replace(/\/+$/, "")}/v2/artifacts/${path.split("/").map(encodeURIComponent).join("/")}`;
		return url;
	}
	return {
		address,
		async size(path) {
			try {
				const { response } = await get(fetch, address(path), {
					method: "HEAD",
					authorization,
					signal
				});
				const length = response.headers.get("content-length");
				return response.status === 200 && length !== null ? Number(length) : void 0;
			} catch {
				return;
			}
		},
		store(path, name, file, onBytes) {
			const url = address(path);
			const { body, type } = multipart(name, file);
			return withRetries(async () => {
				const answer = await put(upload, url, {
					body,
					headers: { "content-type": type },
					credentials: authorization === void 0 ? {} : { authorization },
					onBytes,
					signal
				});
				if (answer.status === 200 || answer.status === 201) return stored(answer, url);
				throw refusal(answer, base, authorization);
			}, {
				...retry,
				signal
			});
		}
	};
}
function parseBase(text) {
	const url = URL.canParse(text) ? new URL(text) : void 0;
	if (!url || !/^https?:$/.test(url.protocol)) throw new MesosizeError("MARATHON_URL", `marathon-url: ${JSON.stringify(printableUrl(text))} is no web address. Write one such as http://marathon.example.com:8080 or https://cluster.example.com/service/marathon.`);
	url.search = "";
	url.hash = "";
	return url;
}
/** One file as `multipart/form-data` (RFC 7578); Marathon wants it as the field `file`. */
function multipart(name, file) {
	const boundary = randomBytes(16).toString("hex");
	const head = Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name.replace(/["\r\n]/g, encodeURIComponent)}"\r\nContent-Type: application/gzip\r
\r
`);
	const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
	return {
		type: `multipart/form-data; boundary=${boundary}`,
		body: {
			size: head.length + file.size + tail.length,
			async *chunks() {
				yield head;
				yield* file.chunks();
				yield tail;
			}
		}
	};
}
function stored({ headers }, url) {
	const location = headers.get("location");
	return location !== null && URL.canParse(location, url.href) ? new URL(location, url).href : url.href;
}
function refusal(answer, base, authorization) {
	if (hasNoStore(answer)) return new MesosizeError("ARTIFACT_STORE_MISSING", `The Marathon at ${printableUrl(base)} has no artifact store: it runs without the flag --artifact_store, or is 1.5 or newer, where that is gone. Publish to a server that agents can read, with publish: http, or to a release of a public repository, with publish: release.`);
	const secrets = authorization === void 0 ? [] : [authorization, authorization.replace(/^\S+[ =]/, "")];
	return uploadRefusal(answer, nextStep$1(answer, base, authorization !== void 0), secrets);
}
/** The answers of Marathon before 1.5 without a store, to 1.5, and since 1.6. */
function hasNoStore({ status, text }) {
	return status === 422 && text.includes("No storage provider") || status === 500 && text.includes("URI not found") || status === 404 || status === 405;
}
function nextStep$1({ url, status }, base, authorized) {
	if (url.origin !== base.origin) return `Marathon at ${base.origin} redirected there, and user, password and token are sent to ${base.origin} alone. If ${url.origin} is the Marathon that you mean, give its address as marathon-url.`;
	switch (status) {
		case 401: return authorized ? "The user and password, or the token, are not valid there, or have expired. Give others in marathon-user and marathon-password, or in dcos-token." : "Marathon wants to know who uploads. Give marathon-user and marathon-password, or for DC/OS dcos-token.";
		case 403: return "Whoever this is may not store artifacts there. Ask for that right, or give others in marathon-user and marathon-password, or in dcos-token.";
		case 413: return "The tarball is larger than the proxy before Marathon allows; for the Admin Router of DC/OS that is 1 GiB. Publish elsewhere, with publish: http.";
		default: return status === 429 || status >= 500 ? "Try again later." : "Check marathon-url: it must be the base URL of a Marathon before 1.5.";
	}
}
// src/publish/retry-notes.ts
/** Tells of each failure after which an upload is tried again. */
function noteRetries(report) {
	return { onRetry: (problem, pause) => report.note(`${problem} Trying again in ${Math.ceil(pause / 1e3)} s.`) };
}
// src/publish/artifact-store.ts
/**
* Stores a tarball in Marathon itself, which could do that before 1.5. Agents fetch it from the URI that was asked
* for, else from the one that Marathon gives.
* @throws UsageError or MesosizeError MARATHON_URL if the target cannot be used; the publisher throws as
*   `ArtifactStore.store`
*/
function publishToArtifactStore(target, tools) {
	checkKnownUri(target);
	const store = createArtifactStore({
		...tools,
		url: target.marathonUrl,
		authorization: target.authorization,
		retry: {
			...noteRetries(tools.report),
			...tools.retry
		}
	});
	return async (tarball) => {
		const path = artifactPath(tarball.ident, tarball.sha256);
		const known = knownUri(target, tarball);
		const phase = tools.report.phase("Uploading", tarball.size, "bytes");
		if (await store.size(path) === tarball.size) {
			phase.advance(tarball.size);
			phase.done("the same file is there already");
			return { uri: known ?? store.address(path).href };
		}
		const uri = await store.store(path, tarball.name, fileBody(tarball.path, tarball.size), (amount) => phase.advance(amount));
		phase.done("to the artifact store");
		return { uri: known ?? uri };
	};
}
// src/publish/http-refusal.ts
/**
* What to tell a person of an answer with which a server does not take an upload.
* @param to where the tarball was sent
* @param credentials the headers that were sent there
*/
function httpRefusal(answer, to, credentials) {
	return uploadRefusal(answer, answer.url.origin === to.origin ? nextStep(answer.status, "authorization" in credentials) : `${to.origin} redirected there, and user, password and upload-headers are sent to ${to.origin} alone. If ${answer.url.origin} is the server that you mean, give its address as upload-url.`, Object.values(credentials).flatMap((value) => [value, value.replace(/^\S+ +/, "")]).filter((secret) => secret.length >= 6));
}
function nextStep(status, authorized) {
	switch (status) {
		case 400: return "A Nexus repository answers so for a file that is there already when it does not allow redeploying; Azure wants \"x-ms-blob-type: BlockBlob\" in upload-headers; a presigned URL may have been changed on its way.";
		case 401: return authorized ? "The user and password in upload-url, or the Authorization in upload-headers, are not valid there, or have expired. Give others." : "The server wants to know who uploads. Give user and password in upload-url, or a header such as \"Authorization: Bearer TOKEN\" in upload-headers, from a secret.";
		case 403: return "Whoever uploads may not write this file. Give them the right to, or another address in upload-url. A presigned URL may have expired, or may be for another method or Content-Type than PUT and application/gzip; another Content-Type can be given in upload-headers.";
		case 404: return "The repository, bucket or folder is not there. Make it, or correct upload-url.";
		case 405:
		case 501: return "The server takes no PUT there. Allow it (nginx: dav_methods PUT), or give another upload-url; where that is a folder, end it with \"/\" so that the name of the tarball is added.";
		case 409: return "Either the folder is not there (make it), or the name is that of a folder (end upload-url with \"/\"), or a file of this name may not be replaced (put {sha256} or {release} into upload-url, or remove the file).";
		case 413: return "The file is larger than the server, or a proxy before it, allows. Raise the limit there (nginx: client_max_body_size), or upload elsewhere.";
		case 429: return "It gets too many requests. Try again later.";
		case 500: return "The log of the server says why. nginx answers so where the folder is not there (make it, or create_full_put_path on) or may not be written.";
		case 507: return "The server has no room left. Make room there, or upload elsewhere.";
		default: return status >= 500 ? "Try again later." : "Only 200, 201 and 204 say that the file is stored. Check upload-url and upload-headers.";
	}
}
// src/publish/http.ts
const STORED = /* @__PURE__ */ new Set([
	200,
	201,
	204
]);
const LONGEST_LOOK = 1e4;
/**
* Puts a tarball on any server that takes PUT: nginx, Nexus, Artifactory, a presigned URL of a storage service.
* Agents fetch it from the URI that was asked for, else from the same URL without its query.
* @throws UsageError with everything that is wrong with the target; the publisher throws MesosizeError
*   UPLOAD_REFUSED, UPLOAD_FILE or HTTP_…
*/
function publishOverHttp(target, tools) {
	checkTarget(target);
	return async (tarball) => {
		const { url, authorization } = uploadAddress(target, tarball);
		const credentials = {
			...target.headers,
			...authorization !== void 0 && { authorization }
		};
		const uri = knownUri(target, tarball) ?? url.origin + url.pathname;
		const phase = tools.report.phase("Uploading", tarball.size, "bytes");
		if (await isThere(url, credentials, tarball, tools)) {
			phase.advance(tarball.size);
			phase.done("the same file is there already");
		} else {
			await send$1(url, fileBody(tarball.path, tarball.size), {
				...tools,
				headers: {
					"content-type": "application/gzip",
					"x-checksum-sha256": tarball.sha256
				},
				credentials,
				onBytes: (amount) => phase.advance(amount)
			});
			phase.done(`to ${url.host}`);
		}
		if (target.checksumFile) await sendChecksum(url, credentials, tarball, tools);
		return { uri };
	};
}
function checkTarget(target) {
	const problems = knownUriProblems(target);
	const template = uriTemplateProblem(target.uploadUrl, variablesOf(target));
	if (template) problems.push(`upload-url: ${JSON.stringify(printableTemplate(target.uploadUrl))} ${template}.`);
	else {
		const { problem, url } = parseUploadUrl(target.uploadUrl.replace(/\{\w+\}/g, "0"));
		if (problem) problems.push(problem);
		if (url && (url.username || url.password) && "authorization" in target.headers) problems.push("upload-url has a user and password, and upload-headers has Authorization: only one can be. Remove one of the two.");
	}
	if (problems.length > 0) throw new UsageError(problems);
}
function parseUploadUrl(text) {
	const url = URL.canParse(text) ? new URL(text) : void 0;
	if (url && /^https?:$/.test(url.protocol)) return { url };
	return { problem: `upload-url: ${JSON.stringify(printableUrl(text))} is no web address. Write one such as https://files.example.com/mesos/.` };
}
function uploadAddress(target, tarball) {
	const { url, problem } = parseUploadUrl(expandUriTemplate(target.uploadUrl, templateValues(tarball, target.tag), "upload-url"));
	if (!url) throw new MesosizeError("UPLOAD_URL", problem);
	if (url.pathname.endsWith("/")) url.pathname += encodeURIComponent(tarball.name);
	url.hash = "";
	return takeUserInfo(url);
}
/**
* Whether the server has this very file. Only a SHA-256 is believed, as Artifactory gives it: a length is no
* proof, and an ETag is whatever the server likes. Where it cannot be told, the file is sent.
*/
async function isThere(url, headers, { sha256 }, { fetch, signal }) {
	if (url.search !== "") return false;
	const timeout = AbortSignal.timeout(LONGEST_LOOK);
	try {
		const response = await fetch(url, {
			method: "HEAD",
			headers,
			redirect: "manual",
			signal: signal ? AbortSignal.any([signal, timeout]) : timeout
		});
		return response.status === 200 && response.headers.get("x-checksum-sha256")?.toLowerCase() === sha256;
	} catch {
		return false;
	}
}
async function sendChecksum(url, credentials, { name, sha256 }, tools) {
	if (url.search !== "") {
		tools.report.warn("No checksum file is uploaded: the query in upload-url is most likely a signature, which is good for one file. Leave checksum-file out, or give upload-headers instead of a presigned URL.");
		return;
	}
	const beside = new URL(url);
	beside.pathname += ".sha256";
	await send$1(beside, textBody(`${sha256}  ${name}\n`), {
		...tools,
		headers: { "content-type": "text/plain" },
		credentials
	});
}
function send$1(url, body, options) {
	const { upload, report, signal, retry, headers, credentials, onBytes } = options;
	return withRetries(async () => {
		const answer = await put(upload, url, {
			body,
			headers,
			credentials,
			onBytes,
			signal
		});
		if (!STORED.has(answer.status)) throw httpRefusal(answer, url, credentials);
	}, {
		...noteRetries(report),
		...retry,
		signal
	});
}
// src/github/asset-name.ts
/**
* The name under which GitHub keeps a file that is attached to a release: without diacritics, and with a dot for
* each run of characters other than letters, digits and `- _ + @`. GitHub documents no more than that it renames; the rule is
* the one that its own command line mirrors (cli/cli, pkg/cmd/release/shared/upload.go).
*/
function assetName(name) {
	const dotted = name.normalize("NFD").replace(/\p{Mn}/gu, "").replace(/^\./, "default.").replace(/[^a-z0-9_+@-]+/gi, ".").replace(/^\.+|\.+$/g, "");
	return dotted === name || dotted.includes(".") ? dotted : `default.${dotted}`;
}
// src/github/send-asset.ts
/** The largest answer to an upload describes one asset and who uploaded it. */
const MAX_ANSWER = 1048576;
/**
* POSTs a body in constant memory, through the proxies that the toolkit knows of.
* @param headers with Content-Length
* @param onBytes told of each piece that was read
* @returns the answer, whatever its status; it may come before the whole body was sent
* @throws MesosizeError HTTP_NETWORK if no complete answer came; what reading the body throws; the signal's reason
*/
async function post(url, body, headers, onBytes, signal) {
	const client = new HttpClient("mesosize", [], { allowRedirects: false });
	let onAbort = () => {};
	try {
		signal?.throwIfAborted();
		return await new Promise((resolve, reject) => {
			onAbort = () => reject(signal?.reason);
			signal?.addEventListener("abort", onAbort);
			body.on("error", reject);
			send(client, url, body, headers).then(resolve, reject);
			body.on("data", (chunk) => onBytes(chunk.length));
		});
	} finally {
		signal?.removeEventListener("abort", onAbort);
		body.destroy();
		client.dispose();
	}
}
async function send(client, url, body, headers) {
	try {
		const { message } = await client.sendStream("POST", url.href, body, headers);
		let text = "";
		for await (const chunk of message.setEncoding("utf8")) {
			text += chunk;
			if (text.length > MAX_ANSWER) break;
		}
		return {
			status: message.statusCode ?? 0,
			headers: message.headers,
			body: parse(text)
		};
	} catch (thrown) {
		throw networkError(url, thrown);
	}
}
function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
// src/github/asset-upload.ts
async function listAssets({ paginate, rest, repository }, release) {
	return paginate(rest.repos.listReleaseAssets, {
		...repository,
		release_id: release.id,
		per_page: 100
	});
}
/** Deletes an asset; one that is gone already is fine. */
async function deleteAsset({ rest, repository }, { id }) {
	await rest.repos.deleteReleaseAsset({
		...repository,
		asset_id: id
	}).catch((error) => {
		if (error.status !== 404) throw error;
	});
}
/** Whether an asset is whole and has the very bytes of a file. */
function holds(asset, file) {
	return asset.state === "uploaded" && asset.size === file.size && asset.digest === `sha256:${file.sha256}`;
}
/** Whether a name is one that `uploadTemporary` gives. */
function isTemporaryName(name, of) {
	return name.startsWith(`${of}.`) && /^mesosize-[0-9a-f]{16}$/.test(name.slice(of.length + 1));
}
/**
* Uploads a file under a name of its own, which a later run recognises. Each try takes another name: a try that
* failed may have left an asset that blocks its name before any list shows it ("Upload a release asset" in
* GitHub's documentation).
* @param name that the asset will have in the end
* @throws MesosizeError ASSET_DIGEST if GitHub has other bytes than were sent
*/
async function uploadTemporary(github, release, file, name) {
	const phase = github.report.phase(`Uploading ${name}`, file.size, "bytes");
	const tried = [];
	const asset = await withRetries(async () => {
		const arrived = tried.length > 0 ? await clear(github, release, file, tried) : void 0;
		if (arrived) return arrived;
		const temporary = `${name}.mesosize-${randomBytes(8).toString("hex")}`;
		tried.push(temporary);
		let sent = 0;
		try {
			return await upload(github, release, file, temporary, (amount) => {
				sent += amount;
				phase.advance(amount);
			});
		} catch (error) {
			phase.advance(-sent);
			throw error;
		}
	}, {
		...github.retry,
		mayPass: mayPass(true)
	});
	if (tried.length > 1) await clear(github, release, file, tried, asset);
	phase.done();
	if (!holds(asset, file)) {
		await deleteAsset(github, asset);
		throw new MesosizeError("ASSET_DIGEST", `GitHub received other bytes of ${JSON.stringify(name)} than were sent: ${JSON.stringify(asset.digest)} in place of "sha256:${file.sha256}". They were deleted again. Check the proxy, if there is one, and run again.`);
	}
	return asset;
}
/** Deletes what failed tries left, but for one that has arrived in spite of the failure: that is the asset. */
async function clear(github, release, file, names, kept) {
	const left = (await listAssets(github, release)).filter((asset) => names.includes(asset.name));
	const asset = kept ?? left.find((candidate) => holds(candidate, file));
	for (const other of left) if (other.id !== asset?.id) await deleteAsset(github, other);
	return asset;
}
async function upload({ token, retry }, release, file, name, onBytes) {
	const url = new URL(release.uploadUrl);
	url.searchParams.set("name", name);
	const headers = {
		accept: "application/vnd.github+json",
		authorization: `token ${token}`,
		"content-type": file.type,
		"content-length": file.size
	};
	const answered = await post(url, file.open(), headers, onBytes, retry.signal);
	if (answered.status !== 201) throw refusal$1(answered, "POST", url.href, (retry.now ?? Date.now)());
	return readAsset(answered.body, url);
}
/** Octokit trusts what GitHub answers; here a proxy's own 201 would otherwise be taken for an asset. */
function readAsset(body, url) {
	const asset = Object(body);
	if (!Number.isSafeInteger(asset.id) || typeof asset.state !== "string") throw new MesosizeError("GITHUB_ANSWER", `What answered the upload to ${url.origin} does not describe an asset: it is not GitHub. Check the proxy, if there is one.`);
	return asset;
}
// src/github/assets.ts
/** "Storage and bandwidth quotas" of releases in GitHub's documentation: each file must be under 2 GiB. */
const TOO_LARGE = 2 * 1024 ** 3;
const MOST_ASSETS = 1e3;
/** Milliseconds after which no upload of another job is still going on. */
const ABANDONED = 36e5;
/** @throws MesosizeError ASSET_TOO_LARGE */
function checkAssetSize({ name, size }) {
	if (size < TOO_LARGE) return;
	throw new MesosizeError("ASSET_TOO_LARGE", `${JSON.stringify(name)} has ${size} bytes, and a file on a GitHub release must have less than ${TOO_LARGE} (2 GiB). Put it on a server of yours with "publish: http", or leave packages out of the image.`);
}
/**
* Attaches a file to a release, in place of the asset that has its name. The old one stays until the new one is
* there as a whole, under a temporary name; then it goes, and the new one gets its name.
* @param overwrite whether an asset with other bytes may be replaced
* @returns the asset, under the name that GitHub gave it
* @throws MesosizeError ASSET_TOO_LARGE; ASSET_EXISTS; RELEASE_IMMUTABLE; RELEASE_FULL; ASSET_RENAME if the new
*   asset did not get its name, which a rerun mends; ASSET_DIGEST; and as `GitHub.rest` throws
*/
async function attach(github, release, file, overwrite) {
	checkAssetSize(file);
	const { report, retry } = github;
	const name = assetName(file.name);
	if (name !== file.name) report.note(`GitHub keeps ${JSON.stringify(file.name)} as ${JSON.stringify(name)}.`);
	const attachment = {
		github,
		release,
		file,
		name,
		overwrite
	};
	const assets = await listAssets(github, release);
	const current = assets.find((asset) => asset.name === name);
	if (current && holds(current, file)) {
		report.note(`${name} is on the release ${release.tag} already, with the same bytes: kept.`);
		return current;
	}
	checkReplaceable(attachment, current);
	const temporary = assets.filter((asset) => isTemporaryName(asset.name, name));
	const uploaded = temporary.find((asset) => holds(asset, file));
	const now = (retry.now ?? Date.now)();
	const abandoned = temporary.filter((asset) => asset !== uploaded && now - Date.parse(asset.created_at) > ABANDONED);
	for (const asset of abandoned) await deleteAsset(github, asset);
	if (uploaded) {
		report.note(`${name} was uploaded by an earlier run, which did not finish: it only gets its name now.`);
		return takeName(attachment, uploaded, current);
	}
	const remaining = assets.length - abandoned.length;
	if (remaining >= MOST_ASSETS) throw new MesosizeError("RELEASE_FULL", `The release ${JSON.stringify(release.tag)} has ${remaining} assets, and GitHub allows ${MOST_ASSETS}; a new one needs room beside the old. Delete some, or take another release-tag.`);
	return takeName(attachment, await uploadTemporary(github, release, file, name), current);
}
function checkReplaceable(attachment, current) {
	const { release, name, overwrite } = attachment;
	if (!overwrite && current?.state === "uploaded") throw exists(attachment, current);
	if (release.immutable && !release.draft) throw new MesosizeError("RELEASE_IMMUTABLE", `The release ${JSON.stringify(release.tag)} is published and immutable, so ${JSON.stringify(name)} cannot be attached to it. ${IMMUTABLE}`);
}
/**
* Gives an uploaded asset its name, which is taken from whichever asset has it.
* @param current the asset that had the name when it was last looked at
*/
async function takeName(attachment, asset, current) {
	const { github, release, file, name, overwrite } = attachment;
	const { rest, repository } = github;
	let occupant = current;
	const rename = async () => {
		if (occupant && holds(occupant, file)) {
			await deleteAsset(github, asset);
			return occupant;
		}
		if (!overwrite && occupant?.state === "uploaded") {
			await deleteAsset(github, asset);
			throw exists(attachment, occupant);
		}
		if (occupant) await deleteAsset(github, occupant);
		try {
			return (await rest.repos.updateReleaseAsset({
				...repository,
				asset_id: asset.id,
				name
			})).data;
		} catch (error) {
			if (!isTaken(error)) throw notRenamed(attachment, asset, error);
			occupant = (await listAssets(github, release)).find((other) => other.name === name);
			throw error;
		}
	};
	return withRetries(rename, {
		...github.retry,
		mayPass: isTaken
	}).catch((error) => {
		throw isTaken(error.cause) ? notRenamed(attachment, asset, error) : error;
	});
}
function isTaken(thrown) {
	return thrown instanceof GitHubError && thrown.reasons.includes("already_exists");
}
function exists({ release, file, name }, current) {
	const digest = current.digest === null ? "of a digest that GitHub does not know" : JSON.stringify(current.digest);
	return new MesosizeError("ASSET_EXISTS", `The release ${JSON.stringify(release.tag)} has another ${JSON.stringify(name)} already, ${digest}; the new one is "sha256:${file.sha256}". Let it be replaced with "overwrite: true", or take another release-tag.`);
}
function notRenamed({ release, name }, asset, error) {
	return new MesosizeError("ASSET_RENAME", `${JSON.stringify(name)} is uploaded to the release ${JSON.stringify(release.tag)}, but only under the temporary name ${JSON.stringify(asset.name)} (asset ${asset.id}): ${messageOf(error)} Run again: the same bytes are not uploaded again, they only get their name.`, { cause: error });
}
// src/github/releases.ts
/**
* Says of a draft that it is ours to publish. A job that died between the two leaves it to the next, and jobs that
* share a release need not know which of them made it.
*/
const TO_PUBLISH = "<!-- mesosize publishes this draft when its files are attached -->";
/**
* Finds the release of a tag or number, or makes one. Jobs that do so at the same time end up with the same
* release. One that shall be published starts as a draft, since an immutable release gets its assets before.
* @throws MesosizeError RELEASE_TAG if no release is named; RELEASE_TAG_MISSING if the tag does not exist and cannot
*   be made; and as `GitHub.rest` throws
*/
async function findOrCreateRelease(github, choice, context) {
	if (choice.id !== void 0) return describe(await findById(github, choice.id), choice);
	const tag = choice.tag ?? context.tag;
	if (tag === void 0) throw new MesosizeError("RELEASE_TAG", `Which release gets the tarball is not said: release-tag and release-id are empty, and the workflow runs for ${JSON.stringify(context.ref ?? "no ref")}, which is no tag. Write "release-tag: v1.2.3", or let the workflow run on tags:

on:
  push:
    tags: [v*]`);
	return describe(await findByTag(github, tag) ?? await create(github, tag, choice, context.sha), choice);
}
/**
* Publishes a draft whose assets are all there; another job may have done so already.
* @throws MesosizeError RELEASE_TAG_MISSING, and as `GitHub.rest` throws
*/
async function publishRelease(github, release) {
	const { rest, repository } = github;
	const current = await findById(github, release.id);
	const data = current.draft ? await tagging(github, release.tag, async () => {
		const body = (current.body ?? "").replace(TO_PUBLISH, "").trim();
		return (await rest.repos.updateRelease({
			...repository,
			release_id: release.id,
			draft: false,
			body
		})).data;
	}) : current;
	return {
		...release,
		draft: data.draft,
		immutable: data.immutable === true,
		page: data.html_url,
		toPublish: false
	};
}
function describe(data, choice) {
	return {
		id: data.id,
		tag: data.tag_name,
		draft: data.draft,
		immutable: data.immutable === true,
		uploadUrl: data.upload_url.replace(/\{.*\}$/, ""),
		page: data.html_url,
		toPublish: data.draft && !choice.draft && data.body?.includes(TO_PUBLISH) === true
	};
}
async function findById({ rest, repository }, id) {
	return (await rest.repos.getRelease({
		...repository,
		release_id: id
	})).data;
}
async function findByTag(github, tag) {
	const { rest, repository } = github;
	return (await missing(rest.repos.getReleaseByTag({
		...repository,
		tag
	})))?.data ?? foremost(await listByTag(github, tag));
}
async function listByTag({ paginate, rest, repository }, tag) {
	return (await paginate(rest.repos.listReleases, {
		...repository,
		per_page: 100
	})).filter((release) => release.tag_name === tag);
}
/** The one among several of the same tag that every job agrees on. */
function foremost(releases) {
	return releases.toSorted((a, b) => Number(a.draft) - Number(b.draft) || a.id - b.id)[0];
}
async function create(github, tag, choice, sha) {
	const { rest, repository, report, retry } = github;
	const tagged = await tagExists(github, tag);
	if (!tagged) report.note(`The tag ${tag} does not exist yet: GitHub makes it, at ${sha}, when the release is published.`);
	let failed;
	const { release, ours } = await tagging(github, tag, () => withRetries(async () => {
		const found = failed ? await findByTag(github, tag) : void 0;
		if (found) return {
			release: found,
			ours: false
		};
		try {
			return {
				release: (await rest.repos.createRelease({
					...repository,
					tag_name: tag,
					name: tag,
					body: choice.draft ? "" : TO_PUBLISH,
					draft: true,
					prerelease: choice.prerelease,
					...tagged ? {} : { target_commitish: sha }
				})).data,
				ours: true
			};
		} catch (error) {
			failed = error;
			throw error;
		}
	}, {
		...retry,
		tries: 3,
		mayPass: (error) => error === failed && mayPass(true)(error)
	}));
	return ours ? converge(github, release) : release;
}
/**
* Of the releases that several jobs made for the same tag keeps one, the same in every job. A new release is not
* in the list at once; when ours has been there twice, an earlier one is there too.
*/
async function converge(github, made) {
	const { rest, repository, report, retry } = github;
	let seen = 0;
	let releases = [];
	for (let looks = 0; looks < 8 && seen < 2; looks++) {
		if (looks > 0) await (retry.sleep ?? pause)(1e3, retry.signal);
		releases = await listByTag(github, made.tag_name);
		if (releases.some((release) => release.id === made.id)) seen++;
	}
	const kept = foremost(releases) ?? made;
	if (kept.id === made.id) return made;
	const { assets } = await findById(github, made.id);
	if (assets.length === 0) {
		await rest.repos.deleteRelease({
			...repository,
			release_id: made.id
		});
		report.note(`Another job made the release ${made.tag_name} at the same time: the tarball goes there.`);
	}
	return kept;
}
async function pause(milliseconds, signal) {
	await setTimeout$1(milliseconds, void 0, { signal });
}
/** Does what makes a tag if there is none, and says so if that is what fails. */
async function tagging(github, tag, work) {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof GitHubError && [
			403,
			404,
			422
		].includes(error.status)) || error.code === "GITHUB_RATE_LIMIT" || await tagExists(github, tag)) throw error;
		throw new MesosizeError("RELEASE_TAG_MISSING", `The tag ${JSON.stringify(tag)} does not exist in ${github.repository.owner}/${github.repository.repo}, and it could not be made with the release. Push it first (git push origin TAG), or give a token that may make it: a ruleset may forbid new tags, and the token of a job may not tag a commit that changes workflows. ` + error.message, { cause: error });
	}
}
async function tagExists({ rest, repository }, tag) {
	return await missing(rest.git.getRef({
		...repository,
		ref: `tags/${tag}`
	})) !== void 0;
}
/** Undefined where the answer is 404. */
async function missing(answer) {
	return answer.catch((error) => {
		if (error instanceof GitHubError && error.status === 404) return void 0;
		throw error;
	});
}
// src/publish/release.ts
/**
* Attaches the tarball to a release on GitHub.
* @throws the publisher, MesosizeError as `findOrCreateRelease`, `attach` and `publishRelease` do
*/
function publishToRelease(github, context, target) {
	return async (tarball) => {
		checkAssetSize(tarball);
		const release = await findOrCreateRelease(github, target, context);
		const { name, size, sha256, path } = tarball;
		const asset = await attach(github, release, {
			name,
			size,
			sha256,
			type: "application/gzip",
			open: () => createReadStream(path)
		}, target.overwrite);
		if (target.checksumFile) await attach(github, release, checksumFile(asset.name, sha256), target.overwrite);
		const { draft, tag, page } = release.toPublish ? await publishRelease(github, release) : release;
		if (draft) github.report.warn(`The release ${tag} is a draft: agents cannot fetch the tarball until somebody publishes it at ${page}.`);
		return {
			uri: releaseUri(context.serverUrl, github, tag, asset.name),
			assetId: asset.id,
			page
		};
	};
}
/** Where the asset of a published release is; a draft's own `browser_download_url` ends with the draft. */
function releaseUri(server, { repository }, tag, name) {
	const { owner, repo } = repository;
	return `${server}/${owner}/${repo}/releases/download/${encode(tag)}/${encode(name)}`;
}
/** A segment of a path. Mesos fetches no URI with a quote in it, which encodeURIComponent would leave. */
function encode(segment) {
	return encodeURIComponent(segment).replaceAll("'", "%27");
}
function checksumFile(name, sha256) {
	const bytes = Buffer.from(`${sha256}  ${name}\n`);
	return {
		name: `${name}.sha256`,
		size: bytes.length,
		sha256: createHash("sha256").update(bytes).digest("hex"),
		type: "text/plain",
		open: () => Readable.from([bytes])
	};
}
// src/actions/publisher.ts
/** @throws UsageError if the target cannot be used as it was described */
async function publisherOf(action, tools) {
	const { context, report } = tools;
	const { publish, checksumFile, uriTemplate, githubToken } = action;
	const { uri, uriBase, outputDir } = action.request;
	const known = {
		uri,
		uriBase,
		uriTemplate,
		tag: publish.to === "release" ? publish.tag ?? context.tag : context.tag
	};
	checkKnownUri(known);
	switch (publish.to) {
		case "none": return publishNowhere({
			...known,
			outputDir
		}, report);
		case "artifact": {
			const locate = publishNowhere({
				...known,
				outputDir
			}, report);
			const [{ DefaultArtifactClient }, { publishAsArtifact }] = await Promise.all([import("./artifact.js"), import("./artifact2.js")]);
			return publishAsArtifact({
				client: new DefaultArtifactClient(),
				context,
				locate,
				report
			});
		}
		case "release": {
			const attach = publishToRelease(connect({
				...tools,
				token: githubToken
			}), context, {
				...publish,
				checksumFile
			});
			return async (tarball) => {
				const location = await attach(tarball);
				return {
					...location,
					uri: knownUri(known, tarball) ?? location.uri
				};
			};
		}
		case "http": return publishOverHttp({
			...known,
			...publish,
			checksumFile
		}, tools);
		case "artifact-store": return publishToArtifactStore({
			...known,
			...publish
		}, tools);
	}
}
// src/actions/wording.ts
/**
* Rewrites advice that names options of the command line so that it names inputs: `--uri-base` is `uri-base`,
* and `--cpu` is `cpus`. What is no input stays as it is.
*/
function inInputs(text, table) {
	const names = new Map(Object.entries(table).map(([name, { option }]) => [`--${option}`, name]));
	return text.replace(/--[a-z][a-z-]*/g, (option) => names.get(option) ?? option);
}
// src/actions/run.ts
/**
* Runs an action's program. Each problem becomes an annotation, and the step fails; the runner's request to stop
* becomes the signal's abortion.
*/
async function runAction(table, program) {
	const cancellation = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => cancellation.abort());
	try {
		await program(cancellation.signal);
	} catch (error) {
		if (cancellation.signal.aborted) return setFailed("The run was cancelled; nothing was written.");
		fail(error, table);
	}
}
function fail(error$1, table) {
	if (error$1 instanceof UsageError) {
		for (const problem of error$1.problems) error(inInputs(problem, table), { title: "Mesosize: input" });
		setFailed(`${error$1.problems.length} mistake${error$1.problems.length > 1 ? "s" : ""} in the inputs.`);
		return;
	}
	setFailed(inInputs(messageOf(error$1), table));
	if (error$1 instanceof Error) (error$1 instanceof MesosizeError ? debug : info)(error$1.stack ?? "");
}
/** A reporter for the log of a step: phases are lines, warnings are annotations. */
function logReporter(table) {
	const lines = terminalReporter(process.stdout, process.env);
	return {
		...lines,
		note: (text) => lines.note(inInputs(text, table)),
		warn: (text) => warning(inInputs(text, table), { title: "Mesosize" })
	};
}
// src/actions/steps.ts
/** Runs the steps of an action one after another, and remembers how long each took. */
var Steps = class {
	done = [];
	/** A step whose log is folded. */
	grouped(title, work) {
		return this.timed(title, () => group(title, work));
	}
	/** A step that makes groups of its own, which cannot be nested. */
	async timed(title, work) {
		const start = performance.now();
		try {
			return await work();
		} finally {
			const duration = performance.now() - start;
			this.done.push({
				title,
				duration
			});
			info(`${title}: ${formatDuration(duration)}`);
		}
	}
};
// src/actions/summary.ts
const LARGEST = 10;
/**
* What was exported, as GitHub-flavoured Markdown for the job summary: a table, the ports, a diagram of the
* sizes, the app definition, and how to deploy it.
*/
function exportSummary(exported, steps) {
	const { ident, tarball, location, app, appPath, appText, packages } = exported;
	const unpacked = packages.reduce((sum, { size }) => sum + size, 0);
	const where = location.page ?? location.uri;
	return [
		`## ${ident.origin}/${ident.name} ${ident.version}`,
		table(["", ""], [
			["Package", code(formatIdent(ident))],
			["Tarball", /^https?:/.test(where) ? `[${tarball.name}](<${where}>)` : code(tarball.name)],
			["Fetch URI", code(location.uri)],
			["Size", `${formatBytes(tarball.size)}, ${formatBytes(unpacked)} unpacked`],
			["SHA-256", code(tarball.sha256)],
			["App", code(app.id)]
		]),
		...portsOf(app),
		...sizesOf(packages),
		details("App definition", fenced("json", appText)),
		details("How to deploy it", fenced("sh", `curl -X PUT "$MARATHON/v2/apps/${app.id.replace(/^\//, "")}" -H 'Content-Type: application/json' -d @'${appPath}'`)),
		details("Time", table(["Step", "Time"], steps.map(({ title, duration }) => [title, formatDuration(duration)]))),
		""
	].join("\n\n");
}
function portsOf(app) {
	const ports = app.portDefinitions ?? [];
	if (ports.length === 0) return [];
	return ["### Ports", table([
		"Port",
		"Protocol",
		"In the task"
	], ports.map(({ name, protocol }, index) => [
		code(name ?? String(index)),
		protocol ?? "tcp",
		code(name === void 0 ? `PORT${index}` : `PORT_${name.toUpperCase()}`)
	]))];
}
function sizesOf(packages) {
	const bySize = packages.toSorted((a, b) => b.packed - a.packed);
	const largest = bySize.slice(0, LARGEST);
	const others = bySize.slice(LARGEST);
	const slices = largest.map(({ ident, packed }) => [ident.split("/").slice(0, 2).join("/"), packed]);
	const rest = others.reduce((sum, { packed }) => sum + packed, 0);
	const pie = ["pie showData", ...[...slices, ...rest > 0 ? [[`${others.length} more`, rest]] : []].map(([name, packed]) => `  "${name}" : ${packed}`)];
	const rows = bySize.map(({ ident, size, packed }) => [
		code(ident),
		formatBytes(size),
		formatBytes(packed)
	]);
	return [
		"### Packages",
		`Bytes in the tarball, by package:`,
		fenced("mermaid", pie.join("\n")),
		details(`All ${packages.length}`, table([
			"Package",
			"Unpacked",
			"In the tarball"
		], rows))
	];
}
function table(heads, rows) {
	return [
		heads,
		heads.map(() => "---"),
		...rows
	].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
function details(summary, content) {
	return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;
}
/** A code span, whatever backticks the text holds (CommonMark, section 6.1); a bar would end a table's cell. */
function code(text) {
	const ticks = "`".repeat(Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
	return `${ticks}${(text.startsWith("`") || text.endsWith("`") ? ` ${text} ` : text).replaceAll("|", "\\|")}${ticks}`;
}
function fenced(language, text) {
	const fence = "`".repeat(Math.max(2, ...[...text.matchAll(/^`+/gm)].map(([run]) => run.length)) + 1);
	return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
// src/actions/export.ts
await runAction(EXPORT_INPUTS, async (signal) => {
	const { env } = process;
	const inputs = new Inputs(EXPORT_INPUTS, env);
	for (const secret of [...inputs.secrets(), env.HAB_AUTH_TOKEN ?? ""]) if (secret) setSecret(secret);
	const wanted = await readExportAction(inputs, env);
	const context = await readContext(env);
	const action = context.fromFork ? withoutWriting(wanted) : wanted;
	const report = logReporter(EXPORT_INPUTS);
	const tools = {
		context,
		fetch: createFetch({
			version,
			signal
		}),
		upload: createUpload({
			version,
			signal
		}),
		report,
		signal
	};
	const steps = new Steps();
	try {
		const publish = await publisherOf(action, tools);
		const { hab } = action;
		const request = hab ? await packagesFromHab({
			...action,
			hab
		}, steps, {
			...tools,
			env,
			temporary: env.RUNNER_TEMP ?? tmpdir(),
			onWorkspace: (path) => saveState(WORKSPACE_STATE, path)
		}) : action.request;
		const exported = await steps.grouped("Export", () => runExport(request, {
			...tools,
			publish
		}));
		await steps.grouped("Hand on", () => handOn(exported, action, steps, tools));
	} finally {
		report.close();
	}
});
/** A run for a pull request from a fork has a token that can only read, and gets no secrets. */
function withoutWriting(action) {
	if (action.publish.to !== "release") return action;
	notice("This pull request is from a fork, whose token cannot write a release: the tarball becomes an artifact of the run instead.", { title: "Mesosize" });
	return {
		...action,
		publish: { to: "artifact" }
	};
}
async function handOn(exported, { checksumFile, publish, summary: summary$1 }, steps, tools) {
	const { tarball, location } = exported;
	if (checksumFile) await writeFile(`${tarball.path}.sha256`, `${tarball.sha256}  ${tarball.name}\n`);
	setExportOutputs(exported);
	const { GITHUB_ARTIFACTS } = process.env;
	if (GITHUB_ARTIFACTS) await appendFile(GITHUB_ARTIFACTS, `${tarball.path}\n`);
	if (!(publish.to === "release" && publish.draft) && /^https?:/.test(location.uri)) await probe(location.uri, tarball.size, tools);
	if (summary$1) await summary.addRaw(exportSummary(exported, steps.done)).write();
}
export {};
