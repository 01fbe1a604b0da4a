import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { missingPrograms } from '../testkit/machine.ts'
import { type MarathonServer, type MarathonServerOptions, startMarathon } from '../testkit/marathon-server.ts'
import { inShell, makePlace, type Place, problemsOf, type RunOptions, runCli, startCli } from './run-cli.ts'

const ID = '/web/shop'
const APP = {
  id: ID,
  cmd: 'exec sh ./launch',
  cpus: 0.1,
  mem: 32,
  instances: 2,
  labels: {},
  portDefinitions: [
    { port: 0, name: 'http' },
    { port: 0, name: 'gateway' },
  ],
  fetch: [{ uri: 'https://files.example.com/shop.tgz' }],
}

interface Scene {
  place: Place
  server: MarathonServer
  /** Runs a command against the server. */
  run(args: readonly string[], options?: RunOptions): ReturnType<typeof runCli>
}

async function scene(options: MarathonServerOptions = {}): Promise<Scene> {
  const place = await makePlace()
  const server = await startMarathon(options)
  onTestFinished(() => server.close())
  return {
    place,
    server,
    run: (args, { env, ...rest } = {}) =>
      runCli(place, args, { ...rest, env: { MARATHON_URL: server.url, ...env } }),
  }
}

/** @returns the file's name, in the folder where commands run */
function writeApp({ place }: Scene, change: object = {}): string {
  writeFileSync(join(place.work, 'app.json'), JSON.stringify({ ...APP, ...change }))
  return 'app.json'
}

/** Makes an app, of two tasks by default, and waits for nothing. */
async function seed({ server }: Scene, change: object = {}, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ ...APP, ...change })
  const answer = await fetch(`${server.url}/v2/apps${ID}`, { method: 'PUT', headers, body })
  expect(answer.status).toBe(201)
  server.tick(10)
}

/** Runs what must succeed. */
async function succeed(scene: Scene, args: readonly string[], options: RunOptions = {}) {
  const run = await scene.run(args, options)
  expect(run, run.stderr).toMatchObject({ status: 0 })
  return run
}

/** With checks that say so, a task is taken to be well at once. */
const CHECKED = { healthChecks: [{ protocol: 'MESOS_HTTP', path: '/', portIndex: 0 }] }

const behaving = (behaviour: string) => ({ labels: { behaviour } })

