import { createHash } from 'node:crypto'
import type { Part } from '../codec/tar/entry.ts'
import { DIGEST } from '../lib/digest.ts'
import type { PackageCache } from '../package-cache/index.ts'

// The SHA-256 of tarballs that earlier exports made, kept beside the packages. To compute it takes longer than to check
// kept packages, which are read with their XXH128 anyway: an export in which nothing has changed would wait for it.

/** The parts at the end of a tarball that identify their content. */
export function tailOf(parts: readonly Part[]): readonly Part[] {
  return parts.slice(parts.findLastIndex(({ cacheKey }) => cacheKey === undefined) + 1)
}

/**
 * The digest of a tarball that an earlier export made of the same bytes.
 * @param before the SHA-256 of what precedes the tail
 * @returns undefined if it is not known, or a part of the tail is not kept
 */
export async function findDigest(
  cache: PackageCache,
  before: string,
  tail: readonly Part[],
): Promise<string | undefined> {
  const key = await keyOf(cache, before, tail)
  const { metadata } = (key !== undefined && (await cache.find(key))) || {}
  return typeof metadata === 'string' && DIGEST.test(metadata) ? metadata : undefined
}

/** Keeps a digest for `findDigest`; does nothing if a part of the tail is not kept. */
export async function keepDigest(
  cache: PackageCache,
  before: string,
  tail: readonly Part[],
  sha256: string,
): Promise<void> {
  const key = await keyOf(cache, before, tail)
  if (key !== undefined) await (await cache.create(key, sha256)).commit()
}

async function keyOf(
  cache: PackageCache,
  before: string,
  tail: readonly Part[],
): Promise<string | undefined> {
  const hash = createHash('sha256').update(before)
  for (const { cacheKey = '' } of tail) {
    const kept = await cache.find(cacheKey)
    if (!kept) return undefined
    hash.update(`\n${cacheKey}\n${kept.hash}`)
  }
  return `tarball ${hash.digest('hex')}`
}
