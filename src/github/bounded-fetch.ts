import { readBytes } from '../http/body.ts'
import type { Fetch } from '../http/fetch.ts'
import { MesosizeError } from '../lib/errors.ts'
import { isTooDeep, TOO_DEEP } from '../lib/parse-json.ts'
import { printableUrl } from '../lib/url.ts'
import { problemOfAnswer } from './answers.ts'

/** Bytes; a list of releases describes all of their assets. */
const LARGEST_ANSWER = 128 * 1024 * 1024
/** Far more than a run needs, even to publish a thousand layers. */
const MOST_REQUESTS = 20_000

/**
 * A `fetch` for octokit, which itself reads responses and lists of any length, and accepts responses that are not JSON:
 * each response is read as a whole, within limits, before octokit gets it.
 * @throws MesosizeError GITHUB_ANSWER, HTTP_…
 */
export function boundedFetch(fetch: Fetch): Fetch {
  let requests = 0
  return async (url, init) => {
    const shown = printableUrl(url)
    requests++
    if (requests > MOST_REQUESTS)
      throw unusable(`has a list that does not end after ${MOST_REQUESTS} requests`, shown)
    const response = await fetch(url, init)
    const bytes = await readBytes({ response, shown }, { most: LARGEST_ANSWER })
    // A file that octokit asked for may be anything.
    const isFile = response.ok && new Headers(init?.headers).get('accept') === 'application/octet-stream'
    const text = isFile ? '' : bytes.toString('utf8')
    if (isTooDeep(text)) throw unusable(`answered with JSON that ${TOO_DEEP}`, shown)
    const headers = new Headers(response.headers)
    // octokit would print this header.
    headers.delete('deprecation')
    if (response.ok && !isFile) {
      if (text !== '') headers.set('content-type', 'application/json')
      checkAnswer(text, new URL(url), init?.method ?? 'GET', shown)
    }
    return new Response(response.body && bytes, { status: response.status, headers })
  }
}

function checkAnswer(text: string, { pathname }: URL, method: string, shown: string): void {
  let value: unknown
  try {
    value = text === '' ? undefined : JSON.parse(text)
  } catch {
    // As a text, it is refused below.
    value = text
  }
  if (value !== undefined && typeof value !== 'object')
    throw unusable('did not answer with a JSON object or list', shown)
  const problem = problemOfAnswer(method.toUpperCase(), pathname, value)
  if (problem !== undefined) throw unusable(`gave an answer in which ${problem}`, shown)
}

function unusable(problem: string, shown: string): MesosizeError {
  return new MesosizeError(
    'GITHUB_ANSWER',
    `${shown} ${problem}, so it is not GitHub. Check the proxy, if there is one.`,
  )
}
