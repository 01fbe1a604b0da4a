import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { deleteApp } from '../../../src/marathon/api/apps.ts'
import { isSuccess } from '../../../src/marathon/deploy/outcome.ts'
import { planDeployment } from '../../../src/marathon/deploy/plan.ts'
import { removeApp } from '../../../src/marathon/deploy/remove.ts'
import { behaving, running, shop, stage } from './stage.ts'

const VERSIONS = ['1.4', '1.5', '1.10'] as const

describe.each(VERSIONS)('a deployment on Marathon %s', version => {
  test('of a new app', async () => {
    const { server, deploy, report } = await stage({ version, prefix: '/service/marathon' })
    const result = await deploy(shop)
    const { version: deployed } = server.cluster.app('/web/shop')!
    expect(result).toMatchObject({
      state: 'finished',
      appId: '/web/shop',
      version: deployed,
      message: `/web/shop runs in its new version ${deployed}: 2 tasks, 2 healthy.`,
    })
    const tasks = server.cluster.app('/web/shop')!.tasks
    expect(result.endpoints).toEqual([
      { name: 'http', host: '127.0.0.1', port: tasks[0]!.ports[0], taskId: tasks[0]!.id },
      { name: 'http', host: '127.0.0.1', port: tasks[1]!.ports[0], taskId: tasks[1]!.id },
      { name: 'gossip', host: '127.0.0.1', port: tasks[0]!.ports[1], taskId: tasks[0]!.id },
      { name: 'gossip', host: '127.0.0.1', port: tasks[1]!.ports[1], taskId: tasks[1]!.id },
    ])
    expect(report.notes).toContain(
      'Step 2 of 2 (ScaleApplication): 0 staged, 2 running, 0 healthy, of 2 tasks',
    )
    expect(new Set(report.notes).size).toBe(report.notes.length)
    expect(server.requests.some(({ path }) => path.includes('force'))).toBe(false)
  })

  test('of a new version', async () => {
    const { server, deploy } = await stage({ version })
    const before = running(server, shop)
    const old = server.cluster.app('/web/shop')!.tasks.map(({ id }) => id)
    const result = await deploy({ ...shop, mem: 512 })
    expect(result).toMatchObject({ state: 'finished' })
    expect(result.version > before.version).toBe(true)
    const { tasks } = server.cluster.app('/web/shop')!
    expect(tasks).toHaveLength(2)
    expect(tasks.some(({ id }) => old.includes(id))).toBe(false)
  })

  test('that scales', async () => {
    const { server, deploy } = await stage({ version })
    running(server, shop)
    expect(await deploy({ ...shop, instances: 4 })).toMatchObject({
      state: 'finished',
      message: expect.stringContaining('4 tasks, 4 healthy'),
    })
    // More than enough are there from the beginning.
    expect(await deploy({ ...shop, instances: 1 })).toMatchObject({ state: 'finished' })
    expect(server.cluster.app('/web/shop')!.tasks).toHaveLength(1)
    expect(await deploy({ ...shop, instances: 0 })).toMatchObject({ state: 'finished', endpoints: [] })
  })

  test('that changes nothing', async () => {
    const { server, deploy } = await stage({ version })
    const before = running(server, shop)
    const result = await deploy(shop)
    expect(result).toMatchObject({
      state: 'unchanged',
      version: before.version,
      message: `/web/shop already has this definition, in its version ${before.version}, and runs: 2 tasks, 2 healthy.`,
    })
    expect(result.endpoints).toHaveLength(4)
  })

  test('that changes nothing of an app that is not well fails', async () => {
    const { server, deploy } = await stage({ version })
    running(server, behaving('unhealthy'))
    for (const deployment of server.cluster.deployments()) server.cluster.cancel(deployment)
    const result = await deploy(behaving('unhealthy'))
    expect(result).toMatchObject({
      state: 'failed',
      message: expect.stringMatching(
        /^Marathon has ended the deployment of \/web\/shop, but 2 of 2 tasks run and 0 are healthy\.\n/,
      ),
    })
    expect(result.message).toMatch(
      /The definition is the same as before, so there is nothing to roll back to\.$/,
    )
  })

  test('that fails: the version before runs again', async () => {
    const { server, deploy } = await stage({ version })
    running(server, shop)
    const result = await deploy({ ...behaving('fails'), mem: 512 })
    expect(result.state).toBe('failed')
    const failed = result.culprit!.taskId
    expect(result.message.split('\n')).toEqual([
      // Of two at once, and of the next two.
      `/web/shop does not stay up: 4 tasks of the new version have ended. The task ${failed} on 127.0.0.1 ended as TASK_FAILED: "Command exited with status 1".`,
      ...result.message.split('\n').slice(1, -1),
      expect.stringMatching(/^Rolled back: \/web\/shop runs as it did in its version 20/),
    ])
    expect(server.cluster.app('/web/shop')!.definition).toMatchObject({ mem: 256, labels: {} })
    expect(server.cluster.deployments()).toEqual([])
    const deletion = server.requests.find(({ method }) => method === 'DELETE')!
    expect(deletion.path).toBe(`/v2/deployments/${result.deploymentId}`)
  })

  test('of a new app that fails: it is removed again', async () => {
    const { server, deploy } = await stage({ version })
    const result = await deploy(behaving('fails'))
    expect(result).toMatchObject({ state: 'failed', culprit: { host: '127.0.0.1' } })
    expect(result.message).toMatch(
      /\/web\/shop did not exist before, so it was removed again; --no-rollback keeps it\.$/,
    )
    expect(server.cluster.app('/web/shop')).toBeUndefined()
  })
})

