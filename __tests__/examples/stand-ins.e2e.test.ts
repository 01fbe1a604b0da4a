import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { examplePackages, makeExample } from '../../examples/make.ts'
import { startBuilder } from '../testkit/builder-server.ts'
import { makeHart } from '../testkit/hart.ts'
import { BUSYBOX, cannotChroot, missingPrograms } from '../testkit/machine.ts'
import { originKey } from '../testkit/origin-key.ts'
import type { PackageSpec } from '../testkit/package-entries.ts'
import { freePort, freePorts } from '../testkit/ports.ts'

const examples = join(import.meta.dirname, '../../examples')

const noShellcheck = missingPrograms('shellcheck')
test.skipIf(noShellcheck)(`the example's scripts pass shellcheck${noteOf(noShellcheck)}`, () => {
  const scripts = [
    'hello/hooks/init',
    'hello/hooks/run',
    'hello/hooks/health-check',
    'hello/hooks/post-stop',
    'stand-ins/busybox-static/bin/busybox',
    'stand-ins/hab-launcher/bin/hab-launch',
    'stand-ins/hab-sup/bin/hab-sup',
    'stand-ins/hab-sup/libexec/gateway',
  ]
  expect(
    spawnSync('shellcheck', ['-s', 'sh', ...scripts], { cwd: examples, encoding: 'utf8' }),
  ).toMatchObject({
    stdout: '',
    status: 0,
  })
  expect(spawnSync('shellcheck', ['hello/plan.sh'], { cwd: examples, encoding: 'utf8' })).toMatchObject({
    stdout: '',
    status: 0,
  })
})

