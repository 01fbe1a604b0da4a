import { setting } from '../../lib/setting.ts'
import type { PublishRequest } from '../../publish/request.ts'
import { readAccess } from '../../settings/read-access.ts'
import { HTTP, PUBLISH, RELEASE } from '../../settings/rows/publish.ts'
import type { SettingValues } from '../../settings/setting-values.ts'
import { STORE_ACCESS } from '../../settings/tables.ts'

/** Reads where the image goes; if that adds problems to `values`, the target is `none`. */
export async function readPublishRequest(values: SettingValues): Promise<PublishRequest> {
  const { size } = values.problems
  const request = await readTarget(values)
  return values.problems.size > size ? { to: 'none' } : request
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
