import { parentPort, workerData } from 'node:worker_threads'
import { type Encoder, type Encoding, startEncoder } from '../../codec/gzip/gzip.ts'
import { decodeXz } from '../../codec/xz/xz.ts'
import { discard } from '../../lib/discard.ts'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import type { Reply, Request } from './messages.ts'

const port = parentPort!
const encoding: Encoding = workerData
// A thread may only ever decode.
let encode: Encoder | undefined
const streams = new Map<number, AsyncIterator<Uint8Array>>()

port.on('message', async (request: Request) => {
  try {
    reply(request.id, await carryOut(request))
  } catch (error) {
    const code = error instanceof MesosizeError ? error.code : undefined
    port.postMessage({ id: request.id, error: { message: messageOf(error), code } } satisfies Reply)
  }
})

async function carryOut(request: Request): Promise<Uint8Array | undefined> {
  switch (request.task) {
    case 'compress': {
      encode ??= startEncoder(encoding)
      const member = encode(request.block)
      discard(request.block.bytes)
      return member
    }
    case 'decode':
      streams.set(request.id, decodeXz(request.stream)[Symbol.asyncIterator]())
      return undefined
    case 'next':
      // A copy, which can be transferred; the decoder keeps its own.
      return (await streams.get(request.of)?.next())?.value?.slice()
    case 'stop':
      await streams.get(request.of)?.return?.()
      streams.delete(request.of)
      return undefined
  }
}

function reply(id: number, bytes: Uint8Array | undefined): void {
  // Transferred, not copied: whoever made the bytes does not use them again.
  port.postMessage({ id, bytes } satisfies Reply, bytes ? [bytes.buffer as ArrayBuffer] : [])
}
