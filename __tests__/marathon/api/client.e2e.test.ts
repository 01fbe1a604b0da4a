import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createFetch, type Fetch } from '../../../src/http/fetch.ts'
import { deleteApp, getApp, putApp, restoreVersion } from '../../../src/marathon/api/apps.ts'
import { readClusterCa } from '../../../src/marathon/api/ca.ts'
import { listDeployments, revertDeployment } from '../../../src/marathon/api/deployments.ts'
import { listQueue } from '../../../src/marathon/api/queue.ts'
import { missingPrograms } from '../../testkit/machine.ts'
import { ownLoopback } from '../../testkit/ports.ts'
import { clientOf, marathonServer } from './marathons.ts'

const app = { id: '/web/shop', cmd: 'sleep 3600', instances: 2 }
const force = false

test('a task that is listed again and again is one', async () => {
  const server = await marathonServer()
  const tasks = Array(2_000).fill({ id: 'a', host: '127.0.0.1', ports: [1, 2] })
  server.fault({ reply: { status: 200, body: { app: { version: '1', tasks: [{ id: 'b' }, ...tasks] } } } })
  const found = await getApp(clientOf(server.url).marathon, '/web/shop')
  expect(found!.tasks.map(({ id }) => id)).toEqual(['b', 'a'])
})

describe('the API', () => {
  test.each(['', '/service/marathon'])('goes from a new app to none, under the prefix %j', async prefix => {
    const server = await marathonServer({ prefix })
    const { marathon } = clientOf(server.url)
    expect(await getApp(marathon, '/web/shop')).toBeUndefined()
    const started = await putApp(marathon, app, { force })
    const put = server.requests.at(-1)!
    expect(put).toMatchObject({ method: 'PUT', path: `${prefix}/v2/apps/web/shop?partialUpdate=false` })
    expect(put.headers['content-type']).toBe('application/json')
    expect(JSON.parse(put.body)).toEqual(app)
    expect(await listDeployments(marathon)).toEqual([
      {
        id: started.deploymentId,
        affectedApps: ['/web/shop'],
        currentStep: 2,
        totalSteps: 2,
        currentActions: [{ action: 'ScaleApplication', app: '/web/shop', readiness: [] }],
      },
    ])
    server.tick(5)
    expect(await getApp(marathon, '/web/shop')).toMatchObject({
      version: started.version,
      instances: 2,
      running: 2,
      staged: 0,
      healthChecked: false,
      deployments: [],
      tasks: [{ host: '127.0.0.1', state: 'TASK_RUNNING', version: started.version }, {}],
    })
    await putApp(marathon, { ...app, cmd: 'sleep 7200' }, { force: true })
    expect(server.requests.at(-1)!.path).toContain('?partialUpdate=false&force=true')
    const restored = await restoreVersion(marathon, '/web/shop', started.version)
    server.tick(5)
    expect((await getApp(marathon, '/web/shop'))!.definition.cmd).toBe('sleep 3600')
    expect((await getApp(marathon, '/web/shop'))!.version).toBe(restored.version)
    await deleteApp(marathon, '/web/shop', false)
    expect(server.requests.at(-1)!.path).toBe(`${prefix}/v2/apps/web/shop?force=false`)
    server.tick(5)
    expect(await getApp(marathon, '/web/shop')).toBeUndefined()
  })

  test('reads the queue, and undoes a deployment', async () => {
    const server = await marathonServer()
    const { marathon } = clientOf(server.url)
    const { deploymentId } = await putApp(marathon, { ...app, labels: { behaviour: 'unplaced' } }, { force })
    server.tick()
    const [item] = await listQueue(marathon)
    expect(item).toMatchObject({ appId: '/web/shop', count: 2, delay: 0, processedOffers: 2 })
    expect(item!.rejections).toContainEqual({ reason: 'InsufficientPorts', declined: 2, processed: 2 })
    await revertDeployment(marathon, deploymentId)
    server.tick()
    expect(await getApp(marathon, '/web/shop')).toBeUndefined()
    await expect(revertDeployment(marathon, deploymentId)).rejects.toMatchObject({
      code: 'MARATHON_NOT_FOUND',
    })
  })
})

