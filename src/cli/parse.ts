import type { ExportRequest } from '../export/request.ts'
import { alternatives } from '../lib/alternatives.ts'
import { UsageError } from '../lib/errors.ts'
import { inTurn } from '../lib/in-turn.ts'
import type { Positional } from '../settings/arguments.ts'
import { readPlace } from '../settings/files.ts'
import { checkProjectFile } from '../settings/project/check.ts'
import { openProjectFile, PROJECT_FILE } from '../settings/project/open.ts'
import { clashes } from '../settings/project/services.ts'
import { commandLineDoor, fileSource, originIn } from '../settings/project/source.ts'
import { readExportRequest } from '../settings/read-export.ts'
import type {
  DeployRequest,
  DiffRequest,
  InspectRequest,
  RemoveRequest,
  ShowLogsRequest,
  StatusRequest,
} from '../settings/read-marathon.ts'
import type { RunCommand } from '../settings/read-run.ts'
import { choiceOf, readAppId } from '../settings/readers.ts'
import { INSPECT_RESULT } from '../settings/rows/inspect.ts'
import { PLANS_LISTED } from '../settings/rows/plans.ts'
import { EXPORT_RESULT, GENERAL, JSON_RESULT } from '../settings/rows/show.ts'
import { SettingValues } from '../settings/setting-values.ts'
import type { Environment } from '../settings/source.ts'
import { optionSource, readArguments } from './arguments.ts'
import { commandOf, readCommandName, refuseMisplaced } from './command-name.ts'
import { type CommandName, commands, isCommandName, SHELLS } from './commands.ts'
import { type OperandContext, readOperand, readPackages, refuseMore } from './operands.ts'
import type { PlansCommand } from './plans.ts'
import { hasProject, tablesOf } from './project-tables.ts'

/** What a command line asks for. */
export type Command =
  | { kind: 'export'; request: ExportRequest; json: boolean }
  | { kind: 'export-services'; requests: readonly ExportRequest[]; json: boolean }
  | { kind: 'plans'; request: PlansCommand }
  | { kind: 'run'; request: RunCommand }
  | { kind: 'deploy'; request: DeployRequest }
  | { kind: 'remove'; request: RemoveRequest }
  | { kind: 'status'; request: StatusRequest }
  | { kind: 'logs'; request: ShowLogsRequest }
  | { kind: 'inspect'; request: InspectRequest }
  | { kind: 'diff'; request: DiffRequest }
  /** `of` is the command to explain; without it, the program as a whole. */
  | { kind: 'help'; of?: CommandName }
  | { kind: 'version' }
  | { kind: 'completion'; shell: (typeof SHELLS)[number] }

/** A command, and what applies whatever it is. */
export interface CommandLine {
  command: Command
  /** Whether only results, warnings and errors are wanted. */
  quiet: boolean
  /** What was decided on the person's behalf. */
  notes: readonly string[]
}

/**
 * Reads a command line, the environment, and the files that they name. A line that does not begin with a command
 * asks for an export.
 * @param argv the arguments after the program's name
 * @param stdin opened and read if a file is given as `-`: Node takes milliseconds to open it
 * @throws UsageError with every problem
 */
