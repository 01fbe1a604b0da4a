import { u as setOutput, v as summary } from "./core.js";
import { o as version } from "./reporter.js";
import { C as previewEnvironment, D as tarballPrefix, M as readContext, N as runUrl, O as connect, _ as getPullRequest, a as logReporter, b as PREVIEW_RELEASE, c as findRelease, d as deleteAsset, g as eventPullRequest, m as listAssets, o as runAction, t as code, w as previewGroup } from "./markdown.js";
import { c as HttpStatusError, d as networkError, f as noteRetries, l as formatStatus, r as withRetries, t as createFetch } from "./fetch.js";
import { t as removeApp } from "./remove.js";
import { a as listPreviews, c as removeEmptyGroup, f as rewriteComments, i as tell, m as COMMENT_START, o as listVersions, r as openMarathon, t as FORK_HINT, u as retireDeployments, v as removedBody } from "./marathon.js";
import { a as parseFullIdent } from "./ident.js";
import { r as messageOf, t as MesosizeError } from "./errors.js";
import { t as printableUrl, y as setting } from "./url.js";
import { a as uploadAddress, t as checkHttpTarget } from "./http.js";
import { h as tarballName } from "./fetch-uri.js";
import { _ as REMOVED, f as GITHUB_REMOVE, o as nameOf, p as REMOVE, v as RETRACTION, y as HTTP } from "./nearest.js";
import { t as readAccess } from "./read-access.js";
import { c as REMOVAL, i as ACCESS } from "./show.js";
// src/publish/http-delete.ts
/**
* Deletes a tarball from where `publishOverHttp` put it; one that is gone already is fine.
* @throws MesosizeError DELETE_REFUSED or HTTP_…
*/
async function deleteOverHttp(target, tarball, { fetch, report, signal, retry }) {
	const { url, authorization } = uploadAddress(target, tarball);
	const headers = {
		...target.headers,
		...authorization !== void 0 && { authorization }
	};
	await withRetries(async () => {
		const response = await fetch(url, {
			method: "DELETE",
			headers,
			redirect: "manual",
			signal
		}).catch((thrown) => {
			throw thrown instanceof TypeError ? networkError(url, thrown) : thrown;
		});
		await response.body?.cancel();
		const { status } = response;
		if (response.ok || status === 404 || status === 410) return;
		const message = `${printableUrl(url)} answered ${formatStatus(status)} when asked to delete the tarball. Allow DELETE there (nginx: dav_methods PUT DELETE) to whom upload-url and upload-headers name, or leave upload-url out and delete it yourself.`;
		throw status === 429 || status >= 500 ? new HttpStatusError("HTTP_STATUS", message, response) : new MesosizeError("DELETE_REFUSED", message);
	}, {
		...noteRetries(report),
		...retry,
		signal
	});
}
// src/preview/tarballs.ts
/** The tarballs of previews on their release, by the number of the pull request. */
async function listTarballs(github) {
	const release = await findRelease(github, PREVIEW_RELEASE);
	const assets = release ? await listAssets(github, release) : [];
	const tarballs = /* @__PURE__ */ new Map();
	for (const asset of assets) {
		const number = Number(/^pr-([1-9]\d{0,9})-/.exec(asset.name)?.[1]);
		if (number > 0) tarballs.set(number, [...tarballs.get(number) ?? [], asset]);
	}
	return tarballs;
}
// src/preview/remove.ts
const DAY = 864e5;
/**
* Takes the previews of one pull request down.
* @throws MesosizeError REMOVE_TIMEOUT, and as `removeApp`, `deleteOverHttp` and `GitHub.rest`
*/
async function removePullRequest(number, action, tools) {
	return takeDown((await findRemains(tools)).find((each) => each.number === number) ?? {
		number,
		apps: [],
		assets: []
	}, void 0, action, tools);
}
/**
* Takes the previews of all pull requests down that are closed, or, where it is said how many days they last, that
* have not changed for so long.
* @param now milliseconds since the epoch
* @throws MesosizeError with all that failed, after everything was tried
*/
async function removeStale(days, now, action, tools) {
	const removed = {
		apps: [],
		tarballs: [],
		notes: []
	};
	const failures = [];
	for (const remains of await findRemains(tools)) try {
		const reason = await whyStale(remains, days, now, tools);
		if (reason === void 0) continue;
		const done = await takeDown(remains, reason, action, tools);
		removed.apps.push(...done.apps);
		removed.tarballs.push(...done.tarballs);
		removed.notes.push(reason, ...done.notes);
	} catch (error) {
		tools.signal.throwIfAborted();
		failures.push(error);
	}
	if (failures.length > 0) throw new MesosizeError("REMOVE_FAILED", failures.map(messageOf).join("\n"), { cause: failures[0] });
	return removed;
}
async function whyStale({ number, apps }, days, now, { github }) {
	const { open } = await getPullRequest(github, number);
	if (!open) return `The pull request ${number} is closed.`;
	const newest = Math.max(...apps.map(({ changed }) => changed));
	return days !== void 0 && apps.length > 0 && now - newest > days * DAY ? `The preview of the pull request ${number} has not changed for ${days} day${days === 1 ? "" : "s"}.` : void 0;
}
/** What there is of the previews of this repository, in Marathon and on their release. */
async function findRemains({ marathon, github, context }) {
	const { owner, repo } = context.repository;
	const own = (await listPreviews(marathon)).filter(({ preview }) => preview.repository.toLowerCase() === `${owner}/${repo}`.toLowerCase());
	const tarballs = await listTarballs(github);
	return [.../* @__PURE__ */ new Set([...own.map(({ preview }) => preview.number), ...tarballs.keys()])].toSorted((a, b) => a - b).map((number) => ({
		number,
		apps: own.filter(({ preview }) => preview.number === number),
		assets: tarballs.get(number) ?? []
	}));
}
async function takeDown({ number, apps, assets }, reason, action, tools) {
	const { marathon, github, report, context } = tools;
	const removed = {
		apps: [],
		tarballs: [],
		notes: []
	};
	const uploads = action.uploads ? await uploadedTarballs(number, apps, tools) : [];
	for (const { id } of apps) {
		const outcome = await removeApp(marathon, id, {
			force: true,
			timeout: action.timeout
		}, tools);
		if (outcome === "timed-out") throw stillThere(id, action.timeout);
		if (outcome === "removed") removed.apps.push(id);
	}
	const layered = apps.filter((app) => app.layered).map(({ id }) => id);
	if (layered.length > 0) removed.notes.push(`The layers of ${layered.join(" and ")} stay: other apps share them.`);
	const repository = `${context.repository.owner}/${context.repository.repo}`;
	await removeEmptyGroup(marathon, previewGroup({
		repository,
		number
	}));
	for (const tarball of uploads) {
		await deleteOverHttp(action.uploads, tarball, tools);
		removed.tarballs.push(tarball.name);
	}
	for (const asset of assets) {
		await deleteAsset(github, asset);
		removed.tarballs.push(asset.name);
	}
	if (action.comment) {
		const url = runUrl(context);
		await tell("GitHub's deployment", report, () => retireDeployments(github, previewEnvironment({ number }), url));
		await tell("The comment", report, () => rewriteComments(github, number, COMMENT_START, (body) => removedBody(body, reason, url)));
	}
	return removed;
}
function stillThere(id, timeout) {
	return new MesosizeError("REMOVE_TIMEOUT", `${id} is being removed, but its tasks were still there after ${timeout / 1e3} seconds. Look at them in Marathon; timeout gives them longer.`);
}
/** The tarballs with which the apps were ever deployed, under the names that they were uploaded by. */
async function uploadedTarballs(number, apps, { marathon }) {
	const tarballs = /* @__PURE__ */ new Map();
	for (const { id } of apps) for (const { labels } of await listVersions(marathon, id)) {
		const tarball = readTarball(labels, number);
		if (tarball) tarballs.set(tarball.sha256, tarball);
	}
	return [...tarballs.values()];
}
function readTarball(labels, number) {
	const { "mesosize.ident": text, "mesosize.sha256": sha256 } = Object(labels);
	if (typeof text !== "string" || typeof sha256 !== "string") return void 0;
	try {
		const ident = parseFullIdent(text);
		return {
			name: `${tarballPrefix({ number })}${tarballName(ident)}`,
			sha256,
			ident
		};
	} catch {
		return;
	}
}
// src/actions/remove/inputs.ts
/** Reads all inputs; worth nothing if `values` has problems afterwards. */
async function readRemoveAction(values, context) {
	const { token, summary } = await values.read(GITHUB_REMOVE);
	return {
		removal: await readRemoval(values, context),
		access: await readAccess(values, ACCESS, context.fromFork ? FORK_HINT : void 0),
		timeout: (await values.read(REMOVAL)).timeout,
		uploads: await readUploads(values),
		...await values.read(RETRACTION),
		githubToken: token ?? "",
		summary
	};
}
async function readRemoval(values, context) {
	const { appId, stale, days, pullRequest } = await values.read(REMOVED);
	const named = [
		values.written(REMOVED.appId) && REMOVED.appId,
		stale && REMOVED.stale,
		values.written(REMOVED.pullRequest) && REMOVED.pullRequest
	].filter((row) => row !== false);
	if (named.length > 1) values.problem(`${named.map((row) => setting(nameOf(row))).join(", ")}: only one can be given. Keep one`);
	if (days !== void 0 && !stale) values.problem(`${setting("days")}: goes with ${setting("stale")}. Write ${setting("stale", "true")} too`);
	if (values.written(REMOVED.appId)) return {
		kind: "app",
		id: appId ?? ""
	};
	if (stale) return {
		kind: "stale",
		days
	};
	const number = pullRequest ?? eventPullRequest(context);
	if (number !== void 0) return {
		kind: "pull-request",
		number
	};
	if (!values.written(REMOVED.pullRequest)) values.problem(`${setting("pull-request")}: the event ${JSON.stringify(context.eventName)} is not about a pull request, and nothing else says what to remove. Let the workflow run on pull_request with types: [closed], or write ${setting("pull-request", "12")}, ${setting("app-id", "/web/shop")} or ${setting("stale", "true")}`);
}
async function readUploads(values) {
	const { uploadUrl, headers = {} } = await values.read(HTTP);
	if (uploadUrl === void 0) {
		if (values.written(HTTP.headers)) values.problem(`${setting("upload-headers")}: they go with ${setting("upload-url")}. Write both as for the export`);
		return;
	}
	const target = {
		uploadUrl,
		headers
	};
	await values.attempt(() => checkHttpTarget(target));
	return target;
}
// src/actions/remove/main.ts
await runAction(REMOVE, async ({ values, signal }) => {
	const context = await readContext(process.env);
	const action = await readRemoveAction(values, context);
	values.check();
	const report = logReporter();
	try {
		const removed = await remove(action, {
			...await openMarathon(action.access, {
				report,
				signal
			}),
			context,
			report,
			signal
		});
		for (const line of [...removed.notes, ...linesOf(removed)]) report.note(line);
		setOutput("removed", JSON.stringify(removed.apps));
		setOutput("tarballs", JSON.stringify(removed.tarballs));
		if (action.summary && process.env.GITHUB_STEP_SUMMARY) await summary.addRaw(removeSummary(removed)).write();
	} finally {
		report.close();
	}
});
async function remove(action, tools) {
	const { removal, timeout, githubToken } = action;
	if (removal.kind === "app") {
		const outcome = await removeApp(tools.marathon, removal.id, {
			force: true,
			timeout
		}, tools);
		if (outcome === "timed-out") throw stillThere(removal.id, timeout);
		return {
			apps: outcome === "removed" ? [removal.id] : [],
			tarballs: [],
			notes: []
		};
	}
	const fetch = createFetch({
		version,
		signal: tools.signal
	});
	const github = connect({
		...tools,
		token: githubToken,
		fetch
	});
	const all = {
		...tools,
		github,
		fetch
	};
	return removal.kind === "stale" ? removeStale(removal.days, Date.now(), action, all) : removePullRequest(removal.number, action, all);
}
function linesOf({ apps, tarballs }) {
	return apps.length + tarballs.length === 0 ? ["There was nothing to remove."] : [...apps, ...tarballs].map((name) => `Removed ${name}`);
}
function removeSummary({ apps, tarballs, notes }) {
	const names = [...apps, ...tarballs];
	return [
		"## Removed",
		...notes,
		names.length === 0 ? "There was nothing to remove." : names.map((name) => `- ${code(name)}`).join("\n"),
		""
	].join("\n\n");
}
export {};
