import semver from 'semver'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'

/** Where versions of hab can be looked up. */
export interface VersionSources {
  channel: string
  /** Versions that are installed already. */
  cached: readonly string[]
  /** The newest of the channel. */
  latest(): Promise<string>
  /** Versions that may exist. */
  listed(): Promise<readonly string[]>
  /** Whether a version can be downloaded. */
  has(version: string): Promise<boolean>
  report: Reporter
}

// Builder lists builds that were never released; beyond this many, asking is pointless.
const MOST_TRIED = 20

/** Whether it names one version. */
export function isExactVersion(wanted: string): boolean {
  return semver.valid(wanted) !== null
}

/** @throws MesosizeError HAB_VERSION if it is not a version, a range, or `latest` */
export function checkHabVersion(wanted: string): void {
  if (wanted === 'latest' || (wanted.trim() !== '' && semver.validRange(wanted) !== null)) return
  throw new MesosizeError(
    'HAB_VERSION',
    `${setting('hab-version')}: ${JSON.stringify(wanted)} is neither a version nor a range. Write one such as 2.0.500, ^2, 1.6, or latest.`,
  )
}

/**
 * Chooses a version of hab. An exact version is used as it is; `latest` is the channel's newest. For a range, it is the
 * channel's newest if that is in the range; else the newest in the range that is already installed, or that Builder
 * lists and the mirror has, since the mirror itself has no listing. Without the network, an installed version is used.
 * @param wanted such as `1.6.1245`, `latest`, `^2`, `1.6`, `>=2.0.487 <2.1`
 * @throws MesosizeError HAB_VERSION if it is not one of these, HAB_VERSION_NOT_FOUND, and what `latest` throws
 */
export async function resolveVersion(wanted: string, sources: VersionSources): Promise<string> {
  const exact = semver.valid(wanted)
  if (exact !== null) return exact
  if (wanted === 'latest') return sources.latest()
  checkHabVersion(wanted)

  const inRange = (versions: readonly string[]) =>
    [...new Set(versions)].filter(version => semver.satisfies(version, wanted)).sort(semver.rcompare)
  const latest = await sources.latest().catch(error => {
    const [installed] = inRange(sources.cached)
    if (installed === undefined) throw error
    sources.report.warn(`${messageOf(error)} Using the installed hab ${installed}; a newer one may exist.`)
    return installed
  })
  if (semver.satisfies(latest, wanted)) return latest

  let unlisted = ''
  const listed = await sources.listed().catch(error => {
    unlisted = ` Older ones could not be looked up: ${messageOf(error)}`
    return []
  })
  for (const version of inRange([...sources.cached, ...listed]).slice(0, MOST_TRIED)) {
    if (sources.cached.includes(version) || (await sources.has(version))) return version
  }
  throw new MesosizeError(
    'HAB_VERSION_NOT_FOUND',
    `No release of hab is in the range ${JSON.stringify(wanted)}: the latest in the channel ${sources.channel} is ${latest}. ` +
      `Write ${setting('hab-version', latest)}, or a range that includes it.${unlisted}`,
  )
}
