import { execFile } from 'node:child_process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { MesosizeError } from '../lib/errors.ts'
import { quote } from '../lib/quote.ts'
import { AGENT_PATH, programPath } from './programs.ts'

/** Whom a task belongs to. */
export interface Account {
  name: string
  uid: number
  gid: number
}

const run = promisify(execFile)

/** @throws MesosizeError RUN_USER if this machine does not know the user */
export async function findAccount(name: string): Promise<Account> {
  const ask = async (what: string) => {
    const { stdout } = await run(programPath('id'), [what, '--', name])
    return Number(stdout)
  }
  try {
    return { name, uid: await ask('-u'), gid: await ask('-g') }
  } catch (error) {
    if (error instanceof MesosizeError) throw error
    throw new MesosizeError(
      'RUN_USER',
      `user: ${quote(name)} does not exist on this machine. Agents need the account as well; create it, or change the app's user.`,
    )
  }
}

/** A command line that runs a command as an account, with the groups that it is a member of, as an agent does. */
export function asAccount({ name, uid, gid }: Account, command: readonly string[]): [string, ...string[]] {
  const groups = uid === 0 ? '--clear-groups' : '--init-groups'
  // setpriv looks up the groups by name.
  return [
    programPath('setpriv'),
    `--reuid=${uid === 0 ? 0 : name}`,
    `--regid=${gid}`,
    groups,
    '--',
    ...command,
  ]
}

/**
 * Runs a program of this machine to its end as an account.
 * @param options.input what it reads from standard input
 * @returns what is wrong, in the program's own words; undefined if all went well
 * @throws what `input` throws
 */
export async function doAs(
  account: Account,
  [name, ...words]: readonly [string, ...string[]],
  { cwd, signal, input }: { cwd: string; signal: AbortSignal; input?: AsyncIterable<Uint8Array> },
): Promise<string | undefined> {
  const [program, ...args] = asAccount(account, [programPath(name), ...words])
  const running = run(program, args, { cwd, signal, env: { PATH: AGENT_PATH, LC_ALL: 'C' } })
  const stdin = running.child.stdin!
  const [ended, given] = await Promise.allSettled([
    running,
    input ? pipeline(Readable.from(input), stdin, { signal }) : stdin.end(),
  ])
  signal.throwIfAborted()
  if (ended.status === 'fulfilled') {
    if (given.status === 'rejected') throw given.reason
    return undefined
  }
  // A program that fails may not read all of its input; its own words say why.
  const { stderr = '', message } = ended.reason as { stderr?: string; message: string }
  // Programs that are started by their paths name themselves so.
  return (
    stderr
      .trim()
      .split('\n')[0]
      ?.replace(/^\/\S*\//, '') || message
  )
}
