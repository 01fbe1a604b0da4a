import { gzip } from 'libdeflate'

/** Compresses one block to a gzip member that can be decompressed on its own. */
export type Compressor = (block: Uint8Array) => Promise<Uint8Array>

// libdeflate's 4 is about the size of zlib's 6 at a multiple of its speed.
const LEVEL = 4

/**
 * Compresses on this thread. The header holds no time and no name, and the WebAssembly build gives the same
 * bytes on every machine, which node:zlib does not promise.
 */
export function compressBlock(block: Uint8Array): Uint8Array {
  return gzip(block, LEVEL)
}
