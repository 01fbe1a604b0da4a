import { createReadStream } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { MesosizeError, messageOf } from '../lib/errors.ts'
import { printableUrl } from '../lib/url.ts'
import { networkError } from './errors.ts'
import { beginning, type FetchOptions, loadClient } from './fetch.ts'
import { AS_A_WHOLE, arriving, departing } from './pace.ts'

/** The body of a request that may be sent more than once. */
export interface UploadBody {
  /** Bytes; `chunks` yields exactly this many. */
  size: number
  /** Each call reads from the beginning. */
  chunks(): AsyncIterable<Uint8Array>
}

export interface UploadRequest {
  method: 'PUT' | 'POST'
  headers?: Readonly<Record<string, string>>
  body: UploadBody
  /** Called with the number of bytes sent; a negative number takes back those of a failed try. */
  onBytes?: (amount: number) => void
  signal?: AbortSignal
}

/** A server's response to an upload, whatever its status. */
export interface UploadAnswer {
  url: URL
  status: number
  headers: Headers
  /** The response's own body as UTF-8, as much of it as fits in 64 KiB. */
  text: string
}

/**
 * Sends one request with a body that is read as fast as it is taken, so that memory does not grow with it. A
 * response before the end of the body ends the upload. Redirects are not followed.
 * @throws MesosizeError HTTP_NETWORK if no response came, HTTP_SLOW, HTTP_TRUNCATED for a success that came too early,
 *   UPLOAD_FILE if the body cannot be read; the signal's reason if it was aborted
 */
export type Upload = (url: URL, request: UploadRequest) => Promise<UploadAnswer>

export interface UploadOptions extends FetchOptions {
  /**
   * Milliseconds that a server gets to refuse after the first piece of a body. Many refuse without reading and close
   * the connection; what is written after that destroys the response before it is read.
   */
  timeToRefuse?: number
}

/** Much longer than for an answer to a GET: some stores copy or hash the whole file before they answer. */
const IDLE_TIMEOUT = 300_000
const MAX_TEXT = 64 * 1024

/**
 * An `Upload` that behaves like `createFetch`: it sets a User-Agent, gives up on silent and slow servers, and goes
 * through proxies. Not `fetch` itself, which holds the whole of a streamed body in memory (undici issue 4058).
 */
export function createUpload(options: UploadOptions): Upload {
  const { version, signal, idleTimeout = IDLE_TIMEOUT, timeToRefuse = 500 } = options
  let client: ReturnType<typeof loadClient> | undefined
  return async (url, { method, headers, body, onBytes = () => {}, signal: own = signal }) => {
    client ??= loadClient(idleTimeout)
    const { request, Headers, dispatcher } = await client
    const shown = printableUrl(url)
    const answered = new AbortController()
    let waiting: NodeJS.Timeout | undefined
    const sending = {
      to: shown,
      answered: answered.signal,
      timeToRefuse,
      onBytes(amount: number) {
        waiting?.refresh()
        onBytes(amount)
      },
    }
    const chunks = sendable(body, sending)
    const all = new Headers(headers)
    if (!all.has('user-agent')) all.set('user-agent', `mesosize/${version}`)
    all.set('accept-encoding', 'identity')
    all.set('content-length', String(body.size))
    let complete = false
    try {
      const response = await beginning(idleTimeout, own, (signal, patience) => {
        waiting = patience
        return request(url, {
          method,
          headers: Object.fromEntries(all),
          // undici accepts more than its types say.
          body: chunks.iterable as unknown as Buffer,
          dispatcher,
          signal,
        })
      })
      answered.abort()
      const ok = response.statusCode >= 200 && response.statusCode < 300
      const text = await readStart(response.body, shown, ok)
      if (ok && chunks.sent() < body.size) {
        throw new MesosizeError(
          'HTTP_TRUNCATED',
          `${shown} answered with success before it had the file (${chunks.sent()} of ${body.size} bytes were sent), so it cannot have stored it. Check the address, and the proxy, if there is one.`,
        )
      }
      complete = ok
      return { url, status: response.statusCode, headers: new Headers(pairsOf(response.headers)), text }
    } catch (thrown) {
      own?.throwIfAborted()
      throw thrown instanceof MesosizeError ? thrown : networkError(shown, thrown)
    } finally {
      answered.abort()
      await chunks.close()
      if (!complete) onBytes(-chunks.sent())
    }
  }
}

/** The bytes of a file, which is opened again for each try. */
export function fileBody(path: string, size: number): UploadBody {
  return {
    size,
    async *chunks() {
      let read = 0
      try {
        for await (const chunk of createReadStream(path)) {
          read += chunk.length
          if (read > size) break
          yield chunk
        }
      } catch (thrown) {
        throw new MesosizeError('UPLOAD_FILE', `${path} cannot be read: ${messageOf(thrown)}.`, {
          cause: thrown,
        })
      }
      if (read !== size) {
        throw new MesosizeError(
          'UPLOAD_FILE',
          `${path} had ${size} bytes and has changed while it was uploaded. Let nothing write to it, and try again.`,
        )
      }
    },
  }
}

/** A short text. */
export function textBody(text: string): UploadBody {
  const bytes = Buffer.from(text)
  return {
    size: bytes.length,
    async *chunks() {
      yield bytes
    },
  }
}

/** The body's pieces, with a pause after the first one, until the server has answered. */
function sendable(
  body: UploadBody,
  {
    to,
    answered,
    timeToRefuse,
    onBytes,
  }: { to: string; answered: AbortSignal; timeToRefuse: number; onBytes: (amount: number) => void },
) {
  let sent = 0
  async function* send() {
    for await (const chunk of body.chunks()) {
      if (answered.aborted) return
      const isFirst = sent === 0
      sent += chunk.length
      onBytes(chunk.length)
      yield chunk
      if (isFirst && sent < body.size) {
        await pause(timeToRefuse, undefined, { signal: answered }).catch(() => {})
      }
    }
  }
  const iterable = departing(send(), to)
  return {
    iterable,
    sent: () => sent,
    /** Closes the file, which undici leaves open when an answer comes early. */
    close: () => iterable.return(undefined),
  }
}

/** @param whole whether it matters if the response is cut off */
async function readStart(
  body: Dispatcher.ResponseData['body'],
  from: string,
  whole: boolean,
): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of arriving(body, AS_A_WHOLE, from)) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= MAX_TEXT) break
    }
  } catch (thrown) {
    if (whole) throw thrown
  }
  return Buffer.concat(chunks).subarray(0, MAX_TEXT).toString('utf8')
}

function pairsOf(headers: Dispatcher.ResponseData['headers']): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  )
}
