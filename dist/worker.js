import { a as contentChanged, c as discard, i as BLOCK_SIZE, t as compressBlock } from "./gzip.js";
import { r as messageOf, t as MesosizeError } from "./errors.js";
import { t as decodeXz } from "./xz.js";
import { parentPort, workerData } from "node:worker_threads";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
// src/tarball/fill.ts
const scratch = new Uint8Array(BLOCK_SIZE);
/**
* Reads what a block lacks. It waits for the disk, so it belongs on a thread of its own; there it costs far less
* than asynchronous reading, because most files are small.
* @returns the whole block, there until the next call
* @throws MesosizeError FILE_UNREADABLE, CONTENT_CHANGED
*/
function fillHoles({ length, bytes, holes }) {
	if (holes.length === 0) return bytes;
	let end = 0;
	let used = 0;
	const putKnown = (until) => {
		scratch.set(bytes.subarray(used, used + until - end), end);
		used += until - end;
	};
	for (const hole of holes) {
		putKnown(hole.offset);
		read(hole);
		end = hole.offset + hole.length;
	}
	putKnown(length);
	return scratch.subarray(0, length);
}
function read(hole) {
	try {
		readWhole(hole);
	} catch (error) {
		if (error instanceof MesosizeError) throw error;
		throw new MesosizeError("FILE_UNREADABLE", `${JSON.stringify(hole.file)} cannot be read: ${messageOf(error)}. Run as a user who may read it.`);
	}
}
function readWhole({ file, size, position, offset, length }) {
	const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
	try {
		const found = fstatSync(handle).size;
		if (found !== size) throw contentChanged(file, size, `${found}`);
		for (let done = 0; done < length;) {
			const count = readSync(handle, scratch, offset + done, length - done, position + done);
			if (count === 0) throw contentChanged(file, size, `${position + done}`);
			done += count;
		}
	} finally {
		closeSync(handle);
	}
}
// src/threads/worker.ts
const PIECE = 1 << 20;
const port = parentPort;
const encoding = workerData;
const streams = /* @__PURE__ */ new Map();
port.on("message", async (request) => {
	try {
		reply(request.id, await carryOut(request));
	} catch (error) {
		const code = error.code;
		port.postMessage({
			id: request.id,
			error: {
				message: messageOf(error),
				code
			}
		});
	}
});
async function carryOut(request) {
	switch (request.task) {
		case "compress": {
			const member = compressBlock(fillHoles(request.block), encoding);
			discard(request.block.bytes);
			return member;
		}
		case "decode":
			streams.set(request.id, joined(decodeXz(request.file, request.start)));
			return;
		case "next": return (await streams.get(request.stream)?.next())?.value;
		case "stop":
			await streams.get(request.stream)?.return(void 0);
			streams.delete(request.stream);
			return;
	}
}
async function* joined(chunks) {
	let piece = new Uint8Array(PIECE);
	let length = 0;
	for await (const chunk of chunks) {
		if (length + chunk.length > PIECE) {
			yield piece.subarray(0, length);
			piece = new Uint8Array(PIECE);
			length = 0;
		}
		piece.set(chunk, length);
		length += chunk.length;
		discard(chunk);
	}
	if (length > 0) yield piece.subarray(0, length);
}
function reply(id, bytes) {
	port.postMessage({
		id,
		bytes
	}, bytes ? [bytes.buffer] : []);
}
export {};
