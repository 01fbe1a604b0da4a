import { r as messageOf, t as MesosizeError } from "./errors.js";
import { n as validateApp, r as isObject } from "./validate.js";
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
export { parseApp as t };
