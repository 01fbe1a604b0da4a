import { text as readAll } from 'node:stream/consumers'
import type { ExportRequest } from '../export/request.ts'
import { setting } from '../lib/setting.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import type { Positional } from './arguments.ts'
import { readFileText, statusOf } from './files.ts'
import { readExportRequest } from './read-export.ts'
import { invalid, quoted } from './readers.ts'
import { OUTPUT } from './rows/output.ts'
import { RUN_HERE } from './rows/run.ts'
import { JSON_RESULT } from './rows/show.ts'
import { optionsOf, type ValuesOf } from './setting.ts'
import type { SettingValues } from './setting-values.ts'
import { RUN_EXPORT } from './tables.ts'

/** What a person asks of `run`. */
export interface RunCommand extends ValuesOf<typeof RUN_HERE> {
  /** What runs: an app definition, or packages that are exported first. */
  source: { app: AppDefinition } | { packages: ExportRequest /** Of its results. */; keep: boolean }
  json: boolean
}

/** Do not use the result if `values` has problems afterwards. @param stdin read if the app is `-` */
export async function readRun(
  values: SettingValues,
  positionals: readonly Positional[],
  {
    stdin,
    readPackages,
  }: {
    stdin: () => NodeJS.ReadableStream
    readPackages(positionals: readonly Positional[]): Promise<string[]>
  },
): Promise<RunCommand> {
  const here = { ...(await values.read(RUN_HERE)), ...(await values.read(JSON_RESULT)) }
  if (values.written(RUN_HERE.timeout) && !here.untilHealthy) {
    values.problem(
      `${setting('timeout')}: without ${setting('until-healthy')} the app runs until it is stopped. Give both.`,
    )
  }
  if (here.shell && (here.untilHealthy || here.json)) {
    values.problem(
      `${setting('shell')}: a shell is for a person at a terminal. Leave ${setting('until-healthy')} and ${setting('json')} out.`,
    )
  }
  const named = await appAmong(positionals, values)
  if (named === undefined) {
    const packages = await readExportRequest(values, await readPackages(positionals))
    return { ...here, source: { packages, keep: values.written(OUTPUT.outputDir) } }
  }
  for (const row of optionsOf(RUN_EXPORT)) {
    if (values.chosen(row)) {
      values.problem(
        `${setting(row.option)}: is for exporting packages, but ${quoted(named)} is an app definition. Leave it out, or name packages.`,
      )
    }
  }
  const app = await values.attempt(() => readApp(named, stdin))
  return { ...here, source: { app: app as AppDefinition } }
}

/** The app definition that a person has named; undefined if there are packages instead. */
async function appAmong(
  positionals: readonly Positional[],
  values: SettingValues,
): Promise<string | undefined> {
  const apps: string[] = []
  for (const { text, doubtful } of positionals) if (!doubtful && (await isApp(text))) apps.push(text)
  const [app] = apps
  if (app !== undefined && positionals.length > 1) {
    values.problem(
      `${quoted(app)}: is an app definition, which runs alone. Give one app definition, or packages.`,
    )
  }
  return app
}

async function isApp(text: string): Promise<boolean> {
  if (text === '-' || text.endsWith('.json')) return true
  return !text.endsWith('.hart') && ((await statusOf(text))?.isFile() ?? false)
}

async function readApp(named: string, stdin: () => NodeJS.ReadableStream): Promise<AppDefinition> {
  const tarball = /\.(?:tgz|tar\.gz)$/.exec(named)
  if (tarball) {
    throw invalid(
      `${quoted(named)} is a tarball, which does not say how to run it. Give its app definition, such as ${quoted(`${named.slice(0, tarball.index)}.json`)}.`,
    )
  }
  const text = named === '-' ? await readAll(stdin()) : await readFileText(named)
  const { parseApp } = await import('../marathon/deploy/app-text.ts')
  return parseApp(text, named === '-' ? 'standard input' : quoted(named))
}
