import type { Readable } from 'node:stream'
import { HttpClient } from '@actions/http-client'
import { networkError } from '../http/errors.ts'
import { parseJson } from '../lib/parse-json.ts'
import type { Answered } from './errors.ts'

/** The largest answer to an upload describes one asset and who uploaded it. */
const MAX_ANSWER = 1024 * 1024

/**
 * POSTs a body in constant memory, through the proxies that the toolkit knows of.
 * @param headers with Content-Length
 * @param onBytes called with each piece that was read
 * @returns the answer, whatever its status; it may come before the whole body was sent
 * @throws MesosizeError HTTP_NETWORK if no complete answer came; what reading the body throws; the signal's reason
 */
export async function post(
  url: URL,
  body: Readable,
  headers: Record<string, string | number>,
  onBytes: (amount: number) => void,
  signal: AbortSignal | undefined,
): Promise<Answered> {
  // A redirect would have the body sent twice, and the second time without it.
  const client = new HttpClient('mesosize', [], { allowRedirects: false })
  let onAbort = () => {}
  try {
    signal?.throwIfAborted()
    return await new Promise((resolve, reject) => {
      onAbort = () => reject(signal?.reason)
      signal?.addEventListener('abort', onAbort)
      body.on('error', reject)
      send(client, url, body, headers).then(resolve, reject)
      body.on('data', (chunk: Uint8Array) => onBytes(chunk.length))
    })
  } finally {
    signal?.removeEventListener('abort', onAbort)
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
    let text = ''
    // The library's own readBody waits for ever if the response is cut off.
    for await (const chunk of message.setEncoding('utf8')) {
      text += chunk
      if (text.length > MAX_ANSWER) break
    }
    return { status: message.statusCode ?? 0, headers: message.headers, body: parse(text) }
  } catch (thrown) {
    throw networkError(url, thrown)
  }
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}
