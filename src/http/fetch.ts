import type { RequestInit as UndiciRequestInit } from 'undici'
import { MesosizeError } from '../lib/errors.ts'
import { formatDuration } from '../lib/terminal/format.ts'

/** The web's `fetch`, as far as this project needs it: what every room that speaks HTTP takes as an argument. */
export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>

export interface FetchOptions {
  /** Mesosize's own version, for the User-Agent. */
  version: string
  /** Ends every request that does not have a signal of its own. */
  signal?: AbortSignal
  /** Milliseconds without a byte after which a response is abandoned. Connecting may take undici's 10 seconds. */
  idleTimeout?: number
  /** Certificates of authorities in PEM, trusted in addition to Node's own. */
  ca?: string
}

/**
 * A `fetch` that sets a User-Agent, requests uncompressed responses, gives up on servers that fall silent or never
 * begin to respond, and goes through the proxies named by http_proxy, https_proxy and no_proxy, in either case.
 * Nothing of undici is loaded before the first request.
 * @throws MesosizeError PROXY_INVALID, from the first request
 */
export function createFetch({ version, signal, idleTimeout = 60_000, ca }: FetchOptions): Fetch {
  let client: ReturnType<typeof loadClient> | undefined
  return async (url, init = {}) => {
    client ??= loadClient(idleTimeout, ca)
    const { fetch, Headers, dispatcher } = await client
    const headers = new Headers(init.headers as UndiciRequestInit['headers'])
    if (!headers.has('user-agent')) headers.set('user-agent', `mesosize/${version}`)
    // What is compressed may be far larger than it looks. With a range, undici itself asks for this.
    if (!headers.has('range')) headers.set('accept-encoding', 'identity')
    return beginning(idleTimeout, init.signal ?? signal, either => {
      // The package's types and those that Node declares for its built-in copy differ in name only.
      const ours = { ...init, signal: either, headers, dispatcher }
      return fetch(url, ours as unknown as UndiciRequestInit)
    })
  }
}

/**
 * Waits for a response, for twice as long as a server may be silent: one that keeps saying that it is working on it
 * (with status 102) is not silent, and may never respond.
 * @param ask is aborted by the signal, and may restart the timer
 * @throws TypeError after that time, as `fetch` throws one when the network fails
 */
export async function beginning<T>(
  idleTimeout: number,
  signal: AbortSignal | null | undefined,
  ask: (signal: AbortSignal, patience: NodeJS.Timeout) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const patience = setTimeout(() => late.abort(unanswered(2 * idleTimeout)), 2 * idleTimeout)
  try {
    return await ask(signal ? AbortSignal.any([signal, late.signal]) : late.signal, patience)
  } finally {
    clearTimeout(patience)
  }
}

function unanswered(milliseconds: number): TypeError {
  const cause = new Error(`it did not respond within ${formatDuration(milliseconds)}`)
  return new TypeError('fetch failed', { cause: Object.assign(cause, { code: 'HTTP_SLOW' }) })
}

/**
 * undici's `fetch` and `request`, and the dispatcher to give them. Not loaded before there is a request. Its `Headers`
 * too, since the first use of those of Node loads Node's own undici.
 */
export async function loadClient(idleTimeout: number, ca?: string) {
  const { EnvHttpProxyAgent, fetch, Headers, request } = await import('undici')
  const { rootCertificates } = await import('node:tls')
  const tls = ca === undefined ? undefined : { ca: [...rootCertificates, ca] }
  try {
    const dispatcher = new EnvHttpProxyAgent({
      headersTimeout: idleTimeout,
      bodyTimeout: idleTimeout,
      // Many proxies allow CONNECT to port 443 alone, so plain HTTP is forwarded.
      proxyTunnel: false,
      // Without a proxy, and through one.
      ...(tls && { connect: tls, requestTls: tls }),
    })
    return { fetch, Headers, request, dispatcher }
  } catch (error) {
    // A proxy's URL may hold a password, so neither it nor undici's words about it are shown.
    throw new MesosizeError(
      'PROXY_INVALID',
      'The proxy in http_proxy or https_proxy is not a usable URL. Write http://HOST:PORT, or unset the variable.',
      { cause: error },
    )
  }
}