describe('a deployment that fails', () => {
  test.each([
    [1, '1 task of the new version has ended'],
    [5, '5 tasks of the new version have ended'],
  ])('is given up after %d tasks', async (failFast, words) => {
    const { deploy } = await stage()
    const result = await deploy(behaving('fails', { instances: 1 }), { failFast })
    expect(result.message).toContain(words)
  })

  test('does not fail with fail-fast disabled, and without a rollback is not undone', async () => {
    const { server, deploy, time } = await stage()
    const result = await deploy(behaving('fails'), { failFast: 0, rollback: false, timeout: 60_000 })
    expect(result.state).toBe('timed-out')
    expect(time()).toBeGreaterThanOrEqual(60_000)
    expect(result.message).toMatch(
      /^\/web\/shop was not up after 60 seconds\.\n {2}The task .* ended as TASK_FAILED: "Command exited with status 1"\.\n/,
    )
    expect(result.message).toMatch(
      /\/web\/shop is left as it is, and Marathon keeps trying; its deployment .* locks it/,
    )
    expect(server.cluster.app('/web/shop')).toBeDefined()
    expect(server.requests.some(({ method }) => method === 'DELETE')).toBe(false)
  })

  test('by flapping: healthy for a moment, and so a success to Marathon', async () => {
    // Tasks live for eight moments, so that we never see one that is healthy.
    const { server, deploy } = await stage({ ticks: 9 })
    const result = await deploy(behaving('flaps', { instances: 1 }))
    expect(result.state).toBe('failed')
    expect(result.message).toContain('/web/shop does not stay up: 3 tasks of the new version have ended.')
    expect(server.requests.some(({ method, path }) => method === 'DELETE' && path.includes('apps'))).toBe(
      true,
    )
  })

  test('failures of the version before do not count', async () => {
    const { server, deploy } = await stage()
    running(server, behaving('fails'))
    expect(server.cluster.app('/web/shop')!.lastTaskFailure).toBeDefined()
    expect(await deploy(shop, { force: true, failFast: 1 })).toMatchObject({ state: 'finished' })
  })

  test('failures of the same version from before do not count', async () => {
    const { server, deploy } = await stage()
    const { version } = running(server, shop)
    const { id: taskId, host } = server.cluster.app('/web/shop')!.tasks[0]!
    const message = 'long ago'
    server.cluster.app('/web/shop')!.lastTaskFailure = { taskId, host, message, version, state: 'TASK_LOST' }
    expect(await deploy(shop, { failFast: 1 })).toMatchObject({ state: 'unchanged' })
  })

  test('whose tasks are not healthy by checks of Marathon', async () => {
    const { deploy } = await stage()
    const healthChecks = [{ protocol: 'HTTP', path: '/health', portIndex: 0 }]
    const result = await deploy(behaving('unhealthy', { healthChecks }), { timeout: 30_000 })
    expect(result.state).toBe('timed-out')
    expect(result.message).toMatch(
      /\n {2}The task \S+ on 127\.0\.0\.1 is not healthy: its health check has failed \d+ times, last with "503 Service Unavailable"\.\n/,
    )
    expect(result.culprit).toMatchObject({ host: '127.0.0.1', slaveId: expect.any(String) })
  })

  test('whose tasks are not healthy by checks of Mesos, which tells Marathon no cause', async () => {
    const { deploy } = await stage()
    const result = await deploy(behaving('unhealthy', { instances: 1 }), { timeout: 30_000 })
    expect(result.message.split('\n')).toEqual([
      '/web/shop was not up after 30 seconds.',
      expect.stringMatching(
        /^ {2}The task \S+ on 127\.0\.0\.1 is not healthy, according to Mesos, which gives no reason\.$/,
      ),
      expect.stringContaining('it was removed again'),
    ])
  })

  test('whose tasks are not healthy, and whose Supervisor says why', async () => {
    const gateway = createServer((request, response) => {
      const body = { status: 'CRITICAL', stdout: 'no database', stderr: '' }
      response.writeHead(request.url === '/services/web/default/health' ? 503 : 404).end(JSON.stringify(body))
    })
    await once(gateway.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void gateway.close())
    const { port } = gateway.address() as AddressInfo
    const { server, deploy, at } = await stage()
    at(4_000, () => {
      for (const task of server.cluster.app('/web/shop')!.tasks) task.ports = [1, port]
    })
    const made = {
      labels: { behaviour: 'unhealthy', 'mesosize.ident': 'acme/web/1.0/20240101000000' },
      portDefinitions: [
        { port: 0, name: 'http' },
        { port: 0, name: 'gateway' },
      ],
    }
    const result = await deploy({ ...shop, ...made, instances: 1 }, { timeout: 30_000 })
    expect(result.message).toMatch(
      /is not healthy, according to Mesos, which gives no reason\. Its Supervisor reports the service as critical: "no database"\.\n/,
    )
  })

  test('whose tasks do not start to run', async () => {
    const { deploy } = await stage()
    const result = await deploy(behaving('hangs'), { timeout: 30_000 })
    expect(result.message.split('\n').slice(0, -1)).toEqual([
      '/web/shop was not up after 30 seconds.',
      // Those are in Marathon's queue, too, and wait for nothing there.
      expect.stringMatching(
        /^ {2}The task \S+ on 127\.0\.0\.1 is not running yet: the agent may still be fetching or unpacking\.$/,
      ),
      expect.stringMatching(/ is not running yet: /),
    ])
  })

  test('whose tasks have just ended', async () => {
    const { deploy } = await stage()
    const options = { failFast: 1, rollback: false }
    const result = await deploy(behaving('ends', { instances: 1, healthChecks: [] }), options)
    const { taskId } = result.culprit!
    expect(result.message.split('\n')).toEqual([
      `/web/shop does not stay up: 1 task of the new version has ended. The task ${taskId} on 127.0.0.1 ended as TASK_FINISHED: it left no message.`,
      `  The task ${taskId} on 127.0.0.1 has just ended as TASK_FINISHED; Marathon starts another in its place.`,
      '  1 task waits to be started.',
      // Marathon has ended the deployment, which locks nothing any more.
      '/web/shop is left as it is, and Marathon keeps trying.',
    ])
  })

  test('without offers', async () => {
    const { server, deploy } = await stage()
    server.cluster.settings.offers = 12
    server.cluster.settings.rejections = { UnfulfilledRole: 2, InsufficientMemory: 9, InsufficientPorts: 1 }
    const result = await deploy(behaving('unplaced', { mem: 65_536 }), { timeout: 30_000 })
    expect(result.message.split('\n').slice(1, -1)).toEqual([
      '  2 tasks wait to be started.',
      expect.stringMatching(/^ {2}2 of 12 offers: the resources are reserved for a role/),
      '  9 of 10 offers: not enough memory: the app needs 65536 MiB.',
      '  1 of 1 offers: not enough free ports.',
    ])
    expect(result.culprit).toBeUndefined()
  })

  test('is not undone where someone has changed the app since', async () => {
    const { server, deploy, marathon } = await stage()
    running(server, shop)
    const { send } = marathon
    let newer = ''
    marathon.send = request => {
      // At the latest moment: when we ask why it does not get on.
      if (request.path === '/v2/queue') newer = running(server, { ...shop, mem: 1024 }).version
      return send(request)
    }
    const result = await deploy(behaving('fails'))
    expect(result.message).toMatch(
      new RegExp(
        `\nSomeone has changed /web/shop since, to its version ${newer}, so it is left as it is\\.$`,
      ),
    )
    expect(server.cluster.app('/web/shop')!.definition.mem).toBe(1024)
  })

  test('is reported even if it cannot be undone', async () => {
    const { server, deploy } = await stage()
    running(server, shop)
    server.fault({ method: 'DELETE', times: 9, reply: { status: 403, body: { message: 'Not Authorized' } } })
    const result = await deploy(behaving('fails'))
    expect(result.state).toBe('failed')
    expect(result.message).toMatch(/\nThe rollback failed: .*403 Forbidden.*"Not Authorized"/)
  })

  test('after Marathon has ended it is undone by the version before', async () => {
    const { server, deploy, at } = await stage()
    const before = running(server, shop)
    at(4_000, () => server.cluster.cancel(server.cluster.deployments()[0]!))
    const result = await deploy(behaving('unhealthy'))
    expect(result).toMatchObject({ state: 'failed' })
    const put = server.requests.findLast(({ method }) => method === 'PUT')!
    expect(JSON.parse(put.body)).toEqual({ version: before.version })
    expect(result.message).toMatch(/\nRolled back: \/web\/shop runs as it did/)
  })
})

