import { readText } from '../../http/body.ts'
import { isTransient, networkError } from '../../http/errors.ts'
import type { Fetch } from '../../http/fetch.ts'
import { type RetryOptions, withRetries } from '../../http/retry.ts'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import type { NonEmpty } from '../../lib/in-turn.ts'
import { authorizationSecrets } from '../../lib/mask.ts'
import { parseJson, TOO_DEEP } from '../../lib/parse-json.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import { printableUrl } from '../../lib/url.ts'
import type { JsonValue } from '../app/request.ts'
import type { Authorization } from './authorization.ts'
import { apiUrl, isPrivate } from './base-url.ts'
import { MarathonError, refusal } from './errors.ts'

export interface MarathonOptions {
  /** The base URLs of the masters, in the order in which they are tried; see `readMarathonUrls`. */
  urls: NonEmpty<URL>
  authorization: Authorization
  fetch: Fetch
  report: Reporter
  signal?: AbortSignal
  /** How transient failures are retried. */
  retry?: Omit<RetryOptions, 'signal'>
}

export interface MarathonRequest {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** Relative to the base URL, such as `/v2/apps/web/shop`; slashes are sent unchanged. */
  path: string
  query?: readonly (readonly [name: string, value: string])[]
  body?: JsonValue
  /** The purpose, for messages, as a phrase that follows "to", such as "deploy /web/shop". */
  what: string
  /** How often to try. Polling needs few tries, because it asks again anyway. */
  tries?: number
  /** Called when a response was lost; the change may have been made anyway. */
  onLost?: () => void
}

/** One Marathon, with any number of masters. */
export interface Marathon {
  /** The first of its base URLs, for messages. */
  base: URL
  /**
   * Sends a request: to the next master if one does not answer or has no leader, after a new login if the old one has
   * expired, and again after transient failures.
   * @returns the parsed JSON of the response; undefined if it has no body
   * @throws MarathonError, MesosizeError HTTP_... and MARATHON_NOT_JSON, and as `Authorization`
   */
  send(request: MarathonRequest): Promise<unknown>
}

/** Bytes; the apps of a large cluster with all their tasks. */
const LONGEST_ANSWER = 64 * 1024 * 1024

export function createMarathon(options: MarathonOptions): Marathon {
  const { urls, report } = options
  let warned = false
  /** Warns once if credentials are sent unencrypted. */
  const check = (base: URL, header: string | undefined) => {
    if (warned || header === undefined || isPrivate(base)) return
    warned = true
    report.warn(
      `Credentials are sent to ${printableUrl(base)} without encryption, so anyone on the network can read them. Give an https:// address as ${setting('marathon')}.`,
    )
  }
  let leader = 0
  return {
    base: urls[0],
    send(request) {
      return withRetries(
        async () => {
          for (let tried = 1; ; tried++) {
            try {
              return await sendTo(urls[leader % urls.length] ?? urls[0], request, options, check)
            } catch (error) {
              if (!mayPass(error) && !isNetwork(error)) throw error
              if (!isUnsent(error)) request.onLost?.()
              // The next request starts with a master that has not just failed.
              leader++
              if (tried >= urls.length) throw error
            }
          }
        },
        { mayPass, ...options.retry, tries: request.tries ?? options.retry?.tries, signal: options.signal },
      )
    },
  }
}

async function sendTo(
  base: URL,
  request: MarathonRequest,
  options: MarathonOptions,
  check: (base: URL, header: string | undefined) => void,
): Promise<unknown> {
  const { authorization } = options
  const header = await authorization.header()
  check(base, header)
  try {
    return await sendAs(header, base, request, options)
  } catch (error) {
    if (!(error instanceof MarathonError) || error.status !== 401) throw error
    if (!(await authorization.renew(header))) throw error
    return sendAs(await authorization.header(), base, request, options)
  }
}

async function sendAs(
  header: string | undefined,
  base: URL,
  { method, path, query, body, what }: MarathonRequest,
  { fetch, signal }: MarathonOptions,
): Promise<unknown> {
  const url = apiUrl(base, path, query)
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/json',
      ...(header !== undefined && { authorization: header }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    redirect: 'manual',
    signal,
  }).catch(thrown => {
    throw thrown instanceof TypeError ? withCaHint(networkError(printableUrl(url), thrown)) : thrown
  })
  const text = await readText({ response, shown: printableUrl(url) }, LONGEST_ANSWER)
  const { status, headers } = response
  if (!response.ok) {
    const secrets = header === undefined ? [] : authorizationSecrets(header)
    throw refusal({ what, url, base, status, headers, text, app: body, secrets })
  }
  if (text === '') return undefined
  try {
    return parseJson(text)
  } catch (error) {
    const found = /^\s*</.test(text)
      ? 'a web page'
      : messageOf(error).endsWith(TOO_DEEP)
        ? `JSON that ${TOO_DEEP}`
        : 'something other than JSON'
    throw new MesosizeError(
      'MARATHON_NOT_JSON',
      `${printableUrl(url)} answered with ${found} when asked to ${what}. Check ${setting('marathon')}: it may lead to a login page, or to the web interface. It must be the part before /v2 in Marathon's addresses; for DC/OS, that is https://CLUSTER/service/marathon.`,
    )
  }
}

function withCaHint(error: MesosizeError): MesosizeError {
  if (!error.message.includes('NODE_EXTRA_CA_CERTS')) return error
  const hint = `Or give it as ${setting('ca-file')}; DC/OS serves it at https://CLUSTER/ca/dcos-ca.crt.`
  return new MesosizeError(error.code, `${error.message} ${hint}`, { cause: error.cause })
}

function mayPass(error: unknown): boolean {
  return error instanceof MarathonError ? error.code === 'MARATHON_UNAVAILABLE' : isTransient(error)
}

/** Includes lasting failures, such as an unknown host name, because another master may have a different one. */
function isNetwork(error: unknown): boolean {
  return error instanceof MesosizeError && error.code === 'HTTP_NETWORK'
}

/** Whether a request cannot have been carried out because nothing received it. */
function isUnsent(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && /^(?:ECONNREFUSED|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$/.test(String(cause.code))) {
      return true
    }
  }
  return false
}
