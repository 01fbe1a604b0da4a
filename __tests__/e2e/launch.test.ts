import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { examplePackages, makeExample } from '../../examples/make.ts'
import type { App as MarathonApp } from '../../src/marathon/api/apps.ts'
import { statusOf } from '../../src/marathon/status/status.ts'
import { startBuilder } from '../testkit/builder-server.ts'
import { localPath } from '../testkit/fetcher.ts'
import { makeHart, writeHart } from '../testkit/hart.ts'
import { BUSYBOX, cannotChroot, missingPrograms, programPath } from '../testkit/machine.ts'
import { originKey } from '../testkit/origin-key.ts'
import type { PackageSpec } from '../testkit/package-entries.ts'
import { type App, ask, type Cluster, runTask, type Task } from './agent.ts'
import { mountsNear } from './mounts.ts'
import { killProcessesIn, processesIn, processNumbered } from './processes.ts'
import { EXAMPLES, makePlace, type Place, type RunOptions, runCli } from './run-cli.ts'

const DEVICES = ['full', 'null', 'random', 'tty', 'urandom', 'zero'].filter(name =>
  existsSync(`/dev/${name}`),
)

/** What of the machine no task may change. */
function hostState({ root }: Place) {
  const files = ['/etc/passwd', '/etc/group']
  return {
    mounts: mountsNear(root),
    ...Object.fromEntries(files.map(file => [file, readFileSync(file, 'utf8')])),
    ...Object.fromEntries(
      DEVICES.map(name => {
        const { mode, rdev, uid, gid } = statSync(`/dev/${name}`)
        return [name, [mode, rdev, uid, gid]]
      }),
    ),
  }
}

const missing = cannotChroot() ?? missingPrograms('bsdtar', 'dash', 'gzip', 'hostname', 'rm', 'setpriv')

