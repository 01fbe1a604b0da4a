import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { isStopped, processesIn, processNumbered, terminateTree } from '../e2e/processes.ts'
import { cannotLaunch, LAUNCHER, useSandbox } from './launching.ts'

const missing = cannotLaunch()
const READY = 'echo $$; while :; do sleep 0.05; done'

describe.skipIf(missing)(`the processes of a task${missing ? ` (skipped: ${missing})` : ''}`, () => {
  // They leave nothing in it but what one of them writes to /tmp.
  const place = useSandbox({ shared: true })
  const { begin, run, inside } = place

  // Three that have left the launcher's session: an orphan, one that ignores SIGTERM, and one that has been stopped.
  const SERVICES = `setsid sleep 1000 & sh -c "setsid sleep 1000 &"
    (trap '' HUP INT TERM; exec setsid sleep 1000) &
    setsid sleep 1000 & kill -STOP $!; `

  const left = () => processesIn(place.sandbox)

  /** Starts a task whose launcher prints its number in the namespace. */
  async function beginReady(probe: string) {
    const { child, finished } = begin({ probe })
    const [number] = await once(child.stdout!, 'data')
    return { child, finished, launcher: Number(number) }
  }

  test('are the only ones that it sees', async () => {
    const output = await inside('for each in /proc/[0-9]*; do cat "$each/cmdline"; echo; done')
    const processes = output
      .trimEnd()
      .split('\n')
      .map(line => line.split('\0').slice(0, 3))
    const waiting = [expect.stringMatching(/\/busybox$/), 'sh', join(place.sandbox, 'launch')]
    expect(processes.filter(([program]) => program !== 'cat')).toEqual([
      waiting,
      waiting,
      ['/bin/sh', LAUNCHER, 'run'],
    ])
  })

  test.each([
    ['the process that Mesos knows', () => 'task'],
    ['PID 1', () => 1],
    ["the launcher's parent", () => 2],
    ['the launcher', (launcher: number) => launcher],
  ])('all end after SIGKILL to %s', async (_, choose) => {
    const { child, finished, launcher } = await beginReady(`${SERVICES} ${READY}`)
    expect(left().length).toBeGreaterThanOrEqual(8)
    const chosen = choose(launcher)
    process.kill(typeof chosen === 'number' ? processNumbered(chosen, place.sandbox)! : child.pid!, 'SIGKILL')
    expect(await finished).toMatchObject({ status: null, signal: 'SIGKILL' })
    await expect.poll(left).toEqual([])
  })

  // Some shells give 128 plus the number of a signal: 147 would be SIGSTOP, 192 the last one.
  test.each([0, 2, 86, 128, 147, 160, 192, 255])(
    'all end when the launcher exits with %i, as the task does',
    async status => {
      expect(await run({ probe: `${SERVICES} exit ${status}` })).toMatchObject({
        ...{ status, signal: null, stderr: '' },
      })
      await expect.poll(left).toEqual([])
    },
  )

  test('all end when a signal ends the launcher, and the task leaves no core of a shell', async () => {
    const command = ['sh', '-c', 'ulimit -c unlimited; exec dash ./launch']
    const { status, signal } = await run({ probe: `${SERVICES} ulimit -c 0; kill -SEGV $$`, command })
    expect({ status, signal }).toEqual({ status: null, signal: 'SIGSEGV' })
    await expect.poll(left).toEqual([])
    expect(readdirSync(place.sandbox)).toEqual(['launch', 'rootfs'])
  })

  test("all end after Mesos' SIGTERM to each of them, and the task has the launcher's status", async () => {
    const { child, finished } = await beginReady(`${SERVICES} trap 'exit 7' TERM; ${READY}`)
    terminateTree(child.pid!)
    expect(await finished).toMatchObject({ status: 7, signal: null })
    await expect.poll(left).toEqual([])
  })

  test('all end if the launcher has stopped when the task is killed', async () => {
    const { child, finished, launcher } = await beginReady(`${SERVICES} ${READY}`)
    const pid = processNumbered(launcher, place.sandbox)!
    process.kill(pid, 'SIGSTOP')
    await expect.poll(() => isStopped(pid)).toBe(true)
    child.kill('SIGTERM')
    child.kill('SIGKILL')
    expect(await finished).toMatchObject({ status: null, signal: 'SIGKILL' })
    await expect.poll(left).toEqual([])
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'all end after %s if the launcher has no handler',
    async signal => {
      const { child, finished } = await beginReady(`${SERVICES} ${READY}`)
      child.kill(signal)
      expect(await finished).toMatchObject({ status: null, signal })
      await expect.poll(left).toEqual([])
    },
  )

  test('get each signal once', async () => {
    const { child, finished } = await beginReady(
      `for signal in HUP INT TERM; do trap "echo $signal" $signal; done; trap 'echo TERM; exit 7' TERM; ${READY}`,
    )
    for (const signal of ['SIGHUP', 'SIGINT'] as const) {
      const heard = once(child.stdout!, 'data')
      child.kill(signal)
      expect(await heard).toEqual([`${signal.slice(3)}\n`])
    }
    child.kill('SIGTERM')
    const { stdout, ...end } = await finished
    expect(stdout.split('\n').slice(1)).toEqual(['HUP', 'INT', 'TERM', ''])
    expect(end).toMatchObject({ status: 7, signal: null })
  })

  test('start with the same signals ignored or blocked and the same files open as the first of them', async () => {
    const probe = 'cat /proc/self/status; ls -1 /proc/self/fd'
    const output = await inside(probe, { command: ['sh', '-c', `${probe}; exec dash ./launch`] })
    const kept = output.split('\n').filter(line => /^(Sig(Blk|Ign)|\d+$)/.test(line))
    expect(kept.length).toBeGreaterThanOrEqual(10)
    expect(kept.slice(kept.length / 2)).toEqual(kept.slice(0, kept.length / 2))
  })

  test('are reaped if they are orphans', async () => {
    const probe = `for each in 1 2 3 4 5 6 7 8; do sh -c 'sh -c "echo \\$\\$ >>/tmp/orphans" &'; done
      while [ "$(cat /tmp/orphans | awk 'END { print NR }')" != 8 ]; do sleep 0.01; done 2>/dev/null
      for orphan in $(cat /tmp/orphans); do while [ -e /proc/$orphan ]; do sleep 0.01; done; done; echo reaped`
    expect(await inside(probe)).toBe('reaped\n')
  })

  test('do without a namespace if the kernel refuses one, and the launcher replaces the first of them', async () => {
    // Linux nests at most 32 of them.
    const deepest = `if unshare --pid true 2>/dev/null; then exec unshare --pid --fork sh -c "$0" "$0" "$@"; fi
      echo $$; exec "$@"`
    const command = ['sh', '-c', deepest, deepest, 'dash', './launch']
    const [shell, launcher] = (await inside('echo $$', { command })).split('\n')
    expect(launcher).toBe(shell)
  })
})

describe.skipIf(missing)(
  `the processes of a task that starts slowly${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    const place = useSandbox()
    const { begin, interpose } = place

    test('get a signal that came before the launcher was started', async () => {
      const waiting = join(place.top, 'waiting')
      const go = join(place.top, 'go')
      interpose('mount*sysfs*', `: >"${waiting}"; while [ ! -e "${go}" ]; do sleep 0.01; done`)
      const { child, finished } = begin({ probe: READY })
      while (!existsSync(waiting)) await sleep(10)
      child.kill('SIGTERM')
      writeFileSync(go, '')
      expect(await finished).toMatchObject({ status: null, signal: 'SIGTERM' })
      await expect.poll(() => processesIn(place.sandbox)).toEqual([])
    })
  },
)
