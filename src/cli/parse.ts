import { UsageError } from '../errors.ts'
import { type Environment, OptionValues } from '../request/option-values.ts'
import { readExportRequest } from '../request/read-export.ts'
import type { ExportRequest } from '../request/request.ts'
import { readArguments } from './arguments.ts'

/** What a command line asks for. */
export type Command = { kind: 'export'; request: ExportRequest } | { kind: 'help' } | { kind: 'version' }

/**
 * Reads a command line, the environment, and the files that they name.
 * @param argv the words behind the program's name
 * @throws UsageError with every problem, one line each
 */
export async function parseCommandLine(argv: readonly string[], env: Environment): Promise<Command> {
  const line = readArguments(argv)
  if (line.options.has('help')) return { kind: 'help' }
  if (line.options.has('version')) return { kind: 'version' }

  const values = new OptionValues(line, env)
  const doubtful = line.positionals.every(positional => positional.doubtful)
  const request = await readExportRequest(line.positionals, values, env.HAB_ORIGIN)
  if (doubtful && request.packages.length === 0) {
    values.problem(
      'PKG_IDENT: no package is named. Write one or more identifiers such as core/redis, or paths of harts.',
    )
  }
  if (values.problems.size > 0) throw new UsageError([...values.problems])
  return { kind: 'export', request }
}
