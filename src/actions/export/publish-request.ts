import { setting } from '../../lib/setting.ts'
import type { PublishRequest } from '../../publish/request.ts'
import { refuseIdle } from '../../settings/idle.ts'
import { readAccess } from '../../settings/read-access.ts'
import { HTTP, PUBLISH, RELEASE } from '../../settings/rows/publish.ts'
import type { SettingValues } from '../../settings/setting-values.ts'
import { STORE_ACCESS } from '../../settings/tables.ts'

/** Reads where the image goes; if that adds problems to `values`, the target is `none`. */
export async function readPublishRequest(values: SettingValues): Promise<PublishRequest> {
  const { size } = values.problems
  const request = await readTarget(values)
  const usable = values.problems.size === size
  await refuseOtherTargets(values)
  return usable ? request : { to: 'none' }
}

async function readTarget(values: SettingValues): Promise<PublishRequest> {
  const { to } = await values.read(PUBLISH)
  switch (to) {
    case 'release': {
      if (values.written(RELEASE.id) && values.written(RELEASE.tag)) {
        values.problem(
          `${setting('release-id')} and ${setting('release-tag')}: only one can be given. Keep one of the two.`,
        )
      }
      // They are about a release that is created.
      if (values.written(RELEASE.id)) {
        refuseIdle(values, [RELEASE.draft, RELEASE.prerelease], setting('release-id'))
      }
      return { to, ...(await values.read(RELEASE)) }
    }
    case 'http': {
      const { uploadUrl = '', headers = {} } = await values.read(HTTP)
      if (!uploadUrl) {
        values.problem(
          `${setting('upload-url')}: "${setting('publish', to)}" needs it. Write ${setting('upload-url', 'https://…')}`,
        )
      }
      return { to, uploadUrl, headers }
    }
    case 'artifact-store': {
      const { urls, credentials } = await readAccess(values, STORE_ACCESS)
      const authorization =
        credentials.kind === 'basic'
          ? credentials.authorization
          : credentials.kind === 'dcos-token'
            ? `token=${credentials.token}`
            : undefined
      return { to, marathonUrl: urls[0]?.href ?? '', authorization }
    }
    default:
      // Anything not allowed has been reported already.
      return { to: to ?? 'none' }
  }
}

/** The settings of each target. */
const OF_TARGETS = { release: RELEASE, http: HTTP, 'artifact-store': STORE_ACCESS }

async function refuseOtherTargets(values: SettingValues): Promise<void> {
  const { to } = await values.read(PUBLISH)
  // Anything not allowed has been reported already.
  if (to === undefined) return
  for (const [target, rows] of Object.entries(OF_TARGETS)) {
    if (target === to) continue
    refuseIdle(values, Object.values(rows), setting('publish', to), setting('publish', target))
  }
}
