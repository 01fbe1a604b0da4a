import { parentPort, workerData } from 'node:worker_threads'
import { discard } from '../discard.ts'
import { messageOf } from '../errors.ts'
import { decodeXz } from '../habitat/xz.ts'
import { fillHoles } from '../tarball/fill.ts'
import { compressBlock, type Encoding } from '../tarball/gzip.ts'
import type { Reply, Request } from './messages.ts'

// The decoder's pieces are 64 KiB; fewer, larger messages cost less than they do.
const PIECE = 1 << 20

const port = parentPort!
const encoding: Encoding = workerData
const streams = new Map<number, AsyncGenerator<Uint8Array>>()

port.on('message', async (request: Request) => {
  try {
    reply(request.id, await carryOut(request))
  } catch (error) {
    const code = (error as { code?: string }).code
    port.postMessage({ id: request.id, error: { message: messageOf(error), code } } satisfies Reply)
  }
})

async function carryOut(request: Request): Promise<Uint8Array | undefined> {
  switch (request.task) {
    case 'compress': {
      const member = compressBlock(fillHoles(request.block), encoding)
      discard(request.block.bytes)
      return member
    }
    case 'decode':
      streams.set(request.id, joined(decodeXz(request.file, request.start)))
      return undefined
    case 'next':
      return (await streams.get(request.stream)?.next())?.value
    case 'stop':
      await streams.get(request.stream)?.return(undefined)
      streams.delete(request.stream)
      return undefined
  }
}

async function* joined(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece = new Uint8Array(PIECE)
  let length = 0
  for await (const chunk of chunks) {
    if (length + chunk.length > PIECE) {
      yield piece.subarray(0, length)
      piece = new Uint8Array(PIECE)
      length = 0
    }
    piece.set(chunk, length)
    length += chunk.length
    discard(chunk)
  }
  if (length > 0) yield piece.subarray(0, length)
}

function reply(id: number, bytes: Uint8Array | undefined): void {
  // Handed over, not copied: whoever made the bytes does not use them again.
  port.postMessage({ id, bytes } satisfies Reply, bytes ? [bytes.buffer as ArrayBuffer] : [])
}
