import { constants } from 'node:os'
import manifest from '../../package.json' with { type: 'json' }
import { silent } from '../lib/report.ts'
import { listenForSignals } from '../lib/signals.ts'
import { type ClosableReporter, terminalReporter } from '../lib/terminal/reporter.ts'

/** What a long-running command works with. */
export interface Session {
  /** Of this program. */
  version: string
  /** Whether only results, warnings and errors are printed. */
  quiet: boolean
  /** Shows progress on standard error; must be closed before anything else is written there. */
  report: ClosableReporter
  /** Aborted when the program receives a signal to stop. */
  signal: AbortSignal
  /** Gives the work more time to clean up after that, in milliseconds. */
  allow(more: number): void
}

/**
 * Does a command's work, which ends early when the program receives a signal to stop.
 * @param stopped what to print then, after "Stopped by SIGINT"
 * @param how `quiet`: without progress and notes; `notes`: what has been decided so far on the person's behalf
 * @returns the exit status: that of the work, or 128 plus the signal's number
 */
export async function inSession(
  stopped: string,
  { quiet, notes }: { quiet: boolean; notes: readonly string[] },
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const report = reporter(quiet)
  const listener = listenForSignals(['SIGINT', 'SIGTERM', 'SIGHUP'])
  try {
    const { signal, allow } = listener
    for (const note of notes) report.note(note)
    return await work({ version: manifest.version, quiet, report, signal, allow })
  } catch (error) {
    report.close()
    const stoppedBy = listener.heard()
    if (stoppedBy === undefined) throw error
    process.stderr.write(`Stopped by ${stoppedBy}${stopped}.\n`)
    return 128 + constants.signals[stoppedBy]
  } finally {
    report.close()
    listener.close()
  }
}

function reporter(quiet: boolean): ClosableReporter {
  const report = terminalReporter(process.stderr, process.env)
  return quiet ? { ...silent, warn: report.warn, close: report.close } : report
}
