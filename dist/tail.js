import { a as visible } from "./reporter.js";
import { t as MesosizeError } from "./errors.js";
import { r as isObject } from "./validate.js";
import { _ as object, g as list, h as integer, v as text } from "./agents.js";
// src/marathon/deploy/endpoints.ts
/** The ports of all tasks, in the order of the port definitions and, in each, of the tasks. */
function endpointsOf({ definition, tasks }) {
	const { portDefinitions } = definition;
	const names = (Array.isArray(portDefinitions) ? portDefinitions : []).map((port) => isObject(port) && typeof port.name === "string" ? port.name : void 0);
	return tasks.flatMap(({ id, host, ports }) => ports.map((port, index) => ({
		index,
		endpoint: {
			name: names[index] ?? String(index),
			host,
			port,
			taskId: id
		}
	}))).sort((a, b) => a.index - b.index).map(({ endpoint }) => endpoint);
}
// src/marathon/logs/lines.ts
/** Characters; a longer line is shown as several. */
const LONGEST_LINE = 16384;
/** Colours are of no use to whoever reads one stream among several. */
const COLOUR = /\x1b\[[\d;]*m/g;
/** Cuts what a task writes, which comes in pieces of any size, into lines that cannot drive a terminal. */
var Lines = class {
	#decoder = new TextDecoder();
	#rest = "";
	/** @returns the lines that are complete now */
	push(bytes) {
		return this.#take(this.#decoder.decode(bytes, { stream: true }));
	}
	/** @returns the line that has no end, if there is one */
	end() {
		const lines = this.#take(this.#decoder.decode());
		if (this.#rest !== "") lines.push(printable(this.#rest));
		this.#rest = "";
		return lines;
	}
	#take(text) {
		const lines = (this.#rest + text).split("\n").flatMap((line) => line.match(PIECES) ?? [""]);
		this.#rest = lines.pop();
		return lines.map(printable);
	}
};
const PIECES = new RegExp(`.{1,${LONGEST_LINE}}`, "gsu");
function printable(line) {
	return line.replace(/\r$/, "").replace(COLOUR, "").split("	").map(visible).join("	");
}
// src/marathon/logs/task-file.ts
/** Bytes: what agents give at most at once, 16 pages. Source: FilesProcess::read, src/files/files.cpp in Mesos. */
const LARGEST_PIECE = 65536;
/** A control character becomes `\u00XX`. */
const LARGEST_ANSWER = 397312;
/** Bytes; an agent with thousands of completed tasks. */
const LARGEST_STATE = 67108864;
/**
* Finds a file in the sandbox of a task.
* @throws MesosizeError SANDBOX_GONE if the agent has no such file, AGENT_..., HTTP_...
*/
async function openTaskFile(task, name, agents) {
	let failure;
	for (const way of agents.waysTo(task)) try {
		return await openThrough(way, task, name, agents);
	} catch (error) {
		if (!(error instanceof MesosizeError) || error.code === "SANDBOX_GONE") throw error;
		failure ??= error;
	}
	throw failure;
}
async function openThrough(way, task, name, agents) {
	for await (const folder of foldersOf(task, way, agents)) for (const endpoint of ["/files/read", "/files/read.json"]) {
		const read = (offset) => readPiece(way, endpoint, `${folder}/${name}`, offset);
		if (await read(-1)) return taskFile(read, task, name);
	}
	throw gone(task, name);
}
/** The names that an agent gives to a sandbox, each asked for only if the one before leads nowhere. */
async function* foldersOf({ taskId }, way, agents) {
	const frameworkId = await agents.frameworkId();
	if (frameworkId !== void 0) yield `/frameworks/${frameworkId}/executors/${taskId}/runs/latest`;
	const state = await way.get("/state", {}, LARGEST_STATE) ?? await way.get("/state.json", {}, LARGEST_STATE);
	if (state === void 0) throw new MesosizeError("AGENT_REFUSED", "The agent has no /state: it is no agent of Mesos, or a proxy hides it.");
	const folder = folderIn(parse(state), taskId);
	if (folder !== void 0) yield folder;
}
function folderIn(state, taskId) {
	const all = (value, ...keys) => keys.flatMap((key) => list(object(value)?.[key]));
	return all(state, "frameworks", "completed_frameworks").flatMap((framework) => all(framework, "executors", "completed_executors")).filter((executor) => [executor, ...all(executor, "tasks", "queued_tasks", "completed_tasks")].some((each) => object(each)?.id === taskId)).map((executor) => text(object(executor)?.directory)).find((folder) => folder !== void 0);
}
function taskFile(read, task, name) {
	const readThere = async (offset) => {
		const piece = await read(offset);
		if (!piece) throw gone(task, name);
		return piece;
	};
	return {
		size: async () => (await readThere(-1)).offset,
		read: readThere
	};
}
/**
* @param offset -1 for none: the answer then tells the file's size
* @returns undefined if there is no such file
*/
async function readPiece(way, endpoint, path, offset) {
	const query = {
		path,
		offset: String(offset),
		length: String(offset < 0 ? 0 : LARGEST_PIECE)
	};
	const body = await way.get(endpoint, query, LARGEST_ANSWER);
	if (body === void 0) return void 0;
	const answer = object(parse(body));
	const start = integer(answer?.offset);
	const data = text(answer?.data);
	if (start === void 0 || data === void 0 || start < 0 || offset >= 0 && start > offset) throw new MesosizeError("AGENT_REFUSED", `The agent's answer about ${JSON.stringify(path)} makes no sense.`);
	return {
		offset: start,
		data: bytesOf(data)
	};
}
/**
* Parses what an agent sends as JSON. It puts a file's bytes between the quotes as they are, be they UTF-8 or not,
* and so each byte becomes a character of its own here; otherwise nobody could tell where the next piece begins.
*/
function parse(body) {
	try {
		return JSON.parse(body.toString("latin1"));
	} catch {
		throw new MesosizeError("AGENT_REFUSED", `The agent answered with ${/^\s*</.test(body.toString("latin1")) ? "a web page" : "something other than JSON"}. Check the address of Marathon, and the proxy, if there is one.`);
	}
}
/** The bytes that `parse` made characters; what was escaped beyond these can only be text. */
function bytesOf(text) {
	return /^[\0-\xff]*$/.test(text) ? Buffer.from(text, "latin1") : Buffer.from(text, "utf8");
}
function gone({ taskId, host }, name) {
	return new MesosizeError("SANDBOX_GONE", `The agent on ${JSON.stringify(host)} has no ${name} of the task ${JSON.stringify(taskId)}: it never started, or its sandbox has been removed.`);
}
// src/marathon/logs/tail.ts
/** Bytes; however long its lines are, no more is read of a file's end. */
const MOST = 1048576;
/** Bytes; the first look at the end is one answer of the agent. */
const STEP = 65536;
const NEWLINE = 10;
/**
* The last lines of what a task wrote, safe to be shown, the oldest first.
* @throws MesosizeError SANDBOX_GONE, AGENT_..., HTTP_...
*/
async function lastLines(task, stream, count, agents) {
	const { bytes } = await readTail(await openTaskFile(task, stream, agents), count);
	const lines = new Lines();
	return [...lines.push(bytes), ...lines.end()].slice(-count);
}
/** Reads so many lines from the end of a file, or fewer where they are very long. */
async function readTail(file, count) {
	const end = await file.size();
	let bytes = Buffer.alloc(0);
	for (let size = STEP;; size *= 4) {
		const from = Math.max(0, end - Math.min(size, MOST));
		bytes = Buffer.concat([await readRange(file, from, end - bytes.length), bytes]);
		const start = startOfLast(bytes, count);
		if (start > 0 || from === 0) return {
			bytes: bytes.subarray(start),
			end
		};
		if (size >= MOST) return {
			bytes: bytes.subarray(bytes.indexOf(NEWLINE) + 1),
			end
		};
	}
}
async function readRange(file, from, to) {
	const pieces = [];
	for (let offset = from; offset < to;) {
		const piece = await file.read(offset);
		if (piece.offset < offset || piece.data.length === 0) break;
		const data = piece.data.subarray(0, to - offset);
		pieces.push(data);
		offset += data.length;
	}
	return Buffer.concat(pieces);
}
/** Where the last so many lines begin; 0 if there are no more than that. */
function startOfLast(bytes, count) {
	if (count === 0) return bytes.length;
	let at = bytes.length - 1;
	for (let found = 0; found < count; found++) {
		if (at <= 0) return 0;
		at = bytes.lastIndexOf(NEWLINE, at - 1);
		if (at < 0) return 0;
	}
	return at + 1;
}
export { endpointsOf as a, Lines as i, readTail as n, openTaskFile as r, lastLines as t };
