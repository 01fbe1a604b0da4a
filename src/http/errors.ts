import { builtin } from '../lib/builtin.ts'
import type { ErrorCode } from '../lib/error-code.ts'
import { MesosizeError } from '../lib/errors.ts'

/** An unsuccessful HTTP response. */
export class HttpStatusError extends MesosizeError {
  override readonly name = 'HttpStatusError'
  readonly status: number
  /** The Retry-After header as it came: seconds or a date. */
  readonly retryAfter: string | undefined

  constructor(code: ErrorCode, message: string, response: Pick<Response, 'status' | 'headers'>) {
    super(code, message)
    this.status = response.status
    this.retryAfter = response.headers.get('retry-after') ?? undefined
  }
}

/** A status with its standard phrase, such as "404 Not Found"; a server's own phrase is not to be trusted. */
export function formatStatus(status: number): string {
  return [status, builtin.http.STATUS_CODES[status]].filter(Boolean).join(' ')
}

/**
 * The error for a URL from which no response came, or only part of one.
 * @param from the URL as it may be shown
 * @param thrown what `fetch`, or reading its body, threw
 */
export function networkError(from: string, thrown: unknown): MesosizeError {
  return new MesosizeError(
    'HTTP_NETWORK',
    `No complete response came from ${from}: ${reasonOf(thrown)}. ${adviceFor(thrown)}`,
    { cause: thrown },
  )
}

function adviceFor(thrown: unknown): string {
  if (causes(thrown).some(cause => CERTIFICATE.test(codeOf(cause)))) {
    return 'If the server uses your own certificate authority, name its certificate file in NODE_EXTRA_CA_CERTS.'
  }
  // undici's words; see https://fetch.spec.whatwg.org/#port-blocking.
  if (reasonOf(thrown) === 'bad port') {
    return 'The port belongs to another protocol, so that no client that follows the Fetch standard connects to it. Use another port of the server, or a proxy in front of it.'
  }
  return 'Check the address, the network, and the proxy variables http_proxy, https_proxy and no_proxy.'
}

/**
 * Whether the same request is likely to succeed a little later: connections refused, reset, timed out or cut off,
 * name servers that do not answer, and the statuses 429 and 5xx.
 */
export function isTransient(thrown: unknown): boolean {
  return causes(thrown).some(cause =>
    cause instanceof HttpStatusError
      ? cause.status === 429 || cause.status >= 500
      : TRANSIENT.has(codeOf(cause)),
  )
}

/** The innermost reason: `fetch` itself says no more than "fetch failed". */
export function reasonOf(thrown: unknown): string {
  const texts = causes(thrown).map(cause => cause.message || codeOf(cause))
  return texts.findLast(text => text !== '') ?? String(thrown)
}

const TRANSIENT: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'HTTP_SLOW',
  'HTTP_TRUNCATED',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_SOCKET',
])

// The names that OpenSSL and Node give to a certificate that cannot be trusted.
const CERTIFICATE = /CERT|UNABLE_TO_VERIFY/

function causes(thrown: unknown): Error[] {
  const chain: Error[] = []
  for (let error = thrown; error instanceof Error && !chain.includes(error); error = error.cause) {
    chain.push(error)
  }
  return chain
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}
