import { BLOCK_SIZE } from '../tar/blocks.ts'
import { startWasm } from '../wasm.ts'

/** Of the sources of libdeflate.wasm. Its output depends only on this and the level, not on the machine. */
export const LIBDEFLATE_VERSION = '1.26'

/** A compressor and its own memory. */
export interface Libdeflate {
  /** BLOCK_SIZE bytes, for what is to be compressed. */
  input: Uint8Array
  /**
   * Compresses the beginning of the input to a stream of its own (RFC 1951).
   * @returns the stream, valid until the next call
   */
  deflate(length: number): Uint8Array
}

/** What build/libdeflate.ts exports: of libdeflate.h, with pointers as numbers, and malloc, which gives 0 if it fails. */
interface Exports {
  memory: { buffer: ArrayBuffer }
  malloc(size: number): number
  libdeflate_alloc_compressor(level: number): number
  libdeflate_deflate_compress_bound(compressor: number, length: number): number
  libdeflate_deflate_compress(
    compressor: number,
    input: number,
    length: number,
    output: number,
    room: number,
  ): number
}

/**
 * Starts libdeflate. The bundle needs libdeflate.wasm beside it.
 * @param level 1 to 12
 * @throws as `startWasm`; Error if there is not enough memory
 */
export function startLibdeflate(level: number): Libdeflate {
  const { memory, malloc, ...library } = startWasm(new URL('libdeflate.wasm', import.meta.url)) as Exports
  const compressor = library.libdeflate_alloc_compressor(level)
  const room = library.libdeflate_deflate_compress_bound(compressor, BLOCK_SIZE)
  const [input, output] = [malloc(BLOCK_SIZE), malloc(room)]
  if (!compressor || !input || !output) throw new Error('libdeflate cannot allocate memory')
  // Nothing more is allocated, so the memory does not move.
  const { buffer } = memory
  return {
    input: new Uint8Array(buffer, input, BLOCK_SIZE),
    deflate: length => {
      const written = library.libdeflate_deflate_compress(compressor, input, length, output, room)
      return new Uint8Array(buffer, output, written)
    },
  }
}
