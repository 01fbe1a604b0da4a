import { type FileHandle, open } from 'node:fs/promises'
import { ReadableStream } from 'node:stream/web'
import xz from 'xz-decompress'
import { MesosizeError } from '../errors.ts'

/**
 * Decodes the xz stream that a file holds from a position to its end, in constant memory. A piece is there until
 * the next one is asked for.
 * @param file a path
 * @param start where the stream starts, bytes from the start of the file
 * @throws MesosizeError XZ_FORMAT
 */
export type XzDecoder = (file: string, start: number) => AsyncIterable<Uint8Array>

const PIECE = 256 * 1024

// What the decoder's numbers mean: enum xz_ret of XZ Embedded.
const REASONS: Record<string, string> = {
  '2': 'it uses a kind of checksum that is not supported',
  '3': 'memory ran out',
  '4': 'it needs a dictionary of more than 64 MiB',
  '5': 'it is not in the xz format, or something follows its end',
  '6': 'it uses a filter or an option that is not supported',
  '7': 'it is damaged',
  '8': 'it ends in the middle',
}

/** Decodes on this thread, where only one stream at a time can be open: the library has one decoder. */
export const decodeXz: XzDecoder = async function* (file, start) {
  const handle = await open(file)
  try {
    if ((await handle.stat()).size <= start) throw notXz(file, 'it is empty')
    for await (const chunk of new xz.XzReadableStream(webStream(handle, start))) {
      if (chunk.length > 0) yield chunk
    }
  } catch (cause) {
    const number = /error code (\d+)/.exec(String(cause))?.[1]
    if (number === undefined) throw cause
    throw notXz(file, REASONS[number] ?? `the decoder gave up with ${number}`, cause)
  } finally {
    await handle.close()
  }
}

/** Not `Readable.toWeb`, which throws where nobody can catch it if it is cancelled while it reads. */
function webStream(handle: FileHandle, start: number): ReadableStream<Uint8Array> {
  const buffer = Buffer.alloc(PIECE)
  let position = start
  return new ReadableStream(
    {
      async pull(controller) {
        const { bytesRead } = await handle.read(buffer, 0, PIECE, position)
        position += bytesRead
        if (bytesRead === 0) controller.close()
        else controller.enqueue(buffer.subarray(0, bytesRead))
      },
    },
    // The decoder asks for a piece when it has used up the one before, so that one buffer is enough.
    { highWaterMark: 0 },
  )
}

function notXz(file: string, problem: string, cause?: unknown): MesosizeError {
  return new MesosizeError(
    'XZ_FORMAT',
    `The body of ${file} cannot be unpacked: ${problem}. Fetch or build the package again.`,
    { cause },
  )
}
