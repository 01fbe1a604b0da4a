import { crc32, gzipSync } from 'node:zlib'
import { BLOCK_SIZE, type Block } from '../tar/blocks.ts'
import { fillHoles } from '../tar/fill.ts'
import { LIBDEFLATE_VERSION, startLibdeflate } from './libdeflate.ts'

/** Makes a gzip member of a block, which is transferred; the member's memory belongs to the caller. */
export type Compressor = (block: Block) => Promise<Uint8Array>

/** The same on this thread, which also fills the block's holes. The block remains the caller's. */
export type Encoder = (block: Block) => Uint8Array

/** How blocks are compressed: all that the bytes of a member depend on besides its block. */
export interface Encoding {
  encoder: 'libdeflate' | 'zlib'
  /** 1 to 12; zlib has none above 9. */
  level: number
}

// Raise this whenever a package results in other entries, or the same entries in other bytes, than before.
const FORMAT = 3

/** The encoding that this process is capable of: without WebAssembly, that of Node's own zlib. */
export function encodingFor(level: number): Encoding {
  return { encoder: runsLibdeflate(level) ? 'libdeflate' : 'zlib', level }
}

function runsLibdeflate(level: number): boolean {
  try {
    startLibdeflate(level)
    return true
  } catch {
    // For example, a limit forbids the address space that it reserves, or the processor has no SIMD.
    return false
  }
}

/** Distinguishes encodings whose members may differ. */
export function encodingName({ encoder, level }: Encoding): string {
  const { arch, versions } = process
  // The bytes of zlib depend on the machine too.
  const version = encoder === 'libdeflate' ? LIBDEFLATE_VERSION : `${versions.zlib} ${arch}`
  return `mesosize ${FORMAT}, blocks of ${BLOCK_SIZE}, ${encoder} ${version}, level ${level}`
}

/**
 * Starts an encoder; it throws what `fillHoles` throws. The headers of its members hold no time and no name.
 * @throws as `startLibdeflate`
 */
export function startEncoder({ encoder, level }: Encoding): Encoder {
  if (encoder === 'zlib') {
    const input = new Uint8Array(BLOCK_SIZE)
    return block => {
      fillHoles(block, input)
      // A copy, since Node shares the memory of small buffers.
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
