import { basename } from 'node:path'
import { exec } from '@actions/exec'
import type { Run } from '../../habitat/hab/index.ts'
import { endDescendants } from './end-descendants.ts'
import { inGroup } from './log.ts'
import { openProgramOutput } from './program-output.ts'

/** `exec` leaves standard input open, so that a program that asks something would wait for ever. */
const WITHOUT_INPUT = 'exec "$@" < /dev/null'

/**
 * Runs programs, each in a group of the step's log that is named after its command line. A program that
 * cannot be started has the shell's exit status and message: 127 if there is none, 126 if it cannot be executed.
 * @param signal ends whatever this process has started, and throws its reason: `exec` takes no signal, and the
 *   runner soon kills an action that continues after it was cancelled
 */
export function commandRunner(signal?: AbortSignal): Run {
  return (command, onOutput) =>
    inGroup([basename(command.program), ...command.args].join(' '), () =>
      runCommand(command, { onStdout: onOutput, onStderr: onOutput, signal }),
    )
}

interface CommandOptions {
  onStdout(chunk: Uint8Array): void
  onStderr(chunk: Uint8Array): void
  /** Standard output is for this program alone, and not in the log. */
  hideStdout?: boolean
  signal: AbortSignal | undefined
}

/** Runs a program in the group that is open. @returns its exit status, as `commandRunner` gives it */
export async function runCommand(
  { program, args, env, cwd }: Parameters<Run>[0],
  { onStdout, onStderr, hideStdout = false, signal }: CommandOptions,
): Promise<number> {
  signal?.throwIfAborted()
  const output = openProgramOutput()
  let open = true
  const listener = (onOutput: (chunk: Uint8Array) => void, hide: boolean) => (chunk: Buffer) => {
    // Processes that a program leaves running may keep writing after it has ended.
    if (!open) return
    if (!hide) output.write(chunk)
    onOutput(chunk)
  }
  try {
    const ended = exec('/bin/sh', ['-c', WITHOUT_INPUT, 'sh', program, ...args], {
      cwd,
      env: { ...env },
      // Otherwise exec prints the command and the output itself, bypassing the listeners.
      silent: true,
      ignoreReturnCode: true,
      listeners: { stdout: listener(onStdout, hideStdout), stderr: listener(onStderr, false) },
    })
    // A program ended by a signal has no status.
    return ((await unlessAborted(ended, signal)) as number | null) ?? 128
  } finally {
    open = false
    output.close()
  }
}

async function unlessAborted<T>(ended: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return ended
  const listening = new AbortController()
  const aborted = new Promise<void>(resolve =>
    signal.addEventListener('abort', () => resolve(endDescendants()), {
      once: true,
      signal: listening.signal,
    }),
  )
  try {
    const result = await Promise.race([ended, aborted])
    if (!signal.aborted) return result as T
    await aborted
    throw signal.reason
  } finally {
    listening.abort()
  }
}
