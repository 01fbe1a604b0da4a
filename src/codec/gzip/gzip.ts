import { crc32, gzipSync } from 'node:zlib'
import { BLOCK_SIZE, type Block } from '../tar/blocks.ts'
import { fillHoles } from '../tar/fill.ts'
import { LIBDEFLATE_VERSION, startLibdeflate } from './libdeflate.ts'

/** Makes a gzip member of a block, which is handed over; the member's memory is the caller's. */
export type Compressor = (block: Block) => Promise<Uint8Array>

/** The same on this thread, which also reads what the block lacks. The block stays the caller's. */
export type Encoder = (block: Block) => Uint8Array

/** How blocks are compressed: all that the bytes of a member depend on besides its block. */
export interface Encoding {
  encoder: 'libdeflate' | 'zlib'
  /** 1 to 12; zlib has none above 9. */
  level: number
}

// Raised whenever a package is packed to other entries, or the same entries to other bytes, than before.
const FORMAT = 2

/** The encoding that this process is capable of: without WebAssembly, Node's own zlib has to do. */
export function encodingFor(level: number): Encoding {
  return { encoder: runsLibdeflate(level) ? 'libdeflate' : 'zlib', level }
}

function runsLibdeflate(level: number): boolean {
  try {
    startLibdeflate(level)
    return true
  } catch {
    // Such as where a limit forbids the address space that it reserves, or the processor has no SIMD.
    return false
  }
}

/** Tells encodings apart whose members may differ. */
export function encodingName({ encoder, level }: Encoding): string {
  const { arch, versions } = process
  // The bytes of zlib depend on the machine too.
  const version = encoder === 'libdeflate' ? LIBDEFLATE_VERSION : `${versions.zlib} ${arch}`
  return `mesosize ${FORMAT}, blocks of ${BLOCK_SIZE}, ${encoder} ${version}, level ${level}`
}

/**
 * Starts an encoder; it throws as `fillHoles`. The headers of its members hold no time and no name.
 * @throws as `startLibdeflate`
 */
export function startEncoder({ encoder, level }: Encoding): Encoder {
  if (encoder === 'zlib') {
    const input = new Uint8Array(BLOCK_SIZE)
    return block => {
      fillHoles(block, input)
      // A copy, for Node shares the memory of small buffers.
      return new Uint8Array(gzipSync(input.subarray(0, block.length), { level: Math.min(level, 9) }))
    }
  }
  const { input, deflate } = startLibdeflate(level)
  return block => {
    fillHoles(block, input)
    return member(deflate(block.length), input.subarray(0, block.length))
  }
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
