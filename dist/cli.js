#!/usr/bin/env node
import { a as optionNamed, c as terminalReporter, d as formatTable, f as visible, i as optionGroups, l as formatBytes, n as readExportRequest, o as optionNames, p as version, r as OptionValues, s as parseArgsOptions, t as nearest } from "./nearest.js";
import { n as UsageError, r as messageOf, t as MesosizeError } from "./errors.js";
import { n as formatIdent } from "./ident.js";
import { constants } from "node:os";
import { parseArgs } from "node:util";
// src/cli/help.ts
const WIDTH = 100;
/** Where the explanations begin. */
const COLUMN = 31;
const VARIABLES = [["HAB_ORIGIN", "origin of a package that is named without one"], ["NO_COLOR", "no colours; FORCE_COLOR brings them back, on terminals alone"]];
const STATUSES = [
	["0", "exported"],
	["1", "failed"],
	["2", "the request cannot be carried out as written; every problem is listed"]
];
const EXAMPLES = [
	"mesosize core/redis > redis.json",
	"mesosize core/redis/7.2.4 --mem 512 --uri-base https://files.example.com/mesos > redis.json",
	"mesosize results/acme-web-1.2.0-20240102030405-x86_64-linux.hart --config web.toml > web.json"
];
/** The text for `--help`, at most 100 columns wide. */
function helpText() {
	const variables = optionGroups.flatMap((group) => group.options).flatMap(({ env, name }) => env ? [[env, `stands in for --${name}`]] : []);
	return [
		"Usage: mesosize <PKG_IDENT | FILE.hart>... [options] > app.json",
		"",
		...wrap("Exports Habitat packages as a tarball that a Mesos agent runs, and prints the Marathon app definition that runs it. The first package that has a run hook is the service that starts; the others are in the image.", WIDTH),
		...optionGroups.flatMap(({ heading, options }) => [
			"",
			`${heading}:`,
			...options.flatMap((option) => entry(usageOf(option), explanationOf(option)))
		]),
		"",
		"A PKG is an identifier, origin/name[/version[/release]], or the path of a hart.",
		"Of an option that is given twice the last counts, unless it says \"repeatable\".",
		"",
		"Environment (an empty variable counts as unset):",
		...[...variables, ...VARIABLES].flatMap(([name, help]) => entry(`  ${name}`, help)),
		"",
		"Exit status:",
		...STATUSES.flatMap(([status, help]) => entry(`  ${status}`, help)),
		"",
		"Examples:",
		...EXAMPLES.map((example) => `  ${example}`),
		""
	].join("\n");
}
function usageOf({ name, short, value }) {
	return `  ${short ? `-${short},` : "   "} --${name}${value ? ` ${value}` : ""}`;
}
function explanationOf(option) {
	const details = [
		option.choices && `one of ${option.choices.join(", ")}`,
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
/** Tells options from packages, and collects what is wrong with the options' form. */
function readArguments(argv) {
	const options = /* @__PURE__ */ new Map();
	const positionals = [];
	const problems = [];
	let unknown;
	for (const token of tokenize(argv)) {
		if (token.kind === "positional") positionals.push({
			text: token.value,
			doubtful: unknown !== void 0 && unknown.value === void 0
		});
		if (token.kind !== "option") {
			unknown = void 0;
			continue;
		}
		if (unknown?.index === token.index) continue;
		const option = optionNamed(token.name);
		unknown = option ? void 0 : token;
		const problem = option ? problemOfForm(token, option) : unknownOption(token, argv[token.index]);
		if (problem) problems.push(problem);
		else if (option) options.set(option.name, [...options.get(option.name) ?? [], givenBy(token)]);
	}
	return {
		options,
		positionals,
		problems
	};
}
function tokensOf(args) {
	return parseArgs({
		args: [...args],
		options: parseArgsOptions,
		strict: false,
		allowPositionals: true,
		tokens: true
	}).tokens;
}
/**
* The tokens of parseArgs, which lets an option swallow whatever follows. That is right for `--mem -1`, whose
* number is then found wrong; in `--mem --cpu 1` it is the value that is missing.
*/
function tokenize(argv, from = 0) {
	const tokens = tokensOf(argv.slice(from)).map((token) => ({
		...token,
		index: token.index + from
	}));
	const at = tokens.findIndex((token) => token.kind === "option" && token.inlineValue === false && looksLikeOption(token.value));
	if (at < 0) return tokens;
	const swallower = tokens[at];
	return [
		...tokens.slice(0, at),
		{
			...swallower,
			value: void 0,
			inlineValue: void 0
		},
		...tokenize(argv, swallower.index + 1)
	];
}
function looksLikeOption(text) {
	const shorts = Object.values(parseArgsOptions).flatMap(({ short }) => short ? [`-${short}`] : []);
	return text.startsWith("--") || shorts.includes(text);
}
function problemOfForm({ rawName, value }, option) {
	if (option.value === void 0) return value === void 0 ? void 0 : `${rawName}: it takes no value. Write --${option.name} alone, or leave it out.`;
	return value ? void 0 : `${rawName}: its value is missing. Write --${option.name} ${option.value}, or leave it out.`;
}
function givenBy({ rawName, value = "" }) {
	return {
		source: rawName,
		text: rawName.startsWith("--") ? value : value.replace(/^=/, "")
	};
}
/** Names the option without its value: `-ZTOKEN` may be a secret behind a slip of the finger. */
function unknownOption(token, written) {
	const meant = nearest(written.replace(/^-+/, "").replace(/=.*$/s, ""), optionNames);
	return `${visible(token.rawName)}: there is no such option. ${meant ? `Did you mean --${meant}?` : "See --help."}`;
}
// src/cli/parse.ts
/**
* Reads a command line, the environment, and the files that they name.
* @param argv the words behind the program's name
* @throws UsageError with every problem, one line each
*/
async function parseCommandLine(argv, env) {
	const line = readArguments(argv);
	if (line.options.has("help")) return { kind: "help" };
	if (line.options.has("version")) return { kind: "version" };
	const values = new OptionValues(line, env);
	const doubtful = line.positionals.every((positional) => positional.doubtful);
	const request = await readExportRequest(line.positionals, values, env.HAB_ORIGIN);
	if (doubtful && request.packages.length === 0) values.problem("PKG_IDENT: no package is named. Write one or more identifiers such as core/redis, or paths of harts.");
	if (values.problems.size > 0) throw new UsageError([...values.problems]);
	return {
		kind: "export",
		request
	};
}
// src/cli/summary.ts
const LARGEST = 5;
/** The table at the end of an export, as lines with a line end each. */
function formatSummary({ ident, tarball, appPath, packages }) {
	const unpacked = packages.reduce((sum, { size }) => sum + size, 0);
	const largest = packages.toSorted((a, b) => b.size - a.size || (a.ident < b.ident ? -1 : 1)).slice(0, LARGEST);
	return [
		...formatTable([
			["Package", visible(formatIdent(ident))],
			["Tarball", visible(tarball.path)],
			["Size", `${formatBytes(tarball.size)} (${tarball.size} bytes)`],
			["SHA-256", tarball.sha256],
			["Packages", `${packages.length}, ${formatBytes(unpacked)} unpacked`],
			["App", visible(appPath)]
		]),
		"",
		...formatTable([[
			"Largest packages",
			"unpacked",
			"in the tarball"
		], ...largest.map((each) => [
			visible(each.ident),
			formatBytes(each.size),
			formatBytes(each.packed)
		])], [1, 2])
	].map((line) => `${line}\n`).join("");
}
// src/cli/main.ts
const FAILED = 1;
const BAD_USAGE = 2;
process.stderr.on("error", () => {});
process.exitCode = await main().catch(explain);
/** @returns the exit status */
async function main() {
	const command = await parseCommandLine(process.argv.slice(2), process.env);
	switch (command.kind) {
		case "help":
			await print(helpText());
			return 0;
		case "version":
			await print(`mesosize ${version}\n`);
			return 0;
		case "export": return exportForPerson(command.request);
	}
}
async function exportForPerson(request) {
	const { runExport, createFetch, publishNowhere } = await import("./exporting.js");
	const report = terminalReporter(process.stderr, process.env);
	const cancellation = new AbortController();
	let stoppedBy;
	const stop = (signal) => {
		stoppedBy = signal;
		cancellation.abort();
	};
	for (const signal of [
		"SIGINT",
		"SIGTERM",
		"SIGHUP"
	]) process.once(signal, stop);
	try {
		const { signal } = cancellation;
		const exported = await runExport(request, {
			fetch: createFetch({
				version,
				signal
			}),
			publish: publishNowhere(request, report),
			report,
			signal
		});
		report.close();
		await print(exported.appText, `; it is in ${exported.appPath} all the same`);
		process.stderr.write(`\n${formatSummary(exported)}`);
		return 0;
	} catch (error) {
		report.close();
		if (stoppedBy === void 0) throw error;
		process.stderr.write(`Stopped by ${stoppedBy}; nothing was written.\n`);
		return 128 + constants.signals[stoppedBy];
	}
}
/**
* Writes to standard output, which may be a full disk or a pipe that nobody reads.
* @param instead added to the error
* @throws MesosizeError STDOUT_UNWRITABLE
*/
function print(text, instead = "") {
	return new Promise((resolve, reject) => {
		process.stdout.on("error", (error) => reject(new MesosizeError("STDOUT_UNWRITABLE", `Standard output cannot be written (${error.message})${instead}. Send it elsewhere.`)));
		process.stdout.write(text, (error) => {
			if (!error) resolve();
		});
	});
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
