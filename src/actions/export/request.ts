import type { ExportRequest } from '../../export/request.ts'
import { findPlan } from '../../habitat/hab/plan.ts'
import { habTarget } from '../../habitat/hab/release.ts'
import { parseSecretKey } from '../../habitat/hab/secret-key.ts'
import type { PreviewableExport } from '../../preview/export.ts'
import { PREVIEW_RELEASE } from '../../preview/preview.ts'
import { OptionValues } from '../../settings/option-values.ts'
import { exportOptions } from '../../settings/options.ts'
import { readExportRequest } from '../../settings/read-export.ts'
import type { ExportInput } from '../shared/input-table.ts'
import type { Inputs } from '../shared/inputs.ts'
import type { HabRequest } from './install-hab.ts'
import { checkLayerInputs } from './layer-inputs.ts'
import { readPublishRequest } from './publish-request.ts'

/** What a workflow asks of the export action. Of the request, the packages are missing where a plan is built first. */
export interface ExportAction extends PreviewableExport {
  plan?: { folder: string; originKey: string; origin?: string }
  /** How hab is installed; absent where packages come from Builder without it. */
  hab?: HabRequest & { acceptLicense: boolean }
  uriTemplate?: string
  githubToken: string
  checksumFile: boolean
  summary: boolean
}

/** Reads all inputs and the files that they name; worth nothing if `inputs` has problems afterwards. */
export async function readExportAction(
  inputs: Inputs<ExportInput>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ExportAction> {
  const positionals = inputs.lines('package').map(text => ({ text, doubtful: false }))
  const values = new OptionValues(
    exportOptions,
    { options: inputs.options(), positionals, problems: [] },
    env,
  )
  const request = await readExportRequest(positionals, values, inputs.text('origin'))
  const action: ExportAction = {
    request,
    plan: await readPlan(inputs),
    hab: await readHab(inputs, request),
    publish: await readPublishRequest(inputs),
    uriTemplate: readUriTemplate(inputs),
    githubToken: inputs.text('github-token') ?? '',
    checksumFile: inputs.flag('checksum-file'),
    summary: inputs.flag('summary'),
    preview: readPreview(inputs),
  }
  if (inputs.text('layers') !== undefined) checkLayerInputs(inputs, action.publish)
  inputs.problems.push(...values.problems)
  return action
}

async function readPlan(inputs: Inputs<ExportInput>): Promise<ExportAction['plan']> {
  const folder = inputs.text('plan')
  const named = inputs.lines('package').length > 0
  const originKey = inputs.text('origin-key')
  if (folder === undefined) {
    if (!named)
      inputs.problems.push('package: neither it nor plan is given. Write package: core/redis, or plan: .')
    return undefined
  }
  if (named) inputs.problems.push('plan: there is a package too. Keep one of the two')
  if (originKey === undefined) {
    inputs.problems.push(
      `origin-key: a build needs the key that signs it, and pull requests from forks get no secrets. Write origin-key: \${{ secrets.HAB_ORIGIN_KEY }}`,
    )
  } else {
    // hab's installation is worth nothing to who cannot build.
    await inputs.attempt(() => parseSecretKey(originKey, 'origin-key'))
  }
  await inputs.attempt(() => findPlan(folder, process.cwd(), habTarget(process.platform, process.arch)))
  return { folder, originKey: originKey ?? '', origin: inputs.text('origin') }
}

async function readHab(
  inputs: Inputs<ExportInput>,
  { builder, target }: ExportRequest,
): Promise<ExportAction['hab']> {
  if (!inputs.flag('use-hab')) {
    if (inputs.text('plan') !== undefined) {
      inputs.problems.push(
        'use-hab: a plan is built by hab. Leave use-hab out, or name a package instead of the plan',
      )
    }
    return undefined
  }
  if (inputs.text('artifacts') !== undefined) {
    inputs.problems.push(
      'artifacts: hab does not look there. Write use-hab: false, or name the harts as package',
    )
  }
  const own = await inputs.attempt(() => habTarget(process.platform, process.arch))
  if (own !== undefined && target !== undefined && target !== own) {
    inputs.problems.push(
      `target: hab installs packages for the runner that it is on, ${own}, and not for ${target}. Write target: ${own}, or use-hab: false`,
    )
  }
  return {
    version: inputs.text('hab-version')!,
    channel: inputs.text('hab-channel')!,
    mirror: inputs.text('hab-mirror')!,
    builder: builder.url,
    acceptLicense: inputs.flag('accept-license'),
  }
}

function readPreview(inputs: Inputs<ExportInput>): ExportAction['preview'] {
  const pullRequest = inputs.number('pull-request')
  if (!inputs.flag('preview')) {
    if (pullRequest !== undefined) {
      inputs.problems.push(
        'pull-request: it says of which pull request a preview is. Write preview: true too',
      )
    }
    return undefined
  }
  for (const name of ['app-id', 'release-tag', 'release-id'] as const) {
    if (inputs.text(name) === undefined) continue
    inputs.problems.push(
      `${name}: a preview is /previews/REPOSITORY/pr-NUMBER/NAME, and its tarball goes to the release ${PREVIEW_RELEASE}, so that both are found again. Remove it`,
    )
  }
  return { pullRequest }
}

function readUriTemplate(inputs: Inputs<ExportInput>): string | undefined {
  const given = (['uri', 'uri-base', 'uri-template'] as const).filter(name => inputs.text(name) !== undefined)
  if (given.length > 1 && given.includes('uri-template')) {
    inputs.problems.push(`${given.join(', ')}: only one can be. Keep one`)
  }
  return inputs.text('uri-template')
}
