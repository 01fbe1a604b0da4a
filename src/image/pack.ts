import { join } from 'node:path'
import pMap, { pMapIterable } from 'p-map'
import { type Compression, compressBlocks, type Member, toMember } from '../codec/gzip/members.ts'
import { type Block, tarBlocks } from '../codec/tar/blocks.ts'
import type { Part } from '../codec/tar/entry.ts'
import { END_OF_ARCHIVE } from '../codec/tar/write-header.ts'
import { discard } from '../lib/discard.ts'
import { MesosizeError } from '../lib/errors.ts'
import type { Phase } from '../lib/report.ts'
import type { KeptPackage, KeptPackageWriter, PackageCache } from '../package-cache/index.ts'
import { HashingSink } from './hashing-sink.ts'
import type { PackedPart, PackedTarball, PlannedTarball } from './tarball.ts'

/** How many parts are looked up in the cache at the same time. */
const FOUND_AT_ONCE = 8

export interface PackOptions extends Compression {
  /** Where the members of parts are kept from one export to the next. */
  cache?: PackageCache
  /** Called before anything else if there are parts to compress, so that threads may start meanwhile. */
  onWork?: () => void
  /** Advanced by the uncompressed bytes as they are done. */
  phase: Phase
  signal?: AbortSignal
}

/**
 * Writes tarballs, one after the other. Each part is cut into blocks, and each block becomes a gzip member of its
 * own (RFC 1952, section 2.2: a file is a series of members), so that a part's bytes depend on that part alone,
 * and may be those that an earlier export made.
 * @param folder where they are written, each named by its number: 0, 1, …; none of these may exist yet
 * @returns what was written, in the same order
 * @throws what the file system and the parts throw
 */
export async function pack(
  tarballs: readonly PlannedTarball[],
  folder: string,
  options: PackOptions,
): Promise<PackedTarball[]> {
  const { compress, blocksInFlight, cache, onWork, signal } = options
  const parts = tarballs.flatMap(tarball => tarball.parts)
  const kept = await findKept(parts, cache)
  if (parts.some(part => part.cacheKey !== undefined && !kept.has(part))) onWork?.()
  const end = await compress({ length: END_OF_ARCHIVE.length, bytes: END_OF_ARCHIVE.slice(), holes: [] })
  const packed: PackedTarball[] = []
  let writer: TarballWriter | undefined
  try {
    const compressed = async (step: Step): Promise<Compressed> =>
      'block' in step
        ? { tarball: step.tarball, part: step.part, member: await toMember(step.block, compress) }
        : step
    for await (const step of pMapIterable(stepsOf(tarballs, kept), compressed, {
      concurrency: blocksInFlight,
    })) {
      signal?.throwIfAborted()
      writer ??= await TarballWriter.create(join(folder, `${packed.length}`), step.tarball, options)
      if ('member' in step) await writer.write(step.member, step.part)
      else if ('kept' in step) await writer.copy(step.kept, step.part)
      else if ('part' in step) await writer.endPart(step.part)
      else {
        packed.push(await writer.end(end))
        writer = undefined
      }
    }
    return packed
  } finally {
    await writer?.abandon()
  }
}

/** What comes next: a block of a part, or the kept members of the whole part; the part's end; the tarball's end. */
type Step = { tarball: PlannedTarball } & ({ part: Part; block: Block } | NoBlock)
type Compressed = { tarball: PlannedTarball } & ({ part: Part; member: Member } | NoBlock)
type NoBlock = { part: Part; kept: KeptPackage } | { part: Part; ends: 'part' } | { ends: 'tarball' }

async function findKept(
  parts: readonly Part[],
  cache: PackageCache | undefined,
): Promise<ReadonlyMap<Part, KeptPackage>> {
  const kept = new Map<Part, KeptPackage>()
  const find = async (part: Part) => {
    const found = part.cacheKey === undefined ? undefined : await cache?.find(part.cacheKey)
    if (found) kept.set(part, found)
  }
  await pMap(parts, find, { concurrency: FOUND_AT_ONCE })
  return kept
}

/** One stream over everything, so that the threads also have work while one part ends and the next begins. */
async function* stepsOf(
  tarballs: readonly PlannedTarball[],
  kept: ReadonlyMap<Part, KeptPackage>,
): AsyncGenerator<Step> {
  for (const tarball of tarballs) {
    for (const part of tarball.parts) {
      const whole = kept.get(part)
      if (whole) yield { tarball, part, kept: whole }
      else for await (const block of tarBlocks(part.entries())) yield { tarball, part, block }
      yield { tarball, part, ends: 'part' }
    }
    yield { tarball, ends: 'tarball' }
  }
}

/** Writes one tarball part after part, and keeps the members of those that are not kept yet. */
class TarballWriter {
  readonly #path: string
  readonly #tarball: PlannedTarball
  readonly #parts: PackedPart[] = []
  readonly #sink: HashingSink
  readonly #options: PackOptions
  /** Where the current part begins. */
  #start = 0
  #keeping: KeptPackageWriter | undefined
  /** Of the parts that are done; none of them fails. */
  readonly #commits: Promise<void>[] = []

  private constructor(path: string, tarball: PlannedTarball, sink: HashingSink, options: PackOptions) {
    this.#path = path
    this.#tarball = tarball
    this.#sink = sink
    this.#options = options
  }

  /** @param path must not exist */
  static async create(path: string, tarball: PlannedTarball, options: PackOptions): Promise<TarballWriter> {
    return new TarballWriter(path, tarball, await HashingSink.create(path), options)
  }

  async write(member: Member, { cacheKey, metadata }: Part): Promise<void> {
    if (cacheKey !== undefined) this.#keeping ??= await this.#options.cache?.create(cacheKey, metadata)
    await this.#sink.write(member.bytes)
    if (this.#keeping) await this.#keeping.write(member.bytes, member.size)
    else discard(member.bytes)
    this.#options.phase.advance(member.size)
  }

  async copy(kept: KeptPackage, part: Part): Promise<void> {
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
    // Not waited for: the next part need not wait for the cache.
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
    return { ...this.#tarball, path: this.#path, size: this.#sink.size, sha256, parts: this.#parts }
  }

  /** Gives up the tarball, and what has been kept of an unfinished part. */
  async abandon(): Promise<void> {
    await this.#keeping?.abandon()
    await Promise.all(this.#commits)
    await this.#sink.close()
  }
}
