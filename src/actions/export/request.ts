import { setting } from '../../lib/setting.ts'
import { PREVIEW_RELEASE } from '../../preview/preview.ts'
import { refuseIdle } from '../../settings/idle.ts'
import { readExportRequest } from '../../settings/read-export.ts'
import { APP } from '../../settings/rows/app.ts'
import { PREVIEW } from '../../settings/rows/github.ts'
import { OUTPUT, REPORTING, URIS } from '../../settings/rows/output.ts'
import { HAB, NAMED, PACKAGES } from '../../settings/rows/packages.ts'
import { RELEASE } from '../../settings/rows/publish.ts'
import { TRY } from '../../settings/rows/run.ts'
import { nameOf } from '../../settings/setting.ts'
import type { SettingValues } from '../../settings/setting-values.ts'
import { GITHUB_EXPORT } from '../../settings/tables.ts'
import { type HabUse, type PlanRequest, readHab, readPlan } from './hab-inputs.ts'
import { checkLayerInputs } from './layer-inputs.ts'
import { readPublishRequest } from './publish-request.ts'
import type { PublishableExport } from './publisher.ts'

/** What a workflow asks of the export action. The request lacks the packages if a plan is built first. */
export interface ExportAction extends PublishableExport {
  plan?: PlanRequest
  /** Absent if packages come from Builder without hab. */
  hab?: HabUse
  /** Whether the image is compared with that of the last release. */
  changes: boolean
  /** Milliseconds until an image must be healthy to be published; absent if it is not tried. */
  tryTimeout?: number
  summary: boolean
}

/** Reads all inputs and the files that they name; do not use the result if `values` has problems afterwards. */
export async function readExportAction(values: SettingValues): Promise<ExportAction> {
  const { packages } = await values.read(NAMED)
  const request = await readExportRequest(values, packages)
  // Only as an input: HAB_ORIGIN on a runner says nothing about this package.
  const origin = values.written(PACKAGES.origin) ? (await values.read(PACKAGES)).origin : undefined
  const hab = await values.read(HAB)
  const { token, summary } = await values.read(GITHUB_EXPORT)
  const action: ExportAction = {
    request,
    plan: await readPlan(values, hab, origin),
    hab: await readHab(values, hab, request),
    publish: await readPublishRequest(values),
    uriTemplate: await readUriTemplate(values),
    githubToken: token ?? '',
    ...(await values.read(REPORTING)),
    tryTimeout: await readTry(values),
    summary,
    preview: await readPreview(values),
  }
  if (values.written(OUTPUT.layering)) checkLayerInputs(values, action)
  return action
}

async function readTry(values: SettingValues): Promise<number | undefined> {
  const { wanted, timeout } = await values.read(TRY)
  if (!wanted) {
    refuseIdle(values, [TRY.timeout], setting('try', 'false'), setting('try', 'true'))
    return undefined
  }
  if (process.platform !== 'linux') {
    values.problem(
      `${setting('try')}: an image can only be tried on Linux, and this runner has ${process.platform}. Leave it out, or write runs-on: ubuntu-latest.`,
    )
  }
  return timeout
}

async function readPreview(values: SettingValues): Promise<ExportAction['preview']> {
  const { preview, pullRequest } = await values.read(PREVIEW)
  if (!preview) {
    if (values.written(PREVIEW.pullRequest)) {
      values.problem(
        `${setting('pull-request')}: it names the pull request of a preview. Write ${setting('preview', 'true')} too.`,
      )
    }
    return undefined
  }
  for (const row of [APP.id, RELEASE.tag, RELEASE.id]) {
    if (!values.written(row)) continue
    values.problem(
      `${setting(nameOf(row))}: a preview is /previews/REPOSITORY/pr-NUMBER/NAME, and its tarball goes to the release ${PREVIEW_RELEASE}, so that both can be found later. Remove it.`,
    )
  }
  // Their release is one in any case.
  refuseIdle(values, [RELEASE.prerelease], setting('preview', 'true'))
  return { pullRequest }
}

async function readUriTemplate(values: SettingValues): Promise<string | undefined> {
  const given = [URIS.uri, URIS.uriBase, URIS.uriTemplate].filter(row => values.written(row))
  if (given.length > 1 && values.written(URIS.uriTemplate)) {
    values.problem(`${given.map(row => setting(nameOf(row))).join(', ')}: only one can be given. Keep one.`)
  }
  return (await values.read(URIS)).uriTemplate
}
