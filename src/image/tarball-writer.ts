import { type Compression, compressBlocks, type Member } from '../codec/gzip/members.ts'
import { tarBlocks } from '../codec/tar/blocks.ts'
import type { Part } from '../codec/tar/entry.ts'
import { discard } from '../lib/discard.ts'
import { MesosizeError } from '../lib/errors.ts'
import type { Phase } from '../lib/report.ts'
import type { KeptPackage, KeptPackageWriter, PackageCache } from '../package-cache/index.ts'
import { HashingSink } from './hashing-sink.ts'
import { findDigest, keepDigest, tailOf } from './known-digest.ts'
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
  /** Empty without a cache. */
  readonly #tail: readonly Part[]
  /** The SHA-256 of what precedes the tail, once that begins. */
  #beforeTail: string | undefined
  #known: string | undefined
  #keeping: KeptPackageWriter | undefined
  /** Of the parts that are done; none of them fails. */
  readonly #commits: Promise<void>[] = []

  private constructor(path: string, tarball: PlannedTarball, sink: HashingSink, options: WriteOptions) {
    this.#path = path
    this.#tarball = tarball
    this.#sink = sink
    this.#options = options
    this.#tail = options.cache ? tailOf(tarball.parts) : []
  }

  /** @param path must not exist */
  static async create(path: string, tarball: PlannedTarball, options: WriteOptions): Promise<TarballWriter> {
    return new TarballWriter(path, tarball, await HashingSink.create(path), options)
  }

  async write(member: Member, part: Part): Promise<void> {
    const { cacheKey, metadata } = part
    this.#noteTail(part)
    if (cacheKey !== undefined) this.#keeping ??= await this.#options.cache?.create(cacheKey, metadata)
    await this.#sink.write(member.bytes)
    if (this.#keeping) await this.#keeping.write(member.bytes, member.size)
    else discard(member.bytes)
    this.#options.phase.advance(member.size)
  }

  async copy(kept: KeptPackage, part: Part): Promise<void> {
    const { cache } = this.#options
    this.#noteTail(part)
    if (cache && part === this.#tail[0]) {
      this.#known = await findDigest(cache, this.#beforeTail!, this.#tail)
      if (this.#known !== undefined) this.#sink.foresee(this.#known)
    }
    const start = this.#sink.mark()
    try {
      for await (const chunk of kept.chunks()) await this.#sink.write(chunk)
      this.#options.phase.advance(kept.size)
    } catch (error) {
      if (!(error instanceof MesosizeError && error.code === 'KEPT_PACKAGE_UNUSABLE')) throw error
      await this.#sink.rewind(start)
      const members = compressBlocks(tarBlocks(part.entries()), this.#options)
      for await (const member of members) await this.write(member, part)
    }
  }

  async endPart({ name }: Part): Promise<void> {
    // Without await: the next part does not need the cache.
    if (this.#keeping) this.#commits.push(this.#keeping.commit())
    this.#keeping = undefined
    this.#parts.push({ name, packed: this.#sink.size - this.#start })
    this.#start = this.#sink.size
  }

  /** @param member the end of an archive, compressed */
  async end(member: Uint8Array): Promise<PackedTarball> {
    await this.#sink.write(member)
    const sha256 = await this.#sink.end()
    await Promise.all(this.#commits)
    const { cache } = this.#options
    if (cache && this.#beforeTail !== undefined && this.#known === undefined) {
      await keepDigest(cache, this.#beforeTail, this.#tail, sha256)
    }
    return { ...this.#tarball, path: this.#path, size: this.#sink.size, sha256, parts: this.#parts }
  }

  #noteTail(part: Part): void {
    if (part === this.#tail[0]) this.#beforeTail ??= this.#sink.digest()
  }

  /** Gives up the tarball, and what has been kept of an unfinished part. */
  async abandon(): Promise<void> {
    await this.#keeping?.abandon()
    await Promise.all(this.#commits)
    await this.#sink.close()
  }
}
