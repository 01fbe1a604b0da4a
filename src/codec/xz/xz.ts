import { read } from 'node:fs'
import { promisify } from 'node:util'
import { createBLAKE2b, type IHasher } from 'hash-wasm'
import { MesosizeError } from '../../lib/errors.ts'
import { type Liblzma, startLiblzma } from './liblzma.ts'

/** An xz stream in an open file, from a position to the end of the file. */
export interface XzStream {
  /** What the file is called in errors. */
  path: string
  /** Its descriptor, which stays the caller's and is valid in all threads. It is read by position. */
  fd: number
  /** Where the stream starts, bytes from the start of the file. */
  start: number
  /** BLAKE2b-256 of the whole stream, 64 lower-case hex digits. */
  hash: string
}

/**
 * Decodes an xz stream in constant memory. A piece is valid until the next one is requested. The hash covers
 * exactly the bytes that were decoded, and it is known only after the last piece: do not trust the pieces before.
 * @throws MesosizeError HART_CHANGED if the bytes do not have the hash, XZ_FORMAT if they do but are not an xz stream
 */
export type XzDecoder = (stream: XzStream) => AsyncIterable<Uint8Array>

// A dictionary of 64 MiB, as the highest level of xz has, and what is needed beside it.
const MEMORY_LIMIT = 65 << 20

// enum lzma_ret of liblzma (lzma/base.h).
const OK = 0
const STREAM_END = 1
const REASONS: Record<number, string> = {
  3: 'it uses a kind of checksum that is not supported',
  5: 'memory ran out',
  6: 'it needs a dictionary of more than 64 MiB',
  7: 'it is not in the xz format',
  8: 'it uses a filter or an option that is not supported',
  9: 'it is damaged',
  10: 'it is truncated',
}

/** Idle decoders; each keeps the memory of the largest dictionary that it has seen. */
const idle: Liblzma[] = []

/** Decodes on this thread, in pieces of 1 MiB. */
export const decodeXz: XzDecoder = async function* (stream) {
  const decoder = idle.pop() ?? startLiblzma()
  try {
    const input = new Input(decoder, stream, await createBLAKE2b(256))
    const problem = yield* decoded(decoder, input)
    // First, because whatever is wrong with bytes that were changed says nothing about the package.
    if ((await input.hashToEnd()) !== stream.hash) throw changed(stream)
    if (problem !== undefined) throw notXz(stream, problem)
  } finally {
    idle.push(decoder)
  }
}

/** @returns what is wrong with the stream, if anything is */
async function* decoded(
  decoder: Liblzma,
  input: Input,
): AsyncGenerator<Uint8Array, string | undefined, undefined> {
  let result = decoder.open(MEMORY_LIMIT)
  let atEnd = false
  while (result === OK) {
    if (decoder.unused() === 0 && !atEnd) {
      atEnd = (await input.feed()) === 0
      if (atEnd && input.length === 0) return 'it is empty'
    }
    result = decoder.decode(atEnd)
    const length = decoder.decoded()
    if (length === decoder.outputSize() || (result === STREAM_END && length > 0)) {
      yield new Uint8Array(decoder.memory.buffer, decoder.output(), length)
    }
  }
  if (result !== STREAM_END) return REASONS[result] ?? `the decoder gave up with ${result}`
  return decoder.unused() > 0 || (await input.feed()) > 0 ? 'it has trailing data' : undefined
}

const readAt = promisify(read)

/** Reads a stream into the decoder's memory, and hashes it there. */
class Input {
  /** Bytes that were read. */
  length = 0
  readonly #decoder: Liblzma
  readonly #stream: XzStream
  readonly #hash: IHasher

  constructor(decoder: Liblzma, stream: XzStream, hash: IHasher) {
    this.#decoder = decoder
    this.#stream = stream
    this.#hash = hash
  }

  /** Gives the decoder its next input. @returns the number of bytes; 0 at the end */
  async feed(): Promise<number> {
    const { fd, start } = this.#stream
    const input = new Uint8Array(
      this.#decoder.memory.buffer,
      this.#decoder.input(),
      this.#decoder.inputSize(),
    )
    const { bytesRead } = await readAt(fd, input, 0, input.length, start + this.length)
    this.#hash.update(input.subarray(0, bytesRead))
    this.#decoder.feed(bytesRead)
    this.length += bytesRead
    return bytesRead
  }

  /** The hash of the whole stream, including what the decoder did not reach. */
  async hashToEnd(): Promise<string> {
    while ((await this.feed()) > 0);
    return this.#hash.digest('hex')
  }
}

function notXz({ path }: XzStream, problem: string): MesosizeError {
  return new MesosizeError(
    'XZ_FORMAT',
    `The body of ${path} cannot be unpacked: ${problem}. Fetch or build the package again.`,
  )
}

function changed({ path }: XzStream): MesosizeError {
  return new MesosizeError(
    'HART_CHANGED',
    `${path} was changed after it had been verified, so none of it was used. Run the export again while nothing writes to it.`,
  )
}
