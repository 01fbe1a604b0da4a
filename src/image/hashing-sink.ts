import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'

/** How far a file has been written. */
export interface Mark {
  size: number
  hash: Hash
}

/** Hashes while it writes, so that the file need not be read again. */
export class HashingSink {
  size = 0
  #hash = createHash('sha256')
  readonly #handle: FileHandle

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  /** @param file must not exist */
  static async create(file: string): Promise<HashingSink> {
    return new HashingSink(await open(file, 'wx', 0o644))
  }

  async write(bytes: Uint8Array): Promise<void> {
    const writing = this.#writeAll(bytes, this.size)
    // Meanwhile, since another thread writes the file.
    this.#hash.update(bytes)
    this.size += bytes.length
    await writing
  }

  mark(): Mark {
    return { size: this.size, hash: this.#hash.copy() }
  }

  /** Undoes what was written since a mark, which cannot be used again. */
  async rewind({ size, hash }: Mark): Promise<void> {
    await this.#handle.truncate(size)
    this.size = size
    this.#hash = hash
  }

  /**
   * Ends the file. It is not waited for on the disk, as by no archiver: that would take longer than all else when
   * nothing has changed. A machine that loses power may be left with part of it, until the next export.
   * @returns its SHA-256, lower-case hex
   */
  async end(): Promise<string> {
    await this.close()
    return this.#hash.digest('hex')
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async #writeAll(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      done += (await this.#handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
    }
  }
}
