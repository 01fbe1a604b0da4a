import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { commandRunner } from '../../../src/actions/shared/run-command.ts'
import type { Command } from '../../../src/habitat/hab/run.ts'
import { killProcessesIn, processesIn } from '../../e2e/processes.ts'
import { type Finished, finishedTogether } from '../../e2e/run-cli.ts'
import { cannotChroot, missingPrograms } from '../../testkit/machine.ts'

const CHILD = join(import.meta.dirname, 'run-command-child.ts')
/** Where node keeps its compiled code, so that it starts in two thirds of the time. */
const COMPILED = join(import.meta.dirname, '../../../node_modules/.cache/run-command')
const PATH = process.env.PATH!

/** What a step's log says about a command, and how it ended. */
interface Ran {
  group: string
  /** What the program wrote, between the two marks that switch workflow commands off and on. */
  output: string
  /** What comes behind the group, without the result. */
  after: string
  result: { status?: number; bytes?: number; thrown?: string }
}

async function makeFolder(finished: Finished = onTestFinished): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'mesosize-run-')))
  finished(async () => {
    killProcessesIn(folder)
    await rm(folder, { recursive: true })
  })
  return folder
}

/** A command of sh. */
function sh(script: string, cwd: string): Command {
  return { program: '/bin/sh', args: ['-c', script], env: { PATH }, cwd }
}

/** Starts a process that runs the commands, one after another. @param wrapper a command line that runs the process */
function start(commands: readonly Command[], wrapper: readonly string[] = []) {
  const [program, ...args] = [...wrapper, process.execPath, '--no-warnings', CHILD, JSON.stringify(commands)]
  const child = spawn(program!, args, {
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', piece => {
    text += piece
  })
  const ended = once(child, 'close').then(() => {
    const runs = parse(text)
    expect(runs).toHaveLength(commands.length)
    return runs
  })
  return { child, ended }
}

/** Starts a process that runs one command. */
function startOne(command: Command, wrapper?: readonly string[]) {
  const { child, ended } = start([command], wrapper)
  return { child, ended: ended.then(([ran]) => ran!) }
}

function parse(text: string): Ran[] {
  const each =
    /::group::(.*)\n::stop-commands::(\S+)\n([\s\S]*?)\n::\2::\n::endgroup::\n([\s\S]*?)(\{.*\})\n/gy
  return [...text.matchAll(each)].map(([, group, , output, after, result]) => ({
    group: group!,
    output: output!,
    after: after!,
    result: JSON.parse(result!),
  }))
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(20)
}

// All are run by one process, one after another.
describe('a program', () => {
  const finished = finishedTogether()
  const runs: Record<string, Ran> = {}
  let folder: string
  let own: string
  const args = ['', ' ', 'two words', '"', '\\', '\\"', "'", '$HOME', '`id`', 'a\nb', '*', '--', 'ü\u202e']

  beforeAll(async () => {
    folder = await makeFolder(finished)
    own = join(folder, `a "b" 'c' \\d\\" $e `)
    await mkdir(own)
    const printer = join(own, 'my "prog" \\')
    await writeFile(printer, '#!/bin/sh\npwd\nprintf "[%s]" "$@"\nenv\n')
    await chmod(printer, 0o755)
    await symlink('nowhere', join(folder, 'dangling'))
    await writeFile(join(folder, 'forbidden'), '#!/bin/sh\n', { mode: 0o644 })
    const elfOfNoMachine = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0xff, 0xfe]
    await writeFile(join(folder, 'foreign'), Buffer.from(elfOfNoMachine), { mode: 0o755 })
    const program = (name: string) => ({ program: join(folder, name), args: [], env: { PATH }, cwd: folder })
    const commands = {
      streams: sh('echo ::error::one; echo "::set-output name=a::two" >&2; sleep 0.1; printf end', folder),
      printer: { program: printer, args, env: { A: 'x "y" $z', B: '' }, cwd: own },
      reader: sh('cat; echo "read $?"; ls -l /proc/self/fd/0', folder),
      exits: sh('exit 35', folder),
      killed: sh('kill -KILL $$', folder),
      missing: program('missing'),
      dangling: program('dangling'),
      forbidden: program('forbidden'),
      foreign: program('foreign'),
      flood: sh(
        'head -c 1000000 /dev/zero | tr "\\0" x; head -c 1000000 /dev/zero | tr "\\0" "\\n" >&2',
        folder,
      ),
    }
    const ran = await start(Object.values(commands)).ended
    for (const [index, name] of Object.keys(commands).entries()) runs[name] = ran[index]!
  })

  test('has both streams shown in a group, as nothing but lines', () => {
    expect(runs.streams).toMatchObject({ after: '', result: { status: 0, bytes: 41 } })
    expect(runs.streams!.group).toMatch(/^sh -c echo ::error::one/)
    expect(runs.streams!.output).toContain('::error::one\n')
    expect(runs.streams!.output).toContain('::set-output name=a::two\n')
  })

  test('gets arguments, environment and working folder as they are', () => {
    expect(runs.printer!.result.status).toBe(0)
    // The shell that runs the script sets PWD.
    expect(runs.printer!.output).toBe(
      `${own}\n${args.map(arg => `[${arg}]`).join('')}${['A=x "y" $z', 'B=', `PWD=${own}`].join('\n')}\n`,
    )
  })

  test('has no input to wait for', () => {
    expect(runs.reader!.result.status).toBe(0)
    expect(runs.reader!.output).toMatch(/^read 0\n.* \/dev\/null$/m)
  })

  test.each([
    ['its own', 'exits', 35],
    ['128 if a signal ended it', 'killed', 128],
  ])('has the exit status: %s', (_what, name, status) => {
    expect(runs[name]!.result).toEqual({ status, bytes: 0 })
  })

  test.each([
    ['127 where there is no program', 'missing', 127],
    ['127 where a link leads nowhere', 'dangling', 127],
    ['126 where the program may not be executed', 'forbidden', 126],
  ])('has the exit status %s, which is explained', (_what, name, status) => {
    expect(runs[name]!.result).toMatchObject({ status })
    expect(runs[name]!.output).toContain(join(folder, name))
  })

  test('has an exit status even if it cannot run on this machine', () => {
    expect(runs.foreign!.result.status).toBeGreaterThan(0)
  })

  test('has a flood of output passed on, whole, also without an end of line', () => {
    expect(runs.flood!.result).toEqual({ status: 0, bytes: 2_000_000 })
    expect(runs.flood!.output.length).toBe(2_000_000)
  })
})

