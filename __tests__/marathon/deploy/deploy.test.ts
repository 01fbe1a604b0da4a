import { describe, expect, test } from 'vitest'
import { deleteApp } from '../../../src/marathon/api/apps.ts'
import { isSuccess } from '../../../src/marathon/deploy/outcome.ts'
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
      message: `/web/shop had this definition already, in its version ${before.version}, and runs: 2 tasks, 2 healthy.`,
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
      /It is the definition that was there before: there is nothing to go back to\.$/,
    )
  })

  test('that fails: the version before runs again', async () => {
    const { server, deploy } = await stage({ version })
    running(server, shop)
    const result = await deploy({ ...behaving('fails'), mem: 512 })
    expect(result.state).toBe('failed')
    const failed = result.culprit!.taskId
    expect(result.message.split('\n')).toEqual([
      `/web/shop does not stay up: 3 tasks of the new version have failed. The task ${failed} on 127.0.0.1 ended as TASK_FAILED: "Command exited with status 1".`,
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
      /There was no \/web\/shop before, so it was removed again; rollback: false leaves it\.$/,
    )
    expect(server.cluster.app('/web/shop')).toBeUndefined()
  })
})

describe('a deployment that fails', () => {
  test.each([1, 5])('is given up after %d tasks', async failFast => {
    const { deploy } = await stage()
    const result = await deploy(behaving('fails', { instances: 1 }), { failFast })
    expect(result.message).toContain(`${failFast} task${failFast === 1 ? '' : 's'} of the new version`)
  })

  test('is not given up where nobody wants that, and then not undone', async () => {
    const { server, deploy, time } = await stage()
    const result = await deploy(behaving('fails'), { failFast: 0, rollback: false, timeout: 60_000 })
    expect(result.state).toBe('timed-out')
    expect(time()).toBeGreaterThanOrEqual(60_000)
    expect(result.message).toMatch(
      /^\/web\/shop was not up after 60 seconds\.\n {2}The task .* ended as TASK_FAILED: "Command exited with status 1"\.\n/,
    )
    expect(result.message).toMatch(
      /\/web\/shop is left as it is, and Marathon goes on trying; its deployment .* locks it/,
    )
    expect(server.cluster.app('/web/shop')).toBeDefined()
    expect(server.requests.some(({ method }) => method === 'DELETE')).toBe(false)
  })

  test('by flapping: healthy for a moment, and so a success to Marathon', async () => {
    // Tasks live for eight moments, so that we never see one that is healthy.
    const { server, deploy } = await stage({ ticks: 8 })
    const result = await deploy(behaving('flaps', { instances: 1 }))
    expect(result.state).toBe('failed')
    expect(result.message).toContain('/web/shop does not stay up: 3 tasks of the new version have failed.')
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

  test('whose tasks are not healthy', async () => {
    const { deploy } = await stage()
    const result = await deploy(behaving('unhealthy'), { timeout: 30_000 })
    expect(result.state).toBe('timed-out')
    expect(result.message).toMatch(
      /\n {2}The task \S+ on 127\.0\.0\.1 is not healthy: its health check has failed \d+ times, last with "503 Service Unavailable"\.\n/,
    )
    expect(result.culprit).toMatchObject({ host: '127.0.0.1', slaveId: expect.any(String) })
  })

  test('whose tasks do not start to run', async () => {
    const { deploy } = await stage()
    const result = await deploy(behaving('hangs'), { timeout: 30_000 })
    expect(result.message).toMatch(/ is not running yet: the agent may still fetch or unpack\./)
  })

  test('for want of offers', async () => {
    const { server, deploy } = await stage()
    server.cluster.settings.offers = 12
    server.cluster.settings.rejections = { UnfulfilledRole: 2, InsufficientMemory: 9, InsufficientPorts: 1 }
    const result = await deploy(behaving('unplaced', { mem: 65_536 }), { timeout: 30_000 })
    expect(result.message.split('\n').slice(1, -1)).toEqual([
      '  2 tasks wait to be started.',
      expect.stringMatching(/^ {2}2 of 12 offers: the resources are reserved for a role/),
      '  9 of 10 offers: not enough memory: the app wants 65536 MiB.',
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
      new RegExp(`\nSomeone has changed /web/shop since, to its version ${newer}: it is left as it is\\.$`),
    )
    expect(server.cluster.app('/web/shop')!.definition.mem).toBe(1024)
  })

  test('is told of even if it cannot be undone', async () => {
    const { server, deploy } = await stage()
    running(server, shop)
    server.fault({ method: 'DELETE', times: 9, reply: { status: 403, body: { message: 'Not Authorized' } } })
    const result = await deploy(behaving('fails'))
    expect(result.state).toBe('failed')
    expect(result.message).toMatch(
      /\nWhat was before could not be put back: .*403 Forbidden.*"Not Authorized"/,
    )
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
      message: expect.stringContaining(`to its version ${newer}: this deployment is void`),
    })
    expect(server.cluster.app('/web/shop')!.definition.mem).toBe(1024)
  })

  test('and removes the app', async () => {
    const { server, deploy, at, marathon } = await stage()
    running(server, shop)
    at(3_000, () => deleteApp(marathon, '/web/shop', true).then(() => server.tick(3)))
    expect(await deploy(behaving('hangs'))).toMatchObject({
      state: 'superseded',
      message: 'Someone has removed /web/shop meanwhile: this deployment is void.',
    })
  })

  test.each([
    ['an app that was there', '1.4', true, /has put back what \/web\/shop was before/],
    ['an app that was there', '1.10', true, /has put back what \/web\/shop was before/],
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

  test('and puts back the very version that was there', async () => {
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
      message: `The deployment ${deployment!.id} of /web/shop goes on in Marathon, and is no longer waited for.`,
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
      message: expect.stringContaining('Wait until that has ended, or use force to cancel it.'),
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
      report.notes.filter(note => note.endsWith('The deployment goes on meanwhile; looking again.')),
    ).toHaveLength(1)
  })

  test('until the end of its time', async () => {
    const { server, deploy, at } = await stage({ client: { tries: 1 } })
    at(1_000, () => server.fault({ times: 1_000 }))
    const result = await deploy(shop, { timeout: 20_000 })
    expect(result.state).toBe('timed-out')
    expect(result.message).toMatch(/^\/web\/shop was not up after 20 seconds\. No complete answer came from/)
    expect(result.message).toMatch(/\nWhat was before could not be put back: No complete answer/)
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

  test('with a token that is good no more', async () => {
    const { server, deploy, at } = await stage({
      auth: { kind: 'dcos', tokens: ['t'] },
      client: { given: { dcosToken: 't' } },
    })
    at(1_000, () => server.expireTokens())
    await expect(deploy(behaving('hangs'))).rejects.toMatchObject({
      code: 'MARATHON_LOGIN',
      message: expect.stringMatching(/The deployment \S+ of \/web\/shop goes on in Marathon\.$/),
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

  test('such a URI is taken by who insists', async () => {
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

  test('tells that there was none', async () => {
    const { marathon, tools } = await stage()
    expect(await removeApp(marathon, '/web/shop', options, tools)).toBe('absent')
  })
})
