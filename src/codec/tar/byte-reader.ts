import { MesosizeError } from '../../lib/errors.ts'
import { setting } from '../../lib/setting.ts'
import { malformed } from './tar-error.ts'

/** Reads an archive that arrives in chunks in the pieces that its format asks for. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #name: string
  #chunk: Buffer = Buffer.alloc(0)
  /** Bytes that may still be read. */
  #allowed: number
  /** Bytes of the member's content that have not been read yet. */
  #remaining = 0
  readonly #limit: number

  /**
   * @param name what the archive is called in errors
   * @param limit maximum number of bytes
   */
  constructor(chunks: AsyncIterable<Uint8Array>, name: string, limit: number) {
    this.#chunks = chunks[Symbol.asyncIterator]()
    this.#name = name
    this.#limit = limit
    this.#allowed = limit
  }

  /** The next `count` bytes, valid until the next call. */
  async exactly(count: number): Promise<Buffer> {
    if (this.#chunk.length >= count) return this.#cut(count)
    const pieces: Buffer[] = []
    for (let missing = count; missing > 0; ) {
      const piece = await this.#upTo(missing)
      // A copy, because a chunk may become invalid when the next one is requested.
      pieces.push(Buffer.from(piece))
      missing -= piece.length
    }
    return Buffer.concat(pieces)
  }

  /** The next `count` bytes; `skipRest` skips those that were not read. */
  content(count: number): AsyncIterable<Uint8Array> {
    // Refused here, before the bytes are decoded in vain.
    if (count > this.#allowed + this.#chunk.length) throw this.#tooLarge()
    this.#remaining = count
    return this.#unread()
  }

  async *#unread(): AsyncGenerator<Uint8Array> {
    while (this.#remaining > 0) {
      const piece = await this.#upTo(this.#remaining)
      this.#remaining -= piece.length
      yield piece
    }
  }

  async skipRest(): Promise<void> {
    while (this.#remaining > 0) this.#remaining -= (await this.#upTo(this.#remaining)).length
  }

  /** Reads what is left: only zeros are allowed, and reading them lets the decoder verify its checksums. */
  async zerosToEnd(): Promise<void> {
    do {
      if (this.#chunk.some(byte => byte !== 0)) throw malformed(this.#name, 'it has trailing data')
    } while (await this.#pull())
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  async #upTo(count: number): Promise<Buffer> {
    while (this.#chunk.length === 0) {
      if (!(await this.#pull())) throw malformed(this.#name, 'it is truncated')
    }
    return this.#cut(Math.min(count, this.#chunk.length))
  }

  /** @returns whether there was another chunk */
  async #pull(): Promise<boolean> {
    const { done, value } = await this.#chunks.next()
    if (done) return false
    this.#allowed -= value.length
    if (this.#allowed < 0) throw this.#tooLarge()
    this.#chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return true
  }

  #cut(count: number): Buffer {
    const piece = this.#chunk.subarray(0, count)
    this.#chunk = this.#chunk.subarray(count)
    return piece
  }

  #tooLarge(): MesosizeError {
    return new MesosizeError(
      'ARCHIVE_TOO_LARGE',
      `The archive of ${this.#name} unpacks to more than ${this.#limit} bytes. If that is intended, allow it with ${setting('max-package-size')}.`,
    )
  }
}
