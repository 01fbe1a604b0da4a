import { a as visible } from "./reporter.js";
import { n as UsageError, t as MesosizeError } from "./errors.js";
import { c as envKeyProblem, d as groupProblem, f as instancesProblem, h as peerProblem, i as bindProblem, l as envVarsPrefixProblem, m as memProblem, o as cpusProblem, p as labelKeyProblem, r as appIdProblem, s as diskProblem, y as setting } from "./url.js";
import { t as LINUX_TARGETS } from "./target.js";
import { A as readPositive, C as quoted, D as readFetchUri, E as readChannel, F as readText, I as readToken, L as readUriBase, M as readReleaseTag, N as readSize, O as readPair, P as readTarget, R as ruled, S as invalid, T as readBuilderUrl, _ as readNewFolder, a as ANNOUNCEMENT, b as amount, c as REMOVAL, f as readConfig, g as readKeyFolder, h as readInstalledRoot, i as ACCESS, j as readReleaseId, k as readPort, m as readFolder, n as JSON_RESULT, o as DEPLOYED, r as LOGS, s as DEPLOYMENT, t as GENERAL, v as readPatch, w as readAppId, x as choiceOf, y as statusOf, z as wholeNumber } from "./show.js";
import { n as formatIdent, o as parseIdent } from "./ident.js";
import { t as LAYERINGS } from "./layers.js";
import { resolve } from "node:path";
// src/settings/rows/app.ts
const RESOURCES = {
	cpus: {
		option: "cpu",
		input: "cpus",
		form: "text",
		value: "NUMBER",
		default: "0.5",
		unit: "CPUs",
		help: "CPUs of a task",
		read: amount(cpusProblem, "CPUs")
	},
	mem: {
		option: "mem",
		input: "mem",
		form: "text",
		value: "NUMBER",
		default: "256",
		unit: "MiB",
		help: "memory of a task",
		read: amount(memProblem, "MiB")
	},
	disk: {
		option: "disk",
		input: "disk",
		form: "text",
		value: "NUMBER",
		default: "0",
		unit: "MiB",
		help: "disk space of a task",
		read: amount(diskProblem, "MiB")
	},
	instances: {
		option: "instances",
		input: "instances",
		form: "text",
		value: "NUMBER",
		default: "1",
		help: "number of tasks",
		read: amount(instancesProblem)
	}
};
const APP = {
	id: {
		option: "app-id",
		input: "app-id",
		form: "text",
		value: "ID",
		help: "the app's id; by default made from the package's ident",
		read: ruled(appIdProblem)
	},
	env: {
		option: "env",
		input: "env",
		form: "pairs",
		value: "KEY=VALUE",
		help: "environment variables of the task",
		keyProblem: envKeyProblem
	},
	labels: {
		option: "label",
		input: "labels",
		form: "pairs",
		value: "KEY=VALUE",
		help: "labels of the app",
		keyProblem: labelKeyProblem
	},
	config: {
		option: "config",
		input: "config",
		form: "text",
		value: "FILE.toml",
		help: "TOML file with the package's own configuration, laid over its default.toml",
		read: readConfig
	},
	ports: {
		option: "port",
		input: "ports",
		form: "lines",
		value: "NAME[=PATH]",
		help: "ports of the service, each an export or a path in its configuration; by default taken from the exports",
		read: readPort
	},
	healthCheck: {
		option: "no-health-check",
		input: "health-check",
		form: "flag",
		default: "true",
		help: "have Marathon check the health of the service"
	},
	legacyUris: {
		option: "uris",
		input: "uris",
		form: "flag",
		help: "write the old `uris` field instead of `fetch`"
	},
	envVarsPrefix: {
		option: "env-vars-prefix",
		input: "env-vars-prefix",
		form: "text",
		value: "PREFIX",
		help: "value of the flag --env_vars_prefix of the cluster's Marathon",
		read: ruled(envVarsPrefixProblem)
	},
	patch: {
		option: "patch",
		input: "patch",
		form: "text",
		value: "FILE.json",
		help: "file with a JSON merge patch (RFC 7396), which is applied to the app definition last",
		read: readPatch
	}
};
const SUPERVISOR = {
	peers: {
		option: "peer",
		input: "peer",
		form: "lines",
		value: "HOST[:PORT]",
		help: "Supervisors whose ring this one joins",
		read: ruled(peerProblem)
	},
	group: {
		option: "group",
		input: "group",
		form: "text",
		value: "GROUP",
		default: "default",
		help: "service group",
		read: ruled(groupProblem)
	},
	topology: {
		option: "topology",
		input: "topology",
		form: "text",
		value: "TOPOLOGY",
		choices: ["standalone", "leader"],
		help: "topology of the service group",
		read: choiceOf(["standalone", "leader"])
	},
	strategy: {
		option: "strategy",
		input: "strategy",
		form: "text",
		value: "STRATEGY",
		choices: [
			"none",
			"at-once",
			"rolling"
		],
		help: "how the Supervisor takes up a new release of the package",
		read: choiceOf([
			"none",
			"at-once",
			"rolling"
		])
	},
	binds: {
		option: "bind",
		input: "bind",
		form: "lines",
		value: "NAME:SERVICE.GROUP",
		help: "service groups that the package's binds connect to",
		read: ruled(bindProblem)
	}
};
// src/settings/rows/github.ts
/** The token with which an action speaks to GitHub. @param needs the permissions, for the documentation */
function githubToken(needs) {
	return { token: {
		input: "github-token",
		form: "text",
		value: "TOKEN",
		secret: true,
		expression: `\${{ github.token }}`,
		help: `GitHub token; needs ${needs}`,
		read: readText
	} };
}
/** The job summary. @param what it says */
function jobSummary(what) {
	return { summary: {
		input: "summary",
		form: "flag",
		default: "true",
		help: `report ${what} in the job summary`
	} };
}
const PREVIEW = {
	preview: {
		input: "preview",
		form: "flag",
		help: "export the running copy of a pull request, with an app id and a tarball of its own",
		details: "On a push to a branch, its sizes are kept for comparison with later previews."
	},
	pullRequest: {
		input: "pull-request",
		form: "text",
		value: "NUMBER",
		help: "number of the pull request, for `preview` in a workflow that runs on `workflow_run`",
		read: readPositive
	}
};
// src/settings/rows/output.ts
/** Where agents fetch the image, if a person knows that better than the publisher. */
const URIS = {
	uri: {
		option: "uri",
		input: "uri",
		form: "text",
		value: "URI",
		help: "URI from which agents fetch the tarball; by default the one where it is published, or a file:// URI",
		read: readFetchUri
	},
	uriBase: {
		option: "uri-base",
		input: "uri-base",
		form: "text",
		value: "URI",
		help: "the same without the tarball's name, which is appended",
		read: readUriBase
	},
	uriTemplate: {
		input: "uri-template",
		form: "text",
		value: "TEMPLATE",
		help: "the same with `{origin}`, `{name}`, `{version}`, `{release}`, `{file}`, `{sha256}` or `{tag}` in it",
		read: readText
	}
};
const OUTPUT = {
	outputDir: {
		option: "output-dir",
		input: "output-dir",
		form: "text",
		value: "DIR",
		default: "results",
		help: "folder for the tarball and the app definition; layers go into its folder `layers`",
		read: readNewFolder
	},
	layering: {
		option: "layers",
		input: "layers",
		form: "text",
		value: "HOW",
		alone: "auto",
		choices: LAYERINGS,
		help: "several tarballs instead of one, of which agents keep what does not change: one with what is built together with the service and one with the rest, or one for each package",
		read: choiceOf(LAYERINGS)
	},
	compressionLevel: {
		option: "compression-level",
		input: "compression-level",
		form: "text",
		value: "LEVEL",
		default: "4",
		help: "compression level, from 1 (fast) to 12 (small)",
		read: wholeNumber(1, 12)
	},
	jobs: {
		option: "jobs",
		input: "jobs",
		form: "text",
		value: "NUMBER",
		help: "number of threads that compress and decode; by default as many as there are processors, up to 4",
		read: wholeNumber(1, 256)
	}
};
const CACHE = {
	folder: {
		option: "cache",
		form: "text",
		value: "DIR",
		help: "folder in which compressed packages are kept for later exports; by default in the user's cache folder",
		read: readNewFolder
	},
	size: {
		option: "cache-size",
		form: "text",
		value: "SIZE",
		default: "4GiB",
		help: "the most that is kept there; the least recently used goes first",
		read: readSize
	},
	kept: {
		option: "no-cache",
		input: "cache",
		form: "flag",
		default: "true",
		help: "keep compressed packages for later exports",
		details: "An action keeps them in the cache of GitHub Actions."
	}
};
/** What an action does with the result. */
const REPORTING = { checksumFile: {
	input: "checksum-file",
	form: "flag",
	help: "write a `.sha256` file beside the tarball, and publish it with `release` and `http`",
	details: "Not with `layers`, whose names are their checksums."
} };
// src/settings/package.ts
/**
* A package as a person names it: the path of a hart, or an identifier, which may lack its origin.
* @returns an identifier, or an absolute path, which no identifier can be taken for
*/
async function readPackage(text, { origin }) {
	const status = text === "" ? void 0 : await statusOf(text);
	if (status?.isFile()) return resolve(text);
	if (text.endsWith(".hart")) throw invalid(`${quoted(text)} ${status ? "is not a file" : "does not exist"}. Name a hart that is there.`);
	if (!text.includes("/") && !origin) throw invalid(`${quoted(text)} has no origin. Write origin/name, such as core/redis, or set ${setting("origin")}.`);
	return formatIdent(parseIdent(text.includes("/") ? text : `${origin}/${text}`));
}
// src/settings/rows/packages.ts
/** Named on the command line without an option. */
const NAMED = { packages: {
	input: "package",
	form: "lines",
	value: "PKG",
	help: "packages to export, each an ident such as `core/redis` or the path of a `.hart` file",
	details: "The first that has a run hook is the service that starts; the others are in the image. Either this or `plan`.",
	read: readPackage
} };
const ORIGIN = {
	input: "origin",
	variable: "HAB_ORIGIN",
	form: "text",
	value: "ORIGIN",
	help: "origin of packages that are named without one, and of a plan that names none",
	read: readText
};
const BUILDER_URL = {
	option: "url",
	short: "u",
	input: "builder-url",
	variable: "HAB_BLDR_URL",
	form: "text",
	value: "URL",
	default: "https://bldr.habitat.sh",
	help: "Builder that has the packages",
	read: readBuilderUrl
};
const PACKAGES = {
	origin: ORIGIN,
	builderUrl: BUILDER_URL,
	channel: {
		option: "channel",
		short: "c",
		input: "channel",
		variable: "HAB_BLDR_CHANNEL",
		form: "text",
		value: "CHANNEL",
		default: "base",
		help: "channel of the packages",
		read: readChannel
	},
	baseUrl: {
		option: "base-pkgs-url",
		input: "base-packages-url",
		form: "text",
		value: "URL",
		defaultOf: BUILDER_URL,
		help: "Builder that has Habitat's own packages: Supervisor, launcher, busybox-static, cacerts",
		read: readBuilderUrl
	},
	baseChannel: {
		option: "base-pkgs-channel",
		input: "base-packages-channel",
		form: "text",
		value: "CHANNEL",
		default: "base",
		help: "channel of Habitat's own packages",
		read: readChannel
	},
	token: {
		option: "auth",
		short: "z",
		input: "builder-token",
		variable: "HAB_AUTH_TOKEN",
		form: "text",
		value: "TOKEN",
		secret: true,
		help: "personal access token for Builder",
		read: readToken
	},
	hab: {
		option: "hab-pkg",
		form: "text",
		value: "PKG",
		help: "hab program to put into the image, together with the Supervisor of its version",
		read: readPackage
	},
	launcher: {
		option: "launcher-pkg",
		input: "launcher-package",
		form: "text",
		value: "PKG",
		help: "launcher to put into the image",
		details: "By default the one of `hab`'s release, or the newest in the channel where `hab` is not used.",
		read: readPackage
	},
	supervisor: {
		option: "sup-pkg",
		input: "supervisor-package",
		form: "text",
		value: "PKG",
		help: "Supervisor to put into the image",
		details: "By default the one of `hab`'s release, or the newest in the channel where `hab` is not used.",
		read: readPackage
	},
	artifacts: {
		option: "artifacts",
		input: "artifacts",
		form: "lines",
		value: "DIR",
		help: "further artifact caches to read harts from, besides Habitat's own",
		details: "For `use-hab: false`.",
		read: readFolder
	},
	keys: {
		option: "keys",
		input: "keys",
		variable: "HAB_CACHE_KEY_PATH",
		form: "lines",
		value: "DIR",
		help: "further folders of public origin keys, besides Habitat's own",
		read: readKeyFolder
	},
	fsRoot: {
		option: "fs-root",
		form: "text",
		value: "DIR",
		help: "read the packages installed under DIR/hab/pkgs, and no harts",
		read: readInstalledRoot
	},
	target: {
		option: "target",
		input: "target",
		variable: "HAB_PACKAGE_TARGET",
		form: "text",
		value: "TARGET",
		choices: LINUX_TARGETS,
		default: "x86_64-linux",
		help: "target of the packages",
		read: readTarget
	},
	maxPackageSize: {
		option: "max-package-size",
		input: "max-package-size",
		form: "text",
		value: "SIZE",
		default: "16GiB",
		help: "the most that one package may unpack to, in bytes or with a unit such as 500MB",
		read: readSize
	}
};
/** How an action uses the program `hab`. */
const HAB = {
	plan: {
		input: "plan",
		form: "text",
		value: "DIR",
		help: "folder of a plan to build and export",
		details: "Either this or `package`.",
		read: readText
	},
	originKey: {
		input: "origin-key",
		form: "text",
		value: "KEY",
		secret: true,
		help: "secret origin key that signs the built package, its whole text",
		read: readText
	},
	useHab: {
		input: "use-hab",
		form: "flag",
		default: "true",
		help: "install `hab` and let it install the packages",
		details: "With `false` they are read from Builder and verified without `hab`. Building a plan needs `hab`."
	},
	version: {
		input: "hab-version",
		form: "text",
		value: "VERSION",
		default: "latest",
		help: "version of `hab`: exact (`1.6.1245`), a range (`^2`), or `latest`",
		read: readText
	},
	releaseChannel: {
		input: "hab-channel",
		form: "text",
		value: "CHANNEL",
		default: "stable",
		help: "channel of `hab`'s own releases in which `latest` and ranges are looked up",
		read: readText
	},
	mirror: {
		input: "hab-mirror",
		form: "text",
		value: "URL",
		default: "https://packages.chef.io",
		help: "server that has `hab`'s release archives, for networks without packages.chef.io; the layout must be the same",
		read: readText
	},
	acceptLicense: {
		input: "accept-license",
		form: "flag",
		help: "accept the Chef licence that `hab` asks for since 0.80",
		details: "Nothing is accepted for you."
	}
};
// src/publish/header-lines.ts
/** A token and a field value of RFC 9110, sections 5.6.2 and 5.5. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** What the upload itself must say, or what belongs to the connection. */
const OURS = /* @__PURE__ */ new Set([
	"connection",
	"content-length",
	"expect",
	"host",
	"keep-alive",
	"proxy-authorization",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade"
]);
/**
* Reads headers written one per line, as `Name: value`; empty lines do not count. Values may be secrets and
* are in no message.
* @param what they are called, for messages
* @returns by lower-case name
* @throws UsageError with every problem
*/
function parseHeaderLines(text, what) {
	const headers = /* @__PURE__ */ new Map();
	const problems = [];
	for (const [index, line] of text.split(/\r?\n/).entries()) {
		if (line.trim() === "") continue;
		const where = `${what}, line ${index + 1}`;
		const colon = line.indexOf(":");
		const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
		const value = line.slice(colon + 1).trim();
		if (!NAME.test(name)) problems.push(`${where}: this is no header. Write Name: value, such as X-Api-Key: \${{ secrets.API_KEY }}.`);
		else if (OURS.has(name)) problems.push(`${where}: ${name} is set by the upload itself. Remove the line.`);
		else if (headers.has(name)) problems.push(`${where}: ${name} is there already. Keep one of the two lines.`);
		else if (!VALUE.test(value)) problems.push(`${where}: the value of ${name} has characters that no header may have. Copy it again.`);
		else headers.set(name, value);
	}
	if (problems.length > 0) throw new UsageError(problems);
	return Object.fromEntries(headers);
}
// src/settings/rows/publish.ts
const TARGETS = [
	"none",
	"release",
	"artifact",
	"artifact-store",
	"http"
];
const PUBLISH = { to: {
	input: "publish",
	form: "text",
	value: "TARGET",
	choices: TARGETS,
	default: "none",
	help: "where the tarball or its layers go: `release` (an asset of a GitHub release), `artifact` (of this workflow run; agents cannot fetch it, and it cannot hold layers), `artifact-store` (of Marathon before 1.5), `http` (PUT to any server) or `none`",
	read: choiceOf(TARGETS)
} };
const RELEASE = {
	tag: {
		input: "release-tag",
		form: "text",
		value: "TAG",
		help: "tag of the release; by default the tag that the workflow runs for",
		read: readReleaseTag
	},
	id: {
		input: "release-id",
		form: "text",
		value: "ID",
		help: "id of the release, instead of a tag",
		read: readReleaseId
	},
	draft: {
		input: "draft",
		form: "flag",
		help: "leave a release that is created here a draft"
	},
	prerelease: {
		input: "prerelease",
		form: "flag",
		help: "mark a release that is created here as a prerelease"
	},
	overwrite: {
		input: "overwrite",
		form: "flag",
		default: "true",
		help: "replace another tarball of the same name"
	}
};
const HTTP = {
	uploadUrl: {
		input: "upload-url",
		form: "text",
		value: "URL",
		help: "where the tarball is PUT; its name is appended to a final `/`, and the URL may hold the variables of `uri-template`, with `layers` only `{file}` and `{sha256}`",
		read: readText
	},
	headers: {
		input: "upload-headers",
		form: "headers",
		value: "LINES",
		secret: true,
		help: "headers of the upload, `Name: value` lines",
		read: (text) => parseHeaderLines(text, "upload-headers")
	}
};
// src/settings/rows/remove.ts
/** What a remove action removes; a command names it without an option. */
const REMOVED = {
	appId: {
		input: "app-id",
		form: "text",
		value: "APP_ID",
		help: "id of an app to remove, instead of a preview",
		read: readAppId
	},
	pullRequest: {
		input: "pull-request",
		form: "text",
		value: "NUMBER",
		help: "number of the pull request whose preview is removed; by default the one of the event",
		read: readPositive
	},
	stale: {
		input: "stale",
		form: "flag",
		help: "remove all previews of this repository whose pull request is closed, for workflows on a schedule"
	},
	days: {
		input: "days",
		form: "text",
		value: "NUMBER",
		help: "with `stale`, also remove previews that have not changed for this many days",
		read: readPositive
	}
};
const RETRACTION = { comment: {
	input: "comment",
	form: "flag",
	default: "true",
	help: "update the comment and the deployments on the pull request"
} };
// src/settings/tables.ts
const GITHUB_EXPORT = {
	...githubToken("`contents: write` for releases"),
	...jobSummary("what was exported")
};
const GITHUB_DEPLOY = {
	...githubToken("`pull-requests: write` and `deployments: write` for previews, and `contents: read` for sizes"),
	...jobSummary("how it went")
};
const GITHUB_REMOVE = {
	...githubToken("`contents: write`, `pull-requests: write` and `deployments: write`"),
	...jobSummary("what was removed")
};
/** The Marathon of an artifact store. */
const { address, user, password, dcosToken } = ACCESS;
const STORE_ACCESS = {
	address,
	user,
	password,
	dcosToken
};
const { plan, originKey, ...hab } = HAB;
/** The export: the command without a name, and the action. */
const EXPORT = [
	{
		heading: "What to export",
		rows: {
			...NAMED,
			plan,
			originKey
		}
	},
	{
		heading: "Where packages come from",
		rows: PACKAGES
	},
	{
		heading: "The program hab",
		rows: hab
	},
	{
		heading: "Resources of a task",
		rows: RESOURCES
	},
	{
		heading: "App definition",
		rows: APP
	},
	{
		heading: "Supervisor",
		rows: SUPERVISOR
	},
	{
		heading: "Where the image goes",
		rows: PUBLISH
	},
	{
		heading: "Publishing to a release",
		rows: RELEASE,
		when: "`publish: release`"
	},
	{
		heading: "Publishing with PUT",
		rows: HTTP,
		when: "`publish: http`"
	},
	{
		heading: "Publishing to an artifact store",
		rows: STORE_ACCESS,
		door: "action",
		when: "`publish: artifact-store`"
	},
	{
		heading: "Where agents fetch the image",
		rows: URIS
	},
	{
		heading: "Previews",
		rows: PREVIEW
	},
	{
		heading: "Output",
		rows: {
			...OUTPUT,
			...CACHE,
			...REPORTING,
			...GITHUB_EXPORT,
			...GENERAL
		}
	}
];
const DEPLOY = [
	{
		heading: "What to deploy",
		rows: DEPLOYED
	},
	{
		heading: "Deployment",
		rows: DEPLOYMENT
	},
	{
		heading: "Marathon",
		rows: ACCESS
	},
	{
		heading: "Previews",
		rows: ANNOUNCEMENT
	},
	{
		heading: "Output",
		rows: {
			...GITHUB_DEPLOY,
			...JSON_RESULT,
			...GENERAL
		}
	}
];
const REMOVE = [
	{
		heading: "What to remove",
		rows: REMOVED
	},
	{
		heading: "Removal",
		rows: REMOVAL
	},
	{
		heading: "Marathon",
		rows: ACCESS
	},
	{
		heading: "Uploaded tarballs",
		rows: HTTP,
		when: "previews that were published with `publish: http`"
	},
	{
		heading: "Output",
		rows: {
			...RETRACTION,
			...GITHUB_REMOVE,
			...JSON_RESULT,
			...GENERAL
		}
	}
];
const STATUS = [{
	heading: "Marathon",
	rows: ACCESS
}, {
	heading: "Output",
	rows: {
		...JSON_RESULT,
		...GENERAL
	}
}];
const SHOW_LOGS = [
	{
		heading: "What is shown",
		rows: LOGS
	},
	{
		heading: "Marathon",
		rows: ACCESS
	},
	{
		heading: "Output",
		rows: GENERAL
	}
];
// src/settings/setting.ts
/** The name by which messages call a setting: that of its option, or of its input where it has no option. */
function nameOf({ option, input }) {
	return option ?? input ?? "";
}
/** The settings that a command has as options. */
function optionsOf(table) {
	return table.filter(({ door }) => door !== "action").flatMap(({ rows }) => Object.values(rows)).filter((row) => row.option !== void 0);
}
/** The settings that an action has as inputs. */
function inputsOf(table) {
	return table.filter(({ door }) => door !== "command line").flatMap(({ rows }) => Object.values(rows)).filter((row) => row.input !== void 0);
}
// src/settings/wording.ts
/** Words settings as options, `--uri-base URI`; one that has only a variable is called by that. */
function optionWording(table) {
	const variables = new Map(table.flatMap(({ rows }) => Object.values(rows)).flatMap((row) => row.option === void 0 && row.variable ? [[nameOf(row), row.variable]] : []));
	const isOption = new Set(optionsOf(table).map(nameOf));
	return (name, value) => {
		const written = isOption.has(name) ? `--${name}` : variables.get(name) ?? name;
		return value === void 0 ? written : `${written} ${value}`;
	};
}
/**
* Words settings as the inputs of an action: `uri-base: URI`, `cpus` for the option `--cpu`, `health-check: false`
* for `--no-health-check`. What is not an input is named as on the command line.
*/
function inputWording(table) {
	const byName = new Map(inputsOf(table).map((row) => [nameOf(row), row]));
	return (name, value) => {
		const row = byName.get(name);
		if (!row) return value === void 0 ? `--${name}` : `--${name} ${value}`;
		const shown = row.form === "flag" && row.option !== void 0 && row.default === "true" ? "false" : value;
		return shown === void 0 ? row.input : `${row.input}: ${shown}`;
	};
}
// src/settings/setting-values.ts
/** Reads settings from what a person wrote and from what stands in for it, and collects the problems. */
var SettingValues = class {
	/** One line each. A set: two settings may take one faulty value from the same place. */
	problems;
	#source;
	#env;
	#origin;
	/** @param origin of packages that are named without one */
	constructor(source, env, origin) {
		this.#source = source;
		this.#env = env;
		this.#origin = origin;
		this.problems = new Set(source.problems);
	}
	/** Where a setting's values come from: the person, its variable, its default, another setting. */
	given(setting$1) {
		const written = this.#source.given(setting$1);
		if (written) return setting$1.form === "lines" || setting$1.form === "pairs" ? written : written.slice(-1);
		const variable = setting$1.variable && this.#env[setting$1.variable];
		if (setting$1.variable && variable) return [{
			source: setting$1.variable,
			text: variable
		}];
		if (!("default" in setting$1 || "defaultOf" in setting$1)) return [];
		if (setting$1.default !== void 0) return [{
			source: setting(nameOf(setting$1)),
			text: setting$1.default
		}];
		return setting$1.form !== "flag" && setting$1.defaultOf ? this.given(setting$1.defaultOf) : [];
	}
	/** Whether a person wrote the setting, and nothing else stands in for it. */
	written(setting) {
		return this.#source.given(setting) !== void 0;
	}
	/**
	* Reads the values of rows. What has problems is undefined, or missing in a list, whatever its type says: the
	* values are worth nothing if there are problems.
	*/
	async read(rows) {
		const values = {};
		for (const [name, row] of Object.entries(rows)) values[name] = await this.#readRow(row);
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
	/** @throws UsageError if there are problems */
	check() {
		if (this.problems.size > 0) throw new UsageError([...this.problems]);
	}
	async #readRow(row) {
		switch (row.form) {
			case "flag": return (await this.#all(row, readFlag))[0] ?? row.default === "true";
			case "text":
			case "headers": return (await this.#all(row, row.read))[0];
			case "lines": return this.#all(row, row.read);
			case "pairs": return this.#pairs(row);
		}
	}
	async #all(row, read) {
		const values = [];
		const context = {
			origin: this.#origin,
			written: this.written(row)
		};
		for (const { source, text } of this.given(row)) {
			const value = await this.attempt(() => read(text, context), `${source}: `);
			if (value !== void 0) values.push(value);
		}
		return values;
	}
	async #pairs(row) {
		const pairs = /* @__PURE__ */ new Map();
		const name = setting(nameOf(row));
		for (const [key, value] of await this.#all(row, readPair)) {
			const problem = row.keyProblem(key);
			if (problem) this.problem(`${name}: the key ${quoted(key)} ${problem}.`);
			if (pairs.has(key)) this.problem(`${name}: the key ${quoted(key)} is given twice. Keep one of them.`);
			pairs.set(key, value);
		}
		return Object.fromEntries(pairs);
	}
};
/** What YAML calls a boolean, as in the toolkit's getBooleanInput. */
function readFlag(text) {
	if (/^(true|True|TRUE)$/.test(text)) return true;
	if (/^(false|False|FALSE)$/.test(text)) return false;
	throw new MesosizeError("OPTION_INVALID", `${quoted(text)} is neither true nor false. Write one of the two.`);
}
// src/lib/nearest.ts
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
export { PREVIEW as A, NAMED as C, OUTPUT as D, CACHE as E, RESOURCES as M, SUPERVISOR as N, REPORTING as O, HAB as S, readPackage as T, REMOVED as _, inputsOf as a, PUBLISH as b, DEPLOY as c, GITHUB_EXPORT as d, GITHUB_REMOVE as f, STORE_ACCESS as g, STATUS as h, optionWording as i, APP as j, URIS as k, EXPORT as l, SHOW_LOGS as m, SettingValues as n, nameOf as o, REMOVE as p, inputWording as r, optionsOf as s, nearest as t, GITHUB_DEPLOY as u, RETRACTION as v, PACKAGES as w, RELEASE as x, HTTP as y };
