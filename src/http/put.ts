import { MesosizeError } from '../lib/errors.ts'
import { authorizationSecrets } from '../lib/mask.ts'
import { printableUrl } from '../lib/url.ts'
import { formatStatus } from './errors.ts'
import { redirected, showing } from './get.ts'
import type { Upload, UploadAnswer, UploadBody } from './upload.ts'

export interface PutOptions {
  body: UploadBody
  headers?: Readonly<Record<string, string>>
  /** Headers only for the first URL's scheme, host and port, such as Authorization. */
  credentials?: Readonly<Record<string, string>>
  /** Called with the number of bytes sent; a negative number takes back those of a failed try. */
  onBytes?: (amount: number) => void
  signal?: AbortSignal
}

const MAX_REDIRECTS = 5

/**
 * Sends a PUT request and follows the redirects that keep method and body (307 and 308), with the body from its
 * beginning.
 * @returns the last response, whatever its status
 * @throws MesosizeError HTTP_REDIRECT if a redirect cannot be followed, and as `Upload`
 */
export async function put(upload: Upload, url: URL, options: PutOptions): Promise<UploadAnswer> {
  const { credentials, headers, ...rest } = options
  const show = showing(url, [
    ...Object.values(credentials ?? {}).flatMap(authorizationSecrets),
    ...url.searchParams.values(),
  ])
  let current = url
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const answer = await upload(current, {
      ...rest,
      method: 'PUT',
      headers: current.origin === url.origin ? { ...headers, ...credentials } : headers,
    })
    const location = answer.headers.get('location')
    if (answer.status < 300 || answer.status > 399 || location === null) return answer
    const next = redirected(current, location, show)
    if (answer.status !== 307 && answer.status !== 308) {
      throw new MesosizeError(
        'HTTP_REDIRECT',
        `${show(current)} answered the upload with ${formatStatus(answer.status)} to ${JSON.stringify(show(next))}. ` +
          'That asks for a GET, which sends no file: not followed. It often leads to a login page, or from http to https: give the address that accepts the file itself.',
      )
    }
    current = next
  }
  throw new MesosizeError(
    'HTTP_REDIRECT',
    `${printableUrl(url)} redirects more than ${MAX_REDIRECTS} times, last to ${show(current)}. Check the address.`,
  )
}
