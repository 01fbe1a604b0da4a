import { text as readAll } from 'node:stream/consumers'
import { setting } from '../lib/setting.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import type { DeployOptions } from '../marathon/deploy/deploy.ts'
import type { LogsRequest } from '../marathon/logs/logs.ts'
import { readFileText } from './files.ts'
import { refuseIdle } from './idle.ts'
import { type MarathonAccess, readAccess } from './read-access.ts'
import { quoted } from './readers.ts'
import { DEPLOYMENT, REMOVAL } from './rows/deploy.ts'
import { DIFF_RESULT } from './rows/inspect.ts'
import { ACCESS } from './rows/marathon.ts'
import { JSON_RESULT, LOGS } from './rows/show.ts'
import type { SettingValues } from './setting-values.ts'

/** A deployment, whichever front door asks for it. */
export interface Deployment {
  access: MarathonAccess
  app: AppDefinition
  options: DeployOptions
  dryRun: boolean
}

export interface DeployRequest extends Deployment {
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

export interface InspectRequest {
  /** The path or URL of a tarball or an app definition. */
  place: string
  /** Where the page goes; absent where none is wanted. */
  html?: string
  json: boolean
}

export interface DiffRequest {
  /** Absent where Marathon has the old side. */
  old?: string
  new: string
  access?: MarathonAccess
  json: boolean
  markdown: boolean
}

export interface ShowLogsRequest extends LogsRequest {
  access: MarathonAccess
}

// Do not use what these return if `values` has problems afterwards.

/**
 * @param app as given: the path of a file, the JSON itself, or `-` for standard input
 * @param more `stdin` is read if the app is `-`; `prefix` goes before each problem of the app; `hint`: see
 *   `readAccess`
 */
export async function readDeployment(
  values: SettingValues,
  app: string | undefined,
  { stdin, prefix, hint }: { stdin?: () => NodeJS.ReadableStream; prefix?: string; hint?: string },
): Promise<Deployment> {
  const { dryRun, ...options } = await values.read(DEPLOYMENT)
  return {
    // A missing app has been reported already.
    app: (app && (await values.attempt(() => readApp(app, options, stdin), prefix))) as AppDefinition,
    access: await readAccess(values, ACCESS, hint),
    options,
    dryRun,
  }
}

async function readApp(
  text: string,
  options: DeployOptions,
  stdin: (() => NodeJS.ReadableStream) | undefined,
): Promise<AppDefinition> {
  // The path of a file could begin with a brace as well; then it can be written as ./{.
  const isJson = /^[{[]/.test(text)
  const json = isJson ? text : text === '-' && stdin ? await readAll(stdin()) : await readFileText(text)
  const source = isJson ? 'the app definition' : text === '-' ? 'standard input' : quoted(text)
  // Loaded only here: showing the status and the logs involves no validation.
  const { parseApp } = await import('../marathon/deploy/app-text.ts')
  const { checkApp } = await import('../marathon/deploy/check.ts')
  return checkApp(parseApp(json, source), options)
}

export async function readRemoveRequest(values: SettingValues, appId: string): Promise<RemoveRequest> {
  return {
    access: await readAccess(values),
    appId,
    ...(await values.read(REMOVAL)),
    ...(await values.read(JSON_RESULT)),
  }
}

export async function readStatusRequest(values: SettingValues, appId: string): Promise<StatusRequest> {
  return { access: await readAccess(values), appId, ...(await values.read(JSON_RESULT)) }
}

export async function readLogsRequest(values: SettingValues, appId: string): Promise<ShowLogsRequest> {
  const { stdout, stderr, ...shown } = await values.read(LOGS)
  const both = stdout === stderr
  return {
    access: await readAccess(values),
    appId,
    streams: both ? ['stdout', 'stderr'] : [stdout ? 'stdout' : 'stderr'],
    ...shown,
  }
}

/** @param places what is compared: two, or one to be compared with what Marathon has */
export async function readDiffRequest(
  values: SettingValues,
  places: readonly string[],
): Promise<DiffRequest> {
  const [first, second, ...more] = places
  for (const text of more) values.problem(`${quoted(text)}: unexpected argument. Give at most two images.`)
  const shown = { ...(await values.read(JSON_RESULT)), ...(await values.read(DIFF_RESULT)) }
  if (shown.json && shown.markdown) {
    values.problem(`${setting('json')} and ${setting('markdown')}: only one can be printed. Leave one out.`)
  }
  if (first === undefined) {
    values.problem('OLD, NEW: are missing. Give two tarballs or app definitions, or one app definition.')
    return { new: '', ...shown }
  }
  if (second !== undefined) {
    refuseIdle(values, Object.values(ACCESS), 'two images')
    return { old: first, new: second, ...shown }
  }
  if (values.given(ACCESS.address).length === 0) {
    values.problem(
      `NEW: is missing. Give a second image, or ${setting('marathon')} to compare with what runs.`,
    )
    return { new: first, ...shown }
  }
  return { new: first, access: await readAccess(values), ...shown }
}
