import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'

export interface UnkindServer {
  url: string
  close(): Promise<void>
}

/** A stand-in for a server that means ill, or is broken: it does the same with every request. */
export async function startUnkind(behave: RequestListener): Promise<UnkindServer> {
  const server = createServer((request, response) => {
    request.on('error', () => {})
    response.on('error', () => {})
    behave(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

interface Head {
  status?: number
  headers?: Record<string, string>
}

/** Sends blanks one by one, which may stand before JSON and between its parts, and never ends. */
export function dripping({ status = 200, headers = {} }: Head = {}): RequestListener {
  return (request, response) => {
    request.resume()
    response.writeHead(status, headers)
    pipeline(repeated(Buffer.from(' ')), response, () => {})
  }
}

/** Sends as much as is taken, and never ends. */
export function endless({ status = 200, headers = {} }: Head = {}): RequestListener {
  return (request, response) => {
    request.resume()
    response.writeHead(status, headers)
    pipeline(repeated(Buffer.alloc(1 << 16, ' ')), response, () => {})
  }
}

/** Tells for ever that it is working on it (RFC 2518, section 10.1), and never answers. */
export const processing: RequestListener = (request, response) => {
  request.resume()
  const timer = setInterval(() => response.writeProcessing(), 5)
  response.on('close', () => clearInterval(timer))
}

/** Compresses, without having been asked to, what unpacks to a thousand times its size. */
export function bomb({ status = 200, headers = {} }: Head = {}): RequestListener {
  const body = gzipSync(Buffer.alloc(8 << 20, ' '))
  return (request, response) => {
    request.resume()
    response.writeHead(status, { ...headers, 'content-encoding': 'gzip', 'content-length': body.length })
    response.end(body)
  }
}

/** Announces another length than it sends. */
export function lying(
  announced: number,
  body: string,
  { status = 200, headers = {} }: Head = {},
): RequestListener {
  return (request, response) => {
    request.resume()
    const lines = Object.entries({ ...headers, 'content-length': announced, connection: 'close' })
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    response.socket?.end(`HTTP/1.1 ${status} Lying\r\n${head}\r\n${body}`)
  }
}

/** Is always too busy, and asks for years of patience. */
export const busy: RequestListener = (request, response) => {
  request.resume()
  response.writeHead(503, { 'retry-after': '99999999' }).end()
}

/**
 * Repeats something that it was sent wherever a message may show it: in its words, in the names and values of JSON, as
 * a type, as an address to go on to.
 */
export const repeating = {
  words: text => answering(400, 'application/json', JSON.stringify(said(text))),
  'a text': text => answering(400, 'text/plain', `No: ${text}`),
  'a lock': text => answering(409, 'application/json', JSON.stringify({ deployments: [{ id: text }] })),
  'a success': text => answering(200, 'application/json', JSON.stringify({ ...said(text), [text]: text })),
  'a type': text => answering(200, `text/${text}`, '{}'),
  'an address': text => answering(307, 'text/plain', '', { location: `/${encodeURIComponent(text)}` }),
  'an address elsewhere': text => answering(307, 'text/plain', '', { location: `ftp://a/${text}` }),
  'no address': text => answering(307, 'text/plain', '', { location: `http://[${text}` }),
} satisfies Record<string, (text: string) => RequestListener>

function said(text: string) {
  return {
    message: `No ${text}`,
    details: [{ path: `/${text}`, errors: [text] }],
    errors: [{ message: text, code: text, attribute: text, error: text }],
    ident: { origin: text, name: text, version: text, release: text },
    checksum: text,
    target: text,
    tdeps: text,
  }
}

/** Answers in good order. */
export function answering(
  status: number,
  type: string,
  body: string,
  headers: Record<string, string> = {},
): RequestListener {
  return (request, response) => {
    request.resume()
    response.writeHead(status, { ...headers, 'content-type': type }).end(body)
  }
}

/** Reads nothing of what it is sent. */
export const deaf: RequestListener = () => {}

async function* repeated(piece: Buffer) {
  for (;;) {
    yield piece
    await nextTurn()
  }
}
