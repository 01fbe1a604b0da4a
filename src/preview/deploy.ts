import { writeComment } from '../github/comment.ts'
import { runUrl } from '../github/context.ts'
import { createDeployment, retireDeployments, setDeploymentStatus } from '../github/deployments.ts'
import { getPullRequest } from '../github/pull-request.ts'
import { MesosizeError } from '../lib/errors.ts'
import { getApp } from '../marathon/api/apps.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import { type DeployOptions, deployApp } from '../marathon/deploy/deploy.ts'
import { type DeployResult, isSuccess } from '../marathon/deploy/outcome.ts'
import { removeApp } from '../marathon/deploy/remove.ts'
import { previewIn, removeEmptyGroup } from './apps.ts'
import { findSizes } from './branch-sizes.ts'
import { commentBody, commentMarker, previewUrl } from './comment.ts'
import { isNewer, isSamePullRequest, type Preview, previewEnvironment, previewGroup } from './preview.ts'
import { compareImages, type PackageSize } from './sizes.ts'
import { tell } from './tell.ts'
import type { PreviewTools } from './tools.ts'

/** A preview that is to run. */
export interface PreviewDeployment {
  app: AppDefinition
  preview: Preview
  options: DeployOptions
  /** Of the app's image, for a comparison with that of the base branch. */
  packages?: readonly PackageSize[]
  /** Whether to announce it on the pull request, in a comment and as a GitHub deployment. */
  comment: boolean
}

type DeployTools = PreviewTools & {
  /** Removes the run's secrets from a text that leaves the log; the runner masks them only in the log. */
  hide(text: string): string
}

/** How often a preview is deployed again when an earlier run's came in between. */
const TRIES = 3

/**
 * Deploys the preview of a pull request if it is still the newest, and announces it on the pull request: in one
 * comment for each app, and in GitHub's deployments.
 * @returns how it ended; a text instead if a newer one, or the end of the pull request, superseded it
 * @throws MesosizeError PREVIEW_TAKEN, and as `deployApp` and `GitHub.rest`
 */
export async function deployPreview(
  action: PreviewDeployment,
  tools: DeployTools,
): Promise<DeployResult | string> {
  const { app, preview, comment, options } = action
  const { github, marathon, report } = tools
  const before = await whyVoid(action, tools)
  if (before !== undefined) return before
  const logUrl = runUrl(tools.context)
  const environment = previewEnvironment(preview)
  const deployment = !comment
    ? undefined
    : await tell("GitHub's deployment", report, async () => {
        const id = await createDeployment(github, { ref: preview.commit, environment, app: app.id })
        await setDeploymentStatus(github, id, { state: 'in_progress', logUrl })
        return id
      })
  const mark = async (state: 'success' | 'failure' | 'inactive', url?: string) => {
    if (deployment === undefined) return
    await tell("GitHub's deployment", report, async () => {
      await setDeploymentStatus(github, deployment, { state, url, logUrl })
      // A failed deployment leaves the previous version running.
      if (state === 'success') {
        await retireDeployments(github, environment, logUrl, { app: app.id, except: deployment })
      }
    })
  }

  let result: DeployResult
  let reason: string | undefined
  try {
    for (let tried = 1; ; tried++) {
      // An earlier run of the same pull request may never finish its deployment.
      result = await deployApp(marathon, app, { ...options, force: true }, tools)
      if (result.state === 'cancelled') return result
      reason = await whyVoid(action, tools)
      if (reason !== undefined || result.state !== 'superseded' || tried === TRIES) break
      report.note(`${result.message} That was an earlier run: deploying again.`)
    }
  } catch (error) {
    if (!tools.signal.aborted) await mark('failure')
    throw error
  }
  if (reason !== undefined) {
    await mark('inactive')
    return reason
  }
  const isUp = isSuccess(result.state)
  if (comment) await tell('The comment', report, () => writeResult(action, result, tools))
  await mark(isUp ? 'success' : 'failure', isUp ? previewUrl(result.endpoints) : undefined)
  return result
}

/**
 * Why a preview is superseded, so that no part of it may be visible; undefined while it is the newest. One that was
 * deployed while its pull request was being closed is removed: the run for the closing may not have found it.
 */
async function whyVoid(
  { app, preview, options }: PreviewDeployment,
  tools: DeployTools,
): Promise<string | undefined> {
  const { github, marathon } = tools
  const { number } = preview
  const pull = await getPullRequest(github, number)
  const there = await getApp(marathon, app.id)
  const current = there && previewIn(there.definition)
  if (there && !(current && isSamePullRequest(current, preview))) {
    throw new MesosizeError(
      'PREVIEW_TAKEN',
      `${app.id} is in Marathon already and is not a preview of ${preview.repository}#${number}${current ? `, but of ${current.repository}#${current.number}` : ''}. Remove or rename the other, or give repositories of the same name separate Marathons.`,
    )
  }
  if (!pull.open) {
    if (current && !isNewer(current, preview)) {
      await removeApp(marathon, app.id, { force: true, timeout: options.timeout! }, tools)
      await removeEmptyGroup(marathon, previewGroup(preview))
    }
    return `Pull request ${number} is closed.`
  }
  if (pull.head !== preview.commit) {
    return `Pull request ${number} has a newer commit, ${pull.head.slice(0, 12)}, than ${preview.commit.slice(0, 12)}.`
  }
  if (current && isNewer(current, preview)) {
    return `A later workflow run, ${current.run.id}, attempt ${current.run.attempt}, has deployed pull request ${number}.`
  }
  return undefined
}

async function writeResult(
  action: PreviewDeployment,
  result: DeployResult,
  tools: DeployTools,
): Promise<void> {
  const { app, preview } = action
  const isUp = isSuccess(result.state)
  const ident = Object(app.labels)['mesosize.ident']
  const body = commentBody({
    appId: app.id,
    preview,
    state: isUp ? 'running' : 'failed',
    reason: isUp ? undefined : tools.hide(result.message),
    ident: typeof ident === 'string' ? ident : undefined,
    endpoints: result.endpoints,
    changes: await tell('The comparison with the base branch', tools.report, () => comparison(action, tools)),
    runUrl: runUrl(tools.context),
  })
  await writeComment(tools.github, preview.number, commentMarker(app.id), body)
}

async function comparison({ app, preview, packages }: PreviewDeployment, { github, report }: PreviewTools) {
  const service = Object(app.labels)['mesosize.ident']
  if (packages === undefined || typeof service !== 'string') return undefined
  const { base } = await getPullRequest(github, preview.number)
  const earlier = await findSizes(github, base, service)
  if (earlier === undefined) {
    report.note(
      `There is nothing of ${base} to compare with: the packages of its image are kept when an export with "preview: true" runs on a push to it.`,
    )
    return undefined
  }
  return { ...compareImages(earlier, { service, packages }), base }
}
