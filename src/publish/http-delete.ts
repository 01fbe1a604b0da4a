import { formatStatus, HttpStatusError, networkError } from '../http/errors.ts'
import { withRetries } from '../http/retry.ts'
import { noteRetries } from '../http/retry-notes.ts'
import type { NamedTarball } from '../image/tarball.ts'
import { MesosizeError } from '../lib/errors.ts'
import { setting } from '../lib/setting.ts'
import { printableUrl } from '../lib/url.ts'
import type { PublishTools } from './tools.ts'
import { type UploadTarget, uploadPlace } from './upload-url.ts'

/**
 * Deletes a tarball from where `publishOverHttp` put it; a missing one is not an error.
 * @throws MesosizeError DELETE_REFUSED or HTTP_…
 */
export async function deleteOverHttp(
  target: Pick<UploadTarget, 'uploadUrl' | 'headers'>,
  tarball: Pick<NamedTarball, 'name' | 'sha256' | 'ident'>,
  { fetch, report, signal, retry }: Omit<PublishTools, 'upload'>,
): Promise<void> {
  const { url, credentials: headers } = uploadPlace(target, tarball)
  await withRetries(
    async () => {
      const response = await fetch(url, { method: 'DELETE', headers, redirect: 'manual', signal }).catch(
        thrown => {
          throw thrown instanceof TypeError ? networkError(printableUrl(url), thrown) : thrown
        },
      )
      await response.body?.cancel()
      const { status } = response
      if (response.ok || status === 404 || status === 410) return
      const message = `${printableUrl(url)} answered ${formatStatus(status)} when asked to delete the tarball. Allow DELETE there (nginx: dav_methods PUT DELETE) for the user that ${setting('upload-url')} and ${setting('upload-headers')} name, or leave ${setting('upload-url')} out and delete it yourself.`
      throw status === 429 || status >= 500
        ? new HttpStatusError('HTTP_STATUS', message, response)
        : new MesosizeError('DELETE_REFUSED', message)
    },
    { ...noteRetries(report), ...retry, signal },
  )
}
