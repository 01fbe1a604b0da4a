import type { FullIdent } from '../../habitat/package/ident.ts'
import { shellWord } from '../../lib/shell-quote.ts'
import { unpackCommand } from './image.ts'
import type { AppRequest, UpdateRequest } from './request.ts'

/**
 * The command that the agent runs with `sh -c` in the sandbox: unpack, unless the fetcher has done so, then launch.
 * @param ident that of the service
 * @param layered whether the image consists of layers
 */
export function commandLine(ident: FullIdent, layered: boolean, request: AppRequest): string {
  const launch = ['exec sh ./launch', ...supervisorFlags(request).map(shellWord)].join(' ')
  return request.legacyUris ? launch : `${unpackCommand(ident, layered)} && ${launch}`
}

/** Only what differs from the Supervisor's defaults, with "=", because `--peer A B` would make B a peer too. */
function supervisorFlags({ group, topology, updates, binds, peers }: AppRequest): string[] {
  return [
    ...(group === 'default' ? [] : [`--group=${group}`]),
    ...(topology === undefined || topology === 'standalone' ? [] : [`--topology=${topology}`]),
    ...(updates ? updateFlags(updates) : []),
    ...binds.map(bind => `--bind=${bind}`),
    ...peers.map(peer => `--peer=${peer}`),
  ]
}

/** The strategy tells `launch` to give the Supervisor ORIGIN/NAME, which newer releases match too. */
function updateFlags({ strategy, from }: UpdateRequest): string[] {
  return [`--strategy=${strategy}`, `--channel=${from.channel}`, `--url=${from.url}`]
}

/** The words of the command with which a patch replaces ours; undefined if it does not. */
export function commandOfPatch({ patch }: Pick<AppRequest, 'patch'>): string | undefined {
  if (patch === undefined || !('cmd' in patch || 'args' in patch)) return undefined
  return [patch.cmd, patch.args].flat().join(' ')
}
