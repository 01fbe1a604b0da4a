import { createReadStream } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { MesosizeError, messageOf } from '../lib/errors.ts'
import { printableUrl } from '../lib/url.ts'
import { networkError } from './errors.ts'
import { type FetchOptions, loadClient } from './fetch.ts'

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
  /** Told how many bytes were sent, and a negative number when they count for nothing after all. */
  onBytes?: (amount: number) => void
  signal?: AbortSignal
}

/** What a server said of an upload, whatever its status. */
export interface UploadAnswer {
  url: URL
  status: number
  headers: Headers
  /** The answer's own body as UTF-8, as much of it as fits in 64 KiB. */
  text: string
}

/**
 * Sends one request with a body that is read as fast as it is taken, so that memory does not grow with it. An
 * answer that comes before the body is through ends the upload. Follows no redirect.
 * @throws MesosizeError HTTP_NETWORK if no answer came, HTTP_TRUNCATED for a success that came too early,
 *   UPLOAD_FILE if the body cannot be read; the signal's reason if it was aborted
 */
export type Upload = (url: URL, request: UploadRequest) => Promise<UploadAnswer>

export interface UploadOptions extends FetchOptions {
  /**
   * Milliseconds that a server gets to refuse after the first piece of a body. Many refuse without reading and close
   * the connection; what is written after that destroys the answer before it is read.
   */
  timeToRefuse?: number
}

/** Much longer than for an answer to a GET: some stores copy or hash the whole file before they answer. */
const IDLE_TIMEOUT = 300_000
const MAX_TEXT = 64 * 1024

/**
 * An `Upload` with the same manners as `createFetch`: it sets a User-Agent, gives up on silent servers, and goes
 * through proxies. Not `fetch` itself, which holds the whole of a streamed body in memory (undici issue 4058).
 */
export function createUpload(options: UploadOptions): Upload {
  const { version, signal, idleTimeout = IDLE_TIMEOUT, timeToRefuse = 500 } = options
  let client: ReturnType<typeof loadClient> | undefined
  return async (url, { method, headers, body, onBytes = () => {}, signal: own = signal }) => {
    client ??= loadClient(idleTimeout)
    const { request, dispatcher } = await client
    const answered = new AbortController()
    const chunks = sendable(body, { answered: answered.signal, timeToRefuse, onBytes })
    const all = new Headers(headers)
    if (!all.has('user-agent')) all.set('user-agent', `mesosize/${version}`)
    all.set('content-length', String(body.size))
    let complete = false
    try {
      const response = await request(url, {
        method,
        headers: Object.fromEntries(all),
        // What undici takes is wider than its types say.
        body: chunks.iterable as unknown as Buffer,
        dispatcher,
        signal: own,
      })
      answered.abort()
      const ok = response.statusCode >= 200 && response.statusCode < 300
      const text = await readStart(response.body, ok)
      if (ok && chunks.sent() < body.size) {
        throw new MesosizeError(
          'HTTP_TRUNCATED',
          `${printableUrl(url)} answered with success before it had the file (${chunks.sent()} of ${body.size} bytes were sent), so it cannot have stored it. Check the address, and the proxy, if there is one.`,
        )
      }
      complete = ok
      return { url, status: response.statusCode, headers: toHeaders(response.headers), text }
    } catch (thrown) {
      own?.throwIfAborted()
      throw thrown instanceof MesosizeError ? thrown : networkError(url, thrown)
    } finally {
      answered.abort()
      await chunks.close()
      if (!complete) onBytes(-chunks.sent())
    }
  }
}

/** The bytes of a file, which is opened anew for each try. */
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
    answered,
    timeToRefuse,
    onBytes,
  }: { answered: AbortSignal; timeToRefuse: number; onBytes: (amount: number) => void },
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
  const iterable = send()
  return {
    iterable,
    sent: () => sent,
    /** Closes the file, which undici leaves open when an answer comes early. */
    close: () => iterable.return(),
  }
}

/** @param whole whether it matters that the answer breaks off */
async function readStart(body: Dispatcher.ResponseData['body'], whole: boolean): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= MAX_TEXT) break
    }
  } catch (thrown) {
    if (whole) throw thrown
  }
  return Buffer.concat(chunks).subarray(0, MAX_TEXT).toString('utf8')
}

function toHeaders(headers: Dispatcher.ResponseData['headers']): Headers {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  )
  return new Headers(pairs)
}