export async function parseCommandLine(
  argv: readonly string[],
  env: Environment,
  stdin: () => NodeJS.ReadableStream = () => process.stdin,
): Promise<CommandLine> {
  const of = commandOf(argv)
  const name = of ?? 'export'
  const { table, unlisted = [] } = commands[name]
  const line = readArguments(of ? argv.slice(1) : argv, [...table, ...unlisted])
  const written = optionSource(line)
  const quiet = line.options.has(GENERAL.quiet.option)
  const notes: string[] = []
  if (line.options.has(GENERAL.help.option)) {
    const named = of ?? line.positionals.map(({ text }) => text).find(isCommandName)
    if (!named) await refuseMisplaced(line, env.HAB_ORIGIN)
    return { command: { kind: 'help', of: named }, quiet, notes }
  }
  if (line.options.has(GENERAL.version.option)) return { command: { kind: 'version' }, quiet, notes }
  const file = hasProject(name) ? await openProjectFile(written, PROJECT_FILE) : undefined
  if (file) await checkProjectFile(file, [...table, ...unlisted], { written, env, door: commandLineDoor })
  if (!of) await refuseMisplaced(line, env.HAB_ORIGIN || (file && originIn([file.common])))
  if (file && !written.given(GENERAL.settings)) notes.push(`Settings are read from ${file.path}.`)
  const note = (text: string) => void notes.push(text)
  const problems = new Set<string>()
  const read = await inTurn(tablesOf(name, line.positionals, file), async tables => {
    const origin = env.HAB_ORIGIN || originIn(tables)
    const values = new SettingValues(written, env, origin, fileSource(written, tables, commandLineDoor))
    const context = { origin, commandOmitted: of === undefined, note, stdin }
    const command = await readCommand(name, line.positionals, values, context)
    for (const problem of values.problems) problems.add(problem)
    return command
  })
  const exports = read.filter(command => command.kind === 'export')
  const requests = exports.map(({ request }) => request)
  for (const problem of clashes(requests)) problems.add(problem)
  if (problems.size > 0) throw new UsageError([...problems])
  const [first] = read
  const command: Command =
    first.kind === 'export' && requests.length > 1
      ? { kind: 'export-services', requests, json: first.json }
      : first
  return { command, quiet, notes }
}

/** Do not use the result if `values` has problems afterwards. */
async function readCommand(
  name: CommandName,
  positionals: readonly Positional[],
  values: SettingValues,
  context: OperandContext & { stdin: () => NodeJS.ReadableStream },
): Promise<Command> {
  const { stdin } = context
  if (name === 'help') {
    const [command, ...more] = positionals
    refuseMore(more, values, 'Give at most one COMMAND.')
    return { kind: name, of: command && (await values.attempt(() => readCommandName(command.text))) }
  }
  if (name === 'version') {
    refuseMore(positionals, values, 'Give none.')
    return { kind: name }
  }
  if (name === 'completion') {
    const read = choiceOf(SHELLS)
    const shell = await readOperand(positionals, values, 'SHELL', alternatives(SHELLS), read)
    return { kind: name, shell: shell ?? SHELLS[0] }
  }
  if (name === 'export') {
    const packages = await readPackages(positionals, values, context)
    const { json } = await values.read(EXPORT_RESULT)
    return { kind: name, request: await readExportRequest(values, packages), json }
  }
  if (name === 'plans') {
    refuseMore(positionals, values, 'Run it in the folder whose plans it is to list.')
    const { origin } = context
    return { kind: name, request: { origin, ...(await values.read({ ...PLANS_LISTED, ...JSON_RESULT })) } }
  }
  if (name === 'inspect') {
    const place = (await readOperand(positionals, values, 'FILE', PLACE, readPlace)) ?? ''
    const shown = await values.read({ ...INSPECT_RESULT, ...JSON_RESULT })
    return { kind: name, request: { place, ...shown } }
  }
  if (name === 'run') {
    const { readRun } = await import('../settings/read-run.ts')
    const both = { ...context, orApp: true }
    const read = (packages: readonly Positional[]) => readPackages(packages, values, both)
    return { kind: name, request: await readRun(values, positionals, { stdin, readPackages: read }) }
  }
  // Loaded only now, so that --help and exports are quick.
  const readers = await import('../settings/read-marathon.ts')
  const readId = () =>
    readOperand(positionals, values, 'APP_ID', "the app's id, such as /web/shop", readAppId)
  switch (name) {
    case 'deploy': {
      const what = 'the file that the export wrote'
      const app = await readOperand(positionals, values, 'APP.json', what, text => text)
      const deployment = await readers.readDeployment(values, app, { stdin })
      return { kind: name, request: { ...deployment, ...(await values.read(JSON_RESULT)) } }
    }
    case 'remove':
      return { kind: name, request: await readers.readRemoveRequest(values, (await readId()) ?? '') }
    case 'status':
      return { kind: name, request: await readers.readStatusRequest(values, (await readId()) ?? '') }
    case 'diff': {
      const places = positionals.map(({ text }) => text)
      for (const place of places) await values.attempt(() => readPlace(place))
      return { kind: name, request: await readers.readDiffRequest(values, places) }
    }
    case 'logs':
      return { kind: name, request: await readers.readLogsRequest(values, (await readId()) ?? '') }
  }
}

const PLACE = 'a tarball or an app definition, as a path or a URL'
