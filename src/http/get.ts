import { MesosizeError } from '../lib/errors.ts'
import { authorizationSecrets, maskOf } from '../lib/mask.ts'
import { printableUrl } from '../lib/url.ts'
import { networkError } from './errors.ts'
import type { Fetch } from './fetch.ts'

/** A response, whatever its status, and the URL that gave it after all redirects. */
export interface Answer {
  response: Response
  url: URL
  /** The URL as it may be shown: a server may redirect to one that repeats a secret. */
  shown: string
}

export interface GetOptions {
  /** HEAD asks for the response without its body. */
  method?: 'GET' | 'HEAD'
  headers?: Record<string, string>
  /** The Authorization header; sent only to the first URL's scheme, host and port. */
  authorization?: string
  signal?: AbortSignal
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const MAX_REDIRECTS = 5

/**
 * Sends a GET or HEAD request and follows redirects, except from https to http and to other schemes.
 * @throws MesosizeError HTTP_NETWORK if no response came, HTTP_REDIRECT if a redirect cannot be followed; the
 *   signal's reason if it was aborted
 */
export async function get(fetch: Fetch, url: URL, options: GetOptions = {}): Promise<Answer> {
  const { method, headers, authorization, signal } = options
  const show = showing(url, authorization === undefined ? [] : authorizationSecrets(authorization))
  let current = url
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const own = authorization !== undefined && current.origin === url.origin
    const response = await fetch(current, {
      method,
      headers: own ? { ...headers, authorization } : headers,
      redirect: 'manual',
      signal,
    }).catch(thrown => {
      // fetch rejects with a TypeError for whatever happens on the network, and with the reason if aborted.
      throw thrown instanceof TypeError ? networkError(show(current), thrown) : thrown
    })
    const location = response.headers.get('location')
    if (!REDIRECTS.has(response.status) || location === null)
      return { response, url: current, shown: show(current) }
    await response.body?.cancel()
    current = redirected(current, location, show)
  }
  throw new MesosizeError(
    'HTTP_REDIRECT',
    `${printableUrl(url)} redirects more than ${MAX_REDIRECTS} times, last to ${show(current)}. Check the address.`,
  )
}

type Show = (url: URL | string) => string

/**
 * Returns a function that makes a URL, or a text that is not one, presentable.
 * @param own the URL that the user gave; a server may repeat secrets in other URLs
 */
export function showing(own: URL, secrets: readonly string[]): Show {
  return url => (url === own ? printableUrl(own) : maskOf(secrets)(printableUrl(url)))
}

/**
 * Where a redirect leads to, without user and password.
 * @param show see `showing`
 * @throws MesosizeError HTTP_REDIRECT if that is not on the web, or http after https
 */
export function redirected(from: URL, location: string, show: Show = printableUrl): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  const problem = !to
    ? 'which is not a URL'
    : to.protocol !== 'https:' && to.protocol !== 'http:'
      ? 'which is not an http or https URL'
      : from.protocol === 'https:' && to.protocol === 'http:'
        ? 'where anyone on the way could read and change the response'
        : undefined
  if (!to || problem) {
    throw new MesosizeError(
      'HTTP_REDIRECT',
      `${show(from)} redirects to ${JSON.stringify(show(to ?? location))}, ${problem}: not followed. Check the address.`,
    )
  }
  // fetch refuses URLs with a user and password.
  to.username = ''
  to.password = ''
  return to
}
