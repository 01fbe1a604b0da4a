import { setTimeout as pause } from 'node:timers/promises'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { silent } from '../../../src/lib/report.ts'
import { createAuthorization } from '../../../src/marathon/api/authorization.ts'
import { createMarathon } from '../../../src/marathon/api/client.ts'
import { createAgents } from '../../../src/marathon/logs/agents.ts'
import { lastWords } from '../../../src/marathon/logs/last-words.ts'
import { type LogsRequest, type LogsTools, showLogs } from '../../../src/marathon/logs/logs.ts'
import { type MarathonServer, startMarathon } from '../../testkit/marathon-server.ts'

const ID = '/web/shop'
const APP = { id: ID, cmd: 'sleep 1000', cpus: 0.1, mem: 32 }
const REQUEST: LogsRequest = { appId: ID, streams: ['stdout', 'stderr'], lines: 50, follow: false }

let server: MarathonServer
let tools: LogsTools
let printed: string
let told: string[]

beforeEach(async () => {
  // Only `tick` lets time pass.
  server = await startMarathon({ pace: 0 })
  onTestFinished(() => server.close())
  printed = ''
  told = []
  const report = {
    ...silent,
    note: (text: string) => void told.push(text),
    warn: (text: string) => void told.push(text),
  }
  const authorization = createAuthorization({ kind: 'none' }, new URL(server.url), { fetch, report })
  const marathon = await createMarathon({ urls: [new URL(server.url)], authorization, fetch, report })
  const agents = createAgents(marathon, { fetch, authorization, port: Number(new URL(server.agentUrl).port) })
  tools = {
    marathon,
    agents,
    report,
    print: async text => {
      printed += text
    },
    sleep: milliseconds => pause(milliseconds / 100),
  }
})

/** Deploys so many tasks. @returns their ids, in the order of their numbers */
async function run(instances: number, labels = {}): Promise<string[]> {
  const answer = await fetch(`${server.url}/v2/apps${ID}`, {
    method: 'PUT',
    body: JSON.stringify({ ...APP, instances, labels }),
  })
  expect(answer.ok).toBe(true)
  server.tick(3)
  const tasks = server.cluster.app(ID)!.tasks
  return tasks
    .map(({ id, startedAt }) => `${startedAt} ${id}`)
    .sort()
    .map(key => key.split(' ')[1]!)
}

describe('what is shown', () => {
  test('of one task: both streams, told apart', async () => {
    const [task] = await run(1)
    server.write(task!, 'stdout', 'out 1\nout 2\n')
    server.write(task!, 'stderr', 'err 1')
    await showLogs(REQUEST, tools)
    expect(printed).toBe('stdout | out 1\nstdout | out 2\nstderr | err 1\n')
  })

  test('of one stream: the lines alone', async () => {
    const [task] = await run(1)
    server.write(task!, 'stdout', 'out 1\n')
    server.write(task!, 'stderr', 'err 1\nerr 2\n')
    await showLogs({ ...REQUEST, streams: ['stderr'], lines: 1 }, tools)
    expect(printed).toBe('err 2\n')
  })

  test('of several tasks: their numbers, the oldest first', async () => {
    const tasks = await run(3)
    for (const [index, task] of tasks.entries()) server.write(task, 'stdout', `of ${index + 1}\n`)
    await showLogs({ ...REQUEST, streams: ['stdout'] }, tools)
    expect(printed).toBe('1 | of 1\n2 | of 2\n3 | of 3\n')
  })

  test('of one among several', async () => {
    const tasks = await run(3)
    for (const [index, task] of tasks.entries()) server.write(task, 'stdout', `of ${index + 1}\n`)
    await showLogs({ ...REQUEST, streams: ['stdout'], instance: 2 }, tools)
    expect(printed).toBe('of 2\n')
  })

  test('of a crash loop: the last task that failed', async () => {
    await run(1, { behaviour: 'fails' })
    server.tick(2)
    expect(server.cluster.app(ID)!.lastTaskFailure).toBeDefined()
    await showLogs({ ...REQUEST, streams: ['stderr'] }, tools)
    expect(printed).toBe('Command exited with status 1\n')
    expect(told).toEqual([expect.stringContaining('the last failed task')])
  })

  test('of a crash loop: what a task wrote that has just failed, once', async () => {
    await run(1, { behaviour: 'fails' })
    await showLogs({ ...REQUEST, streams: ['stderr'] }, tools)
    expect(server.cluster.app(ID)!.tasks).toMatchObject([{ state: 'TASK_FAILED' }])
    expect([printed, told]).toEqual(['Command exited with status 1\n', []])
  })

  test('of a task that has just failed and wrote nothing: nothing, once', async () => {
    await run(1, { behaviour: 'fails' })
    const [task] = server.cluster.app(ID)!.tasks
    server.cluster.outputs.get(task!.id)!.stderr = ''
    await showLogs({ ...REQUEST, streams: ['stderr'] }, tools)
    expect([printed, told]).toEqual(['', []])
  })

  test('of the rest, where one agent cannot be reached', async () => {
    const tasks = await run(2)
    for (const task of tasks) server.write(task, 'stdout', 'here\n')
    server.cluster.app(ID)!.tasks.find(({ id }) => id === tasks[0])!.host = 'no_host/'
    await showLogs({ ...REQUEST, streams: ['stdout'] }, tools)
    expect(printed).toBe('2 | here\n')
    expect(told).toEqual([expect.stringContaining('"no_host/"')])
  })
})

