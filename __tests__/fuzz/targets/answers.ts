import fc from 'fast-check'
import type { Fetch } from '../../../src/http/fetch.ts'

/** The response of a web server. The body is text, or base64 of bytes. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
  base64?: boolean
}

const STATUSES = [
  100, 101, 201, 204, 206, 301, 302, 304, 308, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503,
]

/** Headers that a response may have. */
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  'content-length': ['0', '1', '-1', '99999999999999', 'x', ''],
  'content-encoding': ['gzip', 'identity', 'x'],
  location: ['/x', '//', 'http://[', 'https://127.0.0.1/x', 'file:///etc/passwd', 'javascript:0', ''],
  'retry-after': ['1', '0', '-1', '99999999999', 'Wed, 21 Oct 2099 07:28:00 GMT', 'x'],
  'www-authenticate': ['Basic realm="x"', 'acsjwt'],
}

/** Responses with these bodies, most of them with status 200 and the right type. */
export function answersWith(bodies: fc.Arbitrary<string | Buffer>, type: string): fc.Arbitrary<Answer> {
  const rarely = <T>(usual: T, others: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others })
  const more = Object.entries(HEADERS).map(([name, values]) =>
    rarely<Record<string, string>>(
      {},
      fc.constantFrom(...values).map(value => ({ [name]: value })),
    ),
  )
  return fc
    .record({
      status: rarely(200, fc.constantFrom(...STATUSES)),
      type: rarely(type, fc.constantFrom('text/html', 'application/octet-stream', 'text/plain', '')),
      more: fc.tuple(...more),
      body: bodies,
    })
    .map(({ status, type, more, body }) => ({
      status,
      headers: Object.assign({ 'content-type': type }, ...more) as Record<string, string>,
      ...(typeof body === 'string' ? { body } : { body: body.toString('base64'), base64: true }),
    }))
}

/** A client that sends more than this does not end. */
const MOST_REQUESTS = 3_000

/**
 * A `fetch` without a network.
 * @param answer gives the response; undefined, or a value that cannot be a response, is a network failure
 */
export function fetchFrom(answer: (url: URL, method: string) => Answer | undefined): Fetch {
  let requests = 0
  return async (url, init) => {
    if (++requests > MOST_REQUESTS) throw new Error(`more than ${MOST_REQUESTS} requests`)
    const { status, headers, body, base64 } = answer(new URL(url), init?.method ?? 'GET') ?? {}
    try {
      const bytes = Buffer.from(String(body ?? ''), base64 ? 'base64' : 'utf8')
      return new Response(status === 204 || status === 304 ? null : bytes, { status: status ?? 0, headers })
    } catch (cause) {
      // What fetch throws for any network failure.
      throw new TypeError('fetch failed', { cause })
    }
  }
}

/** Retry without waiting. */
export const AT_ONCE = { sleep: async () => {} }
