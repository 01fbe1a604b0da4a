import { n as UsageError, r as messageOf, t as MesosizeError } from "./errors.js";
import { n as validateApp, r as isObject } from "./validate.js";
import { t as checkApp } from "./check.js";
import { C as quoted, c as REMOVAL, i as ACCESS, n as JSON_RESULT, p as readFileText, r as LOGS, s as DEPLOYMENT } from "./show.js";
import { t as readAccess } from "./read-access.js";
import { text } from "node:stream/consumers";
// src/marathon/deploy/app-text.ts
/**
* Reads an app definition from the text of a file.
* @param source the file's name, for messages
* @throws MesosizeError APP_NOT_JSON, APP_INVALID
*/
function parseApp(text, source) {
	let app;
	try {
		app = JSON.parse(text);
	} catch (error) {
		throw new MesosizeError("APP_NOT_JSON", `${source}: is no JSON (${messageOf(error)}). Give the file that the export wrote, its output app-path.`);
	}
	const found = !isObject(app) ? "a JSON value that is no object" : isObject(app.app) || app.cmd === void 0 && (app.apps ?? app.groups) !== void 0 ? "a group or an answer of Marathon with apps in it" : Array.isArray(app.containers) ? "a pod" : void 0;
	if (found) throw new MesosizeError("APP_INVALID", `${source}: holds ${found}, not an app definition. Give a file with one app: {"id": "/web/shop", "cmd": ...}.`);
	return validateApp(app);
}
// src/settings/read-marathon.ts
/**
* @param app as it was named: the path of a file, the JSON itself, or `-` for standard input
* @param more `stdin` is read where it is named; `prefix` stands before what is wrong with the app; `hint`: see
*   `readAccess`
*/
async function readDeployment(values, app, { stdin, prefix, hint }) {
	const { dryRun, ...options } = await values.read(DEPLOYMENT);
	return {
		app: app && await values.attempt(() => readApp(app, options, stdin), prefix),
		access: await readAccess(values, ACCESS, hint),
		options,
		dryRun
	};
}
async function readApp(text$1, options, stdin) {
	const isJson = /^[{[]/.test(text$1);
	const json = isJson ? text$1 : text$1 === "-" && stdin ? await text(stdin) : await readFileText(text$1);
	return eachLine(() => checkApp(parseApp(json, isJson ? "the app definition" : quoted(text$1)), options));
}
/** Makes each line of an error that has a line for each mistake a problem. */
function eachLine(check) {
	try {
		return check();
	} catch (error) {
		if (!(error instanceof MesosizeError) || !/^APP_(INVALID|UNFETCHABLE)$/.test(error.code)) throw error;
		throw new UsageError(error.message.split("\n"));
	}
}
async function readRemoveRequest(values, appId) {
	return {
		access: await readAccess(values),
		appId,
		...await values.read(REMOVAL),
		...await values.read(JSON_RESULT)
	};
}
async function readStatusRequest(values, appId) {
	return {
		access: await readAccess(values),
		appId,
		...await values.read(JSON_RESULT)
	};
}
async function readLogsRequest(values, appId) {
	const { stdout, stderr, ...shown } = await values.read(LOGS);
	const both = stdout === stderr;
	return {
		access: await readAccess(values),
		appId,
		streams: both ? ["stdout", "stderr"] : [stdout ? "stdout" : "stderr"],
		...shown
	};
}
export { readStatusRequest as i, readLogsRequest as n, readRemoveRequest as r, readDeployment as t };
