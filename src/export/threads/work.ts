import { type Encoder, type Encoding, startEncoder } from '../../codec/gzip/gzip.ts'
import { decodeXz } from '../../codec/xz/xz.ts'
import { discard } from '../../lib/discard.ts'
import type { Request } from './messages.ts'

/** Carries out a request on this thread. The bytes that it returns belong to the caller. */
export type Work = (request: Request) => Promise<Uint8Array | undefined>

/** @param encoding for the requests that compress */
export function startWork(encoding: Encoding): Work {
  // There may only ever be something to decode.
  let encode: Encoder | undefined
  const streams = new Map<number, AsyncIterator<Uint8Array>>()
  return async request => {
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
}
