import { r as startEncoder, s as discard } from "./gzip.js";
import { t as decodeXz } from "./xz.js";
import { r as messageOf } from "./errors.js";
import { parentPort, workerData } from "node:worker_threads";
// src/export/threads/worker.ts
const port = parentPort;
const encoding = workerData;
let encode;
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
			encode ??= startEncoder(encoding);
			const member = encode(request.block);
			discard(request.block.bytes);
			return member;
		}
		case "decode":
			streams.set(request.id, decodeXz(request.file, request.start)[Symbol.asyncIterator]());
			return;
		case "next": return (await streams.get(request.stream)?.next())?.value?.slice();
		case "stop":
			await streams.get(request.stream)?.return?.();
			streams.delete(request.stream);
			return;
	}
}
function reply(id, bytes) {
	port.postMessage({
		id,
		bytes
	}, bytes ? [bytes.buffer] : []);
}
export {};
