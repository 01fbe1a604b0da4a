import { startWasm } from '../wasm.ts'

/** Of the sources of liblzma.wasm. */
export const LIBLZMA_VERSION = '5.8.4'

/** liblzma's decoder of .xz streams, one at a time, with its own memory: what build/liblzma.c exports. */
export interface Liblzma {
  memory: { buffer: ArrayBuffer }
  /** Where the input and the output are in the memory, and how many bytes there is room for. */
  input(): number
  inputSize(): number
  output(): number
  outputSize(): number
  /**
   * Begins a stream; one that is open is dropped.
   * @param memoryLimit bytes that it may take
   * @returns a lzma_ret (lzma/base.h), as `decode` does
   */
  open(memoryLimit: number): number
  /** Sets how many bytes of input there are now. */
  feed(count: number): void
  /** How many bytes of input were not used yet. */
  unused(): number
  /** Decodes until the input is used up or the output is full. A full output is started again. */
  decode(atEnd: boolean): number
  /** How many bytes of output there are. */
  decoded(): number
}

/** The bundle needs liblzma.wasm beside it. */
export function startLiblzma(): Liblzma {
  return startWasm(new URL('liblzma.wasm', import.meta.url)) as Liblzma
}