test('shows nothing that is written after the group was closed', async () => {
  const folder = await makeFolder()
  // The wait for the streams of a program that has ended is given up after ten seconds.
  const { child, ended } = startOne(
    sh('(until [ -e go ]; do sleep 0.1; done; echo ::error::late; touch gone) & exit 3', folder),
  )
  let text = ''
  child.stdout.on('data', piece => {
    text += piece
  })
  await until(() => text.includes('"status"'))
  await writeFile(join(folder, 'go'), '')
  await until(() => existsSync(join(folder, 'gone')))
  const ran = await ended
  expect(ran).toMatchObject({ output: '', after: '', result: { status: 3, bytes: 0 } })
  expect(text.split('"status"')[1]).not.toContain('late')
})

describe('a run that is cancelled', { skip: process.platform !== 'linux' }, () => {
  /** Each reports where it is in a file, and keeps running for a day. */
  const SCRIPTS: [string, string, number][] = [
    ['ends the program', 'touch 1; exec sleep 86400', 1],
    [
      'ends what the program has started',
      'for n in 1 2; do sh -c "touch $n; sleep 86400; exit 1" & done; wait',
      2,
    ],
    [
      'ends what is left of a program that ends at once',
      'sh -c "touch 1; sleep 86400; :" & touch 2; sleep 86400',
      2,
    ],
    [
      'kills what does not heed SIGTERM',
      `sh -c 'trap "" TERM; touch 1; while :; do sleep 86400; done' & touch 2; wait`,
      2,
    ],
    ['ends what is started meanwhile', `trap 'sh -c "sleep 86400; :"' TERM; touch 1; sleep 86400; :`, 1],
    [
      'ends one that starts others all the time',
      `while :; do sh -c 'sleep 86400; :' & touch 1; sleep 0.01; done`,
      1,
    ],
    ['ends what has a session of its own', 'setsid sh -c "touch 1; sleep 86400; :" & wait', 1],
  ]

  test.each(SCRIPTS)('%s', async (_what, script, files) => {
    const folder = await makeFolder()
    const { child, ended } = startOne(sh(script, folder))
    await until(() => readdirSync(folder).length === files)
    expect(processesIn(folder).length).toBeGreaterThanOrEqual(files)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ result: { thrown: 'cancelled' } })
    expect(processesIn(folder)).toEqual([])
  })

  test('before it began starts nothing', async () => {
    const folder = await makeFolder()
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    onTestFinished(() => void vi.restoreAllMocks())
    const reason = new Error('cancelled')
    await expect(commandRunner(AbortSignal.abort(reason))(sh('touch 1', folder), () => {})).rejects.toBe(
      reason,
    )
    expect(readdirSync(folder)).toEqual([])
  })

  const noSudo = cannotChroot() ?? missingPrograms('sudo', 'setpriv', 'unshare')
  test('ends what became root by sudo', { skip: noSudo !== undefined }, async () => {
    const folder = await makeFolder()
    await chmod(folder, 0o777)
    // In a mount namespace of its own, where an ordinary user may call sudo without a password.
    const asUser = `
      mount -t tmpfs -o mode=755 none /etc/sudoers.d
      echo 'nobody ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/nobody
      exec setpriv --reuid=nobody --clear-groups "$@"`
    const root = `trap '' TERM; id -u > id; while :; do sleep 86400; done`
    const { child, ended } = startOne(sh(`sudo -n sh -c ${JSON.stringify(root)}; :`, folder), [
      ...['unshare', '--mount', 'sh', '-ec', asUser, 'sh'],
    ])
    await until(() => existsSync(join(folder, 'id')) && readFileSync(join(folder, 'id'), 'utf8') !== '')
    expect(readFileSync(join(folder, 'id'), 'utf8')).toBe('0\n')
    child.kill('SIGINT')
    expect((await ended).result).toEqual({ thrown: 'cancelled' })
    expect(processesIn(folder)).toEqual([])
  })
})
