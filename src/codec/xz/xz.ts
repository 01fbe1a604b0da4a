import { type FileHandle, open } from 'node:fs/promises'
import { MesosizeError } from '../../lib/errors.ts'
import { type Liblzma, startLiblzma } from './liblzma.ts'

/**
 * Decodes the xz stream that a file holds from a position to its end, in constant memory. A piece is valid until
 * the next one is requested.
 * @param file a path
 * @param start where the stream starts, bytes from the start of the file
 * @throws MesosizeError XZ_FORMAT
 */
export type XzDecoder = (file: string, start: number) => AsyncIterable<Uint8Array>

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
export const decodeXz: XzDecoder = async function* (file, start) {
  const handle = await open(file)
  const decoder = idle.pop() ?? startLiblzma()
  try {
    yield* decoded(decoder, handle, file, start)
  } finally {
    idle.push(decoder)
    await handle.close()
  }
}

async function* decoded(
  decoder: Liblzma,
  handle: FileHandle,
  file: string,
  start: number,
): AsyncGenerator<Uint8Array> {
  let result = decoder.open(MEMORY_LIMIT)
  let position = start
  let atEnd = false
  while (result === OK) {
    if (decoder.unused() === 0 && !atEnd) {
      const count = await read(decoder, handle, position)
      if (count === 0 && position === start) throw notXz(file, 'it is empty')
      position += count
      atEnd = count === 0
    }
    result = decoder.decode(atEnd)
    const length = decoder.decoded()
    if (length === decoder.outputSize() || (result === STREAM_END && length > 0)) {
      yield new Uint8Array(decoder.memory.buffer, decoder.output(), length)
    }
  }
  if (result !== STREAM_END) throw notXz(file, REASONS[result] ?? `the decoder gave up with ${result}`)
  if (decoder.unused() > 0 || (await read(decoder, handle, position)) > 0)
    throw notXz(file, 'it has trailing data')
}

/** @returns how many bytes of input there are now */
async function read(decoder: Liblzma, handle: FileHandle, position: number): Promise<number> {
  const input = new Uint8Array(decoder.memory.buffer, decoder.input(), decoder.inputSize())
  const { bytesRead } = await handle.read(input, 0, input.length, position)
  decoder.feed(bytesRead)
  return bytesRead
}

function notXz(file: string, problem: string): MesosizeError {
  return new MesosizeError(
    'XZ_FORMAT',
    `The body of ${file} cannot be unpacked: ${problem}. Fetch or build the package again.`,
  )
}
