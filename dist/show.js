import { r as messageOf, t as MesosizeError } from "./errors.js";
import { a as countProblem, r as appIdProblem, u as fetchUriProblem, y as setting } from "./url.js";
import { n as TARGETS, t as LINUX_TARGETS } from "./target.js";
import { r as readMarathonUrls } from "./base-url.js";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { X509Certificate } from "node:crypto";
// src/settings/readers.ts
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
	if (!url || !/^https?:$/.test(url.protocol)) throw invalid(`${quoted(text)} is not a URL. Write one such as https://bldr.habitat.sh.`);
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
/** A text that needs no check here. */
function readText(text) {
	return text;
}
/** A text that must keep one of Marathon's or the Supervisor's rules. */
function ruled(problemOf) {
	return (text) => {
		const problem = problemOf(text);
		if (problem) throw invalid(`${quoted(text)} ${problem}.`);
		return text;
	};
}
/** A number that must keep one of Marathon's rules. */
function amount(problemOf, unit) {
	return (text) => {
		const value = readNumber(text);
		const problem = problemOf(value);
		if (problem) throw invalid(`${quoted(text)} ${problem}${unit ? `, in ${unit}` : ""}.`);
		return value;
	};
}
/** A whole number from 0. */
const readCount = amount(countProblem);
/** The number of something that is counted from 1, such as a pull request. */
const readPositive = wholeNumber(1, 9999999999);
/** @returns the app's id with a slash at its beginning */
function readAppId(text) {
	return `/${ruled(appIdProblem)(text).replace(/^\//, "")}`;
}
/** What Git allows as the name of a ref (git-check-ref-format), and not a whole ref. */
function readReleaseTag(text) {
	if (text.startsWith("refs/")) throw invalid(`${quoted(text)} is a ref, not a tag. Write ${setting("release-tag", `\${{ github.ref_name }}`)}.`);
	if (NO_TAG.test(text)) throw invalid(`${quoted(text)} is not a valid Git tag name. Write one such as v1.2.3.`);
	return text;
}
const NO_TAG = /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|^@$|^-|(^|\/)(\.|\/|$)|\.$|\.lock(\/|$)/;
/** The id that GitHub's API gives a release. */
function readReleaseId(text) {
	if (!/^[1-9]\d{0,14}$/.test(text)) throw invalid(`${quoted(text)} is not a release id. Write the id that the API gives it, or ${setting("release-tag", "v1.2.3")}.`);
	return Number(text);
}
/** Reads one of the words. */
function choiceOf(choices) {
	return (text) => {
		const choice = choices.find((each) => each === text);
		if (choice === void 0) throw invalid(`${quoted(text)} is not allowed. Use ${choices.join(" or ")}.`);
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
/** A folder of origin keys. hab makes the folder of HAB_CACHE_KEY_PATH when it first needs it. */
function readKeyFolder(path, { written }) {
	return written ? readFolder(path) : readNewFolder(path);
}
/** The secret itself, or that in a file. What is neither may be a secret as well, and is not shown. */
async function readSecret(text) {
	if (/^\s*(\{|-----BEGIN )/.test(text)) return text;
	if ((await statusOf(text))?.isFile()) return readFileText(text);
	throw invalid("it is neither the JSON of a secret nor the path of a file. Give the JSON that \"dcos security secrets create-sa-secret\" stores, or its file.");
}
/** The package's own configuration. */
async function readConfig(path) {
	const text = await readFileText(path);
	const { parseConfig } = await import("./config2.js");
	return parseConfig(text, quoted(path));
}
/** A JSON merge patch for an app definition, which by its nature is an object. */
async function readPatch(path) {
	const text = await readFileText(path);
	let patch;
	try {
		patch = JSON.parse(text);
	} catch (error) {
		throw invalid(`${quoted(path)} is not valid JSON: ${messageOf(error)}. Fix the file.`);
	}
	if (typeof patch !== "object" || patch === null || Array.isArray(patch)) throw invalid(`${quoted(path)} must hold a JSON object, such as {"acceptedResourceRoles": ["*"]}.`);
	return patch;
}
/** A text file in UTF-8. */
async function readFileText(path) {
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
// src/preview/sizes.ts
/** The name of the file with the sizes of a branch's image. */
function sizesFile(service, branch) {
	return `sizes-${service.split("/")[1]}@${branch}.json`;
}
/**
* Compares two images package by package, whatever their versions. The service's own package is the same in both,
* even if a pull request's was built for another origin.
*/
function compareSizes(base, own) {
	const before = packedByName(base, own.service);
	const now = packedByName(own, own.service);
	const all = [.../* @__PURE__ */ new Set([...now.keys(), ...before.keys()])].map((name) => ({
		name,
		before: before.get(name) ?? 0,
		now: now.get(name) ?? 0
	}));
	const changes = all.filter((each) => each.before !== each.now).toSorted((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before));
	return {
		changes,
		unchanged: all.length - changes.length,
		before: total(before),
		now: total(now)
	};
}
function packedByName({ service, packages }, called) {
	const sizes = /* @__PURE__ */ new Map();
	for (const { ident, packed } of packages) {
		const name = shortName(ident === service ? called : ident);
		sizes.set(name, (sizes.get(name) ?? 0) + packed);
	}
	return sizes;
}
function shortName(ident) {
	return ident.split("/").slice(0, 2).join("/");
}
function total(sizes) {
	return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
/**
* Reads a list of packages with their sizes: the output `packages` of the export action.
* @param what it is called, for messages
* @throws MesosizeError PACKAGE_SIZES
*/
function readPackageSizes(text, what) {
	const value = parse(text);
	if (Array.isArray(value) && value.every(isPackageSize)) return value;
	throw new MesosizeError("PACKAGE_SIZES", `${what} is no list of packages with their sizes. Write the export's output there: packages: \${{ steps.export.outputs.packages }}`);
}
/** Reads what is kept of a branch; undefined where it is nothing of that kind. */
function readImageSizes(text) {
	const { service, packages } = Object(parse(text));
	return typeof service === "string" && Array.isArray(packages) && packages.every(isPackageSize) ? {
		service,
		packages
	} : void 0;
}
function isPackageSize(value) {
	const { ident, size, packed } = Object(value);
	return typeof ident === "string" && Number.isSafeInteger(size) && Number.isSafeInteger(packed);
}
function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return;
	}
}
// src/settings/rows/deploy.ts
/** Named on the command line without an option. */
const DEPLOYED = { app: {
	input: "app",
	form: "text",
	value: "APP.json",
	required: true,
	help: "app definition: the path of a JSON file such as the export's output `app-path`, or the JSON itself",
	read: readText
} };
const FORCE = {
	option: "force",
	input: "force",
	form: "flag",
	help: "cancel the deployments that are changing the app instead of waiting for them"
};
const TIMEOUT = {
	option: "timeout",
	input: "timeout",
	form: "text",
	value: "TIME",
	default: "15m",
	help: "how long it may take, such as 90s, 15m or 1h",
	read: readDuration
};
const DEPLOYMENT = {
	dryRun: {
		option: "dry-run",
		input: "dry-run",
		form: "flag",
		help: "show what would change without changing anything"
	},
	force: FORCE,
	timeout: TIMEOUT,
	failFast: {
		option: "fail-fast",
		input: "fail-fast",
		form: "text",
		value: "NUMBER",
		default: "3",
		unit: "tasks",
		help: "number of failed tasks of the new version after which the deployment has failed; with 0 only the timeout ends it",
		read: readCount
	},
	rollback: {
		option: "no-rollback",
		input: "rollback",
		form: "flag",
		default: "true",
		help: "undo a deployment that fails, so that what was there before runs again"
	},
	allowUnfetchableUri: {
		option: "allow-unfetchable-uri",
		input: "allow-unfetchable-uri",
		form: "flag",
		help: "deploy an app although no agent can fetch its URIs, such as file://"
	}
};
/** What a deploy action tells the pull request of a preview. */
const ANNOUNCEMENT = {
	packages: {
		input: "packages",
		form: "text",
		value: "JSON",
		help: "the export's output of that name; the comment on a preview then compares its size, package by package, with that of the base branch",
		read: (text) => readPackageSizes(text, "packages")
	},
	comment: {
		input: "comment",
		form: "flag",
		default: "true",
		help: "announce a preview on its pull request, in a comment and as a deployment of the environment `pr-NUMBER`"
	}
};
const REMOVAL = {
	force: {
		option: FORCE.option,
		form: "flag",
		help: FORCE.help
	},
	timeout: TIMEOUT
};
// src/marathon/api/ca.ts
/**
* Checks that a text holds certificates in PEM, such as the `/ca/dcos-ca.crt` of a DC/OS cluster. A TLS library
* takes no notice of what it cannot read there.
* @throws MesosizeError MARATHON_CA
*/
function readClusterCa(text) {
	const blocks = text.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs);
	const hint = "Give the certificate of the authority in PEM, which begins with -----BEGIN CERTIFICATE-----; DC/OS serves its own at https://CLUSTER/ca/dcos-ca.crt.";
	if (!blocks) throw new MesosizeError("MARATHON_CA", `it holds no certificate. ${hint}`);
	for (const [index, block] of blocks.entries()) try {
		new X509Certificate(block);
	} catch (error) {
		const which = blocks.length > 1 ? `certificate ${index + 1} of ${blocks.length}` : "the certificate";
		throw new MesosizeError("MARATHON_CA", `${which} cannot be read (${messageOf(error)}). ${hint}`);
	}
	return text;
}
// src/settings/rows/marathon.ts
/** Where a Marathon is, and how it knows who asks: the same for everything that speaks to one. */
const ACCESS = {
	address: {
		option: "marathon",
		input: "marathon-url",
		variable: "MARATHON_URL",
		form: "text",
		value: "URL",
		required: true,
		help: "base URL of Marathon, for DC/OS https://CLUSTER/service/marathon",
		details: "Several masters of one Marathon, separated by commas or line ends, are tried in turn.",
		read: readMarathonUrls
	},
	user: {
		option: "marathon-user",
		input: "marathon-user",
		variable: "MARATHON_USER",
		form: "text",
		value: "USER",
		help: "user of Marathon's --http_credentials",
		read: readText
	},
	password: {
		option: "marathon-password",
		input: "marathon-password",
		variable: "MARATHON_PASSWORD",
		form: "text",
		value: "PASSWORD",
		secret: true,
		help: "that user's password",
		read: readText
	},
	dcosToken: {
		option: "dcos-token",
		input: "dcos-token",
		variable: "DCOS_TOKEN",
		form: "text",
		value: "TOKEN",
		secret: true,
		help: "DC/OS authentication token",
		read: readText
	},
	dcosServiceAccount: {
		option: "dcos-service-account",
		input: "dcos-service-account",
		variable: "DCOS_SERVICE_ACCOUNT",
		form: "text",
		value: "FILE",
		secret: true,
		help: "JSON of a DC/OS service account with `uid` and `private_key`, or its file",
		read: readSecret
	},
	dcosUser: {
		option: "dcos-user",
		input: "dcos-user",
		variable: "DCOS_USER",
		form: "text",
		value: "USER",
		help: "DC/OS user",
		read: readText
	},
	dcosPassword: {
		option: "dcos-password",
		input: "dcos-password",
		variable: "DCOS_PASSWORD",
		form: "text",
		value: "PASSWORD",
		secret: true,
		help: "that user's password",
		read: readText
	},
	ca: {
		option: "ca-file",
		input: "ca-file",
		form: "text",
		value: "FILE",
		help: "certificates in PEM of the cluster's own authority, trusted besides the usual ones",
		read: async (path) => readClusterCa(await readFileText(path))
	}
};
// src/settings/rows/show.ts
const LOGS = {
	follow: {
		option: "follow",
		short: "f",
		form: "flag",
		help: "keep printing what is written from now on, by new tasks too"
	},
	stdout: {
		option: "stdout",
		form: "flag",
		help: "print only what goes to stdout"
	},
	stderr: {
		option: "stderr",
		form: "flag",
		help: "print only what goes to stderr"
	},
	instance: {
		option: "instance",
		form: "text",
		value: "NUMBER",
		help: "print only the task that has this number in the status",
		read: wholeNumber(1, 1e6)
	},
	lines: {
		option: "lines",
		short: "n",
		form: "text",
		value: "NUMBER",
		default: "50",
		unit: "lines",
		help: "number of earlier lines to show per task and stream",
		read: readCount
	}
};
const JSON_RESULT = { json: {
	option: "json",
	form: "flag",
	help: "print the result as JSON to standard output"
} };
/** What every command has. */
const GENERAL = {
	help: {
		option: "help",
		short: "h",
		form: "flag",
		help: "print this"
	},
	version: {
		option: "version",
		short: "V",
		form: "flag",
		help: "print the version"
	}
};
export { readPositive as A, quoted as C, readFetchUri as D, readChannel as E, readText as F, readToken as I, readUriBase as L, readReleaseTag as M, readSize as N, readPair as O, readTarget as P, ruled as R, invalid as S, readBuilderUrl as T, readNewFolder as _, ANNOUNCEMENT as a, amount as b, REMOVAL as c, sizesFile as d, readConfig as f, readKeyFolder as g, readInstalledRoot as h, ACCESS as i, readReleaseId as j, readPort as k, compareSizes as l, readFolder as m, JSON_RESULT as n, DEPLOYED as o, readFileText as p, LOGS as r, DEPLOYMENT as s, GENERAL as t, readImageSizes as u, readPatch as v, readAppId as w, choiceOf as x, statusOf as y, wholeNumber as z };
