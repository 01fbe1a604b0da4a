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
  /** The SHA-256 of the whole file, if it is known before everything is written. */
  #known: string | undefined
  /** Whether `#hash` has seen all that was written. */
  #whole = true
  readonly #handle: FileHandle

  private constructor(handle: FileHandle) {
    this.#handle = handle
  }

  /** @param file must not exist */
  static async create(file: string): Promise<HashingSink> {
    return new HashingSink(await open(file, 'wx+', 0o644))
  }

  async write(bytes: Uint8Array): Promise<void> {
    const writing = this.#writeAll(bytes, this.size)
    // Meanwhile, since another thread writes the file.
    if (this.#whole) this.#hash.update(bytes)
    this.size += bytes.length
    await writing
  }

  /** The SHA-256 of what has been written so far; not after `skipHashing`. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  /**
   * Hashes nothing from here on.
   * @param sha256 that of the whole file, as it will be unless something is undone
   */
  skipHashing(sha256: string): void {
    this.#known = sha256
    this.#whole = false
  }

  mark(): Mark {
    return { size: this.size, hash: this.#hash.copy() }
  }

  /** Undoes what was written since a mark, which cannot be used again. */
  async rewind({ size, hash }: Mark): Promise<void> {
    await this.#handle.truncate(size)
    this.size = size
    this.#hash = hash
    this.#known = undefined
  }

  /**
   * Ends the file. Like other archivers, this does not wait until the file is on the disk, which would take longer than
   * everything else when nothing has changed. A machine that loses power may be left with part of it, until the next
   * export.
   * @returns its SHA-256, lower-case hex
   */
  async end(): Promise<string> {
    const sha256 = this.#known ?? (this.#whole ? this.digest() : await this.#readDigest())
    await this.close()
    return sha256
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async #readDigest(): Promise<string> {
    const hash = createHash('sha256')
    const stream = this.#handle.createReadStream({ start: 0, autoClose: false })
    for await (const bytes of stream) hash.update(bytes)
    return hash.digest('hex')
  }

  async #writeAll(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      done += (await this.#handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
    }
  }
}
