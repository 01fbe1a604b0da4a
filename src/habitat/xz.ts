import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import xz from 'xz-decompress'
import { MesosizeError } from '../errors.ts'

/**
 * Decodes the xz stream that a file holds from a position to its end, in constant memory.
 * @param file a path
 * @param start where the stream starts, bytes from the start of the file
 * @throws MesosizeError XZ_FORMAT
 */
export type XzDecoder = (file: string, start: number) => AsyncIterable<Uint8Array>

// What the decoder's numbers mean: enum xz_ret of XZ Embedded.
const REASONS: Record<string, string> = {
  '3': 'memory ran out',
  '4': 'it needs a dictionary of more than 64 MiB',
  '5': 'it is not in the xz format, or something follows its end',
  '6': 'it uses a filter or a kind of checksum that is not supported',
  '7': 'it is damaged',
  '8': 'it ends in the middle',
}

/** Decodes on this thread, where only one stream at a time can be open: the library has one decoder. */
export const decodeXz: XzDecoder = async function* (file, start) {
  const { size } = await stat(file)
  if (size <= start) throw notXz(file, 'it is empty')
  const compressed = Readable.toWeb(createReadStream(file, { start, highWaterMark: 256 * 1024 }))
  try {
    for await (const chunk of new xz.XzReadableStream(compressed as ReadableStream<Uint8Array>)) {
      if (chunk.length > 0) yield chunk
    }
  } catch (cause) {
    const number = /error code (\d+)/.exec(String(cause))?.[1]
    if (number === undefined) throw cause
    throw notXz(file, REASONS[number] ?? `the decoder gave up with ${number}`, cause)
  }
}

function notXz(file: string, problem: string, cause?: unknown): MesosizeError {
  return new MesosizeError(
    'XZ_FORMAT',
    `The body of ${file} cannot be unpacked: ${problem}. Fetch or build the package again.`,
    { cause },
  )
}
