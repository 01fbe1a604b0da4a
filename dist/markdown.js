import { a as visible, t as terminalReporter } from "./reporter.js";
import { n as UsageError, r as messageOf, t as MesosizeError } from "./errors.js";
import { b as wordSettings, t as printableUrl } from "./url.js";
import { a as inputsOf, n as SettingValues, r as inputWording, t as nearest } from "./nearest.js";
import { b as HttpClient, d as setSecret, f as warning, l as setFailed, n as error, t as debug } from "./core.js";
import { c as HttpStatusError, d as networkError, f as noteRetries, l as formatStatus, r as withRetries, u as isTransient } from "./fetch.js";
import { t as getOctokit } from "./github.js";
import { readFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
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
/** The web page of the run. */
function runUrl({ serverUrl, repository, runId }) {
	return `${serverUrl}/${repository.owner}/${repository.repo}/actions/runs/${runId}`;
}
const WEB_ADDRESS = /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/;
async function readEvent(path) {
	const event = parse$1(await readFile(path, "utf8").catch((error) => {
		throw new Error(`the file of GITHUB_EVENT_PATH cannot be read: ${messageOf(error)}`);
	}));
	if (!isObject(event)) throw new Error(`${JSON.stringify(path)} of GITHUB_EVENT_PATH holds no JSON object`);
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
	return isObject(value) ? value[name] : void 0;
}
function isObject(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
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
/** What a token needs, by its name in workflows and in the settings of tokens, for the requests of other paths. */
const PERMISSIONS = [
	[
		/\/issues\//,
		"pull-requests",
		"Pull requests"
	],
	[
		/\/pulls\//,
		"pull-requests",
		"Pull requests"
	],
	[
		/\/deployments(\/|\?|$)/,
		"deployments",
		"Deployments"
	],
	[
		/(?:)/,
		"contents",
		"Contents"
	]
];
/** Seconds; a token whose limit is used up may have to wait for an hour, and a job is not to wait for that. */
const LONGEST_WAIT = 120;
/**
* What to tell a person of an answer that was no success.
* @param method of the request
* @param url of the request
* @param now the time, milliseconds since the epoch
*/
function refusal(answered, method, url, now) {
	const { status } = answered;
	const { said, reasons } = words(answered.body);
	const wait = rateLimit(answered, said, now);
	const { code, next } = advice(status, method, url, said, wait, now);
	return new GitHubError(code, `${`GitHub answered ${formatStatus(status)} to ${method} ${printableUrl(url)}`}${said === "" ? "" : `: ${JSON.stringify(said.slice(0, 1e3))}`}. ${next}`, status, wait, reasons);
}
/**
* Whether a request is worth sending again: after a rate limit, which did nothing, that ends soon, and after what
* may pass by itself if the request may be carried out twice.
*/
function mayPass(repeatable) {
	return (thrown) => thrown instanceof MesosizeError && thrown.code === "GITHUB_RATE_LIMIT" ? thrown instanceof GitHubError && Number(thrown.retryAfter) <= LONGEST_WAIT : repeatable && isTransient(thrown);
}
function advice(status, method, url, said, wait, now) {
	if (wait !== void 0) return {
		code: "GITHUB_RATE_LIMIT",
		next: `The token has made too many requests. Run again after ${new Date(now + wait * 1e3).toISOString()}, or give another token as github-token.`
	};
	if (status === 401) return {
		code: "GITHUB_TOKEN",
		next: "The token is not valid, or no longer. Leave the input github-token out, or give it a token that is."
	};
	if (status === 403 || status === 404 && method !== "GET") {
		const [, permission, title] = PERMISSIONS.find(([path]) => path.test(url));
		return {
			code: "GITHUB_PERMISSION",
			next: `The token may not do this${status === 404 ? ", or what it is about is gone" : ""}. Let the job's token write:\n\npermissions:\n  ${permission}: write\n\nIf github-token is a token of yours, give it "${title}: Read and write" for this repository.`
		};
	}
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
function words(body) {
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
		...noteRetries(report)
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
	return response ? refusal({
		...response,
		body: response.data
	}, method, request.url, now) : networkError(new URL(request.url), thrown.cause ?? thrown);
}
// src/preview/preview.ts
/** The release that holds the tarballs of previews, and the sizes that they are compared with. */
const PREVIEW_RELEASE = "mesosize-previews";
/** The label that tells of an app that it is a preview: OWNER/REPO#NUMBER. */
const PREVIEW_LABEL = "mesosize.preview";
const COMMIT_LABEL = "mesosize.commit";
const RUN_LABEL = "mesosize.run";
function previewLabels({ repository, number, commit, run }) {
	return {
		[PREVIEW_LABEL]: `${repository}#${number}`,
		[COMMIT_LABEL]: commit,
		[RUN_LABEL]: `${run.id}.${run.attempt}`
	};
}
/**
* What an app's labels tell of the preview that it is.
* @returns undefined for an app that is none
* @throws MesosizeError PREVIEW_LABELS if they are not as `previewLabels` writes them
*/
function readPreview(labels) {
	const values = Object(labels);
	if (values["mesosize.preview"] === void 0) return void 0;
	const [, repository, number] = match(/^([\w.-]+\/[\w.-]+)#([1-9]\d{0,9})$/, PREVIEW_LABEL, values);
	const [commit] = match(/^[0-9a-f]{40,64}$/, COMMIT_LABEL, values);
	const [, id, attempt] = match(/^([1-9]\d{0,14})\.([1-9]\d{0,8})$/, RUN_LABEL, values);
	return {
		repository,
		number: Number(number),
		commit,
		run: {
			id: Number(id),
			attempt: Number(attempt)
		}
	};
}
function match(pattern, label, labels) {
	const value = labels[label];
	const found = typeof value === "string" ? pattern.exec(value) : null;
	if (found) return found;
	throw new MesosizeError("PREVIEW_LABELS", `The app's label ${label} is ${JSON.stringify(value) ?? "missing"}, and not what an export with "preview: true" writes. Export it again.`);
}
/** Whether two are of the same pull request; GitHub takes upper and lower case of a repository for the same. */
function isSamePullRequest(a, b) {
	return a.number === b.number && a.repository.toLowerCase() === b.repository.toLowerCase();
}
/** Whether a preview was made by a later run than another: GitHub counts runs upwards. */
function isNewer({ run: a }, { run: b }) {
	return a.id === b.id ? a.attempt > b.attempt : a.id > b.id;
}
/** The group in Marathon that holds all that is previewed of a pull request, such as `/previews/shop/pr-12`. */
function previewGroup({ repository, number }) {
	return `/previews/${repository.slice(repository.indexOf("/") + 1).toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "repository"}/pr-${number}`;
}
/** The name of its environment on GitHub. */
function previewEnvironment({ number }) {
	return `pr-${number}`;
}
/** What the names of its tarballs begin with, by which they are found again. */
function tarballPrefix({ number }) {
	return `pr-${number}-`;
}
// src/github/pull-request.ts
/** @throws as `GitHub.rest` */
async function getPullRequest({ rest, repository }, number) {
	const { data } = await rest.pulls.get({
		...repository,
		pull_number: number
	});
	return {
		open: data.state === "open",
		head: data.head.sha,
		base: data.base.ref
	};
}
/** The number of the pull request whose event started the run; undefined for other events. */
function eventPullRequest({ event }) {
	const number = inside(event, "pull_request", "number");
	return Number.isSafeInteger(number) ? number : void 0;
}
/** What lies in a value under a path of names; undefined where something on the way is missing. */
function inside(value, ...path) {
	return path.reduce((at, name) => Object(at)[name], value);
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
* @param onBytes told how many bytes were sent, and a negative number when they count for nothing after all
* @throws MesosizeError ASSET_DIGEST if GitHub has other bytes than were sent
*/
async function uploadTemporary(github, release, file, name, onBytes) {
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
				onBytes(amount);
			});
		} catch (error) {
			onBytes(-sent);
			throw error;
		}
	}, {
		...github.retry,
		mayPass: mayPass(true)
	});
	if (tried.length > 1) await clear(github, release, file, tried, asset);
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
	if (answered.status !== 201) throw refusal(answered, "POST", url.href, (retry.now ?? Date.now)());
	return readAsset(answered.body, url);
}
/** Octokit trusts what GitHub answers; here a proxy's own 201 would otherwise be taken for an asset. */
function readAsset(body, url) {
	const asset = Object(body);
	if (!Number.isSafeInteger(asset.id) || typeof asset.state !== "string") throw new MesosizeError("GITHUB_ANSWER", `What answered the upload to ${url.origin} does not describe an asset: it is not GitHub. Check the proxy, if there is one.`);
	return asset;
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
* Finds the release of a tag; undefined if there is none.
* @throws as `GitHub.rest`
*/
async function findRelease(github, tag) {
	const found = await findByTag(github, tag);
	return found && describe(found, {
		draft: false,
		prerelease: false
	});
}
/**
* Finds all releases of some tags, one for each.
* @throws as `GitHub.rest`
*/
async function findReleases(github, isWanted) {
	const releases = await listByTag(github, isWanted);
	return [...new Set(releases.map(({ tag_name }) => tag_name))].map((tag) => {
		return describe(foremost(releases.filter(({ tag_name }) => tag_name === tag)), {
			draft: false,
			prerelease: false
		});
	});
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
	})))?.data ?? foremost(await listByTag(github, (each) => each === tag));
}
async function listByTag({ paginate, rest, repository }, isWanted) {
	return (await paginate(rest.repos.listReleases, {
		...repository,
		per_page: 100
	})).filter((release) => isWanted(release.tag_name));
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
					body: [choice.about ?? [], choice.draft ? [] : TO_PUBLISH].flat().join("\n\n"),
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
		releases = await listByTag(github, (tag) => tag === made.tag_name);
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
	await setTimeout(milliseconds, void 0, { signal });
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
// src/actions/shared/secrets.ts
/** Shorter ones would turn ordinary words of the log, and of outputs, into asterisks. */
const SHORTEST_PART = 4;
const SHORTEST_HEADER = 6;
const SHORTEST_SIGNATURE = 20;
/** A secret, and each of its lines, for one may turn up alone. */
function secretsIn(text) {
	const whole = text.trim();
	const lines = whole.split("\n").map((line) => line.trim());
	return [...whole === "" ? [] : [whole], ...lines.filter((line) => line.length >= SHORTEST_PART)];
}
/** The values of headers, and of `Bearer TOKEN` and `Basic …` what stands behind the scheme. */
function headerSecretsIn(text) {
	const values = text.split("\n").map((line) => line.slice(line.indexOf(":") + 1).trim());
	const credentials = values.map((value) => value.replace(/^\S+\s+/, ""));
	const logins = values.flatMap((value) => /^Basic\s+(\S+)$/i.exec(value)?.[1] ?? []).flatMap((encoded) => {
		const login = Buffer.from(encoded, "base64").toString();
		return [login, login.slice(login.indexOf(":") + 1)];
	});
	return [
		...values,
		...credentials,
		...logins
	].filter((secret) => secret.length >= SHORTEST_HEADER);
}
/** The passwords in URLs, and their queries where these hold a signature or token. */
function urlSecretsIn(text) {
	return [...text.matchAll(/[a-z][a-z0-9+.-]*:\/\/[^\s"]+/gi)].map(([url]) => url).flatMap((url) => [...loginSecretsIn(url), ...querySecretsIn(url)]);
}
function loginSecretsIn(url) {
	const login = (URL.canParse(url) ? /:\/\/([^/?#]*)@/ : /:\/\/(.*)@/).exec(url)?.[1];
	if (login === void 0) return [];
	const colon = login.indexOf(":");
	const password = login.slice(colon + 1);
	const normal = URL.canParse(url) ? new URL(url).password : "";
	return [
		password,
		decoded(password),
		normal,
		...colon > 0 ? [login, decoded(login)] : []
	].filter((part) => part.length >= SHORTEST_PART);
}
function querySecretsIn(url) {
	const query = /\?([^#]*)/.exec(url)?.[1] ?? "";
	const secrets = query.split("&").flatMap((parameter) => {
		const [, name = "", value = ""] = /^([^=]*)=(.*)$/.exec(parameter) ?? [];
		return /sig|token|key|secret|pass|cred|auth/i.test(name) && value.length >= SHORTEST_PART || value.length >= SHORTEST_SIGNATURE ? [value, decoded(value)] : [];
	});
	return secrets.length > 0 ? [
		query,
		decoded(query),
		...secrets
	] : [];
}
function decoded(text) {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
// src/actions/shared/inputs.ts
/**
* The inputs that a workflow gave to an action, with everything that is wrong with their form. The runner hands
* each on as `INPUT_<NAME>`, upper-cased, dashes kept. An empty one, such as an expression gives that found nothing,
* counts as not given.
*/
var Inputs = class {
	#problems = /* @__PURE__ */ new Set();
	#rows;
	#env;
	constructor(table, env) {
		this.#rows = inputsOf(table);
		this.#env = env;
		const known = this.#rows.map(({ input }) => input);
		for (const variable of Object.keys(env)) {
			const name = /^INPUT_(.+)$/.exec(variable)?.[1]?.toLowerCase();
			if (name === void 0 || known.includes(name)) continue;
			const guess = nearest(name, known);
			this.#problems.add(`${name}: there is no such input.${guess ? ` Did you mean ${guess}?` : " Remove it."}`);
		}
		for (const row of this.#rows) if (row.form === "pairs") this.#pairs(row.input);
	}
	/** One line each. */
	get problems() {
		return [...this.#problems];
	}
	/** Of packages that are named without one. */
	get origin() {
		return this.#raw("origin").trim() || void 0;
	}
	given({ input = "", form }) {
		const texts = this.#texts(input, form);
		return texts.length > 0 ? texts.map((text) => ({
			source: input,
			text
		})) : void 0;
	}
	/** Every text that must never be shown, in inputs and in the variables that stand in for them. */
	secrets() {
		const all = this.#rows.flatMap(({ input, form, secret, variable }) => {
			const texts = [this.#raw(input), (variable && this.#env[variable]) ?? ""];
			if (!secret) return texts.flatMap(urlSecretsIn);
			return texts.flatMap((text) => form === "headers" ? [...secretsIn(text), ...headerSecretsIn(text)] : secretsIn(text));
		});
		return [...new Set(all)];
	}
	#raw(name) {
		return this.#env[`INPUT_${name.toUpperCase()}`] ?? "";
	}
	#texts(name, form) {
		const text = this.#raw(name).trim();
		switch (form) {
			case "lines": return linesOf(text);
			case "pairs": return this.#pairs(name);
			default: return text === "" ? [] : [text];
		}
	}
	#pairs(name) {
		const text = this.#raw(name).trim();
		if (!text.startsWith("{")) return linesOf(text);
		let pairs;
		try {
			pairs = JSON.parse(text);
		} catch {
			this.#problems.add(`${name}: it starts with "{" but is not a JSON object. Write KEY=VALUE lines, or {"KEY": "VALUE"}`);
			return [];
		}
		return Object.entries(pairs).map(([key, value]) => {
			if (![
				"string",
				"number",
				"boolean"
			].includes(typeof value)) this.#problems.add(`${name}: the value of ${JSON.stringify(key)} must be a text. Write {${JSON.stringify(key)}: "VALUE"}`);
			if (key.includes("=")) this.#problems.add(`${name}: the key ${JSON.stringify(key)} must not contain "=". Write another key`);
			return `${key}=${value}`;
		});
	}
};
function linesOf(text) {
	return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}
// src/actions/shared/run.ts
/**
* Runs an action's program. Each problem becomes an annotation, and the step fails; the runner's request to stop
* becomes the signal's abortion.
*/
async function runAction(table, program) {
	const cancellation = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => cancellation.abort());
	wordSettings(inputWording(table));
	try {
		const { env } = process;
		const inputs = new Inputs(table, env);
		const secrets = inputs.secrets();
		for (const secret of secrets) setSecret(secret);
		await program({
			values: new SettingValues(inputs, env, inputs.origin),
			secrets,
			signal: cancellation.signal
		});
	} catch (error) {
		if (cancellation.signal.aborted) return setFailed("The run was cancelled.");
		fail(error);
	}
}
function fail(error$1) {
	if (error$1 instanceof UsageError) {
		for (const problem of error$1.problems) error(visible(problem), { title: "Mesosize: input" });
		setFailed(`${error$1.problems.length} mistake${error$1.problems.length > 1 ? "s" : ""} in the inputs.`);
		return;
	}
	setFailed(messageOf(error$1));
	if (error$1 instanceof Error) debug(error$1.stack ?? "");
}
/** A reporter for the log of a step: phases are lines, warnings are annotations. */
function logReporter() {
	return {
		...terminalReporter(process.stdout, process.env),
		warn: (text) => warning(text, { title: "Mesosize" })
	};
}
// src/lib/markdown.ts
/** @param rows cells that are Markdown themselves */
function table(heads, rows) {
	return [
		heads,
		heads.map(() => "---"),
		...rows
	].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
/** What is folded until a person opens it. */
function details(summary, content) {
	return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;
}
/**
* A code span, whatever backticks and line ends the text holds (CommonMark, section 6.1); a bar would end a table's
* cell, and an empty line the paragraph.
*/
function code(text) {
	const line = text.replace(/\s*\n\s*/g, " ");
	const ticks = "`".repeat(Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
	return `${ticks}${(line.startsWith("`") || line.endsWith("`") ? ` ${line} ` : line).replaceAll("|", "\\|")}${ticks}`;
}
function fenced(language, text) {
	const fence = "`".repeat(Math.max(2, ...[...text.matchAll(/^`+/gm)].map(([run]) => run.length)) + 1);
	return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
export { IMMUTABLE as A, previewEnvironment as C, tarballPrefix as D, readPreview as E, readContext as M, runUrl as N, connect as O, isSamePullRequest as S, previewLabels as T, getPullRequest as _, logReporter as a, PREVIEW_RELEASE as b, findRelease as c, deleteAsset as d, holds as f, eventPullRequest as g, uploadTemporary as h, table as i, mayPass as j, GitHubError as k, findReleases as l, listAssets as m, details as n, runAction as o, isTemporaryName as p, fenced as r, findOrCreateRelease as s, code as t, publishRelease as u, inside as v, previewGroup as w, isNewer as x, PREVIEW_LABEL as y };