describe('failures that pass', () => {
  test('an election: 502 until there is a leader', async () => {
    const server = await marathonServer()
    server.elect(2)
    const { marathon, pauses } = clientOf(server.url)
    expect(await listDeployments(marathon)).toEqual([])
    expect(pauses).toHaveLength(2)
  })

  test.each([429, 500, 502, 503, 504])('status %d', async status => {
    const server = await marathonServer()
    server.fault({ reply: { status } })
    const { marathon, pauses } = clientOf(server.url)
    expect(await listDeployments(marathon)).toEqual([])
    expect(pauses).toHaveLength(1)
  })

  test('a reset', async () => {
    const server = await marathonServer()
    server.fault({})
    expect(await listDeployments(clientOf(server.url).marathon)).toEqual([])
  })

  test('the first master is gone: the second answers at once, and is asked first from then on', async () => {
    const server = await marathonServer({ host: ownLoopback() })
    await server.stop(0)
    const { marathon, pauses } = clientOf(server.urls.join(','))
    expect(await listDeployments(marathon)).toEqual([])
    expect(await listDeployments(marathon)).toEqual([])
    expect(pauses).toEqual([])
    expect(server.requests.map(({ master }) => master)).toEqual([1, 1])
  })

  test('the leader moves', async () => {
    const server = await marathonServer()
    server.elect(1)
    const { marathon, pauses } = clientOf(server.urls.join(','))
    expect(await listDeployments(marathon)).toEqual([])
    expect(pauses).toEqual([])
    expect(server.requests.map(({ master }) => master)).toEqual([0, 1])
  })

  test('a master whose name is not known any more is passed over', async () => {
    const server = await marathonServer()
    const gone = 'http://marathon.test:8080'
    const own = createFetch({ version: '1' })
    const fetch: Fetch = async (url, init) => {
      if (!String(url).startsWith(gone)) return own(url, init)
      const cause = Object.assign(new Error('getaddrinfo ENOTFOUND marathon.test'), { code: 'ENOTFOUND' })
      throw new TypeError('fetch failed', { cause })
    }
    const { marathon } = clientOf(`${gone} ${server.url}`, { fetch })
    expect(await listDeployments(marathon)).toEqual([])
  })

  test('all masters are gone', async () => {
    const server = await marathonServer({ host: ownLoopback() })
    await server.stop(0)
    await server.stop(1)
    const { marathon, pauses } = clientOf(server.urls.join(','))
    await expect(listDeployments(marathon)).rejects.toMatchObject({
      code: 'HTTP_NETWORK',
      message: expect.stringMatching(/Tried 3 times\.$/),
    })
    expect(pauses).toHaveLength(2)
  })

  test('what Marathon itself says is not asked for twice', async () => {
    const server = await marathonServer()
    server.fault({ reply: { status: 500, body: { message: 'Cannot normalize networks' } } })
    const { marathon, pauses } = clientOf(server.url)
    await expect(putApp(marathon, app, { force })).rejects.toThrow('Cannot normalize networks')
    expect(pauses).toEqual([])
  })
})

test('ids that would begin a line of their own are not taken', async () => {
  const server = await marathonServer()
  const { marathon } = clientOf(server.url)
  const id = 'x\n::add-mask::x'
  server.fault({ method: 'PUT', reply: { status: 200, body: { deploymentId: id, version: '1' } } })
  await expect(putApp(marathon, app, { force })).rejects.toMatchObject({ code: 'MARATHON_UNEXPECTED' })
  const locked = { message: 'App is locked', deployments: [{ id }, { id: 'd-1' }] }
  server.fault({ method: 'PUT', reply: { status: 409, body: locked } })
  await expect(putApp(marathon, app, { force })).rejects.toMatchObject({
    code: 'MARATHON_LOCKED',
    message: expect.not.stringContaining('\n'),
  })
  const lastTaskFailure = { taskId: id, message: 'x' }
  server.fault({
    reply: { status: 200, body: { app: { version: '1', lastTaskFailure, tasks: [{ id, host: id }] } } },
  })
  expect(await getApp(marathon, '/web/shop')).toMatchObject({
    lastTaskFailure: undefined,
    tasks: [{ id: '', host: '' }],
  })
})

test.each([99_999, 65_536, -1, 8080.5, '8080', null, 1e300, { toString: null }, [31_000]])(
  'an invalid port is refused: %j',
  async port => {
    const server = await marathonServer()
    const tasks = [{ id: 'shop.1', host: 'a', ports: [31_000, port] }]
    server.fault({ reply: { status: 200, body: { app: { version: '1', tasks } } } })
    await expect(getApp(clientOf(server.url).marathon, '/web/shop')).rejects.toMatchObject({
      code: 'MARATHON_UNEXPECTED',
      message: expect.stringContaining(
        `Marathon's response gives a task the port ${JSON.stringify(port)}, which`,
      ),
    })
  },
)

