import type { Block } from '../../codec/tar/blocks.ts'
import type { XzStream } from '../../codec/xz/xz.ts'
import type { ErrorCode } from '../../lib/error-code.ts'

/** What the pool asks for. Each request has one reply with the same `id`. */
export type Request = { id: number } & (
  | { task: 'compress'; block: Block }
  /** Starts to decode a stream; later requests refer to it by this request's id. */
  | { task: 'decode'; stream: XzStream }
  | { task: 'next'; of: number }
  | { task: 'stop'; of: number }
)

/** A request that has no id yet. */
export type Task = Request extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never

export type Reply = { id: number } & (
  | { bytes: Uint8Array | undefined }
  | { error: { message: string; code?: ErrorCode } }
)
