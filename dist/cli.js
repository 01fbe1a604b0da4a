#!/usr/bin/env node
import { a as visible, o as version } from "./reporter.js";
import { n as UsageError, r as messageOf, t as MesosizeError } from "./errors.js";
import { a as optionTable, i as GENERAL_OPTIONS, n as OptionValues, r as exportOptions, t as readExportRequest } from "./read-export.js";
import { t as nearest } from "./nearest.js";
import { n as print, t as inSession } from "./session.js";
import { parseArgs } from "node:util";
// src/settings/marathon-options.ts
/** Where Marathon is and how it is told who asks: the same for every command that speaks to it. */
const ACCESS = {
	heading: "Marathon",
	options: [
		{
			name: "marathon",
			value: "URL",
			env: "MARATHON_URL",
			help: "base URL, such as https://cluster.example.com/service/marathon; those of several masters with commas between them"
		},
		{
			name: "marathon-user",
			value: "USER",
			env: "MARATHON_USER",
			help: "user of Marathon's --http_credentials"
		},
		{
			name: "marathon-password",
			value: "PASSWORD",
			env: "MARATHON_PASSWORD",
			help: "that user's password; better in the variable, where ps does not show it"
		},
		{
			name: "dcos-token",
			value: "TOKEN",
			env: "DCOS_TOKEN",
			help: "authentication token of DC/OS; better in the variable"
		},
		{
			name: "dcos-service-account",
			value: "FILE",
			env: "DCOS_SERVICE_ACCOUNT",
			help: "JSON file with the secret of a DC/OS service account; the variable may hold the JSON itself"
		},
		{
			name: "dcos-user",
			value: "USER",
			env: "DCOS_USER",
			help: "user of DC/OS"
		},
		{
			name: "dcos-password",
			value: "PASSWORD",
			env: "DCOS_PASSWORD",
			help: "that user's password; better in the variable"
		},
		{
			name: "ca-file",
			value: "FILE",
			help: "certificates in PEM of the cluster's own authority, trusted besides the usual ones"
		}
	]
};
const FORCE = {
	name: "force",
	help: "cancel the deployments that are changing the app, instead of waiting for them"
};
const TIMEOUT = {
	name: "timeout",
	value: "TIME",
	default: "15m",
	help: "how long it may take, such as 90s, 15m or 1h"
};
const JSON_RESULT = {
	name: "json",
	help: "print the result as JSON to standard output"
};
const deployOptions = optionTable([
	{
		heading: "Deployment",
		options: [
			{
				name: "dry-run",
				help: "show what would change, and change nothing"
			},
			FORCE,
			TIMEOUT,
			{
				name: "fail-fast",
				value: "NUMBER",
				default: "3",
				unit: "tasks",
				help: "after so many failed tasks of the new version the deployment has failed; 0: never"
			},
			{
				name: "no-rollback",
				help: "leave a failed deployment as it is, instead of putting back what was"
			},
			{
				name: "allow-unfetchable-uri",
				help: "deploy although no agent can fetch the tarball from its URI"
			}
		]
	},
	ACCESS,
	{
		heading: "Output",
		options: [JSON_RESULT, ...GENERAL_OPTIONS]
	}
]);
const removeOptions = optionTable([
	{
		heading: "Removal",
		options: [FORCE, TIMEOUT]
	},
	ACCESS,
	{
		heading: "Output",
		options: [JSON_RESULT, ...GENERAL_OPTIONS]
	}
]);
const statusOptions = optionTable([ACCESS, {
	heading: "Output",
	options: [{
		...JSON_RESULT,
		help: "print it as JSON"
	}, ...GENERAL_OPTIONS]
}]);
const logsOptions = optionTable([
	{
		heading: "What is shown",
		options: [
			{
				name: "follow",
				short: "f",
				help: "go on with what is written from now on, by new tasks too"
			},
			{
				name: "stdout",
				help: "only what goes to stdout"
			},
			{
				name: "stderr",
				help: "only what goes to stderr"
			},
			{
				name: "instance",
				value: "NUMBER",
				help: "only the task that has this number in the status"
			},
			{
				name: "lines",
				short: "n",
				value: "NUMBER",
				default: "50",
				unit: "lines",
				help: "how many lines of the past of each task and stream"
			}
		]
	},
	ACCESS,
	{
		heading: "Output",
		options: GENERAL_OPTIONS
	}
]);
// src/cli/commands.ts
const BAD_USAGE$1 = ["2", "the request cannot be carried out as written; every problem is listed"];
const COLOURS = ["NO_COLOR", "no colours; FORCE_COLOR brings them back, on terminals alone"];
const APP_ID = "An APP_ID is one of Marathon, such as /web/shop; the slash at its beginning may be left out.";
/** In the order of the help. */
const commands = {
	export: {
		usage: "mesosize [export] <PKG_IDENT | FILE.hart>... [options] > app.json",
		summary: "make the tarball and the app definition; the word may be left out",
		about: "Exports Habitat packages as a tarball that a Mesos agent runs, and prints the Marathon app definition that runs it. The first package that has a run hook is the service that starts; the others are in the image.",
		options: exportOptions,
		notes: ["A PKG is an identifier, origin/name[/version[/release]], or the path of a hart.", "Of an option that is given twice the last counts, unless it says \"repeatable\"."],
		variables: [["HAB_ORIGIN", "origin of a package that is named without one"], COLOURS],
		statuses: [
			["0", "exported"],
			["1", "failed"],
			BAD_USAGE$1
		],
		examples: [
			"mesosize core/redis > redis.json",
			"mesosize core/redis/7.2.4 --mem 512 --uri-base https://files.example.com/mesos > redis.json",
			"mesosize results/acme-web-1.2.0-20240102030405-x86_64-linux.hart --config web.toml > web.json"
		]
	},
	deploy: {
		usage: "mesosize deploy APP.json [options]",
		summary: "give an app definition to Marathon and wait until it runs",
		about: "Gives an app definition to Marathon, waits until all its tasks run and are healthy, and tells where they can be reached. If that fails, it tells why, with the last lines of what the failing task wrote, and puts back what was there before.",
		options: deployOptions,
		notes: ["An APP.json is the file that the export wrote, or - for standard input."],
		variables: [COLOURS],
		statuses: [
			["0", "the new version runs, or this very definition ran already"],
			["1", "failed, rolled back, superseded by another change, or not up in time"],
			BAD_USAGE$1
		],
		examples: [
			"mesosize deploy redis.json --marathon http://marathon.example.com:8080",
			"mesosize deploy redis.json --dry-run",
			"mesosize core/redis --uri-base https://files.example.com/mesos | mesosize deploy - --timeout 5m"
		]
	},
	remove: {
		usage: "mesosize remove APP_ID [options]",
		summary: "remove an app and wait until its tasks are gone",
		about: "Removes an app from Marathon, and waits until its tasks are gone.",
		options: removeOptions,
		notes: [APP_ID],
		variables: [COLOURS],
		statuses: [
			["0", "gone, or not there to begin with"],
			["1", "failed, or not gone in time"],
			BAD_USAGE$1
		],
		examples: ["mesosize remove /web/shop --marathon http://marathon.example.com:8080"]
	},
	status: {
		usage: "mesosize status APP_ID [options]",
		summary: "show what of an app runs, where, how healthy, and what failed last",
		about: "Shows the instances of an app with their versions, addresses and health: what Marathon says of it and, for apps that Mesosize has made, what Habitat's Supervisor says. Shows the last failure as well.",
		options: statusOptions,
		notes: [APP_ID],
		variables: [],
		statuses: [
			["0", "shown"],
			["1", "failed, or there is no such app"],
			BAD_USAGE$1
		],
		examples: ["mesosize status /web/shop", "mesosize status /web/shop --json > shop.json"]
	},
	logs: {
		usage: "mesosize logs APP_ID [options]",
		summary: "show what the tasks of an app write to stdout and stderr",
		about: "Prints what the tasks of an app have written, read from their sandboxes on the agents: through DC/OS, or directly from the agents' port 5051. Where several tasks or streams are shown, each line begins with the task's number and the stream's name.",
		options: logsOptions,
		notes: [APP_ID],
		variables: [],
		statuses: [
			["0", "shown"],
			["1", "failed, or nothing could be read"],
			BAD_USAGE$1
		],
		examples: ["mesosize logs /web/shop --stderr", "mesosize logs /web/shop --follow --instance 2"]
	}
};
function isCommandName(word) {
	return Object.hasOwn(commands, word);
}
// src/cli/help.ts
const WIDTH = 100;
/** Where the explanations begin. */
const COLUMN = 31;
/**
* The text for `--help`, at most 100 columns wide.
* @param name of the command; that of an export tells of the others too
*/
function helpText(name = "export") {
	const { usage, about, options, notes, variables, statuses, examples } = commands[name];
	const standIns = options.groups.flatMap((group) => group.options).flatMap(({ env, name }) => env ? [[env, `stands in for --${name}`]] : []);
	return [
		`Usage: ${usage}`,
		"",
		...wrap(about, WIDTH),
		...name === "export" ? listOfCommands() : [],
		...options.groups.flatMap(({ heading, options }) => [
			"",
			`${heading}:`,
			...options.flatMap((option) => entry(usageOf(option), explanationOf(option)))
		]),
		"",
		...notes,
		"",
		"Environment (an empty variable counts as unset):",
		...[...standIns, ...variables].flatMap(([name, help]) => entry(`  ${name}`, help)),
		"",
		"Exit status:",
		...statuses.flatMap(([status, help]) => entry(`  ${status}`, help)),
		"",
		"Examples:",
		...examples.map((example) => `  ${example}`),
		""
	].join("\n");
}
function listOfCommands() {
	return [
		"",
		"Commands (mesosize COMMAND --help tells of each):",
		...Object.entries(commands).flatMap(([name, { summary }]) => entry(`  ${name}`, summary))
	];
}
function usageOf({ name, short, value, alone }) {
	const shown = alone === void 0 ? ` ${value}` : `[=${value}]`;
	return `  ${short ? `-${short},` : "   "} --${name}${value ? shown : ""}`;
}
function explanationOf(option) {
	const details = [
		option.choices && `one of ${option.choices.join(", ")}`,
		option.alone && `alone: ${option.alone}`,
		option.repeatable && "repeatable",
		option.default !== void 0 && `default: ${option.default}${option.unit ? ` ${option.unit}` : ""}`,
		option.defaultOf && `default: that of --${option.defaultOf}`,
		option.env && `env: ${option.env}`
	].filter((detail) => typeof detail === "string");
	return details.length > 0 ? `${option.help} (${details.join("; ")})` : option.help;
}
function entry(usage, explanation) {
	const indent = " ".repeat(COLUMN);
	const [first = "", ...rest] = wrap(explanation, 69);
	const continued = rest.map((line) => indent + line);
	return usage.length < 30 ? [usage.padEnd(COLUMN) + first, ...continued] : [
		usage,
		indent + first,
		...continued
	];
}
function wrap(text, width) {
	const lines = [];
	let line = "";
	for (const word of text.split(" ")) {
		if (line !== "" && line.length + 1 + word.length > width) {
			lines.push(line);
			line = "";
		}
		line += line === "" ? word : ` ${word}`;
	}
	return [...lines, line];
}
// src/cli/arguments.ts
/** Tells options from other words, and collects what is wrong with the options' form. */
function readArguments(argv, table) {
	const options = /* @__PURE__ */ new Map();
	const positionals = [];
	const problems = [];
	let unknown;
	let alone;
	for (const token of tokenize(argv, table)) {
		if (token.kind === "positional" && alone?.choices?.includes(token.value)) problems.push(`--${alone.name}: its value is written behind "=". Write --${alone.name}=${token.value}.`);
		else if (token.kind === "positional") positionals.push({
			text: token.value,
			doubtful: unknown !== void 0 && unknown.value === void 0
		});
		alone = void 0;
		if (token.kind !== "option") {
			unknown = void 0;
			continue;
		}
		if (unknown?.index === token.index) continue;
		const option = table.named(token.name);
		unknown = option ? void 0 : token;
		if (token.value === void 0 && option?.alone !== void 0) alone = option;
		const problem = option ? problemOfForm(token, option) : unknownOption(token, argv[token.index], table);
		if (problem) problems.push(problem);
		else if (option) options.set(option.name, [...options.get(option.name) ?? [], givenBy(token, option)]);
	}
	return {
		options,
		positionals,
		problems
	};
}
function tokensOf(args, table) {
	return parseArgs({
		args: [...args],
		options: Object.fromEntries(optionsOf(table).map(({ name, short, value, alone }) => [name, {
			type: value && alone === void 0 ? "string" : "boolean",
			multiple: true,
			...short ? { short } : {}
		}])),
		strict: false,
		allowPositionals: true,
		tokens: true
	}).tokens;
}
/**
* The tokens of parseArgs, which lets an option swallow whatever follows. That is right for `--mem -1`, whose
* number is then found wrong; in `--mem --cpu 1` it is the value that is missing.
*/
function tokenize(argv, table, from = 0) {
	const tokens = tokensOf(argv.slice(from), table).map((token) => ({
		...token,
		index: token.index + from
	}));
	const at = tokens.findIndex((token) => token.kind === "option" && token.inlineValue === false && looksLikeOption(token.value, table));
	if (at < 0) return tokens;
	const swallower = tokens[at];
	return [
		...tokens.slice(0, at),
		{
			...swallower,
			value: void 0,
			inlineValue: void 0
		},
		...tokenize(argv, table, swallower.index + 1)
	];
}
function looksLikeOption(text, table) {
	const shorts = optionsOf(table).flatMap(({ short }) => short ? [`-${short}`] : []);
	return text.startsWith("--") || shorts.includes(text);
}
function optionsOf({ groups }) {
	return groups.flatMap((group) => group.options);
}
function problemOfForm({ rawName, value }, option) {
	if (option.value === void 0) return value === void 0 ? void 0 : `${rawName}: it takes no value. Write --${option.name} alone, or leave it out.`;
	const { name, alone } = option;
	if (value || value === void 0 && alone !== void 0) return void 0;
	return alone === void 0 ? `${rawName}: its value is missing. Write --${name} ${option.value}, or leave it out.` : `${rawName}: its value is missing. Write --${name}=${option.value}, or --${name} alone for ${alone}.`;
}
function givenBy({ rawName, value = "" }, { alone = "" }) {
	return {
		source: rawName,
		text: (rawName.startsWith("--") ? value : value.replace(/^=/, "")) || alone
	};
}
/** Names the option without its value: `-ZTOKEN` may be a secret behind a slip of the finger. */
function unknownOption(token, written, table) {
	const meant = nearest(written.replace(/^-+/, "").replace(/=.*$/s, ""), table.names);
	return `${visible(token.rawName)}: there is no such option. ${meant ? `Did you mean --${meant}?` : "See --help."}`;
}
// src/cli/parse.ts
/**
* Reads a command line, the environment, and the files that they name. A line that does not begin with a command
* asks for an export.
* @param argv the words behind the program's name
* @param stdin read where it is named as a file, by `-`
* @throws UsageError with every problem, one line each
*/
async function parseCommandLine(argv, env, stdin = process.stdin) {
	const [first = ""] = argv;
	const of = isCommandName(first) ? first : void 0;
	const line = readArguments(of ? argv.slice(1) : argv, commands[of ?? "export"].options);
	if (line.options.has("help")) return {
		kind: "help",
		of
	};
	if (line.options.has("version")) return { kind: "version" };
	if (of === void 0 || of === "export") return {
		kind: "export",
		request: await read(exportOptions, line, env, (positionals, values) => readNamedExport(positionals, values, env.HAB_ORIGIN))
	};
	const readers = await import("./read-marathon.js");
	switch (of) {
		case "deploy": return {
			kind: of,
			request: await read(deployOptions, line, env, (positionals, values) => readers.readDeployRequest(positionals, values, stdin))
		};
		case "remove": return {
			kind: of,
			request: await read(removeOptions, line, env, readers.readRemoveRequest)
		};
		case "status": return {
			kind: of,
			request: await read(statusOptions, line, env, readers.readStatusRequest)
		};
		case "logs": return {
			kind: of,
			request: await read(logsOptions, line, env, readers.readLogsRequest)
		};
	}
}
/** @throws UsageError if there are problems, of the form or of the values */
async function read(options, line, env, readRequest) {
	const values = new OptionValues(options, line, env);
	const request = await readRequest(line.positionals, values);
	if (values.problems.size > 0) throw new UsageError([...values.problems]);
	return request;
}
async function readNamedExport(positionals, values, origin) {
	const request = await readExportRequest(positionals, values, origin);
	if (request.packages.length === 0 && positionals.every(({ doubtful }) => doubtful)) values.problem("PKG_IDENT: no package is named. Write one or more identifiers such as core/redis, or paths of harts.");
	return request;
}
// src/cli/main.ts
const FAILED = 1;
const BAD_USAGE = 2;
process.stderr.on("error", () => {});
process.stdout.on("error", () => {});
process.exitCode = await main().catch(explain);
/** @returns the exit status */
async function main() {
	const command = await parseCommandLine(process.argv.slice(2), process.env);
	switch (command.kind) {
		case "help":
			await print(helpText(command.of));
			return 0;
		case "version":
			await print(`mesosize ${version}\n`);
			return 0;
		case "export": {
			const { exportForPerson } = await import("./export.js");
			return inSession("; nothing was written", (session) => exportForPerson(command.request, session));
		}
		case "deploy": {
			const { deployForPerson } = await import("./deploy.js");
			return inSession("; what Marathon has begun goes on", (session) => deployForPerson(command.request, session));
		}
		case "remove": {
			const { removeForPerson } = await import("./remove2.js");
			return inSession("; what Marathon has begun goes on", (session) => removeForPerson(command.request, session));
		}
		case "status": {
			const { showStatus } = await import("./show.js");
			return inSession("", (session) => showStatus(command.request, session));
		}
		case "logs": {
			const { showLogsForPerson } = await import("./show.js");
			return inSession("", (session) => showLogsForPerson(command.request, session));
		}
	}
}
/** Tells the person what is wrong. @returns the exit status */
function explain(error) {
	if (error instanceof UsageError) {
		for (const problem of error.problems) process.stderr.write(`mesosize: ${visible(problem)}\n`);
		process.stderr.write("See mesosize --help.\n");
		return BAD_USAGE;
	}
	for (const line of messageOf(error).split("\n")) process.stderr.write(`mesosize: ${visible(line)}\n`);
	if (error instanceof Error && (process.env.DEBUG || !(error instanceof MesosizeError))) process.stderr.write(`${error.stack}\n`);
	return FAILED;
}
export {};