describe('deploy', () => {
  test('a new app, the same again, and another version, with --json', async () => {
    const s = await scene()
    const first = await succeed(s, ['deploy', writeApp(s, CHECKED)])
    expect(first.stdout).toBe('')
    expect(first.stderr).toMatch(/^App {9}\/web\/shop\nState {7}finished\n/m)
    const [task] = s.server.cluster.app(ID)!.tasks
    expect(first.stderr).toContain(`http 127.0.0.1:${task!.ports[0]}\n`)

    const again = await succeed(s, ['deploy', 'app.json', '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ state: 'unchanged', appId: ID })
    expect(s.server.cluster.app(ID)!.tasks).toContain(task)

    const other = await succeed(s, ['deploy', writeApp(s, { ...CHECKED, mem: 64 }), '--json'])
    const result = JSON.parse(other.stdout)
    expect(result).toMatchObject({ state: 'finished', version: s.server.cluster.app(ID)!.version })
    expect(result.endpoints).toHaveLength(4)
    expect(s.server.cluster.app(ID)!.tasks).not.toContain(task)
  })

  test('an app definition from standard input', async () => {
    const s = await scene()
    writeApp(s, CHECKED)
    await succeed(s, ['deploy', '-'], { wrapper: inShell('"$@" < app.json') })
    expect(s.server.cluster.app(ID)?.tasks).toHaveLength(2)
  })

  test('reports why it failed, with the last output of the task, and rolls back', async () => {
    const s = await scene({ prefix: '/service/marathon' })
    await seed(s)
    s.server.cluster.settings.failureMessage = '\x1b[2J::error::no \u202ereason'
    const run = await s.run(['deploy', writeApp(s, behaving('fails')), '--json', '--fail-fast', '1'])
    expect(run.status).toBe(1)
    expect(JSON.parse(run.stdout)).toMatchObject({ state: 'failed' })
    expect(run.stderr).toMatch(/^State {7}failed$/m)
    expect(run.stderr).toContain('/web/shop does not stay up')
    expect(run.stderr).toContain('The last lines of its stderr:\n| \\x1b[2J::error::no \\u{202e}reason\n')
    expect(run.stderr.replaceAll('\n', '')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/)
    expect(s.server.cluster.app(ID)!.definition.labels).toEqual({})
  })

  test('reports why there was no place in time, and leaves nothing behind', async () => {
    const s = await scene()
    const run = await s.run(['deploy', writeApp(s, behaving('unplaced')), '--timeout', '2s'])
    expect(run.status).toBe(1)
    expect(run.stderr).toMatch(/^State {7}timed-out$/m)
    expect(run.stderr).toMatch(/port/i)
    expect(s.server.cluster.app(ID)).toBeUndefined()
  })

  test('--no-rollback leaves it', async () => {
    const s = await scene()
    const args = ['deploy', writeApp(s, behaving('hangs')), '--timeout', '1s', '--no-rollback']
    expect((await s.run(args)).status).toBe(1)
    expect(s.server.cluster.app(ID)).toBeDefined()
  })

  test('--dry-run changes nothing', async () => {
    const s = await scene()
    await seed(s)
    const run = await succeed(s, ['deploy', writeApp(s, { mem: 64 }), '--dry-run'])
    expect(run.stdout).toMatch(/^\/web\/shop would change:\n {2}.*mem.*32.*64/)
    expect(s.server.cluster.app(ID)!.definition.mem).toBe(32)
    const json = await succeed(s, ['deploy', 'app.json', '--dry-run', '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ exists: true, appId: ID })
  })

  test('--dry-run shows scaling as such, and what Marathon would refuse', async () => {
    const s = await scene()
    await seed(s)
    const scaled = await succeed(s, ['deploy', writeApp(s, { instances: 3 }), '--dry-run'])
    expect(scaled.stdout).toBe(
      '/web/shop would change:\n  instances: 2 → 3\nMarathon would do:\n  step 1: ScaleApplication\n',
    )
    const below = await s.run(['deploy', writeApp(s, { id: '/web/shop/cart' }), '--dry-run'])
    expect(below).toMatchObject({ status: 1, stdout: '' })
    expect(problemsOf(below)).toEqual([expect.stringContaining('there is an app /web/shop')])
  })

  test('an app whose tasks end after a moment', async () => {
    const s = await scene({ pace: 600 })
    const run = await s.run(['deploy', writeApp(s, { ...behaving('ends'), instances: 1 })])
    expect(run.status).toBe(1)
    expect(run.stderr).toMatch(/^State {7}failed$/m)
    // Between two looks, two may end.
    expect(run.stderr).toMatch(/\/web\/shop does not stay up: [34] tasks of the new version have ended\./)
  })

  test('SIGINT ends the waiting, not the deployment', async () => {
    const s = await scene()
    const args = ['deploy', writeApp(s, behaving('hangs'))]
    const { child, ended } = startCli(s.place, args, { env: { MARATHON_URL: s.server.url } })
    await expect.poll(() => s.server.cluster.app(ID)).toBeDefined()
    await expect.poll(() => s.server.requests.some(({ path }) => path.includes('/v2/deployments'))).toBe(true)
    child.kill('SIGINT')
    const { status, stderr } = await ended
    expect(status).toBe(130)
    expect(stderr).toMatch(/Stopped by SIGINT; what Marathon has started continues\.\n$/)
    expect(s.server.cluster.deployments()).toHaveLength(1)
  })
})

/** The content of app.json, the arguments after `deploy app.json`, and the message. */
const refused: readonly (readonly [what: string, text: string, words: readonly string[], problem: RegExp])[] =
  [
    ['no JSON', '{"id":', [], /is not valid JSON/],
    [
      'an id that Marathon refuses',
      JSON.stringify({ ...APP, id: '/Web_Shop' }),
      [],
      /^ {2}id: "\/Web_Shop"/m,
    ],
    [
      'a file of this machine',
      JSON.stringify({ ...APP, fetch: [{ uri: 'file:///shop.tgz' }] }),
      [],
      /No agent can fetch/,
    ],
    [
      'two kinds of credentials',
      JSON.stringify(APP),
      ['--dcos-token', 'hunter2', '--marathon-user', 'u', '--marathon-password', 'hunter2'],
      /Credentials of 2 kinds/,
    ],
  ]

describe('refused before anything is asked of Marathon', () => {
  test.each(refused)('%s', async (_, text, words, problem) => {
    const s = await scene()
    writeFileSync(join(s.place.work, 'app.json'), text)
    const run = await s.run(['deploy', 'app.json', ...words])
    expect(run).toMatchObject({ status: 2, stdout: '' })
    expect(problemsOf(run).join('\n')).toMatch(problem)
    expect(run.stderr).not.toContain('hunter2')
    expect(s.server.requests).toEqual([])
  })

  test('but an unfetchable tarball may be insisted on', async () => {
    const s = await scene()
    const name = writeApp(s, { ...CHECKED, fetch: [{ uri: 'file:///shop.tgz' }] })
    await succeed(s, ['deploy', name, '--allow-unfetchable-uri'])
  })
})

describe('a Marathon that', () => {
  test('answers HTML', async () => {
    const s = await scene()
    s.server.fault({ reply: { status: 200, body: '<html><body>Log in</body></html>' } })
    const run = await s.run(['status', ID])
    expect(run).toMatchObject({ status: 1, stdout: '' })
    expect(problemsOf(run)).toEqual([expect.stringMatching(/answered with a web page/)])
  })

  test('refuses the definition is quoted', async () => {
    const s = await scene()
    const details = [{ path: '/mem', errors: ['error.max'] }]
    s.server.fault({
      method: 'PUT',
      reply: { status: 422, body: { message: 'Object is not valid', details } },
    })
    const run = await s.run(['deploy', writeApp(s)])
    expect(run.status).toBe(1)
    expect(problemsOf(run).join('\n')).toMatch(/^ {2}\/mem 32: is too large/m)
  })

  test('requires a login', async () => {
    const s = await scene({ auth: { kind: 'basic', user: 'u', password: 'hunter2' } })
    const without = await s.run(['status', ID])
    expect(without.status).toBe(1)
    expect(without.stderr).toContain('401')
    const env = { MARATHON_USER: 'u', MARATHON_PASSWORD: 'hunter2' }
    const withThem = await s.run(['remove', ID], { env })
    expect(withThem.status).toBe(0)
    expect(withThem.stderr).not.toContain('warning')
    const wrong = await s.run(['status', ID], { env: { ...env, MARATHON_PASSWORD: 'hunter2x' } })
    expect(wrong.status).toBe(1)
    expect(wrong.stderr + withThem.stderr).not.toContain('hunter2')
  })

  test('cannot know a password with a colon', async () => {
    const s = await scene({ auth: { kind: 'basic', user: 'u', password: 'hunter:2' } })
    const run = await s.run(['status', ID], { env: { MARATHON_USER: 'u', MARATHON_PASSWORD: 'hunter:2' } })
    expect(run.status).toBe(1)
    expect(problemsOf(run)).toEqual([expect.stringMatching(/401.* Choose one without a colon\.$/)])
    expect(run.stderr).not.toContain('hunter')
  })

  test('gets credentials over open http is warned of, unless it is this machine', async () => {
    const s = await scene()
    // As a proxy, the stand-in answers for every host.
    const env = {
      MARATHON_URL: 'http://marathon.example.com',
      http_proxy: s.server.origin,
      DCOS_TOKEN: 'hunter2',
    }
    const run = await succeed(s, ['remove', ID], { env })
    expect(run.stderr).toMatch(/warning: .*http:\/\/marathon\.example\.com.* without encryption/)
    expect(run.stderr).not.toContain('hunter2')
    expect(s.server.requests[0]!.headers.authorization).toBe('token=hunter2')
  })

  test.skipIf(missingPrograms('openssl'))('has a certificate of its own authority', async () => {
    const folder = await makePlace()
    const [key, cert] = [join(folder.root, 'key.pem'), join(folder.root, 'cert.pem')]
    const subject = ['-subj', '/CN=cluster', '-addext', 'subjectAltName=IP:127.0.0.1']
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '1',
        ...subject,
      ],
      { stdio: 'ignore' },
    )
    const s = await scene({ tls: { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') } })
    await succeed(s, ['remove', ID, '--ca-file', cert])
    const without = await s.run(['remove', ID])
    expect(without.status).toBe(1)
    expect(without.stderr).toMatch(/certificate/)
    writeFileSync(join(s.place.work, 'wrong.pem'), 'no certificate')
    expect((await s.run(['remove', ID, '--ca-file', 'wrong.pem'])).status).toBe(2)
  })
})

test('remove takes an app away, and is content when it is not there', async () => {
  const s = await scene()
  await seed(s)
  const removed = await succeed(s, ['remove', 'web/shop', '--json'])
  expect(JSON.parse(removed.stdout)).toEqual({ appId: ID, state: 'removed' })
  expect(s.server.cluster.apps.has(ID)).toBe(false)
  const absent = await succeed(s, ['remove', ID, '--json'])
  expect(JSON.parse(absent.stdout)).toEqual({ appId: ID, state: 'absent' })
  expect(absent.stderr).toContain('it is not there')
})

test('remove reports what is left at the time limit', async () => {
  const s = await scene()
  await seed(s, { ...behaving('immortal'), instances: 1 })
  const [task] = s.server.cluster.app(ID)!.tasks
  const run = await s.run(['remove', ID, '--timeout', '1s', '--json'])
  expect(run.status).toBe(1)
  expect(JSON.parse(run.stdout)).toEqual({ appId: ID, state: 'timed-out' })
  expect(problemsOf(run)).toEqual([
    expect.stringMatching(
      new RegExp(
        `^/web/shop is being removed, .* it had ${task!.id} on 127.0.0.1\\. .*--timeout waits longer`,
      ),
    ),
  ])
})

test('status shows a table, or JSON', async () => {
  const s = await scene({ prefix: '/service/marathon' })
  const labels = { 'mesosize.ident': 'acme/shop/1.0/20240101000000' }
  await seed(s, { labels })
  const { stdout } = await succeed(s, ['status', ID])
  expect(stdout).toMatch(
    /^App {8}\/web\/shop\nPackage {4}acme\/shop\/1\.0\/20240101000000\nState {6}running$/m,
  )
  // Nobody listens on the ports that the stand-in gives.
  expect(stdout.match(/^[12] {2}running {2}current {2}- {7}unreachable/gm)).toHaveLength(2)
  const json = JSON.parse((await succeed(s, ['status', ID, '--json'])).stdout)
  const [task] = s.server.cluster.app(ID)!.tasks
  expect(json).toMatchObject({ id: ID, state: 'running', instances: { wanted: 2, running: 2 } })
  expect(json.tasks[0].endpoints[0]).toEqual({ name: 'http', host: '127.0.0.1', port: task!.ports[0] })

  const missing = await s.run(['status', '/web/none'])
  expect(missing).toMatchObject({ status: 1, stdout: '' })
  expect(problemsOf(missing)).toEqual([expect.stringContaining('There is no app "/web/none"')])
})

describe('logs', () => {
  test('through DC/OS, with what could drive a terminal made visible', async () => {
    const auth = { kind: 'dcos', tokens: ['good'] } as const
    const s = await scene({ prefix: '/service/marathon', auth: { ...auth, tokens: [...auth.tokens] } })
    const env = { DCOS_TOKEN: 'good' }
    await seed(s, { instances: 1 }, { authorization: 'token=good' })
    const { id } = s.server.cluster.app(ID)!.tasks[0]!
    s.server.write(id, 'stdout', '1\n2\n\x1b]0;title\x07\x1b[31mred\x1b[0m\r\n')
    s.server.write(id, 'stderr', 'grüße\n')
    const both = await succeed(s, ['logs', ID, '--lines', '2'], { env })
    expect(both.stdout).toBe('stdout | 2\nstdout | \\x1b]0;title\\x07red\nstderr | grüße\n')
    const one = await succeed(s, ['logs', ID, '--stderr'], { env })
    expect(one.stdout).toBe('grüße\n')
    const none = await s.run(['logs', ID, '--instance', '2'], { env })
    expect(none).toMatchObject({ status: 1, stdout: '' })
  })

  test('--follow continues until it is stopped', async () => {
    const s = await scene({ prefix: '/service/marathon' })
    await seed(s, { instances: 1 })
    const { id } = s.server.cluster.app(ID)!.tasks[0]!
    s.server.write(id, 'stdout', 'old\n')
    const args = ['logs', ID, '--follow', '--stdout']
    const { child, ended } = startCli(s.place, args, { env: { MARATHON_URL: s.server.url } })
    let seen = ''
    child.stdout!.on('data', text => {
      seen += text
    })
    await expect.poll(() => seen).toBe('1 | old\n')
    s.server.write(id, 'stdout', 'new\n')
    await expect.poll(() => seen).toBe('1 | old\n1 | new\n')
    child.kill('SIGINT')
    const { status, stderr } = await ended
    expect(status).toBe(130)
    expect(stderr).toMatch(/Stopped by SIGINT\.\n$/)
  })

  test('of an agent that cannot be reached fail, and say so', async () => {
    const s = await scene()
    await seed(s, { instances: 1 })
    s.server.cluster.app(ID)!.tasks[0]!.host = '127.255.255.254'
    const run = await s.run(['logs', ID, '--stderr'])
    expect(run).toMatchObject({ status: 1, stdout: '' })
    expect(run.stderr).toMatch(/warning: No complete response came from http:\/\/127\.255\.255\.254:5051\//)
    expect(problemsOf(run)).toEqual([expect.stringContaining('No output of /web/shop could be read')])
  })
})

test('deploy --help', async () => {
  const run = await runCli(await makePlace(), ['deploy', '--help'])
  expect(run).toMatchObject({ status: 0, stderr: '' })
  expect(run.stdout).toMatch(/^Usage: mesosize deploy /)
})
