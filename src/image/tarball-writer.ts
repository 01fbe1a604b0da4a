import { type Compression, compressBlocks, type Member } from '../codec/gzip/members.ts'
import { tarBlocks } from '../codec/tar/blocks.ts'
import type { Part } from '../codec/tar/entry.ts'
import { discard } from '../lib/discard.ts'
import { MesosizeError } from '../lib/errors.ts'
import type { Phase } from '../lib/report.ts'
import type { KeptPackage, KeptPackageWriter, PackageCache } from '../package-cache/index.ts'
import { HashingSink } from './hashing-sink.ts'
import { digestKey, tailOf } from './known-digest.ts'
import type { PackedPart, PackedTarball, PlannedTarball } from './tarball.ts'

export interface WriteOptions extends Compression {
  /** Where the members of parts are kept from one export to the next. */
  cache?: PackageCache
  /** Advanced by the uncompressed bytes as they are done. */
  phase: Phase
}

/** Writes one tarball part after part, and keeps the members of those that are not kept yet. */
export class TarballWriter {
  readonly #path: string
  readonly #tarball: PlannedTarball
  readonly #parts: PackedPart[] = []
  readonly #sink: HashingSink
  readonly #options: WriteOptions
  /** Where the current part begins. */
  #start = 0
  /** Found in the cache before packing began. */
  readonly #kept: ReadonlyMap<Part, KeptPackage>
  readonly #tail: readonly Part[]
  /** The SHA-256 of what precedes the tail, once that begins. */
  #beforeTail: string | undefined
  /** Whether the SHA-256 of the whole tarball is known. */
  #isKnown = false
  /** The hash of the members of the current part, once they were copied. */
  #copiedHash: string | undefined
  #keeping: KeptPackageWriter | undefined
  /** Of the members of each part that is done, unless they are not kept; nothing here fails. */
  readonly #hashes: (string | undefined | Promise<string | undefined>)[] = []

  private constructor(
    path: string,
    tarball: PlannedTarball,
    kept: ReadonlyMap<Part, KeptPackage>,
    sink: HashingSink,
    options: WriteOptions,
  ) {
    this.#path = path
    this.#tarball = tarball
    this.#sink = sink
    this.#options = options
    this.#kept = kept
    this.#tail = tailOf(tarball.parts)
  }

  /**
   * @param path must not exist
   * @param kept what will be copied
   */
  static async create(
    path: string,
    tarball: PlannedTarball,
    kept: ReadonlyMap<Part, KeptPackage>,
    options: WriteOptions,
  ): Promise<TarballWriter> {
    return new TarballWriter(path, tarball, kept, await HashingSink.create(path), options)
  }

  async write(member: Member, part: Part): Promise<void> {
    const { cacheKey, metadata } = part
    await this.#beginTail(part)
    if (cacheKey !== undefined) this.#keeping ??= await this.#options.cache?.create(cacheKey, metadata)
    await this.#sink.write(member.bytes)
    if (this.#keeping) await this.#keeping.write(member.bytes, member.size)
    else discard(member.bytes)
    this.#options.phase.advance(member.size)
  }

  async copy(kept: KeptPackage, part: Part): Promise<void> {
    await this.#beginTail(part)
    const start = this.#sink.mark()
    let writing: Promise<void> | undefined
    try {
      for await (const chunk of kept.chunks()) {
        const before = writing
        writing = this.#sink.write(chunk)
        // Awaited in the next turn: the disk need not wait for the next chunk.
        writing.catch(() => {})
        await before
      }
      await writing
      this.#options.phase.advance(kept.size)
      this.#copiedHash = kept.hash
    } catch (error) {
      // It must not write behind what is undone.
      await writing?.catch(() => {})
      if (!(error instanceof MesosizeError && error.code === 'KEPT_PACKAGE_UNUSABLE')) throw error
      await this.#sink.rewind(start)
      const members = compressBlocks(tarBlocks(part.entries()), this.#options)
      for await (const member of members) await this.write(member, part)
    }
  }

  async endPart({ name }: Part): Promise<void> {
    // Without await: the next part does not need the cache.
    this.#hashes.push(this.#keeping ? this.#keeping.commit() : this.#copiedHash)
    this.#keeping = undefined
    this.#copiedHash = undefined
    this.#parts.push({ name, packed: this.#sink.size - this.#start })
    this.#start = this.#sink.size
  }

  /** @param member the end of an archive, compressed */
  async end(member: Uint8Array): Promise<PackedTarball> {
    await this.#sink.write(member)
    const sha256 = await this.#sink.end()
    const hashes = await Promise.all(this.#hashes)
    if (!this.#isKnown) {
      const key = this.#digestKey(hashes.slice(hashes.length - this.#tail.length))
      if (key !== undefined) await this.#options.cache?.keepDigest(key, sha256)
    }
    return { ...this.#tarball, path: this.#path, size: this.#sink.size, sha256, parts: this.#parts }
  }

  /** Where the tail begins, finds out whether the rest of the tarball has to be hashed. */
  async #beginTail(part: Part): Promise<void> {
    if (part !== this.#tail[0] || this.#beforeTail !== undefined) return
    this.#beforeTail = this.#sink.digest()
    const key = this.#digestKey(this.#tail.map(each => this.#kept.get(each)?.hash))
    const known = key && (await this.#options.cache?.findDigest(key))
    if (!known) return
    this.#isKnown = true
    this.#sink.skipHashing(known)
  }

  #digestKey(hashes: readonly (string | undefined)[]): string | undefined {
    return this.#beforeTail && digestKey(this.#beforeTail, this.#tail, hashes)
  }

  /** Gives up the tarball, and what has been kept of an unfinished part. */
  async abandon(): Promise<void> {
    await this.#keeping?.abandon()
    await Promise.all(this.#hashes)
    await this.#sink.close()
  }
}
