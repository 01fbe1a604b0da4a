#!/usr/bin/env node
import { a as visible, o as version } from "./reporter.js";
import { n as UsageError, r as messageOf, t as MesosizeError } from "./errors.js";
import { b as wordSettings } from "./url.js";
import { T as readPackage, c as DEPLOY, h as STATUS, i as optionWording, l as EXPORT, m as SHOW_LOGS, n as SettingValues, p as REMOVE, s as optionsOf, t as nearest } from "./nearest.js";
import { t as readExportRequest } from "./read-export.js";
import { C as quoted, n as JSON_RESULT, w as readAppId } from "./show.js";
import { n as print, t as inSession } from "./session.js";
import { parseArgs } from "node:util";
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
		table: EXPORT,
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
		table: DEPLOY,
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
		table: REMOVE,
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
		table: STATUS,
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
		table: SHOW_LOGS,
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
* @param name of the command; that of an export lists the others too
*/
function helpText(name = "export") {
	const { usage, about, table, notes, variables, statuses, examples } = commands[name];
	const groups = table.map((group) => ({
		heading: group.heading,
		options: optionsOf([group])
	}));
	const standIns = groups.flatMap((group) => group.options).flatMap(({ variable, option }) => variable ? [[variable, `stands in for --${option}`]] : []);
	return [
		`Usage: ${usage}`,
		"",
		...wrap(about, WIDTH),
		...name === "export" ? listOfCommands() : [],
		...groups.filter(({ options }) => options.length > 0).flatMap(({ heading, options }) => [
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
		"Commands (run mesosize COMMAND --help for details):",
		...Object.entries(commands).flatMap(([name, { summary }]) => entry(`  ${name}`, summary))
	];
}
function usageOf(row) {
	const name = `  ${row.short ? `-${row.short},` : "   "} --${row.option}`;
	if (row.form === "flag") return name;
	return "alone" in row && row.alone !== void 0 ? `${name}[=${row.value}]` : `${name} ${row.value}`;
}
function explanationOf(row) {
	const help = row.help.replaceAll("`", "\"");
	const text = row.form === "flag" && row.default === "true" ? `do not ${help}` : help;
	const details = [...detailsOf(row), row.variable && `env: ${row.variable}`].filter(Boolean);
	return details.length > 0 ? `${text} (${details.join("; ")})` : text;
}
function detailsOf(row) {
	switch (row.form) {
		case "flag": return [];
		case "lines":
		case "pairs": return ["repeatable"];
		default: return [
			row.choices && `one of ${row.choices.join(", ")}`,
			row.alone && `alone: ${row.alone}`,
			row.default !== void 0 ? `default: ${row.default}${row.unit ? ` ${row.unit}` : ""}` : void 0,
			row.defaultOf && `default: that of --${row.defaultOf.option}`,
			row.secret && row.variable && "better in the variable, where ps does not show it"
		];
	}
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
/** The options of a command line as the source of settings. */
function optionSource({ options, problems }) {
	return {
		given: ({ option = "" }) => options.get(option),
		problems
	};
}
/** Tells options from other words, and collects what is wrong with the options' form. */
function readArguments(argv, table) {
	const known = optionsOf(table);
	const options = /* @__PURE__ */ new Map();
	const positionals = [];
	const problems = [];
	let unknown;
	let alone;
	for (const token of tokenize(argv, known)) {
		if (token.kind === "positional" && choicesOf(alone)?.includes(token.value)) {
			const { option } = alone;
			problems.push(`--${option}: its value is written behind "=". Write --${option}=${token.value}.`);
		} else if (token.kind === "positional") positionals.push({
			text: token.value,
			doubtful: unknown !== void 0 && unknown.value === void 0
		});
		alone = void 0;
		if (token.kind !== "option") {
			unknown = void 0;
			continue;
		}
		if (unknown?.index === token.index) continue;
		const row = known.find(({ option }) => option === token.name);
		unknown = row ? void 0 : token;
		if (token.value === void 0 && row && aloneOf(row) !== void 0) alone = row;
		const problem = row ? problemOfForm(token, row) : unknownOption(token, argv[token.index], known);
		if (problem) problems.push(problem);
		else if (row) options.set(row.option, [...options.get(row.option) ?? [], givenBy(token, row)]);
	}
	return {
		options,
		positionals,
		problems
	};
}
function tokensOf(args, known) {
	return parseArgs({
		args: [...args],
		options: Object.fromEntries(known.map((row) => [row.option, {
			type: row.form !== "flag" && aloneOf(row) === void 0 ? "string" : "boolean",
			multiple: true,
			...row.short ? { short: row.short } : {}
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
function tokenize(argv, known, from = 0) {
	const tokens = tokensOf(argv.slice(from), known).map((token) => ({
		...token,
		index: token.index + from
	}));
	const at = tokens.findIndex((token) => token.kind === "option" && token.inlineValue === false && looksLikeOption(token.value, known));
	if (at < 0) return tokens;
	const swallower = tokens[at];
	return [
		...tokens.slice(0, at),
		{
			...swallower,
			value: void 0,
			inlineValue: void 0
		},
		...tokenize(argv, known, swallower.index + 1)
	];
}
function looksLikeOption(text, known) {
	const shorts = known.flatMap(({ short }) => short ? [`-${short}`] : []);
	return text.startsWith("--") || shorts.includes(text);
}
/** What an option stands for where it has no value. */
function aloneOf(row) {
	return "alone" in row ? row.alone : void 0;
}
function choicesOf(row) {
	return row && "choices" in row ? row.choices : void 0;
}
function problemOfForm({ rawName, value }, row) {
	const { option } = row;
	if (row.form === "flag") return value === void 0 ? void 0 : `${rawName}: it takes no value. Write --${option} alone, or leave it out.`;
	const alone = aloneOf(row);
	if (value || value === void 0 && alone !== void 0) return void 0;
	return alone === void 0 ? `${rawName}: its value is missing. Write --${option} ${row.value}, or leave it out.` : `${rawName}: its value is missing. Write --${option}=${row.value}, or --${option} alone for ${alone}.`;
}
function givenBy({ rawName, value = "" }, row) {
	if (row.form === "flag") return {
		source: rawName,
		text: row.default === "true" ? "false" : "true"
	};
	return {
		source: rawName,
		text: (rawName.startsWith("--") ? value : value.replace(/^=/, "")) || (aloneOf(row) ?? "")
	};
}
/** Names the option without its value: `-ZTOKEN` may be a secret behind a slip of the finger. */
function unknownOption(token, written, known) {
	const names = known.map(({ option }) => option);
	const meant = nearest(written.replace(/^-+/, "").replace(/=.*$/s, ""), names);
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
	const line = readArguments(of ? argv.slice(1) : argv, commands[of ?? "export"].table);
	if (line.options.has("help")) return {
		kind: "help",
		of
	};
	if (line.options.has("version")) return { kind: "version" };
	const origin = env.HAB_ORIGIN || void 0;
	const values = new SettingValues(optionSource(line), env, origin);
	const command = await readCommand(of ?? "export", line.positionals, values, {
		origin,
		stdin
	});
	values.check();
	return command;
}
/** Worth nothing if `values` has problems afterwards. */
async function readCommand(name, positionals, values, { origin, stdin }) {
	if (name === "export") {
		const packages = await readPackages(positionals, values, origin);
		return {
			kind: name,
			request: await readExportRequest(values, packages)
		};
	}
	const readers = await import("./read-marathon2.js");
	const readId = () => readOperand(positionals, values, "APP_ID", "the app's id, such as /web/shop", readAppId);
	switch (name) {
		case "deploy": {
			const app = await readOperand(positionals, values, "APP.json", "the file that the export wrote", (text) => text);
			return {
				kind: name,
				request: {
					...await readers.readDeployment(values, app, { stdin }),
					...await values.read(JSON_RESULT)
				}
			};
		}
		case "remove": return {
			kind: name,
			request: await readers.readRemoveRequest(values, await readId() ?? "")
		};
		case "status": return {
			kind: name,
			request: await readers.readStatusRequest(values, await readId() ?? "")
		};
		case "logs": return {
			kind: name,
			request: await readers.readLogsRequest(values, await readId() ?? "")
		};
	}
}
async function readPackages(positionals, values, origin) {
	const read = (text) => readPackage(text, {
		origin,
		written: true
	});
	const packages = [];
	for (const { text, doubtful } of positionals) {
		const name = doubtful ? await read(text).catch(() => void 0) : await values.attempt(() => read(text));
		if (name !== void 0) packages.push(name);
	}
	if (packages.length === 0 && positionals.every(({ doubtful }) => doubtful)) values.problem("PKG_IDENT: no package is named. Write one or more identifiers such as core/redis, or paths of harts.");
	return packages;
}
/** The one word that a command takes besides its options. */
async function readOperand(positionals, values, name, what, read) {
	const sure = positionals.filter(({ doubtful }) => !doubtful);
	const [first, ...more] = sure.length > 0 ? sure : positionals.slice(0, 1);
	if (!first) {
		values.problem(`${name}: it is missing. Write ${what}.`);
		return;
	}
	for (const { text } of more) values.problem(`${quoted(text)}: unexpected argument. Give exactly one ${name}.`);
	return values.attempt(() => read(first.text));
}
// src/cli/main.ts
const FAILED = 1;
const BAD_USAGE = 2;
process.stderr.on("error", () => {});
process.stdout.on("error", () => {});
wordSettings(optionWording(EXPORT));
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
			const { showStatus } = await import("./show2.js");
			return inSession("", (session) => showStatus(command.request, session));
		}
		case "logs": {
			const { showLogsForPerson } = await import("./show2.js");
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
