import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { promisify } from 'node:util'
import { MesosizeError } from '../lib/errors.ts'

const run = promisify(execFile)

/** Variables that count as root, too. Those that hold secrets must not be arguments, which others can read. */
const PASSED = ['TMPDIR', 'NO_COLOR', 'FORCE_COLOR', 'TERM', 'COLUMNS', 'DEBUG', 'GITHUB_ACTIONS'].concat(
  ['http_proxy', 'https_proxy', 'no_proxy'].flatMap(name => [name, name.toUpperCase()]),
)

/** Names the process that has started this one through sudo, for as long as whose life this one runs. */
const STARTER = 'MESOSIZE_STARTER'

/** Arguments of sudo for this program as root. */
function asRoot(args: readonly string[]): string[] {
  const passed = [...PASSED, STARTER].filter(name => process.env[name] !== undefined)
  return [
    '-n',
    ...(passed.length > 0 ? [`--preserve-env=${passed.join()}`] : []),
    '--',
    process.execPath,
    ...args,
  ]
}

/** Ends with this status where root may not open what this process has open: proc(5), PTRACE_MODE_READ_FSCREDS. */
const CANNOT_OPEN = 77
const TRY_OPENING = `try { fs.readlinkSync("/proc/${process.pid}/exe") } catch { process.exit(${CANNOT_OPEN}) }`

/**
 * Checks whether sudo lets this program run as root without a password, and root open the files of this one.
 * @throws MesosizeError RUN_ROOT
 */
export async function checkSudo(): Promise<void> {
  try {
    await run('sudo', asRoot(['--eval', TRY_OPENING]))
  } catch (error) {
    if ((error as { code?: unknown }).code === CANNOT_OPEN) {
      throw new MesosizeError(
        'RUN_ROOT',
        'Root may not open the files of other users\' processes here, because it lacks CAP_SYS_PTRACE, as in many containers. Repeat the command as root, or start the container with "--cap-add=SYS_PTRACE".',
      )
    }
    throw new MesosizeError(
      'RUN_ROOT',
      'Only root can run an app as an agent does, and "sudo" does not allow it without a password here. Type "sudo -v" and repeat the command, or repeat it as root.',
    )
  }
}

/**
 * Runs this program again as root.
 * @returns its exit status
 */
export async function runAsRoot(args: readonly string[]): Promise<number> {
  process.env[STARTER] = `${process.pid}`
  const child = spawn('sudo', asRoot([process.argv[1]!, ...args]), { stdio: 'inherit' })
  const pass = (signal: NodeJS.Signals) => {
    // Ctrl-C reaches everything at the terminal.
    if (signal === 'SIGINT' && process.stdin.isTTY) return
    // Only root may signal sudo, which passes on what it gets.
    run('sudo', ['-n', 'kill', '-s', signal.slice('SIG'.length), '--', `${child.pid}`]).catch(() => {})
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, pass)
  const [status, killedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return status ?? 128 + constants.signals[killedBy!]
}

/** Stops this program, gracefully, when the one that has started it through sudo is gone, even if that was killed. */
export function endWithStarter(): void {
  const starter = Number(process.env[STARTER])
  if (!(starter > 0)) return
  const timer = setInterval(() => {
    if (existsSync(`/proc/${starter}`)) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, 1000)
  timer.unref()
}
