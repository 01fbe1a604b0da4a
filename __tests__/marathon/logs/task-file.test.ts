import { describe, expect, test } from 'vitest'
import { openTaskFile } from '../../../src/marathon/logs/task-file.ts'
import {
  AGENT,
  type AgentServerOptions,
  agentsOf,
  authorizationOf,
  DIRECTORY,
  startAgent,
  TASK,
  VIRTUAL,
} from './agent-server.ts'

const executor = (id: string, more: object = {}) => ({ id, directory: DIRECTORY, ...more })
const other = { id: 'other', directory: '/elsewhere', tasks: [{ id: 'other' }] }
const direct = 'http://marathon.example.com:8080'

/** What an agent has, and whether Marathon tells the framework's id. */
const found: [what: string, path: string, options: AgentServerOptions, tells: boolean][] = [
  ['the virtual path', VIRTUAL, {}, true],
  ['the endpoint of old agents', VIRTUAL, { endpoints: ['/files/read.json'] }, true],
  [
    'a running executor in /state',
    DIRECTORY,
    { states: { '/state': { frameworks: [{ executors: [other, executor(TASK.taskId)] }] } } },
    true,
  ],
  [
    'the same without the framework',
    DIRECTORY,
    { states: { '/state': { frameworks: [{ executors: [other, executor(TASK.taskId)] }] } } },
    false,
  ],
  [
    'one that has ended',
    DIRECTORY,
    {
      states: {
        '/state': {
          frameworks: [],
          completed_frameworks: [{ executors: [], completed_executors: [executor(TASK.taskId)] }],
        },
      },
    },
    false,
  ],
  [
    'an executor of another name',
    DIRECTORY,
    {
      states: {
        '/state': {
          frameworks: [{ executors: [executor('own', { completed_tasks: [{ id: TASK.taskId }] })] }],
        },
      },
    },
    false,
  ],
  [
    'the state of old agents',
    DIRECTORY,
    {
      endpoints: ['/files/read.json'],
      states: { '/state.json': { frameworks: [{ executors: [executor(TASK.taskId)] }] } },
    },
    false,
  ],
]

