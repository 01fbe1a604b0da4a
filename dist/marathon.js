import { n as formatBytes, o as version } from "./reporter.js";
import { t as MesosizeError } from "./errors.js";
import { d as setSecret } from "./core.js";
import { f as noteRetries, r as withRetries, t as createFetch } from "./fetch.js";
import { E as readPreview, i as table, j as mayPass, n as details, r as fenced, t as code, y as PREVIEW_LABEL } from "./markdown.js";
import { _ as object, g as list, i as createAuthorization, m as MarathonError, p as unexpected, r as createMarathon, s as appPath, t as createAgents, v as text } from "./agents.js";
// src/preview/comment.ts
const MOST_ROWS = 15;
const LONGEST_REASON = 2e3;
/** "comment body 65,536 characters" is GitHub's limit; everything else here is small. */
const MOST_ENDPOINTS = 100;
/** What the comments on previews begin with. */
const COMMENT_START = "<!-- mesosize: ";
/** What the comment on one app begins with, so that it is found again. */
function commentMarker(appId) {
	return `${COMMENT_START}${appId} -->`;
}
/**
* The text that a comment gets when its preview is gone.
* @param body the text that it has
* @param reason a sentence, where the closed pull request itself is none
* @param runUrl the web page of the workflow run
*/
function removedBody(body, reason, runUrl) {
	const [marker = ""] = body.split("\n");
	const id = marker.slice(15).replace(/ -->.*$/, "");
	const gone = `${code(id)} is gone ([workflow run](${runUrl})).`;
	return [
		marker,
		"### The preview was removed",
		reason === void 0 ? gone : `${reason} ${gone}`,
		""
	].join("\n\n");
}
/** The text of the comment, GitHub-flavoured Markdown; what tasks and packages say is in code spans alone. */
function commentBody(comment) {
	const { appId, preview, state, reason, ident, runUrl } = comment;
	const rows = [
		["App", code(appId)],
		...ident === void 0 ? [] : [["Package", code(ident)]],
		["Commit", code(preview.commit.slice(0, 12))],
		["Workflow run", `[${preview.run.id}, attempt ${preview.run.attempt}](${runUrl})`]
	];
	return [
		commentMarker(appId),
		`### The preview ${state === "running" ? "is running" : "failed to deploy"}`,
		...reason === void 0 ? [] : [fenced("text", shorten(reason))],
		...endpointsOf(comment),
		table(["", ""], rows),
		...sizesOf(comment),
		logsOf(comment)
	].join("\n\n");
}
function shorten(text) {
	return text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON)}…` : text;
}
function endpointsOf({ endpoints = [], state }) {
	if (state !== "running" || endpoints.length === 0) return [];
	const web = webPort(endpoints);
	const rows = endpoints.slice(0, MOST_ENDPOINTS).map((endpoint) => [code(endpoint.name), endpoint.name === web ? urlOf(endpoint) : code(`${authority(endpoint.host)}:${endpoint.port}`)]);
	return [table(["Port", "Where"], rows)];
}
/** The address at which a browser most likely finds something; undefined where no port is the service's own. */
function previewUrl(endpoints) {
	const web = webPort(endpoints);
	const found = endpoints.find(({ name }) => name === web);
	return found && urlOf(found);
}
/** The port named http, else the first that is not the Supervisor's. */
function webPort(endpoints) {
	const names = endpoints.map(({ name }) => name).filter((name) => !SUPERVISOR_PORTS.includes(name));
	return names.find((name) => name === "http") ?? names[0];
}
/** The names that an export gives them. */
const SUPERVISOR_PORTS = [
	"gossip",
	"gateway",
	"ctl"
];
function urlOf({ host, port }) {
	return `http://${authority(host)}:${port}`;
}
function authority(host) {
	return host.includes(":") ? `[${host}]` : host;
}
function sizesOf({ sizes }) {
	if (sizes === void 0) return [];
	const { changes, unchanged, before, now, base } = sizes;
	const rows = changes.slice(0, MOST_ROWS).map((change) => [
		code(change.name),
		change.before > 0 ? formatBytes(change.before) : "–",
		change.now > 0 ? formatBytes(change.now) : "–",
		difference(change)
	]);
	const rest = [...changes.length > MOST_ROWS ? [`${changes.length - MOST_ROWS} more have changed`] : [], `${unchanged} unchanged`];
	const whole = [
		"**Tarball**",
		formatBytes(before),
		formatBytes(now),
		difference(sizes)
	];
	return [`#### Size, compared with ${code(base)}`, table([
		"Package",
		"Before",
		"Now",
		"Difference"
	], [
		...rows,
		[
			rest.join(", "),
			"",
			"",
			""
		],
		whole
	])];
}
function difference({ before, now }) {
	if (now === before) return "0 B";
	return `${now > before ? "+" : "−"}${formatBytes(Math.abs(now - before))}`;
}
function logsOf({ appId }) {
	const commands = [`node dist/cli.js status ${appId} --marathon "$MARATHON_URL"`, `node dist/cli.js logs ${appId} --marathon "$MARATHON_URL" --follow`];
	return details("Status and logs", fenced("sh", commands.join("\n")));
}
// src/github/comment.ts
/** Who may write for the repository; what begins like ours in anybody else's comment is a trap or an accident. */
const INSIDERS = [
	"OWNER",
	"MEMBER",
	"COLLABORATOR"
];
/**
* Writes the one comment on a pull request that begins with a marker, over the one that is there. If several are
* there, because two runs were quick, the first remains.
* @param marker the beginning of the body, not seen by readers
* @throws as `GitHub.rest`
*/
async function writeComment(github, pull, marker, body) {
	const { rest, repository, retry } = github;
	let failed;
	await withRetries(async () => {
		const [first, ...others] = await find(github, pull, marker);
		for (const { id } of others) await rest.issues.deleteComment({
			...repository,
			comment_id: id
		}).catch((error) => {
			if (error.status !== 404) throw error;
		});
		if (first !== void 0) return update(github, first, body);
		try {
			await rest.issues.createComment({
				...repository,
				issue_number: pull,
				body
			});
		} catch (error) {
			failed = error;
			throw error;
		}
	}, {
		...retry,
		tries: 3,
		mayPass: (error) => error === failed && mayPass(true)(error)
	});
}
/**
* Writes anew each comment on a pull request that begins with a text.
* @param rewrite gets a comment's body and gives the new one
* @throws as `GitHub.rest`
*/
async function rewriteComments(github, pull, start, rewrite) {
	for (const comment of await find(github, pull, start)) await update(github, comment, rewrite(comment.body));
}
async function update({ rest, repository }, { id, body: old }, body) {
	if (old !== body) await rest.issues.updateComment({
		...repository,
		comment_id: id,
		body
	});
}
async function find({ paginate, rest, repository }, pull, start) {
	return (await paginate(rest.issues.listComments, {
		...repository,
		issue_number: pull,
		per_page: 100
	})).flatMap(({ id, body, user, author_association }) => {
		return (user?.type === "Bot" || INSIDERS.includes(author_association ?? "")) && body?.startsWith(start) ? [{
			id,
			body
		}] : [];
	}).toSorted((a, b) => a.id - b.id);
}
// src/github/deployments.ts
/**
* Makes a deployment in an environment that comes and goes.
* @returns its number
* @throws as `GitHub.rest`
*/
async function createDeployment({ rest, repository }, { ref, environment, app }) {
	const { data } = await rest.repos.createDeployment({
		...repository,
		ref,
		environment,
		payload: { app },
		required_contexts: [],
		auto_merge: false,
		transient_environment: true,
		production_environment: false
	});
	return data.id;
}
/** @throws as `GitHub.rest` */
async function setDeploymentStatus({ rest, repository }, deployment, { state, url, logUrl }) {
	await rest.repos.createDeploymentStatus({
		...repository,
		deployment_id: deployment,
		state,
		log_url: logUrl,
		...url !== void 0 && { environment_url: url },
		auto_inactive: false
	});
}
/**
* Marks the deployments in an environment as inactive; those that are so already are left alone.
* @param which those of one app alone, and one that remains
* @throws as `GitHub.rest`
*/
async function retireDeployments(github, environment, logUrl, { app, except } = {}) {
	const { paginate, rest, repository } = github;
	const all = await paginate(rest.repos.listDeployments, {
		...repository,
		environment,
		per_page: 100
	});
	for (const { id, payload } of all) {
		if (id === except || app !== void 0 && appOf(payload) !== app) continue;
		const { data } = await rest.repos.listDeploymentStatuses({
			...repository,
			deployment_id: id,
			per_page: 1
		});
		if (data[0]?.state !== "inactive") await setDeploymentStatus(github, id, {
			state: "inactive",
			logUrl
		});
	}
}
/** GitHub's description has the payload as an object or as JSON text. */
function appOf(payload) {
	if (typeof payload !== "string") return Object(payload).app;
	try {
		return Object(JSON.parse(payload)).app;
	} catch {
		return;
	}
}
// src/preview/apps.ts
/** The previews in Marathon, of every repository; apps whose labels are not as an export writes them are none. */
async function listPreviews(marathon) {
	const body = await marathon.send({
		method: "GET",
		path: "/v2/apps",
		query: [["label", PREVIEW_LABEL]],
		what: "list the previews"
	});
	const { apps } = object(body) ?? {};
	if (!Array.isArray(apps)) throw unexpected("apps");
	return apps.flatMap((value) => {
		const app = object(value) ?? {};
		const id = text(app.id);
		const preview = previewIn(app);
		const changed = text(object(app.versionInfo)?.lastConfigChangeAt) ?? text(app.version) ?? "";
		const layered = object(app.labels)?.["mesosize.layers"] !== void 0;
		return id !== void 0 && preview ? [{
			id,
			preview,
			changed: Date.parse(changed),
			layered
		}] : [];
	});
}
/** The preview that an app in Marathon is, undefined for any other app. */
function previewIn({ labels }) {
	try {
		return readPreview(labels);
	} catch (error) {
		if (error instanceof MesosizeError) return void 0;
		throw error;
	}
}
/** The name of a version, as it stands in a path. */
const TIMESTAMP = /^[\dTZ:.+-]+$/;
/** The definitions of an app that Marathon remembers, the newest first. */
async function listVersions(marathon, id) {
	const path = `${appPath(id)}/versions`;
	const what = `list the versions of ${id}`;
	const answer = await notFound(marathon.send({
		method: "GET",
		path,
		what
	}));
	const versions = list(object(answer)?.versions).filter((version) => TIMESTAMP.test(text(version) ?? ""));
	const definitions = [];
	for (const version of versions) {
		const one = {
			path: `${path}/${version}`,
			what: `show a version of ${id}`
		};
		const definition = object(await notFound(marathon.send({
			method: "GET",
			...one
		})));
		if (definition) definitions.push(definition);
	}
	return definitions;
}
/**
* Removes a group in which nothing is left; one that is gone, holds something or is just being changed is left alone.
* @throws as `Marathon.send`
*/
async function removeEmptyGroup(marathon, id) {
	const path = `/v2/groups${id}`;
	const query = [
		"apps",
		"groups",
		"pods"
	].map((what) => ["embed", `group.${what}`]);
	const show = marathon.send({
		method: "GET",
		path,
		query,
		what: `show the group ${id}`
	});
	const group = object(await notFound(show));
	if (!group || [
		group.apps,
		group.groups,
		group.pods
	].some((content) => list(content).length > 0)) return;
	const what = `remove the group ${id}`;
	await marathon.send({
		method: "DELETE",
		path,
		what
	}).catch((error) => {
		if (!(error instanceof MarathonError) || !GONE_OR_BUSY.has(error.code)) throw error;
	});
}
const GONE_OR_BUSY = /* @__PURE__ */ new Set(["MARATHON_NOT_FOUND", "MARATHON_LOCKED"]);
/** Undefined where Marathon knows nothing of it. */
async function notFound(answer) {
	return answer.catch((error) => {
		if (error instanceof MarathonError && error.code === "MARATHON_NOT_FOUND") return void 0;
		throw error;
	});
}
// src/preview/tell.ts
/**
* Does something that tells people on GitHub what was done. What was done stays done where that fails, so it is a
* warning then.
* @param what is not done if it fails, to be read before "could not be written"
*/
async function tell(what, report, work) {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof MesosizeError)) throw error;
		report.warn(`${what} could not be written: ${error.message}`);
		return;
	}
}
// src/actions/shared/marathon.ts
/** Why a run for a fork's pull request has no Marathon, for whoever reads how to reach it. */
const FORK_HINT = "This pull request is from a fork, which gets no secrets. Let a workflow that runs on workflow_run deploy it, as in the README under \"Preview per pull request\"";
/** Tokens that a login gives are masked as soon as there are any. */
async function openMarathon({ urls, credentials, ca }, { report, signal }) {
	const fetch = createFetch({
		version,
		signal,
		ca
	});
	const retry = noteRetries(report);
	const login = createAuthorization(credentials, urls[0], {
		fetch,
		report,
		signal,
		retry
	});
	const masked = /* @__PURE__ */ new Set();
	const authorization = {
		...login,
		async header() {
			const header = await login.header();
			const token = header?.replace(/^\S+?[ =]/, "");
			if (token !== void 0 && !masked.has(token)) setSecret(token);
			masked.add(token ?? "");
			return header;
		}
	};
	const marathon = await createMarathon({
		urls,
		authorization,
		fetch,
		report,
		signal,
		retry
	});
	return {
		marathon,
		agents: createAgents(marathon, {
			fetch,
			authorization,
			signal
		})
	};
}
/** Takes secrets, and where Marathon is, which may be one, out of texts that everyone can read. */
function hider({ urls }, secrets) {
	const hidden = [...secrets, ...urls.map(({ host }) => host)].toSorted((a, b) => b.length - a.length);
	return (text) => hidden.reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
}
export { previewUrl as _, listPreviews as a, removeEmptyGroup as c, setDeploymentStatus as d, rewriteComments as f, commentMarker as g, commentBody as h, tell as i, createDeployment as l, COMMENT_START as m, hider as n, listVersions as o, writeComment as p, openMarathon as r, previewIn as s, FORK_HINT as t, retireDeployments as u, removedBody as v };
