import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, test } from 'vitest'
import { layOut } from '../../src/rootfs/layout.ts'
import { missingPrograms } from '../testkit/machine.ts'
import { IDENTS, makeClosure } from './handmade.ts'
import { cannotLaunch, LAUNCHER, SUPERVISOR, serviceWithLinkTo, shells, useSandbox } from './launching.ts'
import { start } from './sandbox.ts'

const missing = cannotLaunch()

describe.skipIf(missing)(`launch${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const place = useSandbox()
  const { begin, run, inside, failure } = place
  let top: string
  let sandbox: string
  let root: string

  beforeEach(() => {
    ;({ top, sandbox, root } = place)
  })

  describe.each(shells)('under %s', (_, ...shell) => {
    test('starts the launcher in / of the image', async () => {
      const { stdout, stderr, status } = await run({
        probe: `printf '%s\\n' "$0" "$PWD" "$(pwd)" "$HAB_SUP_BINARY" "$PATH" "$HOME"; ls -1 /; printf '<%s>' "$@"`,
        command: [...shell, './launch'],
        args: ['--peer=a b', '--inside', '', "it's\n$HOME", '-m'],
      })
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
      expect(stdout.split('\n').slice(0, 6)).toEqual([LAUNCHER, '/', '/', SUPERVISOR, '/bin', '/root'])
      expect(stdout).toContain('bin\ndev\netc\nhab\nproc\nroot\nrun\nsys\ntmp\nvar\n')
      expect(stdout.endsWith(`<run><${IDENTS.service}><--peer=a b><--inside><><it's\n$HOME><-m>`)).toBe(true)
    })

    test.each([
      ['a path from elsewhere', () => ({ command: [...shell, join(sandbox, 'launch')], cwd: '/' })],
      [
        'a relative path',
        () => ({
          command: [...shell, "the agent's sandbox/launch"],
          cwd: top,
          env: { CDPATH: join(top, 'decoy') },
        }),
      ],
      ['no path', () => ({ command: [...shell, 'launch'] })],
    ])('is found by %s', async (_, options) => {
      expect(await inside('echo in', options())).toBe('in\n')
    })

    test('fills ports into addresses and configuration', async () => {
      const output = await inside(
        'echo "$HAB_LISTEN_GOSSIP $HAB_LISTEN_HTTP $HAB_LISTEN_CTL $HAB_HELLO_WEB"',
        {
          command: [...shell, './launch'],
          env: {
            PORT_GOSSIP: '31001',
            PORT_GATEWAY: '31002',
            PORT_CTL: '31003',
            PORT_HTTP: '31004',
            HAB_HELLO_WEB: '{"server":{"port":"$PORT_HTTP","listen":"[::]:$PORT_HTTP"}}',
          },
        },
      )
      expect(output).toBe(
        '0.0.0.0:31001 0.0.0.0:31002 127.0.0.1:31003 {"server":{"port":31004,"listen":"[::]:31004"}}\n',
      )
    })

    test('fills secrets into the configuration, as strings of JSON, and shows them nowhere else', async () => {
      const secrets = {
        SECRET_PLAIN: 'hunter2',
        SECRET_EMPTY: '',
        SECRET_QUOTED: `a"b\\c' & \\u0041 $(id) \`id\` %s $PORT_HTTP "$SECRET_PLAIN" 雪`,
        SECRET_PEM_2: '-----BEGIN\nAAAA==\r\n\tx\u0001\u001f\u007f-----END\n\n',
      }
      const config = {
        ...{ plain: '$SECRET_PLAIN', empty: '$SECRET_EMPTY', list: ['$SECRET_QUOTED'] },
        db: { pem: '$SECRET_PEM_2', $SECRET_PLAIN: 'a key', text: 'x$SECRET_PLAIN', other: '$SECRET_plain' },
      }
      const { stdout, stderr, status } = await run({
        probe: 'printf %s "$HAB_HELLO_WEB"',
        command: [...shell, './launch'],
        env: {
          ...secrets,
          PORT_HTTP: '31004',
          HAB_HELLO_WEB: JSON.stringify({ ...config, port: '$PORT_HTTP' }),
        },
      })
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
      expect(JSON.parse(stdout)).toEqual({
        ...{ plain: 'hunter2', empty: '', list: [secrets.SECRET_QUOTED] },
        db: { ...config.db, pem: secrets.SECRET_PEM_2 },
        port: 31_004,
      })
    })

    test('shows no secret where it cannot start', async () => {
      const missing = 'HAB_HELLO_WEB needs SECRET_B, which is not set: give the app a secret in that variable'
      const env = { SECRET_A: 'hunter2', HAB_HELLO_WEB: '["$SECRET_A","$SECRET_B"]' }
      expect(await failure({ command: [...shell, './launch'], env })).toBe(missing)
    })

    test('says in one line that it must be root', async () => {
      chmodSync(sandbox, 0o755)
      const command = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...shell, './launch']
      expect(await failure({ command })).toBe('must run as root: the app definition needs "user": "root"')
    })

    test('passes SIGTERM to the launcher and ends with its status', async () => {
      const { child, finished } = begin({
        probe: `trap 'echo stopped; exit 7' TERM; echo ready; while :; do sleep 0.05; done`,
        command: [...shell, './launch'],
      })
      await once(child.stdout!, 'data')
      child.kill('SIGTERM')
      const { status, signal } = await finished
      expect({ status, signal }).toEqual({ status: 7, signal: null })
    })
  })

  describe('what the Supervisor is given', () => {
    const NAME = 'example/hello-web'

    // Of a full ident no release is newer, and of ORIGIN/NAME none is fixed.
    test.each<[string, string[], string]>([
      ['without flags', [], IDENTS.service],
      ['without a strategy', ['--channel=stable', '--group', 'strategy'], IDENTS.service],
      ['with the strategy none', ['--strategy=none'], IDENTS.service],
      ['with the strategy none in two words', ['--strategy', 'none'], IDENTS.service],
      ['with the strategy none as a letter', ['-s', 'none'], IDENTS.service],
      ['with at-once', ['--strategy=at-once', '--channel=stable', '--url=https://b.example/'], NAME],
      ['with rolling in two words', ['--peer=a', '--strategy', 'rolling'], NAME],
      ['with a letter', ['-s', 'at-once'], NAME],
      ['with a letter and its value together', ['-sat-once'], NAME],
      ['with a letter and "="', ['-s=rolling', '--group=b'], NAME],
    ])('%s', async (_, args, ident) => {
      expect(await inside(`printf '<%s>' "$@"`, { args })).toBe(
        `<run><${ident}>${args.map(word => `<${word}>`).join('')}`,
      )
    })

    test('in every shell', async () => {
      for (const [, ...shell] of shells) {
        const output = await inside('echo "$2"', {
          command: [...shell, './launch'],
          args: ['--strategy=at-once', '', '* $(id)'],
        })
        expect(output).toBe(`${NAME}\n`)
      }
    })
  })

  describe('mounts', () => {
    test('are proc, read-only sysfs, and a /dev with the few devices that programs need', async () => {
      const output = await inside(`awk '{ print $2, $3, "," $4 "," }' /proc/mounts`)
      const table = output
        .trimEnd()
        .split('\n')
        .map(line => line.split(' '))
      expect(
        table
          .map(([path]) => path)
          .filter(path => path !== '/')
          .sort(),
      ).toEqual(
        [
          '/dev',
          '/dev/full',
          '/dev/null',
          '/dev/pts',
          '/dev/random',
          '/dev/shm',
          ...(existsSync('/dev/tty') ? ['/dev/tty'] : []),
          '/dev/urandom',
          '/dev/zero',
          '/proc',
          '/sys',
        ].sort(),
      )
      const options = new Map(table.map(([path, type, text]) => [path, `${type} ${text}`]))
      for (const [path, ...wanted] of [
        ['/proc', 'proc ', ',nosuid,', ',nodev,', ',noexec,'],
        ['/sys', 'sysfs ', ',ro,', ',nosuid,', ',nodev,', ',noexec,'],
        ['/dev', 'tmpfs ', ',nosuid,', ',noexec,', ',mode=755,'],
        ['/dev/pts', 'devpts ', ',gid=5,', ',ptmxmode=666,', ',mode=620,'],
        ['/dev/shm', 'tmpfs ', ',nosuid,', ',nodev,', ',noexec,'],
      ] as const) {
        for (const option of wanted) {
          expect(options.get(path)?.replaceAll(',', ',,').replace(/ ,,/, ' ,'), path).toContain(option)
        }
      }
    })

    test('leave nothing else in /dev, and all of it usable by the service user', async () => {
      const output = await inside(
        `ls -1 /dev; stat -c %a /dev/shm
         su web -s /bin/sh -c 'echo lost >/dev/null && id -un && id -gn && echo x >/dev/shm/x && : </dev/ptmx
           echo one | cat /dev/stdin; echo two | cat /dev/fd/0; echo three | cat >/dev/full' 2>/dev/null || echo full`,
      )
      const devices = ['fd', 'full', 'null', 'ptmx', 'pts', 'random', 'shm', 'stderr', 'stdin', 'stdout']
      expect(output.split('\n')).toEqual([
        ...devices,
        ...(existsSync('/dev/tty') ? ['tty'] : []),
        'urandom',
        'zero',
        '1777',
        'web',
        'web',
        'one',
        'two',
        'full',
        '',
      ])
    })

    // The propagation of / : systemd leaves it shared, Mesos' filesystem/linux isolator makes it a slave.
    test.each(['private', 'shared', 'slave'])('do not reach the agent whose / is %s', async propagation => {
      const script = `cat /proc/self/mountinfo >"$1/before"
        sh ./launch & while [ ! -e rootfs/tmp/ready ]; do sleep 0.05; done
        cat /proc/self/mountinfo >"$1/during"; : >rootfs/tmp/stop; wait; cat /proc/self/mountinfo >"$1/after"`
      const { status, stderr, stdout } = await run({
        probe:
          'echo $(($(wc -l </proc/mounts) > 5)); : >/tmp/ready; while [ ! -e /tmp/stop ]; do sleep 0.05; done',
        command: ['unshare', '-m', '--propagation', propagation, 'sh', '-c', script, 'sh', top],
      })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      const [before, during, after] = ['before', 'during', 'after'].map(name =>
        readFileSync(join(top, name), 'utf8'),
      )
      expect(before).not.toBe('')
      expect(stdout).not.toBe('')
      expect(during).toBe(before)
      expect(after).toBe(before)
    })

    test('are made for each of two that run at once from one sandbox', async () => {
      const both = [1, 2].map(() => inside('sleep 0.3; wc -l </proc/mounts'))
      const [one, two] = await Promise.all(both)
      expect(one).toBe(two)
    })

    test('are created again if the user sets the variable that marks the second half', async () => {
      expect(await inside(`echo "[\${MESOSIZE_LAUNCH-unset}]"`, { env: { MESOSIZE_LAUNCH: '1' } })).toBe(
        '[unset]\n',
      )
    })
  })

  describe.each(shells)('volumes under %s', (_, ...shell) => {
    const command = [...shell, './launch']

    test('are directories and files of the agent, or of the sandbox, in the image', async () => {
      const data = join(top, 'agent data')
      mkdirSync(data)
      writeFileSync(join(data, 'kept'), 'of the agent\n')
      writeFileSync(join(top, 'file'), 'a file\n')
      mkdirSync(join(sandbox, 'jre'))
      writeFileSync(join(sandbox, 'jre/java'), 'java\n')
      const lines = [`${data}:/hab/svc/web/data`, `${top}/file:/etc/ssl2/*.pem`, 'jre:/var/run/jre:ro']
      const output = await inside(
        `cat /hab/svc/web/data/kept "/etc/ssl2/*.pem" /run/jre/java
        echo new > /hab/svc/web/data/new; (echo x > /run/jre/x) 2>/dev/null || echo read-only
        echo "<\${MESOSIZE_VOLUMES-unset}><$IFS>"; echo /*c`,
        { command, env: { MESOSIZE_VOLUMES: lines.join('\n') } },
      )
      expect(output).toBe('of the agent\na file\njava\nread-only\n<unset>< \t\n>\n/etc /proc\n')
      expect(readFileSync(join(data, 'new'), 'utf8')).toBe('new\n')
      expect(existsSync(join(sandbox, 'jre/x'))).toBe(false)
    })

    test('that are not there are named', async () => {
      expect(await failure({ command, env: { MESOSIZE_VOLUMES: '/no/such:/data' } })).toBe(
        '/no/such is not there: the volume /no/such:/data needs it on every agent that runs the task',
      )
    })
  })

  describe.each(shells)('the environment under %s', (_, ...shell) => {
    // What names libraries, plug-ins, files and sockets of the agent, none of which is in the image.
    const ofTheAgent = [
      ...['LD_LIBRARY_PATH', 'LD_PRELOAD', 'LD_AUDIT', 'LD_BIND_NOW', 'GCONV_PATH', 'LOCPATH', 'SASL_PATH'],
      ...['MESOS_NATIVE_LIBRARY', 'MESOS_NATIVE_JAVA_LIBRARY', 'MESOS_DOMAIN_SOCKET'],
      ...['SHELL', 'BASH_ENV', 'ENV'],
    ]
    // What Mesos and Marathon tell a task of itself (Mesos: src/slave/slave.cpp; Marathon: TaskBuilder).
    const ofTheTask = {
      HOST: 'agent-7.example.com',
      PORT0: '31000',
      LIBPROCESS_IP: '10.0.0.7',
      LIBPROCESS_PORT: '0',
      MARATHON_APP_ID: '/acme/hello',
      MESOS_AGENT_ENDPOINT: '10.0.0.7:5051',
      MESOS_EXECUTOR_ID: 'hello.1234',
      MESOS_FRAMEWORK_ID: '4f0d-0000',
      MESOS_SLAVE_ID: '4f0d-S1',
      MESOS_TASK_ID: 'hello.1234',
    }
    const ofThePerson = {
      HAB_LICENSE: 'accept-no-persist',
      GREETING: 'it\'s  "two"\nlines',
      TMPDIR: '/hab/svc/hello-web/var',
    }

    test('is what the app and the task have, and nothing of the agent or of its sandbox', async () => {
      const env = {
        ...Object.fromEntries(ofTheAgent.map(name => [name, '/opt/agent/lib'])),
        ...ofTheTask,
        ...ofThePerson,
        MESOS_DIRECTORY: sandbox,
        MESOS_SANDBOX: sandbox,
        MESOS_EXECUTOR_AUTHENTICATION_TOKEN: 'eyJhbGciOiJIUzI1NiJ9',
        PWD: sandbox,
        OLDPWD: top,
        HOME: '/home/agent',
        // As a bash that is the agent's sh sets it.
        _: join(top, 'programs/sh'),
      }
      // The agent's shell itself complains of the libraries that are not there.
      const { stdout } = await run({ probe: 'cat /proc/$$/environ', command: [...shell, './launch'], env })
      const lines = stdout.split('\0').slice(0, -1)
      const variables = Object.fromEntries(lines.map(line => line.split(/=(.*)/s)))
      // How deep shells are nested, which each of them counts for itself.
      delete variables.SHLVL
      expect(variables).toEqual({
        ...ofTheTask,
        ...ofThePerson,
        PROBE: 'cat /proc/$$/environ',
        HAB_SUP_BINARY: SUPERVISOR,
        HOME: '/root',
        PATH: '/bin',
        PWD: '/',
      })
    })
  })

  describe('after an unpacking that lost modes and owners', () => {
    const installed = () => join(root, 'hab/pkgs', IDENTS.service)
    const modeOf = (path: string) => {
      const { mode, uid, gid } = lstatSync(path)
      return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`
    }

    function lose(umask: number) {
      for (const [path, mode] of [
        ['tmp', 0o777],
        ['var/tmp', 0o777],
        [`hab/pkgs/${IDENTS.service}/data`, 0o770],
        [`hab/pkgs/${IDENTS.service}/bin/it's odd`, 0o755],
      ] as const) {
        chmodSync(join(root, path), mode & ~umask)
      }
    }

    test('temporary directories and special members are restored', async () => {
      lose(0o022)
      await inside(':')
      expect(modeOf(join(root, 'tmp'))).toBe('1777 0:0')
      expect(modeOf(join(root, 'var/tmp'))).toBe('1777 0:0')
      expect(modeOf(join(installed(), 'data'))).toBe('2770 0:0')
      expect(modeOf(join(installed(), 'data/file'))).toBe('2640 0:0')
      expect(modeOf(join(installed(), "bin/it's odd"))).toBe('4755 0:0')
      expect(modeOf(join(installed(), 'leads-out'))).toBe('777 0:0')
    })

    test("a symlink of a package leads into the image, never to the agent's file, and is itself not followed", async () => {
      const outside = join(top, 'outside')
      const copy = join(root, outside)
      mkdirSync(join(root, top), { recursive: true })
      for (const path of [outside, copy]) writeFileSync(path, '', { mode: 0o600 })
      await inside(':')
      expect(modeOf(outside)).toBe('600 0:0')
      expect(modeOf(copy)).toBe('600 0:0')
    })

    test.each([
      ['027', 'g-w,o-rwx'],
      ['077', 'go-rwx'],
    ])('a tree hidden by the umask %s is readable by the service user', async (umask, change) => {
      await start(['find', root, '!', '-type', 'l', '-exec', 'chmod', change, '{}', '+'], {}).finished
      lose(Number.parseInt(umask, 8))
      expect(modeOf(root)).not.toBe('755 0:0')
      expect(await inside(`su web -s /bin/sh -c 'cat /etc/passwd >/dev/null && id -un'`)).toBe('web\n')
      expect(modeOf(join(root, 'root'))).toBe('700 0:0')
      expect(modeOf(join(root, 'etc/passwd'))).toBe('644 0:0')
      expect(modeOf(join(root, LAUNCHER))).toBe('755 0:0')
      expect(modeOf(join(installed(), 'data'))).toBe('2770 0:0')
      expect(modeOf(join(installed(), 'data/file'))).toBe('2640 0:0')
    })

    test.each(['755', '2755'])('a tree whose top is %s is not gone through', async mode => {
      const untouched = join(installed(), 'bin')
      chmodSync(untouched, 0o700)
      chmodSync(root, Number.parseInt(mode, 8))
      await inside(':')
      expect(modeOf(untouched)).toBe('700 0:0')
    })
  })

  test("the image has the agent's hosts and resolvers", async () => {
    for (const file of ['hosts', 'resolv.conf']) {
      const theirs = existsSync(`/etc/${file}`) ? readFileSync(`/etc/${file}`, 'utf8') : undefined
      const probe = `[ ! -e /etc/${file} ] || cat /etc/${file}`
      if (theirs !== undefined) expect(await inside(probe), file).toBe(theirs)
    }
  })

  test("the agent's accounts may be unreadable", async () => {
    writeFileSync(join(top, 'passwd'), 'not an account\n')
    const command = ['sh', '-c', 'mount --bind ../passwd /etc/passwd && exec dash ./launch']
    expect(await inside('echo started', { command })).toBe('started\n')
  })

  test('the sandbox can be deleted while the service runs', async () => {
    const copy = join(top, 'copy')
    cpSync(sandbox, copy, { recursive: true, verbatimSymlinks: true })
    const { child, finished } = begin({ probe: 'echo ready; exec sleep 30', cwd: copy })
    await once(child.stdout!, 'data')
    rmSync(copy, { recursive: true })
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
    child.kill('SIGKILL')
    expect(await finished).toMatchObject({ stdout: 'ready\n', signal: 'SIGKILL' })
  })
})

