import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readlinkSync } from 'node:fs'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { descendantsOf, ifThere, statOf } from '../lib/processes.ts'
import { shellWord } from '../lib/shell-quote.ts'
import { type Account, asAccount } from './account.ts'
import { AGENT_PATH, programPath } from './programs.ts'

/** How a process ended: with an exit status, or by a signal. */
export interface End {
  status?: number
  signal?: NodeJS.Signals
}

/** The namespaces in which a task runs. */
export interface Container {
  stdout: Readable
  stderr: Readable
  /** When the command has been started; rejects if it has ended already. */
  started(): Promise<void>
  /** How the task's first process ended; with it ends everything else in the container. */
  ended: Promise<End>
  /** Sends SIGTERM to all processes in it. */
  terminate(): void
  /** Sends SIGKILL to all of them. */
  kill(): void
  /**
   * How to run a command in it, beside the task and as its user.
   * @throws Error if the task has ended
   */
  beside(command: readonly string[]): Promise<Program>
  /** The same for a shell, in the root directory that the service has. Needs the program `script`. */
  shell(): Promise<Program>
}

export interface Program {
  program: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
}

export interface ContainerOptions {
  command: readonly string[]
  account: Account
  sandbox: string
  env: Readonly<Record<string, string>>
}

const IN_FOLDER = 'cd "$1" && shift && exec "$@"'

const NAMESPACES = ['--mount', '--pid', '--ipc', '--uts']

/**
 * Starts a command in namespaces of its own, in which nothing but its sandbox can be written. What is in them ends with
 * this process, even if that is killed.
 */
export function startContainer({ command, account, sandbox, env }: ContainerOptions): Container {
  // Beside this file in the bundle.
  const script = fileURLToPath(new URL('contain.sh', import.meta.url))
  const child = spawn(
    programPath('setpriv'),
    [
      ...['--pdeathsig', 'KILL', programPath('unshare'), ...NAMESPACES, '--propagation', 'private'],
      ...['--fork', '--kill-child=KILL', programPath('sh'), script],
      ...[`${process.env.PATH ?? ''}:${AGENT_PATH}`, ...asAccount(account, command)],
    ],
    // A session of its own, so that Ctrl-C does not reach it.
    { cwd: sandbox, env: { ...env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const outer = child.pid!
  // With it ends process 1 in the container, and with that everything else.
  const kill = () => send(outer, 'SIGKILL')
  return {
    stdout: child.stdout,
    stderr: child.stderr,
    async started() {
      await entered(outer)
    },
    ended: endOf(child),
    terminate() {
      if (firstIn(outer) === undefined) kill()
      else terminate(descendantsOf(outer).slice(1))
    },
    kill,
    async beside(command) {
      const enter = [programPath('nsenter'), `--target=${await entered(outer)}`, ...NAMESPACES, '--']
      const [program, ...args] = [...enter, programPath('sh'), '-c', IN_FOLDER, 'sh', sandbox]
      return { program: program!, args: [...args, ...asAccount(account, command)], env }
    },
    async shell() {
      const first = await entered(outer)
      const inside = descendantsOf(outer).find(pid => rootOf(pid) !== '/')
      if (inside === undefined) return onTerminal(first, await this.beside(['sh', '-i']))
      const target = [`--target=${inside}`, ...NAMESPACES, '--root', '--wd']
      return onTerminal(first, {
        program: programPath('nsenter'),
        args: [...target, '--', '/bin/sh', '-i'],
        env: environmentOf(inside),
      })
    },
  }
}

/**
 * Gives a shell in a container a terminal and a session of its own. Its process groups have no numbers outside the
 * container, nor those outside in there, so it could not hand the terminal of this program back.
 */
function onTerminal(first: number, { program, args, env }: Program): Program {
  const enter = [programPath('nsenter'), `--target=${first}`, '--pid', '--', programPath('setsid'), '--ctty']
  const line = [...enter, program, ...args].map(shellWord).join(' ')
  return {
    program: programPath('script'),
    args: ['--quiet', '--command', line, '/dev/null'],
    env: { ...env, SHELL: '/bin/sh' },
  }
}

/** The first process in a container, once its command has been started; undefined before that and after its end. */
function firstIn(outer: number): number | undefined {
  const [first, ...others] = descendantsOf(outer)
  // The command has a session of its own; what makes the container has that of `outer`.
  return others.some(pid => (statOf(pid)?.session ?? outer) !== outer) ? first : undefined
}

async function entered(outer: number): Promise<number> {
  for (;;) {
    const first = firstIn(outer)
    if (first !== undefined) return first
    if (statOf(outer) === undefined) throw new Error('the task has ended')
    await sleep(50)
  }
}

/** As os::killtree in Mesos: each is stopped first, so that it cannot fork meanwhile, and continued last. */
function terminate(pids: readonly number[]): void {
  for (const signal of ['SIGSTOP', 'SIGTERM', 'SIGCONT'] as const) {
    for (const pid of pids) send(pid, signal)
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  ifThere(() => process.kill(pid, signal))
}

function rootOf(pid: number): string {
  return ifThere(() => readlinkSync(`/proc/${pid}/root`)) ?? '/'
}

function environmentOf(pid: number): Record<string, string> {
  const text = ifThere(() => readFileSync(`/proc/${pid}/environ`, 'utf8')) ?? ''
  const pairs = text.split('\0').filter(Boolean)
  return Object.fromEntries(
    pairs.map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
}

/** Both the shell and unshare give a signal as 128 plus its number. */
async function endOf(child: ChildProcess): Promise<End> {
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  if (signal !== null) return { signal }
  const names = Object.entries(constants.signals) as [NodeJS.Signals, number][]
  const named = names.find(([, number]) => number === status! - 128)?.[0]
  return named ? { signal: named } : { status: status! }
}
