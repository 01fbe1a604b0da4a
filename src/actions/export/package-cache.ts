import { createHash } from 'node:crypto'
import { mkdtemp, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type * as toolkit from '@actions/cache'
import type { Exported } from '../../export/exported.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { type PackageCacheRequest, sweepCache } from '../../package-cache/index.ts'
import type { Steps } from '../shared/steps.ts'

/** The part of @actions/cache that is used. */
export type CacheService = Pick<typeof toolkit, 'isFeatureAvailable' | 'restoreCache' | 'saveCache'>

export interface CacheTools {
  /** Loaded only if packages are to be kept: it is large. */
  service: () => Promise<CacheService>
  /** Of the job. */
  env: NodeJS.ProcessEnv
  /** The job's folder for temporary files, at the same path in every run. */
  temporary: string
  /** As in CacheFolderOptions. */
  encoding: string
  /** Of the packages. */
  target: string
  steps: Pick<Steps, 'grouped'>
  report: Reporter
}

/** The package cache of a workflow's run. */
export interface WorkflowCache {
  /** For the export; undefined if nothing is kept. */
  cache: PackageCacheRequest | undefined
  /** Saves what the exports used, for later runs. */
  save(exported: readonly Pick<Exported, 'packages'>[]): Promise<void>
}

/**
 * Restores the packages that an earlier run of the workflow kept. Without a cache service, packages are kept on the
 * machine, as by the command line. An export works without them.
 * @param wanted undefined if nothing is to be kept
 */
export async function restorePackageCache(
  wanted: PackageCacheRequest | undefined,
  { service, env, temporary, encoding, target, steps, report }: CacheTools,
): Promise<WorkflowCache> {
  const unsaved = { cache: wanted, async save() {} }
  // The variables that isFeatureAvailable asks for, looked at first because the library is large.
  if (!wanted || !(env.ACTIONS_RESULTS_URL || env.ACTIONS_CACHE_URL)) return unsaved
  const { isFeatureAvailable, restoreCache, saveCache } = await service()
  if (!isFeatureAvailable()) return unsaved

  const attempt = <T>(what: string, consequence: string, work: () => Promise<T>) =>
    work().catch(error => {
      report.note(`The package cache could not be ${what}: ${messageOf(error)}. ${consequence}`)
      return undefined
    })
  const folder = join(temporary, 'mesosize-packages')
  const prefix = `mesosize-packages-${shortHash(encoding)}-${target}-`
  const start = await fileTime(temporary)
  // The packages of this image are not known yet; the newest cache is the likeliest to have them.
  const restored = await steps.grouped('Restore the package cache', () =>
    attempt('restored', 'The export continues without it.', () => restoreCache([folder], prefix, [prefix])),
  )
  return {
    cache: { ...wanted, folder },
    async save(exported) {
      const idents = [
        ...new Set(exported.flatMap(({ packages }) => packages.map(({ ident }) => ident))),
      ].sort()
      const key = prefix + shortHash(idents.join('\n'))
      if (key === restored) return
      await steps.grouped('Save the package cache', () =>
        attempt('saved', 'Later runs cannot use what this one has compressed.', async () => {
          // Otherwise each run would keep everything that earlier runs used.
          await sweepCache(folder, { limit: wanted.size, usedSince: start })
          await saveCache([folder], key)
        }),
      )
    },
  }
}

/** The current time by the clock that dates files, which can lag some milliseconds behind Date. */
async function fileTime(folder: string): Promise<Date> {
  const probe = await mkdtemp(join(folder, 'mesosize-time-'))
  const { mtime } = await stat(probe)
  await rmdir(probe)
  return mtime
}

/** Enough to tell a repository's caches from each other. */
function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
