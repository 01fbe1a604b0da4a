import { i as __toESM } from "./rolldown-runtime.js";
import { a as info, b as HttpClient, c as saveState, d as setSecret, g as rmRF, h as mkdirP, i as group, m as cp, o as isDebug, p as exec, s as notice, t as debug, u as setOutput, v as summary } from "./core.js";
import { n as formatBytes, o as version, r as formatDuration } from "./reporter.js";
import { n as encodingName, t as encodingFor } from "./gzip.js";
import { a as shellQuote, c as parseHartHeader, d as readTar, f as readMetadata, i as runExport, l as blake2b256, m as parseKeyName, n as publishNowhere, o as sweepLayers, p as formatKeyName, r as layerBytes, s as pMap, t as publishLayersNowhere, u as packageEntries } from "./none.js";
import { D as tarballPrefix, M as readContext, O as connect, T as previewLabels, a as logReporter, b as PREVIEW_RELEASE, g as eventPullRequest, i as table, l as findReleases, m as listAssets, n as details, o as runAction, r as fenced, s as findOrCreateRelease, t as code, u as publishRelease, v as inside, w as previewGroup } from "./markdown.js";
import { a as parseFullIdent, n as formatIdent } from "./ident.js";
import { a as redirected, c as HttpStatusError, f as noteRetries, i as get, l as formatStatus, r as withRetries, s as readText, t as createFetch } from "./fetch.js";
import { c as uploadRefusal, d as fileBody, i as send, l as put, n as look$1, o as uploadPlace, r as publishOverHttp, s as uploadUrlProblems, u as createUpload } from "./http.js";
import { n as UsageError, r as messageOf, t as MesosizeError } from "./errors.js";
import { a as checkAssetSize, i as attach, n as keepSizes, r as MOST_ASSETS } from "./kept-sizes.js";
import { t as printableUrl, y as setting } from "./url.js";
import { a as takeUserInfo } from "./base-url.js";
import { A as PREVIEW, C as NAMED$1, D as OUTPUT, O as REPORTING, S as HAB, b as PUBLISH, d as GITHUB_EXPORT, g as STORE_ACCESS, j as APP, k as URIS, l as EXPORT, o as nameOf, w as PACKAGES, x as RELEASE, y as HTTP } from "./nearest.js";
import { t as decodeXz } from "./xz.js";
import { t as require_semver } from "./semver.js";
import { n as commandRunner, r as makeWorkspace, t as WORKSPACE_STATE } from "./state.js";
import { a as layerUriProblems, l as printableTemplate, m as publishOne, n as checkLayerUri, o as namesLayer, r as knownUri, t as checkKnownUri } from "./fetch-uri.js";
import { t as readExportRequest } from "./read-export.js";
import { t as readAccess } from "./read-access.js";
import { access, appendFile, chmod, copyFile, lstat, mkdir, mkdtemp, open, readFile, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { createHash, createPrivateKey, createPublicKey, randomBytes } from "node:crypto";
import { stripVTControlCharacters } from "node:util";
import { homedir, tmpdir } from "node:os";
import * as os$2 from "os";
import * as crypto from "crypto";
import * as fs$1 from "fs";
import * as path from "path";
import { ok } from "assert";
import * as util$1 from "util";
import { Readable } from "node:stream";
import { constants as constants$2, createReadStream } from "node:fs";
import { setTimeout as setTimeout$1 } from "node:timers/promises";
import * as stream from "stream";
// src/preview/run.ts
/**
* The branch whose image previews will be compared with, where the run is for a push to one; a preview is exported
* for everything else.
*/
function baseBranch({ eventName, ref }) {
	return eventName === "push" && ref?.startsWith("refs/heads/") ? ref.slice(11) : void 0;
}
/**
* The preview that a run makes: of the pull request whose event started it, or in a run that another workflow
* started of the one that a person names, for GitHub does not tell it where the pull request is from a fork.
* @param given the number in the input `pull-request`
* @throws MesosizeError NO_PULL_REQUEST
*/
function previewOf(context, given) {
	const { event, eventName, repository, runId, runAttempt } = context;
	const own = eventPullRequest(context);
	const commit = own === void 0 ? inside(event, "workflow_run", "head_sha") : inside(event, "pull_request", "head", "sha");
	const number = own ?? (commit === void 0 ? void 0 : given);
	if (number === void 0 || typeof commit !== "string" || !/^[0-9a-f]{40,64}$/.test(commit)) throw new MesosizeError("NO_PULL_REQUEST", eventName === "workflow_run" ? "pull-request: a run that another workflow started (workflow_run) does not tell of which pull request it is. Write pull-request: with the number that a step before has looked up, as in the README" : `preview: the event ${JSON.stringify(eventName)} is about no pull request. Let the workflow run on pull_request, or on workflow_run with pull-request: 12`);
	if (given !== void 0 && given !== number) throw new MesosizeError("NO_PULL_REQUEST", `pull-request: the run is for the pull request ${number}, and not for ${given}. Remove the input`);
	return {
		repository: `${repository.owner}/${repository.repo}`,
		number,
		commit,
		run: {
			id: runId,
			attempt: runAttempt
		}
	};
}
// src/preview/export.ts
/**
* What is exported where a preview is asked for: on a push the image of the branch, which goes nowhere, else that
* of the pull request, with an app id, labels and a place of its own.
* @throws MesosizeError NO_PULL_REQUEST
*/
function forPreview(action, context) {
	if (action.preview === void 0) return action;
	if (baseBranch(context) !== void 0) return {
		...action,
		publish: { to: "none" }
	};
	return asPreview(action, previewOf(context, action.preview.pullRequest));
}
function asPreview(action, preview) {
	const { request, publish } = action;
	return {
		...action,
		request: {
			...request,
			app: {
				...request.app,
				appGroup: previewGroup(preview),
				labels: {
					...request.app.labels,
					...previewLabels(preview)
				}
			}
		},
		publish: publish.to === "release" ? {
			...publish,
			tag: PREVIEW_RELEASE,
			prerelease: true
		} : publish,
		tarballPrefix: tarballPrefix(preview)
	};
}
// src/publish/probe.ts
const LAYERS_AT_ONCE = 8;
const ELSEWHERE = "Publish to a server that agents can read without a login, such as with publish: http.";
/**
* Fetches the beginning of a published tarball as an agent's fetcher would, with nothing but the URI, and warns if
* that would not give the tarball. What agents really see may differ, since they are in another network; so it
* only warns.
* @param size of the tarball, bytes
* @returns whether nothing was wrong
* @throws only the signal's reason, if it was aborted
*/
async function probe(uri, size, tools) {
	const url = URL.canParse(uri) ? new URL(uri) : void 0;
	const onTheWeb = url !== void 0 && /^https?:$/.test(url.protocol);
	const known = onTheWeb ? knownProblem(url) : schemeProblem(url);
	const found = known === void 0 && onTheWeb ? await look(url, size, tools) : { problem: known };
	const shown = onTheWeb ? printableUrl(url) : JSON.stringify(printableUrl(uri));
	const warnings = [];
	if (found.problem) warnings.push(`Agents will probably fail to fetch ${shown}: ${found.problem}`);
	else if (tools.cached && found.cacheProblem) warnings.push(`Agents will probably not keep ${shown} in their cache: ${found.cacheProblem}`);
	if (onTheWeb && url.search !== "") warnings.push(`The URI of the tarball, ${printableUrl(url)}, has a query. If that is a signature, it expires, and every start of a task after that fails. With "uris", or with the cache of the fetcher, agents also take the query for a part of the file name, and so do not see that it is a .tgz. Use a URI without a query.`);
	for (const warning of warnings) tools.report.warn(warning);
	return warnings.length === 0;
}
/**
* Does the same for layers, some at a time. Where the first is not as it should be, the others, which lie beside it,
* are not looked at: one warning says enough.
*/
async function probeLayers(layers, tools) {
	const probeOne = ({ location, size }) => probe(location.uri, size, {
		...tools,
		cached: true
	});
	const [first, ...others] = layers;
	if (first && await probeOne(first)) await pMap(others, probeOne, { concurrency: LAYERS_AT_ONCE });
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
async function look(from, size, tools) {
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
			return { problem: statusProblem(response.status, url, authorization !== void 0) };
		}
		const told = head?.response.status === 200 ? lengthOf(head.response) : void 0;
		return {
			problem: contentProblem(response, bytes, lengthOf(response) ?? told, size),
			cacheProblem: told === size ? void 0 : headProblem(head?.response)
		};
	} catch (thrown) {
		signal?.throwIfAborted();
		return { problem: `${thrown instanceof DOMException && thrown.name === "TimeoutError" ? `no answer came within ${timeout / 1e3} s.` : messageOf(thrown)} If agents reach it through a network of their own, this says nothing about them.` };
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
/** The fetcher asks with HEAD how much room a file takes in its cache (Mesos: src/slave/containerizer/fetcher.cpp). */
function headProblem(response) {
	return `${response === void 0 ? "no answer comes to HEAD" : response.status === 200 ? "the answer to HEAD does not tell its size (Content-Length)" : `the answer to HEAD is ${formatStatus(response.status)}`}, which they ask before. Each task downloads it again then. Let the server answer HEAD as it does GET.`;
}
function statusProblem(status, { pathname }, authorized) {
	const answered = `it answers ${formatStatus(status)}.`;
	if (status === 401 || status === 403) return `${answered} ${authorized ? "The user and password in the URI are not valid there." : "Agents send no token and no header, only a user and password that are in the URI (https://USER:PASSWORD@HOST/…), where everyone sees them who sees the app."} ${ELSEWHERE}`;
	if (status === 404 && pathname.includes("/releases/download/")) return `${answered} So does GitHub for releases of a private repository, which agents cannot fetch at all, and for drafts until they are published. ${ELSEWHERE}`;
	if (status === 404 || status === 410) return `${answered} Nothing is there for who comes without a login. Check uri, uri-base or uri-template.`;
	if (status === 429 || status >= 500) return `${answered} If it does not recover, tasks cannot start.`;
	return `${answered} The fetcher of an agent wants 200. Check the address.`;
}
// src/actions/shared/steps.ts
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
// src/habitat/hab/command.ts
/**
* What any call needs of the job's environment: programs, temporary files, proxies and certificates, and the mark
* by which the runner finds what a job has left running.
*/
const HANDED_ON = [...[
	"PATH",
	"TMPDIR",
	"RUNNER_TRACKING_ID",
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
// src/habitat/hab/license.ts
var import_semver = /* @__PURE__ */ __toESM(require_semver(), 1);
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
		if (fs$1.existsSync(dest)) throw new Error(`Destination file path ${dest} already exists`);
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
		const pipeline = util$1.promisify(stream.pipeline);
		const readStream = _getGlobal("TEST_DOWNLOAD_TOOL_RESPONSE_MESSAGE_FACTORY", () => response.message)();
		let succeeded = false;
		try {
			yield pipeline(readStream, fs$1.createWriteStream(dest));
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
		arch = arch || os$2.arch();
		debug(`Caching tool ${tool} ${version} ${arch}`);
		debug(`source dir: ${sourceDir}`);
		if (!fs$1.statSync(sourceDir).isDirectory()) throw new Error("sourceDir is not a directory");
		const destPath = yield _createToolPath(tool, version, arch);
		for (const itemName of fs$1.readdirSync(sourceDir)) {
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
	arch = arch || os$2.arch();
	if (!isExplicitVersion(versionSpec)) versionSpec = evaluateVersions(findAllVersions(toolName, arch), versionSpec);
	let toolPath = "";
	if (versionSpec) {
		versionSpec = import_semver.clean(versionSpec) || "";
		const cachePath = path.join(_getCacheDirectory(), toolName, versionSpec, arch);
		debug(`checking cache: ${cachePath}`);
		if (fs$1.existsSync(cachePath) && fs$1.existsSync(`${cachePath}.complete`)) {
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
	arch = arch || os$2.arch();
	const toolPath = path.join(_getCacheDirectory(), toolName);
	if (fs$1.existsSync(toolPath)) {
		const children = fs$1.readdirSync(toolPath);
		for (const child of children) if (isExplicitVersion(child)) {
			const fullPath = path.join(toolPath, child, arch || "");
			if (fs$1.existsSync(fullPath) && fs$1.existsSync(`${fullPath}.complete`)) versions.push(child);
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
	fs$1.writeFileSync(markerPath, "");
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
// src/actions/export/install-hab.ts
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
// src/actions/export/hab-packages.ts
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
		run: commandRunner(tools.signal),
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
function build(hab, plan, { builder }) {
	return buildPackage(hab, {
		plan: plan.folder,
		originKey: plan.originKey,
		origin: plan.origin,
		cwd: process.cwd(),
		from: builder,
		uid: process.getuid?.() ?? 0,
		gid: process.getgid?.() ?? 0
	});
}
function foundAt({ packages, builder }) {
	return packages.some((name) => name.startsWith("/")) ? { source: "hart" } : {
		source: builder.url,
		channel: builder.channel
	};
}
// src/actions/export/outputs.ts
/** Sets every output of the export action, as in action.yml; those that have no value are left out. */
function setExportOutputs({ ident, image, app, appPath, appText, packages }) {
	const outputs = {
		app: appText,
		"app-path": appPath,
		"app-id": app.id,
		...imageOutputs(image),
		ident: formatIdent(ident),
		version: ident.version,
		release: ident.release,
		ports: JSON.stringify(app.portDefinitions ?? []),
		packages: JSON.stringify(packages)
	};
	for (const [name, value] of Object.entries(outputs)) if (value !== void 0) setOutput(name, value);
}
function imageOutputs(image) {
	if ("tarball" in image) {
		const { path, name, sha256, size, location } = image.tarball;
		return {
			"tarball-path": path,
			"tarball-name": name,
			sha256,
			size,
			uri: location.uri,
			"asset-id": location.assetId,
			"artifact-id": location.artifactId
		};
	}
	const layers = image.layers.map(({ name, path, size, sha256, packages, location }) => ({
		name,
		path,
		uri: location.uri,
		size,
		sha256,
		packages,
		uploaded: !location.kept
	}));
	return {
		layers: JSON.stringify(layers),
		"bytes-new": layerBytes(image.layers).added
	};
}
// src/actions/export/package-cache.ts
/**
* Exports with the layers that an earlier run of the workflow kept, and keeps those of this one for later runs.
* Where there is no cache service, they are kept on the machine, as the command line does. Nothing fails for want
* of layers.
*/
async function exportWithLayers(request, runExport, { service, temporary, encoding, steps, report }) {
	const { cache } = request;
	if (!cache) return runExport(request);
	const { isFeatureAvailable, restoreCache, saveCache } = await service();
	if (!isFeatureAvailable()) return runExport(request);
	const attempt = (what, work) => work().catch((error) => {
		report.note(`The layers could not be ${what}: ${messageOf(error)}. The export goes on without.`);
	});
	const folder = join(temporary, "mesosize-layers");
	const prefix = `mesosize-layers-${shortHash(encoding)}-${request.target}-`;
	const start = /* @__PURE__ */ new Date();
	const restored = await steps.grouped("Restore the layers", () => attempt("restored", () => restoreCache([folder], prefix, [prefix])));
	const exported = await runExport({
		...request,
		cache: {
			...cache,
			folder
		}
	});
	const key = prefix + shortHash(exported.packages.map(({ ident }) => ident).sort().join("\n"));
	if (key !== restored) await steps.grouped("Keep the layers", () => attempt("kept", async () => {
		await sweepLayers(folder, {
			limit: cache.size,
			usedSince: start
		});
		await saveCache([folder], key);
	}));
	return exported;
}
/** Enough to tell a repository's caches from each other. */
function shortHash(text) {
	return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
// src/marathon/api/artifact-store.ts
/** The path of a tarball in the store: one of its own for its bytes, since agents keep what they once fetched. */
function artifactPath(ident, sha256) {
	const { origin, name, version, release } = ident;
	return `${origin}/${name}/${version}-${release}-${sha256.slice(0, 12)}.tgz`;
}
/** The path of a layer, which all apps share. */
function layerPath(name) {
	return `mesosize-layers/${name}`;
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
		store(path, name, file, onBytes, own = signal) {
			const url = address(path);
			const { body, type } = multipart(name, file);
			return withRetries(async () => {
				const answer = await put(upload, url, {
					body,
					headers: { "content-type": type },
					credentials: authorization === void 0 ? {} : { authorization },
					onBytes,
					signal: own
				});
				if (answer.status === 200 || answer.status === 201) return stored(answer, url);
				throw refusal(answer, base, authorization);
			}, {
				...retry,
				signal: own
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
	return uploadRefusal(answer, nextStep(answer, base, authorization !== void 0), secrets);
}
/** The answers of Marathon before 1.5 without a store, to 1.5, and since 1.6. */
function hasNoStore({ status, text }) {
	return status === 422 && text.includes("No storage provider") || status === 500 && text.includes("URI not found") || status === 404 || status === 405;
}
function nextStep({ url, status }, base, authorized) {
	if (url.origin !== base.origin) return `Marathon at ${base.origin} redirected there, and user, password and token are sent to ${base.origin} alone. If ${url.origin} is the Marathon that you mean, give its address as marathon-url.`;
	switch (status) {
		case 401: return authorized ? "The user and password, or the token, are not valid there, or have expired. Give others in marathon-user and marathon-password, or in dcos-token." : "Marathon wants to know who uploads. Give marathon-user and marathon-password, or for DC/OS dcos-token.";
		case 403: return "Whoever this is may not store artifacts there. Ask for that right, or give others in marathon-user and marathon-password, or in dcos-token.";
		case 413: return "The tarball is larger than the proxy before Marathon allows; for the Admin Router of DC/OS that is 1 GiB. Publish elsewhere, with publish: http.";
		default: return status === 429 || status >= 500 ? "Try again later." : "Check marathon-url: it must be the base URL of a Marathon before 1.5.";
	}
}
// src/publish/layers.ts
const LOOKS_AT_ONCE = 8;
const UPLOADS_AT_ONCE = 4;
/** Publishes to a place what of an image is not there yet. */
function publishLayers(place, tools) {
	return async (layers) => {
		const kept = await pMap(layers, (layer) => place.has(layer), { concurrency: LOOKS_AT_ONCE });
		const missing = layers.filter((_, index) => !kept[index]);
		const send = async (layer, onBytes, signal) => {
			try {
				await place.send(layer, onBytes, signal);
			} catch (error) {
				if (signal.aborted || !await place.has(layer)) throw error;
			}
		};
		await sendMissing(layers, missing, place.name, send, tools);
		return layers.map((layer, index) => ({
			uri: place.uri(layer),
			kept: kept[index]
		}));
	};
}
/**
* Uploads the layers that are missing, some at once, as one phase. If one fails, the others are broken off.
* @param to where to, for the phase
* @throws what the first to fail throws
*/
async function sendMissing(layers, missing, to, send, { report, signal }) {
	const size = missing.reduce((sum, layer) => sum + layer.size, 0);
	const phase = report.phase("Uploading", size, "bytes");
	const failure = new AbortController();
	const either = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
	const work = async (layer) => {
		try {
			either.throwIfAborted();
			return await send(layer, (amount) => phase.advance(amount), either);
		} catch (error) {
			failure.abort(error);
			throw error;
		}
	};
	const sent = await pMap(missing, work, {
		concurrency: UPLOADS_AT_ONCE,
		stopOnError: false
	}).catch(() => {
		throw failure.signal.reason;
	});
	const kept = layers.length - missing.length;
	const outcome = [missing.length > 0 ? `${counted(missing.length)} to ${to}` : [], kept > 0 ? `${counted(kept)} kept` : []];
	phase.done(outcome.flat().join(", "));
	return sent;
}
function counted(layers) {
	return `${layers} layer${layers === 1 ? "" : "s"}`;
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
	const store = openStore(target, tools);
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
/**
* The same for layers, at a path that all exports share.
* @throws as `publishToArtifactStore`
*/
function publishLayersToArtifactStore(target, tools) {
	checkLayerUri(target);
	const store = openStore(target, tools);
	return publishLayers({
		name: "the artifact store",
		uri: (layer) => knownUri(target, layer) ?? store.address(layerPath(layer.name)).href,
		has: async (layer) => await store.size(layerPath(layer.name)) === layer.size,
		async send({ name, path, size }, onBytes, signal) {
			await store.store(layerPath(name), name, fileBody(path, size), onBytes, signal);
		}
	}, tools);
}
function openStore({ marathonUrl, authorization }, tools) {
	return createArtifactStore({
		...tools,
		url: marathonUrl,
		authorization,
		retry: {
			...noteRetries(tools.report),
			...tools.retry
		}
	});
}
// src/publish/http-layers.ts
/**
* Puts layers on any server that takes PUT, into a place that all exports share. A layer that is there with its
* length is kept, for its name is the digest of its bytes; one with another length is part of an upload that broke
* off, and is replaced.
* @throws UsageError with everything that is wrong with the target; the publisher throws MesosizeError
*   UPLOAD_REFUSED, UPLOAD_FILE or HTTP_…
*/
function publishLayersOverHttp(target, tools) {
	const problems = [...layerUriProblems(target), ...layersUrlProblems(target)];
	if (problems.length > 0) throw new UsageError(problems);
	return publishLayers({
		name: new URL(target.uploadUrl.replace(/\{\w+\}/g, "0")).host,
		uri(layer) {
			const { url } = uploadPlace(target, layer);
			return knownUri(target, layer) ?? url.origin + url.pathname;
		},
		has: (layer) => isThere(target, layer, tools),
		send(layer, onBytes, signal) {
			const { url, credentials } = uploadPlace(target, layer);
			return send(url, fileBody(layer.path, layer.size), {
				...tools,
				headers: {
					"content-type": "application/gzip",
					"x-checksum-sha256": layer.sha256
				},
				credentials,
				onBytes,
				signal
			});
		}
	}, tools);
}
/** Variables that are the same in every export which has a layer. */
const SHARED = ["{file}", "{sha256}"];
function layersUrlProblems(target) {
	const { uploadUrl } = target;
	const problems = uploadUrlProblems(target);
	if (problems.length > 0) return problems;
	const shown = `upload-url: ${JSON.stringify(printableTemplate(uploadUrl))}`;
	const alone = [...new Set(uploadUrl.match(/\{\w+\}/g))].filter((name) => !SHARED.includes(name));
	if (alone.length > 0) problems.push(`${shown} has ${alone.join(", ")}, which differs from export to export, and layers go to one place for all. Write no other variables than {file} and {sha256}.`);
	const { search, pathname } = new URL(uploadUrl);
	if (search !== "") problems.push(`${shown} has a query. If that is a signature, it is good for one file, and layers are several. Write it without, and give what lets you in as upload-headers.`);
	if (!pathname.endsWith("/") && !namesLayer(decodeURI(pathname))) problems.push(`${shown} would be the same for all layers. End its path with "/", so that the name of the layer is added, or write {file} or {sha256} in it.`);
	return problems;
}
async function isThere(target, layer, tools) {
	const { url, credentials } = uploadPlace(target, layer);
	const headers = {
		...credentials,
		"accept-encoding": "identity"
	};
	const response = await followed(url, await look$1(url, headers, tools), tools);
	if (response?.status !== 200) return false;
	return (response.headers.get("x-checksum-sha256")?.toLowerCase() ?? layer.sha256) === layer.sha256 && response.headers.get("content-length") === String(layer.size);
}
/** The answer behind a redirect, to which no credentials go: many stores keep files somewhere else. */
async function followed(url, answer, tools) {
	const location = answer?.headers.get("location") ?? null;
	if (location === null) return answer;
	try {
		return await look$1(redirected(url, location), { "accept-encoding": "identity" }, tools);
	} catch {
		return;
	}
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
		const asset = await attach(github, release, assetFile(tarball), target.overwrite);
		if (target.checksumFile) await attach(github, release, checksumFile(asset.name, tarball.sha256), target.overwrite);
		const { draft, tag, page } = release.toPublish ? await publishRelease(github, release) : release;
		if (draft) github.report.warn(`The release ${tag} is a draft: agents cannot fetch the tarball until somebody publishes it at ${page}.`);
		return {
			uri: releaseUri(context.serverUrl, github, tag, asset.name),
			assetId: asset.id,
			page
		};
	};
}
/** A tarball as what is attached. */
function assetFile({ name, size, sha256, path }) {
	return {
		name,
		size,
		sha256,
		type: "application/gzip",
		open: () => createReadStream(path)
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
// src/github/layer-releases.ts
/** The release that holds the layers of all images; when it is full, `mesosize-layers-2` comes, and so on. */
const LAYERS_RELEASE = "mesosize-layers";
const ABOUT = "Layers of the images that Mesosize exports, each named by the SHA-256 of its bytes. Apps share them: one that was deployed fetches its layers at each start of a task, so do not delete any by hand while apps use it. Mesosize itself never does.";
/**
* The releases of layers, the first first.
* @throws as `GitHub.rest`
*/
async function findLayersReleases(github) {
	const releases = await findReleases(github, (tag) => numberOf(tag) !== void 0);
	const found = [];
	for (const release of releases.toSorted((a, b) => numberOf(a.tag) - numberOf(b.tag))) found.push({
		release,
		assets: await listAssets(github, release)
	});
	return found;
}
/**
* The release after those that are known, made if there is none.
* @throws as `findOrCreateRelease`
*/
async function nextLayersRelease(github, known, context) {
	const last = known.at(-1);
	const number = last ? numberOf(last.release.tag) + 1 : 1;
	const choice = {
		tag: number === 1 ? LAYERS_RELEASE : `${LAYERS_RELEASE}-${number}`,
		draft: false,
		prerelease: true,
		about: ABOUT
	};
	const release = await findOrCreateRelease(github, choice, context);
	return {
		release,
		assets: await listAssets(github, release)
	};
}
/** Where a layer is; undefined where it is nowhere as a whole. */
function findLayer(releases, { name, size, sha256 }) {
	const digests = [`sha256:${sha256}`, null];
	for (const { release, assets } of releases.filter(isUsable)) {
		const asset = assets.find((each) => each.name === name);
		if (asset?.state === "uploaded" && asset.size === size && digests.includes(asset.digest)) return {
			release,
			asset
		};
	}
}
/** How many layers can be attached to a release; none to one that is immutable or somebody's draft. */
function roomOf({ release, assets }) {
	return !isUsable({ release }) || release.immutable && !release.draft ? 0 : Math.max(MOST_ASSETS - assets.length, 0);
}
function isUsable({ release }) {
	return !release.draft || release.toPublish;
}
/** Which of the releases of layers has a tag; undefined for other tags. */
function numberOf(tag) {
	const match = /^mesosize-layers(?:-([2-9]|[1-9]\d{1,5}))?$/.exec(tag);
	return match ? Number(match[1] ?? 1) : void 0;
}
// src/publish/release-layers.ts
/**
* Attaches layers to the releases that hold those of all images, as far as none of these has them yet.
* @throws the publisher, MesosizeError as `findOrCreateRelease`, `attach` and `publishRelease` do
*/
function publishLayersToRelease(github, context) {
	return async (layers) => {
		for (const layer of layers) checkAssetSize(layer);
		const releases = await findLayersReleases(github);
		const isMissing = (layer) => findLayer(releases, layer) === void 0;
		while (slotsOf(releases).length < layers.filter(isMissing).length) {
			const next = await nextLayersRelease(github, releases, context);
			tellOfImmutable(github, releases.at(-1), next);
			releases.push(next);
		}
		const missing = layers.filter(isMissing);
		const slots = slotsOf(releases);
		const targets = new Map(missing.map((layer, index) => [layer, slots[index]]));
		const sent = await sendMissing(layers, missing, `the release ${[...new Set([...targets.values()].map(({ release }) => release.tag))].join(" and ")}`, async (layer, onBytes, signal) => {
			const { release, assets } = targets.get(layer);
			const ending = {
				...github,
				retry: {
					...github.retry,
					signal
				}
			};
			return {
				release,
				asset: await attach(ending, release, assetFile(layer), true, {
					assets,
					onBytes
				})
			};
		}, {
			report: github.report,
			signal: github.retry.signal
		});
		const places = layers.map((layer) => findLayer(releases, layer) ?? sent[missing.indexOf(layer)]);
		const pages = /* @__PURE__ */ new Map();
		for (const release of new Set(places.map(({ release }) => release))) {
			const { page } = release.toPublish ? await publishRelease(github, release) : release;
			pages.set(release, page);
		}
		return places.map(({ release, asset }, index) => ({
			uri: releaseUri(context.serverUrl, github, release.tag, asset.name),
			assetId: asset.id,
			page: pages.get(release),
			kept: !missing.includes(layers[index])
		}));
	};
}
/** A release for each layer that there is room for. */
function slotsOf(releases) {
	return releases.flatMap((each) => Array.from({ length: roomOf(each) }, () => each));
}
function tellOfImmutable({ report }, last, next) {
	if (!last?.release.immutable || last.release.draft) return;
	report.warn(`The release ${last.release.tag} is published and immutable, so new layers go to ${next.release.tag}, and those of the next export to yet another. Let releases of this repository be changed (Settings, General, Releases), or publish layers to a server of yours with "publish: http".`);
}
// src/actions/export/publisher.ts
/** @throws UsageError or MesosizeError if the target cannot be used as it was described */
async function publisherOf(action, tools) {
	return action.request.layering ? layersPublisherOf(action, tools) : publishOne(await tarballPublisherOf(action, tools));
}
async function tarballPublisherOf(action, tools) {
	const { context, report } = tools;
	const { publish, checksumFile, uriTemplate, githubToken } = action;
	const { uri, uriBase, outputDir } = action.request;
	const known = {
		uri,
		uriBase,
		uriTemplate,
		tag: publish.to === "release" ? publish.tag ?? context.tag : context.tag
	};
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
			checkKnownUri(known);
			const attach = publishToRelease(connect({
				...tools,
				token: githubToken
			}), context, {
				...publish,
				checksumFile
			});
			return prefixed(action, async (tarball) => {
				const location = await attach(tarball);
				return {
					...location,
					uri: knownUri(known, tarball) ?? location.uri
				};
			});
		}
		case "http": return prefixed(action, publishOverHttp({
			...known,
			...publish,
			checksumFile
		}, tools));
		case "artifact-store": return publishToArtifactStore({
			...known,
			...publish
		}, tools);
	}
}
/** Layers go where those of other exports are, even a preview's, under names that are theirs everywhere. */
function layersPublisherOf(action, tools) {
	const { context, report } = tools;
	const { publish, uriTemplate, githubToken } = action;
	const { uriBase, outputDir } = action.request;
	const known = {
		uriBase,
		uriTemplate,
		tag: context.tag
	};
	switch (publish.to) {
		case "none":
		case "artifact": return publishLayersNowhere({
			...known,
			outputDir
		}, report);
		case "release": {
			checkLayerUri(known);
			const attach = publishLayersToRelease(connect({
				...tools,
				token: githubToken
			}), context);
			return async (layers) => {
				return (await attach(layers)).map((location, index) => ({
					...location,
					uri: knownUri(known, layers[index]) ?? location.uri
				}));
			};
		}
		case "http": return publishLayersOverHttp({
			...known,
			...publish
		}, tools);
		case "artifact-store": return publishLayersToArtifactStore({
			...known,
			...publish
		}, tools);
	}
}
/** A publisher by whose names the tarballs of a preview are told from others. */
function prefixed({ tarballPrefix = "" }, publish) {
	return (tarball) => publish({
		...tarball,
		name: tarballPrefix + tarball.name
	});
}
// src/actions/export/layer-inputs.ts
/** Adds to the problems those inputs that do not go together with layers. */
function checkLayerInputs(values, { publish, checksumFile, preview }) {
	const { to } = publish;
	if (to === "artifact") values.problem(`${setting("publish")}: an artifact holds one file, layers are several, and agents cannot fetch artifacts. Write ${setting("publish", "release")} or ${setting("publish", "http")}; or ${setting("publish", "none")}, and give the folder of the layers to actions/upload-artifact`);
	if (to === "release" && !preview) for (const row of [RELEASE.tag, RELEASE.id]) {
		if (!values.written(row)) continue;
		values.problem(`${setting(row.input)}: layers go to the release ${LAYERS_RELEASE}, where all exports find those that are there already. Remove it, or leave ${setting("layers")} out`);
	}
	if (to === "release" && publish.draft) values.problem(`${setting("draft")}: layers go to a release for all exports, and agents cannot fetch from a draft. Remove it, or leave ${setting("layers")} out`);
	if (checksumFile) values.problem(`${setting(REPORTING.checksumFile.input)}: the name of each layer is its SHA-256 already. Remove it`);
}
// src/actions/export/publish-request.ts
/** Reads where the image goes; where `values` gets problems by that, nothing is published. */
async function readPublishRequest(values) {
	const { size } = values.problems;
	const request = await readTarget(values);
	return values.problems.size > size ? { to: "none" } : request;
}
async function readTarget(values) {
	const { to } = await values.read(PUBLISH);
	switch (to) {
		case "release":
			if (values.written(RELEASE.id) && values.written(RELEASE.tag)) values.problem(`${setting("release-id")} and ${setting("release-tag")}: only one can be given. Keep one of the two.`);
			return {
				to,
				...await values.read(RELEASE)
			};
		case "http": {
			const { uploadUrl = "", headers = {} } = await values.read(HTTP);
			if (!uploadUrl) values.problem(`${setting("upload-url")}: "${setting("publish", to)}" needs it. Write ${setting("upload-url", "https://…")}`);
			return {
				to,
				uploadUrl,
				headers
			};
		}
		case "artifact-store": {
			const { urls, credentials } = await readAccess(values, STORE_ACCESS);
			const authorization = credentials.kind === "basic" ? credentials.authorization : credentials.kind === "dcos-token" ? `token=${credentials.token}` : void 0;
			return {
				to,
				marathonUrl: urls[0]?.href ?? "",
				authorization
			};
		}
		default: return { to: to ?? "none" };
	}
}
// src/actions/export/request.ts
/** Reads all inputs and the files that they name; worth nothing if `values` has problems afterwards. */
async function readExportAction(values) {
	const { packages } = await values.read(NAMED$1);
	const request = await readExportRequest(values, packages);
	const { origin } = await values.read(PACKAGES);
	const hab = await values.read(HAB);
	const { token, summary } = await values.read(GITHUB_EXPORT);
	const action = {
		request,
		plan: await readPlan(values, hab, origin),
		hab: await readHab(values, hab, request),
		publish: await readPublishRequest(values),
		uriTemplate: await readUriTemplate(values),
		githubToken: token ?? "",
		...await values.read(REPORTING),
		summary,
		preview: await readPreview(values)
	};
	if (values.written(OUTPUT.layering)) checkLayerInputs(values, action);
	return action;
}
async function readPlan(values, { plan, originKey }, origin) {
	const named = values.written(NAMED$1.packages);
	if (plan === void 0) {
		if (!named) values.problem(`${setting("package")}: neither it nor ${setting("plan")} is given. Write ${setting("package", "core/redis")}, or ${setting("plan", ".")}`);
		return;
	}
	if (named) values.problem(`${setting("plan")}: there is a package too. Keep one of the two`);
	if (originKey === void 0) values.problem(`${setting("origin-key")}: a build needs the key that signs it, and pull requests from forks get no secrets. Write ${setting("origin-key", `\${{ secrets.HAB_ORIGIN_KEY }}`)}`);
	else await values.attempt(() => parseSecretKey(originKey, setting("origin-key")));
	await values.attempt(() => findPlan(plan, process.cwd(), habTarget(process.platform, process.arch)));
	return {
		folder: plan,
		originKey: originKey ?? "",
		origin
	};
}
async function readHab(values, { useHab, version, releaseChannel, mirror, acceptLicense, plan }, { builder, target }) {
	if (!useHab) {
		if (plan !== void 0) values.problem(`${setting("use-hab")}: a plan is built by hab. Leave ${setting("use-hab")} out, or name a package instead of the plan`);
		return;
	}
	if (values.written(PACKAGES.artifacts)) values.problem(`${setting("artifacts")}: hab does not look there. Write ${setting("use-hab", "false")}, or name the harts as ${setting("package")}`);
	const own = await values.attempt(() => habTarget(process.platform, process.arch));
	if (own !== void 0 && target !== void 0 && target !== own) values.problem(`${setting("target")}: hab installs packages for the runner that it is on, ${own}, and not for ${target}. Write ${setting("target", own)}, or ${setting("use-hab", "false")}`);
	return {
		version,
		channel: releaseChannel,
		mirror,
		builder: builder.url,
		acceptLicense
	};
}
async function readPreview(values) {
	const { preview, pullRequest } = await values.read(PREVIEW);
	if (!preview) {
		if (values.written(PREVIEW.pullRequest)) values.problem(`${setting("pull-request")}: it names the pull request of a preview. Write ${setting("preview", "true")} too`);
		return;
	}
	for (const row of [
		APP.id,
		RELEASE.tag,
		RELEASE.id
	]) {
		if (!values.written(row)) continue;
		values.problem(`${setting(nameOf(row))}: a preview is /previews/REPOSITORY/pr-NUMBER/NAME, and its tarball goes to the release ${PREVIEW_RELEASE}, so that both are found again. Remove it`);
	}
	return { pullRequest };
}
async function readUriTemplate(values) {
	const given = [
		URIS.uri,
		URIS.uriBase,
		URIS.uriTemplate
	].filter((row) => values.written(row));
	if (given.length > 1 && values.written(URIS.uriTemplate)) values.problem(`${given.map((row) => setting(nameOf(row))).join(", ")}: only one can be given. Keep one`);
	return (await values.read(URIS)).uriTemplate;
}
// src/actions/export/summary.ts
const LARGEST = 10;
const NAMED = 3;
/** The runner throws a summary of more than 1 MiB away; the rest of ours is small. */
const LONGEST_APP = 524288;
/**
* What was exported, as GitHub-flavoured Markdown for the job summary: a table, the ports, a diagram of the
* sizes, the app definition, and how to deploy it.
*/
function exportSummary(exported, steps) {
	const { ident, image, app, appPath, appText, packages } = exported;
	const unpacked = packages.reduce((sum, { size }) => sum + size, 0);
	return [
		`## ${ident.origin}/${ident.name} ${ident.version}`,
		table(["", ""], [
			["Package", code(formatIdent(ident))],
			..."tarball" in image ? tarballRows(image.tarball, unpacked) : layerRows(image.layers, unpacked),
			["App", code(app.id)]
		]),
		..."layers" in image ? layersOf(image.layers) : [],
		...portsOf(app),
		...sizesOf(packages),
		details("App definition", Buffer.byteLength(appText) > LONGEST_APP ? "It is too long to be shown; the output `app-path` names its file." : fenced("json", appText)),
		details("How to deploy it", fenced("sh", `curl -X PUT "$MARATHON/v2/apps/${app.id.replace(/^\//, "")}" -H 'Content-Type: application/json' -d @${shellQuote(appPath)}`)),
		details("Time", table(["Step", "Time"], steps.map(({ title, duration }) => [title, formatDuration(duration)]))),
		""
	].join("\n\n");
}
function tarballRows({ name, size, sha256, location }, unpacked) {
	const where = location.page ?? location.uri;
	return [
		["Tarball", /^https?:/.test(where) ? `[${name}](<${where}>)` : code(name)],
		["Fetch URI", code(location.uri)],
		["Size", `${formatBytes(size)}, ${formatBytes(unpacked)} unpacked`],
		["SHA-256", code(sha256)]
	];
}
function layerRows(layers, unpacked) {
	const pages = [...new Set(layers.map(({ location }) => location.page))].filter((page) => page !== void 0);
	return [["Layers", [String(layers.length), ...pages.map((page) => `<${page}>`)].join(", ")], ["Size", `${formatBytes(layerBytes(layers).total)}, ${formatBytes(unpacked)} unpacked`]];
}
function layersOf(layers) {
	const { total, added } = layerBytes(layers);
	const fresh = layers.filter(({ location }) => !location.kept).length;
	const rows = layers.map(({ packages, size, location }, index) => [
		contentOf(packages, index === 0),
		formatBytes(size),
		location.kept ? "kept" : "**new**",
		code(location.uri)
	]);
	return [
		"### Layers",
		`${fresh} of ${layers.length} layers are new: ${formatBytes(added)} of ${formatBytes(total)} had to be uploaded, and an agent downloads as much whose cache has the layers of the exports before.`,
		details(`All ${layers.length}`, table([
			"Content",
			"Size",
			"",
			"Fetch URI"
		], rows))
	];
}
function contentOf(packages, isFirst) {
	const named = packages.slice(0, NAMED).map(code);
	const others = packages.length - named.length;
	return [
		isFirst ? "root filesystem" : [],
		named,
		others > 0 ? `${others} more` : []
	].flat().join(", ");
}
function portsOf(app) {
	const ports = app.portDefinitions ?? [];
	if (ports.length === 0) return [];
	const rows = ports.map(({ name, protocol }, index) => [
		code(name ?? String(index)),
		protocol ?? "tcp",
		code(name === void 0 ? `PORT${index}` : `PORT_${name.toUpperCase()}`)
	]);
	return ["### Ports", table([
		"Port",
		"Protocol",
		"In the task"
	], rows)];
}
function sizesOf(packages) {
	const bySize = packages.toSorted((a, b) => b.packed - a.packed);
	const largest = bySize.slice(0, LARGEST);
	const others = bySize.slice(LARGEST);
	const names = packages.map(({ ident }) => shortName(ident));
	const slices = largest.map(({ ident, packed }) => {
		const name = shortName(ident);
		return [names.indexOf(name) === names.lastIndexOf(name) ? name : ident, packed];
	});
	const rest = others.reduce((sum, { packed }) => sum + packed, 0);
	const pie = ["pie showData", ...[...slices, ...rest > 0 ? [[`${others.length} more`, rest]] : []].map(([name, packed]) => `  "${name}" : ${packed}`)];
	const rows = bySize.map(({ ident, size, packed }) => [
		code(ident),
		formatBytes(size),
		formatBytes(packed)
	]);
	return [
		"### Packages",
		"Bytes in the image, by package:",
		fenced("mermaid", pie.join("\n")),
		details(`All ${packages.length}`, table([
			"Package",
			"Unpacked",
			"In the image"
		], rows))
	];
}
function shortName(ident) {
	return ident.split("/").slice(0, 2).join("/");
}
// src/actions/export/main.ts
await runAction(EXPORT, async ({ values, signal }) => {
	const { env } = process;
	for (const secret of secretVariables(env)) setSecret(secret);
	const wanted = await readExportAction(values);
	const context = await readContext(env);
	const told = await values.attempt(() => forPreview(wanted, context)) ?? wanted;
	const action = context.fromFork ? withoutWriting(told) : told;
	const report = logReporter();
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
	const temporary = env.RUNNER_TEMP ?? tmpdir();
	try {
		const publish = await values.attempt(() => publisherOf(action, tools));
		values.check();
		const { hab } = action;
		const request = hab ? await packagesFromHab({
			...action,
			hab
		}, steps, {
			...tools,
			env,
			temporary,
			onWorkspace: (path) => saveState(WORKSPACE_STATE, path)
		}) : action.request;
		const exported = await exportWithLayers(request, (request) => steps.grouped("Export", () => runExport(request, {
			...tools,
			publish
		})), {
			service: () => import("./cache.js"),
			temporary,
			encoding: encodingName(encodingFor(request.compressionLevel)),
			steps,
			report
		});
		await steps.grouped("Hand on", () => handOn(exported, action, steps, tools));
	} finally {
		report.close();
	}
});
/** What the job's environment gives to builds besides inputs. */
function secretVariables(env) {
	return Object.keys(env).filter((name) => name.startsWith("HAB_STUDIO_SECRET_")).flatMap((name) => env[name] || []);
}
/**
* A run for a pull request from a fork has a token that can only read, and gets no secrets. An artifact holds one
* file, and nobody keeps layers in a cache that go nowhere.
*/
function withoutWriting(action) {
	if (action.publish.to !== "release") return action;
	const { layering, ...request } = action.request;
	notice(`This pull request is from a fork, whose token cannot write a release: the ${layering ? "image becomes one tarball without layers, and that" : "tarball becomes"} an artifact of the run instead.`, { title: "Mesosize" });
	return {
		...action,
		request,
		publish: { to: "artifact" }
	};
}
async function handOn(exported, action, steps, tools) {
	const { checksumFile, publish, summary: summary$1 } = action;
	const { image } = exported;
	const files = "tarball" in image ? [image.tarball] : image.layers;
	if (checksumFile) for (const { path, name, sha256 } of files) await writeFile(`${path}.sha256`, `${sha256}  ${name}\n`);
	setExportOutputs(exported);
	const { GITHUB_ARTIFACTS } = process.env;
	if (GITHUB_ARTIFACTS) await appendFile(GITHUB_ARTIFACTS, files.map(({ path }) => `${path}\n`).join(""));
	if (!(publish.to === "none" || publish.to === "artifact" || publish.to === "release" && publish.draft)) await probeImage(image, tools);
	const branch = action.preview && baseBranch(tools.context);
	if (branch !== void 0) await keepForPreviews(exported, branch, action, tools);
	if (summary$1 && process.env.GITHUB_STEP_SUMMARY) await summary.addRaw(exportSummary(exported, steps.done)).write();
}
/** What agents will see; of layers, those that other exports have not probed before. */
async function probeImage(image, tools) {
	if ("layers" in image) return probeLayers(image.layers.filter(isProbed), tools);
	const { location, size } = image.tarball;
	if (isProbed(image.tarball)) await probe(location.uri, size, tools);
}
function isProbed({ location: { uri, kept } }) {
	return /^https?:/.test(uri) && !kept;
}
/** The app is exported all the same where this fails, so it is no failure. */
async function keepForPreviews({ ident, packages }, branch, { githubToken }, tools) {
	try {
		const github = connect({
			...tools,
			token: githubToken
		});
		const sizes = {
			service: formatIdent(ident),
			packages
		};
		await keepSizes(github, tools.context, branch, sizes);
		tools.report.note(`The sizes of this image are kept for the previews of pull requests into ${branch}.`);
	} catch (error) {
		tools.report.warn(`The sizes of this image are not kept, so that previews cannot be compared with them: ${messageOf(error)}`);
	}
}
export {};
