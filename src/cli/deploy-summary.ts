import { formatTable } from '../lib/terminal/format.ts'
import { visible } from '../lib/visible.ts'
import type { DeployResult } from '../marathon/deploy/outcome.ts'

/**
 * The table at the end of a deployment, and remarks on it, as lines that each end with a line feed.
 * @param lastWords of the task that failed, safe to be shown
 */
export function formatDeployed(
  { state, message, appId, deploymentId, version, endpoints }: DeployResult,
  lastWords: readonly string[] = [],
): string {
  const table = [
    ['App', appId],
    ['State', state],
    ['Version', version],
    ['Deployment', deploymentId],
    ...endpoints.map(({ name, host, port }, index) => [
      index === 0 ? 'Endpoints' : '',
      `${name} ${host}:${port}`,
    ]),
  ]
  const lines = [
    ...formatTable(table.map(row => row.map(visible))),
    '',
    ...message.split('\n').map(visible),
    ...lastWords,
  ]
  return lines.map(line => `${line}\n`).join('')
}
