import { compareBuilds, formatIdent } from '../../habitat/package/ident.ts'
import type { Closure, FoundAt, PackageMetadata } from '../../habitat/package/package.ts'
import { MesosizeError } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import { commandOfPatch } from './command.ts'
import type { AppRequest } from './request.ts'
import { variableOf } from './variable.ts'

/**
 * With a strategy, the Supervisor is given ORIGIN/NAME and starts the newest release in the image, which must be the
 * exported one.
 * @throws MesosizeError STRATEGY_RELEASES
 */
export function checkReleases({ service, packages }: Closure, { updates }: AppRequest): void {
  if (!updates) return
  const { ident } = service.metadata
  const newer = packages
    .map(({ metadata }) => metadata.ident)
    .filter(({ origin, name }) => origin === ident.origin && name === ident.name)
    .filter(other => compareBuilds(other, ident) > 0)
  if (newer.length === 0) return
  throw new MesosizeError(
    'STRATEGY_RELEASES',
    `${setting('strategy', updates.strategy)}: the Supervisor would start the newest release of ${ident.origin}/${ident.name} in the image, which is ${formatIdent(newer.sort(compareBuilds).at(-1)!)}, and not ${formatIdent(ident)}. Export the newest release, or leave ${setting('strategy')} out.`,
  )
}

/** Reports what an update strategy means for the app, and what it still needs. */
export function reportUpdates(
  { ident }: PackageMetadata,
  found: FoundAt,
  request: AppRequest,
  report: Reporter,
): void {
  const { updates } = request
  if (!updates) return
  const command = commandOfPatch(request)
  if (command !== undefined) {
    if (command.includes('--strategy')) return
    report.warn(
      `${setting('strategy', updates.strategy)} has no effect: the patch replaces the command, and the new one has no --strategy. Add --strategy=${updates.strategy} --channel=${updates.from.channel} --url=${updates.from.url} to it, or leave ${setting('strategy')} out.`,
    )
    return
  }
  const { url, channel } = updates.from
  const isThere = found.source === url && found.channel === channel
  report.note(
    `With the strategy ${updates.strategy}, each task's Supervisor updates to newer releases of ${ident.origin}/${ident.name} from the channel ${channel} of ${url}. Marathon does not know about them, and every new task starts with ${formatIdent(ident)} again.${isThere ? '' : ` That release was not looked up there (source: ${found.source}): check that newer ones will be in this channel.`}`,
  )
  const token = variableOf(request, 'HAB_AUTH_TOKEN')
  if (typeof token === 'string') {
    report.warn(
      `HAB_AUTH_TOKEN is plain text in the app definition, visible to everyone who may read the app. If the cluster has a secret store, write ${setting('secret', 'HAB_AUTH_TOKEN=SOURCE')} instead.`,
    )
  } else if (updates.token && !token) {
    report.note(
      `The app does not contain this export's Builder token. If the channel ${channel} needs one, write ${setting('secret', 'HAB_AUTH_TOKEN=SOURCE')}, with its place in the cluster's secret store.`,
    )
  }
}