describe.skipIf(missing)(`what launch makes of variables${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const { inside, failure } = useSandbox({ shared: true })

  describe('listening addresses', () => {
    const PROBE = `echo "\${HAB_LISTEN_GOSSIP-unset} \${HAB_LISTEN_HTTP-unset} \${HAB_LISTEN_CTL-unset}"`

    test.each<[string, Record<string, string>, string]>([
      ['are left to the Supervisor without ports', {}, 'unset unset unset'],
      [
        'come from variables with a prefix',
        {
          MESOSIZE_ENV_VARS_PREFIX: 'CLUSTER_',
          CLUSTER_PORT_GOSSIP: '31001',
          CLUSTER_PORT_GATEWAY: '31002',
          CLUSTER_PORT_CTL: '31003',
          PORT_GOSSIP: '1',
        },
        '0.0.0.0:31001 0.0.0.0:31002 127.0.0.1:31003',
      ],
      [
        "give way to the user's",
        { PORT_GOSSIP: '31001', PORT_GATEWAY: '31002', HAB_LISTEN_HTTP: '127.0.0.1:80' },
        '0.0.0.0:31001 127.0.0.1:80 unset',
      ],
    ])('%s', async (_, env, expected) => {
      expect(await inside(PROBE, { env })).toBe(`${expected}\n`)
    })

    test.each(['1; touch /tmp/x', '65536', '99999', '4294967297', '9'.repeat(50), '0', '080', '-1'])(
      'are refused with %j',
      async port => {
        expect(await failure({ env: { PORT_GOSSIP: port } })).toBe(
          `PORT_GOSSIP is not a port number: ${port}`,
        )
      },
    )

    test('may be the least and the greatest', async () => {
      expect(await inside(PROBE, { env: { PORT_GOSSIP: '1', PORT_GATEWAY: '65535' } })).toBe(
        '0.0.0.0:1 0.0.0.0:65535 unset\n',
      )
    })
  })

  describe('the configuration', () => {
    const ports = { PORT_HTTP: '31004', PORT_ADMIN_2: '31005' }

    test.each<[string, string, string]>([
      [
        'each port',
        '{"a":"$PORT_HTTP","b":["$PORT_ADMIN_2", "$PORT_HTTP"]}',
        '{"a":31004,"b":[31005, 31004]}',
      ],
      [
        'the port of each address, whatever its host',
        '{"a":"127.0.0.1:$PORT_HTTP","b":":$PORT_HTTP","c":["*:$PORT_HTTP","[::1]:$PORT_HTTP"],"d":"web-1.example.com:$PORT_ADMIN_2","e":"tcp://0.0.0.0:$PORT_HTTP"}',
        '{"a":"127.0.0.1:31004","b":":31004","c":["*:31004","[::1]:31004"],"d":"web-1.example.com:31005","e":"tcp://0.0.0.0:31004"}',
      ],
      [
        'no text that is more or less than an address',
        '{"a":"127.0.0.1:$PORT_HTTP/","b":"127.0.0.1$PORT_HTTP","c":"u:p@h:$PORT_HTTP","d":"a b:$PORT_HTTP","e":"$HOME:$PORT_HTTP","f":":$PORT_HTTP:$PORT_HTTP","g":":$PORT_http","h":"`id`:$PORT_HTTP"}',
        '{"a":"127.0.0.1:$PORT_HTTP/","b":"127.0.0.1$PORT_HTTP","c":"u:p@h:$PORT_HTTP","d":"a b:$PORT_HTTP","e":"$HOME:$PORT_HTTP","f":":$PORT_HTTP:$PORT_HTTP","g":":$PORT_http","h":"`id`:$PORT_HTTP"}',
      ],
      [
        'no address after an escaped quote or backslash',
        '{"a":"x\\":$PORT_HTTP","b":"\\\\:$PORT_HTTP","c":":$PORT_HTTP"}',
        '{"a":"x\\":$PORT_HTTP","b":"\\\\:$PORT_HTTP","c":":31004"}',
      ],
      [
        'no key',
        '{"$PORT_HTTP":"$PORT_HTTP",":$PORT_HTTP" \t: ":$PORT_HTTP"}',
        '{"$PORT_HTTP":31004,":$PORT_HTTP" \t: ":31004"}',
      ],
      [
        'its ports in TOML, and no key',
        '"$PORT_HTTP" = "$PORT_HTTP"\n[server]\nlisten = "127.0.0.1:$PORT_HTTP" # "$PORT_HTTP"',
        '"$PORT_HTTP" = 31004\n[server]\nlisten = "127.0.0.1:31004" # 31004',
      ],
      [
        'no text around a port',
        '{"a":"http://x:$PORT_HTTP/","b":"$PORT_HTTP "}',
        '{"a":"http://x:$PORT_HTTP/","b":"$PORT_HTTP "}',
      ],
      [
        'no other variable',
        `{"a":"$HOME","b":"$PORT","c":"$port_http","d":"\${PORT_HTTP}"}`,
        `{"a":"$HOME","b":"$PORT","c":"$port_http","d":"\${PORT_HTTP}"}`,
      ],
      [
        'no end of a string after an escaped quote',
        '{"a":"x\\"$PORT_HTTP","b":"$PORT_HTTP"}',
        '{"a":"x\\"$PORT_HTTP","b":31004}',
      ],
      [
        'no string that ends in a backslash',
        '{"a":"\\\\","b":"$PORT_HTTP","c":"\\\\\\""}',
        '{"a":"\\\\","b":31004,"c":"\\\\\\""}',
      ],
      [
        'nothing in shell or awk syntax',
        '{"a":"$(id) `id` \' ; & %s %d \\n \\t\\u0041","b":"$PORT_HTTP"}',
        '{"a":"$(id) `id` \' ; & %s %d \\n \\t\\u0041","b":31004}',
      ],
      [
        'lines and other scripts',
        '{\n  "ö": "雪",\n  "b": "$PORT_HTTP"\n}',
        '{\n  "ö": "雪",\n  "b": 31004\n}',
      ],
    ])('has %s replaced', async (_, HAB_HELLO_WEB, expected) => {
      expect(await inside('printf %s "$HAB_HELLO_WEB"', { env: { ...ports, HAB_HELLO_WEB } })).toBe(expected)
    })

    test('reads ports with a prefix', async () => {
      const env = {
        MESOSIZE_ENV_VARS_PREFIX: 'CLUSTER_',
        CLUSTER_PORT_HTTP: '31004',
        PORT_HTTP: '1',
        HAB_HELLO_WEB: '["$PORT_HTTP"]',
      }
      expect(await inside('echo "$HAB_HELLO_WEB"', { env })).toBe('[31004]\n')
    })

    test('is not set where the app has none', async () => {
      expect(await inside(`echo "\${HAB_HELLO_WEB-unset}"`, { env: ports })).toBe('unset\n')
    })

    test('may be as long as the kernel allows', async () => {
      const filler = Array.from({ length: 3000 }, (_, i) => `"key${i}":"value \\" ${i} 0123456789"`).join()
      const config = `{${filler},"port":"$PORT_HTTP"}`
      const output = await inside('printf %s "$HAB_HELLO_WEB"', { env: { ...ports, HAB_HELLO_WEB: config } })
      expect(output).toBe(`{${filler},"port":31004}`)
    })

    test.each<[string, Record<string, string>, string]>([
      [
        'names the port definition that is missing',
        {},
        'HAB_HELLO_WEB needs PORT_HTTP, which is not set: give the app a port definition with the name "http"',
      ],
      [
        'names it with the prefix',
        { PORT_HTTP: '1', MESOSIZE_ENV_VARS_PREFIX: 'CLUSTER_' },
        'HAB_HELLO_WEB needs CLUSTER_PORT_HTTP, which is not set: give the app a port definition with the name "http"',
      ],
      ['refuses what is not a number', { PORT_HTTP: '1,"x":2' }, 'PORT_HTTP is not a port number: 1,"x":2'],
      ['refuses an empty number', { PORT_HTTP: '' }, 'PORT_HTTP is not a port number:'],
      ['refuses a number of no port', { PORT_HTTP: '65536' }, 'PORT_HTTP is not a port number: 65536'],
      [
        'refuses a huge number',
        { PORT_HTTP: '9'.repeat(50) },
        `PORT_HTTP is not a port number: ${'9'.repeat(50)}`,
      ],
      ['refuses 0', { PORT_HTTP: '0' }, 'PORT_HTTP is not a port number: 0'],
      // In JSON, no number begins with 0.
      ['refuses zeros before a number', { PORT_HTTP: '080' }, 'PORT_HTTP is not a port number: 080'],
    ])('%s', async (_, env, message) => {
      for (const HAB_HELLO_WEB of ['{"port":"$PORT_HTTP"}', '{"listen":"127.0.0.1:$PORT_HTTP"}']) {
        expect((await failure({ env: { ...env, HAB_HELLO_WEB } })).trimEnd()).toBe(message)
      }
    })
  })
})

const noShellcheck = missingPrograms('shellcheck')

describe.skipIf(noShellcheck)(`shellcheck${noShellcheck ? ` (skipped: ${noShellcheck})` : ''}`, () => {
  test('finds nothing wrong with the script as it is written and as it is generated', async () => {
    const [launch] = [
      ...(layOut(makeClosure({ service: serviceWithLinkTo('/outside') }))[0]!.entries() as Iterable<{
        path: string
        content: Uint8Array[]
      }>),
    ]
    const folder = mkdtempSync(join(tmpdir(), 'mesosize-launch-'))
    try {
      writeFileSync(join(folder, 'launch'), Buffer.concat(launch!.content))
      const template = fileURLToPath(new URL('../../src/rootfs/launch.sh', import.meta.url))
      const { stdout, status } = await start(['shellcheck', '-s', 'sh', template, join(folder, 'launch')], {})
        .finished
      expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