describe('what cannot be shown', () => {
  test('an app that is not there', async () => {
    await expect(showLogs(REQUEST, tools)).rejects.toMatchObject({
      code: 'APP_MISSING',
      message: expect.stringContaining('"/web/shop"'),
    })
  })

  test('an app without tasks', async () => {
    await run(0)
    await expect(showLogs(REQUEST, tools)).rejects.toMatchObject({ code: 'NO_TASK' })
  })

  test('a task of another number', async () => {
    await run(2)
    await expect(showLogs({ ...REQUEST, instance: 3 }, tools)).rejects.toMatchObject({
      code: 'NO_TASK',
      message: expect.stringMatching(/^--instance: 3 is not one of the 2 tasks/),
    })
  })

  test('anything, where no agent answers', async () => {
    await run(1)
    for (const task of server.cluster.app(ID)!.tasks) task.host = '..'
    await expect(showLogs(REQUEST, tools)).rejects.toMatchObject({ code: 'NO_OUTPUT' })
    // Of both streams.
    expect(told).toEqual([expect.stringContaining('".."')])
  })

  test('the last task that failed, where its agent has not answered before', async () => {
    await run(1)
    const app = server.cluster.app(ID)!
    const [task] = app.tasks
    task!.host = '..'
    app.lastTaskFailure = { ...{ taskId: 'x', host: '..', version: task!.version }, slaveId: task!.slaveId }
    await expect(showLogs(REQUEST, tools)).rejects.toMatchObject({ code: 'NO_OUTPUT' })
    expect(told).toHaveLength(1)
  })

  test('anything, if no agent answers, since the output is unknown', async () => {
    await run(3)
    const app = server.cluster.app(ID)!
    for (const task of app.tasks) task.host = '..'
    app.tasks[2]!.host = '/'
    const { id: taskId, version } = app.tasks[0]!
    app.lastTaskFailure = { taskId: `${taskId}x`, host: '../x', version, slaveId: app.tasks[0]!.slaveId }
    await expect(showLogs(REQUEST, tools)).rejects.toMatchObject({ code: 'NO_OUTPUT' })
    expect(told).toEqual([
      expect.stringMatching(/"\.\.".* Instances 1, 2 run on it\.$/),
      expect.stringMatching(/"\/"/),
      'The output of the tasks of /web/shop could not be read. This is the output of the last failed task.',
      expect.stringMatching(/"\.\.\/x"/),
    ])
  })
})