describe('a version that crashes repeatedly', () => {
  const unchecked = { healthChecks: [] }

  test.each(
    VERSIONS.flatMap(version =>
      (['fails', 'ends', 'cannot-fetch'] as const).map(how => [version, how] as const),
    ),
  )('is not finished, on Marathon %s, where its tasks do: %s', async (version, how) => {
    const { server, deploy } = await stage({ version })
    const result = await deploy(behaving(how, { ...unchecked, instances: 1 }))
    expect(result.state).toBe('failed')
    expect(result.message).toMatch(/^\/web\/shop does not stay up: 3 tasks of the new version have ended\./)
    expect(server.cluster.app('/web/shop')).toBeUndefined()
  })

  test('is not finished where looks are far apart, and Marathon tells the last failure alone', async () => {
    // Each task lives for one moment of three, and there are seven between two looks.
    const { deploy } = await stage({ ticks: 7 })
    const result = await deploy(behaving('fails', { ...unchecked, instances: 1 }))
    expect(result.state).toBe('failed')
  })

  test.each(['1.4', '1.10'] as const)('is not unchanged, on Marathon %s', async version => {
    const { server, deploy } = await stage({ version })
    running(server, behaving('fails', unchecked))
    for (let moment = 0; moment < 6; moment++) {
      // Whatever the tasks do when it begins.
      server.tick()
      expect((await deploy(behaving('fails', unchecked))).state).toBe('failed')
    }
  })

  test('is not finished after the time that it had, where only that ends it', async () => {
    const { deploy } = await stage()
    const options = { failFast: 0, rollback: false, timeout: 120_000 }
    const result = await deploy(behaving('fails', unchecked), options)
    expect(result.state).toBe('timed-out')
  })

  test('is finished when its tasks stay up after all', async () => {
    const { server, deploy, at, time, report } = await stage()
    server.cluster.settings.behaviours['/web/shop'] = 'fails'
    at(4_000, () => {
      server.cluster.settings.behaviours['/web/shop'] = 'runs'
    })
    const result = await deploy({ ...shop, ...unchecked, instances: 1 })
    expect(result.state).toBe('finished')
    expect(time()).toBeGreaterThan(60_000)
    expect(report.notes.filter(note => note.includes('Watching for a minute'))).toHaveLength(1)
  })

  test('is reported if its tasks happen to run at the time limit', async () => {
    const { server, deploy, at } = await stage()
    server.cluster.settings.behaviours['/web/shop'] = 'fails'
    at(4_000, () => {
      server.cluster.settings.behaviours['/web/shop'] = 'runs'
    })
    const result = await deploy({ ...shop, ...unchecked, instances: 1 }, { timeout: 30_000 })
    expect(result.state).toBe('timed-out')
    expect(result.message).toMatch(
      /^\/web\/shop was not up after 30 seconds\. Its tasks are running, but 1 task of the new version has ended\.\n/,
    )
  })

  test('is not finished where its time is over before it has crashed', async () => {
    const { server, deploy, at } = await stage()
    at(5_000, () => {
      server.cluster.settings.behaviours['/web/shop'] = 'fails'
    })
    const result = await deploy({ ...shop, ...unchecked, instances: 1 }, { timeout: 3_000 })
    expect(result.state).toBe('timed-out')
  })

  test('is not unchanged where its time is over before it crashes again', async () => {
    const { server, deploy } = await stage()
    running(server, behaving('fails', { ...unchecked, instances: 1 }))
    const app = server.cluster.app('/web/shop')!
    app.definition.labels.behaviour = 'runs'
    server.tick(3)
    const definition = { ...shop, ...unchecked, instances: 1, labels: { behaviour: 'runs' } }
    const result = await deploy(definition, { timeout: 3_000 })
    expect(result.state).toBe('timed-out')
    expect(result.message).toContain('but a task of this version ended shortly before.')
  })

  test('is another than one that was up only at the end of its time', async () => {
    const { deploy, time } = await stage()
    const result = await deploy({ ...shop, ...unchecked, instances: 1 }, { timeout: 3_000 })
    expect(result.state).toBe('finished')
    expect(time()).toBeGreaterThan(5_000)
  })

  test('is seen though its first task runs for a few seconds', async () => {
    const { server, deploy, at } = await stage()
    // Twice it is seen running, when the deployment is over.
    at(4_000, () => {
      server.cluster.settings.behaviours['/web/shop'] = 'fails'
    })
    expect((await deploy({ ...shop, ...unchecked, instances: 1 })).state).toBe('failed')
  })
})

