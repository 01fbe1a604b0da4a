import { setting } from '../../lib/setting.ts'
import { type Preview, readPreview } from '../../preview/preview.ts'
import type { PackageSize } from '../../preview/sizes.ts'
import { refuseIdle } from '../../settings/idle.ts'
import { type Deployment, readDeployment } from '../../settings/read-marathon.ts'
import { ANNOUNCEMENT, DEPLOYED } from '../../settings/rows/deploy.ts'
import type { SettingValues } from '../../settings/setting-values.ts'
import { GITHUB_DEPLOY } from '../../settings/tables.ts'
import { FORK_HINT } from '../shared/marathon.ts'

/** What a workflow asks of the deploy action. */
export interface DeployAction extends Deployment {
  /** The preview that the app's labels describe. */
  preview?: Preview
  /** Of the app's image. */
  packages?: readonly PackageSize[]
  comment: boolean
  githubToken: string
  summary: boolean
}

/** Reads all inputs and the files that they name; do not use the result if `values` has problems afterwards. */
export async function readDeployAction(values: SettingValues, fromFork: boolean): Promise<DeployAction> {
  const { app } = await values.read(DEPLOYED)
  if (app === undefined) {
    values.problem(
      `${setting('app')}: is missing. Give ${setting('app', `\${{ steps.export.outputs.app-path }}`)}, or the JSON itself.`,
    )
  }
  const deployment = await readDeployment(values, app, {
    prefix: `${setting('app')}: `,
    hint: fromFork ? FORK_HINT : undefined,
  })
  const { token, summary } = await values.read(GITHUB_DEPLOY)
  const announcement = await values.read(ANNOUNCEMENT)
  if (!announcement.comment) {
    refuseIdle(values, [ANNOUNCEMENT.packages], setting('comment', 'false'), setting('comment', 'true'))
  }
  return {
    ...deployment,
    preview: deployment.app && (await values.attempt(() => readPreview(deployment.app.labels))),
    ...announcement,
    githubToken: token ?? '',
    summary,
  }
}
