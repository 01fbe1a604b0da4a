import { appendFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as core from '@actions/core'
import manifest from '../../../package.json' with { type: 'json' }
import { encodingFor, encodingName } from '../../codec/gzip/gzip.ts'
import type { Exported } from '../../export/exported.ts'
import type { ExportRequest } from '../../export/request.ts'
import { runExport } from '../../export/run.ts'
import { readContext } from '../../github/context.ts'
import type { GitHub } from '../../github/octokit.ts'
import { formatIdent } from '../../habitat/package/ident.ts'
import { createFetch } from '../../http/fetch.ts'
import { createUpload } from '../../http/upload.ts'
import { messageOf } from '../../lib/errors.ts'
import type { AppDefinition } from '../../marathon/app/validate.ts'
import { forPreview } from '../../preview/export.ts'
import { keepSizes } from '../../preview/kept-sizes.ts'
import { baseBranch } from '../../preview/run.ts'
import { probeTarballs } from '../../publish/probe.ts'
import { EXPORT } from '../../settings/tables.ts'
import { annotate, logReporter, mask, outsideGroup } from '../shared/log.ts'
import { runAction } from '../shared/run.ts'
import { Steps } from '../shared/steps.ts'
import { setExportOutputs } from './outputs.ts'
import { restorePackageCache } from './package-cache.ts'
import { layeringOf, type PublisherTools, publisherOf } from './publisher.ts'
import { type ExportAction, readExportAction } from './request.ts'
import { WORKSPACE_STATE } from './state.ts'
import { exportSummary, type Results } from './summary.ts'
import { tryImage } from './try-image.ts'

await runAction(EXPORT, async ({ values, listen }) => {
  const { env } = process
  for (const secret of secretVariables(env)) mask(secret)
  const wanted = await readExportAction(values)
  const context = await readContext(env)
  const told = (await values.attempt(() => forPreview(wanted, context))) ?? wanted
  const action = context.fromFork ? withoutWriting(told) : told

  const report = logReporter()
  const signal = listen()
  const fetch = createFetch({ version: manifest.version, signal })
  const upload = createUpload({ version: manifest.version, signal })
  const tools = { context, fetch, upload, report, signal }
  const steps = new Steps()
  const temporary = env.RUNNER_TEMP ?? tmpdir()
  try {
    const publish = await values.attempt(() => publisherOf(action, tools))
    const github = action.changes && (await values.attempt(() => openGitHub(action, tools)))
    values.check()
    const { request: asked, hab } = action
    const onWorkspace = (path: string) => core.saveState(WORKSPACE_STATE, path)
    // What can be left out is loaded only when it is needed: an action should start at once.
    const installed =
      hab &&
      (await (
        await import('./hab-packages.ts')
      ).packagesFromHab(action, hab, steps, {
        ...tools,
        env,
        temporary,
        onWorkspace,
      }))
    const { cache, save } = await restorePackageCache(asked.cache, {
      service: () => import('@actions/cache'),
      temporary,
      encoding: encodingName(encodingFor(asked.compressionLevel)),
      target: installed?.target ?? asked.target,
      steps,
      report,
    })
    const request: ExportRequest = { ...asked, ...installed, layering: layeringOf(action), cache }
    const { tryTimeout } = action
    let healthyAfter: number | undefined
    const tryOut =
      tryTimeout === undefined
        ? undefined
        : (app: AppDefinition) =>
            outsideGroup('Export (continued)', async () => {
              healthyAfter = await steps.grouped('Try', () =>
                tryImage(app, { timeout: tryTimeout, env, temporary, signal }),
              )
            })
    const exported = await steps.grouped('Export', () =>
      runExport(request, { ...tools, publish: publish!, tryOut }),
    )
    await save(exported)
    const changes = github
      ? await steps.grouped('Compare', () => compareWithRelease(exported, action, github, tools))
      : undefined
    const results = { healthyAfter, changes }
    await steps.grouped('Set outputs', () => setOutputs(exported, action, steps, tools, results))
  } finally {
    report.close()
  }
})

/** Secrets that builds get from the job's environment rather than from inputs. */
function secretVariables(env: NodeJS.ProcessEnv): string[] {
  const names = Object.keys(env).filter(name => name.startsWith('HAB_STUDIO_SECRET_'))
  return names.flatMap(name => env[name] || [])
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

/** @throws MesosizeError GITHUB_TOKEN */
async function openGitHub({ githubToken }: ExportAction, tools: PublisherTools): Promise<GitHub> {
  const { connect } = await import('../../github/octokit.ts')
  return connect({ ...tools, token: githubToken })
}

/** @returns how the image differs from that of the last release; undefined if that cannot be said */
async function compareWithRelease(
  exported: Exported,
  { publish }: ExportAction,
  github: GitHub,
  tools: PublisherTools,
): Promise<string | undefined> {
  const { id, tag } = publish.to === 'release' ? publish : {}
  const { changesSinceRelease } = await import('./changes.ts')
  return changesSinceRelease(exported, { id, tag: tag ?? tools.context.tag }, github, tools)
}

async function setOutputs(
  exported: Exported,
  action: ExportAction,
  steps: Steps,
  tools: PublisherTools,
  results: Results,
): Promise<void> {
  const { checksumFile, publish, summary } = action
  const { tarballs } = exported
  if (checksumFile) {
    for (const { path, name, sha256 } of tarballs) await writeFile(`${path}.sha256`, `${sha256}  ${name}\n`)
  }
  setExportOutputs(exported, results.changes)
  const { GITHUB_ARTIFACTS } = process.env
  if (GITHUB_ARTIFACTS) await appendFile(GITHUB_ARTIFACTS, tarballs.map(({ path }) => `${path}\n`).join(''))
  // An unpublished tarball gets to its URI, and a draft is published, only in a later step.
  const later =
    publish.to === 'none' || publish.to === 'artifact' || (publish.to === 'release' && publish.draft)
  if (!later) await probeTarballs(tarballs, tools)
  const branch = action.preview && baseBranch(tools.context)
  if (branch !== undefined) await keepForPreviews(exported, branch, action, tools)
  // Third-party runners and old servers have no summaries.
  if (summary && process.env.GITHUB_STEP_SUMMARY) {
    await core.summary.addRaw(exportSummary(exported, steps.done, results)).write()
  }
}

/** The app is exported even if this fails, so it is not an error. */
async function keepForPreviews(
  { ident, packages }: Exported,
  branch: string,
  action: ExportAction,
  tools: PublisherTools,
): Promise<void> {
  try {
    const github = await openGitHub(action, tools)
    const sizes = { service: formatIdent(ident), packages }
    await keepSizes(github, tools.context, branch, sizes)
    tools.report.note(`The sizes of this image are kept for the previews of pull requests into ${branch}.`)
  } catch (error) {
    tools.report.warn(
      `The sizes of this image are not kept, so that previews cannot be compared with them: ${messageOf(error)}`,
    )
  }
}
