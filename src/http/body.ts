import { MesosizeError } from '../lib/errors.ts'
import { networkError } from './errors.ts'
import type { Answer } from './get.ts'
import { AS_A_WHOLE, arriving, type Now, type Pace } from './pace.ts'

/** A response whose body is still to be read. */
type Unread = Pick<Answer, 'response' | 'shown'>

/** How large the body of a response may be, and how fast it must come. */
export interface Limits {
  /** Bytes. */
  most: number
  /** The end of the message about a larger one: what is wrong with it, and what to do. */
  tooLarge?: string
  pace?: Pace
  now?: Now
}

/**
 * The body of a response, piece by piece. It must not be encoded, because no request asks for that, and an encoded
 * body may be a thousand times larger than it looks.
 * @throws MesosizeError HTTP_NETWORK if it is cut off, HTTP_TRUNCATED if it does not have the announced length,
 *   HTTP_TOO_LARGE, HTTP_ENCODED, HTTP_SLOW
 */
export async function* readChunks(answer: Unread, limits: Limits): AsyncGenerator<Uint8Array> {
  const { response, shown } = answer
  const { pace = AS_A_WHOLE, now } = limits
  const announced = response.headers.get('content-length')
  let received = 0
  try {
    checkEncoding(answer)
    checkSize(Number(announced), answer, limits)
    for await (const chunk of arriving(response.body ?? none(), pace, shown, now)) {
      received += chunk.length
      checkSize(received, answer, limits)
      yield chunk
    }
  } catch (thrown) {
    await response.body?.cancel().catch(() => {})
    throw thrown instanceof TypeError ? networkError(shown, thrown) : thrown
  }
  if (announced !== null && Number(announced) !== received) {
    throw new MesosizeError(
      'HTTP_TRUNCATED',
      `${shown} announced ${JSON.stringify(announced)} bytes and sent ${received}. Check the proxy, if there is one, or try again later.`,
    )
  }
}

/**
 * The whole body of a response.
 * @throws MesosizeError as `readChunks`
 */
export async function readBytes(answer: Unread, limits: Limits): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of readChunks(answer, limits)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/**
 * The same as UTF-8 text.
 * @param most maximum number of bytes
 */
export async function readText(answer: Unread, most: number): Promise<string> {
  return (await readBytes(answer, { most })).toString('utf8')
}

function checkEncoding({ response, shown }: Unread): void {
  const encoding = response.headers.get('content-encoding')?.trim().toLowerCase() || 'identity'
  if (encoding === 'identity') return
  throw new MesosizeError(
    'HTTP_ENCODED',
    `${shown} sent a response with a Content-Encoding that was not requested. Check the server, and the proxy, if there is one.`,
  )
}

function checkSize(size: number, { shown }: Unread, { most, tooLarge = MORE }: Limits): void {
  if (size <= most) return
  throw new MesosizeError(
    'HTTP_TOO_LARGE',
    `The response from ${shown} is larger than ${most} bytes, ${tooLarge}`,
  )
}

const MORE = 'more than expected. Check the address.'

async function* none(): AsyncGenerator<never> {}