const reason = cannotChroot()
describe.skipIf(reason)(`in a root of their own${noteOf(reason)}`, () => {
  // vitest runs this body also when it skips the tests, and there may be no busybox then.
  const packages = reason ? [] : examplePackages(BUSYBOX)
  const path = (name: string) => {
    const { ident } = packages.find(spec => spec.ident.split('/')[1] === name)!
    return `/hab/pkgs/${ident}`
  }
  let root: string

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'mesosize-stand-ins-'))
    await chmod(root, 0o755)
    const artifactsDir = join(root, 'artifacts')
    await makeExample({ artifactsDir, keysDir: join(root, 'keys'), busybox: BUSYBOX })
    for (const name of await readdir(artifactsDir)) {
      execFileSync('sh', ['-c', 'tail -n +6 "$0" | xz -dc | tar -xp -C "$1"', join(artifactsDir, name), root])
    }
    for (const dir of ['bin', 'dev', 'etc', 'proc']) await mkdir(join(root, dir))
    for (const applet of await readdir(join(root, path('busybox-static'), 'bin'))) {
      await symlink(`${path('busybox-static')}/bin/${applet}`, join(root, 'bin', applet))
    }
    await writeFile(join(root, 'dev/null'), '')
    await writeFile(
      join(root, 'etc/passwd'),
      'root:x:0:0:root:/:/bin/sh\nhab:x:42:42:hab User:/:/bin/false\n',
    )
    await writeFile(join(root, 'etc/group'), 'root:x:0:\nhab:x:42:hab\n')
  })
  // What a failed test left running; its mounts end with it.
  afterEach(async () => {
    for (const pid of await readdir('/proc')) {
      const itsRoot = await readlink(`/proc/${pid}/root`).catch(() => undefined)
      if (itsRoot === root) process.kill(Number(pid), 'SIGKILL')
    }
  })
  afterAll(() => rm(root, { recursive: true }))

  interface Instance {
    child: ChildProcess
    output: () => string
    /** The exit status, after the last process that holds the output has gone. */
    ended: Promise<number | null>
  }

  function launch(args: string[], env: Record<string, string>): Instance {
    const script = `
      mount --make-rprivate /
      mount --bind /dev/null "$0/dev/null"
      mount -t proc proc "$0/proc"
      exec chroot "$0" "$@"`
    const command = [`${path('hab-launcher')}/bin/hab-launch`, 'run', ...args]
    const child = spawn('unshare', ['--mount', 'sh', '-euc', script, root, ...command], {
      env: { PATH: `${process.env.PATH}:/bin`, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
    const ended = new Promise<number | null>(resolve => child.on('close', resolve))
    return { child, output: () => output, ended }
  }

  test('hello is configured, served, watched and stopped', async () => {
    const [http, gossip, port] = await freePorts(3)
    const instance = launch(
      ['example/hello', '--group=blue', '--health-check-interval=1', '--peer=127.0.0.1:1'],
      {
        HAB_LISTEN_HTTP: `0.0.0.0:${http}`,
        HAB_LISTEN_GOSSIP: `0.0.0.0:${gossip}`,
        HAB_HELLO: JSON.stringify({ greeting: 'Grüße: "a\\b" & <c>', server: { port } }),
      },
    )
    const health = `http://127.0.0.1:${http}/services/hello/blue/health`
    const seen = new Set<number | string>()
    await eventually(instance, async () => {
      const status = await statusOf(health)
      seen.add(status)
      return status === 200
    })
    expect([...seen].filter(status => typeof status === 'number')).toEqual([500, 200])

    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(
      `<!doctype html>\n<title>hello</title>\n<p>Grüße: "a\\b" & <c></p>\n<p>${path('hello').slice('/hab/pkgs/'.length)} on port ${port}</p>\n`,
    )
    for (const elsewhere of ['services/hello/default/health', 'services/other/blue/health', '']) {
      expect(await statusOf(`http://127.0.0.1:${http}/${elsewhere}`)).toBe(404)
    }
    expect(await canListen(gossip!)).toBe(false)

    const pid = (await readFile(join(root, 'hab/svc/hello/PID'), 'utf8')).trim()
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).toContain('httpd')
    expect(await readFile(`/proc/${pid}/status`, 'utf8')).toMatch(
      /^Uid:\t42\t42\t42\t42\nGid:\t42\t42\t42\t42$/m,
    )
    expect(instance.output()).toContain(`hello: listening on port ${port} as hab\n`)

    // A check that fails is seen from outside.
    const page = join(root, 'hab/svc/hello/var/www/index.html')
    await rm(page)
    await eventually(instance, async () => (await statusOf(health)) === 503)

    instance.child.kill('SIGTERM')
    expect(await instance.ended).toBe(0)
    expect(instance.output()).not.toContain('did not stop')
    expect(instance.output()).toContain('hello: stopped\n')
    expect(await readFile(join(root, 'hab/svc/hello/var/stopped'), 'utf8')).not.toBe('')
    expect(await canListen(port!)).toBe(true)
    expect(await canListen(http!)).toBe(true)
    expect(await canListen(gossip!)).toBe(true)
  })

  test('the default configuration and TOML in the environment', async () => {
    const [http, gossip, port] = await freePorts(3)
    const instance = launch(['example/hello/1.0.0', '--health-check-interval', '1'], {
      HAB_LISTEN_HTTP: `0.0.0.0:${http}`,
      HAB_LISTEN_GOSSIP: `0.0.0.0:${gossip}`,
      HAB_HELLO: `server.port = ${port} # comment`,
    })
    await eventually(instance, async () => (await statusOf(`http://127.0.0.1:${port}/`)) === 200)
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('<p>Hello from Habitat</p>')
    // As Mesos does it: to every process at once, the service among them.
    const pid = (await readFile(join(root, 'hab/svc/hello/PID'), 'utf8')).trim()
    process.kill(Number(pid), 'SIGTERM')
    instance.child.kill('SIGINT')
    expect(await instance.ended).toBe(0)
    expect(instance.output()).toContain('hello: stopped\n')
  })

  /** Installs a package that is as little as the Supervisor takes for a service. @returns its ident */
  async function install(ident: string, metafiles: Record<string, string>): Promise<string> {
    const folder = join(root, 'hab/pkgs', ident)
    await mkdir(join(folder, 'hooks'), { recursive: true })
    await writeFile(join(folder, 'hooks/run'), '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 })
    const all = { IDENT: `${ident}\n`, TARGET: 'x86_64-linux\n', ...metafiles }
    for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text)
    return ident
  }

  // The real Supervisor's words and statuses, as recorded; the launcher ends with them.
  test.each([
    ['a required bind that is not given', [], 'Missing required bind(s), database, queue'],
    ['one of two', ['--bind=queue:rabbit.default'], 'Missing required bind(s), database'],
    [
      'a bind that the package does not have',
      ['--bind', 'database:pg.default', 'queue:rabbit.default', 'nope:x.default'],
      'Invalid bind(s), nope',
    ],
  ])('refuses %s for ever', async (_, flags, message) => {
    const ident = await install('example/bound/1.0.0/20240101000000', {
      BINDS: 'database=port host\nqueue=port\n',
      BINDS_OPTIONAL: 'cache=port\n',
    })
    const instance = launch([ident, ...flags], {})
    expect(await instance.ended).toBe(86)
    expect(instance.output()).toContain(`[Err: 7] ${message}\n`)
    expect(instance.output()).toContain('Launcher exiting with code 86\n')
  })

  describe('with an update strategy', () => {
    const soon = {
      HAB_UPDATE_STRATEGY_FREQUENCY_MS: '1000',
      HAB_UPDATE_STRATEGY_FREQUENCY_BYPASS_CHECK: '1',
    }
    const old = 'example/renewed/1.9.0/20240101000000'
    const recent: PackageSpec = {
      ident: 'example/renewed/1.10.0/20240201000000',
      files: { 'hooks/run': '#!/bin/sh\nexec sleep 600\n' },
    }

    async function start(ident: string, binds: string[] = []) {
      await install(old, { BINDS: 'database=port\n' })
      const hart = await makeHart({ key: originKey('example'), package: recent })
      const builder = await startBuilder({
        packages: [{ ident: recent.ident, hart, channels: ['stable'], needsToken: true }],
        token: 's3cret',
      })
      onTestFinished(builder.close)
      const [http, gossip] = await freePorts(2)
      const flags = ['--strategy=at-once', `--url=${builder.url}`, '--channel=stable', ...binds]
      const instance = launch([ident, ...flags], {
        ...soon,
        HAB_AUTH_TOKEN: 's3cret',
        HAB_LISTEN_HTTP: `0.0.0.0:${http}`,
        HAB_LISTEN_GOSSIP: `0.0.0.0:${gossip}`,
      })
      const running = async () => {
        const answer = await fetch(`http://127.0.0.1:${http}/services/renewed/default`).catch(() => undefined)
        const service = (await answer?.json()) as { pkg: { ident: string } } | undefined
        return service?.pkg.ident
      }
      return { builder, instance, running }
    }

    afterEach(() => rm(join(root, 'hab/pkgs/example/renewed'), { recursive: true, force: true }))

    test('of a full ident it finds what it has, for ever, and asks no Builder', async () => {
      const { builder, instance, running } = await start(old, ['--bind=database:pg.default'])
      const found = () => instance.output().split(`New incarnation 0 found for ${old}\n`).length - 1
      await eventually(instance, async () => found() >= 2)
      expect(builder.requests).toEqual([])
      expect(await running()).toBe(old)
    })

    test('of ORIGIN/NAME it takes up what the channel has', async () => {
      const { builder, instance, running } = await start('example/renewed', ['--bind=database:pg.default'])
      await eventually(instance, async () => builder.count(/download/) > 0)
      expect(builder.requests[0]!.path).toBe(
        '/v1/depot/channels/example/stable/pkgs/renewed/latest?target=x86_64-linux',
      )
      // The new build has no such bind.
      expect(await instance.ended).toBe(86)
      expect(instance.output()).toContain('[Err: 7] Invalid bind(s), database\n')
      expect(await running()).toBeUndefined()
    })
  })

  test('a Supervisor that is killed takes its service along, and the launcher ends with 0', async () => {
    const [http, gossip, port] = await freePorts(3)
    const instance = launch(['example/hello'], {
      HAB_LISTEN_HTTP: `0.0.0.0:${http}`,
      HAB_LISTEN_GOSSIP: `0.0.0.0:${gossip}`,
      HAB_HELLO: `server.port = ${port}`,
    })
    await eventually(instance, async () => (await statusOf(`http://127.0.0.1:${port}/`)) === 200)
    for (const pid of await readdir('/proc')) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      const itsRoot = await readlink(`/proc/${pid}/root`).catch(() => undefined)
      if (itsRoot === root && command.includes('/bin/hab-sup\0')) process.kill(Number(pid), 'SIGKILL')
    }
    expect(await instance.ended).toBe(0)
    expect(instance.output()).toContain(
      'Supervisor process killed by signal 9; shutting everything down now\n',
    )
    await expect.poll(() => canListen(port!)).toBe(true)
  })

  test('a gateway with a token answers to it alone', async () => {
    const [http, gossip, port] = await freePorts(3)
    const instance = launch(['example/hello'], {
      HAB_SUP_GATEWAY_AUTH_TOKEN: 's3cret',
      HAB_LISTEN_HTTP: `0.0.0.0:${http}`,
      HAB_LISTEN_GOSSIP: `0.0.0.0:${gossip}`,
      HAB_HELLO: `server.port = ${port}`,
    })
    const url = `http://127.0.0.1:${http}/services/hello/default`
    await eventually(instance, async () => (await statusOf(url)) === 401)
    for (const [token, status] of [
      ['s3cret', 200],
      ['wrong', 401],
    ] as const) {
      expect((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status).toBe(status)
    }
  })

  test.each([
    ['a package that is not there', ['example/other'], {}, 'example/other is not installed'],
    ['one that is not a service', ['stand-in/cacerts'], {}, 'stand-in/cacerts has no run hook'],
    [
      'a flag that the Supervisor does not have',
      ['example/hello', '--cpu=1'],
      {},
      'unexpected argument --cpu',
    ],
    ['an ident that --peer swallows', ['--peer', 'a', 'example/hello'], {}, '"" is not a package identifier'],
    ['configuration that is neither', ['example/hello'], { HAB_HELLO: '8080' }, 'cannot read $HAB_HELLO'],
    ['broken JSON', ['example/hello'], { HAB_HELLO: '{"a": ' }, 'cannot read $HAB_HELLO'],
    [
      'a peer whose name leads nowhere',
      ['example/hello', '--peer=nosuch.invalid'],
      {},
      'Failed to resolve ctl address',
    ],
    ['a strategy that it does not know', ['example/hello', '--strategy=fast'], {}, 'invalid value fast'],
  ])('refuses %s, and yet the launcher ends with 0', async (_, args, env, message) => {
    const instance = launch(args, env as Record<string, string>)
    expect(await instance.ended).toBe(0)
    expect(instance.output()).toContain(message)
  })

  test('refuses a port that is taken', async () => {
    const server = createServer().listen(await freePort())
    const { port } = server.address() as { port: number }
    const instance = launch(['example/hello'], { HAB_LISTEN_GOSSIP: `0.0.0.0:${port}` })
    expect(await instance.ended).toBe(0)
    expect(instance.output()).toContain(`cannot listen on port ${port}`)
    server.close()
  })
})

test('the committed busybox only says what it is', () => {
  const script = join(examples, 'stand-ins/busybox-static/bin/busybox')
  const { status, stderr } = spawnSync('sh', [script], { encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr).toContain("this is the example's stand-in")
})

function noteOf(missing: string | undefined): string {
  return missing ? ` (SKIPPED: ${missing})` : ''
}

async function statusOf(url: string): Promise<number | string> {
  try {
    return (await fetch(url)).status
  } catch (error) {
    return String(error)
  }
}

async function eventually(
  instance: { child: ChildProcess; output: () => string },
  holds: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + 250_000
  while (!(await holds())) {
    if (Date.now() > deadline || instance.child.exitCode !== null) {
      throw new Error(`did not come about; the output so far:\n${instance.output()}`)
    }
    await sleep(50)
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.on('error', () => resolve(false))
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)))
  })
}
