import { chmodSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BUSYBOX } from '../testkit/machine.ts'
import { IDENTS } from './handmade.ts'
import { cannotLaunch, LAUNCHER, SUPERVISOR, useSandbox } from './launching.ts'

const missing = cannotLaunch()

describe.skipIf(missing)(
  `launch says in one line what is wrong${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    const place = useSandbox()
    const { failure, interpose } = place

    const admin = (call: string) => `the task needs CAP_SYS_ADMIN and a seccomp profile that allows ${call}`
    const chroot = 'the task needs CAP_SYS_CHROOT and a seccomp profile that allows chroot'
    const writable = 'the sandbox must be writable and have space left'
    const whole = 'unpack the whole tarball'

    test.each([
      ['sys_admin', `unshare: unshare(0x20000): Operation not permitted: ${admin('unshare')}`],
      ['sys_chroot', `chroot: can't change root directory to 'ROOT': Operation not permitted: ${chroot}`],
    ])('without the capability %s', async (capability, message) => {
      const command = ['setpriv', `--bounding-set=-${capability}`, 'sh', './launch']
      expect(await failure({ command })).toBe(message.replace('ROOT', place.root))
    })

    // Whatever the reason, of each program that it starts, the first time that it does.
    test.each([
      ['unshare -m*', admin('unshare')],
      ['chroot*', chroot],
      ['awk*', whole],
      ['chmod*', writable],
      ['* chown *', `${writable}, and the task needs CAP_CHOWN and CAP_FOWNER`],
      ['* find *', `${writable}, and the task needs CAP_CHOWN and CAP_FOWNER`],
      ['dd*', writable],
      ['mount*make-rprivate*', admin('mount')],
      ['mount*devpts*', admin('mount')],
      ['mkdir*', 'the task needs memory for its /dev'],
      ['ln*', 'the task needs memory for its /dev'],
    ])('where %s fails', async (pattern, advice) => {
      interpose(pattern, `echo "$1: cannot: in a test" >&2; echo and more >&2; exit 1`)
      const text = await failure()
      expect(text).toMatch(/^[a-z]+: cannot: in a test: /)
      expect(text.slice(-advice.length - 2)).toBe(`: ${advice}`)
    })

    // As a user whose processes are limited; root's are not.
    test.each([
      ['dash', 'dash'],
      ['busybox sh', BUSYBOX, 'sh'],
    ])('where %s cannot start a process', async (_, ...shell) => {
      const command = [
        'setpriv',
        '--reuid=54321',
        '--clear-groups',
        'prlimit',
        '--nproc=1',
        ...shell,
        './launch',
      ]
      expect(await failure({ command })).toBe(
        'cannot start a process: raise the limits on processes (pids.max, TasksMax, kernel.pid_max), or the memory of the task',
      )
    })

    test('where a program ends without a word', async () => {
      interpose('dd*', 'exit 3')
      expect(await failure()).toBe(`dd: status 3: ${writable}`)
    })

    const inSandbox = (script: string) => [
      'unshare',
      '-m',
      'sh',
      '-c',
      `${script} && cd "$PWD" && exec sh ./launch`,
    ]

    describe('where the sandbox', () => {
      const readOnly = 'mount --bind . . && mount -o remount,bind,ro .'

      test('is read-only', async () => {
        expect(await failure({ command: inSandbox(readOnly) })).toBe(
          `chmod: ${place.root}/tmp: Read-only file system: ${writable}`,
        )
      })

      test('is read-only and has to be repaired', async () => {
        chmodSync(place.root, 0o700)
        expect(await failure({ command: inSandbox(readOnly) })).toMatch(
          new RegExp(`^chmod: .*: Read-only file system: ${writable}$`),
        )
      })

      test('is full', async () => {
        writeFileSync(join(place.top, 'hosts'), '#'.repeat(1 << 20))
        const script = `cp -a . ../copy && mount -t tmpfs -o size=8m tmpfs . && cd "$PWD" && cp -a ../copy/. . &&
        mount --bind ../hosts /etc/hosts && { head -c 8m /dev/zero >filler || :; } 2>/dev/null`
        expect(await failure({ command: inSandbox(script) })).toMatch(
          new RegExp(`^dd: .*: No space left on device: ${writable}$`),
        )
      })

      test('is mounted noexec', async () => {
        const script = 'mount --bind . . && mount -o remount,bind,noexec .'
        expect(await failure({ command: inSandbox(script) })).toMatch(cannotRun)
      })
    })

    const cannotRun =
      /^cannot run \/.*\/bin\/busybox: unpack the whole tarball, on an agent for x86_64-linux, where the sandbox is not mounted noexec$/

    test('where busybox is for another machine', async () => {
      const file = openSync(join(place.root, 'hab/pkgs', IDENTS.busybox, 'bin/busybox'), 'r+')
      // e_machine of the ELF header, to one that no test runs on: EM_S390.
      writeSync(file, Buffer.from([22, 0]), 0, 2, 18)
      expect(await failure()).toMatch(cannotRun)
    })

    test('where busybox is not there', async () => {
      rmSync(join(place.root, 'hab'), { recursive: true })
      expect(await failure()).toMatch(cannotRun)
    })

    test('where a folder is not there', async () => {
      for (const path of ['var/tmp', 'tmp', 'sys', 'root', 'proc', 'etc', 'dev']) {
        rmSync(join(place.root, path), { recursive: true })
        expect(await failure()).toBe(`${place.root}/${path} is not there: ${whole}`)
      }
    })

    test.each([LAUNCHER, SUPERVISOR])('where %s is not there, or cannot be run', async path => {
      chmodSync(join(place.root, path), 0o644)
      expect(await failure()).toBe(`cannot run ${LAUNCHER} or ${SUPERVISOR}: ${whole}`)
      rmSync(join(place.root, path))
      expect(await failure()).toBe(`cannot run ${LAUNCHER} or ${SUPERVISOR}: ${whole}`)
    })
  },
)
