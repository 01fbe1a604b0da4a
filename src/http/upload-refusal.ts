import { MesosizeError } from '../lib/errors.ts'
import { type Mask, maskOf } from '../lib/mask.ts'
import { printableUrl } from '../lib/url.ts'
import { visible } from '../lib/visible.ts'
import { formatStatus, HttpStatusError } from './errors.ts'
import type { UploadAnswer } from './upload.ts'

/** Statuses from 500 on that the same request would get again: not implemented, HTTP version, no room, loop. */
const LASTING: ReadonlySet<number> = new Set([501, 505, 507, 508])
const MOST_WORDS = 200

/**
 * The error for an upload that a server refused.
 * @param next what to do about it
 * @param secrets parts of the request that a server may repeat but that must not be shown, besides the URL's query
 * @returns HttpStatusError HTTP_STATUS if another try may help, else MesosizeError UPLOAD_REFUSED
 */
export function uploadRefusal(
  answer: UploadAnswer,
  next: string,
  secrets: readonly string[] = [],
): MesosizeError {
  const { url, status } = answer
  const mask = maskOf([...secrets, ...url.searchParams.values()])
  const message = `${mask(printableUrl(url))} answered ${formatStatus(status)} to the upload${words(answer, mask)}. ${next}`
  return status === 429 || (status >= 500 && !LASTING.has(status))
    ? new HttpStatusError('HTTP_STATUS', message, answer)
    : new MesosizeError('UPLOAD_REFUSED', message)
}

/** The beginning of the server's own message, unless it is a web page or compressed. */
function words({ headers, text }: UploadAnswer, mask: Mask): string {
  const start = mask(text).slice(0, MOST_WORDS).replace(/\s+/g, ' ').trim()
  if (start === '' || /html/i.test(headers.get('content-type') ?? '')) return ''
  if (/^<(!doctype|html)/i.test(start) || headers.has('content-encoding')) return ''
  return `: ${JSON.stringify(visible(start))}`
}
