import { createFetch, type Fetch } from '../http/fetch.ts'
import { noteRetries } from '../http/retry-notes.ts'
import { createAuthorization } from '../marathon/api/authorization.ts'
import { createMarathon, type Marathon } from '../marathon/api/client.ts'
import { type Agents, createAgents } from '../marathon/logs/agents.ts'
import type { MarathonAccess } from '../settings/read-access.ts'
import type { Session } from './session.ts'

export interface Connection {
  fetch: Fetch
  marathon: Marathon
  agents: Agents
}

/** Creates what a command needs to talk to a Marathon and to the agents of its cluster. */
export async function connect(
  { urls, credentials, ca }: MarathonAccess,
  { version, report, signal }: Session,
): Promise<Connection> {
  const fetch = createFetch({ version, signal, ca })
  const retry = noteRetries(report)
  const authorization = createAuthorization(credentials, urls[0], { fetch, report, signal, retry })
  const marathon = await createMarathon({ urls, authorization, fetch, report, signal, retry })
  return { fetch, marathon, agents: createAgents(marathon, { fetch, authorization, signal }) }
}
