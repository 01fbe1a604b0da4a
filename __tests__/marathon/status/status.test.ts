import { describe, expect, test } from 'vitest'
import type { App } from '../../../src/marathon/api/apps.ts'
import { statusOf } from '../../../src/marathon/status/status.ts'
import { appOf, NEW, OLD, taskOf } from './app.ts'

const away = { fetch: () => Promise.reject(new TypeError('fetch failed')) }

test('an app that is well', async () => {
  const asked: string[] = []
  const status = await statusOf(appOf(), {
    fetch: async url => {
      asked.push(String(url))
      return Response.json({ status: 'OK', stdout: '', stderr: '' })
    },
  })
  expect(asked).toEqual(['http://10.0.0.5:31007/services/shop/prod/health'])
  expect(status).toEqual({
    id: '/web/shop',
    version: NEW,
    package: 'acme/shop/1.2.0/20240102030405',
    state: 'running',
    instances: { wanted: 1, staged: 0, running: 1, healthy: 1, unhealthy: 0 },
    deployments: [],
    tasks: [
      {
        number: 1,
        id: 'shop.1',
        host: '10.0.0.5',
        state: 'TASK_RUNNING',
        version: NEW,
        current: true,
        startedAt: '2024-03-02T10:00:05.000Z',
        endpoints: [
          { name: 'http', host: '10.0.0.5', port: 31_005 },
          { name: 'gossip', host: '10.0.0.5', port: 31_006 },
          { name: 'gateway', host: '10.0.0.5', port: 31_007 },
          { name: 'ctl', host: '10.0.0.5', port: 31_008 },
        ],
        health: 'healthy',
        service: 'ok',
      },
    ],
  })
})

test.each<[state: string, app: Partial<App>]>([
  ['running', {}],
  ['running', { healthChecked: false, healthy: 0 }],
  ['deploying', { deployments: ['d1'] }],
  ['suspended', { instances: 0, running: 0, tasks: [] }],
  ['waiting', { instances: 2 }],
  ['unhealthy', { healthy: 0, unhealthy: 1 }],
])('the state is %s for %j', async (state, app) => {
  expect((await statusOf(appOf(app), away)).state).toBe(state)
})

describe('a task', () => {
  test.each([
    ['of the current version', NEW, NEW, true],
    ['of an older version', OLD, NEW, false],
    // Scaling gives the app a version and leaves the tasks alone.
    ['from before a scaling', OLD, OLD, true],
    ['of a version that is not a date', 'x', NEW, false],
  ])('%s', async (_, version, changedIn, current) => {
    const app = appOf({ changedIn, tasks: [taskOf('a', { version })] })
    expect((await statusOf(app, away)).tasks[0]!.current).toBe(current)
  })

  test.each([
    ['unknown', []],
    ['healthy', [{ alive: true, consecutiveFailures: 0 }]],
    [
      'unhealthy',
      [
        { alive: true, consecutiveFailures: 0 },
        { alive: false, consecutiveFailures: 2 },
      ],
    ],
  ])('is %s by its checks %j', async (health, healthCheckResults) => {
    const app = appOf({ tasks: [taskOf('a', { healthCheckResults })] })
    expect((await statusOf(app, away)).tasks[0]!.health).toBe(health)
  })

  test('has no health if there are no checks', async () => {
    expect((await statusOf(appOf({ healthChecked: false }), away)).tasks[0]).not.toHaveProperty('health')
  })
})

/** What Marathon leaves of a task that has ended, until another takes its place. */
const dead = { version: '', state: 'TASK_FAILED', ports: [], startedAt: undefined, healthCheckResults: [] }

describe('a task that has just ended', () => {
  test('is one of the current version, without endpoints and health', async () => {
    const [task] = (await statusOf(appOf({ tasks: [taskOf('a', dead)] }), away)).tasks
    expect(task).toMatchObject({ state: 'TASK_FAILED', version: NEW, current: true, endpoints: [] })
    expect(task).not.toHaveProperty('health')
  })

  test('is one of an old version if its failure says so', async () => {
    const lastTaskFailure = {
      ...{ taskId: 'a', host: '10.0.0.5', state: 'TASK_FAILED', message: '' },
      ...{ version: OLD, timestamp: NEW },
    }
    const [task] = (await statusOf(appOf({ tasks: [taskOf('a', dead)], lastTaskFailure }), away)).tasks
    expect(task).toMatchObject({ version: OLD, current: false })
  })
})

test('tasks are numbered by age', async () => {
  const tasks = [
    taskOf('staged', { startedAt: undefined }),
    taskOf('young', { startedAt: '2024-03-02T12:00:00.000Z' }),
    taskOf('b'),
    taskOf('a'),
  ]
  const status = await statusOf(appOf({ tasks }), away)
  expect(status.tasks.map(({ number, id }) => [number, id])).toEqual([
    [1, 'a'],
    [2, 'b'],
    [3, 'young'],
    [4, 'staged'],
  ])
})

test('the Supervisors of many tasks are asked a few at a time', async () => {
  const tasks = Array.from({ length: 200 }, (_, index) => taskOf(`task-${index}`))
  let [inFlight, most, asked] = [0, 0, 0]
  const status = await statusOf(appOf({ tasks }), {
    fetch: async () => {
      asked++
      most = Math.max(most, ++inFlight)
      await new Promise(resolve => setImmediate(resolve))
      inFlight--
      return Response.json({ status: 'OK' })
    },
  })
  expect(status.tasks.map(({ service }) => service)).toEqual(Array(200).fill('ok'))
  expect([asked, most]).toEqual([200, 16])
})

describe('with a strategy', () => {
  const cmd = 'tar -xzpf a.tgz && exec sh ./launch --group=prod --strategy=rolling --channel=stable'
  const runs = 'acme/shop/1.3.0/20240301000000'

  test('each Supervisor is asked what it runs', async () => {
    const status = await statusOf(appOf({}, { cmd }), {
      fetch: async url =>
        Response.json(String(url).endsWith('/health') ? { status: 'OK' } : { pkg: { ident: runs } }),
    })
    expect(status).toMatchObject({ package: 'acme/shop/1.2.0/20240102030405', strategy: 'rolling' })
    expect(status.tasks).toMatchObject([{ service: 'ok', package: runs }])
  })

  test('an app of another maker is not asked', async () => {
    const status = await statusOf(appOf({}, { cmd, labels: {} }), {
      fetch: () => {
        throw new Error('asked')
      },
    })
    expect(status.strategy).toBeUndefined()
  })
})

describe('the service is not asked', () => {
  test.each<[what: string, definition: App['definition']]>([
    ['of an app of another maker', { labels: {} }],
    ['of an app without labels', { labels: null }],
    ['of a package that is none', { labels: { 'mesosize.ident': '../..' } }],
    ['without a gateway', { portDefinitions: [{ name: 'http' }] }],
  ])('%s', async (_, definition) => {
    const status = await statusOf(appOf({}, definition), {
      fetch: () => {
        throw new Error('asked')
      },
    })
    expect(status.tasks[0]!.service).toBeUndefined()
  })
})
