import { a as visible, i as formatTable } from "./reporter.js";
import { a as deployApp, i as isSuccess, n as formatPlan, r as planDeployment, t as lastWords } from "./last-words.js";
import { t as connect } from "./connect.js";
import { n as print } from "./session.js";
// src/cli/deploy-summary.ts
/**
* The table at the end of a deployment and what there is to say of it, as lines with a line end each.
* @param lastWords of the task that failed, safe to be shown
*/
function formatDeployed({ state, message, appId, deploymentId, version, endpoints }, lastWords = []) {
	const table = [
		["App", appId],
		["State", state],
		["Version", version],
		["Deployment", deploymentId],
		...endpoints.map(({ name, host, port }, index) => [index === 0 ? "Endpoints" : "", `${name} ${host}:${port}`])
	];
	return [
		...formatTable(table.map((row) => row.map(visible))),
		"",
		...message.split("\n").map(visible),
		...lastWords
	].map((line) => `${line}\n`).join("");
}
// src/cli/deploy.ts
/** @returns the exit status */
async function deployForPerson(request, session) {
	const { app, options, json } = request;
	const { report, signal } = session;
	const { marathon, agents } = await connect(request.access, session);
	if (request.dryRun) {
		const plan = await planDeployment(marathon, app, options, { report });
		report.close();
		await print(json ? jsonText(plan) : formatPlan(plan).map((line) => `${visible(line)}\n`).join(""));
		return 0;
	}
	const result = await deployApp(marathon, app, options, {
		report,
		signal
	});
	if (result.state === "cancelled") report.note(result.message);
	signal.throwIfAborted();
	const words = result.culprit ? await lastWords(result.culprit, agents) : [];
	report.close();
	process.stderr.write(`\n${formatDeployed(result, words)}`);
	if (json) await print(jsonText(result));
	return isSuccess(result.state) ? 0 : 1;
}
function jsonText(value) {
	return `${JSON.stringify(value, null, 2)}\n`;
}
export { deployForPerson };
