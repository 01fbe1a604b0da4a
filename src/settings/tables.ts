import { APP, RESOURCES, SUPERVISOR } from './rows/app.ts'
import { ANNOUNCEMENT, DEPLOYED, DEPLOYMENT, REMOVAL } from './rows/deploy.ts'
import { githubToken, jobSummary, PREVIEW } from './rows/github.ts'
import { DIFF_RESULT, INSPECT_RESULT } from './rows/inspect.ts'
import { ACCESS } from './rows/marathon.ts'
import { NETWORK } from './rows/network.ts'
import { CACHE, OUTPUT, REPORTING, URIS } from './rows/output.ts'
import { HAB, NAMED, PACKAGES } from './rows/packages.ts'
import { PLANS_LISTED } from './rows/plans.ts'
import { HTTP, PUBLISH, TARGETS } from './rows/publish.ts'
import { REMOVED, RETRACTION } from './rows/remove.ts'
import { RUN_HERE, TRY } from './rows/run.ts'
import { SCHEDULING } from './rows/scheduling.ts'
import { EXPORT_RESULT, GENERAL, JSON_RESULT, LOGS } from './rows/show.ts'
import type { Setting, SettingTable } from './setting.ts'

export const GITHUB_EXPORT = {
  ...githubToken('`contents: write` for releases'),
  ...jobSummary('what was exported'),
}
export const GITHUB_DEPLOY = {
  ...githubToken(
    '`pull-requests: write` and `deployments: write` for previews, and `contents: read` for sizes',
  ),
  ...jobSummary('the outcome'),
}
export const GITHUB_REMOVE = {
  ...githubToken('`contents: write`, `pull-requests: write` and `deployments: write`'),
  ...jobSummary('what was removed'),
}

/** The settings of each target. */
const PUBLISHING: SettingTable = Object.entries(TARGETS).flatMap(([to, group]) =>
  group ? [{ ...group, when: `\`publish: ${to}\`` }] : [],
)

const { plan, originKey, ...hab } = HAB

/** The export: the command without a name, and the action. */
export const EXPORT: SettingTable = [
  { heading: 'What to export', rows: { ...NAMED, plan, originKey } },
  { heading: 'Where packages come from', rows: PACKAGES },
  { heading: 'The program hab', rows: hab },
  { heading: 'Resources of a task', rows: RESOURCES },
  { heading: 'App definition', rows: APP },
  { heading: 'Network', rows: NETWORK },
  { heading: 'Placement and updates', rows: SCHEDULING },
  { heading: 'Supervisor', rows: SUPERVISOR },
  { heading: 'Trying the image', rows: TRY },
  { heading: 'Where the image goes', rows: PUBLISH },
  ...PUBLISHING,
  { heading: 'Where agents fetch the image', rows: URIS },
  { heading: 'Previews', rows: PREVIEW },
  {
    heading: 'Output',
    rows: { ...OUTPUT, ...CACHE, ...REPORTING, ...GITHUB_EXPORT, ...EXPORT_RESULT, ...GENERAL },
  },
]

export const PLANS: SettingTable = [
  { heading: 'What is listed', rows: PLANS_LISTED },
  { heading: 'Output', rows: { ...JSON_RESULT, ...GENERAL } },
]

export const DEPLOY: SettingTable = [
  { heading: 'What to deploy', rows: DEPLOYED },
  { heading: 'Deployment', rows: DEPLOYMENT },
  { heading: 'Marathon', rows: ACCESS },
  { heading: 'Previews', rows: ANNOUNCEMENT },
  { heading: 'Output', rows: { ...GITHUB_DEPLOY, ...JSON_RESULT, ...GENERAL } },
]

export const REMOVE: SettingTable = [
  { heading: 'What to remove', rows: REMOVED },
  { heading: 'Removal', rows: REMOVAL },
  { heading: 'Marathon', rows: ACCESS },
  { heading: 'Uploaded tarballs', rows: HTTP, when: 'previews that were published with `publish: http`' },
  { heading: 'Output', rows: { ...RETRACTION, ...GITHUB_REMOVE, ...JSON_RESULT, ...GENERAL } },
]

export const STATUS: SettingTable = [
  { heading: 'Marathon', rows: ACCESS },
  { heading: 'Output', rows: { ...JSON_RESULT, ...GENERAL } },
]

export const SHOW_LOGS: SettingTable = [
  { heading: 'What is shown', rows: LOGS },
  { heading: 'Marathon', rows: ACCESS },
  { heading: 'Output', rows: GENERAL },
]

const { quiet: _, ...always } = GENERAL

/** A command that only prints a text. */
export const TEXT_ONLY: SettingTable = [{ heading: 'Output', rows: always }]

export const INSPECT: SettingTable = [
  { heading: 'Output', rows: { ...INSPECT_RESULT, ...JSON_RESULT, ...GENERAL } },
]

export const DIFF: SettingTable = [
  { heading: 'Marathon', rows: ACCESS },
  { heading: 'Output', rows: { ...DIFF_RESULT, ...JSON_RESULT, ...GENERAL } },
]

/** What `run` has of its own; for packages, it also has the settings of the export. */
export const RUN: SettingTable = [
  { heading: 'How it runs', rows: RUN_HERE },
  { heading: 'Output', rows: { ...JSON_RESULT, ...GENERAL } },
]

const own = new Set(RUN.flatMap(({ rows }) => Object.values<Setting>(rows).map(({ option }) => option)))

/** The settings of the export that `run` has too. */
export const RUN_EXPORT: SettingTable = EXPORT.map(group => ({
  ...group,
  rows: Object.fromEntries(Object.entries<Setting>(group.rows).filter(([, { option }]) => !own.has(option))),
}))
