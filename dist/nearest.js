import { r as messageOf, t as MesosizeError } from "./errors.js";
import { a as cpusProblem, c as envVarsPrefixProblem, d as instancesProblem, f as labelKeyProblem, l as fetchUriProblem, m as peerProblem, n as appIdProblem, o as diskProblem, p as memProblem, r as bindProblem, s as envKeyProblem, u as groupProblem, v as LINUX_TARGETS, y as TARGETS } from "./rules.js";
import { n as formatIdent, o as parseIdent } from "./ident.js";
import { styleText } from "node:util";
import { isAbsolute, join, resolve } from "node:path";
import { readFile, stat } from "node:fs/promises";
// package.json
var version = "0.1.0";
// src/visible.ts
/**
* The text with everything that could drive a terminal, begin a line of its own or turn the reading order
* made visible: control and format characters, line separators, lone surrogates.
*/
function visible(text) {
	return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
		const code = character.codePointAt(0);
		return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
	});
}
// src/terminal/format.ts
const UNITS = [
	"B",
	"KiB",
	"MiB",
	"GiB",
	"TiB"
];
/** Bytes for eyes: `512 B`, `1.5 MiB`. */
function formatBytes(bytes) {
	let value = bytes;
	let unit = 0;
	while (value >= (unit === 0 ? 1024 : 1023.95) && unit < UNITS.length - 1) {
		value /= 1024;
		unit++;
	}
	return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
/** Milliseconds for eyes: `0.3 s`, `2 min 05 s`, `1 h 02 min`. */
function formatDuration(milliseconds) {
	const tenths = Math.round(milliseconds / 100);
	if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
	const seconds = Math.round(milliseconds / 1e3);
	const minutes = Math.floor(seconds / 60);
	return minutes < 60 ? `${minutes} min ${twoDigits(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}
function twoDigits(value) {
	return String(value).padStart(2, "0");
}
/** Lines of columns two spaces apart; those whose number is in `right` are aligned to the right. */
function formatTable(rows, right = []) {
	const widths = [];
	for (const row of rows) for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
	return rows.map((row) => row.map((cell, column) => right.includes(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column])).join("  ").trimEnd());
}
// src/terminal/progress.ts
/** How far a phase is in words: `52%`, `120.0 MiB of 230.0 MiB`, `12.3 MiB/s`. */
function progressDetails({ total, unit, amount, start }, now) {
	const details = [];
	const count = (value) => unit === "bytes" ? formatBytes(value) : String(value);
	const counted = unit === "packages" ? " packages" : "";
	if (total !== void 0) {
		details.push(`${Math.floor(fractionOf(amount, total) * 100)}%`.padStart(4));
		details.push(`${count(Math.min(amount, total))} of ${count(total)}${counted}`);
	} else if (amount > 0) details.push(count(amount) + counted);
	const seconds = (now - start) / 1e3;
	if (unit === "bytes" && seconds >= 1) details.push(`${formatBytes(Math.round(amount / seconds))}/s`);
	return details;
}
/**
* One line, at most `width` columns wide: title, bar where there is room and a total, details.
* @param paint colours a piece of the line; what it adds takes no room
*/
function progressLine(phase, now, width, paint) {
	const { title, total, amount, start } = phase;
	const details = progressDetails(phase, now);
	if (total === void 0) details.push(formatDuration(now - start));
	const words = details.join("  ");
	const bar = Math.min(30, width - title.length - words.length - 6);
	if (total === void 0 || bar < 10) return `${title}  ${words.trimStart()}`.slice(0, width);
	const filled = Math.floor(fractionOf(amount, total) * bar);
	return `${title}  [${paint("cyan", "#".repeat(filled))}${paint("dim", "-".repeat(bar - filled))}]  ${words}`;
}
function fractionOf(amount, total) {
	return total > 0 ? Math.min(1, amount / total) : 1;
}
// src/terminal/reporter.ts
const REDRAW = 100;
/** So often a phase says how far it is where no terminal shows a bar: a log that stays silent looks hung. */
const REMIND = 1e4;
const ERASE = "\r\x1B[K";
const systemClock = {
	now: () => performance.now(),
	every(milliseconds, call) {
		const timer = setInterval(call, milliseconds).unref();
		return () => clearInterval(timer);
	}
};
/**
* Shows phases on a terminal as one line that is redrawn, the newest open phase in it, and elsewhere as plain
* lines. A finished phase leaves one line.
* @param env for NO_COLOR, FORCE_COLOR and TERM
*/
function terminalReporter(stream, env, clock = systemClock) {
	const terminal = stream.isTTY === true && env.TERM !== "dumb";
	const colours = terminal && wantsColours(env);
	const paint = (style, text) => colours ? styleText(style, text, { validateStream: false }) : text;
	const open = /* @__PURE__ */ new Set();
	let drawn = false;
	let stopTicking;
	function draw() {
		const phase = [...open].at(-1);
		if (!phase) return;
		stream.write(`\r${progressLine(phase, clock.now(), (stream.columns || 80) - 1, paint)}\x1b[K`);
		drawn = true;
	}
	function erase() {
		if (drawn) stream.write(ERASE);
		drawn = false;
	}
	function line(text) {
		const redraw = drawn;
		erase();
		stream.write(`${text}\n`);
		if (redraw) draw();
	}
	function remind() {
		for (const phase of open) {
			const now = clock.now();
			if (now - phase.reminded < REMIND) continue;
			phase.reminded = now;
			const details = [...progressDetails(phase, now), formatDuration(now - phase.start)];
			line(`${phase.title}: ${details.join(", ").trimStart()}`);
		}
	}
	function stop() {
		stopTicking?.();
		stopTicking = void 0;
		erase();
	}
	return {
		phase(title, total, unit) {
			const start = clock.now();
			const phase = {
				title: visible(title),
				total,
				unit,
				amount: 0,
				start,
				reminded: start
			};
			open.add(phase);
			stopTicking ??= terminal ? clock.every(REDRAW, draw) : clock.every(REMIND / 10, remind);
			return {
				advance(amount) {
					phase.amount += amount;
				},
				done(outcome = "done") {
					if (!open.delete(phase)) return;
					if (open.size === 0) stop();
					const duration = `(${formatDuration(clock.now() - start)})`;
					line(`${paint("green", `${phase.title}:`)} ${visible(outcome)} ${paint("dim", duration)}`);
				}
			};
		},
		note(text) {
			line(`${paint("cyan", "note:")} ${visible(text)}`);
		},
		warn(text) {
			line(`${paint("yellow", "warning:")} ${visible(text)}`);
		},
		close() {
			open.clear();
			stop();
		}
	};
}
/** NO_COLOR and FORCE_COLOR as node reads them, the second before the first; an empty one counts as unset. */
function wantsColours({ FORCE_COLOR, NO_COLOR }) {
	if (FORCE_COLOR) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
	return !NO_COLOR;
}
// src/request/options.ts
const TOPOLOGIES = ["standalone", "leader"];
const STRATEGIES = [
	"none",
	"at-once",
	"rolling"
];
const optionGroups = [
	{
		heading: "Resources of a task",
		options: [
			{
				name: "cpu",
				value: "NUMBER",
				default: "0.5",
				unit: "CPUs",
				help: "CPU shares"
			},
			{
				name: "mem",
				value: "NUMBER",
				default: "256",
				unit: "MiB",
				help: "memory"
			},
			{
				name: "disk",
				value: "NUMBER",
				default: "0",
				unit: "MiB",
				help: "disk space"
			},
			{
				name: "instances",
				value: "NUMBER",
				default: "1",
				help: "how many tasks run"
			}
		]
	},
	{
		heading: "App definition",
		options: [
			{
				name: "app-id",
				value: "ID",
				help: "the app's id; without it, made from the package's identifier"
			},
			{
				name: "env",
				value: "KEY=VALUE",
				repeatable: true,
				help: "environment variable of the task"
			},
			{
				name: "label",
				value: "KEY=VALUE",
				repeatable: true,
				help: "label of the app"
			},
			{
				name: "config",
				value: "FILE.toml",
				help: "the package's own configuration, laid over its default.toml"
			},
			{
				name: "port",
				value: "NAME[=PATH]",
				repeatable: true,
				help: "port of the service, an export or a path in its configuration; without any, the exports tell"
			},
			{
				name: "uri",
				value: "URI",
				help: "where agents will fetch the tarball; without it, a file:// URI"
			},
			{
				name: "uri-base",
				value: "URI",
				help: "the same without the tarball's name, which is added"
			},
			{
				name: "uris",
				help: "write the old \"uris\" field instead of \"fetch\""
			},
			{
				name: "no-health-check",
				help: "write no health check"
			},
			{
				name: "env-vars-prefix",
				value: "PREFIX",
				help: "what the cluster's Marathon has in its flag --env_vars_prefix"
			},
			{
				name: "patch",
				value: "FILE.json",
				help: "JSON merge patch (RFC 7396), applied last to the app definition"
			}
		]
	},
	{
		heading: "Supervisor",
		options: [
			{
				name: "peer",
				value: "HOST[:PORT]",
				repeatable: true,
				help: "another Supervisor, whose ring is joined"
			},
			{
				name: "group",
				value: "GROUP",
				default: "default",
				help: "service group"
			},
			{
				name: "topology",
				value: "TOPOLOGY",
				choices: TOPOLOGIES,
				help: "topology of the service group"
			},
			{
				name: "strategy",
				value: "STRATEGY",
				choices: STRATEGIES,
				help: "how a new release of the package is taken up"
			},
			{
				name: "bind",
				value: "NAME:SERVICE.GROUP",
				repeatable: true,
				help: "service group that answers a bind of the package"
			}
		]
	},
	{
		heading: "Where packages come from",
		options: [
			{
				name: "url",
				short: "u",
				value: "URL",
				env: "HAB_BLDR_URL",
				default: "https://bldr.habitat.sh",
				help: "Builder of the packages"
			},
			{
				name: "channel",
				short: "c",
				value: "CHANNEL",
				env: "HAB_BLDR_CHANNEL",
				default: "base",
				help: "channel of the packages"
			},
			{
				name: "base-pkgs-url",
				value: "URL",
				defaultOf: "url",
				help: "Builder of Habitat's own packages: Supervisor, launcher, busybox-static, cacerts"
			},
			{
				name: "base-pkgs-channel",
				value: "CHANNEL",
				default: "base",
				help: "channel of Habitat's own packages"
			},
			{
				name: "auth",
				short: "z",
				value: "TOKEN",
				env: "HAB_AUTH_TOKEN",
				help: "personal access token for Builder; better in the variable, where ps does not show it"
			},
			{
				name: "hab-pkg",
				value: "PKG",
				help: "hab program to put into the image, with the Supervisor of its version"
			},
			{
				name: "launcher-pkg",
				value: "PKG",
				help: "launcher to take instead of the newest"
			},
			{
				name: "sup-pkg",
				value: "PKG",
				help: "Supervisor to take instead of the newest"
			},
			{
				name: "artifacts",
				value: "DIR",
				repeatable: true,
				help: "further artifact cache, besides Habitat's own"
			},
			{
				name: "keys",
				value: "DIR",
				repeatable: true,
				env: "HAB_CACHE_KEY_PATH",
				help: "further folder of public origin keys, besides Habitat's own"
			},
			{
				name: "fs-root",
				value: "DIR",
				help: "read the packages installed under DIR/hab/pkgs, and no harts"
			},
			{
				name: "target",
				value: "TARGET",
				choices: LINUX_TARGETS,
				env: "HAB_PACKAGE_TARGET",
				default: "x86_64-linux",
				help: "target of the packages"
			},
			{
				name: "max-package-size",
				value: "SIZE",
				default: "16GiB",
				help: "the most that one package may unpack to, in bytes or with a unit such as 500MB"
			}
		]
	},
	{
		heading: "Output",
		options: [
			{
				name: "output-dir",
				value: "DIR",
				default: "results",
				help: "where the tarball and the app definition are written"
			},
			{
				name: "help",
				short: "h",
				help: "print this"
			},
			{
				name: "version",
				short: "V",
				help: "print the version"
			}
		]
	}
];
const byName = new Map(optionGroups.flatMap((group) => group.options.map((option) => [option.name, option])));
const optionNames = [...byName.keys()];
function optionNamed(name) {
	return byName.get(name);
}
/** The `options` of node's `util.parseArgs`. */
const parseArgsOptions = Object.fromEntries([...byName.values()].map(({ name, short, value }) => [name, {
	type: value ? "string" : "boolean",
	multiple: true,
	...short ? { short } : {}
}]));
// src/request/option-values.ts
/** Reads the values of options from the command line and what stands in for it, and collects the problems. */
var OptionValues = class {
	/** One line each. A set: two options may take one faulty value from the same place. */
	problems;
	#options;
	#env;
	constructor({ options, problems }, env) {
		this.problems = new Set(problems);
		this.#options = options;
		this.#env = env;
	}
	/** Where an option's values come from: the command line, its variable, its default, another option. */
	given(name) {
		const option = optionNamed(name);
		const written = this.#options.get(name);
		if (written) return option.repeatable ? written : written.slice(-1);
		const variable = option.env && this.#env[option.env];
		if (option.env && variable) return [{
			source: option.env,
			text: variable
		}];
		if (option.default !== void 0) return [{
			source: `--${name}`,
			text: option.default
		}];
		return option.defaultOf ? this.given(option.defaultOf) : [];
	}
	/** Whether the flag or option is on the command line itself. */
	written(name) {
		return this.#options.has(name);
	}
	/** The value, or undefined if there is none or it is a problem. */
	async one(name, read) {
		return (await this.all(name, read))[0];
	}
	/** The values that are no problem, in the order given. */
	async all(name, read) {
		const values = [];
		for (const { source, text } of this.given(name)) {
			const value = await this.attempt(() => read(text), `${source}: `);
			if (value !== void 0) values.push(value);
		}
		return values;
	}
	/** Turns what `read` throws into a problem. */
	async attempt(read, prefix = "") {
		try {
			return await read();
		} catch (error) {
			if (!(error instanceof MesosizeError)) throw error;
			this.problem(prefix + error.message);
			return;
		}
	}
	problem(text) {
		this.problems.add(visible(text));
	}
};
// src/request/values.ts
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
	if (url.username || url.password) throw invalid(`${quoted(text)} holds a user name or password. Leave it out; a token goes into --auth.`);
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
	if (/[?#]/.test(text)) throw invalid(`${quoted(text)} has a "?" or "#", and the tarball's name goes behind it. Write the whole URI with --uri.`);
	return text;
}
/** A plain decimal number such as `0.5` or the old exporter's `.5`; NaN for all else, exponents and units too. */
function readNumber(text) {
	return /^-?(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : NaN;
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
// src/request/files.ts
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
// src/request/package.ts
/**
* A package as a person names it: the path of a hart, or an identifier, which may lack its origin.
* @param origin the value of HAB_ORIGIN
* @returns an identifier, or an absolute path, which no identifier can be taken for
*/
async function readPackage(text, origin) {
	const status = text === "" ? void 0 : await statusOf(text);
	if (status?.isFile()) return resolve(text);
	if (text.endsWith(".hart")) throw invalid(`${quoted(text)} ${status ? "is not a file" : "does not exist"}. Name a hart that is there.`);
	if (!text.includes("/") && !origin) throw invalid(`${quoted(text)} has no origin. Write origin/name, such as core/redis, or set HAB_ORIGIN.`);
	return formatIdent(parseIdent(text.includes("/") ? text : `${origin}/${text}`));
}
// src/request/read-app.ts
/** What the options ask of the app definition; worth nothing if `values` has problems afterwards. */
async function readAppRequest(values) {
	return {
		id: await values.one("app-id", ruled(appIdProblem)),
		cpus: await readResource("cpu", values, cpusProblem),
		mem: await readResource("mem", values, memProblem),
		disk: await readResource("disk", values, diskProblem),
		instances: await readResource("instances", values, instancesProblem),
		env: await readPairs("env", values, envKeyProblem),
		labels: await readPairs("label", values, labelKeyProblem),
		config: await values.one("config", readConfig),
		legacyUris: values.written("uris"),
		peers: await values.all("peer", ruled(peerProblem)),
		group: await values.one("group", ruled(groupProblem)),
		topology: await values.one("topology", choiceOf(TOPOLOGIES)),
		strategy: await values.one("strategy", choiceOf(STRATEGIES)),
		binds: await values.all("bind", ruled(bindProblem)),
		ports: await values.all("port", readPort),
		healthCheck: !values.written("no-health-check"),
		envVarsPrefix: await values.one("env-vars-prefix", ruled(envVarsPrefixProblem)),
		patch: await values.one("patch", readPatch)
	};
}
/** A text that must keep one of Marathon's or the Supervisor's rules. */
function ruled(problemOf) {
	return (text) => {
		const problem = problemOf(text);
		if (problem) throw invalid(`${quoted(text)} ${problem}.`);
		return text;
	};
}
async function readResource(name, values, problemOf) {
	const { unit } = optionNamed(name);
	return values.one(name, (text) => {
		const value = readNumber(text);
		const problem = problemOf(value);
		if (problem) throw invalid(`${quoted(text)} ${problem}${unit ? `, in ${unit}` : ""}.`);
		return value;
	});
}
async function readPairs(name, values, keyProblem) {
	const pairs = /* @__PURE__ */ new Map();
	for (const [key, value] of await values.all(name, readPair)) {
		const problem = keyProblem(key);
		if (problem) values.problem(`--${name}: the key ${quoted(key)} ${problem}.`);
		if (pairs.has(key)) values.problem(`--${name}: the key ${quoted(key)} is given twice. Keep one of them.`);
		pairs.set(key, value);
	}
	return Object.fromEntries(pairs);
}
// src/request/read-export.ts
/**
* The request that a command line makes; worth nothing if `values` has problems afterwards.
* @param origin the value of HAB_ORIGIN
*/
async function readExportRequest(positionals, values, origin) {
	const readPkg = (text) => readPackage(text, origin);
	const request = {
		packages: await readPackages(positionals, values, readPkg),
		builder: {
			url: await values.one("url", readBuilderUrl),
			channel: await values.one("channel", readChannel)
		},
		base: {
			url: await values.one("base-pkgs-url", readBuilderUrl),
			channel: await values.one("base-pkgs-channel", readChannel)
		},
		token: await values.one("auth", readToken),
		hab: await values.one("hab-pkg", readPkg),
		launcher: await values.one("launcher-pkg", readPkg),
		supervisor: await values.one("sup-pkg", readPkg),
		artifacts: await values.all("artifacts", readFolder),
		keys: await values.all("keys", values.written("keys") ? readFolder : readNewFolder),
		fsRoot: await values.one("fs-root", readInstalledRoot),
		target: await values.one("target", readTarget),
		maxPackageSize: await values.one("max-package-size", readSize),
		outputDir: await values.one("output-dir", readNewFolder),
		uri: await values.one("uri", readFetchUri),
		uriBase: await values.one("uri-base", readUriBase),
		app: await readAppRequest(values)
	};
	if (values.written("uri") && values.written("uri-base")) values.problem("--uri and --uri-base: only one can be. Write --uri for the whole URI of the tarball, or --uri-base for what goes before its name.");
	refuseHartsUnderRoot(request, values);
	return request;
}
async function readPackages(positionals, values, read) {
	const packages = [];
	for (const { text, doubtful } of positionals) {
		const name = doubtful ? await read(text).catch(() => void 0) : await values.attempt(() => read(text));
		if (name !== void 0) packages.push(name);
	}
	return packages;
}
function refuseHartsUnderRoot(request, values) {
	if (!values.written("fs-root")) return;
	const { packages, supervisor, launcher, hab } = request;
	for (const name of [
		...packages,
		supervisor,
		launcher,
		hab
	]) {
		if (name === void 0 || !isAbsolute(name)) continue;
		values.problem(`--fs-root: installed packages are read, and ${quoted(name)} is a file. Leave --fs-root out, or install the file there and give its identifier.`);
	}
}
// src/nearest.ts
/** The known word that was probably meant: one that begins it or that it begins, or at most two slips away. */
function nearest(word, known) {
	const ranked = known.map((name) => ({
		name,
		distance: editDistance(word, name)
	})).sort((a, b) => a.distance - b.distance);
	const close = ranked.find(({ name, distance }) => distance <= Math.min(2, name.length / 2));
	const related = ranked.find(({ name }) => word.length > 1 && (name.startsWith(word) || word.startsWith(name)));
	return (close ?? related)?.name;
}
/** Levenshtein's distance: insertions, deletions and replacements of one character. */
function editDistance(a, b) {
	let row = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 0; i < a.length; i++) {
		const above = row;
		row = [i + 1];
		for (let j = 0; j < b.length; j++) row.push(Math.min(above[j + 1] + 1, row[j] + 1, above[j] + (a[i] === b[j] ? 0 : 1)));
	}
	return row[b.length];
}
export { optionNamed as a, terminalReporter as c, formatTable as d, visible as f, optionGroups as i, formatBytes as l, readExportRequest as n, optionNames as o, version as p, OptionValues as r, parseArgsOptions as s, nearest as t, formatDuration as u };
