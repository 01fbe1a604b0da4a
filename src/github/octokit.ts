import { getOctokit } from '@actions/github'
import { networkError } from '../http/errors.ts'
import type { Fetch } from '../http/fetch.ts'
import { type RetryOptions, withRetries } from '../http/retry.ts'
import { noteRetries } from '../http/retry-notes.ts'
import { MesosizeError } from '../lib/errors.ts'
import { type Mask, maskOf } from '../lib/mask.ts'
import type { Reporter } from '../lib/report.ts'
import { setting } from '../lib/setting.ts'
import { isToken } from '../lib/token.ts'
import { printableUrl } from '../lib/url.ts'
import { boundedFetch } from './bounded-fetch.ts'
import type { Repository, RunContext } from './context.ts'
import { mayPass, refusal } from './errors.ts'

export interface GitHubOptions {
  context: Pick<RunContext, 'repository' | 'apiUrl'>
  token: string
  fetch: Fetch
  report: Reporter
  signal?: AbortSignal
  /** How failures that may pass are retried. */
  retry?: Pick<RetryOptions, 'sleep' | 'now' | 'random'>
}

/** A repository on GitHub, and the means to change it. */
export interface GitHub {
  /** Throws MesosizeError: HTTP_NETWORK if no answer came, else GitHubError. */
  rest: ReturnType<typeof getOctokit>['rest']
  paginate: ReturnType<typeof getOctokit>['paginate']
  repository: Repository
  token: string
  report: Reporter
  /** Notes each retry, and ends with the run. */
  retry: RetryOptions
}

/**
 * A client of GitHub's REST API, at github.com or a GitHub Enterprise Server. It waits when GitHub asks for that,
 * and repeats requests that may be carried out twice. Asset bodies do not go through it: octokit holds them in memory.
 * @throws MesosizeError GITHUB_TOKEN if the token cannot be one
 */
export function connect({ context, token, fetch, report, signal, retry: timing }: GitHubOptions): GitHub {
  // fetch's message about a header that it cannot send would show the token.
  if (!isToken(token)) {
    throw new MesosizeError(
      'GITHUB_TOKEN',
      `${setting('github-token')}: is empty, or has white space or other characters that a token cannot contain. Leave it out, or give it the secret that holds a token.`,
    )
  }
  const mask = maskOf([token])
  const retry: RetryOptions = {
    ...timing,
    signal,
    ...noteRetries(report),
  }
  const { rest, paginate, hook } = getOctokit(token, {
    baseUrl: context.apiUrl,
    userAgent: 'mesosize',
    request: { fetch: boundedFetch(fetch), signal },
  })
  hook.wrap('request', (request, options) =>
    withRetries(
      async () => {
        try {
          return await request(options)
        } catch (thrown) {
          throw explain(thrown, options.method, (timing?.now ?? Date.now)(), mask)
        }
      },
      { ...retry, mayPass: mayPass(options.method !== 'POST') },
    ),
  )
  return { rest, paginate, repository: context.repository, token, report, retry }
}

/** Octokit's errors (@octokit/request-error) as our own. */
function explain(thrown: unknown, method: string, now: number, mask: Mask): unknown {
  if (!(thrown instanceof Error) || thrown.name !== 'HttpError') return thrown
  const { request, response } = thrown as Error & {
    request: { url: string }
    response?: { status: number; headers: Record<string, unknown>; data: unknown }
  }
  if (thrown.cause instanceof MesosizeError) return thrown.cause
  return response
    ? refusal({ ...response, body: response.data }, method, request.url, now, mask)
    : networkError(printableUrl(request.url), thrown.cause ?? thrown)
}
