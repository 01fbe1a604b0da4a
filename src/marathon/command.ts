import { shellQuote } from '../shell-quote.ts'
import type { AppRequest } from './request.ts'

/**
 * The line that the agent gives to `sh -c` in the sandbox: unpack where the fetcher did not, then launch. `tar`
 * may be GNU's, busybox's or bsdtar; as root each keeps owners and, with -p, modes.
 */
export function commandLine(tarballName: string, request: AppRequest): string {
  const launch = ['exec sh ./launch', ...supervisorFlags(request).map(shellWord)].join(' ')
  const tarball = shellWord(tarballName)
  return request.legacyUris ? launch : `tar -xzpf ${tarball} && rm ${tarball} && ${launch}`
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

/** Quoted only where it must be: people read this line in Marathon. */
function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : shellQuote(text)
}
