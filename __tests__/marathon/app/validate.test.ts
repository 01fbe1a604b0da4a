import { describe, expect, test } from 'vitest'
import { MesosizeError } from '../../../src/lib/errors.ts'
import type { JsonObject } from '../../../src/marathon/app/request.ts'
import { validateApp } from '../../../src/marathon/app/validate.ts'

const least: JsonObject = { id: '/x', cmd: 'sleep 1' }

function problems(app: JsonObject): string[] {
  try {
    validateApp(app)
  } catch (error) {
    expect(error).toBeInstanceOf(MesosizeError)
    expect((error as MesosizeError).code).toBe('APP_INVALID')
    return (error as Error).message.split('\n').slice(1, -1)
  }
  return []
}

const ports = (...definitions: JsonObject[]) => ({ portDefinitions: definitions })
const check = (fields: JsonObject) => ({ ...ports({ port: 0 }, { port: 0 }), healthChecks: [fields] })
const fetched = (...artifacts: JsonObject[]) => ({ fetch: artifacts })
const uri = 'https://example.com/a.tgz'

describe('takes', () => {
  test.each<[string, JsonObject]>([
    ['the least', {}],
    ['id my.app', { id: 'my.app' }],
    ['args for cmd', { cmd: null, args: ['sleep', '1'] }],
    ['an image for cmd', { cmd: null, container: { type: 'DOCKER', docker: { image: 'a' } } }],
    ['fields that Marathon does not know', { fieldOfTomorrow: { a: 1 } }],
    ['a secret that is defined', { env: { A: { secret: 's' } }, secrets: { s: { source: '/s' } } }],
    ['any text in a variable', { env: { A: 'é\n$ "\'', 'not-for-sh': '' } }],
    ['the largest variable', { env: { A: 'x'.repeat(131072 - 3) } }],
    ['no ports', { portDefinitions: [] }],
    ['several random ports', ports({ port: 0 }, { port: 0 }, {})],
    ['both protocols on one number', ports({ port: 9638, protocol: 'udp,tcp' })],
    ['uris beside an empty fetch', { fetch: [], uris: [uri] }],
    [
      'every kind of health check',
      {
        ...ports({ port: 0 }, { port: 0 }),
        healthChecks: [
          { protocol: 'MESOS_TCP', portIndex: 1 },
          { protocol: 'HTTP', port: 80 },
          { protocol: 'TCP', portIndex: 0 },
          { protocol: 'COMMAND', command: { value: 'true' } },
          { protocol: 'COMMAND', command: { value: 'false' } },
        ],
      },
    ],
    ['a health check of the only port', { healthChecks: [{ path: '/' }] }],
    [
      'a health check of a container port',
      {
        container: { docker: { image: 'a' }, portMappings: [{ containerPort: 1 }, { containerPort: 2 }] },
        healthChecks: [{ portIndex: 1 }],
      },
    ],
    [
      'constraints',
      {
        constraints: [
          ['hostname', 'UNIQUE'],
          ['rack', 'GROUP_BY'],
          ['rack', 'GROUP_BY', '3'],
          ['rack', 'cluster', 'a'],
          ['rack', 'MAX_PER', '2'],
          ['rack', 'LIKE', 'a.*'],
          ['rack', 'IS', 'a'],
        ],
      },
    ],
    ['an upgrade strategy', { upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 1 } }],
  ])('%s', (_, fields) => {
    expect(problems({ ...least, ...fields })).toEqual([])
  })
})