describe('tasks that end and are meant to', () => {
  test('those that are too many after a change of instances', async () => {
    const { server, deploy } = await stage()
    running(server, { ...shop, healthChecks: [], instances: 6 })
    const result = await deploy({ ...shop, healthChecks: [], instances: 2 }, { failFast: 1 })
    expect(result).toMatchObject({ state: 'finished', message: expect.stringContaining('2 tasks') })
  })

  test('those of the version before', async () => {
    const { server, deploy } = await stage()
    running(server, { ...shop, healthChecks: [], instances: 3 })
    const result = await deploy({ ...shop, healthChecks: [], mem: 512 }, { failFast: 1 })
    expect(result.state).toBe('finished')
  })
})

describe('a deployment into which someone comes', () => {
  test('with a newer one', async () => {
    const { server, deploy, at } = await stage()
    running(server, shop)
    let newer = ''
    at(3_000, () => {
      newer = running(server, { ...shop, mem: 1024 }).version
    })
    expect(await deploy(behaving('hangs'))).toMatchObject({
      state: 'superseded',
      message: expect.stringContaining(`to its version ${newer}: this deployment no longer applies`),
    })
    expect(server.cluster.app('/web/shop')!.definition.mem).toBe(1024)
  })

  test('and removes the app', async () => {
    const { server, deploy, at, marathon } = await stage()
    running(server, shop)
    at(3_000, () => deleteApp(marathon, '/web/shop', true).then(() => server.tick(3)))
    expect(await deploy(behaving('hangs'))).toMatchObject({
      state: 'superseded',
      message: 'Someone has removed /web/shop in the meantime: this deployment no longer applies.',
    })
  })

  test.each([
    ['an app that was there', '1.4', true, /has restored the previous version of \/web\/shop/],
    ['an app that was there', '1.10', true, /has restored the previous version of \/web\/shop/],
    ['a new app', '1.4', false, /has removed \/web\/shop again/],
    ['a new app', '1.10', false, /has removed \/web\/shop again/],
  ] as const)('and cancels it: %s, on Marathon %s', async (_name, version, exists, words) => {
    const { server, deploy, at } = await stage({ version })
    if (exists) running(server, shop)
    at(3_000, async () => {
      const [deployment] = server.cluster.deployments()
      await fetch(`${server.url}/v2/deployments/${deployment!.id}`, { method: 'DELETE' })
    })
    const result = await deploy(behaving('hangs'))
    expect(result).toMatchObject({ state: 'rolled-back', message: expect.stringMatching(words) })
    expect(isSuccess(result.state)).toBe(false)
  })

  test('and restores the exact version from before', async () => {
    const { server, deploy, at } = await stage()
    running(server, shop)
    const old = { ...server.cluster.app('/web/shop')! }
    at(3_000, () => {
      server.cluster.cancel(server.cluster.deployments()[0]!)
      server.cluster.apps.set('/web/shop', old)
    })
    expect(await deploy(behaving('hangs'))).toMatchObject({ state: 'rolled-back' })
  })

  test('and stops this program', async () => {
    const { server, deploy, at, abort } = await stage()
    at(3_000, abort)
    const result = await deploy(behaving('hangs'))
    const [deployment] = server.cluster.deployments()
    expect(result).toMatchObject({
      state: 'cancelled',
      message: `The deployment ${deployment!.id} of /web/shop continues in Marathon; Mesosize has stopped waiting for it.`,
    })
  })
})

