import { text as readAll } from 'node:stream/consumers'
import { MesosizeError, UsageError } from '../lib/errors.ts'
import { appIdProblem, countProblem } from '../marathon/app/rules.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import { parseApp } from '../marathon/deploy/app-text.ts'
import { checkApp } from '../marathon/deploy/check.ts'
import type { LogsRequest } from '../marathon/logs/logs.ts'
import type { Positional } from './arguments.ts'
import { readText } from './files.ts'
import type { deployOptions, logsOptions, removeOptions, statusOptions } from './marathon-options.ts'
import type { OptionTable } from './option.ts'
import type { OptionValues } from './option-values.ts'
import { type MarathonAccess, readAccess } from './read-access.ts'
import { invalid, quoted, readDuration, readNumber } from './values.ts'

type ValuesOf<Table> = Table extends OptionTable<infer Name> ? OptionValues<Name> : never

export interface DeployRequest {
  access: MarathonAccess
  app: AppDefinition
  dryRun: boolean
  force: boolean
  /** Milliseconds. */
  timeout: number
  failFast: number
  rollback: boolean
  allowUnfetchableUri: boolean
  allowManyInstances: boolean
  json: boolean
}

export interface RemoveRequest {
  access: MarathonAccess
  appId: string
  force: boolean
  /** Milliseconds. */
  timeout: number
  json: boolean
}

export interface StatusRequest {
  access: MarathonAccess
  appId: string
  json: boolean
}

export interface ShowLogsRequest extends LogsRequest {
  access: MarathonAccess
}

// What each of these returns is worth nothing if `values` has problems afterwards.

/** @param stdin read where the file is named `-` */
export async function readDeployRequest(
  positionals: readonly Positional[],
  values: ValuesOf<typeof deployOptions>,
  stdin: NodeJS.ReadableStream,
): Promise<DeployRequest> {
  const allowed = {
    allowUnfetchableUri: values.written('allow-unfetchable-uri'),
    allowManyInstances: values.written('allow-many-instances'),
  }
  const app = await readOperand(
    positionals,
    values,
    'APP.json',
    'the file that the export wrote',
    async path => {
      const text = path === '-' ? await readAll(stdin) : await readText(path)
      const source = path === '-' ? 'standard input' : quoted(path)
      return checked(() => checkApp(parseApp(text, source), allowed))
    },
  )
  return {
    access: await readAccess(values),
    app: app!,
    dryRun: values.written('dry-run'),
    force: values.written('force'),
    timeout: (await values.one('timeout', readDuration))!,
    failFast: (await values.one('fail-fast', readCount))!,
    rollback: !values.written('no-rollback'),
    ...allowed,
    json: values.written('json'),
  }
}

/** Makes each line of an error that has a line for each mistake a problem. */
function checked<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof MesosizeError) || !/^APP_(INSTANCES|INVALID|UNFETCHABLE)$/.test(error.code)) {
      throw error
    }
    throw new UsageError(error.message.split('\n'))
  }
}

export async function readRemoveRequest(
  positionals: readonly Positional[],
  values: ValuesOf<typeof removeOptions>,
): Promise<RemoveRequest> {
  return {
    access: await readAccess(values),
    appId: await readAppId(positionals, values),
    force: values.written('force'),
    timeout: (await values.one('timeout', readDuration))!,
    json: values.written('json'),
  }
}

export async function readStatusRequest(
  positionals: readonly Positional[],
  values: ValuesOf<typeof statusOptions>,
): Promise<StatusRequest> {
  return {
    access: await readAccess(values),
    appId: await readAppId(positionals, values),
    json: values.written('json'),
  }
}

export async function readLogsRequest(
  positionals: readonly Positional[],
  values: ValuesOf<typeof logsOptions>,
): Promise<ShowLogsRequest> {
  const named = (['stdout', 'stderr'] as const).filter(stream => values.written(stream))
  return {
    access: await readAccess(values),
    appId: await readAppId(positionals, values),
    streams: named.length > 0 ? named : ['stdout', 'stderr'],
    instance: await values.one('instance', readInstance),
    lines: (await values.one('lines', readCount))!,
    follow: values.written('follow'),
  }
}

async function readAppId(positionals: readonly Positional[], values: OptionValues<never>): Promise<string> {
  const id = await readOperand(positionals, values, 'APP_ID', "the app's id, such as /web/shop", text => {
    const problem = appIdProblem(text)
    if (problem) throw invalid(`${quoted(text)} ${problem}.`)
    return `/${text.replace(/^\//, '')}`
  })
  return id ?? ''
}

/** The one word that a command takes besides its options. */
async function readOperand<T>(
  positionals: readonly Positional[],
  values: OptionValues<never>,
  name: string,
  what: string,
  read: (text: string) => T | Promise<T>,
): Promise<T | undefined> {
  const sure = positionals.filter(({ doubtful }) => !doubtful)
  const [first, ...more] = sure.length > 0 ? sure : positionals.slice(0, 1)
  if (!first) {
    values.problem(`${name}: it is missing. Write ${what}.`)
    return undefined
  }
  for (const { text } of more) values.problem(`${quoted(text)}: there is a word too many. Write one ${name}.`)
  return values.attempt(() => read(first.text))
}

function readCount(text: string): number {
  const count = readNumber(text)
  const problem = countProblem(count)
  if (problem) throw invalid(`${quoted(text)} ${problem}.`)
  return count
}

function readInstance(text: string): number {
  const number = readCount(text)
  if (number === 0) throw invalid(`${quoted(text)}: the numbers of tasks begin with 1.`)
  return number
}
