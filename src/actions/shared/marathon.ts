import manifest from '../../../package.json' with { type: 'json' }
import { createFetch, type Fetch } from '../../http/fetch.ts'
import { noteRetries } from '../../http/retry-notes.ts'
import type { Reporter } from '../../lib/report.ts'
import { createAuthorization } from '../../marathon/api/authorization.ts'
import { createMarathon, type Marathon } from '../../marathon/api/client.ts'
import { type Agents, createAgents } from '../../marathon/logs/agents.ts'
import type { MarathonAccess } from '../../settings/read-access.ts'
import { mask } from './log.ts'

/** Why a run for a fork's pull request has no Marathon address; a hint for `readAccess`. */
export const FORK_HINT =
  'This pull request is from a fork, which gets no secrets. Let a workflow that runs on workflow_run deploy it, as in docs/previews.md under "Previews of forks"'

/** Tokens from a login are masked as soon as they arrive. */
export async function openMarathon(
  { urls, credentials, ca }: MarathonAccess,
  { report, signal }: { report: Reporter; signal: AbortSignal },
): Promise<{ fetch: Fetch; marathon: Marathon; agents: Agents }> {
  const fetch = createFetch({ version: manifest.version, signal, ca })
  const retry = noteRetries(report)
  const login = createAuthorization(credentials, urls[0], { fetch, report, signal, retry })
  const masked = new Set<string>()
  const authorization = {
    ...login,
    async header() {
      const header = await login.header()
      const token = header?.replace(/^\S+?[ =]/, '')
      if (token !== undefined && !masked.has(token)) mask(token)
      masked.add(token ?? '')
      return header
    },
  }
  const marathon = await createMarathon({ urls, authorization, fetch, report, signal, retry })
  return { fetch, marathon, agents: createAgents(marathon, { fetch, authorization, signal }) }
}

/** Removes secrets, and Marathon's address, which may be one, from texts that everyone can read. */
export function hider({ urls }: MarathonAccess, secrets: readonly string[]): (text: string) => string {
  // The longest first: one may be a part of another.
  const hidden = [...secrets, ...urls.map(({ host }) => host)].toSorted((a, b) => b.length - a.length)
  return text => hidden.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
}
