import { readSync } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { discard } from './discard.ts'

/** The number of bytes that stay in memory; small packages need no file. */
const IN_MEMORY = 1 << 20
const PIECE = 1 << 17

/** Bytes that are written in one order and read in another: in memory, and in a file once there are many. */
export class Spool {
  readonly #path: string
  #file: FileHandle | undefined
  /** The last bytes, which are not in the file. */
  readonly #tail = new Uint8Array(IN_MEMORY)
  #tailLength = 0
  #fileLength = 0
  /** What was read from the file last: one for all, because a new one for each file would soon be garbage. */
  #piece: Uint8Array | undefined

  /** @param path of the file, which must not exist */
  constructor(path: string) {
    this.#path = path
  }

  /** Bytes that were written. */
  get length(): number {
    return this.#fileLength + this.#tailLength
  }

  /** @throws what the file system throws */
  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      if (this.#tailLength === IN_MEMORY) await this.#flush()
      const piece = bytes.subarray(done, done + IN_MEMORY - this.#tailLength)
      this.#tail.set(piece, this.#tailLength)
      this.#tailLength += piece.length
      done += piece.length
    }
  }

  /**
   * A stretch of what was written, in pieces that stay valid until the next one of any stretch is requested. It waits for the file
   * system, because a package has thousands of files, and reading asynchronously takes several times as long.
   * @throws what the file system throws
   */
  *read(start: number, length: number): Generator<Uint8Array> {
    for (let at = start; at < start + length; ) {
      const missing = start + length - at
      if (at >= this.#fileLength) {
        const offset = at - this.#fileLength
        yield this.#tail.subarray(offset, offset + missing)
        return
      }
      this.#piece ??= new Uint8Array(PIECE)
      const buffer = this.#piece
      const count = Math.min(missing, buffer.length, this.#fileLength - at)
      const read = readSync(this.#file!.fd, buffer, 0, count, at)
      if (read === 0) throw new Error(`${this.#path} was truncated while it was in use`)
      at += read
      yield buffer.subarray(0, read)
    }
  }

  /** Removes the file. */
  async close(): Promise<void> {
    discard(this.#tail)
    if (this.#piece) discard(this.#piece)
    await this.#file?.close()
    if (this.#file) await rm(this.#path, { force: true })
  }

  async #flush(): Promise<void> {
    this.#file ??= await open(this.#path, 'wx+', 0o600)
    for (let done = 0; done < this.#tailLength; ) {
      const { bytesWritten } = await this.#file.write(
        this.#tail,
        done,
        this.#tailLength - done,
        this.#fileLength + done,
      )
      done += bytesWritten
    }
    this.#fileLength += this.#tailLength
    this.#tailLength = 0
  }
}