describe('an app that is locked', () => {
  test('is waited for', async () => {
    const { server, deploy, report } = await stage()
    const other = server.cluster.change('/web/shop', { ...shop, mem: 128 }, false)
    const result = await deploy(shop)
    expect(result.state).toBe('finished')
    const id = 'id' in other ? other.id : ''
    expect(report.notes).toContain(
      `/web/shop is being changed by the deployment ${id}: waiting for that to end.`,
    )
  })

  test('is given up after two minutes', async () => {
    const { server, deploy, time } = await stage()
    server.cluster.change('/web/shop', behaving('hangs'), false)
    await expect(deploy(shop)).rejects.toMatchObject({
      code: 'MARATHON_LOCKED',
      message: expect.stringContaining('Wait until it has ended, or use --force to cancel it.'),
    })
    expect(time()).toBeGreaterThanOrEqual(120_000)
    expect(time()).toBeLessThan(130_000)
  })

  test('is taken by force where that is asked for', async () => {
    const { server, deploy, time } = await stage()
    server.cluster.change('/web/shop', behaving('hangs'), false)
    expect(await deploy(shop, { force: true })).toMatchObject({ state: 'finished' })
    expect(time()).toBeLessThan(60_000)
  })

  test.each(['1.4', '1.10'] as const)(
    'by ourselves, for the answer was lost (Marathon %s)',
    async version => {
      const { server, deploy } = await stage({ version })
      server.fault({ method: 'PUT', after: true })
      const result = await deploy(shop)
      expect(result.state).toBe('finished')
      expect(server.requests.filter(({ method }) => method === 'PUT')).toHaveLength(2)
      expect(result.version).toBe(server.cluster.app('/web/shop')!.version)
    },
  )

  test('no longer: the answer was lost and the deployment is done', async () => {
    const { server, deploy } = await stage()
    server.fault({ method: 'PUT', after: true, reply: { status: 502 } })
    const { change } = server.cluster
    server.cluster.change = (...args) => {
      if (server.cluster.app('/web/shop')) server.tick(10)
      return change(...args)
    }
    expect(await deploy(shop)).toMatchObject({ state: 'finished' })
  })
})

