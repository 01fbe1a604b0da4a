import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { layOut } from '../../src/rootfs/layout.ts'
import { killProcessesIn } from '../e2e/processes.ts'
import { BUSYBOX, cannotChroot, missingPrograms } from '../testkit/machine.ts'
import { IDENTS, type Kit, type Making, makeClosure } from './handmade.ts'
import { type Finished, start, unpack } from './sandbox.ts'

export const LAUNCHER = `/hab/pkgs/${IDENTS.launcher}/bin/hab-launch`
export const SUPERVISOR = `/hab/pkgs/${IDENTS.supervisor}/bin/hab-sup`

// Stands in for the launcher: does what the test says in $PROBE, with the launcher's arguments as its own.
const PROBING_LAUNCHER = '#!/bin/sh\neval "$PROBE"\n'

const applets = ['awk', 'cat', 'env', 'find', 'id', 'ls', 'sleep', 'stat', 'su']

export const serviceWithLinkTo = (outside: string): Making => ({
  svcUser: 'web',
  svcGroup: 'web',
  members: [
    { path: 'bin', directory: true },
    { path: "bin/it's odd", text: 'x', mode: 0o4755 },
    { path: 'data', directory: true, mode: 0o2770 },
    { path: 'data/file', text: 'x', mode: 0o2640 },
    { path: 'leads-out', target: outside },
  ],
  special: [
    { path: "bin/it's odd", mode: 0o4755 },
    { path: 'data', mode: 0o2770 },
    { path: 'data/file', mode: 0o2640 },
    { path: 'leads-out', mode: 0o777 },
  ],
})

const kit = (outside: string): Kit => ({
  service: serviceWithLinkTo(outside),
  busybox: {
    binaries: ['busybox', ...applets].map(name => `bin/${name}`),
    members: [
      { path: 'bin', directory: true },
      { path: 'bin/busybox', text: readFileSync(BUSYBOX) },
      ...applets.map(name => ({ path: `bin/${name}`, target: 'busybox' })),
    ],
  },
  launcher: {
    binaries: ['bin/hab-launch'],
    members: [
      { path: 'bin', directory: true },
      { path: 'bin/hab-launch', text: PROBING_LAUNCHER },
    ],
  },
  supervisor: {
    binaries: ['bin/hab-sup'],
    members: [
      { path: 'bin', directory: true },
      { path: 'bin/hab-sup', text: '#!/bin/sh\n' },
    ],
  },
})

export const shells: readonly (readonly [name: string, ...command: string[]])[] = [
  ['dash', 'dash'],
  ['busybox sh', BUSYBOX, 'sh'],
  ['bash', 'bash'],
]

// Runs a command where nothing but the test's folder can be written to: a launch with a mistake in it works as
// root, and could otherwise change modes and owners all over the machine that tests it.
const FENCE = `set -e
top=$1 cwd=$2; shift 2
mount --make-rprivate /
mount --bind "$top" "$top"
for path in / /dev /sys; do mount -o remount,bind,ro "$path"; done
for path in / /etc /root /dev; do [ ! -w "$path" ] || { echo "no fence around $path" >&2; exit 99; }; done
cd "$cwd"; exec "$@"`

/** Why `launch` cannot be run here, or undefined where it can. */
export const cannotLaunch = () => cannotChroot() ?? missingPrograms('dash', 'bash', 'setpriv')

export interface Run {
  /** What the stand-in for the launcher does: shell. */
  probe: string
  env?: Record<string, string>
  /** Runs `launch`; by default dash in the sandbox. */
  command?: readonly string[]
  args?: readonly string[]
  cwd?: string
}

/**
 * Gives each test a new sandbox, in which `launch` and an image are, and ways to run it there. Tests that change nothing
 * in it may share one, for to make one takes as long as to launch in it.
 */
export function useSandbox({ shared = false } = {}) {
  let top: string
  let sandbox: string
  let root: string

  const [before, after] = shared ? [beforeAll, afterAll] : [beforeEach, afterEach]
  before(async () => {
    top = mkdtempSync(join(tmpdir(), 'mesosize-launch-'))
    chmodSync(top, 0o755)
    sandbox = join(top, "the agent's sandbox")
    root = join(sandbox, 'rootfs')
    mkdirSync(sandbox)
    // As Mesos makes it since 1.6.
    chmodSync(sandbox, 0o750)
    await unpack(layOut(makeClosure(kit(join(top, 'outside')))), sandbox)
    mkdirSync(join(top, 'decoy', "the agent's sandbox"), { recursive: true })
  })

  after(() => {
    // What is mounted on the host below the sandbox would be deleted with it.
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(top)
    rmSync(top, { recursive: true })
  })
  // Of a test that failed. Vitest begins with the last hook.
  afterEach(() => void killProcessesIn(top))

  function begin({ probe, env = {}, command = ['dash', './launch'], args = [], cwd = sandbox }: Run) {
    const fence = ['unshare', '-m', 'sh', '-c', FENCE, 'fence', top, cwd]
    const clean = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    return start([...fence, 'env', ...clean, `PROBE=${probe}`, ...command, ...args], {
      cwd: '/',
      env: { PATH: process.env.PATH },
      // A session of its own, as Mesos gives it.
      detached: true,
    })
  }

  async function run(options: Run): Promise<Finished> {
    return begin(options).finished
  }

  /** What the probe printed in the image. */
  async function inside(probe: string, options: Omit<Run, 'probe'> = {}): Promise<string> {
    const { stdout, stderr, status } = await run({ probe, ...options })
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    return stdout
  }

  /** The one line that `launch` says instead of starting anything, without its own name. */
  async function failure(options: Partial<Run> = {}): Promise<string> {
    const { stdout, stderr, status } = await run({ probe: 'echo started', ...options })
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 })
    expect(stderr).toMatch(/^launch: [^\n]+\n$/)
    return stderr.slice('launch: '.length, -1)
  }

  /** Puts a stand-in before busybox, which has shell commands to do before what matches a pattern of `case`. */
  function interpose(pattern: string, commands: string): void {
    const real = `${root}/hab/pkgs/${IDENTS.busybox}/bin/busybox`
    renameSync(real, `${real}.real`)
    const script = `case "$*" in ${pattern.replaceAll(' ', '\\ ')}) ${commands} ;; esac\nexec "\${0%/*}/busybox.real" "$@"\n`
    writeFileSync(real, `#!/bin/sh\n${script}`, { mode: 0o755 })
    // What runs the stand-in in the image, and the probe.
    for (const name of ['bin/sh', `hab/pkgs/${IDENTS.busybox}/bin/cat`]) {
      rmSync(join(root, name), { force: true })
      symlinkSync(`/hab/pkgs/${IDENTS.busybox}/bin/busybox.real`, join(root, name))
    }
  }

  return {
    ...{ begin, run, inside, failure, interpose },
    /** The one folder of the machine that the test can write to. */
    get top() {
      return top
    },
    get sandbox() {
      return sandbox
    },
    get root() {
      return root
    },
  }
}
