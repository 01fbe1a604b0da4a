import { r as messageOf, t as MesosizeError } from "./errors.js";
import { n as TARGETS, t as LINUX_TARGETS } from "./target.js";
import { t as setting } from "./setting.js";
import { l as fetchUriProblem } from "./rules.js";
import { join } from "node:path";
import { readFile, stat } from "node:fs/promises";
// src/settings/values.ts
/** A value that cannot be taken; the message begins with the value and ends with what to write instead. */
function invalid(message) {
	return new MesosizeError("OPTION_INVALID", message);
}
/** A value in a message: quoted, and of a URL without user, password and query, which may hold secrets. */
function quoted(text) {
	return JSON.stringify(text.replace(/\/\/[^/\s]*@/g, "//***@").replace(/(:\/\/[^?]*\?).*/s, "$1***"));
}
/** @returns the Builder's URL without a trailing slash */
function readBuilderUrl(text) {
	const url = URL.canParse(text) ? new URL(text) : void 0;
	if (!url || !/^https?:$/.test(url.protocol)) throw invalid(`${quoted(text)} is not a web address. Write one such as https://bldr.habitat.sh.`);
	if (url.username || url.password) throw invalid(`${quoted(text)} holds a user name or password. Leave it out; a token goes into ${setting("auth")}.`);
	if (url.search || url.hash) throw invalid(`${quoted(text)} must end before the "${url.search ? "?" : "#"}".`);
	return url.href.replace(/\/+$/, "");
}
/** A channel becomes a part of a URL's path. */
function readChannel(text) {
	if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(text)) throw invalid(`${quoted(text)} is not a channel: letters, digits and "_ . -". Write one such as stable or base.`);
	return text;
}
/** A token goes into an HTTP header. The message does not show it. */
function readToken(text) {
	if (!/^[\x21-\x7e]+$/.test(text)) throw invalid("the token has white space or other characters that no token has, perhaps a line end. Copy it again from Builder.");
	return text;
}
/** Where agents fetch the tarball. */
function readFetchUri(text) {
	const problem = fetchUriProblem(text);
	if (problem) throw invalid(`${quoted(text)} ${problem}.`);
	return text;
}
/** A URI behind which the tarball's name is put. */
function readUriBase(text) {
	readFetchUri(text);
	if (/[?#]/.test(text)) throw invalid(`${quoted(text)} has a "?" or "#", and the tarball's name goes behind it. Write the whole URI with ${setting("uri")}.`);
	return text;
}
/** A plain decimal number such as `0.5` or the old exporter's `.5`; NaN for all else, exponents and units too. */
function readNumber(text) {
	return /^-?(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : NaN;
}
/** Reads a whole number between two others, those included. */
function wholeNumber(least, most) {
	return (text) => {
		const value = readNumber(text);
		if (!Number.isInteger(value) || value < least || value > most) throw invalid(`${quoted(text)} is not a whole number from ${least} to ${most}. Write one of these.`);
		return value;
	};
}
const SIZES = {
	"": 1,
	b: 1,
	kb: 1e3,
	mb: 1e6,
	gb: 1e9,
	tb: 0xe8d4a51000,
	kib: 1024,
	mib: 2 ** 20,
	gib: 2 ** 30,
	tib: 2 ** 40
};
/** @returns whole bytes, rounded down, at least 1 */
function readSize(text) {
	const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text) ?? [];
	const bytes = Math.floor(Number(amount) * (SIZES[unit.toLowerCase()] ?? NaN));
	if (!Number.isSafeInteger(bytes) || bytes < 1) throw invalid(`${quoted(text)} is not a size. Write bytes, or a unit with them: 500MB, 4GiB.`);
	return bytes;
}
const DURATIONS = {
	s: 1e3,
	m: 6e4,
	h: 36e5
};
/** @returns milliseconds, at least those of a second */
function readDuration(text) {
	const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?) ?([smh])$/.exec(text) ?? [];
	const milliseconds = Math.round(Number(amount) * (DURATIONS[unit] ?? NaN));
	if (!(milliseconds >= 1e3)) throw invalid(`${quoted(text)} is not a time of at least one second. Write one with its unit: 90s, 15m, 1h.`);
	return milliseconds;
}
function readTarget(text) {
	if (LINUX_TARGETS.includes(text)) return text;
	const what = TARGETS.includes(text) ? "cannot run on Mesos agents, which are Linux" : "is not a target that Habitat knows";
	throw invalid(`${quoted(text)} ${what}. Write one of ${LINUX_TARGETS.join(", ")}.`);
}
/** Reads one of the words. */
function choiceOf(choices) {
	return (text) => {
		const choice = choices.find((each) => each === text);
		if (choice === void 0) throw invalid(`${quoted(text)} is none of them. Write ${choices.join(" or ")}.`);
		return choice;
	};
}
/** The parts of `KEY=VALUE`. The value may be a secret: messages about a pair show its key alone. */
function readPair(text) {
	const at = text.indexOf("=");
	if (at < 0) throw invalid(`${quoted(text)} has no "=". Write KEY=VALUE, or KEY= for an empty value.`);
	return [text.slice(0, at), text.slice(at + 1)];
}
/** A port of the service: `NAME` of an export, or `NAME=PATH.IN.THE.CONFIG`. */
function readPort(text) {
	const [, name, path] = /^([A-Za-z0-9][A-Za-z0-9_-]*)(?:=([^\s.=]+(?:\.[^\s.=]+)*))?$/.exec(text) ?? [];
	if (name === void 0) throw invalid(`${quoted(text)} is not a port. Write the name of an export, or NAME=PATH such as http=server.port.`);
	return {
		name,
		path
	};
}
// src/settings/files.ts
/** The status of what a path leads to, undefined where there is nothing. */
async function statusOf(path) {
	try {
		return await stat(path);
	} catch (error) {
		if ([
			"ENOENT",
			"ENOTDIR",
			"ENAMETOOLONG"
		].includes(error.code ?? "")) return void 0;
		throw invalid(`${quoted(path)} cannot be looked at: ${messageOf(error)}. Check its permissions.`);
	}
}
/** A folder that is there. */
async function readFolder(path) {
	const status = await statusOf(path);
	if (!status?.isDirectory()) throw invalid(`${quoted(path)} ${status ? "is not a folder" : "does not exist"}. Name a folder that is there.`);
	return path;
}
/** A folder in which hab has installed packages. */
async function readInstalledRoot(path) {
	await readFolder(path);
	if (!(await statusOf(join(path, "hab/pkgs")))?.isDirectory()) throw invalid(`${quoted(path)} holds no hab/pkgs. Name the folder that was FS_ROOT when hab installed the packages.`);
	return path;
}
/** A folder that is there or can be made. */
async function readNewFolder(path) {
	const status = await statusOf(path);
	if (status && !status.isDirectory()) throw invalid(`${quoted(path)} is not a folder. Name another, or move that file away.`);
	return path;
}
/** The package's own configuration. */
async function readConfig(path) {
	const text = await readText(path);
	const { parseConfig } = await import("./config2.js");
	return parseConfig(text, quoted(path));
}
/** A JSON merge patch for an app definition, which by its nature is an object. */
async function readPatch(path) {
	const text = await readText(path);
	let patch;
	try {
		patch = JSON.parse(text);
	} catch (error) {
		throw invalid(`${quoted(path)} is not JSON: ${messageOf(error)}. Mend the file.`);
	}
	if (typeof patch !== "object" || patch === null || Array.isArray(patch)) throw invalid(`${quoted(path)} must hold a JSON object, such as {"acceptedResourceRoles": ["*"]}.`);
	return patch;
}
/** A text file in UTF-8. */
async function readText(path) {
	let bytes;
	try {
		bytes = await readFile(path);
	} catch (error) {
		throw invalid(`${quoted(path)} cannot be read: ${messageOf(error)}. Name a file that is there.`);
	}
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		throw invalid(`${quoted(path)} is not UTF-8 text. Save it as UTF-8.`);
	}
}
export { wholeNumber as S, readPort as _, readPatch as a, readToken as b, choiceOf as c, readBuilderUrl as d, readChannel as f, readPair as g, readNumber as h, readNewFolder as i, invalid as l, readFetchUri as m, readFolder as n, readText as o, readDuration as p, readInstalledRoot as r, statusOf as s, readConfig as t, quoted as u, readSize as v, readUriBase as x, readTarget as y };