describe('following', () => {
  const until = (text: string) => expect.poll(() => printed, { interval: 5 }).toContain(text)

  test('continues with new tasks, until the app is removed', async () => {
    const [first] = await run(1)
    server.write(first!, 'stdout', 'old\n')
    const following = showLogs({ ...REQUEST, streams: ['stdout'], follow: true }, tools)
    await until('1 | old\n')
    server.write(first!, 'stdout', 'new\n')
    await until('1 | new\n')
    const second = (await run(2)).find(id => id !== first)!
    server.write(second, 'stdout', 'hello\n')
    await until('2 | hello\n')
    server.write(first!, 'stdout', 'last words')
    await fetch(`${server.url}/v2/apps${ID}`, { method: 'DELETE' })
    server.tick(5)
    await following
    expect(printed).toBe('1 | old\n1 | new\n2 | hello\n1 | last words\n')
    expect(told.at(-1)).toBe('/web/shop has been removed.')
  })

  test('of one task ends with it', async () => {
    const tasks = await run(2)
    const following = showLogs({ ...REQUEST, follow: true, instance: 2 }, tools)
    server.write(tasks[1]!, 'stderr', 'bye\n')
    await until('stderr | bye\n')
    const app = server.cluster.app(ID)!
    server.cluster.kill(app, app.tasks.find(({ id }) => id === tasks[1])!)
    await following
    expect(told.at(-1)).toBe('Instance 2 of /web/shop has ended.')
  })

  test('reports an agent that does not answer once, not for each stream', async () => {
    await run(3)
    for (const task of server.cluster.app(ID)!.tasks) task.host = '..'
    const following = showLogs({ ...REQUEST, follow: true }, tools)
    await expect.poll(() => told.length).toBeGreaterThan(0)
    await fetch(`${server.url}/v2/apps${ID}`, { method: 'DELETE' })
    server.tick(5)
    await following
    expect(told).toEqual([expect.stringContaining('".."'), '/web/shop has been removed.'])
  })

  test('of one task ends with it though Marathon still lists it', async () => {
    const [task] = await run(1)
    const following = showLogs({ ...REQUEST, follow: true, streams: ['stderr'], instance: 1 }, tools)
    server.write(task!, 'stderr', 'here\n')
    await until('here\n')
    server.cluster.settings.behaviours[ID] = 'fails'
    server.tick()
    await following
    expect(server.cluster.app(ID)!.tasks).toMatchObject([{ id: task, state: 'TASK_FAILED' }])
    expect(told.at(-1)).toBe('Instance 1 of /web/shop has ended.')
  })

  test('waits for the first task', async () => {
    await run(0)
    const following = showLogs({ ...REQUEST, streams: ['stdout'], follow: true }, tools)
    await expect.poll(() => told).toEqual(['/web/shop has no tasks yet.'])
    const [task] = await run(1)
    server.write(task!, 'stdout', 'hello\n')
    await until('1 | hello\n')
    await fetch(`${server.url}/v2/apps${ID}`, { method: 'DELETE' })
    server.tick(5)
    await following
  })

  test('survives a Marathon that is away', async () => {
    const [task] = await run(1)
    const following = showLogs({ ...REQUEST, streams: ['stdout'], follow: true }, tools)
    server.write(task!, 'stdout', 'here\n')
    await until('1 | here')
    server.fault({ path: '/v2/apps', times: 2, reply: { status: 403, body: { message: 'no' } } })
    await expect
      .poll(() => server.requests.filter(({ path }) => path.includes('/v2/apps/')).length)
      .toBeGreaterThan(4)
    server.write(task!, 'stdout', 'still here\n')
    await until('still here')
    await fetch(`${server.url}/v2/apps${ID}`, { method: 'DELETE' })
    server.tick(5)
    await following
  })

  test('ends when standard output is closed', async () => {
    const [task] = await run(1)
    server.write(task!, 'stdout', 'hello\n')
    const closed = new Error('closed')
    const following = showLogs(
      { ...REQUEST, follow: true },
      { ...tools, print: () => Promise.reject(closed) },
    )
    await expect(following).rejects.toBe(closed)
  })

  test('ends when it is stopped', async () => {
    await run(1)
    const stopped = new Error('stopped')
    const following = showLogs(
      { ...REQUEST, follow: true },
      { ...tools, sleep: () => Promise.reject(stopped) },
    )
    await expect(following).rejects.toBe(stopped)
  })
})

describe('the last words of a task', () => {
  test('stand below the news of its failure', async () => {
    const [task] = await run(1)
    server.write(task!, 'stderr', `${'x\n'.repeat(30)}::error::not a command\nlast\n`)
    const words = await lastWords({ taskId: task!, host: '127.0.0.1' }, tools.agents)
    expect(words).toHaveLength(21)
    expect(words.slice(-2)).toEqual(['| ::error::not a command', '| last'])
  })

  test('may be none', async () => {
    const [task] = await run(1)
    expect(await lastWords({ taskId: task!, host: '127.0.0.1' }, tools.agents)).toEqual([
      'Its stderr is empty.',
    ])
  })

  test('may be out of reach', async () => {
    expect(await lastWords({ taskId: 'x', host: '127.0.0.1' }, tools.agents)).toEqual([
      expect.stringMatching(/^Its stderr cannot be read\. The agent/),
    ])
  })
})
