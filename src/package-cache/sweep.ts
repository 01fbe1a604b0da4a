import { readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import pMap from 'p-map'

export const KEPT_SUFFIX = '.kept'
const KEPT = /^[0-9a-f]{64}\.kept$/
const PARTIAL = /^\.[0-9a-f]{64}\.kept\.[0-9a-f]+\.partial$/
/** Files of the format before version 2, complete or not; nothing here reads them. */
const FORMER = /^(?:[0-9a-f]{64}\.layer|\.[0-9a-f]{64}\.layer\.[0-9a-f]+\.partial)$/
/** Milliseconds. A file that is being written changes more often; otherwise its writer has ended. */
const STALE = 60 * 60 * 1000
const STATS_AT_ONCE = 16

/** The name of a kept package's file while it is written. @param tag hex, unique to each writer */
export function partialOf(path: string, tag: string): string {
  return join(dirname(path), `.${basename(path)}.${tag}.partial`)
}

export interface SweepOptions {
  /** Maximum number of bytes of all kept packages together. */
  limit: number
  /** Whatever has not been used since then is removed too. */
  usedSince?: Date
}

/**
 * Removes the packages that were used least recently until the rest is within the limit. Also removes, if untouched
 * for a while, what writers left that never finished, and files of the former format, which an older
 * Mesosize may still use. Leaves files with other names alone. Others may sweep the same folder at the same time.
 * @throws what listing the folder or removing from it throws
 */
export async function sweepCache(folder: string, { limit, usedSince }: SweepOptions): Promise<void> {
  const names = (await readdir(folder)).filter(name => KEPT.test(name) || isLeftOver(name))
  const files = await pMap(names, name => describe(join(folder, name)), { concurrency: STATS_AT_ONCE })
  const there = files.filter(file => file !== undefined)
  const remove: string[] = []
  let total = 0
  // The most recently used first.
  for (const { path, size, used } of there.sort((a, b) => b.used - a.used)) {
    if (isLeftOver(basename(path))) {
      if (Date.now() - used > STALE) remove.push(path)
      continue
    }
    if (total + size > limit || (usedSince !== undefined && used < usedSince.getTime())) remove.push(path)
    else total += size
  }
  for (const path of remove) await rm(path, { force: true })
}

function isLeftOver(name: string): boolean {
  return PARTIAL.test(name) || FORMER.test(name)
}

async function describe(path: string) {
  const stats = await stat(path).catch(() => undefined)
  return stats && { path, size: stats.size, used: stats.mtimeMs }
}
