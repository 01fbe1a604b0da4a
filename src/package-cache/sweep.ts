import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import pMap from 'p-map'
import { isLeftOver, sweepPartials } from '../lib/partial.ts'

/** Of the files that `sweepCache` counts; before it, a name has 64 hex digits. */
export const KEPT_SUFFIX = '.kept'
const KEPT = /^[0-9a-f]{64}\.kept$/
/** Files of former versions of Mesosize, complete or partial; nothing here reads them. */
const FORMER = /^(?:[0-9a-f]{64}\.layer|\.[0-9a-f]{64}\.(?:layer|kept)\.[0-9a-f]+\.partial)$/
const STATS_AT_ONCE = 16

export interface SweepOptions {
  /** Maximum number of bytes of all kept packages and digests together. */
  limit: number
  /** Whatever has not been used since then is removed too. */
  usedSince?: Date
}

/**
 * Removes the packages and digests that were used least recently, so that the rest is within the limit. Also removes,
 * if untouched for a while, what writers left that never finished, and files of the former format, which an older
 * Mesosize may still use. Leaves files with other names alone. Others may sweep the same folder at the same time.
 * @throws what listing the folder or removing from it throws
 */
export async function sweepCache(folder: string, { limit, usedSince }: SweepOptions): Promise<void> {
  await sweepPartials(folder, KEPT)
  const names = await readdir(folder)
  const kept = names.filter(name => KEPT.test(name))
  const files = await pMap(kept, name => describe(join(folder, name)), { concurrency: STATS_AT_ONCE })
  const there = files.filter(file => file !== undefined)
  const remove: string[] = []
  let total = 0
  let isFull = false
  // The most recently used first.
  for (const { path, size, used } of there.sort((a, b) => b.used - a.used)) {
    // Otherwise small files would stay for ever, however long ago they were used.
    isFull ||= size <= limit && total + size > limit
    if (isFull || size > limit || (usedSince !== undefined && used < usedSince.getTime())) remove.push(path)
    else total += size
  }
  for (const path of names.filter(name => FORMER.test(name)).map(name => join(folder, name))) {
    if (await isLeftOver(path)) remove.push(path)
  }
  for (const path of remove) await rm(path, { force: true })
}

async function describe(path: string) {
  const stats = await stat(path).catch(() => undefined)
  return stats && { path, size: stats.size, used: stats.mtimeMs }
}
