import type { ExportRequest } from '../export/request.ts'
import { UsageError } from '../lib/errors.ts'
import type { Arguments, Positional } from '../settings/arguments.ts'
import { deployOptions, logsOptions, removeOptions, statusOptions } from '../settings/marathon-options.ts'
import type { OptionTable } from '../settings/option.ts'
import { type Environment, OptionValues } from '../settings/option-values.ts'
import { exportOptions, type OptionName } from '../settings/options.ts'
import { readExportRequest } from '../settings/read-export.ts'
import type {
  DeployRequest,
  RemoveRequest,
  ShowLogsRequest,
  StatusRequest,
} from '../settings/read-marathon.ts'
import { readArguments } from './arguments.ts'
import { type CommandName, commands, isCommandName } from './commands.ts'

/** What a command line asks for. */
export type Command =
  | { kind: 'export'; request: ExportRequest }
  | { kind: 'deploy'; request: DeployRequest }
  | { kind: 'remove'; request: RemoveRequest }
  | { kind: 'status'; request: StatusRequest }
  | { kind: 'logs'; request: ShowLogsRequest }
  /** `of` is the command that is asked about; without it, the program as a whole. */
  | { kind: 'help'; of?: CommandName }
  | { kind: 'version' }

/**
 * Reads a command line, the environment, and the files that they name. A line that does not begin with a command
 * asks for an export.
 * @param argv the words behind the program's name
 * @param stdin read where it is named as a file, by `-`
 * @throws UsageError with every problem, one line each
 */
export async function parseCommandLine(
  argv: readonly string[],
  env: Environment,
  stdin: NodeJS.ReadableStream = process.stdin,
): Promise<Command> {
  const [first = ''] = argv
  const of = isCommandName(first) ? first : undefined
  const line = readArguments(of ? argv.slice(1) : argv, commands[of ?? 'export'].options)
  if (line.options.has('help')) return { kind: 'help', of }
  if (line.options.has('version')) return { kind: 'version' }
  if (of === undefined || of === 'export') {
    const request = await read(exportOptions, line, env, (positionals, values) =>
      readNamedExport(positionals, values, env.HAB_ORIGIN),
    )
    return { kind: 'export', request }
  }
  // Loaded only now, so that --help and exports are quick.
  const readers = await import('../settings/read-marathon.ts')
  switch (of) {
    case 'deploy': {
      const request = await read(deployOptions, line, env, (positionals, values) =>
        readers.readDeployRequest(positionals, values, stdin),
      )
      return { kind: of, request }
    }
    case 'remove':
      return { kind: of, request: await read(removeOptions, line, env, readers.readRemoveRequest) }
    case 'status':
      return { kind: of, request: await read(statusOptions, line, env, readers.readStatusRequest) }
    case 'logs':
      return { kind: of, request: await read(logsOptions, line, env, readers.readLogsRequest) }
  }
}

/** @throws UsageError if there are problems, of the form or of the values */
async function read<Name extends string, Request>(
  options: OptionTable<Name>,
  line: Arguments,
  env: Environment,
  readRequest: (positionals: readonly Positional[], values: OptionValues<Name>) => Promise<Request>,
): Promise<Request> {
  const values = new OptionValues(options, line, env)
  const request = await readRequest(line.positionals, values)
  if (values.problems.size > 0) throw new UsageError([...values.problems])
  return request
}

async function readNamedExport(
  positionals: readonly Positional[],
  values: OptionValues<OptionName>,
  origin: string | undefined,
): Promise<ExportRequest> {
  const request = await readExportRequest(positionals, values, origin)
  if (request.packages.length === 0 && positionals.every(({ doubtful }) => doubtful)) {
    values.problem(
      'PKG_IDENT: no package is named. Write one or more identifiers such as core/redis, or paths of harts.',
    )
  }
  return request
}
