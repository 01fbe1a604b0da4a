import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Deviation, deviations, type Recorded, readRecording } from './marathon-recording.ts'
import { type MarathonServer, startMarathon } from './marathon-server.ts'
import type { Behaviour } from './marathon-server-state.ts'

const recording = readRecording()

/** How the scheduler driver of the recording played the tasks of each app. */
const BEHAVIOURS: Record<string, Behaviour> = {
  '/rec/slow': 'runs',
  '/rec/runfail': 'fails',
  '/rec/fetch': 'cannot-fetch',
  '/rec/healthy': 'runs',
  '/rec/sick': 'unhealthy',
  '/rec/big': 'unplaced',
}

/** How many moments pass before the look that has this note, or, where it has none, this path, the first time. */
const MOMENTS: Record<string, Record<string, number>> = {
  'new app, staged, running': { staging: 1, running: 1 },
  'same again, scaled, changed': {
    scaled: 2,
    'old and new version side by side': 1,
    'forced over a running deployment': 1,
    done: 2,
  },
  'crash loop': { 'first task': 1, 'first failed': 2, again: 3, 'and again': 3 },
  'fails to fetch': { '/v2/apps/rec/fetch?embed=app.tasks': 2 },
  healthy: { 'running, no health result yet': 2, healthy: 1 },
  unhealthy: { 'one bad result': 3, 'two bad results': 1 },
  'no offer fits': { 'waits for offers': 1 },
}

/** Where the stand-in differs, and is meant to. */
const MEANT: readonly { of: RegExp; path: RegExp; because: string }[] = [
  {
    of: /^GET \/v2\/info$/,
    path: /^\/(?:name|version)$/,
    because: 'the recorded server was built without a name and a number; clients know versions by these',
  },
  {
    of: /^GET \/v2\/info$/,
    path: /^\/(?:zookeeper_config\/zk|http_config\/http_port)$/,
    because: 'they are addresses of the recorded server',
  },
  {
    of: /^GET \/v2\/queue$/,
    path: /\/processedOffersSummary\/(?:processedOffersCount|unusedOffersCount|rejectSummaryLaunchAttempt\(\d+\)\/(?:processed|declined))$/,
    because: 'offers keep coming with the time that an app waits; in the stand-in they come once',
  },
]

let server: MarathonServer
/** What of the tables above was of use. */
const played = new Set<string>()
const met = new Set<string>()

beforeAll(async () => {
  server = await startMarathon({ version: '1.10', pace: 0 })
  Object.assign(server.cluster.settings, {
    behaviours: BEHAVIOURS,
    offers: 2,
    rejections: { InsufficientCpus: 2 },
  })
})
afterAll(() => server.close())

function letTimePass({ scene, note, request }: Recorded): void {
  for (const [key, moments] of Object.entries(MOMENTS[scene] ?? {})) {
    const id = `${scene}: ${key}`
    if (played.has(id) || !(note === key || request.path.startsWith(key))) continue
    played.add(id)
    server.tick(moments)
  }
}

async function ask({ request, headers }: Recorded) {
  const { method, path, body } = request
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: { accept: 'application/json' },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  })
  const seen = Object.keys(headers).map(name => [name, answer.headers.get(name)])
  return { status: answer.status, headers: Object.fromEntries(seen), body: await answer.json() }
}

function isMeant({ request }: Recorded, { path }: Deviation): boolean {
  const found = MEANT.find(
    each =>
      each.of.test(`${request.method} ${request.path}`) &&
      each.path.test(path.replace(/^\/body/, '').replace(/^\/queue\(\d+\)/, '')),
  )
  if (found) met.add(found.because)
  return found !== undefined
}

describe.each([...new Set(recording.map(({ scene }) => scene))])(
  'the stand-in answers as Marathon did: %s',
  scene => {
    // What is left of the scene before is over by now.
    beforeAll(() => server.tick(3))

    test.each(
      recording
        .filter(each => each.scene === scene)
        .map(each => ({
          ...each,
          name: `line ${each.line}: ${each.request.method} ${each.request.path.replace(/\?embed.*/, '?embed')}${each.note === undefined ? '' : ` (${each.note})`}`,
        })),
    )('$name', async recorded => {
      letTimePass(recorded)
      const { status, headers, body } = recorded
      const found = [...deviations({ status, headers, body }, await ask(recorded))]
      expect(found.filter(each => !isMeant(recorded, each))).toEqual([])
    })
  },
)

test('nothing in the tables of this test is without use', () => {
  const all = Object.entries(MOMENTS).flatMap(([scene, looks]) =>
    Object.keys(looks).map(key => `${scene}: ${key}`),
  )
  expect([...played].sort()).toEqual(all.sort())
  expect([...met].sort()).toEqual(MEANT.map(({ because }) => because).sort())
})

describe('the comparison sees', () => {
  const answer = {
    id: '/a',
    tasks: [{ state: 'TASK_RUNNING', ports: [31_000] }],
    version: '2026-11-28T22:11:51.868Z',
  }
  test.each<[what: string, seen: unknown, path: string]>([
    ['a field that is missing', { ...answer, version: undefined }, '/version'],
    ['a field that is too many', { ...answer, env: {} }, '/env'],
    ['another value', { ...answer, id: '/b' }, '/id'],
    ['another type', { ...answer, version: 1 }, '/version'],
    ['a list that is longer', { ...answer, tasks: [...answer.tasks, {}] }, '/tasks'],
    [
      'something inside of it',
      { ...answer, tasks: [{ ...answer.tasks[0], state: 'TASK_FAILED' }] },
      '/tasks(0)/state',
    ],
  ])('%s', (_what, seen, path) => {
    expect([...deviations(answer, seen)].map(each => each.path)).toEqual([path])
  })

  test('no difference in times, ids and ports of the host', () => {
    const other = {
      ...answer,
      tasks: [{ state: 'TASK_RUNNING', ports: [31_999] }],
      version: '2026-01-01T00:00:00.000Z',
    }
    expect([...deviations(answer, other)]).toEqual([])
  })
})
