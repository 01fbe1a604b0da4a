import { a as visible } from "./reporter.js";
import { n as UsageError, t as MesosizeError } from "./errors.js";
import { t as LINUX_TARGETS } from "./target.js";
import { n as formatIdent, o as parseIdent } from "./ident.js";
import { t as LAYERINGS } from "./layers.js";
import { t as setting } from "./setting.js";
import { a as cpusProblem, c as envVarsPrefixProblem, d as instancesProblem, f as labelKeyProblem, m as peerProblem, n as appIdProblem, o as diskProblem, p as memProblem, r as bindProblem, s as envKeyProblem, u as groupProblem } from "./rules.js";
import { S as wholeNumber, _ as readPort, a as readPatch, b as readToken, c as choiceOf, d as readBuilderUrl, f as readChannel, g as readPair, h as readNumber, i as readNewFolder, l as invalid, m as readFetchUri, n as readFolder, r as readInstalledRoot, s as statusOf, t as readConfig, u as quoted, v as readSize, x as readUriBase, y as readTarget } from "./files.js";
import { isAbsolute, resolve } from "node:path";
// src/settings/option.ts
function optionTable(groups) {
	const options = groups.flatMap((group) => group.options);
	const byName = new Map(options.map((option) => [option.name, option]));
	return {
		groups,
		names: [...byName.keys()],
		named: (name) => byName.get(name)
	};
}
/** The options that every command has. */
const GENERAL_OPTIONS = [{
	name: "help",
	short: "h",
	help: "print this"
}, {
	name: "version",
	short: "V",
	help: "print the version"
}];
// src/settings/options.ts
const TOPOLOGIES = ["standalone", "leader"];
const STRATEGIES = [
	"none",
	"at-once",
	"rolling"
];
/** The options of an export. */
const exportOptions = optionTable([
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
				name: "layers",
				value: "HOW",
				alone: "auto",
				choices: LAYERINGS,
				help: "several tarballs instead of one, which agents keep: one of what changes with the service and one of the rest, or one per package"
			},
			{
				name: "compression-level",
				value: "LEVEL",
				default: "4",
				help: "from 1, fast, to 12, small"
			},
			{
				name: "jobs",
				value: "NUMBER",
				help: "threads that compress and decode; without it, as many as there are processors, up to 4"
			},
			{
				name: "cache",
				value: "DIR",
				help: "where compressed packages are kept for later exports; without it, in the user's cache folder"
			},
			{
				name: "cache-size",
				value: "SIZE",
				default: "4GiB",
				help: "the most that is kept there, the least recently used goes first"
			},
			{
				name: "no-cache",
				help: "compress everything anew, and keep nothing"
			},
			...GENERAL_OPTIONS
		]
	}
]);
// src/settings/option-values.ts
/** Reads the values of options from the command line and what stands in for it, and collects the problems. */
var OptionValues = class {
	/** One line each. A set: two options may take one faulty value from the same place. */
	problems;
	#table;
	#options;
	#env;
	constructor(table, { options, problems }, env) {
		this.#table = table;
		this.problems = new Set(problems);
		this.#options = options;
		this.#env = env;
	}
	/** Where an option's values come from: the command line, its variable, its default, another option. */
	given(name) {
		const option = this.#table.named(name);
		const written = this.#options.get(name);
		if (written) return option.repeatable ? written : written.slice(-1);
		const variable = option.env && this.#env[option.env];
		if (option.env && variable) return [{
			source: option.env,
			text: variable
		}];
		if (option.default !== void 0) return [{
			source: setting(name),
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
			const problems = error instanceof UsageError ? error.problems : [prefix + error.message];
			for (const problem of problems) this.problem(problem);
			return;
		}
	}
	problem(text) {
		this.problems.add(visible(text));
	}
};
// src/settings/package.ts
/**
* A package as a person names it: the path of a hart, or an identifier, which may lack its origin.
* @param origin the value of HAB_ORIGIN
* @returns an identifier, or an absolute path, which no identifier can be taken for
*/
async function readPackage(text, origin) {
	const status = text === "" ? void 0 : await statusOf(text);
	if (status?.isFile()) return resolve(text);
	if (text.endsWith(".hart")) throw invalid(`${quoted(text)} ${status ? "is not a file" : "does not exist"}. Name a hart that is there.`);
	if (!text.includes("/") && !origin) throw invalid(`${quoted(text)} has no origin. Write origin/name, such as core/redis, or set ${setting("origin")}.`);
	return formatIdent(parseIdent(text.includes("/") ? text : `${origin}/${text}`));
}
// src/settings/read-app.ts
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
	const { unit } = exportOptions.named(name);
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
		if (problem) values.problem(`${setting(name)}: the key ${quoted(key)} ${problem}.`);
		if (pairs.has(key)) values.problem(`${setting(name)}: the key ${quoted(key)} is given twice. Keep one of them.`);
		pairs.set(key, value);
	}
	return Object.fromEntries(pairs);
}
// src/settings/read-export.ts
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
		layering: await values.one("layers", choiceOf(LAYERINGS)),
		compressionLevel: await values.one("compression-level", wholeNumber(1, 12)),
		jobs: await values.one("jobs", wholeNumber(1, 256)),
		cache: await readCache(values),
		uri: await values.one("uri", readFetchUri),
		uriBase: await values.one("uri-base", readUriBase),
		app: await readAppRequest(values)
	};
	if (values.written("uri") && values.written("uri-base")) values.problem(`${setting("uri")} and ${setting("uri-base")}: only one can be. Write ${setting("uri")} for the whole URI of the tarball, or ${setting("uri-base")} for what goes before its name.`);
	refuseOneUriForLayers(values);
	refuseHartsUnderRoot(request, values);
	return request;
}
function refuseOneUriForLayers(values) {
	if (!values.written("layers")) return;
	if (values.written("uri")) values.problem(`${setting("uri")} and ${setting("layers")}: layers are several files, and have a URI each. Write ${setting("uri-base")} for what goes before their names.`);
	if (values.written("uris")) values.problem(`${setting("uris")} and ${setting("layers")}: with the old field agents unpack in any order, and layers have one. Leave one of the two out.`);
}
async function readCache(values) {
	const folder = await values.one("cache", readNewFolder);
	const size = await values.one("cache-size", readSize);
	if (!values.written("no-cache")) return {
		folder,
		size
	};
	if (values.written("cache")) values.problem(`${setting("cache")} and ${setting("no-cache")}: only one can be. Write ${setting("cache")} to name the folder, or ${setting("no-cache")} to do without.`);
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
		values.problem(`${setting("fs-root")}: installed packages are read, and ${quoted(name)} is a file. Leave ${setting("fs-root")} out, or install the file there and give its identifier.`);
	}
}
export { optionTable as a, GENERAL_OPTIONS as i, OptionValues as n, exportOptions as r, readExportRequest as t };
