import { join } from 'node:path'
import pMap, { pMapIterable } from 'p-map'
import { type Member, toMember } from '../codec/gzip/members.ts'
import { type Block, tarBlocks } from '../codec/tar/blocks.ts'
import type { Part } from '../codec/tar/entry.ts'
import { END_OF_ARCHIVE } from '../codec/tar/write-header.ts'
import type { KeptPackage, PackageCache } from '../package-cache/index.ts'
import type { PackedTarball, PlannedTarball } from './tarball.ts'
import { TarballWriter, type WriteOptions } from './tarball-writer.ts'

/** How many parts are looked up in the cache at the same time. */
const FOUND_AT_ONCE = 8

export interface PackOptions extends WriteOptions {
  /** Called before anything else if there are parts to compress, so that threads may start meanwhile. */
  onWork?: () => void
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
      writer ??= await TarballWriter.create(join(folder, `${packed.length}`), step.tarball, kept, options)
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