describe('the file of a task is found', () => {
  test.each(found)('by %s', async (_, path, options, tells) => {
    const agent = await startAgent(options)
    agent.files.set(`${path}/stderr`, Buffer.from('no "luck"\n'))
    const agents = agentsOf(direct, { port: agent.port }, () => {
      if (tells) return { frameworkId: 'f00d-0000' }
      throw new Error('403')
    })
    const file = await openTaskFile(TASK, 'stderr', agents)
    expect(await file.size()).toBe(10)
    expect(await file.read(3)).toEqual({ offset: 3, data: Buffer.from('"luck"\n') })
    expect(await file.read(99)).toEqual({ offset: 10, data: Buffer.alloc(0) })
    expect(agent.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  })

  test.each([
    ['/service/marathon', '/agent'],
    ['/service/team/marathon', '/agent'],
    ['/marathon', '/agent'],
    ['/dcos/service/marathon', '/dcos/agent'],
  ])('through DC/OS for Marathon at %s', async (prefix, agentPrefix) => {
    const agent = await startAgent({ prefix: `${agentPrefix}/${AGENT}`, tokens: ['token=good'] })
    agent.files.set(`${VIRTUAL}/stdout`, Buffer.from('hello'))
    const agents = agentsOf(`http://127.0.0.1:${agent.port}${prefix}`, { port: 1 })
    expect(await (await openTaskFile(TASK, 'stdout', agents)).size()).toBe(5)
  })

  test('through DC/OS with a new login where the old one has expired', async () => {
    const agent = await startAgent({ prefix: `/agent/${AGENT}`, tokens: ['token=new'] })
    agent.files.set(`${VIRTUAL}/stdout`, Buffer.from('hello'))
    let token = 'token=old'
    const agents = agentsOf(`http://127.0.0.1:${agent.port}/service/marathon`, {
      authorization: {
        ...authorizationOf('old'),
        header: async () => token,
        renew: async refused => {
          expect(refused).toBe('token=old')
          token = 'token=new'
          return true
        },
      },
    })
    expect(await (await openTaskFile(TASK, 'stdout', agents)).size()).toBe(5)
  })

  test.each([[503], [401], [403]])('directly where DC/OS answers %i, without the token', async status => {
    const [router, agent] = [await startAgent(), await startAgent()]
    router.instead.push({ status })
    agent.files.set(`${VIRTUAL}/stdout`, Buffer.from('hello'))
    const agents = agentsOf(`http://127.0.0.1:${router.port}/service/marathon`, { port: agent.port })
    expect(await (await openTaskFile(TASK, 'stdout', agents)).size()).toBe(5)
    expect(router.requests[0]!.headers.authorization).toBe('token=good')
    expect(agent.requests[0]!.headers.authorization).toBeUndefined()
  })

  test('where the task has no agent id, directly', async () => {
    const agent = await startAgent()
    agent.files.set(`${VIRTUAL}/stdout`, Buffer.from('hello'))
    const agents = agentsOf(`http://127.0.0.1:1/service/marathon`, { port: agent.port })
    const { slaveId: _, ...task } = TASK
    expect(await (await openTaskFile(task, 'stdout', agents)).size()).toBe(5)
  })
})

test.each([
  ['bytes of every value', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
  ['UTF-8', Buffer.from('grüße 日本 \u{1f600}\n')],
  ['half a character', Buffer.from('é').subarray(1)],
  ['nothing', Buffer.alloc(0)],
])('%s come as they are', async (_, content) => {
  const agent = await startAgent()
  agent.files.set(`${VIRTUAL}/stdout`, content)
  const file = await openTaskFile(TASK, 'stdout', agentsOf(direct, { port: agent.port }))
  expect((await file.read(0)).data).toEqual(content)
})

test('a large file comes in pieces of 64 KiB', async () => {
  const agent = await startAgent()
  agent.files.set(`${VIRTUAL}/stdout`, Buffer.alloc(100_000, '\x01'))
  const file = await openTaskFile(TASK, 'stdout', agentsOf(direct, { port: agent.port }))
  expect((await file.read(0)).data).toHaveLength(65_536)
  expect((await file.read(65_536)).data).toHaveLength(34_464)
})

/** What the agent answers to every request, and the message. */
const refused: readonly (readonly [
  what: string,
  answer: 'silence' | 'reset' | { status?: number; body?: string | Buffer },
  code: string,
  message: RegExp,
])[] = [
  ['does not answer', 'silence', 'AGENT_UNREACHABLE', /within 0\.2 seconds/],
  ['resets', 'reset', 'HTTP_NETWORK', /No complete response came from http:\/\/127\.0\.0\.1:/],
  ['is forbidden', { status: 403 }, 'AGENT_REFUSED', /403 Forbidden/],
  [
    'is broken',
    { status: 500, body: '<html>' },
    'AGENT_REFUSED',
    /500 Internal Server Error\. Try again later/,
  ],
  ['is a web page', { body: '<html>login</html>' }, 'AGENT_REFUSED', /a web page/],
  ['is not JSON', { body: 'pong' }, 'AGENT_REFUSED', /other than JSON/],
  [
    'nests without end',
    { body: `${'['.repeat(150_000)}${']'.repeat(150_000)}` },
    'AGENT_REFUSED',
    /other than JSON/,
  ],
  ['has no offset', { body: '{"data":""}' }, 'AGENT_REFUSED', /makes no sense/],
  ['has a negative offset', { body: '{"data":"","offset":-1}' }, 'AGENT_REFUSED', /makes no sense/],
  ['has data of another kind', { body: '{"data":[],"offset":0}' }, 'AGENT_REFUSED', /makes no sense/],
  ['has far too much', { body: Buffer.alloc(2 ** 20, ' ') }, 'HTTP_TOO_LARGE', /larger than/],
  ['is not an agent', { status: 404 }, 'AGENT_REFUSED', /not a Mesos agent/],
]

describe('an agent that', () => {
  test.each(refused)('%s', async (_, answer, code, message) => {
    const agent = await startAgent()
    agent.instead.push(answer, answer, answer, answer)
    const timeout = answer === 'silence' ? 200 : undefined
    const agents = agentsOf(direct, { port: agent.port, timeout })
    const opened = openTaskFile(TASK, 'stderr', agents)
    await expect(opened).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test('has no such file', async () => {
    const agent = await startAgent({ states: { '/state': { frameworks: [{ executors: [other] }] } } })
    const opened = openTaskFile(TASK, 'stderr', agentsOf(direct, { port: agent.port }))
    await expect(opened).rejects.toMatchObject({
      code: 'SANDBOX_GONE',
      message: expect.stringContaining('no stderr of the task "web_shop.5b1e"'),
    })
  })

  test('loses the file meanwhile', async () => {
    const agent = await startAgent()
    agent.files.set(`${VIRTUAL}/stderr`, Buffer.from('a'))
    const file = await openTaskFile(TASK, 'stderr', agentsOf(direct, { port: agent.port }))
    agent.files.clear()
    await expect(file.read(0)).rejects.toMatchObject({ code: 'SANDBOX_GONE' })
  })
})

test.each([['evil.example.com/x?'], ['user@evil.example.com'], ['a b'], [''], ['127.0.0.1:80'], ['\x1b[2J']])(
  'the host %j is not asked',
  async host => {
    const agents = agentsOf(direct, {
      fetch: async () => {
        throw new Error('asked')
      },
    })
    await expect(openTaskFile({ taskId: 'x', host }, 'stderr', agents)).rejects.toMatchObject({
      code: 'AGENT_UNREACHABLE',
      message: expect.stringContaining(JSON.stringify(host)),
    })
  },
)

test.each([['..'], ['../../acs/api/v1/users'], ['a/b'], ['a?b'], ['']])(
  'the agent id %j leads nowhere else',
  async slaveId => {
    const [router, agent] = [await startAgent(), await startAgent()]
    agent.files.set(`${VIRTUAL}/stderr`, Buffer.from('a'))
    const agents = agentsOf(`http://127.0.0.1:${router.port}/service/marathon`, { port: agent.port })
    await openTaskFile({ ...TASK, slaveId }, 'stderr', agents)
    expect(router.requests).toEqual([])
  },
)

test('a signal ends it', async () => {
  const agent = await startAgent()
  agent.instead.push('silence')
  const cancellation = new AbortController()
  const agents = agentsOf(direct, { port: agent.port, signal: cancellation.signal })
  const opened = openTaskFile(TASK, 'stderr', agents)
  setTimeout(() => cancellation.abort('stop'), 50)
  await expect(opened).rejects.toBe('stop')
})
