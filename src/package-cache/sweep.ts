import { readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import pMap from 'p-map'

export const LAYER_SUFFIX = '.layer'
const LAYER = /^[0-9a-f]{64}\.layer$/
const PARTIAL = /^\.[0-9a-f]{64}\.layer\.[0-9a-f]+\.partial$/
/** A file that is being written changes more often than this, milliseconds; else whoever wrote it has ended. */
const STALE = 60 * 60 * 1000
const STATS_AT_ONCE = 16

/** The name of a layer while it is written. @param tag hex, of its own for each writer */
export function partialOf(path: string, tag: string): string {
  return join(dirname(path), `.${basename(path)}.${tag}.partial`)
}

export interface SweepOptions {
  /** Bytes that all layers together may have. */
  limit: number
  /** Layers that nobody has used since then go too. */
  usedSince?: Date
}

/**
 * Removes the layers that were used least recently until the rest is within the limit, and what writers left that
 * never ended. Files of other names are let alone. Others may sweep the same folder at the same time.
 * @throws what listing the folder or removing from it throws
 */
export async function sweepLayers(folder: string, { limit, usedSince }: SweepOptions): Promise<void> {
  const names = (await readdir(folder)).filter(name => LAYER.test(name) || PARTIAL.test(name))
  const files = await pMap(names, name => describe(join(folder, name)), { concurrency: STATS_AT_ONCE })
  const there = files.filter(file => file !== undefined)
  const remove: string[] = []
  let total = 0
  // The most recently used first.
  for (const { path, size, used } of there.sort((a, b) => b.used - a.used)) {
    if (PARTIAL.test(basename(path))) {
      if (Date.now() - used > STALE) remove.push(path)
      continue
    }
    if (total + size > limit || (usedSince !== undefined && used < usedSince.getTime())) remove.push(path)
    else total += size
  }
  for (const path of remove) await rm(path, { force: true })
}

async function describe(path: string) {
  const stats = await stat(path).catch(() => undefined)
  return stats && { path, size: stats.size, used: stats.mtimeMs }
}
