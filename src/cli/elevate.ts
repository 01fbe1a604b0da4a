import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { promisify } from 'node:util'
import { MesosizeError } from '../lib/errors.ts'

const run = promisify(execFile)

/** Variables that count as root, too. Those that hold secrets must not be arguments, which others can read. */
const KEPT = ['TMPDIR', 'NO_COLOR', 'FORCE_COLOR', 'TERM', 'COLUMNS', 'DEBUG'].concat(
  ['http_proxy', 'https_proxy', 'no_proxy'].flatMap(name => [name, name.toUpperCase()]),
)

/** Arguments of sudo for this program as root. */
function asRoot(args: readonly string[]): string[] {
  const kept = KEPT.filter(name => process.env[name] !== undefined)
  return [
    '-n',
    ...(kept.length > 0 ? [`--preserve-env=${kept.join()}`] : []),
    '--',
    process.execPath,
    ...args,
  ]
}

/**
 * Checks whether sudo lets this program run as root without a password.
 * @throws MesosizeError RUN_ROOT
 */
export async function checkSudo(): Promise<void> {
  try {
    await run('sudo', asRoot(['--version']))
  } catch {
    throw new MesosizeError(
      'RUN_ROOT',
      'Only root can run an app as an agent does, and "sudo" does not allow it without a password here. Type "sudo -v" and repeat the command, or repeat it as root.',
    )
  }
}

/**
 * Runs this program's command line again as root.
 * @param input its standard input
 * @returns its exit status
 */
export async function runAsRoot(
  args: readonly string[],
  input: string,
  signal: AbortSignal,
): Promise<number> {
  const child = spawn('sudo', asRoot([process.argv[1]!, ...args]), { stdio: ['pipe', 'inherit', 'inherit'] })
  // It may end without reading.
  child.stdin.on('error', () => {}).end(input)
  // Ctrl-C has reached it already; sudo passes on what it gets from others.
  const stop = () => void run('sudo', ['-n', 'kill', '-TERM', '--', `${child.pid}`]).catch(() => {})
  if (!process.stdin.isTTY) signal.addEventListener('abort', stop)
  const [status, killedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return status ?? 128 + constants.signals[killedBy!]
}
