import manifest from '../../package.json' with { type: 'json' }
import { wordSettings } from '../lib/setting.ts'
import { optionWording } from '../settings/wording.ts'
import { commands } from './commands.ts'
import { helpText } from './help.ts'
import { parseCommandLine } from './parse.ts'
import { print } from './print.ts'
import { inSession } from './session.ts'

/**
 * Does what a command line asks for.
 * @param argv the arguments after the program's name
 * @returns the exit status
 * @throws UsageError with every problem; whatever the command throws
 */
export async function perform(argv: readonly string[]): Promise<number> {
  wordSettings(optionWording(Object.values(commands).flatMap(({ table }) => table)))
  const { command, ...how } = await parseCommandLine(argv, process.env)
  // Each command's work is loaded only now, so that --help is quick.
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