// What a Marathon of the versions 1.1 to 1.11 answers with 400 or 422, each with the place that it names.
describe('refuses', () => {
  test.each<[string, JsonObject, string]>([
    ['id MyApp', { id: 'MyApp' }, '/id: "MyApp"'],
    ['id my_app', { id: 'my_app' }, '/id'],
    ['id -x', { id: '-x' }, '/id'],
    ['id a b', { id: 'a b' }, '/id'],
    ['no id', { id: null }, '/id'],
    ['a number for id', { id: 5 }, '/id: 5'],
    ['id /x/tasks', { id: '/x/tasks' }, '/id: "/x/tasks"'],
    ['id ..', { id: '/x/..' }, '/id'],
    ['nothing to run', { cmd: null }, '/:'],
    ['nothing to run but a container without image', { cmd: null, container: { type: 'MESOS' } }, '/:'],
    ['cmd and args', { args: ['a'] }, '/:'],
    ['an empty cmd', { cmd: '' }, '/cmd: ""'],
    ['a cmd of one character', { cmd: 'w' }, '/cmd: "w"'],
    ['args of numbers', { cmd: null, args: [1] }, '/args(0): 1'],
    ['uris and fetch', { fetch: [{ uri }], uris: ['https://example.com/b.tgz'] }, '/uris'],
    ['cpus -1', { cpus: -1 }, '/cpus: -1'],
    ['cpus 0', { cpus: 0 }, '/cpus: 0'],
    ['cpus as text', { cpus: '1' }, '/cpus: "1"'],
    ['mem -1', { mem: -1 }, '/mem: -1'],
    ['disk -1', { disk: -1 }, '/disk: -1'],
    ['instances -1', { instances: -1 }, '/instances: -1'],
    ['instances 0.1', { instances: 0.1 }, '/instances: 0.1'],
    ['grace period -1', { taskKillGracePeriodSeconds: -1 }, '/taskKillGracePeriodSeconds: -1'],
    ['user 0', { user: 0 }, '/user: 0'],
    ['user without name', { user: '' }, '/user'],
    ['a URI over 1024', fetched({ uri: `https://h/${'a'.repeat(1015)}` }), '/fetch(0)/uri'],
    ['a URI with a space', fetched({ uri: 'https://h/a b' }), '/fetch(0)/uri: "https://h/a b"'],
    ['a URI with a quote', fetched({ uri: "https://h/'" }), '/fetch(0)/uri'],
    ['a fetch without URI', fetched({ destPath: 'a' }), '/fetch(0)/uri'],
    ['a fetch that is text', { fetch: [uri] }, '/fetch(0)'],
    ['uris with a space', { uris: ['a b'] }, '/uris(0): "a b"'],
    ['an absolute destPath', fetched({ uri, destPath: '/a' }), '/fetch(0)/destPath: "/a"'],
    ['a destPath outside', fetched({ uri, destPath: 'a/../../b' }), '/fetch(0)/destPath'],
    ['an empty destPath', fetched({ uri, destPath: '' }), '/fetch(0)/destPath'],
    ['a long destPath', fetched({ uri, destPath: 'a'.repeat(1025) }), '/fetch(0)/destPath'],
    ['extract as text', fetched({ uri, extract: 'no' }), '/fetch(0)/extract: "no"'],
    ['the same URI twice', fetched({ uri }, { uri, extract: false }), '/fetch(1)'],
    [
      'the same destPath twice',
      fetched({ uri, destPath: 'a' }, { uri: `${uri}?2`, destPath: 'a' }),
      '/fetch(1)',
    ],
    ['protocol tcp,udp', ports({ protocol: 'tcp,udp' }), '/portDefinitions(0)/protocol: "tcp,udp"'],
    ['protocol TCP, which 1.4 refuses', ports({ protocol: 'TCP' }), '/portDefinitions(0)/protocol'],
    ['one number twice', ports({ port: 80 }, { port: 80 }), '/portDefinitions(1): 80'],
    ['one name twice', ports({ name: 'a' }, { name: 'a' }), '/portDefinitions(1): "a"'],
    ['port name GOSSIP', ports({ name: 'GOSSIP' }), '/portDefinitions(0)/name: "GOSSIP"'],
    ['port name a_b', ports({ name: 'a_b' }), '/portDefinitions(0)/name: "a_b"'],
    ['port 65536', ports({ port: 65536 }), '/portDefinitions(0)/port: 65536'],
    ['port -1', ports({ port: -1 }), '/portDefinitions(0)/port: -1'],
    ['a port that is a number', { portDefinitions: [80] }, '/portDefinitions(0): 80'],
    ['a port label that is a number', ports({ labels: { VIP_0: 1 } }), '/portDefinitions(0)/labels/VIP_0: 1'],
    ['portDefinitions that are no list', { portDefinitions: {} }, '/portDefinitions'],
    ['ports and portDefinitions', { ports: [0], ...ports({ port: 80 }) }, '/ports'],
    ['a secret without definition', { env: { A: { secret: 's' } } }, '/env/A'],
    ['a number in env', { env: { A: 1 } }, '/env/A'],
    ['null in env', { env: { A: null } }, '/env/A'],
    ['a variable without name', { env: { '': 'a' } }, '/env/'],
    ['a variable over 128 KiB', { env: { A: 'x'.repeat(131072 - 2) } }, '/env/A'],
    ['a variable with NUL', { env: { A: 'a\0' } }, '/env/A'],
    ['env as a list', { env: ['A=1'] }, '/env'],
    ['a label that is a boolean', { labels: { a: true } }, '/labels/a: true'],
    ['a label without name', { labels: { '': 'a' } }, '/labels/'],
    [
      'an unknown health protocol',
      check({ protocol: 'MESOS_COMMAND', portIndex: 0 }),
      '/healthChecks(0)/protocol',
    ],
    ['a port index that is not there', check({ portIndex: 2 }), '/healthChecks(0)/portIndex: 2'],
    ['a port index of -1', check({ portIndex: -1 }), '/healthChecks(0)/portIndex: -1'],
    ['a health check of no port in particular', check({ protocol: 'HTTP' }), '/healthChecks(0)'],
    ['a COMMAND without command', check({ protocol: 'COMMAND' }), '/healthChecks(0)/command'],
    [
      'an interval of -1',
      check({ portIndex: 0, intervalSeconds: -1 }),
      '/healthChecks(0)/intervalSeconds: -1',
    ],
    [
      'a grace of 1.5',
      check({ portIndex: 0, gracePeriodSeconds: 1.5 }),
      '/healthChecks(0)/gracePeriodSeconds: 1.5',
    ],
    [
      'failures of -1',
      check({ portIndex: 0, maxConsecutiveFailures: -1 }),
      '/healthChecks(0)/maxConsecutiveFailures',
    ],
    [
      'two checks by Mesos',
      {
        ...ports({ port: 0 }),
        healthChecks: [
          { protocol: 'MESOS_HTTP', portIndex: 0 },
          { protocol: 'MESOS_TCP', portIndex: 0 },
        ],
      },
      '/healthChecks',
    ],
    [
      'half an upgrade strategy',
      { upgradeStrategy: { minimumHealthCapacity: 0 } },
      '/upgradeStrategy/maximumOverCapacity',
    ],
    [
      'an upgrade strategy over 1',
      { upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 1.1 } },
      '/upgradeStrategy/maximumOverCapacity: 1.1',
    ],
    ['a constraint of one', { constraints: [['hostname']] }, '/constraints(0): ["hostname"]'],
    ['a constraint of four', { constraints: [['a', 'LIKE', 'b', 'c']] }, '/constraints(0)'],
    ['a constraint that is text', { constraints: ['hostname:UNIQUE'] }, '/constraints(0)'],
    ['an unknown operator', { constraints: [['a', 'NEAR', 'b']] }, '/constraints(0)'],
    ['UNIQUE with a value', { constraints: [['a', 'UNIQUE', 'b']] }, '/constraints(0)'],
    ['GROUP_BY of no number', { constraints: [['a', 'GROUP_BY', 'b']] }, '/constraints(0)'],
    ['MAX_PER without value', { constraints: [['a', 'MAX_PER']] }, '/constraints(0)'],
    ['LIKE without value', { constraints: [['a', 'LIKE']] }, '/constraints(0)'],
  ])('%s', (_, fields, place) => {
    const found = problems({ ...least, ...fields })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^ {2}\//)
    expect(found[0]!.slice(2).startsWith(place)).toBe(true)
  })
})

test('tells every problem at once', () => {
  expect(
    problems({ id: 'A', cpus: 0, labels: { a: 1 }, uris: ['a b'] }).map(line => line.trim().split(':')[0]),
  ).toEqual(['/id', '/', '/cpus', '/labels/a', '/uris(0)'])
})

test('shows neither variables nor passwords, and long values in part', () => {
  const told = problems({
    ...least,
    env: { A: { secret: 's3cret', x: 'y' }, B: `s3cret${'x'.repeat(131072)}`, C: ['s3cret'] },
    uris: ['https://me:s3cret@h/a b', `https://h/${'a'.repeat(2000)}`],
  })
  expect(told).toHaveLength(5)
  expect(told.filter(line => line.includes('s3cret')).map(line => line.trim().split(':')[0])).toEqual([
    '/env/A',
  ])
  for (const line of told) expect(line.length).toBeLessThan(300)
})
