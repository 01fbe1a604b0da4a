import { r as messageOf, t as MesosizeError } from "./errors.js";
import { crc32, gzipSync } from "node:zlib";
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from "node:fs";
// src/lib/discard.ts
const { port1: nowhere } = new MessageChannel();
nowhere.close();
/**
* Gives the memory of bytes back at once; they are empty afterwards. To V8 they are a small object, of which it
* lets so many pile up in every thread that they hold tens of MiB, before it collects any.
* @param bytes all of their buffer, which must not be one that Node shares
*/
function discard(bytes) {
	nowhere.postMessage(void 0, [bytes.buffer]);
}
// src/codec/tar/write-header.ts
const BLOCK = 512;
const NAME_LIMIT = 99;
const PREFIX_LIMIT = 154;
const ID_LIMIT = 2097151;
const TYPES = {
	directory: "5",
	file: "0",
	symlink: "2",
	hardlink: "1"
};
/** What ends an archive: two blocks of zeros. */
const END_OF_ARCHIVE = new Uint8Array(2 * BLOCK);
/**
* The header blocks of one entry: ustar (POSIX pax, "ustar Interchange Format"), with GNU's `L` and `K` members
* before it for names that are too long, and GNU's binary number for a size of 8 GiB or more. GNU tar, busybox and
* libarchive read all of these, while busybox passes over pax headers. Owners have no names, so that the agent's
* accounts do not matter.
* @throws MesosizeError ENTRY_UNPACKABLE for an owner that the format cannot hold
*/
function encodeHeader(entry) {
	if (Math.max(entry.uid, entry.gid) > ID_LIMIT) throw new MesosizeError("ENTRY_UNPACKABLE", `${JSON.stringify(entry.path)} belongs to ${entry.uid}:${entry.gid}; a tarball holds owners up to ${ID_LIMIT}. Build the package as another user.`);
	const path = Buffer.from(entry.type === "directory" ? `${entry.path}/` : entry.path);
	const target = Buffer.from(entry.type === "symlink" || entry.type === "hardlink" ? entry.target : "");
	const split = splitName(path);
	const header = encode({
		...entry,
		size: entry.type === "file" ? entry.size : 0,
		type: TYPES[entry.type],
		name: split?.name ?? beginning(path),
		prefix: split?.prefix,
		target: beginning(target)
	});
	if (split && target.length <= NAME_LIMIT) return header;
	return Buffer.concat([
		...target.length <= NAME_LIMIT ? [] : [longName("K", target)],
		...split ? [] : [longName("L", path)],
		header
	]);
}
/** Fills the last block of a file's content. */
function padding(size) {
	return END_OF_ARCHIVE.subarray(0, (BLOCK - size % BLOCK) % BLOCK);
}
/** @returns undefined if the name does not fit into the two fields that there are */
function splitName(path) {
	if (path.length <= NAME_LIMIT) return { name: path };
	const slash = path.lastIndexOf("/", Math.min(PREFIX_LIMIT, path.length - 2));
	const name = path.subarray(slash + 1);
	return slash > 0 && name.length <= NAME_LIMIT ? {
		prefix: path.subarray(0, slash),
		name
	} : void 0;
}
/** As much of a name as fits, whole characters; a longer one stands whole in the member before. */
function beginning(name) {
	if (name.length <= NAME_LIMIT) return name;
	let end = NAME_LIMIT;
	while ((name[end] & 192) === 128) end--;
	return name.subarray(0, end);
}
/** A member that holds a name too long for the header of the next one. */
function longName(type, name) {
	const size = name.length + 1;
	const header = encode({
		name: Buffer.from("././@LongLink"),
		target: Buffer.alloc(0),
		mode: 420,
		uid: 0,
		gid: 0,
		mtime: 0,
		size,
		type
	});
	return Buffer.concat([
		header,
		name,
		Buffer.alloc(1),
		padding(size)
	]);
}
function encode({ name, prefix, target, mode, uid, gid, size, mtime, type }) {
	const block = Buffer.alloc(BLOCK);
	block.set(name, 0);
	putNumber(block, 100, 8, mode);
	putNumber(block, 108, 8, uid);
	putNumber(block, 116, 8, gid);
	putNumber(block, 124, 12, size);
	putNumber(block, 136, 12, mtime);
	block.write("        ", 148, "latin1");
	block.write(type, 156, "latin1");
	block.set(target, 157);
	block.write("ustar\x0000", 257, "latin1");
	if (prefix) block.set(prefix, 345);
	let sum = 0;
	for (const byte of block) sum += byte;
	block.write(`${sum.toString(8).padStart(6, "0")}\0`, 148, "latin1");
	return block;
}
/** Octal digits and a NUL, or, where these do not suffice, GNU's big-endian two's complement behind a mark. */
function putNumber(block, offset, length, value) {
	const digits = length - 1;
	if (value >= 0 && value < 8 ** digits) {
		block.write(value.toString(8).padStart(digits, "0"), offset, "latin1");
		return;
	}
	block.fill(value < 0 ? 255 : 0, offset, offset + length);
	block.writeBigInt64BE(BigInt(value), offset + length - 8);
	block[offset] |= 128;
}
// src/codec/tar/blocks.ts
/** Large enough that cutting costs next to nothing in size, small enough to keep every thread busy. */
const BLOCK_SIZE = 1 << 20;
/**
* Writes entries as tar and cuts what comes out into blocks of BLOCK_SIZE bytes, the last one shorter. The
* blocks depend on the entries alone, not on the pieces in which their content arrives. There is no end of
* archive: several runs of blocks make one archive.
* @throws MesosizeError CONTENT_CHANGED if a file's content is not as long as its size says
*/
async function* tarBlocks(entries) {
	const known = new Uint8Array(BLOCK_SIZE);
	let used = 0;
	let holes = [];
	let length = 0;
	const cut = () => {
		const block = {
			length,
			bytes: known.slice(0, used),
			holes
		};
		used = 0;
		holes = [];
		length = 0;
		return block;
	};
	for await (const piece of tarPieces(entries)) for (let start = 0; start < piece.length;) {
		const count = Math.min(piece.length - start, BLOCK_SIZE - length);
		if (piece instanceof Uint8Array) {
			known.set(piece.subarray(start, start + count), used);
			used += count;
		} else {
			const { file, length: size } = piece;
			holes.push({
				file,
				size,
				position: start,
				offset: length,
				length: count
			});
		}
		length += count;
		start += count;
		if (length === 1048576) yield cut();
	}
	if (length > 0) yield cut();
	discard(known);
}
async function* tarPieces(entries) {
	for await (const entry of entries) {
		yield encodeHeader(entry);
		if (entry.type !== "file") continue;
		if (entry.file !== void 0) yield {
			file: entry.file,
			length: entry.size
		};
		else {
			let written = 0;
			for await (const piece of entry.content) {
				written += piece.length;
				if (written > entry.size) break;
				yield piece;
			}
			if (written !== entry.size) throw contentChanged(entry.path, entry.size, written > entry.size ? "more" : `${written}`);
		}
		yield padding(entry.size);
	}
}
/** @param found how many bytes were there, in words */
function contentChanged(path, size, found) {
	return new MesosizeError("CONTENT_CHANGED", `${JSON.stringify(path)} should have ${size} bytes but gave ${found}: it changed while it was read. Run the export again.`);
}
// src/codec/tar/fill.ts
/**
* Puts a whole block together, reading what it lacks. It waits for the disk, so it belongs on a thread of its own;
* there it costs far less than asynchronous reading, because most files are small.
* @param target where the block goes; at least as long
* @throws MesosizeError FILE_UNREADABLE, CONTENT_CHANGED
*/
function fillHoles({ length, bytes, holes }, target) {
	let end = 0;
	let used = 0;
	const putKnown = (until) => {
		target.set(bytes.subarray(used, used + until - end), end);
		used += until - end;
	};
	for (const hole of holes) {
		putKnown(hole.offset);
		read(hole, target);
		end = hole.offset + hole.length;
	}
	putKnown(length);
}
function read(hole, target) {
	try {
		readWhole(hole, target);
	} catch (error) {
		if (error instanceof MesosizeError) throw error;
		throw new MesosizeError("FILE_UNREADABLE", `${JSON.stringify(hole.file)} cannot be read: ${messageOf(error)}. Run as a user who may read it.`);
	}
}
function readWhole({ file, size, position, offset, length }, target) {
	const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
	try {
		const found = fstatSync(handle).size;
		if (found !== size) throw contentChanged(file, size, `${found}`);
		for (let done = 0; done < length;) {
			const count = readSync(handle, target, offset + done, length - done, position + done);
			if (count === 0) throw contentChanged(file, size, `${position + done}`);
			done += count;
		}
	} finally {
		closeSync(handle);
	}
}
// src/codec/wasm.ts
/**
* Starts a module that needs nothing from outside.
* @param file beside the code that uses it, in the bundle too
* @returns what it exports
* @throws ReferenceError, CompileError or RangeError where Node has no WebAssembly, its SIMD or the memory is refused
*/
function startWasm(file) {
	return new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file))).exports;
}
// src/codec/gzip/libdeflate.ts
/** Of what libdeflate.wasm is compiled from. Its bytes depend on this and the level alone, not on the machine. */
const LIBDEFLATE_VERSION = "1.23";
/**
* Starts libdeflate. The bundle needs libdeflate.wasm beside it.
* @param level 1 to 12
* @throws as `startWasm`; Error where there is no memory
*/
function startLibdeflate(level) {
	const { memory, malloc, ...library } = startWasm(new URL("libdeflate.wasm", import.meta.url));
	const compressor = library.libdeflate_alloc_compressor(level);
	const room = library.libdeflate_deflate_compress_bound(compressor, BLOCK_SIZE);
	const [input, output] = [malloc(BLOCK_SIZE), malloc(room)];
	if (!compressor || !input || !output) throw new Error("libdeflate gets no memory");
	const { buffer } = memory;
	return {
		input: new Uint8Array(buffer, input, BLOCK_SIZE),
		deflate: (length) => {
			const written = library.libdeflate_deflate_compress(compressor, input, length, output, room);
			return new Uint8Array(buffer, output, written);
		}
	};
}
// src/codec/gzip/gzip.ts
const FORMAT = 1;
/** The encoding that this process is capable of: without WebAssembly, Node's own zlib has to do. */
function encodingFor(level) {
	return {
		encoder: runsLibdeflate(level) ? "libdeflate" : "zlib",
		level
	};
}
function runsLibdeflate(level) {
	try {
		startLibdeflate(level);
		return true;
	} catch {
		return false;
	}
}
/** Tells encodings apart whose members may differ. */
function encodingName({ encoder, level }) {
	const { arch, versions } = process;
	const version = encoder === "libdeflate" ? LIBDEFLATE_VERSION : `${versions.zlib} ${arch}`;
	return `mesosize ${FORMAT}, blocks of ${BLOCK_SIZE}, ${encoder} ${version}, level ${level}`;
}
/**
* Starts an encoder; it throws as `fillHoles`. The headers of its members hold no time and no name.
* @throws as `startLibdeflate`
*/
function startEncoder({ encoder, level }) {
	if (encoder === "zlib") {
		const input = new Uint8Array(BLOCK_SIZE);
		return (block) => {
			fillHoles(block, input);
			return new Uint8Array(gzipSync(input.subarray(0, block.length), { level: Math.min(level, 9) }));
		};
	}
	const { input, deflate } = startLibdeflate(level);
	return (block) => {
		fillHoles(block, input);
		return member(deflate(block.length), input.subarray(0, block.length));
	};
}
/**
* Puts a gzip member around a deflate stream (RFC 1952). The encoder could too, but the checksum of node:zlib is
* several times as fast.
*/
function member(deflated, original) {
	const bytes = new Uint8Array(HEADER.length + deflated.length + 8);
	bytes.set(HEADER);
	bytes.set(deflated, HEADER.length);
	const trailer = new DataView(bytes.buffer, HEADER.length + deflated.length);
	trailer.setUint32(0, crc32(original), true);
	trailer.setUint32(4, original.length, true);
	return bytes;
}
/** Magic number, method deflate, no flags, no time, no remark about the level, an unknown system. */
const HEADER = Uint8Array.of(31, 139, 8, 0, 0, 0, 0, 0, 0, 255);
export { tarBlocks as a, startWasm as i, encodingName as n, END_OF_ARCHIVE as o, startEncoder as r, discard as s, encodingFor as t };
