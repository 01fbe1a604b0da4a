import type { ExportRequest } from '../export/request.ts'
import type { Positional } from '../settings/arguments.ts'
import { readPackage } from '../settings/package.ts'
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
import { quoted, readAppId } from '../settings/readers.ts'
import { INSPECT_RESULT } from '../settings/rows/inspect.ts'
import { JSON_RESULT } from '../settings/rows/show.ts'
import { SettingValues } from '../settings/setting-values.ts'
import type { Environment } from '../settings/source.ts'
import { optionSource, readArguments } from './arguments.ts'
import { type CommandName, commands, isCommandName } from './commands.ts'

/** What a command line asks for. */
export type Command =
  | { kind: 'export'; request: ExportRequest }
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

/**
 * Reads a command line, the environment, and the files that they name. A line that does not begin with a command
 * asks for an export.
 * @param argv the arguments after the program's name
 * @param stdin read if a file is given as `-`
 * @throws UsageError with every problem, one line each
 */
export async function parseCommandLine(
  argv: readonly string[],
  env: Environment,
  stdin: NodeJS.ReadableStream = process.stdin,
): Promise<Command> {
  const [first = ''] = argv
  const of = isCommandName(first) ? first : undefined
  const { table, unlisted = [] } = commands[of ?? 'export']
  const line = readArguments(of ? argv.slice(1) : argv, [...table, ...unlisted])
  if (line.options.has('help')) return { kind: 'help', of }
  if (line.options.has('version')) return { kind: 'version' }
  const origin = env.HAB_ORIGIN || undefined
  const values = new SettingValues(optionSource(line), env, origin)
  const command = await readCommand(of ?? 'export', line.positionals, values, { origin, stdin })
  values.check()
  return command
}

/** Do not use the result if `values` has problems afterwards. */
async function readCommand(
  name: CommandName,
  positionals: readonly Positional[],
  values: SettingValues,
  { origin, stdin }: { origin?: string; stdin: NodeJS.ReadableStream },
): Promise<Command> {
  if (name === 'export') {
    const packages = await readPackages(positionals, values, origin)
    return { kind: name, request: await readExportRequest(values, packages) }
  }
  if (name === 'inspect') {
    const place = (await readOperand(positionals, values, 'FILE', PLACE, text => text)) ?? ''
    const shown = await values.read({ ...INSPECT_RESULT, ...JSON_RESULT })
    return { kind: name, request: { place, ...shown } }
  }
  if (name === 'run') {
    const { readRun } = await import('../settings/read-run.ts')
    const read = (packages: readonly Positional[]) => readPackages(packages, values, origin)
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
      return { kind: name, request: await readers.readDiffRequest(values, places) }
    }
    case 'logs':
      return { kind: name, request: await readers.readLogsRequest(values, (await readId()) ?? '') }
  }
}

const PLACE = 'a tarball or an app definition, as a path or a URL'

async function readPackages(
  positionals: readonly Positional[],
  values: SettingValues,
  origin: string | undefined,
): Promise<string[]> {
  const read = (text: string) => readPackage(text, { origin, written: true })
  const packages: string[] = []
  for (const { text, doubtful } of positionals) {
    // `--cpus 1`: the 1 is not a package, and not a second mistake. It may also be a secret: `--token SECRET`.
    const name = doubtful ? await read(text).catch(() => undefined) : await values.attempt(() => read(text))
    if (name !== undefined) packages.push(name)
  }
  if (packages.length === 0 && positionals.every(({ doubtful }) => doubtful)) {
    values.problem(
      'PKG_IDENT: no package given. Give one or more identifiers such as core/redis, or paths of harts.',
    )
  }
  return packages
}

/** The one argument that a command takes besides its options. */
async function readOperand<T>(
  positionals: readonly Positional[],
  values: SettingValues,
  name: string,
  what: string,
  read: (text: string) => T | Promise<T>,
): Promise<T | undefined> {
  const sure = positionals.filter(({ doubtful }) => !doubtful)
  const [first, ...more] = sure.length > 0 ? sure : positionals.slice(0, 1)
  if (!first) {
    values.problem(`${name}: is missing. Give ${what}.`)
    return undefined
  }
  for (const { text } of more) {
    values.problem(`${quoted(text)}: unexpected argument. Give exactly one ${name}.`)
  }
  return values.attempt(() => read(first.text))
}
