import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Exported } from '../../export/exported.ts'
import type { ExportRequest } from '../../export/request.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { sweepCache } from '../../package-cache/sweep.ts'
import type { Steps } from '../shared/steps.ts'

/** What of @actions/cache is used. */
export type CacheService = Pick<
  typeof import('@actions/cache'),
  'isFeatureAvailable' | 'restoreCache' | 'saveCache'
>

export interface CacheTools {
  /** Asked for only if packages shall be kept: it is large. */
  service: () => Promise<CacheService>
  /** The job's folder for temporary files, at the same path in every run. */
  temporary: string
  /** As in CacheFolderOptions. */
  encoding: string
  steps: Pick<Steps, 'grouped'>
  report: Reporter
}

/**
 * Exports with the packages that an earlier run of the workflow kept, and keeps those of this one for later runs.
 * Where there is no cache service, they are kept on the machine, as the command line does. Nothing fails for want
 * of them.
 */
export async function exportWithCache(
  request: ExportRequest,
  runExport: (request: ExportRequest) => Promise<Exported>,
  { service, temporary, encoding, steps, report }: CacheTools,
): Promise<Exported> {
  const { cache } = request
  if (!cache) return runExport(request)
  const { isFeatureAvailable, restoreCache, saveCache } = await service()
  if (!isFeatureAvailable()) return runExport(request)

  const attempt = <T>(what: string, work: () => Promise<T>) =>
    work().catch(error => {
      report.note(
        `The package cache could not be ${what}: ${messageOf(error)}. The export continues without it.`,
      )
      return undefined
    })
  const folder = join(temporary, 'mesosize-packages')
  const prefix = `mesosize-packages-${shortHash(encoding)}-${request.target}-`
  const start = new Date()
  // What is in the image is not known yet; the newest packages of any will have the most of it.
  const restored = await steps.grouped('Restore the package cache', () =>
    attempt('restored', () => restoreCache([folder], prefix, [prefix])),
  )
  const exported = await runExport({ ...request, cache: { ...cache, folder } })
  const key =
    prefix +
    shortHash(
      exported.packages
        .map(({ ident }) => ident)
        .sort()
        .join('\n'),
    )
  if (key !== restored) {
    await steps.grouped('Save the package cache', () =>
      attempt('saved', async () => {
        // Else each run would hand on all that the ones before it used.
        await sweepCache(folder, { limit: cache.size, usedSince: start })
        await saveCache([folder], key)
      }),
    )
  }
  return exported
}

/** Enough to tell a repository's caches from each other. */
function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
