import { code, fenced, table } from '../../lib/markdown.ts'
import type { DeployResult } from '../../marathon/deploy/outcome.ts'

/** How a deployment ended, as GitHub-flavoured Markdown for the job summary. */
export function deploySummary({
  state,
  message,
  appId,
  version,
  deploymentId,
  endpoints,
}: DeployResult): string {
  return [
    `## ${code(appId)}: ${state}`,
    fenced('text', message),
    table(
      ['', ''],
      [
        ['Deployment', code(deploymentId)],
        ['Version', code(version)],
      ],
    ),
    ...(endpoints.length > 0
      ? [
          table(
            ['Port', 'Where', 'Task'],
            endpoints.map(({ name, host, port, taskId }) => [
              code(name),
              code(`${host}:${port}`),
              code(taskId),
            ]),
          ),
        ]
      : []),
    '',
  ].join('\n\n')
}
