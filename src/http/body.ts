import { MesosizeError } from '../lib/errors.ts'
import { printableUrl } from '../lib/url.ts'
import { networkError } from './errors.ts'
import type { Answer } from './get.ts'

/**
 * The body of a response, piece by piece.
 * @throws MesosizeError HTTP_NETWORK if it is cut off, HTTP_TRUNCATED if it does not have the announced length
 */
export async function* readChunks({ response, url }: Answer): AsyncGenerator<Uint8Array> {
  let received = 0
  try {
    for await (const chunk of response.body ?? []) {
      received += chunk.length
      yield chunk
    }
  } catch (thrown) {
    throw thrown instanceof TypeError ? networkError(url, thrown) : thrown
  }
  const announced = response.headers.get('content-length')
  // A compressed body's Content-Length counts the compressed bytes.
  if (announced !== null && !response.headers.has('content-encoding') && Number(announced) !== received) {
    throw new MesosizeError(
      'HTTP_TRUNCATED',
      `${printableUrl(url)} announced ${JSON.stringify(announced)} bytes and sent ${received}. Check the proxy, if there is one, or try again later.`,
    )
  }
}

/**
 * The body of a response as UTF-8 text.
 * @param limit maximum number of bytes
 * @throws MesosizeError HTTP_TOO_LARGE, and as `readChunks`
 */
export async function readText(answer: Answer, limit: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of readChunks(answer)) {
    size += chunk.length
    if (size > limit) {
      throw new MesosizeError(
        'HTTP_TOO_LARGE',
        `The response from ${printableUrl(answer.url)} is larger than ${limit} bytes, more than expected. Check the address.`,
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
