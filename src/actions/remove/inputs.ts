import type { RunContext } from '../../github/context.ts'
import { eventPullRequest } from '../../github/pull-request.ts'
import { setting } from '../../lib/setting.ts'
import type { PreviewRemoval } from '../../preview/remove.ts'
import { checkHttpTarget } from '../../publish/http.ts'
import { refuseIdle } from '../../settings/idle.ts'
import { type MarathonAccess, readAccess } from '../../settings/read-access.ts'
import { REMOVAL } from '../../settings/rows/deploy.ts'
import { ACCESS } from '../../settings/rows/marathon.ts'
import { HTTP } from '../../settings/rows/publish.ts'
import { REMOVED, RETRACTION } from '../../settings/rows/remove.ts'
import { nameOf } from '../../settings/setting.ts'
import type { SettingValues } from '../../settings/setting-values.ts'
import { GITHUB_REMOVE } from '../../settings/tables.ts'
import { FORK_HINT } from '../shared/marathon.ts'

/** What is to be removed. */
export type Removal =
  | { kind: 'app'; id: string }
  | { kind: 'pull-request'; number: number }
  /** Previews of closed pull requests, and those that have not changed for this many days. */
  | { kind: 'stale'; days?: number }

/** What a workflow asks of the remove action. */
export interface RemoveAction extends PreviewRemoval {
  removal: Removal
  access: MarathonAccess
  githubToken: string
  summary: boolean
}

/** Reads all inputs; do not use the result if `values` has problems afterwards. */
export async function readRemoveAction(values: SettingValues, context: RunContext): Promise<RemoveAction> {
  const { token, summary } = await values.read(GITHUB_REMOVE)
  return {
    // If nothing says what to remove, that has been reported.
    removal: (await readRemoval(values, context)) as Removal,
    access: await readAccess(values, ACCESS, context.fromFork ? FORK_HINT : undefined),
    timeout: (await values.read(REMOVAL)).timeout,
    uploads: await readUploads(values),
    ...(await values.read(RETRACTION)),
    githubToken: token ?? '',
    summary,
  }
}

async function readRemoval(values: SettingValues, context: RunContext): Promise<Removal | undefined> {
  const { appId, stale, days, pullRequest } = await values.read(REMOVED)
  const named = [
    values.written(REMOVED.appId) && REMOVED.appId,
    stale && REMOVED.stale,
    values.written(REMOVED.pullRequest) && REMOVED.pullRequest,
  ].filter(row => row !== false)
  if (named.length > 1) {
    values.problem(`${named.map(row => setting(nameOf(row))).join(', ')}: only one can be given. Keep one.`)
  }
  if (days !== undefined && !stale) {
    values.problem(
      `${setting('days')}: goes with ${setting('stale')}. Write ${setting('stale', 'true')} too.`,
    )
  }
  if (values.written(REMOVED.appId)) {
    refuseIdle(values, [HTTP.uploadUrl, HTTP.headers, RETRACTION.comment], setting('app-id'))
    return { kind: 'app', id: appId ?? '' }
  }
  if (stale) return { kind: 'stale', days }
  const number = pullRequest ?? eventPullRequest(context)
  if (number !== undefined) return { kind: 'pull-request', number }
  if (!values.written(REMOVED.pullRequest)) {
    values.problem(
      `${setting('pull-request')}: the event ${JSON.stringify(context.eventName)} is not about a pull request, and no other input says what to remove. Let the workflow run on pull_request with types: [closed], or write ${setting('pull-request', '12')}, ${setting('app-id', '/web/shop')} or ${setting('stale', 'true')}.`,
    )
  }
  return undefined
}

async function readUploads(values: SettingValues): Promise<RemoveAction['uploads']> {
  const { uploadUrl, headers = {} } = await values.read(HTTP)
  if (uploadUrl === undefined) {
    if (values.written(HTTP.headers)) {
      values.problem(
        `${setting('upload-headers')}: they go with ${setting('upload-url')}. Write both as for the export.`,
      )
    }
    return undefined
  }
  const target = { uploadUrl, headers }
  await values.attempt(() => checkHttpTarget(target))
  return target
}
