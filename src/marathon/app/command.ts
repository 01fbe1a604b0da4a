import type { FullIdent } from '../../habitat/package/ident.ts'
import { shellWord } from '../../lib/shell-quote.ts'
import { unpackCommand } from './image.ts'
import type { AppRequest, UpdateRequest } from './request.ts'

/**
 * The line that the agent gives to `sh -c` in the sandbox: unpack where the fetcher did not, then launch.
 * @param ident the service's
 * @param layered whether the image is layers
 */
export function commandLine(ident: FullIdent, layered: boolean, request: AppRequest): string {
  const launch = ['exec sh ./launch', ...supervisorFlags(request).map(shellWord)].join(' ')
  return request.legacyUris ? launch : `${unpackCommand(ident, layered)} && ${launch}`
}

/** Only what differs from the Supervisor's defaults; the form with "=", because `--peer A B` takes B as a peer too. */
function supervisorFlags({ group, topology, updates, binds, peers }: AppRequest): string[] {
  return [
    ...(group === 'default' ? [] : [`--group=${group}`]),
    ...(topology === undefined || topology === 'standalone' ? [] : [`--topology=${topology}`]),
    ...(updates ? updateFlags(updates) : []),
    ...binds.map(bind => `--bind=${bind}`),
    ...peers.map(peer => `--peer=${peer}`),
  ]
}

/** By the strategy `launch` knows that the Supervisor is to be given ORIGIN/NAME, which can have newer releases. */
function updateFlags({ strategy, from }: UpdateRequest): string[] {
  return [`--strategy=${strategy}`, `--channel=${from.channel}`, `--url=${from.url}`]
}

/** The words of the command that a patch puts in the place of ours; undefined where it leaves ours alone. */
export function commandOfPatch({ patch }: Pick<AppRequest, 'patch'>): string | undefined {
  if (patch === undefined || !('cmd' in patch || 'args' in patch)) return undefined
  return [patch.cmd, patch.args].flat().join(' ')
}
