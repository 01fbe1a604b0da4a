import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { partialName } from '../lib/partial.ts'
import { encodeDescription, memberHash } from './file.ts'

/** Writes the file of a kept package under a temporary name of its own, and renames it when it is complete. */
export class KeptFileWriter {
  readonly #path: string
  readonly #partial: string
  readonly #key: string
  readonly #metadata: unknown
  readonly #hash = memberHash()
  #file: Promise<FileHandle> | undefined
  #size = 0
  #packed = 0
  #ended = false

  constructor(path: string, key: string, metadata: unknown) {
    this.#path = path
    this.#partial = join(dirname(path), partialName(basename(path)))
    this.#key = key
    this.#metadata = metadata
  }

  /** @throws what the file system throws; nothing after the writer was ended */
  async write(member: Uint8Array, size: number): Promise<void> {
    const hash = await this.#hash
    if (this.#ended) return
    hash.update(member)
    this.#size += size
    this.#packed += member.length
    await (await this.#opened()).writeFile(member)
  }

  /** @returns the bytes of the file and the members' hash; undefined after the writer was ended */
  async commit(): Promise<{ size: number; hash: string } | undefined> {
    if (this.#ended) return undefined
    const hash = (await this.#hash).digest('hex')
    const description = encodeDescription({
      key: this.#key,
      metadata: this.#metadata,
      size: this.#size,
      packed: this.#packed,
      hash,
    })
    const file = await this.#opened()
    await file.writeFile(description)
    await file.close()
    await rename(this.#partial, this.#path)
    this.#ended = true
    return { size: this.#packed + description.length, hash }
  }

  /** Leaves nothing behind, as far as the file system lets it. */
  async abandon(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    await this.#file?.then(file => file.close()).catch(() => {})
    await rm(this.#partial, { force: true }).catch(() => {})
  }

  #opened(): Promise<FileHandle> {
    this.#file ??= open(this.#partial, 'wx', 0o600)
    return this.#file
  }
}
