import type { Block } from '../../codec/tar/blocks.ts'
import type { ErrorCode } from '../../lib/error-code.ts'

/** What the pool asks of a worker. Each request has one reply with the same `id`. */
export type Request = { id: number } & (
  | { task: 'compress'; block: Block }
  /** Starts to decode a file; later requests refer to the stream by this request's id. */
  | { task: 'decode'; file: string; start: number }
  | { task: 'next'; stream: number }
  | { task: 'stop'; stream: number }
)

export type Reply = { id: number } & (
  | { bytes: Uint8Array | undefined }
  | { error: { message: string; code?: ErrorCode } }
)
