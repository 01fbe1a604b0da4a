import { type Asset, deleteAsset } from '../github/asset-upload.ts'
import { rewriteComments } from '../github/comment.ts'
import { runUrl } from '../github/context.ts'
import { retireDeployments } from '../github/deployments.ts'
import { getPullRequest } from '../github/pull-request.ts'
import { parseFullIdent } from '../habitat/package/ident.ts'
import type { Fetch } from '../http/fetch.ts'
import { type NamedTarball, tarballName } from '../image/tarball.ts'
import { MesosizeError, messageOf } from '../lib/errors.ts'
import { object, parsed, readValue, text } from '../lib/json.ts'
import { removeApp } from '../marathon/deploy/remove.ts'
import { deleteOverHttp } from '../publish/http-delete.ts'
import { listPreviews, listVersions, type PreviewApp, removeEmptyGroup } from './apps.ts'
import { COMMENT_START, removedBody } from './comment.ts'
import { previewEnvironment, previewGroup, tarballPrefix } from './preview.ts'
import { listTarballs } from './tarballs.ts'
import { tell } from './tell.ts'
import type { PreviewTools } from './tools.ts'

/** How previews are taken down. */
export interface PreviewRemoval {
  /** Milliseconds for each app. */
  timeout: number
  /** Where tarballs were PUT. */
  uploads?: { uploadUrl: string; headers: Record<string, string> }
  /** Whether to update the pull requests. */
  comment: boolean
}

type RemoveTools = PreviewTools & {
  /** For uploads, which are not Marathon's. */
  fetch: Fetch
}

/** What was removed, for people and programs. */
export interface Removed {
  apps: string[]
  tarballs: string[]
  /** Why, and what stays, if that is not obvious; full sentences. */
  notes: string[]
}

/** Everything that exists of the previews of a pull request. */
interface Remains {
  number: number
  apps: readonly PreviewApp[]
  assets: readonly Asset[]
}

type UploadedTarball = Pick<NamedTarball, 'name' | 'sha256' | 'ident'>

const DAY = 24 * 60 * 60 * 1000

/**
 * Takes down the previews of one pull request.
 * @throws as `removeApp`, `deleteOverHttp` and `GitHub.rest`
 */
export async function removePullRequest(
  number: number,
  action: PreviewRemoval,
  tools: RemoveTools,
): Promise<Removed> {
  const all = await findRemains(tools)
  const remains = all.find(each => each.number === number) ?? { number, apps: [], assets: [] }
  return takeDown(remains, undefined, action, tools)
}

/**
 * Removes the previews of all closed pull requests and, where a number of days is given, those that
 * have not changed for that long.
 * @param now milliseconds since the epoch
 * @throws MesosizeError with all that failed, after everything was tried
 */
export async function removeStale(
  days: number | undefined,
  now: number,
  action: PreviewRemoval,
  tools: RemoveTools,
): Promise<Removed> {
  const removed: Removed = { apps: [], tarballs: [], notes: [] }
  const failures: unknown[] = []
  for (const remains of await findRemains(tools)) {
    try {
      const reason = await whyStale(remains, days, now, tools)
      if (reason === undefined) continue
      const done = await takeDown(remains, reason, action, tools)
      removed.apps.push(...done.apps)
      removed.tarballs.push(...done.tarballs)
      removed.notes.push(reason, ...done.notes)
    } catch (error) {
      tools.signal.throwIfAborted()
      failures.push(error)
    }
  }
  if (failures.length > 0) {
    throw new MesosizeError('REMOVE_FAILED', failures.map(messageOf).join('\n'), { cause: failures[0] })
  }
  return removed
}

async function whyStale(
  { number, apps }: Remains,
  days: number | undefined,
  now: number,
  { github }: RemoveTools,
): Promise<string | undefined> {
  const { open } = await getPullRequest(github, number)
  if (!open) return `Pull request ${number} is closed.`
  const newest = Math.max(...apps.map(({ changed }) => changed))
  // Tarballs without an app may belong to a deployment that is about to start.
  return days !== undefined && apps.length > 0 && now - newest > days * DAY
    ? `The preview of pull request ${number} has not changed for ${days} day${days === 1 ? '' : 's'}.`
    : undefined
}

/** What exists of the previews of this repository, in Marathon and on their release. */
async function findRemains({ marathon, github, context }: RemoveTools): Promise<Remains[]> {
  const { owner, repo } = context.repository
  const own = (await listPreviews(marathon)).filter(
    ({ preview }) => preview.repository.toLowerCase() === `${owner}/${repo}`.toLowerCase(),
  )
  const tarballs = await listTarballs(github)
  const numbers = [...new Set([...own.map(({ preview }) => preview.number), ...tarballs.keys()])]
  return numbers
    .toSorted((a, b) => a - b)
    .map(number => ({
      number,
      apps: own.filter(({ preview }) => preview.number === number),
      assets: tarballs.get(number) ?? [],
    }))
}

async function takeDown(
  { number, apps, assets }: Remains,
  reason: string | undefined,
  action: PreviewRemoval,
  tools: RemoveTools,
): Promise<Removed> {
  const { marathon, github, report, context } = tools
  const removed: Removed = { apps: [], tarballs: [], notes: [] }
  // Marathon forgets them with the app.
  const uploads = action.uploads ? await uploadedTarballs(number, apps, tools) : []
  for (const { id } of apps) {
    const outcome = await removeApp(marathon, id, { force: true, timeout: action.timeout }, tools)
    if (outcome === 'removed') removed.apps.push(id)
  }
  const layered = apps.filter(app => app.layered).map(({ id }) => id)
  if (layered.length > 0) {
    removed.notes.push(`The layers of ${layered.join(' and ')} stay: other apps share them.`)
  }
  const repository = `${context.repository.owner}/${context.repository.repo}`
  await removeEmptyGroup(marathon, previewGroup({ repository, number }))
  for (const tarball of uploads) {
    await deleteOverHttp(action.uploads!, tarball, tools)
    removed.tarballs.push(tarball.name)
  }
  for (const asset of assets) {
    await deleteAsset(github, asset)
    removed.tarballs.push(asset.name)
  }
  if (action.comment) {
    const url = runUrl(context)
    await tell("GitHub's deployment", report, () =>
      retireDeployments(github, previewEnvironment({ number }), url),
    )
    await tell('The comment', report, () =>
      rewriteComments(github, number, COMMENT_START, body => removedBody(body, reason, url)),
    )
  }
  return removed
}

/** The tarballs with which the apps were ever deployed, under the names that they were uploaded with. */
async function uploadedTarballs(number: number, apps: readonly PreviewApp[], { marathon }: RemoveTools) {
  const tarballs = new Map<string, UploadedTarball>()
  for (const { id } of apps) {
    for (const { labels } of await listVersions(marathon, id)) {
      const tarball = readTarball(labels, number)
      if (tarball) tarballs.set(tarball.sha256, tarball)
    }
  }
  return [...tarballs.values()]
}

/** Of an app whose tarball was uploaded; other people's labels are different. */
const LABELS = object({ 'mesosize.ident': parsed(text, parseFullIdent), 'mesosize.sha256': text })

function readTarball(labels: unknown, number: number): UploadedTarball | undefined {
  const { value } = readValue(LABELS, labels)
  if (!value) return undefined
  const { 'mesosize.ident': ident, 'mesosize.sha256': sha256 } = value
  return { name: `${tarballPrefix({ number })}${tarballName(ident)}`, sha256, ident }
}
