import type { RunContext } from '../../github/context.ts'
import type { Fetch } from '../../http/fetch.ts'
import type { Reporter } from '../../lib/report.ts'
import type { Marathon } from '../../marathon/api/client.ts'
import type { Agents } from '../../marathon/logs/agents.ts'

/** What the deploy and remove actions work with. */
export interface DeployActionTools {
  /** With the certificates of the cluster. */
  fetch: Fetch
  marathon: Marathon
  agents: Agents
  context: RunContext
  report: Reporter
  signal: AbortSignal
}