describe.skipIf(missing)(`the example on an agent${missing ? ` (SKIPPED: ${missing})` : ''}`, () => {
  const gnu = { sh: 'dash', tar: 'tar', gzip: 'gzip', rm: 'rm' }
  const bsd = { sh: 'dash', tar: 'bsdtar', rm: 'rm' }
  const busybox = { sh: BUSYBOX, tar: BUSYBOX, gzip: BUSYBOX, rm: BUSYBOX }
  // Where the fetcher has unpacked, the agent needs a shell and no more.
  const dash = { sh: 'dash' }
  const ash = { sh: BUSYBOX }

  const plain: Cluster = {
    programs: gnu,
    fetcher: 'libarchive',
    umask: '022',
    sandboxMode: 0o750,
    filesystemLinux: false,
    envVarsPrefix: '',
  }

  let packages: PackageSpec[]
  let shared: Place
  let removeShared: () => Promise<void>
  let place: Place
  let removePlace: () => Promise<void>
  let host: ReturnType<typeof hostState>

  beforeAll(async () => {
    packages = examplePackages(BUSYBOX)
    shared = await makePlace(remove => {
      removeShared = remove
    })
    chmodSync(shared.root, 0o755)
    await makeExample({ artifactsDir: shared.artifacts, keysDir: shared.keys, busybox: BUSYBOX })
    await writeHart(shared.artifacts, { key: originKey('example'), package: listener() })
  })
  afterAll(() => removeShared())

  beforeEach(async () => {
    place = await makePlace(remove => {
      removePlace = remove
    })
    // As the work directory of an agent is.
    chmodSync(place.root, 0o755)
    host = hostState(place)
  })
  afterEach(async () => {
    await expect.poll(() => killProcessesIn(place.root)).toBe(0)
    // What were mounted on the host below a sandbox would be deleted with it.
    expect(hostState(place)).toEqual(host)
    await removePlace()
  })

  const identOf = (name: string) => packages.find(({ ident }) => ident.split('/')[1] === name)!.ident

  /** A service that gets the place to listen at as one address, which it exports. Its version has every kind of character that is allowed. */
  const listener = (): PackageSpec => ({
    ident: 'example/listener/0.2.0-rc.1+b~2/20240102000000',
    files: {
      'default.toml': '[server]\nlisten = "127.0.0.1:8181"\n',
      'config/index.html': '{{pkg.ident}} at {{cfg.server.listen}}\n',
      'hooks/run': `#!/bin/sh\nexec busybox httpd -f -p "{{cfg.server.listen}}" -h "{{pkg.svc_config_path}}"\n`,
    },
    deps: [identOf('busybox-static')],
    exports: { web: 'server.listen' },
    metafiles: { RUNTIME_PATH: `/hab/pkgs/${identOf('busybox-static')}/bin\n` },
  })

  const exported = new Map<string, Promise<App>>()

  /**
   * The app definition of an export of the service; one with the same words is made once.
   * @param args OUTPUT is its output folder
   */
  function exportHello(...args: string[]): Promise<App> {
    const words = JSON.stringify(args)
    let app = exported.get(words)
    if (!app) {
      const output = join(shared.root, `exports/${exported.size}`)
      const all = ['--output-dir', 'OUTPUT', '--uri-base', 'file://OUTPUT', ...args]
      app = exportInto('example/hello', ...all.map(arg => arg.replaceAll('OUTPUT', output)))
      exported.set(words, app)
    }
    return app
  }

  const exportInto = (ident: string, ...args: string[]) =>
    exportWith({ env: { XDG_CACHE_HOME: join(shared.root, 'cache') } }, ident, ...args)

  /** The app definition that the bundle prints. */
  async function exportWith(options: RunOptions, ident: string, ...args: string[]): Promise<App> {
    const packages = ['--artifacts', shared.artifacts, '--keys', shared.keys]
    const standIns = ['--sup-pkg', 'stand-in/hab-sup', '--launcher-pkg', 'stand-in/hab-launcher']
    const { status, stdout, stderr } = await runCli(
      place,
      [ident, ...packages, ...standIns, ...args],
      options,
    )
    expect(status, stderr).toBe(0)
    return JSON.parse(stdout)
  }

  const run = (app: App, cluster: Cluster) => runTask(app, cluster, place.root)

  /** The page that the service shows on the port that Marathon gave it. */
  const page = ({ ports }: Task, greeting: string) => ({
    status: 200,
    text: `<!doctype html>\n<title>hello</title>\n<p>${greeting}</p>\n<p>${identOf('hello')} on port ${ports.http}</p>\n`,
  })

  async function expectService(task: Task, greeting = 'Hello from Habitat'): Promise<void> {
    await task.until(async () => (await ask(task.ports.http!, '/')) !== undefined)
    expect(await ask(task.ports.http!, '/')).toEqual(page(task, greeting))
    await task.until(async () => (await task.health()) === 200)
    expect(task.output('stderr')).toBe('')
  }

  async function expectEnd(task: Task): Promise<void> {
    expect(await task.terminate()).toEqual({ status: 0, signal: null })
    // What is left then, the agent kills a second later.
    await expect.poll(() => processesIn(task.sandbox)).toEqual([])
    expect(task.output('stdout')).toContain('hello: stopped\n')
    expect(readFileSync(join(task.sandbox, 'rootfs/hab/svc/hello/var/stopped'), 'utf8')).not.toBe('')
  }

  /** Configured by a file. */
  function urisWithConfig(): string[] {
    const config = join(shared.work, 'hello.toml')
    writeFileSync(config, 'greeting = "Hello from a file"\n')
    return ['--uris', '--config', config]
  }

  test.each<[string, { cluster?: Partial<Cluster>; args?: () => string[]; greeting?: string }]>([
    ['dash, GNU tar', {}],
    [
      'busybox sh, busybox tar, filesystem/linux, sandbox 0755',
      { cluster: { programs: busybox, filesystemLinux: true, sandboxMode: 0o755 } },
    ],
    [
      'dash, GNU tar, umask 077, filesystem/linux, ports with a prefix',
      {
        cluster: { umask: '077', filesystemLinux: true, envVarsPrefix: 'CLUSTER_' },
        args: () => ['--env-vars-prefix', 'CLUSTER_'],
      },
    ],
    [
      'dash, bsdtar, in a layer per package, configured by a variable',
      {
        cluster: { programs: bsd },
        args: () => [
          ...['--layers=package', '--uri-base', 'file://OUTPUT/layers'],
          ...['--env', 'HAB_HELLO={"greeting":"Grüße"}'],
        ],
        greeting: 'Grüße',
      },
    ],
    [
      'busybox sh, busybox tar, umask 077, filesystem/linux, in two layers',
      {
        cluster: { programs: busybox, umask: '077', filesystemLinux: true },
        args: () => ['--layers', '--uri-base', 'file://OUTPUT/layers'],
      },
    ],
    [
      "busybox sh, unpacked by the fetcher's tar, umask 077, filesystem/linux, sandbox 0755",
      {
        cluster: {
          ...{ programs: ash, fetcher: 'tar', umask: '077', filesystemLinux: true, sandboxMode: 0o755 },
        },
        args: urisWithConfig,
        greeting: 'Hello from a file',
      },
    ],
    [
      "dash, unpacked by the fetcher's libarchive, filesystem/linux",
      {
        cluster: { programs: dash, filesystemLinux: true },
        args: urisWithConfig,
        greeting: 'Hello from a file',
      },
    ],
    [
      "busybox sh, unpacked by the fetcher's libarchive, umask 077",
      {
        cluster: { programs: ash, umask: '077' },
        args: urisWithConfig,
        greeting: 'Hello from a file',
      },
    ],
  ])(
    'answers, has a room of its own, ends in order and leaves no trace: %s',
    async (_, { cluster, args = () => [], greeting }) => {
      const canary = `/dev/shm/${basename(place.root)}`
      writeFileSync(canary, '')
      try {
        const task = await run(await exportHello(...args()), { ...plain, ...cluster })
        await expectService(task, greeting)
        expect(hostState(place)).toEqual(host)
        expectRoom(task)
        await expectEnd(task)

        expect(hostState(place)).toEqual(host)
        expect(spawnSync('rm', ['-rf', task.sandbox])).toMatchObject({ status: 0 })
        expect(existsSync(task.sandbox)).toBe(false)
        expect(existsSync(canary)).toBe(true)
      } finally {
        rmSync(canary, { force: true })
      }
    },
  )

  function launcherOf({ sandbox }: Task): number {
    const program = `/hab/pkgs/${identOf('hab-launcher')}/bin/hab-launch`
    return processesIn(sandbox).find(pid => commandOf(pid).includes(program))!
  }

  function expectRoom(task: Task): void {
    const { sandbox } = task
    const root = join(sandbox, 'rootfs')
    const launcher = launcherOf(task)
    expect(commandOf(launcher).slice(-2)).toEqual(['run', identOf('hello')])

    const account = readFileSync(join(root, 'etc/passwd'), 'utf8').match(/^hab:x:(\d+):(\d+):/m)!
    expect(account.slice(1)).toEqual(['42', '42'])
    const service = processNumbered(Number(readFileSync(join(root, 'hab/svc/hello/PID'), 'utf8')), sandbox)!
    expect(commandOf(service)).toContain('httpd')
    const status = readFileSync(`/proc/${service}/status`, 'utf8')
    expect(status).toMatch(/^Uid:\t42\t42\t42\t42$/m)
    expect(status).toMatch(/^Gid:\t42\t42\t42\t42$/m)
    expect(status).toMatch(/^CapEff:\t0+$/m)

    for (const process of [launcher, service]) {
      expect(readlinkSync(`/proc/${process}/root`)).toBe(root)
      expect(mountsOf(process)).toEqual({
        '/dev': 'tmpfs rw',
        ...Object.fromEntries(DEVICES.map(name => [`/dev/${name}`, expect.any(String)])),
        '/dev/pts': 'devpts rw',
        '/dev/shm': 'tmpfs rw',
        '/proc': 'proc rw',
        '/sys': 'sysfs ro',
      })
      expect(readdirSync(`/proc/${process}/root/dev`).sort()).toEqual(
        [...DEVICES, 'fd', 'ptmx', 'pts', 'shm', 'stderr', 'stdin', 'stdout'].sort(),
      )
      expect(readdirSync(`/proc/${process}/root/dev/shm`)).toEqual([])

      const variables = environmentOf(process)
      const names = variables.map(variable => variable.split('=')[0])
      for (const name of ['MARATHON_APP_ID', 'MESOS_TASK_ID', 'MESOS_AGENT_ENDPOINT', 'LIBPROCESS_IP']) {
        expect(names).toContain(name)
      }
      const theirs = ['LD_LIBRARY_PATH', 'SASL_PATH', 'MESOS_NATIVE_LIBRARY', 'MESOS_NATIVE_JAVA_LIBRARY']
      for (const name of [...theirs, 'MESOS_EXECUTOR_AUTHENTICATION_TOKEN']) {
        expect(names).not.toContain(name)
      }
      // Nothing names the sandbox, which the service cannot see, or what lies beside it on the agent.
      expect(variables.filter(variable => variable.includes(sandbox))).toEqual([])
    }
  }

  test('runs beside a second instance', async () => {
    const app = await exportHello()
    const tasks = [await run(app, plain), await run(app, plain)] as const
    await Promise.all(tasks.map(task => expectService(task)))
    const [first, second] = tasks
    expect(first.ports.http).not.toBe(second.ports.http)

    await expectEnd(first)
    expect(await ask(second.ports.http!, '/')).toEqual(page(second, 'Hello from Habitat'))
    expect(await second.health()).toBe(200)
    await expectEnd(second)
  })

  test('serves a secret of its configuration, which nothing else shows', async () => {
    const secret = String.raw`hush "hush" \o/ 100%`
    const app = await exportHello('--config-secret', 'greeting=web/greeting')
    expect(app).toMatchObject({
      env: { SECRET_GREETING: { secret: 'SECRET_GREETING' } },
      secrets: { SECRET_GREETING: { source: 'web/greeting' } },
    })
    const task = await run(app, { ...plain, secrets: { 'web/greeting': secret } })
    await expectService(task, secret)
    for (const file of ['launch', 'stdout', 'stderr']) {
      expect(readFileSync(join(task.sandbox, file), 'utf8')).not.toContain('hush')
    }
    await expectEnd(task)
  })

  describe('whose package has a required bind', () => {
    const bound = 'example/hello/1.2.0/20240301000000'

    async function exportBound(): Promise<App> {
      const hello = packages.find(({ ident }) => ident === identOf('hello'))!
      await writeHart(join(shared.root, 'bound'), {
        key: originKey('example'),
        package: { ...hello, ident: bound, metafiles: { ...hello.metafiles, BINDS: 'backend=port\n' } },
      })
      return exportHello('--artifacts', join(shared.root, 'bound'), '--bind=backend:haproxy.default')
    }

    test('starts with what the export asked for', async () => {
      const task = await run(await exportBound(), plain)
      await task.until(async () => (await ask(task.ports.http!, '/'))?.text.includes(bound) === true)
      await expectEnd(task)
    })

    test('ends with 86 where somebody took the bind away', async () => {
      const app = await exportBound()
      const task = await run({ ...app, cmd: app.cmd.replace(/ --bind=\S+/, '') }, plain)
      expect(await task.ended).toEqual({ status: 86, signal: null })
      expect(task.output('stderr')).toBe('[Err: 7] Missing required bind(s), backend\n')
    })
  })

  describe('whose Supervisor has an update strategy', () => {
    const newer = 'example/hello/1.1.0/20240201000000'

    /** A Builder that has the release and a newer one in the channel `stable`. */
    async function builderWithNewer() {
      const hello = packages.find(({ ident }) => ident === identOf('hello'))!
      const served = [
        hello,
        {
          ...hello,
          ident: newer,
          files: { ...hello.files, 'default.toml': 'greeting = "Hello again"\n[server]\nport = 8080\n' },
        },
      ]
      const builder = await startBuilder({
        packages: await Promise.all(
          served.map(async spec => ({
            ident: spec.ident,
            hart: await makeHart({ key: originKey('example'), package: spec }),
            channels: ['stable'],
          })),
        ),
      })
      onTestFinished(builder.close)
      return builder
    }

    const soon = [
      ...['--env', 'HAB_UPDATE_STRATEGY_FREQUENCY_MS=1000'],
      ...['--env', 'HAB_UPDATE_STRATEGY_FREQUENCY_BYPASS_CHECK=1'],
    ]

    test('takes up what the channel of the export has, and status says so', async () => {
      const builder = await builderWithNewer()
      const app = await exportHello(
        ...['--strategy', 'at-once', '--url', builder.url, '--channel', 'stable', ...soon],
        ...['--layers', '--uri-base', 'file://OUTPUT/layers'],
      )
      expect(app.labels).toMatchObject({
        'mesosize.ident': identOf('hello'),
        'mesosize.strategy': 'at-once',
      })
      // The hart is at hand: so far nobody has asked.
      expect(builder.requests).toEqual([])

      const task = await run(app, plain)
      const text = `<!doctype html>\n<title>hello</title>\n<p>Hello again</p>\n<p>${newer} on port ${task.ports.http}</p>\n`
      await task.until(async () => (await ask(task.ports.http!, '/'))?.text === text)
      expect(builder.requests[0]!.path).toBe(
        '/v1/depot/channels/example/stable/pkgs/hello/latest?target=x86_64-linux',
      )
      expect(commandOf(launcherOf(task))).toContain('example/hello')
      expect(commandOf(launcherOf(task))).not.toContain(identOf('hello'))

      const status = await statusOf(inMarathon(app, task), { fetch })
      expect(status).toMatchObject({ package: identOf('hello'), strategy: 'at-once' })
      expect(status.tasks).toMatchObject([{ package: newer }])
      await expectEnd(task)
    })

    test('starts again with what is in the image', async () => {
      const app = await exportHello('--strategy', 'rolling', '--url', 'http://127.0.0.1:1')
      const task = await run(app, plain)
      await expectService(task)
      expect((await statusOf(inMarathon(app, task), { fetch })).tasks).toMatchObject([
        { package: identOf('hello') },
      ])
      await expectEnd(task)
    })
  })

  /** What Marathon reports about an app that has this one task. */
  function inMarathon(app: App, task: Task): MarathonApp {
    const version = '2024-03-02T10:00:00.000Z'
    return {
      definition: JSON.parse(JSON.stringify(app)),
      version,
      changedIn: version,
      ...{ instances: 1, staged: 0, running: 1, healthy: 1, unhealthy: 0, healthChecked: true },
      deployments: [],
      tasks: [
        {
          ...{ id: 'hello.1', host: '127.0.0.1', slaveId: 'S1', version, healthCheckResults: [] },
          ipAddresses: [{ ipAddress: '127.0.0.1', protocol: 'IPv4' }],
          ports: app.portDefinitions.map(({ name }) => task.ports[name]!),
        },
      ],
    }
  }

  // From /proc/net/tcp: the address in hexadecimal, in the machine's order. Mesos decodes no URI, so no character of a
  // version or a path may be encoded.
  test.each<[string, string, string[], string]>([
    ['127.0.0.1', 'the output folder', ['--layers'], '0100007F'],
    [
      '0.0.0.0',
      'where uri-base says',
      ['--uri-base', 'file://OUTPUT', '--env', 'HAB_LISTENER={"server":{"listen":"0.0.0.0:9000"}}'],
      '00000000',
    ],
  ])(
    'serves an exported address, on %s, at the port that Marathon gave, fetched from %s, whatever its version and the folder are called',
    async (host, _, args, hexadecimal) => {
      const output = join(place.root, 'out~1+2,(ü)')
      const words = args.map(arg => arg.replace('OUTPUT', output))
      const app = await exportInto('example/listener', '--output-dir', output, ...words)
      expect(app.portDefinitions.map(({ name }) => name)).toEqual(['web', 'gossip', 'gateway', 'ctl'])
      const task = await run(app, plain)
      const port = task.ports.web!
      await task.until(async () => (await ask(port, '/')) !== undefined)
      expect(await ask(port, '/')).toEqual({ status: 200, text: `${listener().ident} at ${host}:${port}\n` })
      const listening = readFileSync(`/proc/${task.pid}/net/tcp`, 'utf8').match(/: \S+(?= \S+ 0A )/g)
      const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
      expect(listening?.filter(address => address.endsWith(suffix))).toEqual([`: ${hexadecimal}${suffix}`])
      expect(task.output('stderr')).toBe('')
      expect(await task.terminate()).toEqual({ status: 0, signal: null })
    },
  )

  test.each<[string, { cluster?: Partial<Cluster>; patch?: Partial<App> }, RegExp]>([
    [
      'it must be root',
      { patch: { user: 'nobody' } },
      /^launch: must run as root: the app definition needs "user": "root"\n$/,
    ],
    [
      'mounts are refused',
      { cluster: { withheld: 'sys_admin' } },
      /^launch: [^\n]*Operation not permitted: the task needs CAP_SYS_ADMIN [^\n]*\n$/,
    ],
  ])('says in one line that %s', async (_, { cluster, patch }, message) => {
    const task = await run({ ...(await exportHello()), ...patch }, { ...plain, ...cluster })
    expect(await task.ended).toEqual({ status: 1, signal: null })
    expect(task.output('stderr')).toMatch(message)
    expect(task.output('stdout')).toBe('')
  })

  describe('its root filesystem', () => {
    test('knows its accounts, certificates and no caches', async () => {
      const tarball = tarballOf(await exportHello())
      execFileSync('tar', ['-xpf', tarball, '-C', place.root])
      const root = join(place.root, 'rootfs')
      const inside = (...command: string[]) =>
        execFileSync(programPath('chroot')!, [root, '/bin/busybox', ...command], {
          encoding: 'utf8',
          env: { PATH: '/bin' },
        })

      expect(inside('id', 'hab')).toBe('uid=42(hab) gid=42(hab) groups=42(hab)\n')
      expect(inside('readlink', '-f', '/etc/ssl')).toBe(`/hab/pkgs/${identOf('cacerts')}/ssl\n`)
      expect(inside('cat', '/etc/ssl/certs/cacert.pem')).toBe(
        readFileSync(join(EXAMPLES, 'stand-ins/cacerts/ssl/certs/cacert.pem'), 'utf8'),
      )
      expect(inside('ls', '/hab')).not.toContain('cache')
      for (const directory of ['dev', 'proc', 'sys']) expect(inside('ls', '-A', `/${directory}`)).toBe('')
    })

    test('has nothing of the machine that exported it', async () => {
      const ordinary = readFileSync(tarballOf(await exportHello()))
      expect(gunzipSync(ordinary).includes('Hello from Habitat')).toBe(true)

      // A machine whose name, users, hosts and resolvers all say so.
      const mark = 'exporting-machine'
      const marked = join(place.root, 'marked')
      writeFileSync(marked, `${mark}:x:0:0:${mark}:/${mark}:/bin/sh\n127.0.0.1 ${mark}\nsearch ${mark}\n`)
      const script = `hostname ${mark}
        for file in passwd group hosts resolv.conf hostname; do
          [ ! -e /etc/$file ] || mount --bind "$0" /etc/$file
        done
        exec "$@"`
      const output = join(place.root, mark)
      const options = {
        wrapper: ['unshare', '--mount', '--uts', 'sh', '-euc', script, marked],
        env: { HOME: join(place.home, mark), USER: mark, LOGNAME: mark, HOSTNAME: mark, TMPDIR: place.tmp },
      }
      const words = ['--output-dir', output, '--uri-base', `file://${output}`]
      const app = await exportWith(options, 'example/hello', ...words)
      const tarball = readFileSync(tarballOf(app))
      expect(gunzipSync(tarball).includes(mark)).toBe(false)
      expect(tarball.equals(ordinary)).toBe(true)
    })
  })
})

function tarballOf({ fetch }: App): string {
  return localPath(fetch![0]!.uri)
}

function commandOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
}

/** A process's variables as it was started, each NAME=VALUE. */
function environmentOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').slice(0, -1)
}

/** What a process sees mounted below its root: type and whether read-only, by mount point. */
function mountsOf(pid: number): Record<string, string> {
  const lines = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').trimEnd().split('\n')
  return Object.fromEntries(
    lines.map(line => {
      const [fields, source] = line.split(' - ') as [string, string]
      const [, , , , point, options] = fields.split(' ')
      return [point, `${source.split(' ')[0]} ${options!.split(',')[0]}`]
    }),
  )
}
