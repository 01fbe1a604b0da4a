// src/lib/setting.ts
let wording = (name, value) => value === void 0 ? `--${name}` : `--${name} ${value}`;
/**
* Chooses how messages name settings: each front door does that once, before anything else. Until then, settings are
* named as options of the command line.
*/
function wordSettings(chosen) {
	wording = chosen;
}
/**
* A setting, for use inside a message.
* @param name of its row in the table of settings
* @param value to be written with it, as a person would
*/
function setting(name, value) {
	return wording(name, value);
}
// src/marathon/app/rules.ts
const LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
const APP_ID = new RegExp(`^/?${LABEL}(?:\\.${LABEL})*(?:/${LABEL}(?:\\.${LABEL})*)*$`);
/** What the last part of an app's id may not be (Marathon 1.8: state/PathId.scala). */
const RESERVED_IDS = [
	"restart",
	"tasks",
	"versions"
];
/** Marathon's PathId without `.`, `..` and empty parts, which name no app of their own. */
function appIdProblem(value) {
	if (typeof value !== "string" || !APP_ID.test(value)) return "must be names separated by \"/\", each of lower-case letters, digits and inner \"-\" or \".\", such as /web/shop";
	return RESERVED_IDS.includes(value.slice(value.lastIndexOf("/") + 1)) ? `must not end in one of ${RESERVED_IDS.join(", ")}: Marathon's own URLs do` : void 0;
}
/** The syntax that Java's URI class, and so Marathon, takes, less the characters that Mesos' fetcher refuses. */
function fetchUriProblem(value) {
	if (typeof value !== "string" || value === "") return "must be a URI, such as https://example.com/app.tgz";
	if (value.length > 1024) return `must have at most 1024 characters, not ${value.length}: shorten it`;
	const illegal = /[\0-\x20\x7f"<>\\^`{|}']/.exec(value)?.[0];
	if (illegal) return `must not contain ${JSON.stringify(illegal)}: write ${percentEncoded(illegal)} instead`;
	const percent = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(value)?.[0];
	if (percent) return `has ${JSON.stringify(percent)}, which is no percent-encoding: write %25 for a percent sign`;
	const { scheme, path, fragment } = /^(?:(?<scheme>[^/?#]*):)?(?:\/\/[^/?#]*)?(?<path>[^?#]*)(?:\?[^#]*)?(?:#(?<fragment>.*))?$/s.exec(value).groups;
	if (scheme !== void 0 && !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme)) return "must start with a scheme such as https:// or file://";
	if (/^(?:https?|ftps?)$/i.test(scheme ?? "") && !(/^\w+:\/\/[^/?#]/.test(value) && URL.canParse(value))) return "must have a host after the scheme, such as https://example.com/app.tgz";
	if (/[[\]]/.test(path)) return "must not contain \"[\" or \"]\" in its path: write %5B and %5D instead";
	if (fragment?.includes("#")) return "must not contain \"#\" twice: write %23 instead";
}
function percentEncoded(character) {
	return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Stricter than Marathon, which takes any text: sh and Habitat can read no other names. */
function envKeyProblem(value) {
	return typeof value === "string" && VARIABLE.test(value) ? void 0 : "must be letters, digits and \"_\", not starting with a digit, such as JAVA_OPTS";
}
/** The value of Marathon's flag `--env_vars_prefix`. */
function envVarsPrefixProblem(value) {
	return typeof value === "string" && VARIABLE.test(value) ? void 0 : "must be letters, digits and \"_\", not starting with a digit, such as MARATHON_";
}
function labelKeyProblem(value) {
	return typeof value === "string" && /^[^\0-\x1f\x7f]+$/.test(value) ? void 0 : "must be text without control characters, such as team";
}
function atLeast(minimum, example) {
	return (value) => typeof value === "number" && Number.isFinite(value) && value >= minimum ? void 0 : `must be a number of at least ${minimum}, such as ${example}`;
}
function wholeNumber(minimum, maximum, example) {
	return (value) => Number.isInteger(value) && value >= minimum && value <= maximum ? void 0 : `must be a whole number from ${minimum} to ${maximum}, such as ${example}`;
}
const INT32 = 2 ** 31 - 1;
const cpusProblem = atLeast(.001, "0.5");
/** MiB. */
const memProblem = atLeast(0, "256");
/** MiB. */
const diskProblem = atLeast(0, "0");
const instancesProblem = wholeNumber(0, INT32, "1");
const secondsProblem = wholeNumber(0, INT32, "30");
const countProblem = wholeNumber(0, INT32, "3");
const portProblem = wholeNumber(0, 65535, "0, which lets Marathon choose");
/** Marathon's pattern of today, and that of Marathon 1.4, which wants a letter first. */
function portNameProblem(value) {
	return typeof value === "string" && /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(value) ? void 0 : "must be lower-case letters, digits and inner \"-\", starting with a letter, such as http";
}
const GROUP = "[A-Za-z0-9_-]+";
/** The Supervisor's `--group`. */
function groupProblem(value) {
	return typeof value === "string" && new RegExp(`^${GROUP}$`).test(value) ? void 0 : "must be letters, digits, \"_\" and \"-\", such as production";
}
/** The Supervisor's `--bind`. */
function bindProblem(value) {
	return typeof value === "string" && new RegExp(`^${GROUP}:${GROUP}\\.${GROUP}(?:@${GROUP})?$`).test(value) ? void 0 : "must be NAME:SERVICE.GROUP, such as database:postgresql.default";
}
/** The Supervisor's `--peer`, which is taken as far as the last ":" for a host. */
function peerProblem(value) {
	const match = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\](?=:))(?::(?<port>\d+))?$/.exec(typeof value === "string" ? value : "");
	const port = match?.groups?.port;
	return match && (port === void 0 || Number(port) >= 1 && Number(port) <= 65535) ? void 0 : "must be HOST or HOST:PORT, such as 10.0.0.1:9638 or [fd00::1]:9638";
}
// src/lib/url.ts
/**
* A URL as it may be shown: without user and password, and without the query, in which storage services put
* signatures. Text that is no web address loses everything up to its last "@".
*/
function printableUrl(url) {
	const parsed = URL.canParse(String(url)) ? new URL(url) : void 0;
	if (parsed && /^https?:$/.test(parsed.protocol)) return parsed.origin + parsed.pathname;
	return String(url).replace(/^.*@/s, "").slice(0, 200);
}
export { portProblem as _, countProblem as a, wordSettings as b, envKeyProblem as c, groupProblem as d, instancesProblem as f, portNameProblem as g, peerProblem as h, bindProblem as i, envVarsPrefixProblem as l, memProblem as m, RESERVED_IDS as n, cpusProblem as o, labelKeyProblem as p, appIdProblem as r, diskProblem as s, printableUrl as t, fetchUriProblem as u, secondsProblem as v, setting as y };
