import { expect, test } from 'vitest'
import { formatDeployed } from '../../src/cli/deploy-summary.ts'

const result = {
  state: 'finished' as const,
  message: '/web/shop runs.',
  appId: '/web/shop',
  deploymentId: '5ed4c0c5',
  version: '2024-03-02T10:00:00.000Z',
  endpoints: [
    { name: 'http', host: '10.0.0.5', port: 31005, taskId: 'a' },
    { name: 'gateway', host: '10.0.0.5', port: 31007, taskId: 'a' },
  ],
}

test('the table has the app, its version and its endpoints', () => {
  expect(formatDeployed(result)).toBe(`App         /web/shop
State       finished
Version     2024-03-02T10:00:00.000Z
Deployment  5ed4c0c5
Endpoints   http 10.0.0.5:31005
            gateway 10.0.0.5:31007

/web/shop runs.
`)
})

test('a failure has its reason and the last words of the task', () => {
  const failed = {
    ...result,
    state: 'failed' as const,
    endpoints: [],
    message: 'It fails.\n  Command failed',
  }
  expect(formatDeployed(failed, ['The last lines of its stderr:', '| \tat main']).split('\n')).toEqual([
    'App         /web/shop',
    'State       failed',
    'Version     2024-03-02T10:00:00.000Z',
    'Deployment  5ed4c0c5',
    '',
    'It fails.',
    '  Command failed',
    'The last lines of its stderr:',
    '| \tat main',
    '',
  ])
})

test('nothing drives the terminal', () => {
  const evil = '\x1b[2J\r'
  const endpoints = [{ name: evil, host: evil, port: 1, taskId: evil }]
  const text = formatDeployed({ ...result, message: evil, appId: evil, deploymentId: evil, endpoints })
  expect(text.replaceAll('\n', '')).not.toMatch(/[\x00-\x1f\x7f]/)
})
