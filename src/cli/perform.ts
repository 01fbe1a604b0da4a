#!/usr/bin/env node
import manifest from '../../package.json' with { type: 'json' }
import { MesosizeError, messageOf, UsageError } from '../lib/errors.ts'
import { wordSettings } from '../lib/setting.ts'
import { visible } from '../lib/visible.ts'
import { optionWording } from '../settings/wording.ts'
import { commandOf } from './command-name.ts'
import { commands } from './commands.ts'
import { helpText } from './help.ts'
import { parseCommandLine } from './parse.ts'
import { inSession, print } from './session.ts'

const FAILED = 1
const BAD_USAGE = 2

// Progress that cannot be written is not a reason to stop.
process.stderr.on('error', () => {})
// `print` reports it.
process.stdout.on('error', () => {})

wordSettings(optionWording(Object.values(commands).flatMap(({ table }) => table)))
process.exitCode = await main().catch(explain)

/** @returns the exit status */
async function main(): Promise<number> {
  const { command, ...how } = await parseCommandLine(process.argv.slice(2), process.env)
  // Each command's work is loaded only now, so that --help and --version are quick.
  switch (command.kind) {
    case 'help':
      await print(helpText(command.of))
      return 0
    case 'version':
      await print(`mesosize ${manifest.version}\n`)
      return 0
    case 'completion': {
      const { completionFor } = await import('./completion/shells.ts')
      await print(completionFor(command.shell))
      return 0
    }
    case 'export': {
      const { exportForPerson } = await import('./export.ts')
      return inSession('; nothing was written', how, session => exportForPerson(command, session))
    }
    case 'export-services': {
      const { exportServices } = await import('./export-services.ts')
      return inSession('', how, session => exportServices(command, session))
    }
    case 'plans': {
      const { showPlans } = await import('./plans.ts')
      return inSession('', how, session => showPlans(command.request, session))
    }
    case 'run': {
      const { runForPerson } = await import('./run.ts')
      return inSession('', how, session => runForPerson(command.request, session))
    }
    case 'deploy': {
      const { deployForPerson } = await import('./deploy.ts')
      return inSession('; what Marathon has started continues', how, session =>
        deployForPerson(command.request, session),
      )
    }
    case 'remove': {
      const { removeForPerson } = await import('./remove.ts')
      return inSession('; what Marathon has started continues', how, session =>
        removeForPerson(command.request, session),
      )
    }
    case 'status': {
      const { showStatus } = await import('./show.ts')
      return inSession('', how, session => showStatus(command.request, session))
    }
    case 'logs': {
      const { showLogsForPerson } = await import('./show.ts')
      return inSession('', how, session => showLogsForPerson(command.request, session))
    }
    case 'inspect': {
      const { inspectForPerson } = await import('./inspect.ts')
      return inSession('', how, session => inspectForPerson(command.request, session))
    }
    case 'diff': {
      const { diffForPerson } = await import('./inspect.ts')
      return inSession('', how, session => diffForPerson(command.request, session))
    }
  }
}

/** Prints what is wrong. @returns the exit status */
function explain(error: unknown): number {
  if (error instanceof UsageError) {
    for (const problem of error.problems) process.stderr.write(`mesosize: ${visible(problem)}\n`)
    const of = commandOf(process.argv.slice(2))
    process.stderr.write(`See mesosize ${of ? `${of} ` : ''}--help.\n`)
    return BAD_USAGE
  }
  if (isFolderGone(error)) {
    process.stderr.write(
      'mesosize: The current folder does not exist any more. Change to another one, and try again.\n',
    )
    return FAILED
  }
  for (const line of messageOf(error).split('\n')) process.stderr.write(`mesosize: ${visible(line)}\n`)
  // A stack is for developers of this program; a MesosizeError is for its users.
  if (error instanceof Error && (process.env.DEBUG || !(error instanceof MesosizeError))) {
    process.stderr.write(`${error.stack}\n`)
  }
  return FAILED
}

/** Whether Node could not resolve a relative path, because this process' folder was removed. */
function isFolderGone(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd'
}
