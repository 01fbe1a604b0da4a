import { describe, expect, test } from 'vitest'
import { formatStatus } from '../../../src/marathon/status/format.ts'
import type { AppStatus } from '../../../src/marathon/status/status.ts'

const failure = {
  taskId: 'shop.9',
  host: '10.0.0.7',
  state: 'TASK_FAILED',
  message: 'Command exited with status 1',
  version: '2024-03-02T10:00:00.000Z',
  timestamp: '2024-03-02T10:01:00.000Z',
}

const status: AppStatus = {
  id: '/web/shop',
  version: '2024-03-02T10:00:00.000Z',
  package: 'acme/shop/1.2.0/20240102030405',
  state: 'deploying',
  instances: { wanted: 2, staged: 1, running: 2, healthy: 1, unhealthy: 1 },
  deployments: ['5ed4c0c5'],
  tasks: [
    {
      number: 1,
      id: 'shop.1',
      host: '10.0.0.5',
      state: 'TASK_RUNNING',
      version: '2024-03-01T10:00:00.000Z',
      current: false,
      startedAt: '2024-03-01T10:00:05.000Z',
      endpoints: [
        { name: 'http', host: '10.0.0.5', port: 31005 },
        { name: 'gateway', host: '10.0.0.5', port: 31007 },
      ],
      health: 'unhealthy',
      healthFailure: '503 Service Unavailable',
      service: 'critical',
    },
    {
      number: 2,
      id: 'shop.2',
      host: '10.0.0.6',
      state: 'TASK_STAGING',
      version: '2024-03-02T10:00:00.000Z',
      current: true,
      endpoints: [],
      health: 'unknown',
    },
  ],
  lastFailure: failure,
}

test('the table has all of it', () => {
  expect(formatStatus(status).join('\n')).toBe(
    `App         /web/shop
Package     acme/shop/1.2.0/20240102030405
State       deploying
Version     2024-03-02T10:00:00.000Z
Instances   2 of 2 running, 1 staged, 1 healthy, 1 unhealthy
Deployment  5ed4c0c5

#  State    Version  Health     Service   Since                     Task
1  running  old      unhealthy  critical  2024-03-01T10:00:05.000Z  shop.1
2  staging  current  unknown    -         -                         shop.2

#  Endpoints
1  http 10.0.0.5:31005  gateway 10.0.0.5:31007

Instance 1 is not healthy: 503 Service Unavailable

Last failure, 2024-03-02T10:01:00.000Z: TASK_FAILED of shop.9 on 10.0.0.7: Command exited with status 1`,
  )
})

test('with a strategy it says what Marathon does not know, and what the Supervisors tell', () => {
  const [first, second] = status.tasks
  const tasks = [{ ...first!, package: 'acme/shop/1.3.0/20240301000000' }, second!]
  expect(
    formatStatus({ ...status, strategy: 'at-once', tasks })
      .slice(0, 10)
      .join('\n'),
  ).toBe(
    `App         /web/shop
Package     acme/shop/1.2.0/20240102030405
Updates     at-once: each task starts with this package and updates itself to newer releases; Marathon does not know which one runs
State       deploying
Version     2024-03-02T10:00:00.000Z
Instances   2 of 2 running, 1 staged, 1 healthy, 1 unhealthy
Deployment  5ed4c0c5

#  State    Version  Health     Service   Release               Since                     Task
1  running  old      unhealthy  critical  1.3.0/20240301000000  2024-03-01T10:00:05.000Z  shop.1`,
  )
  expect(formatStatus({ ...status, strategy: 'at-once', tasks })[10]).toMatch(/ - +unknown +- +shop\.2$/)
})

test('an app without tasks is short', () => {
  const idle = {
    ...status,
    package: undefined,
    state: 'suspended' as const,
    instances: { wanted: 0, staged: 0, running: 0 },
    deployments: [],
    tasks: [],
    lastFailure: { ...failure, message: '' },
  }
  expect(formatStatus(idle)).toEqual([
    'App        /web/shop',
    'State      suspended',
    'Version    2024-03-02T10:00:00.000Z',
    'Instances  0 of 0 running',
    '',
    'Last failure, 2024-03-02T10:01:00.000Z: TASK_FAILED of shop.9 on 10.0.0.7',
  ])
})

describe('a task that is not healthy by a check that Mesos carries out', () => {
  const [task] = status.tasks
  test.each<[Partial<AppStatus['tasks'][number]>, string]>([
    [{ service: undefined }, 'Instance 1 is not healthy, according to Mesos, which gives no reason.'],
    [
      { service: 'critical', serviceOutput: 'no database' },
      'Instance 1 is not healthy, according to Mesos, which gives no reason. Its Supervisor reports the service as critical: "no database".',
    ],
    [
      { service: 'unreachable' },
      'Instance 1 is not healthy, according to Mesos, which gives no reason. Its Supervisor cannot be reached from here.',
    ],
  ])('%j', (more, words) => {
    const tasks = [{ ...task!, healthFailure: undefined, ...more }]
    expect(formatStatus({ ...status, tasks })).toContain(words)
  })
})

test('if no task has an endpoint, there is no table of endpoints', () => {
  const tasks = status.tasks.map(task => ({ ...task, endpoints: [] }))
  expect(formatStatus({ ...status, tasks }).join('\n')).not.toContain('Endpoints')
})

describe('nothing drives the terminal', () => {
  const evil = '\x1b[2J\n\u202e'
  const [task] = status.tasks
  test.each<[where: string, status: AppStatus]>([
    ['the id', { ...status, id: evil }],
    ['the package', { ...status, package: evil }],
    ['a task', { ...status, tasks: [{ ...task!, id: evil, state: evil, startedAt: evil, host: evil }] }],
    ['a release', { ...status, strategy: 'rolling', tasks: [{ ...task!, package: `a/b/${evil}/1` }] }],
    ['an endpoint', { ...status, tasks: [{ ...task!, endpoints: [{ name: evil, host: evil, port: 1 }] }] }],
    ['a health check', { ...status, tasks: [{ ...task!, healthFailure: evil }] }],
    ['a failure', { ...status, lastFailure: { ...failure, message: evil, state: evil, host: evil } }],
  ])('from %s', (_, hostile) => {
    const lines = formatStatus(hostile)
    expect(lines.join('')).toContain('\\x1b[2J\\x0a\\u{202e}')
    expect(lines.join('')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/)
  })

  test('from a Supervisor', () => {
    const tasks = [{ ...task!, healthFailure: undefined, serviceOutput: evil }]
    const lines = formatStatus({ ...status, tasks })
    expect(lines.join('')).toContain('\\u001b[2J\\n\\u{202e}')
    expect(lines.join('')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/)
  })
})
