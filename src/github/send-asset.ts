import { Readable } from 'node:stream'
import type { HttpClient } from '@actions/http-client'
import { networkError } from '../http/errors.ts'
import { beginning } from '../http/fetch.ts'
import { AS_A_WHOLE, arriving, departing } from '../http/pace.ts'
import { MesosizeError } from '../lib/errors.ts'
import { parseJson } from '../lib/parse-json.ts'
import { printableUrl } from '../lib/url.ts'
import type { Answered } from './errors.ts'

/** The largest answer to an upload describes one asset and who uploaded it. */
const MAX_ANSWER = 1024 * 1024

/** Milliseconds; as for other uploads, whose server may copy the whole file before it responds. */
const IDLE_TIMEOUT = 300_000

/**
 * POSTs a body in constant memory, through the proxies that the toolkit knows of.
 * @param headers with Content-Length
 * @param onBytes called with each piece that was read
 * @returns the answer, whatever its status; it may come before the whole body was sent
 * @throws MesosizeError HTTP_NETWORK if no complete response came, HTTP_SLOW; what reading the body throws; the
 *   signal's reason
 */
export async function post(
  url: URL,
  body: Readable,
  headers: Record<string, string | number>,
  onBytes: (amount: number) => void,
  signal: AbortSignal | undefined,
): Promise<Answered> {
  // With undici behind it, which few runs need.
  const toolkit = await import('@actions/http-client')
  // A redirect would have the body sent twice, and the second time without it.
  const client = new toolkit.HttpClient('mesosize', [], { allowRedirects: false })
  const sent = Readable.from(departing(body, printableUrl(url)), { objectMode: false })
  try {
    signal?.throwIfAborted()
    return await beginning(
      IDLE_TIMEOUT,
      signal,
      (either, patience) =>
        new Promise((resolve, reject) => {
          either.addEventListener('abort', () => reject(either.reason))
          sent.on('error', reject)
          send(client, url, sent, headers).then(resolve, reject)
          sent.on('data', (chunk: Uint8Array) => {
            patience.refresh()
            onBytes(chunk.length)
          })
        }),
    )
  } catch (thrown) {
    throw thrown instanceof TypeError ? networkError(printableUrl(url), thrown) : thrown
  } finally {
    sent.destroy()
    body.destroy()
    client.dispose()
  }
}

async function send(
  client: HttpClient,
  url: URL,
  body: Readable,
  headers: Record<string, string | number>,
): Promise<Answered> {
  try {
    const { message } = await client.sendStream('POST', url.href, body, headers)
    const chunks: Uint8Array[] = []
    let size = 0
    // The library's own readBody waits for ever if the response is cut off.
    for await (const chunk of arriving(message, AS_A_WHOLE, printableUrl(url))) {
      chunks.push(chunk)
      size += chunk.length
      if (size > MAX_ANSWER) break
    }
    return {
      status: message.statusCode ?? 0,
      headers: message.headers,
      body: parse(Buffer.concat(chunks).toString('utf8')),
    }
  } catch (thrown) {
    if (thrown instanceof MesosizeError) throw thrown
    throw networkError(printableUrl(url), thrown)
  }
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}