describe('a Marathon that fails meanwhile', () => {
  test.each([
    ['resets', {}],
    ['has no leader', { reply: { status: 502, body: '<html></html>' } }],
    ['answers with web pages', { reply: { status: 200, body: '<html></html>' } }],
  ])('%s', async (_name, fault) => {
    const { server, deploy, at, report } = await stage()
    at(1_000, () => server.fault({ ...fault, times: 8 }))
    expect(await deploy(shop)).toMatchObject({ state: 'finished' })
    expect(
      report.notes.filter(note => note.endsWith('The deployment continues; looking again.')),
    ).toHaveLength(1)
  })

  test('until the end of its time', async () => {
    const { server, deploy, at } = await stage({ client: { tries: 1 } })
    at(1_000, () => server.fault({ times: 1_000 }))
    const result = await deploy(shop, { timeout: 20_000 })
    expect(result.state).toBe('timed-out')
    expect(result.message).toMatch(
      /^\/web\/shop was not up after 20 seconds\. No complete response came from/,
    )
    expect(result.message).toMatch(/\nThe rollback failed: No complete response/)
  })

  test('with tokens that expire', async () => {
    const { server, deploy, at } = await stage({
      auth: { kind: 'dcos', users: { ops: 'pw' } },
      client: { given: { dcosUser: 'ops', dcosPassword: 'pw' } },
    })
    for (const time of [1_000, 2_000, 4_000]) at(time, () => server.expireTokens())
    expect(await deploy(shop)).toMatchObject({ state: 'finished' })
    expect(server.logins.length).toBeGreaterThan(2)
  })

  test('with a token that is no longer valid', async () => {
    const { server, deploy, at } = await stage({
      auth: { kind: 'dcos', tokens: ['t'] },
      client: { given: { dcosToken: 't' } },
    })
    at(1_000, () => server.expireTokens())
    await expect(deploy(behaving('hangs'))).rejects.toMatchObject({
      code: 'MARATHON_LOGIN',
      message: expect.stringMatching(/The deployment \S+ of \/web\/shop continues in Marathon\.$/),
    })
  })
})

