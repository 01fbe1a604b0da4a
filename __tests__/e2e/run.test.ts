import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { makeExample } from '../../examples/make.ts'
import { ifThere } from '../../src/lib/processes.ts'
import { startHttpServer } from '../testkit/http-server.ts'
import {
  BUSYBOX,
  cannotBecomeOrdinary,
  cannotChroot,
  missingPrograms,
  ORDINARY_USER,
} from '../testkit/machine.ts'
import { sudoerWith } from '../testkit/sudo-stand-in.ts'
import { mountsNear } from './mounts.ts'
import { killProcessesIn, processesIn } from './processes.ts'
import { inShell, makePlace, type Place, problemsOf, type RunOptions, runCli, startCli } from './run-cli.ts'

const missing = cannotChroot() ?? missingPrograms('nsenter', 'setpriv', 'setsid', 'unshare')
/** Of all processes. */
function commandLines(): string[] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  return pids.map(pid => ifThere(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '')
}

/** No test waits for it: what it limits comes much sooner, or never. */
const LONG = ['--until-healthy', '--timeout', '45s']

interface Patch {
  [field: string]: unknown
}

describe.skipIf(missing)(`mesosize run${missing ? ` (SKIPPED: ${missing})` : ''}`, () => {
  let place: Place
  let removePlace: () => Promise<void>
  let mounts: string[]

  beforeEach(async () => {
    place = await makePlace(remove => {
      removePlace = remove
    })
    mounts = mountsNear(place.root)
  })
  afterEach(async () => {
    // Nothing is left, whatever the test has done: no process, no mount, no sandbox.
    expect(killProcessesIn(place.root)).toBe(0)
    expect(mountsNear(place.root)).toEqual(mounts)
    expect(readdirSync(place.tmp)).toEqual([])
    await removePlace()
  })

  /** Writes the definition of an app that is not ours. @returns its path */
  function write(name: string, cmd: string, patch: Patch = {}): string {
    const path = join(place.work, `${name}.json`)
    writeFileSync(
      path,
      JSON.stringify({ id: `/test/${name}`, cmd, user: 'root', portDefinitions: [], ...patch }),
    )
    return path
  }

  const http = { portDefinitions: [{ port: 0, name: 'http' }] }
  const asks = (rules: Patch = {}) => ({
    ...http,
    healthChecks: [{ protocol: 'MESOS_HTTP', path: '/', portIndex: 0, intervalSeconds: 1, ...rules }],
  })
  const page = `mkdir www && echo ok >www/index.html && exec ${BUSYBOX} httpd -f -p "$PORT_HTTP" -h www`

  const run = (args: readonly string[], options?: RunOptions) => runCli(place, ['run', ...args], options)

  /** Starts a run, and resolves when it has printed something. */
  async function start(args: readonly string[], awaited: string, options?: RunOptions) {
    const started = startCli(place, ['run', ...args], options)
    let text = ''
    await new Promise<void>((resolve, reject) => {
      for (const stream of [started.child.stdout!, started.child.stderr!]) {
        stream.on('data', data => {
          text += data
          if (text.includes(awaited)) resolve()
        })
      }
      started.ended.then(({ stderr }) => reject(new Error(`ended without ${awaited}: ${stderr}`)), reject)
    })
    return started
  }

  /** What a run prints, the times and ports in it left out. */
  const plain = (text: string) =>
    text
      .replace(/\d+\.\d s/g, 'N s')
      .replace(/(?<=127\.0\.0\.1:)\d+/g, 'PORT')
      .split('\n')
      .slice(0, -1)

  describe('of an app that fails', () => {
    // Healthy once, so that failures count from then on, whatever the machine does meanwhile.
    const answer = `cat >answer <<'END'
#!/bin/sh
while read -r line && [ "\${#line}" -gt 1 ]; do :; done
status='503 Service Unavailable'
[ -e was ] || { status='200 OK'; touch was; }
printf 'HTTP/1.1 %s\\r\\nConnection: close\\r\\n\\r\\nno quorum' "$status"
END
chmod +x answer; exec ${BUSYBOX} nc -ll -p "$PORT_HTTP" -e ./answer`

    test.each<[string, string, Patch, string[], string[]]>([
      [
        'crashes at once',
        'echo starting; echo "cannot open /data/db" >&2; exit 7',
        {},
        LONG,
        [
          'mesosize: app-1 ended with status 7 after N s, before it was healthy',
          'The last lines of its output:',
          '| starting',
          '| cannot open /data/db',
        ],
      ],
      [
        'is killed by a signal',
        'kill -SEGV $$',
        {},
        LONG,
        ['mesosize: app-1 ended with SIGSEGV after N s, before it was healthy', 'It has written nothing.'],
      ],
      [
        'never listens',
        'echo loading; exec sleep 1000',
        asks(),
        ['--until-healthy', '--timeout', '5s'],
        [
          'app-1 stopped with SIGNAL, N s after SIGTERM',
          'mesosize: app-1 was not healthy within N s. The health check GET http://127.0.0.1:PORT/ found nothing listening there.',
          'The last lines of its output:',
          '| loading',
        ],
      ],
      [
        'answers 503',
        answer,
        asks({ maxConsecutiveFailures: 1 }),
        [],
        [
          'app-1 is healthy after N s',
          '  http  http://127.0.0.1:PORT',
          'app-1 is unhealthy, and an agent would kill it. The health check GET http://127.0.0.1:PORT/ was answered 503, "no quorum".',
        ],
      ],
      [
        'ignores SIGTERM',
        "trap '' TERM; touch ready; while :; do sleep 1; done",
        {
          taskKillGracePeriodSeconds: 1,
          healthChecks: [{ protocol: 'COMMAND', command: { value: 'test -f ready' } }],
        },
        LONG,
        ['app-1 is healthy after N s', 'app-1 had not stopped N s after SIGTERM, and was killed'],
      ],
    ])('tells first what a person needs: it %s', async (name, cmd, patch, args, lines) => {
      const { status, stdout, stderr } = await run([write('app', cmd, patch), ...args])
      const told = plain(stderr)
      // On a busy machine, it may not be there yet to get the first.
      expect(told.map(line => line.replace(/(?<=stopped with )SIG[A-Z]+/, 'SIGNAL'))).toEqual(lines)
      expect(told.length).toBeLessThanOrEqual(10)
      expect(stdout).toBe('')
      expect(status).toBe(name === 'ignores SIGTERM' ? 0 : 1)
    })

    test('names the port that is taken', async () => {
      const server = createServer()
      onTestFinished(() => void server.close())
      await new Promise<void>(resolve => server.listen(0, '0.0.0.0', resolve))
      const { port } = server.address() as { port: number }
      const portDefinitions = [{ port, name: 'http' }]
      const { status, stderr } = await run([write('app', page, { requirePorts: true, portDefinitions })])
      expect(plain(stderr)).toEqual([
        `mesosize: portDefinitions[0]: port ${port} (http) is in use on this machine, and the app needs this very port. Stop what uses it ("ss -lntup" lists it), or write 0, so that a free one is chosen.`,
      ])
      expect(status).toBe(1)
    })

    test.each<[string, (path: string) => void, Patch, RegExp]>([
      [
        'is truncated',
        path => writeFileSync(path, readFileSync(path).subarray(0, 300)),
        {},
        /^mesosize: app-1 ended with status 2 after .*\nThe last lines of its output:\n(?:\| .*\n)*\| gzip: stdin: unexpected end of file\n/,
      ],
      [
        'is not a tarball',
        path => writeFileSync(path, '<html>Not found</html>'),
        {},
        /^mesosize: app-1 ended with status 2 after .*\nThe last lines of its output:\n(?:\| .*\n)*\| gzip: stdin: not in gzip format\n/,
      ],
      [
        'is not a tarball, and the fetcher unpacks',
        path => writeFileSync(path, '<html>Not found</html>'),
        { extract: true },
        /^mesosize: fetch\[0\]: "file:\/\/[^"]*app\.tgz" cannot be unpacked: .+\n$/,
      ],
      [
        'does not exist',
        path => execFileSync('rm', [path]),
        {},
        /^mesosize: fetch\[0\]: "file:\/\/[^"]*app\.tgz" cannot be fetched: cp: .*No such file or directory\. Check the URI\.\n$/,
      ],
    ])('says that its tarball %s', async (_, spoil, artifact, told) => {
      const path = join(place.work, 'app.tgz')
      const content = join(place.work, 'content')
      mkdirSync(content)
      writeFileSync(join(content, 'launch'), execFileSync('head', ['-c', '9000', '/dev/urandom']))
      execFileSync('tar', ['-czf', path, '-C', content, 'launch'])
      spoil(path)
      const fetch = [{ uri: `file://${path}`, extract: false, destPath: 'app.tgz', ...artifact }]
      const app = write('app', 'tar -xzpf app.tgz && rm app.tgz && exec sh ./launch', { fetch })
      const { status, stderr } = await run([app, ...LONG])
      expect(stderr).toMatch(told)
      expect(stderr.split('\n').length).toBeLessThanOrEqual(11)
      expect(status).toBe(1)
    })

    test('says that the disk is full', async () => {
      const large = join(place.work, 'large.bin')
      writeFileSync(large, Buffer.alloc(300_000))
      const app = write('app', 'exec sleep 1000', { fetch: [{ uri: `file://${large}`, extract: false }] })
      const disk = join(place.root, 'disk')
      mkdirSync(disk)
      const { status, stderr } = await run([app], {
        wrapper: [
          'unshare',
          '--mount',
          ...inShell(`mount -t tmpfs -o size=128k tmpfs '${disk}' && exec "$@"`),
        ],
        env: { TMPDIR: disk },
      })
      expect(stderr).toMatch(
        /^mesosize: There is no room for the app in \S+\/app-1\. Free some space, or name another folder in the variable TMPDIR\.\n$/,
      )
      expect(status).toBe(1)
    })
  })

  test('shows what an app that is not ours writes, by stream, and its end', async () => {
    const cmd = `echo one; printf 'two\\033[2J\\n' >&2; touch "$MESOS_SANDBOX/mine" /tmp/mine || exit 1
      touch /mine 2>/dev/null && exit 2; test "$MARATHON_APP_ID" = /test/any || exit 3; test "$PORT0" = "$PORT_WEB" || exit 4
      exit 0`
    const { status, stdout, stderr } = await run([write('any', cmd, { portDefinitions: [{ name: 'web' }] })])
    expect(stdout).toBe('any-1 | one\n')
    expect(plain(stderr)).toEqual(['any-1 | two\\x1b[2J', 'any-1 ended with status 0 after N s'])
    expect(status).toBe(0)
    expect(existsSync('/mine')).toBe(false)
    expect(existsSync('/tmp/mine')).toBe(false)
  })

  test('runs as the user of the app, in a sandbox of its own, which can be kept', async () => {
    // An agent's work directory can be passed through.
    chmodSync(place.root, 0o755)
    const app = write('any', 'id -un; touch mine; pwd; exit 3', { user: 'nobody' })
    const { status, stdout, stderr } = await run([app, '--keep'])
    expect(status).toBe(1)
    const [, kept] = /The sandboxes are kept in (.*)\.\n/.exec(stderr)!
    const sandbox = join(kept!, 'any-1')
    expect(stdout).toBe(`any-1 | nobody\nany-1 | ${sandbox}\n`)
    expect(statSync(sandbox)).toMatchObject({ mode: 0o40750, uid: 65534 })
    expect(readdirSync(sandbox)).toEqual(['mine', 'stderr', 'stdout'])
    expect(readFileSync(join(sandbox, 'stdout'), 'utf8')).toBe(`nobody\n${sandbox}\n`)
    execFileSync('rm', ['-r', kept!])
  })

  test('fetches over HTTP, layers only once', async () => {
    const server = await startHttpServer()
    onTestFinished(() => server.close())
    for (const path of ['/once.bin', '/always']) server.files.set(path, Buffer.from('content\n'))
    const address = server.url.replace('://', '://ann:secret@')
    const fetch = [
      { uri: `${address}/once.bin?sig=x`, cache: true, destPath: 'once' },
      { uri: `${server.url}/always`, executable: true },
    ]
    const app = write('any', 'cat once always && test -x always', { fetch })
    for (let count = 0; count < 2; count++) {
      const { status, stdout, stderr } = await run([app], { env: { HOME: place.home } })
      expect(status, stderr).toBe(0)
      expect(stdout).toBe('any-1 | content\nany-1 | content\n')
    }
    const asked = server.requests.map(({ path, headers }) => [path, headers.authorization])
    expect(asked.toSorted()).toEqual([
      ['/always', undefined],
      ['/always', undefined],
      ['/once.bin?sig=x', `Basic ${Buffer.from('ann:secret').toString('base64')}`],
    ])
  })

  test('touches nothing through links that an archive brings, where the user of the app could not', async () => {
    // An agent's work directory can be passed through.
    chmodSync(place.root, 0o755)
    const precious = join(place.root, 'precious')
    const links = join(place.root, 'links')
    for (const folder of [precious, links]) mkdirSync(folder)
    writeFileSync(join(precious, 'file'), 'precious', { mode: 0o600 })
    for (const [name, target] of Object.entries({ folder: precious, file: join(precious, 'file') }))
      symlinkSync(target, join(links, name))
    const archive = execFileSync('tar', ['-c', '-C', links, 'folder', 'file'])
    const server = await startHttpServer()
    onTestFinished(() => server.close())
    server.files.set('/links.tar', archive)
    server.files.set('/file', Buffer.from('other'))
    const uri = `${server.url}/file`
    for (const artifact of [
      { uri, cache: true },
      { uri, executable: true },
      { uri, destPath: 'folder/new' },
      { uri, destPath: 'folder/new', cache: true },
    ]) {
      const fetch = [{ uri: `${server.url}/links.tar` }, artifact]
      const { status, stderr } = await run([write('any', 'true', { user: 'nobody', fetch })], {
        env: { HOME: place.home },
      })
      expect(stderr).toMatch(/^mesosize: fetch\[1\]: \S+\/file" cannot be fetched: .*\. Check the URI\.\n$/)
      expect(status).toBe(1)
    }
    expect(readdirSync(precious)).toEqual(['file'])
    expect(readFileSync(join(precious, 'file'), 'utf8')).toBe('precious')
    expect(statSync(join(precious, 'file'))).toMatchObject({ mode: 0o100600, uid: 0 })
  })

  test.each(['MESOS_HTTP', 'COMMAND'])(
    'ends with the task, whatever its %s check waits for',
    async protocol => {
      let asked = false
      const silent = createServer(({ url }, response) => {
        if (url === '/asked') response.writeHead(asked ? 200 : 404).end()
        else asked = true
      })
      await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => void silent.closeAllConnections())
      onTestFinished(() => void silent.close())
      const { port } = silent.address() as AddressInfo
      const get = `${BUSYBOX} wget -Y off -q -O /dev/null http://127.0.0.1:${port}`
      const command = { value: `${get}/silence` }
      const check = protocol === 'COMMAND' ? { protocol, command } : { protocol, port, path: '/silence' }
      const app = write('any', `until ${get}/asked; do sleep 0.05; done`, {
        healthChecks: [{ ...check, timeoutSeconds: 100_000 }],
      })
      expect((await run([app])).status).toBe(0)
    },
  )

  test('gives two runs at once different ports', async () => {
    const app = write('web', page, asks())
    const runs = await Promise.all([1, 2].map(() => run([app, ...LONG, '--json', '--instances', '2'])))
    const ports = runs.flatMap(({ stdout }) =>
      JSON.parse(stdout).instances.map((each: { ports: { number: number }[] }) => each.ports[0]!.number),
    )
    expect(runs.map(({ status }) => status)).toEqual([0, 0])
    expect(new Set(ports).size).toBe(4)
    for (const port of ports) expect(port).toBeGreaterThanOrEqual(31_000)
  })

  test('stops gracefully on Ctrl-C, and says how it ended', async () => {
    const cmd = `trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done`
    const { child, ended } = await start([write('any', cmd)], 'any-1 | up')
    child.kill('SIGINT')
    const { status, stdout, stderr } = await ended
    expect(stdout).toBe('any-1 | up\nany-1 | bye\n')
    // The shell may report that its sleep was ended, as part of the tree.
    expect(plain(stderr).filter(line => !/healthy|Terminated$/.test(line))).toEqual([
      'Stopping gracefully. Press Ctrl-C again to kill it immediately.',
      'any-1 stopped with status 0, N s after SIGTERM',
      'Stopped by SIGINT.',
    ])
    expect(status).toBe(130)
  })

  test('stops gracefully when nobody reads its output any more', async () => {
    const cmd = `trap 'exit 0' TERM; while :; do echo up; sleep 0.05; done`
    const { child, ended } = await start([write('any', cmd)], 'any-1 | up')
    child.stdout!.destroy()
    const { status, stderr } = await ended
    expect(stderr).toMatch(/any-1 stopped with status 0, .*\nStopped by SIGTERM\.\n$/)
    expect(status).toBe(143)
  })

  test('kills at the second Ctrl-C', async () => {
    const cmd = `trap '' TERM; (trap '' TERM; sleep 1000) & echo up; while :; do sleep 1; done`
    const app = write('any', cmd, { taskKillGracePeriodSeconds: 600 })
    const { child, ended } = await start([app], 'any-1 | up')
    child.stderr!.on('data', text => {
      if (`${text}`.includes('Stopping')) child.kill('SIGINT')
    })
    child.kill('SIGINT')
    const { status, stderr } = await ended
    expect(stderr).toMatch(/any-1 had not stopped .* after SIGTERM, and was killed\nStopped by SIGINT\.\n$/)
    expect(status).toBe(130)
  })

  test('ends at the third signal, even if it hangs', async () => {
    const app = write('any', 'true')
    // Stands in for a file system that does not answer.
    const hanging = `
      import promises from 'node:fs/promises'
      import { syncBuiltinESMExports } from 'node:module'
      promises.chown = () => {
        console.error('hanging')
        return new Promise(() => setInterval(() => {}, 1000))
      }
      syncBuiltinESMExports()`
    const { child, ended } = await start([app], 'hanging', { preload: [hanging] })
    child.stderr!.on('data', text => {
      if (!`${text}`.includes('Stopping')) return
      // Nothing tells when the second was heard.
      const more = setInterval(() => child.kill('SIGTERM'), 50)
      void ended.finally(() => clearInterval(more))
    })
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ signal: 'SIGTERM' })
    await expect.poll(() => readdirSync(place.tmp), { timeout: 60_000 }).toEqual([])
  })

  test('leaves nothing behind even if it is killed', async () => {
    const cmd = `trap '' TERM; setsid sleep 1000 & echo up; while :; do sleep 1; done`
    const { child, ended } = await start([write('any', cmd)], 'any-1 | up')
    expect(processesIn(place.tmp)).not.toEqual([])
    child.kill('SIGKILL')
    await ended
    await expect.poll(() => readdirSync(place.tmp), { timeout: 60_000 }).toEqual([])
    expect(processesIn(place.root)).toEqual([])
  })

  test('says nothing of its own files when something cannot be fetched', async () => {
    const app = write('any', 'true', { fetch: [{ uri: '/nonexistent/file' }] })
    // Node warns of files that it finds open when it collects them.
    const collect = `
      import { setFlagsFromString } from 'node:v8'
      setFlagsFromString('--expose-gc')
      const { runInNewContext } = await import('node:vm')
      const gc = runInNewContext('gc')
      process.on('beforeExit', () => gc())
      setInterval(() => gc(), 100).unref()`
    const { status, stderr } = await run([app], { preload: [collect] })
    expect(stderr).toMatch(/^mesosize: fetch\[0\]: "\/nonexistent\/file" cannot be fetched: .*\n$/)
    expect(status).toBe(1)
  })

  test('does not remove a sandbox in which something is mounted', async () => {
    const precious = join(place.root, 'precious')
    mkdirSync(precious)
    writeFileSync(join(precious, 'file'), '')
    // What an administrator does meanwhile: the namespace of the app is not this one.
    const script = `mount --make-rprivate / && "$@" & wait $!; status=$?
      ls '${precious}'; for each in '${place.tmp}'/*/any-1/here; do umount "$each"; done; rm -rf '${place.tmp}'/*; exit $status`
    const mounter = `until [ -e '${place.tmp}'/*/any-1/here ]; do sleep 0.1; done
      mount --bind '${precious}' '${place.tmp}'/*/any-1/here; for each in '${place.tmp}'/*/any-1; do touch "$each/go"; done`
    const app = write('any', `mkdir here; until [ -e go ]; do sleep 0.1; done`)
    const { status, stdout, stderr } = await run([app], {
      wrapper: ['unshare', '--mount', ...inShell(`(${mounter}) & ${script}`)],
    })
    expect(stdout).toBe('file\n')
    expect(stderr).toMatch(
      /mesosize: \S+ cannot be removed: \S+: something is mounted in it\. Remove it yourself\.\n$/,
    )
    expect(status).toBe(1)
  })

  const terminal = inShell('exec script -qec "$(printf "%s " "$@")" /dev/null')
  const noTerminal = missingPrograms('script')

  /** Types a command in the shell of a run once it is there, and ends it. @returns all that the terminal showed */
  async function inShellOf(args: readonly string[], command: string, options: RunOptions = {}) {
    const wrapper = [...(options.wrapper ?? []), ...terminal]
    const { child, ended } = await start([...args, '--shell'], 'This is a shell in', {
      ...{ wrapper, typed: true, env: { NO_COLOR: '1', ...options.env } },
    })
    child.stdin!.write(`${command}\nexit\n`)
    const { status, stdout } = await ended
    return { status, shown: stdout.replaceAll('\r', '').replace(/^(?:[#$] )+/gm, '') }
  }

  describe.skipIf(noTerminal)('with a shell', () => {
    const cmd = `echo from-the-task >file; exec sleep 1000`

    test('opens it beside the task, with its environment and files, and stops when it ends', async () => {
      const app = write('any', cmd, { env: { GREETING: 'hello' } })
      const { status, shown } = await inShellOf([app], 'cat file; echo $GREETING-$((40 + 2)); pwd')
      expect(shown).toContain('\nfrom-the-task\n')
      expect(shown).toContain('\nhello-42\n')
      expect(shown).toMatch(new RegExp(`\\n${place.tmp}/[^\\n]+\\n`))
      expect(shown).toMatch(/any-1 stopped with .* after SIGTERM/)
      // Of dash and bash, where the terminal's process groups are not those of the container.
      expect(shown).not.toMatch(/process group|job control|can't access tty/)
      expect(status).toBe(0)
    })

    test('opens it in the first of several instances', async () => {
      const args = [write('any', cmd), '--instances', '2']
      const { status, shown } = await inShellOf(args, 'cat file')
      expect(shown).toContain('This is a shell in any-1;')
      expect(shown).toMatch(/any-1 stopped/)
      expect(shown).toMatch(/any-2 stopped/)
      expect(status).toBe(0)
    })

    test('opens none where the app is never up', async () => {
      const { status, stdout } = await run([write('any', 'exit 3'), '--shell'], {
        wrapper: terminal,
        env: { NO_COLOR: '1' },
      })
      expect(stdout).toContain('any-1 ended with status 3')
      expect(stdout).not.toContain('This is a shell')
      expect(status).toBe(1)
    })

    test('needs a terminal', async () => {
      const { status, stderr } = await run([write('any', cmd), '--shell'])
      expect(stderr).toContain('--shell: standard output is not a terminal. Start it at one.')
      expect(status).toBe(2)
    })
  })

  describe('through sudo, for which another program stands in', () => {
    let options: RunOptions

    beforeEach(async () => {
      const { wrapper, path } = await sudoerWith(join(place.root, 'bin'))
      for (const folder of [place.root, place.work]) chmodSync(folder, 0o755)
      for (const folder of [place.tmp, place.home]) chmodSync(folder, 0o777)
      options = { wrapper, env: { PATH: path } }
    })

    test('runs as root, and has the status of the run', async () => {
      const { status, stdout, stderr } = await run([write('any', 'id -u; exit 4')], options)
      expect(stdout).toBe('any-1 | 0\n')
      expect(stderr).toContain('any-1 ended with status 4')
      expect(status).toBe(1)
    })

    test('keeps what an app has from other users: in no file with a name, and in no arguments', async () => {
      const app = write('any', 'echo up; exec sleep 1000', { env: { SECRET: 'open-sesame' } })
      const { child, ended } = await start([app], 'any-1 | up', options)
      const folders = readdirSync(place.tmp, { withFileTypes: true })
      expect(folders.filter(each => !each.isDirectory())).toEqual([])
      for (const { name } of folders) expect(statSync(join(place.tmp, name)).mode & 0o006).toBe(0)
      expect(commandLines().filter(line => line.includes('open-sesame'))).toEqual([])
      child.kill('SIGTERM')
      const { status, stderr } = await ended
      expect(plain(stderr)).toContain('any-1 stopped with SIGTERM, N s after SIGTERM')
      expect(status).toBe(143)
    })

    test('leaves nothing behind even if the one that has started it is killed', async () => {
      const { child, ended } = await start([write('any', 'echo up; exec sleep 1000')], 'any-1 | up', options)
      child.kill('SIGKILL')
      await ended
      await expect.poll(() => readdirSync(place.tmp), { timeout: 60_000 }).toEqual([])
    })

    test.skipIf(noTerminal)('opens a shell', async () => {
      const { status, shown } = await inShellOf(
        [write('any', 'exec sleep 1000')],
        'echo user-$(id -u)',
        options,
      )
      expect(shown).toContain('\nuser-0\n')
      expect(status).toBe(0)
    })

    test('says what to do where root may not open the files of a user', async () => {
      const wrapper = ['setpriv', '--bounding-set=-sys_ptrace', ...options.wrapper!]
      const { status, stderr } = await run([write('any', 'exit 0')], { ...options, wrapper })
      expect(stderr).toMatch(/^mesosize: Root may not open the files of .* lacks CAP_SYS_PTRACE/)
      expect(status).toBe(1)
    })

    test('that wants a password after all says what to type', async () => {
      writeFileSync(
        join(place.root, 'bin/sudo'),
        '#!/bin/sh\necho "sudo: a password is required" >&2\nexit 1\n',
      )
      const { status, stderr } = await run([write('any', 'exit 0')], options)
      expect(stderr).toMatch(/^mesosize: Only root can run an app .* Type "sudo -v" and repeat the command/)
      expect(status).toBe(1)
    })
  })

  describe('of the example', () => {
    let shared: Place
    let removeShared: () => Promise<void>
    beforeAll(async () => {
      shared = await makePlace(remove => {
        removeShared = remove
      })
      await makeExample({ artifactsDir: shared.artifacts, keysDir: shared.keys, busybox: BUSYBOX })
    })
    afterAll(() => removeShared())
    const example = () => [
      ...['example/hello', '--artifacts', shared.artifacts, '--keys', shared.keys],
      // So that only the first has to compress.
      ...['--cache', join(shared.root, 'cache')],
      ...['--sup-pkg', 'stand-in/hab-sup', '--launcher-pkg', 'stand-in/hab-launcher'],
    ]

    test('runs it where the name of TMPDIR has a blank, and what would be a code in a URI', async () => {
      const folder = join(place.work, 'a folder, 100%25')
      mkdirSync(folder)
      const { status, stderr } = await run([...example(), ...LONG], { env: { TMPDIR: folder } })
      expect(stderr).toContain('hello-1 is healthy')
      expect(status).toBe(0)
      expect(readdirSync(folder)).toEqual([])
    })

    test('says what is wrong with a TMPDIR that does not exist', async () => {
      const { status, stderr } = await run(example(), { env: { TMPDIR: join(place.work, 'nowhere') } })
      expect(stderr).toMatch(/^mesosize: \S+nowhere cannot be written: ENOENT.* the variable TMPDIR\.\n$/)
      expect(status).toBe(1)
    })

    test('exports it, runs two beside each other until both are healthy, and stops them gracefully', async () => {
      const args = ['--uri-base', 'https://nowhere.invalid', '--instances', '2', '--peer', '127.0.0.1:31044']
      const { status, stdout, stderr } = await run([...example(), ...args, ...LONG, '--json'])
      expect(status, stderr).toBe(0)
      const { app, state, instances } = JSON.parse(stdout)
      expect({ app, state }).toEqual({ app: '/example/hello', state: 'ok' })
      for (const instance of instances) {
        expect(instance).toMatchObject({ status: 0, killed: false, healthyAfter: expect.any(Number) })
        expect(instance.output).toContain('hello: stopped')
        expect(instance.ports.map(({ name }: { name: string }) => name)).toEqual([
          ...['http', 'gossip', 'gateway', 'ctl'],
        ])
      }
      expect(readdirSync(place.work)).toEqual([])
    })

    test('leaves only what the next run removes if it is killed', async () => {
      const { child, ended } = await start(example(), 'hello: ')
      child.kill('SIGKILL')
      await ended
      // Its janitor removes the sandbox.
      await expect.poll(() => readdirSync(place.tmp), { timeout: 60_000 }).toHaveLength(1)
      const [left] = readdirSync(place.tmp)
      const before = Date.now() / 1000 - 2 * 60 * 60
      utimesSync(join(place.tmp, left!), before, before)
      const { status, stderr } = await run([...example(), ...LONG])
      expect(status, stderr).toBe(0)
    })
  })

  describe('where it cannot', () => {
    test.skipIf(cannotBecomeOrdinary())('says what to type without root and sudo', async () => {
      const { status, stderr } = await run([write('any', 'exit 0')], {
        wrapper: [...ORDINARY_USER, 'env', 'PATH=/nowhere'],
      })
      expect(stderr).toBe(
        'mesosize: Only root can run an app as an agent does, and "sudo" does not allow it without a password here. Type "sudo -v" and repeat the command, or repeat it as root.\n',
      )
      expect(status).toBe(1)
    })

    test.each(['darwin', 'win32'])('says what to do instead on %s', async platform => {
      const { status, stderr } = await run([write('any', 'exit 0')], {
        preload: [`Object.defineProperty(process, 'platform', { value: '${platform}' })`],
      })
      expect(stderr).toMatch(
        /^mesosize: "mesosize run" needs Linux, .* Run it (?:in WSL 2|on a Linux machine)/,
      )
      expect(status).toBe(1)
    })

    test('asks for the app definition where a tarball is given', async () => {
      const tarball = join(place.work, 'web-1.0.tgz')
      writeFileSync(tarball, '')
      expect(problemsOf(await run([tarball]))).toEqual([
        expect.stringMatching(
          /^".*web-1\.0\.tgz" is a tarball, .* definition, such as ".*web-1\.0\.json"\.$/,
        ),
      ])
    })

    test('lists all mistakes', async () => {
      const run1 = await run([write('any', 'exit 0'), '--cpu', '2', '--timeout', '5s', '--shell', '--json'])
      expect(problemsOf(run1)).toEqual([
        '--timeout: without --until-healthy the app runs until it is stopped. Give both.',
        '--shell: a shell is for a person at a terminal. Leave --until-healthy and --json out.',
        expect.stringMatching(/^--cpu: is for exporting packages, but ".*any\.json" is an app definition\. /),
      ])
      expect(run1.status).toBe(2)
    })

    test('says what an app needs that is not here', async () => {
      const volumes = [{ containerPath: 'data', hostPath: '/srv', mode: 'RW' }]
      const app = write('any', 'exit 0', { gpus: 1, container: { type: 'MESOS', volumes } })
      const { status, stderr } = await run([app])
      expect(plain(stderr)[0]).toBe(
        'warning: The app has container.volumes, gpus, which "mesosize run" does not provide. It starts without them.',
      )
      expect(status).toBe(0)
    })

    test.each<[Patch, string]>([
      [
        { user: 'no-such-user' },
        `user: "no-such-user" does not exist on this machine. Agents need the account as well; create it, or change the app's user.`,
      ],
      [
        { container: { type: 'MESOS', docker: { image: 'nginx' } } },
        'container.docker: the app runs in a Docker image, which "mesosize run" does not do. Use "docker run".',
      ],
      [
        { fetch: [{ uri: 's3://bucket/key' }] },
        'fetch[0]: "s3://bucket/key" has a scheme that "mesosize run" cannot fetch. Use a path, file:// or http(s)://.',
      ],
    ])('refuses %j', async (patch, problem) => {
      const result = await run([write('any', 'exit 0', patch)])
      expect(problemsOf(result)).toEqual([problem])
      expect(result.status).toBe(1)
    })
  })
})
