import { crc32, gzipSync } from 'node:zlib'
import { deflate } from 'libdeflate'
import { discard } from '../discard.ts'
import { BLOCK_SIZE, type Block } from './blocks.ts'

/** Makes a gzip member of a block, which is handed over; the member's memory is the caller's. */
export type Compressor = (block: Block) => Promise<Uint8Array>

/** How blocks are compressed: all that the bytes of a member depend on besides its block. */
export interface Encoding {
  encoder: 'libdeflate' | 'zlib'
  /** 1 to 12; zlib has none above 9. */
  level: number
}

// Raised whenever the same entries are packed to other bytes than before.
const FORMAT = 1
// Its bytes depend on its version alone, where those of zlib depend on the machine too.
const LIBDEFLATE = '0.1.0'

/** The encoding that this process is capable of: without WebAssembly, Node's own zlib has to do. */
export function encodingFor(level: number): Encoding {
  return { encoder: hasWebAssembly() ? 'libdeflate' : 'zlib', level }
}

function hasWebAssembly(): boolean {
  if (!('WebAssembly' in globalThis)) return false
  try {
    deflate(new Uint8Array(1), 1)
    return true
  } catch {
    // Such as where a limit forbids the address space that it reserves.
    return false
  }
}

/** Tells encodings apart whose members may differ. */
export function encodingName({ encoder, level }: Encoding): string {
  const { arch, versions } = process
  const version = encoder === 'libdeflate' ? LIBDEFLATE : `${versions.zlib} ${arch}`
  return `mesosize ${FORMAT}, blocks of ${BLOCK_SIZE}, ${encoder} ${version}, level ${level}`
}

/** Compresses on this thread. The header of the member holds no time and no name. */
export function compressBlock(block: Uint8Array, { encoder, level }: Encoding): Uint8Array {
  // A copy, for Node shares the memory of small buffers.
  if (encoder === 'zlib') return new Uint8Array(gzipSync(block, { level: Math.min(level, 9) }))
  const deflated = deflate(block, level)
  const bytes = member(deflated, block)
  discard(deflated)
  return bytes
}

/**
 * Puts a gzip member around a deflate stream (RFC 1952). The encoder could too, but the checksum of node:zlib is
 * several times as fast.
 */
function member(deflated: Uint8Array, original: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER.length + deflated.length + 8)
  bytes.set(HEADER)
  bytes.set(deflated, HEADER.length)
  const trailer = new DataView(bytes.buffer, HEADER.length + deflated.length)
  trailer.setUint32(0, crc32(original), true)
  trailer.setUint32(4, original.length, true)
  return bytes
}

/** Magic number, method deflate, no flags, no time, no remark about the level, an unknown system. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)