describe('a server that is not a Marathon', () => {
  test.each([
    [
      'a web page',
      { status: 200, body: '<!doctype html><title>Log in</title>' },
      'MARATHON_NOT_JSON',
      'with a web page',
    ],
    ['another text', { status: 200, body: 'hello' }, 'MARATHON_NOT_JSON', 'something other than JSON'],
    [
      'JSON without end',
      { status: 200, body: `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}` },
      'MARATHON_NOT_JSON',
      'with JSON that is nested more than 200 levels deep',
    ],
    [
      'another JSON',
      { status: 200, body: { apps: [] } },
      'MARATHON_UNEXPECTED',
      "Marathon's response lacks deployments",
    ],
    [
      'a 404 of a web server',
      { status: 404, body: '<h1>Not Found</h1>' },
      'MARATHON_URL',
      "without Marathon's error message",
    ],
  ])('%s', async (_name, reply, code, words) => {
    const server = await marathonServer()
    server.fault({ reply })
    await expect(listDeployments(clientOf(server.url).marathon)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    })
  })

  test.each(['1.4', '1.5', '1.10'] as const)('a wrong prefix, in the words of Marathon %s', async version => {
    const server = await marathonServer({ version })
    await expect(listDeployments(clientOf(`${server.url}/marathon`).marathon)).rejects.toMatchObject({
      code: 'MARATHON_URL',
      message: expect.stringContaining('it does not know "/marathon/v2/deployments". Check --marathon'),
    })
  })
})

const missing = missingPrograms('openssl')

describe.skipIf(missing)(`a cluster with its own authority${missing ? ` (SKIPPED: ${missing})` : ''}`, () => {
  let folder: string
  let tls: { key: string; cert: string }
  let other: string

  function certificate(name: string) {
    const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)]
    const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
    const command = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      cert,
    ]
    execFileSync('openssl', [...command, ...subject], { stdio: 'ignore' })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'marathon-ca-'))
    tls = certificate('cluster')
    other = certificate('other').cert
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const ask = (url: string, ca?: string) =>
    listDeployments(clientOf(url, { fetch: createFetch({ version: '1', ca }) }).marathon)

  test('is trusted with its certificate', async () => {
    const server = await marathonServer({ tls })
    expect(await ask(server.url, readClusterCa(tls.cert))).toEqual([])
  })

  test('is trusted through a proxy too', async () => {
    const server = await marathonServer({ tls })
    const tunnels: string[] = []
    const proxy = createServer()
    proxy.on('connect', (request, socket) => {
      tunnels.push(request.url!)
      const upstream = connect(Number(request.url!.split(':')[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        upstream.pipe(socket).pipe(upstream)
      })
      for (const end of [upstream, socket]) end.on('error', () => {})
    })
    await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
    vi.stubEnv('https_proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`)
    vi.stubEnv('no_proxy', '')
    try {
      expect(await ask(server.url, tls.cert)).toEqual([])
      expect(tunnels).toEqual([new URL(server.url).host])
    } finally {
      vi.unstubAllEnvs()
      proxy.closeAllConnections()
      proxy.close()
    }
  })

  test('is trusted neither without it nor with another', async () => {
    const server = await marathonServer({ tls })
    for (const ca of [undefined, other]) {
      await expect(ask(server.url, ca)).rejects.toMatchObject({
        code: 'HTTP_NETWORK',
        message: expect.stringMatching(/self-signed certificate.*--ca-file/s),
      })
    }
    expect(server.requests).toEqual([])
  })

  test('anything but a certificate is refused', () => {
    const broken = tls.cert.replace(/\n[^-]{20}/, '\nAAAAAAAAAAAAAAAAAAAA')
    for (const [text, words] of [
      ['', 'does not contain a certificate'],
      [tls.key, 'does not contain a certificate'],
      [broken, 'the certificate cannot be read'],
      [`${tls.cert}${broken}`, 'certificate 2 of 2 cannot be read'],
    ] as const) {
      expect(() => readClusterCa(text)).toThrow(words)
    }
    expect(readClusterCa(`${tls.cert}${other}`)).toContain(other)
  })
})