describe('what is refused before Marathon is asked', () => {
  test.each([
    ['an app that cannot be', { ...shop, cpus: -1 }, 'APP_INVALID'],
    [
      'a URI that no agent can fetch',
      { ...shop, fetch: [{ uri: 'file:///tmp/shop.tgz' }] },
      'APP_UNFETCHABLE',
    ],
  ])('%s', async (_name, definition, code) => {
    const { server, deploy } = await stage()
    await expect(deploy(definition)).rejects.toMatchObject({ code })
    expect(server.requests).toEqual([])
  })

  test.each([5001, 2 ** 31 - 1])('%d instances, which may be a typing error', async instances => {
    const { server, deploy } = await stage()
    const fetch = [{ uri: 'file:///tmp/shop.tgz' }]
    await expect(deploy({ ...shop, instances, fetch })).rejects.toMatchObject({
      // With all other mistakes.
      problems: [
        expect.stringMatching(
          /^instances: \d+ is more than 5000 instances, .*; --allow-many-instances deploys it anyway\.$/,
        ),
        expect.stringMatching(/^No agent can fetch/),
      ],
    })
    expect(server.requests).toEqual([])
  })

  test('that many are accepted with the setting, or if there are already as many', async () => {
    const { server, marathon, tools } = await stage()
    for (const [instances, allowManyInstances] of [
      [5000, false],
      [5001, true],
    ] as const) {
      await planDeployment(marathon, { ...shop, instances }, { allowManyInstances }, tools)
      const [app] = JSON.parse(server.requests.at(-1)!.body).apps
      expect(app.instances).toBe(instances)
    }
  })

  test('such a URI is accepted with the setting', async () => {
    const { deploy } = await stage()
    const definition = { ...shop, fetch: [{ uri: 'file:///tmp/shop.tgz' }] }
    expect(await deploy(definition, { allowUnfetchableUri: true })).toMatchObject({ state: 'finished' })
  })
})

