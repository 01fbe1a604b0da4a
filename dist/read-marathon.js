import { n as UsageError, t as MesosizeError } from "./errors.js";
import { i as countProblem, n as appIdProblem } from "./rules.js";
import { t as parseApp } from "./app-text.js";
import { t as checkApp } from "./check.js";
import { h as readNumber, l as invalid, o as readText, p as readDuration, s as statusOf, u as quoted } from "./files.js";
import { t as setting } from "./setting.js";
import { r as readMarathonUrls } from "./base-url.js";
import { n as readClusterCa, t as readCredentials } from "./credentials.js";
import { text } from "node:stream/consumers";
// src/settings/read-access.ts
/** What the options ask; worth nothing if `values` has problems afterwards. */
async function readAccess(values) {
	const text = (name) => values.one(name, (given) => given);
	if (values.given("marathon").length === 0) values.problem(`${setting("marathon")}: it is not said where Marathon is. Write ${setting("marathon", "https://cluster.example.com/service/marathon")}, or set MARATHON_URL.`);
	const address = await values.one("marathon", (given) => withoutName(() => readMarathonUrls(given)));
	const credentials = await values.attempt(async () => readCredentials({
		fromUrl: address?.authorization,
		user: await text("marathon-user"),
		password: await text("marathon-password"),
		dcosToken: await text("dcos-token"),
		dcosServiceAccount: await values.one("dcos-service-account", readSecret),
		dcosUser: await text("dcos-user"),
		dcosPassword: await text("dcos-password")
	}));
	const ca = await values.one("ca-file", async (path) => {
		const pem = await readText(path);
		return withoutName(() => readClusterCa(pem));
	});
	return {
		urls: address?.urls ?? [],
		credentials: credentials ?? { kind: "none" },
		ca
	};
}
/** The secret itself, or that in a file. What is neither may be a secret as well, and is not shown. */
async function readSecret(text) {
	if (text.trimStart().startsWith("{")) return text;
	if ((await statusOf(text))?.isFile()) return readText(text);
	throw invalid("it is neither the JSON of a secret nor the path of a file that is there. Give the JSON that \"dcos security secrets create-sa-secret\" stores, or its file.");
}
/** Takes the name that an action's input has from the front of a message: the option's will stand there. */
function withoutName(read) {
	try {
		return read();
	} catch (error) {
		if (!(error instanceof MesosizeError)) throw error;
		throw new MesosizeError(error.code, error.message.replace(/^[a-z-]+: /, ""), { cause: error });
	}
}
// src/settings/read-marathon.ts
/** @param stdin read where the file is named `-` */
async function readDeployRequest(positionals, values, stdin) {
	const allowUnfetchableUri = values.written("allow-unfetchable-uri");
	const app = await readOperand(positionals, values, "APP.json", "the file that the export wrote", async (path) => {
		const text$1 = path === "-" ? await text(stdin) : await readText(path);
		return checked(() => checkApp(parseApp(text$1, quoted(path)), { allowUnfetchableUri }));
	});
	return {
		access: await readAccess(values),
		app,
		dryRun: values.written("dry-run"),
		force: values.written("force"),
		timeout: await values.one("timeout", readDuration),
		failFast: await values.one("fail-fast", readCount),
		rollback: !values.written("no-rollback"),
		allowUnfetchableUri,
		json: values.written("json")
	};
}
/** Makes each line of an error that has a line for each mistake a problem. */
function checked(check) {
	try {
		return check();
	} catch (error) {
		if (!(error instanceof MesosizeError) || !/^APP_(INVALID|UNFETCHABLE)$/.test(error.code)) throw error;
		throw new UsageError(error.message.split("\n"));
	}
}
async function readRemoveRequest(positionals, values) {
	return {
		access: await readAccess(values),
		appId: await readAppId(positionals, values),
		force: values.written("force"),
		timeout: await values.one("timeout", readDuration),
		json: values.written("json")
	};
}
async function readStatusRequest(positionals, values) {
	return {
		access: await readAccess(values),
		appId: await readAppId(positionals, values),
		json: values.written("json")
	};
}
async function readLogsRequest(positionals, values) {
	const named = ["stdout", "stderr"].filter((stream) => values.written(stream));
	return {
		access: await readAccess(values),
		appId: await readAppId(positionals, values),
		streams: named.length > 0 ? named : ["stdout", "stderr"],
		instance: await values.one("instance", readInstance),
		lines: await values.one("lines", readCount),
		follow: values.written("follow")
	};
}
async function readAppId(positionals, values) {
	return await readOperand(positionals, values, "APP_ID", "the app's id, such as /web/shop", (text) => {
		const problem = appIdProblem(text);
		if (problem) throw invalid(`${quoted(text)} ${problem}.`);
		return `/${text.replace(/^\//, "")}`;
	}) ?? "";
}
/** The one word that a command takes besides its options. */
async function readOperand(positionals, values, name, what, read) {
	const sure = positionals.filter(({ doubtful }) => !doubtful);
	const [first, ...more] = sure.length > 0 ? sure : positionals.slice(0, 1);
	if (!first) {
		values.problem(`${name}: it is missing. Write ${what}.`);
		return;
	}
	for (const { text } of more) values.problem(`${quoted(text)}: there is a word too many. Write one ${name}.`);
	return values.attempt(() => read(first.text));
}
function readCount(text) {
	const count = readNumber(text);
	const problem = countProblem(count);
	if (problem) throw invalid(`${quoted(text)} ${problem}.`);
	return count;
}
function readInstance(text) {
	const number = readCount(text);
	if (number === 0) throw invalid(`${quoted(text)}: the numbers of tasks begin with 1.`);
	return number;
}
export { readDeployRequest, readLogsRequest, readRemoveRequest, readStatusRequest };
