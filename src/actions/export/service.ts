import { appendFile, writeFile } from 'node:fs/promises'
import type { Exported } from '../../export/exported.ts'
import type { ExportRequest } from '../../export/request.ts'
import { runExport } from '../../export/run.ts'
import type { RunContext } from '../../github/context.ts'
import type { GitHub } from '../../github/octokit.ts'
import { formatIdent } from '../../habitat/package/ident.ts'
import { messageOf } from '../../lib/errors.ts'
import type { AppDefinition } from '../../marathon/app/validate.ts'
import { recordSizes } from '../../preview/branch-sizes.ts'
import { forPreview } from '../../preview/export.ts'
import { baseBranch } from '../../preview/run.ts'
import { probeTarballs } from '../../publish/probe.ts'
import type { Publisher } from '../../publish/publisher.ts'
import type { SettingValues } from '../../settings/setting-values.ts'
import { annotate, outsideGroup } from '../shared/log.ts'
import type { Steps } from '../shared/steps.ts'
import { addSummary } from '../shared/summary.ts'
import { layeringOf, type PublisherTools } from './publisher.ts'
import { type ExportAction, readExportAction } from './request.ts'
import { exportSummary, type Results } from './summary.ts'
import { tryImage } from './try-image.ts'

/** One service that a run exports. */
export interface Service {
  action: ExportAction
  publish: Publisher
  /** Present if the image is compared with that of the last release. */
  github?: GitHub
}

export interface ServiceTools extends PublisherTools {
  env: NodeJS.ProcessEnv
  /** The job's folder for temporary files. */
  temporary: string
  steps: Steps
}

/** Reads what a service is to be; do not use the result if `values` has problems afterwards. */
export async function readService(values: SettingValues, context: RunContext): Promise<ExportAction> {
  const wanted = await readExportAction(values)
  const told = (await values.attempt(() => forPreview(wanted, context))) ?? wanted
  return context.fromFork ? withoutWriting(told) : told
}

/** A run for a pull request from a fork has a token that can only read, and gets no secrets. */
function withoutWriting(action: ExportAction): ExportAction {
  if (action.publish.to !== 'release') return action
  const { layering } = action.request
  annotate(
    'notice',
    `This pull request is from a fork, whose token cannot write a release: the ${layering ? 'image becomes one tarball without layers, and that' : 'tarball becomes'} an artifact of the run instead.`,
  )
  return { ...action, publish: { to: 'artifact' } }
}

/** @returns also how many milliseconds the service took to become healthy, if it was tried */
export async function exportService(
  { action, publish }: Service,
  cache: ExportRequest['cache'],
  tools: ServiceTools,
): Promise<{ exported: Exported; healthyAfter: number | undefined }> {
  const { env, temporary, signal, steps } = tools
  const request: ExportRequest = { ...action.request, layering: layeringOf(action), cache }
  const { tryTimeout } = action
  let healthyAfter: number | undefined
  const tryApp =
    tryTimeout === undefined
      ? undefined
      : (app: AppDefinition) =>
          outsideGroup('Export (continued)', async () => {
            healthyAfter = await steps.grouped('Try', () =>
              tryImage(app, { timeout: tryTimeout, env, temporary, signal }),
            )
          })
  const exported = await steps.grouped('Export', () => runExport(request, { ...tools, publish, tryApp }))
  if (action.checksumFile) {
    for (const { path, name, sha256 } of exported.tarballs)
      await writeFile(`${path}.sha256`, `${sha256}  ${name}\n`)
  }
  return { exported, healthyAfter }
}

/** @throws MesosizeError GITHUB_TOKEN */
export async function openGitHub({ githubToken }: ExportAction, tools: PublisherTools): Promise<GitHub> {
  const { connect } = await import('../../github/octokit.ts')
  return connect({ ...tools, token: githubToken })
}

/** @returns how the image differs from that of the last release, if that is wanted and can be said */
export async function compareWithRelease(
  exported: Exported,
  { action: { publish }, github }: Service,
  tools: ServiceTools,
): Promise<string | undefined> {
  if (!github) return undefined
  const { id, tag } = publish.to === 'release' ? publish : {}
  const { changesSinceRelease } = await import('../../inspect/changes.ts')
  return tools.steps.grouped('Compare', () =>
    changesSinceRelease(exported, { id, tag: tag ?? tools.context.tag }, github, tools),
  )
}

/** Everything that later steps and people get to see of an export, besides the step's outputs. */
export async function setOutputs(
  exported: Exported,
  action: ExportAction,
  tools: ServiceTools,
  results: Results,
): Promise<void> {
  const { publish, summary } = action
  const { tarballs } = exported
  const { GITHUB_ARTIFACTS } = process.env
  if (GITHUB_ARTIFACTS) await appendFile(GITHUB_ARTIFACTS, tarballs.map(({ path }) => `${path}\n`).join(''))
  // An unpublished tarball gets to its URI, and a draft is published, only in a later step.
  const later =
    publish.to === 'none' || publish.to === 'artifact' || (publish.to === 'release' && publish.draft)
  if (!later) await probeTarballs(tarballs, tools)
  const branch = action.preview && baseBranch(tools.context)
  if (branch !== undefined) await recordForPreviews(exported, branch, action, tools)
  if (summary) await addSummary(exportSummary(exported, tools.steps.done, results), tools.report)
}

/** The app is exported even if this fails, so it is not an error. */
async function recordForPreviews(
  { ident, packages }: Exported,
  branch: string,
  action: ExportAction,
  tools: PublisherTools,
): Promise<void> {
  try {
    const github = await openGitHub(action, tools)
    const sizes = { service: formatIdent(ident), packages }
    await recordSizes(github, tools.context, branch, sizes)
    tools.report.note(`The sizes of this image are kept for the previews of pull requests into ${branch}.`)
  } catch (error) {
    tools.signal.throwIfAborted()
    tools.report.warn(
      `The sizes of this image are not kept, so that previews cannot be compared with them: ${messageOf(error)}`,
    )
  }
}
