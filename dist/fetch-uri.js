import { n as UsageError, t as MesosizeError } from "./errors.js";
import { n as formatIdent } from "./ident.js";
// src/publish/publisher.ts
/** The file name of the tarball of a service's package. */
function tarballName(ident) {
	return `${formatIdent(ident).replaceAll("/", "-")}.tgz`;
}
/** The file name of a layer, which is that of its bytes: whatever is under it anywhere, is the same. */
function layerName(sha256) {
	return `sha256-${sha256}.tgz`;
}
/** Where layers lie in the output folder, those of other exports beside them. */
const LAYERS_FOLDER = "layers";
/** For images that are one tarball. */
function publishOne(publish) {
	return async ([tarball]) => [await publish(tarball)];
}
// src/publish/uri-template.ts
/** What a template may name. `ident` is the full ident, `file` the tarball's file name, `tag` the release's tag. */
const TEMPLATE_VARIABLES = [
	"origin",
	"name",
	"version",
	"release",
	"ident",
	"file",
	"sha256",
	"tag"
];
/** @param tag of the release that the export is for, where there is one */
function templateValues({ name, sha256, ident }, tag) {
	const { origin, version, release } = ident;
	return {
		origin,
		name: ident.name,
		version,
		release,
		ident: formatIdent(ident),
		file: name,
		sha256,
		tag
	};
}
/**
* Everything that is wrong with a template, to be read after its name and value; undefined where nothing is.
* @param known what it may name
*/
function uriTemplateProblem(template, known = TEMPLATE_VARIABLES) {
	const names = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name);
	const unknown = [...new Set(names)].filter((name) => !known.includes(name));
	const problems = [];
	if (/[{}]/.test(template.replace(/\{[^{}]*\}/g, ""))) problems.push("has a \"{\" or \"}\" without its other half: write %7B or %7D for the character itself");
	if (unknown.length > 0) {
		const list = known.map((name) => `{${name}}`).join(", ");
		const noTag = unknown.includes("tag") ? " ({tag} is there only where the export is for a release)" : "";
		problems.push(`has ${unknown.map((name) => JSON.stringify(`{${name}}`)).join(", ")}: write one of ${list}${noTag}`);
	}
	return problems.length > 0 ? problems.join(", and ") : void 0;
}
/** A template as it may be shown: without what may be a password or a signature in it. */
function printableTemplate(template) {
	return template.replace(/[?#].*$/s, "").replace(/^(\w+:\/\/)?.*@/s, "$1");
}
/**
* Simple string expansion of RFC 6570 (level 1): each value with everything percent-encoded but letters, digits
* and "-._~", so that a "/" in it does not part the path.
* @param what the template is called, for messages
* @throws MesosizeError URI_TEMPLATE if it is none, or names what has no value
*/
function expandUriTemplate(template, values, what) {
	const problem = uriTemplateProblem(template, TEMPLATE_VARIABLES.filter((name) => values[name] !== void 0));
	if (problem) {
		const shown = JSON.stringify(printableTemplate(template));
		throw new MesosizeError("URI_TEMPLATE", `${what}: ${shown} ${problem}.`);
	}
	return template.replace(/\{([^{}]*)\}/g, (_, name) => percentEncode(values[name]));
}
function percentEncode(value) {
	return encodeURIComponent(value).replace(/[!'()*]/g, (character) => {
		return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
	});
}
// src/publish/fetch-uri.ts
/** The template variables that have a value. */
function variablesOf({ tag }) {
	return TEMPLATE_VARIABLES.filter((name) => name !== "tag" || tag !== void 0);
}
/** What can be found wrong before there is a tarball, whole sentences. */
function knownUriProblems(known) {
	const { uriTemplate } = known;
	if (uriTemplate === void 0) return [];
	const problem = uriTemplateProblem(uriTemplate, variablesOf(known));
	return problem ? [`uri-template: ${JSON.stringify(printableTemplate(uriTemplate))} ${problem}.`] : [];
}
/** @throws UsageError */
function checkKnownUri(known) {
	const problems = knownUriProblems(known);
	if (problems.length > 0) throw new UsageError(problems);
}
/** The same for layers, each of which needs a URI of its own. */
function layerUriProblems(known) {
	const { uri, uriTemplate } = known;
	const problems = knownUriProblems(known);
	if (uri !== void 0) problems.push("uri: layers are several files, and have a URI each. Give uri-base, what goes before their names.");
	if (uriTemplate !== void 0 && !namesLayer(uriTemplate)) problems.push(`uri-template: ${JSON.stringify(printableTemplate(uriTemplate))} would be the same for all layers. Write {file} or {sha256} in it.`);
	return problems;
}
/** @throws UsageError */
function checkLayerUri(known) {
	const problems = layerUriProblems(known);
	if (problems.length > 0) throw new UsageError(problems);
}
/** Whether a template gives each layer a place of its own. */
function namesLayer(template) {
	return /\{(?:file|sha256)\}/.test(template);
}
/**
* The URI that was asked for, or undefined where nothing was.
* @throws MesosizeError URI_TEMPLATE
*/
function knownUri({ uri, uriBase, uriTemplate, tag }, tarball) {
	if (uri !== void 0) return uri;
	if (uriBase !== void 0) return `${uriBase.replace(/\/+$/, "")}/${encodeURIComponent(tarball.name)}`;
	if (uriTemplate === void 0) return void 0;
	return expandUriTemplate(uriTemplate, templateValues(tarball, tag), "uri-template");
}
export { layerUriProblems as a, expandUriTemplate as c, uriTemplateProblem as d, LAYERS_FOLDER as f, tarballName as h, knownUriProblems as i, printableTemplate as l, publishOne as m, checkLayerUri as n, namesLayer as o, layerName as p, knownUri as r, variablesOf as s, checkKnownUri as t, templateValues as u };
