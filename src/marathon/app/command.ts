import type { FullIdent } from '../../habitat/package/ident.ts'
import { shellWord } from '../../lib/shell-quote.ts'
import { unpackCommand } from './image.ts'
import type { AppRequest } from './request.ts'

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
function supervisorFlags({ group, topology, strategy, binds, peers }: AppRequest): string[] {
  return [
    ...(group === 'default' ? [] : [`--group=${group}`]),
    ...(topology === undefined || topology === 'standalone' ? [] : [`--topology=${topology}`]),
    ...(strategy === undefined || strategy === 'none' ? [] : [`--strategy=${strategy}`]),
    ...binds.map(bind => `--bind=${bind}`),
    ...peers.map(peer => `--peer=${peer}`),
  ]
}
