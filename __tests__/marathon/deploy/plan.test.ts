import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/marathon/app/request.ts'
import { differences, formatDifference } from '../../../src/marathon/deploy/diff.ts'
import { formatPlan, planDeployment } from '../../../src/marathon/deploy/plan.ts'
import { readRecording } from '../../testkit/marathon-recording.ts'
import { running, shop, stage } from './stage.ts'

const VERSIONS = ['1.4', '1.5', '1.10'] as const

describe.each(VERSIONS)('planDeployment on Marathon %s', version => {
  async function plan(definition: JsonObject, existing?: JsonObject) {
    const { server, marathon, tools } = await stage({ version })
    if (existing) running(server, existing)
    const before = server.cluster.app('/web/shop')?.version
    const planned = formatPlan(await planDeployment(marathon, definition, {}, tools))
    // Nothing was done, and only what is known to do nothing was asked for.
    expect(server.cluster.app('/web/shop')?.version).toBe(before)
    expect(server.cluster.deployments()).toEqual([])
    const changing = server.requests.filter(({ method }) => method !== 'GET')
    expect(changing.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /v2/groups/web?dryRun=true',
    ])
    return planned
  }

  test('a new app', async () => {
    expect(await plan({ ...shop, env: { API_TOKEN: 'hunter2' } })).toEqual([
      '/web/shop would be created:',
      '  cmd: (not set) → "tar -xzpf shop.tgz && exec sh ./launch"',
      '  instances: (not set) → 2',
      '  cpus: (not set) → 0.5',
      '  mem: (not set) → 256',
      '  env: (not set) → (hidden)',
      expect.stringMatching(/^ {2}fetch: \(not set\) → \[\{"uri":"https:\/\/files.test\/shop.tgz"/),
      expect.stringMatching(/^ {2}portDefinitions: \(not set\) → /),
      expect.stringMatching(/^ {2}healthChecks: \(not set\) → /),
      'Marathon would do:',
      '  step 1: StartApplication',
      '  step 2: ScaleApplication',
    ])
  })

  test('the existing app, with everything that Marathon has filled in', async () => {
    // Marathon's dry run plans a restart for it.
    expect(await plan(shop, shop)).toEqual(['/web/shop would not change: it already has this definition.'])
  })

  test.each<[string, JsonObject]>([
    ['ports that Marathon chose', shop],
    ['the old field for ports', { ...shop, portDefinitions: undefined!, ports: [0, 0], healthChecks: [] }],
    ['no mention of ports', { id: '/web/shop', cmd: 'exec sh ./launch' }],
  ])('another number of instances, with %s', async (_name, app) => {
    const definition = JSON.parse(JSON.stringify(app))
    expect(await plan({ ...definition, instances: 4 }, definition)).toEqual([
      '/web/shop would change:',
      expect.stringMatching(/^ {2}instances: [12] → 4$/),
      'Marathon would do:',
      '  step 1: ScaleApplication',
    ])
  })

  test('a change', async () => {
    const env = { GREETING: 'hi', PASSWORD: 'hunter2', 'A\u001b[31m': '1' }
    const { healthChecks: _, ...rest } = shop
    const fetch = [
      { uri: 'https://ci:hunter2@files.test/shop-2.tgz?sig=hunter3', extract: false, destPath: 'shop.tgz' },
    ]
    const old = { ...shop, env: { OLD: '1', GREETING: 'hello', PASSWORD: 'hunter1' }, backoffSeconds: 5 }
    const planned = await plan({ ...rest, mem: 512, env, fetch }, old)
    expect(planned.filter(line => line.startsWith('  ')).sort()).toEqual([
      "  backoffSeconds: 5 → (Marathon's default)",
      '  env/A\\x1b[31m: (not set) → "1"',
      '  env/GREETING: "hello" → "hi"',
      '  env/OLD: "1" → (removed)',
      '  env/PASSWORD: (hidden) → (hidden)',
      '  fetch(0)/uri: "https://files.test/shop.tgz" → "https://...@files.test/shop-2.tgz?..."',
      expect.stringMatching(/^ {2}healthChecks: \[.*→ \(removed\)$/),
      '  mem: 256 → 512',
      '  step 1: RestartApplication',
    ])
    expect(planned.join()).not.toContain('hunter')
  })

  test('what Marathon would refuse is refused', async () => {
    const { marathon, tools } = await stage({ version })
    const secret = { ...shop, env: { DB: { secret: 'db' } }, secrets: { db: { source: 'db' } } }
    await expect(planDeployment(marathon, secret, {}, tools)).rejects.toMatchObject({
      code: 'MARATHON_REFUSED',
      message: expect.stringContaining('  /env: "use of secret-references'),
    })
  })

  test.each([
    ['/web/shop/cart', '/web/shop', 'there is a group /web/shop, and no app can have the id of a group'],
    ['/web', '/web/shop', 'there is an app /web, and no app can be below another'],
    ['/web/a', '/web/a/b/c', 'there is an app /web/a, and no app can be below another'],
  ])('beside %s, the id %s is refused, as the deployment would be', async (other, id, words) => {
    const { server, marathon, tools, deploy } = await stage({ version })
    running(server, { id: other, cmd: 'run' })
    await expect(planDeployment(marathon, { ...shop, id }, {}, tools)).rejects.toMatchObject({
      code: 'APP_ID_TAKEN',
      message: expect.stringContaining(words),
    })
    await expect(deploy({ ...shop, id })).rejects.toMatchObject({ code: 'MARATHON_REFUSED' })
  })
})

test('where Marathon has no dry run, or allows none, the comparison is left', async () => {
  const { server, marathon, tools, report } = await stage()
  server.fault({ method: 'PUT', path: 'groups', reply: { status: 403, body: { message: 'Not Authorized' } } })
  const plan = await planDeployment(marathon, shop, {}, tools)
  expect(plan.steps).toBeUndefined()
  expect(formatPlan(plan)[0]).toBe('/web/shop would be created:')
  expect(report.notes).toEqual([expect.stringContaining('refused the dry run')])
})

test('if the id cannot be checked, a note says so', async () => {
  const { server, marathon, tools, report } = await stage()
  const refusal = { status: 403, body: { message: 'Not Authorized' } }
  server.fault({ method: 'GET', path: 'groups/web/shop', reply: refusal })
  expect((await planDeployment(marathon, shop, {}, tools)).steps).toHaveLength(2)
  expect(report.notes).toEqual([
    expect.stringMatching(/^Could not check whether \/web\/shop collides with another app or a group: /),
  ])
})

test('an app at the top', async () => {
  const { server, marathon, tools } = await stage()
  running(server, { id: '/other', cmd: 'run' })
  const { steps } = await planDeployment(marathon, { ...shop, id: 'shop' }, {}, tools)
  // Not what would become of the other.
  expect(steps).toEqual([['StartApplication'], ['ScaleApplication']])
  expect(server.requests.at(-1)!.path).toBe('/v2/groups?dryRun=true')
})

/** What was deployed, and what Marathon gave afterwards, once nothing came in between. */
const deployed = readRecording().flatMap(({ request, status, line }, index, all) => {
  const [put, get] = [request.body as JsonObject, all[index + 1]?.body as { app?: JsonObject } | undefined]
  return request.method === 'PUT' && status < 300 && get?.app ? [{ line, put, app: get.app }] : []
})

test.each(deployed)(
  'no difference between what was deployed and what Marathon has (line $line)',
  ({ put, app }) => {
    expect(differences(put, app)).toEqual([])
  },
)

describe('differences', () => {
  test.each<[string, JsonObject, JsonObject]>([
    [
      'ports that Marathon chose',
      { portDefinitions: [{ port: 0 }] },
      { portDefinitions: [{ port: 10_001, protocol: 'tcp', labels: {} }] },
    ],
    [
      'the port of an app that names none',
      {},
      { portDefinitions: [{ port: 10_001, protocol: 'tcp', name: 'default' }] },
    ],
    [
      'uris that have become fetch',
      { uris: ['http://a/b.tgz'] },
      { fetch: [{ uri: 'http://a/b.tgz', extract: true, cache: false }] },
    ],
    [
      'uris beside fetch, in 1.4',
      { uris: ['http://a/b.tgz'] },
      { uris: ['http://a/b.tgz'], fetch: [{ uri: 'http://a/b.tgz' }] },
    ],
    ['the old field for ports', { ports: [0, 0] }, { portDefinitions: [{ port: 10_001 }, { port: 10_002 }] }],
    ['null', { args: null, container: null }, { cpus: 1 }],
    [
      'the unreachable strategy of 1.5',
      {},
      { unreachableStrategy: { inactiveAfterSeconds: 300, expungeAfterSeconds: 600 } },
    ],
  ])('not by %s', (_name, wanted, current) => {
    expect(differences(wanted, current)).toEqual([])
  })

  test.each<[string, JsonObject, JsonObject, string[]]>([
    [
      'required ports',
      { requirePorts: true, portDefinitions: [{ port: 0 }] },
      { requirePorts: true, portDefinitions: [{ port: 80 }] },
      ['portDefinitions(0)/port: 80 → 0'],
    ],
    [
      'a port more',
      { portDefinitions: [{ port: 0 }, { port: 0, name: 'b' }] },
      { portDefinitions: [{ port: 1 }] },
      ['portDefinitions(1): (not set) → {"port":0,"name":"b"}'],
    ],
    ['a port of the old field', { ports: [80] }, { portDefinitions: [{ port: 81 }] }, ['ports: [81] → [80]']],
    ['a variable that is emptied', { env: { A: '' } }, { env: {} }, ['env/A: (not set) → ""']],
    ['a default that is left', {}, { cpus: 2 }, ["cpus: 2 → (Marathon's default)"]],
    ['a field that Marathon does not know', { mystery: 1 }, {}, ['mystery: (not set) → 1']],
    ['args', { args: ['a', 'c'] }, { args: ['a', 'b'] }, ['args: ["a","b"] → ["a","c"]']],
  ])('by %s', (_name, wanted, current, lines) => {
    expect(differences(wanted, current).map(formatDifference)).toEqual(lines)
  })

  test.each([
    ['env', 'DB_PASSWORD', 'hunter2'],
    ['env', 'GITHUB_TOKEN', 'hunter2'],
    ['env', 'AWS_SECRET_ACCESS_KEY', 'hunter2'],
    ['env', 'SSH_KEY', 'hunter2'],
    ['env', 'apikey', 'hunter2'],
    ['env', 'HAB_SHOP', '[db]\npassword = "hunter2"'],
    ['labels', 'auth', 'hunter2'],
  ])('%s %s is hidden', (map, key, value) => {
    const [difference] = differences({ [map]: { [key]: value } }, { [map]: { [key]: `old ${value}` } })
    expect(formatDifference(difference!)).toBe(`${map}/${key}: (hidden) → (hidden)`)
  })

  test.each(['KEYBOARD', 'MONKEYS', 'GREETING'])('env %s is shown', key => {
    const [difference] = differences({ env: { [key]: 'b' } }, { env: { [key]: 'a' } })
    expect(formatDifference(difference!)).toBe(`env/${key}: "a" → "b"`)
  })
})
