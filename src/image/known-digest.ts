import { createHash } from 'node:crypto'
import type { Part } from '../codec/tar/entry.ts'

// The SHA-256 of tarballs that earlier exports made is kept beside the packages. Computing it takes longer than checking
// kept packages, which are read with their XXH128 anyway: an export in which nothing has changed would wait for it.

/** The parts at the end of a tarball whose members can be kept. */
export function tailOf(parts: readonly Part[]): readonly Part[] {
  return parts.slice(parts.findLastIndex(({ cacheKey }) => cacheKey === undefined) + 1)
}

/**
 * Identifies the bytes of a tarball.
 * @param before the SHA-256 of what precedes the tail
 * @param hashes of the members of each part of the tail: as they were read from the cache, or as they were kept
 * @returns undefined if one of them is not known
 */
export function digestKey(
  before: string,
  tail: readonly Part[],
  hashes: readonly (string | undefined)[],
): string | undefined {
  const key = createHash('sha256').update(before)
  for (const [index, { cacheKey }] of tail.entries()) {
    const hash = hashes[index]
    if (hash === undefined) return undefined
    key.update(`\n${cacheKey}\n${hash}`)
  }
  return key.digest('hex')
}
