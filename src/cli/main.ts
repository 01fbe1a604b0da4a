#!/usr/bin/env node
import { constants } from 'node:os'
import manifest from '../../package.json' with { type: 'json' }
import { MesosizeError, messageOf, UsageError } from '../errors.ts'
import type { ExportRequest } from '../request/request.ts'
import { terminalReporter } from '../terminal/reporter.ts'
import { visible } from '../visible.ts'
import { helpText } from './help.ts'
import { parseCommandLine } from './parse.ts'
import { formatSummary } from './summary.ts'

const FAILED = 1
const BAD_USAGE = 2

// Progress that nobody can read is no reason to stop.
process.stderr.on('error', () => {})

process.exitCode = await main().catch(explain)

/** @returns the exit status */
async function main(): Promise<number> {
  const command = await parseCommandLine(process.argv.slice(2), process.env)
  switch (command.kind) {
    case 'help':
      await print(helpText())
      return 0
    case 'version':
      await print(`mesosize ${manifest.version}\n`)
      return 0
    case 'export':
      return exportForPerson(command.request)
  }
}

async function exportForPerson(request: ExportRequest): Promise<number> {
  // Loaded only now, so that --help and --version are quick.
  const { runExport, createFetch, publishNowhere } = await import('./exporting.ts')
  const report = terminalReporter(process.stderr, process.env)
  const cancellation = new AbortController()
  let stoppedBy: NodeJS.Signals | undefined
  const stop = (signal: NodeJS.Signals) => {
    stoppedBy = signal
    cancellation.abort()
  }
  // Once: a second signal ends the program at once, as if there were no handler.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
  try {
    const { signal } = cancellation
    const fetch = createFetch({ version: manifest.version, signal })
    const publish = publishNowhere(request, report)
    const exported = await runExport(request, { fetch, publish, report, signal })
    report.close()
    await print(exported.appText, `; it is in ${exported.appPath} all the same`)
    process.stderr.write(`\n${formatSummary(exported)}`)
    return 0
  } catch (error) {
    report.close()
    if (stoppedBy === undefined) throw error
    process.stderr.write(`Stopped by ${stoppedBy}; nothing was written.\n`)
    return 128 + constants.signals[stoppedBy]
  }
}

/**
 * Writes to standard output, which may be a full disk or a pipe that nobody reads.
 * @param instead added to the error
 * @throws MesosizeError STDOUT_UNWRITABLE
 */
function print(text: string, instead = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.on('error', error =>
      reject(
        new MesosizeError(
          'STDOUT_UNWRITABLE',
          `Standard output cannot be written (${error.message})${instead}. Send it elsewhere.`,
        ),
      ),
    )
    process.stdout.write(text, error => {
      if (!error) resolve()
    })
  })
}

/** Tells the person what is wrong. @returns the exit status */
function explain(error: unknown): number {
  if (error instanceof UsageError) {
    for (const problem of error.problems) process.stderr.write(`mesosize: ${visible(problem)}\n`)
    process.stderr.write('See mesosize --help.\n')
    return BAD_USAGE
  }
  for (const line of messageOf(error).split('\n')) process.stderr.write(`mesosize: ${visible(line)}\n`)
  // A stack is for whoever mends this program; a MesosizeError is for whoever uses it.
  if (error instanceof Error && (process.env.DEBUG || !(error instanceof MesosizeError))) {
    process.stderr.write(`${error.stack}\n`)
  }
  return FAILED
}