describe('removeApp', () => {
  const options = { force: true, timeout: 60_000 }
  test.each(VERSIONS)('waits until the tasks are gone, on Marathon %s', async version => {
    const { server, marathon, tools } = await stage({ version })
    running(server, shop)
    expect(await removeApp(marathon, '/web/shop', options, tools)).toBe('removed')
    expect(server.cluster.apps.size).toBe(0)
  })

  test('reports that there was none', async () => {
    const { marathon, tools } = await stage()
    expect(await removeApp(marathon, '/web/shop', options, tools)).toBe('absent')
  })

  /** An app whose tasks do not end when they are killed. */
  async function stubborn() {
    const set = await stage()
    running(set.server, behaving('immortal'))
    const tasks = set.server.cluster.app('/web/shop')!.tasks.map(({ id, host }) => `${id} on ${host}`)
    const remove = () => removeApp(set.marathon, '/web/shop', options, set.tools)
    return { ...set, tasks, remove }
  }

  test('reports the remaining tasks at the time limit, even those that Marathon no longer lists', async () => {
    const { server, tasks, remove, time } = await stubborn()
    const error = await remove().catch(thrown => thrown)
    const [deployment] = server.cluster.deployments()
    expect(error).toMatchObject({
      code: 'REMOVE_TIMED_OUT',
      message: `/web/shop is being removed, but after 1 min 00 s not all of its tasks were gone. Marathon does not list those that are left; it had ${tasks.join(', ')}. Marathon continues (deployment ${deployment!.id}). Remove the app again to continue waiting; --timeout waits longer. Look for tasks that do not end in Mesos' web interface, by their ids.`,
    })
    expect(time()).toBeGreaterThanOrEqual(60_000)
  })

  test('tells which tasks are still being killed, where Marathon lists them', async () => {
    const { server, remove } = await stubborn()
    const tasks = ['/web/shop', '/web', '/web/shop'].map((appId, index) => ({
      id: `t${index}`,
      appId,
      host: 'h',
    }))
    server.fault({ path: '/v2/tasks', reply: { status: 200, body: { tasks } } })
    await expect(remove()).rejects.toMatchObject({
      message: expect.stringContaining(' these tasks were still being killed: t0 on h, t2 on h. '),
    })
  })

  test('continues waiting when run again, although the app no longer exists', async () => {
    const { server, remove, at, time } = await stubborn()
    await expect(remove()).rejects.toMatchObject({ code: 'REMOVE_TIMED_OUT' })
    const before = time()
    at(before + 20_000, () => {
      server.cluster.apps.get('/web/shop')!.tasks = []
    })
    expect(await remove()).toBe('removed')
    expect(time() - before).toBeGreaterThanOrEqual(20_000)
    expect(await remove()).toBe('absent')
  })
})
