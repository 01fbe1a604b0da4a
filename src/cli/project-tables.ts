import type { NonEmpty } from '../lib/in-turn.ts'
import type { Positional } from '../settings/arguments.ts'
import type { FileSettings, ProjectFile } from '../settings/project/file.ts'
import { servicesOf } from '../settings/project/services.ts'
import type { CommandName } from './commands.ts'

/** Whether a command has settings of its own that a project file may hold. */
export function hasProject(command: CommandName): boolean {
  return !['help', 'version', 'completion', 'inspect'].includes(command)
}

/**
 * The tables of the project file that apply to a command, for `fileSource`; several times for an export of several
 * services.
 */
export function tablesOf(
  command: CommandName,
  positionals: readonly Positional[],
  file: ProjectFile | undefined,
): NonEmpty<readonly FileSettings[]> {
  if (!file) return [[]]
  const services = () => servicesOf(file, { packages: positionals.map(({ text }) => text) })
  switch (command) {
    case 'export':
      return services()
    case 'run': {
      const found = services()
      // Only one can run; a person has to name it.
      return found.length === 1 ? found : [[file.common]]
    }
    case 'deploy':
    case 'remove':
      return [[file[command], file.common]]
    default:
      return [[file.common]]
  }
}
