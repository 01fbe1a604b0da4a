import type { UploadAnswer } from '../http/upload.ts'
import { uploadRefusal } from '../http/upload-refusal.ts'
import type { MesosizeError } from '../lib/errors.ts'
import { authorizationSecrets, maskOf } from '../lib/mask.ts'
import { setting } from '../lib/setting.ts'

/**
 * What to tell a person when a server refuses an upload.
 * @param to where the tarball was sent
 * @param credentials the headers that were sent there
 */
export function httpRefusal(
  answer: UploadAnswer,
  to: URL,
  credentials: Readonly<Record<string, string>>,
): MesosizeError {
  const secrets = [...Object.values(credentials).flatMap(authorizationSecrets), ...to.searchParams.values()]
  const { origin } = answer.url
  const other = maskOf(secrets)(origin)
  const next =
    origin === to.origin
      ? nextStep(answer.status, 'authorization' in credentials)
      : `${to.origin} redirected there, and user, password and ${setting('upload-headers')} are sent only to ${to.origin}. If ${other} is the server that you mean, give its address as ${setting('upload-url')}.`
  return uploadRefusal(answer, next, secrets)
}

function nextStep(status: number, authorized: boolean): string {
  switch (status) {
    case 400:
      return `A Nexus repository that does not allow redeploying responds this way when the file already exists; Azure wants "x-ms-blob-type: BlockBlob" in ${setting('upload-headers')}; a presigned URL may have been changed on its way.`
    case 401:
      return authorized
        ? `The user and password in ${setting('upload-url')}, or the Authorization in ${setting('upload-headers')}, are not valid there, or have expired. Give others.`
        : `The server requires authentication. Give user and password in ${setting('upload-url')}, or a header such as "Authorization: Bearer TOKEN" in ${setting('upload-headers')}, from a secret.`
    case 403:
      return `The user may not write this file. Grant that permission, or give another address in ${setting('upload-url')}. A presigned URL may have expired, or may be for another method or Content-Type than PUT and application/gzip; another Content-Type can be given in ${setting('upload-headers')}.`
    case 404:
      return `The repository, bucket or folder does not exist. Create it, or correct ${setting('upload-url')}.`
    case 405:
    case 501:
      return `The server does not accept PUT there. Allow it (nginx: dav_methods PUT), or give another ${setting('upload-url')}; where that is a folder, end it with "/" so that the name of the tarball is added.`
    case 409:
      return `Either the folder does not exist (create it), or the name is that of a folder (end ${setting('upload-url')} with "/"), or a file of this name may not be replaced (put {sha256} or {release} into ${setting('upload-url')}, or remove the file).`
    case 413:
      return 'The file is larger than the server, or a proxy before it, allows. Raise the limit there (nginx: client_max_body_size), or upload elsewhere.'
    case 429:
      return 'It receives too many requests. Try again later.'
    case 500:
      return 'The reason is in the log of the server. nginx responds this way if the folder does not exist (create it, or set create_full_put_path on) or is not writable.'
    case 507:
      return 'The server has no space left. Free some, or upload elsewhere.'
    default:
      return status >= 500
        ? 'Try again later.'
        : `Only 200, 201 and 204 confirm that the file is stored. Check ${setting('upload-url')} and ${setting('upload-headers')}.`
  }
}
