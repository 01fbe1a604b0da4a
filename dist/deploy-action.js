import { a as info, l as setFailed, s as notice, u as setOutput, v as summary } from "./core.js";
import { a as visible, o as version } from "./reporter.js";
import { C as previewEnvironment, E as readPreview, M as readContext, N as runUrl, O as connect, S as isSamePullRequest, _ as getPullRequest, a as logReporter, i as table, o as runAction, r as fenced, t as code, w as previewGroup, x as isNewer } from "./markdown.js";
import { t as createFetch } from "./fetch.js";
import { t as MesosizeError } from "./errors.js";
import { a as deployApp, i as isSuccess, n as formatPlan, r as planDeployment, t as lastWords } from "./last-words.js";
import { _ as previewUrl, c as removeEmptyGroup, d as setDeploymentStatus, g as commentMarker, h as commentBody, i as tell, l as createDeployment, n as hider, p as writeComment, r as openMarathon, s as previewIn, t as FORK_HINT, u as retireDeployments } from "./marathon.js";
import { l as getApp } from "./agents.js";
import { t as removeApp } from "./remove.js";
import { t as findSizes } from "./kept-sizes.js";
import { a as ANNOUNCEMENT, l as compareSizes, o as DEPLOYED } from "./show.js";
import { c as DEPLOY, u as GITHUB_DEPLOY } from "./nearest.js";
import { y as setting } from "./url.js";
import { t as readDeployment } from "./read-marathon.js";
// src/preview/deploy.ts
/** How often a preview is deployed again over that of an earlier run, which came in between. */
const TRIES = 3;
/**
* Deploys the preview of a pull request if it is still the newest, and tells of it on the pull request: in one
* comment for each app, and in GitHub's deployments.
* @returns how it ended; a text instead where a newer one, or the end of the pull request, made it void
* @throws MesosizeError PREVIEW_TAKEN, and as `deployApp` and `GitHub.rest`
*/
async function deployPreview(action, tools) {
	const { app, preview, comment, options } = action;
	const { github, marathon, report } = tools;
	const before = await whyVoid(action, tools);
	if (before !== void 0) return before;
	const logUrl = runUrl(tools.context);
	const environment = previewEnvironment(preview);
	const deployment = !comment ? void 0 : await tell("GitHub's deployment", report, async () => {
		const id = await createDeployment(github, {
			ref: preview.commit,
			environment,
			app: app.id
		});
		await setDeploymentStatus(github, id, {
			state: "in_progress",
			logUrl
		});
		return id;
	});
	const mark = async (state, url) => {
		if (deployment === void 0) return;
		await tell("GitHub's deployment", report, async () => {
			await setDeploymentStatus(github, deployment, {
				state,
				url,
				logUrl
			});
			if (state === "success") await retireDeployments(github, environment, logUrl, {
				app: app.id,
				except: deployment
			});
		});
	};
	let result;
	let reason;
	try {
		for (let tried = 1;; tried++) {
			result = await deployApp(marathon, app, {
				...options,
				force: true
			}, tools);
			if (result.state === "cancelled") return result;
			reason = await whyVoid(action, tools);
			if (reason !== void 0 || result.state !== "superseded" || tried === TRIES) break;
			report.note(`${result.message} That was an earlier run: deploying again.`);
		}
	} catch (error) {
		if (!tools.signal.aborted) await mark("failure");
		throw error;
	}
	if (reason !== void 0) {
		await mark("inactive");
		return reason;
	}
	const isUp = isSuccess(result.state);
	if (comment) await tell("The comment", report, () => writeResult(action, result, tools));
	await mark(isUp ? "success" : "failure", isUp ? previewUrl(result.endpoints) : void 0);
	return result;
}
/**
* Why a preview is void, so that nothing of it is to be seen; undefined while it is the newest. One that was deployed
* while its pull request was closed is removed again: the run for the closing may not have found it.
*/
async function whyVoid({ app, preview, options }, tools) {
	const { github, marathon } = tools;
	const { number } = preview;
	const pull = await getPullRequest(github, number);
	const there = await getApp(marathon, app.id);
	const current = there && previewIn(there.definition);
	if (there && !(current && isSamePullRequest(current, preview))) throw new MesosizeError("PREVIEW_TAKEN", `${app.id} is in Marathon already and is no preview of ${preview.repository}#${number}${current ? `, but of ${current.repository}#${current.number}` : ""}. Remove or rename the other, or give repositories of one name a Marathon each.`);
	if (!pull.open) {
		if (current && !isNewer(current, preview)) {
			await removeApp(marathon, app.id, {
				force: true,
				timeout: options.timeout
			}, tools);
			await removeEmptyGroup(marathon, previewGroup(preview));
		}
		return `The pull request ${number} is closed.`;
	}
	if (pull.head !== preview.commit) return `The pull request ${number} has a newer commit, ${pull.head.slice(0, 12)}, than ${preview.commit.slice(0, 12)}.`;
	if (current && isNewer(current, preview)) return `A later workflow run, ${current.run.id}, attempt ${current.run.attempt}, has deployed the pull request ${number}.`;
}
async function writeResult(action, result, tools) {
	const { app, preview } = action;
	const isUp = isSuccess(result.state);
	const ident = Object(app.labels)["mesosize.ident"];
	const body = commentBody({
		appId: app.id,
		preview,
		state: isUp ? "running" : "failed",
		reason: isUp ? void 0 : tools.hide(result.message),
		ident: typeof ident === "string" ? ident : void 0,
		endpoints: result.endpoints,
		sizes: await tell("The comparison of sizes", tools.report, () => comparison(action, tools)),
		runUrl: runUrl(tools.context)
	});
	await writeComment(tools.github, preview.number, commentMarker(app.id), body);
}
async function comparison({ app, preview, packages }, { github, report }) {
	const service = Object(app.labels)["mesosize.ident"];
	if (packages === void 0 || typeof service !== "string") return void 0;
	const { base } = await getPullRequest(github, preview.number);
	const kept = await findSizes(github, base, service);
	if (kept === void 0) {
		report.note(`There are no sizes of ${base} to compare with: they are kept when an export with "preview: true" runs on a push to it.`);
		return;
	}
	return {
		...compareSizes(kept, {
			service,
			packages
		}),
		base
	};
}
// src/actions/deploy/inputs.ts
/** Reads all inputs and the files that they name; worth nothing if `values` has problems afterwards. */
async function readDeployAction(values, fromFork) {
	const { app } = await values.read(DEPLOYED);
	if (app === void 0) values.problem(`${setting("app")}: it is missing. Write ${setting("app", `\${{ steps.export.outputs.app-path }}`)}, or the JSON itself`);
	const deployment = await readDeployment(values, app, {
		prefix: `${setting("app")}: `,
		hint: fromFork ? FORK_HINT : void 0
	});
	const { token, summary } = await values.read(GITHUB_DEPLOY);
	return {
		...deployment,
		preview: deployment.app && await values.attempt(() => readPreview(deployment.app.labels)),
		...await values.read(ANNOUNCEMENT),
		githubToken: token ?? "",
		summary
	};
}
// src/actions/deploy/summary.ts
/** How a deployment ended, as GitHub-flavoured Markdown for the job summary. */
function deploySummary({ state, message, appId, version, deploymentId, endpoints }) {
	return [
		`## ${code(appId)}: ${state}`,
		fenced("text", message),
		table(["", ""], [["Deployment", code(deploymentId)], ["Version", code(version)]]),
		...endpoints.length > 0 ? [table([
			"Port",
			"Where",
			"Task"
		], endpoints.map(({ name, host, port, taskId }) => [
			code(name),
			code(`${host}:${port}`),
			code(taskId)
		]))] : [],
		""
	].join("\n\n");
}
// src/actions/deploy/main.ts
await runAction(DEPLOY, async ({ values, secrets, signal }) => {
	const context = await readContext(process.env);
	const action = await readDeployAction(values, context.fromFork);
	values.check();
	const report = logReporter();
	try {
		await deploy(action, {
			...await openMarathon(action.access, {
				report,
				signal
			}),
			context,
			report,
			signal
		}, hider(action.access, secrets));
	} finally {
		report.close();
	}
});
async function deploy(action, tools, hide) {
	const { app, options, dryRun } = action;
	const { marathon, report } = tools;
	if (dryRun) {
		const plan = await planDeployment(marathon, app, options, tools);
		for (const line of formatPlan(plan)) info(visible(line));
		setOutput("state", "planned");
		return;
	}
	const result = await start(action, tools, hide);
	if (typeof result === "string") {
		notice(`${result} So there is nothing more to do here.`, { title: "Mesosize: superseded" });
		setOutput("state", "superseded");
		return;
	}
	setOutputs(result);
	if (action.summary && process.env.GITHUB_STEP_SUMMARY) await summary.addRaw(deploySummary(result)).write();
	if (isSuccess(result.state)) {
		report.note(result.message);
		for (const { name, host, port } of result.endpoints) report.note(`${name} is at ${host}:${port}`);
		return;
	}
	const { culprit } = result;
	const words = culprit && !tools.signal.aborted ? await lastWords(culprit, tools.agents) : [];
	setFailed([result.message, ...words].join("\n"));
}
function start(action, tools, hide) {
	const { app, options, preview, githubToken } = action;
	const { context, marathon, report, signal } = tools;
	if (preview === void 0) return deployApp(marathon, app, options, tools);
	const { owner, repo } = context.repository;
	if (preview.repository.toLowerCase() !== `${owner}/${repo}`.toLowerCase()) throw new MesosizeError("PREVIEW_REPOSITORY", `app: it is a preview of ${preview.repository}#${preview.number}, and this run is of ${owner}/${repo}. Deploy it in a workflow of its own repository.`);
	const fetch = createFetch({
		version,
		signal
	});
	const github = connect({
		context,
		token: githubToken,
		fetch,
		report,
		signal
	});
	return deployPreview({
		...action,
		preview
	}, {
		...tools,
		github,
		hide
	});
}
function setOutputs({ deploymentId, version, state, endpoints }) {
	setOutput("deployment-id", deploymentId);
	setOutput("app-version", version);
	setOutput("state", state);
	setOutput("endpoints", JSON.stringify(endpoints));
	setOutput("url", previewUrl(endpoints) ?? "");
}
export {};
