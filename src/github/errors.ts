import * as v from 'valibot'
import { formatStatus, HttpStatusError, isTransient } from '../http/errors.ts'
import type { ErrorCode } from '../lib/error-code.ts'
import { MesosizeError } from '../lib/errors.ts'
import { text } from '../lib/json.ts'
import { each, fields, maybe } from '../lib/lenient-json.ts'
import type { Mask } from '../lib/mask.ts'
import { setting } from '../lib/setting.ts'
import { printableUrl } from '../lib/url.ts'

/** A response from GitHub, whichever client received it. */
export interface Answered {
  status: number
  /** By lower-case name. */
  headers: Readonly<Record<string, unknown>>
  /** The text, or the parsed JSON. */
  body: unknown
}

/** An unsuccessful response of GitHub. */
export class GitHubError extends HttpStatusError {
  /** The codes in the `errors` of a 422 response, such as `already_exists`. */
  readonly reasons: readonly string[]

  constructor(code: ErrorCode, message: string, status: number, wait: number | undefined, reasons: string[]) {
    const headers = new Headers(wait === undefined ? {} : { 'retry-after': String(wait) })
    super(code, message, { status, headers })
    this.reasons = reasons
  }
}

/** The permission that a request needs, by its path: as named in workflows, and in the settings of tokens. */
const PERMISSIONS: readonly (readonly [path: RegExp, name: string, title: string])[] = [
  [/\/issues\//, 'pull-requests', 'Pull requests'],
  [/\/pulls\//, 'pull-requests', 'Pull requests'],
  [/\/deployments(\/|\?|$)/, 'deployments', 'Deployments'],
  [/(?:)/, 'contents', 'Contents'],
]

/** Seconds; a token whose limit is used up may have to wait for an hour, and a job should not wait for that. */
const LONGEST_WAIT = 120

/**
 * What to tell a person about an unsuccessful response.
 * @param method of the request
 * @param url of the request
 * @param now the time, milliseconds since the epoch
 * @param mask hides secrets that the response repeats
 */
export function refusal(
  answered: Answered,
  method: string,
  url: string,
  now: number,
  mask: Mask,
): GitHubError {
  const { status } = answered
  const { said, reasons } = words(answered.body)
  const wait = rateLimit(answered, said, now)
  const { code, next } = advice(status, method, url, said, wait, now)
  const what = `GitHub answered ${formatStatus(status)} to ${method} ${printableUrl(url)}`
  const quoted = said === '' ? '' : `: ${JSON.stringify(mask(said).slice(0, 1000))}`
  return new GitHubError(code, `${what}${quoted}. ${next}`, status, wait, reasons)
}

/**
 * Whether a request is worth sending again: after a rate limit that ends soon, since nothing was done then, and after
 * a transient failure if the request may be carried out twice.
 */
export function mayPass(repeatable: boolean): (thrown: unknown) => boolean {
  return thrown =>
    thrown instanceof MesosizeError && thrown.code === 'GITHUB_RATE_LIMIT'
      ? thrown instanceof GitHubError && Number(thrown.retryAfter) <= LONGEST_WAIT
      : repeatable && isTransient(thrown)
}

function advice(
  status: number,
  method: string,
  url: string,
  said: string,
  wait: number | undefined,
  now: number,
): { code: ErrorCode; next: string } {
  if (wait !== undefined) {
    const when = new Date(now + wait * 1000).toISOString()
    return {
      code: 'GITHUB_RATE_LIMIT',
      next: `The token has made too many requests. Run again after ${when}, or give another token as ${setting('github-token')}.`,
    }
  }
  if (status === 401) {
    return {
      code: 'GITHUB_TOKEN',
      next: `The token is not valid, or has expired. Leave ${setting('github-token')} out, or give it a valid token.`,
    }
  }
  if (status === 403 || (status === 404 && method !== 'GET')) {
    const [, permission, title] = PERMISSIONS.find(([path]) => path.test(url))!
    return {
      code: 'GITHUB_PERMISSION',
      next: `The token may not do this${status === 404 ? ', or its object no longer exists' : ''}. Let the job's token write:\n\npermissions:\n  ${permission}: write\n\nIf ${setting('github-token')} is your own token, give it "${title}: Read and write" for this repository.`,
    }
  }
  if (status === 404) {
    return {
      code: 'GITHUB_NOT_FOUND',
      next: `It does not exist, or the token in ${setting('github-token')} may not read it.`,
    }
  }
  if (/immutable release/i.test(said)) return { code: 'RELEASE_IMMUTABLE', next: IMMUTABLE }
  if (status >= 500) {
    return {
      code: 'GITHUB_STATUS',
      next: 'Try again later; https://www.githubstatus.com shows the state of GitHub.',
    }
  }
  return { code: 'GITHUB_REFUSED', next: 'Check the inputs of the action that the message mentions.' }
}

/** How a tarball gets into a repository whose releases cannot be changed once they are published. */
export const IMMUTABLE =
  'An immutable release cannot be changed once it is published, and its tag cannot be used for another. ' +
  'Use a new tag, and let this action create the release: it attaches first, then publishes. ' +
  'If several jobs attach to one release, give them all "draft: true", and publish it in a job that needs them.'

/**
 * Seconds to wait if the answer is a rate limit, primary or secondary: "Rate limits for the REST API" in GitHub's
 * documentation.
 */
function rateLimit({ status, headers }: Answered, said: string, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined
  const asked = Number(headers['retry-after'] ?? Number.NaN)
  if (asked >= 0) return Math.ceil(asked)
  const reset = Number(headers['x-ratelimit-reset'])
  if (String(headers['x-ratelimit-remaining']) === '0' && reset > 0) {
    return Math.max(Math.ceil(reset - now / 1000), 0) + 1
  }
  return status === 429 || /rate limit|abuse detection/i.test(said) ? 60 : undefined
}

const REFUSAL = fields({
  message: maybe(text),
  errors: each(fields({ message: maybe(text), field: maybe(text), code: maybe(text) })),
})

/** The messages in a response, in which nothing can be relied on: a proxy may have written it. */
function words(body: unknown): { said: string; reasons: string[] } {
  const { message, errors } = v.parse(REFUSAL, body)
  const texts = errors.map(({ message, field, code }) => message ?? [field, code].filter(Boolean).join(' '))
  return {
    said: [message, ...texts].filter(text => text !== undefined && text !== '').join('; '),
    reasons: errors.map(({ code }) => code).filter(code => code !== undefined),
  }
}
