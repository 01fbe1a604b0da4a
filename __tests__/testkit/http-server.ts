import { createHash } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenRequest {
  method: string
  /** With the query. */
  path: string
  headers: IncomingHttpHeaders
  /** How much of the body came. */
  bytes: number
}

/** How the next requests of a method, or all, go wrong. */
export type HttpFault = { method?: string; times?: number } & (
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: string }
  /** Answers before it has read the body, and closes or resets the connection without ever reading it. */
  | { kind: 'refuse'; status: number; headers?: Record<string, string>; next: 'close' | 'reset' | 'nothing' }
  /** Resets the connection when so much of the body came; where it is all, without an answer. */
  | { kind: 'reset'; after: number }
  /** Reads nothing and says nothing. */
  | { kind: 'silence' }
)

export interface HttpServer {
  url: string
  port: number
  requests: SeenRequest[]
  /** What was PUT, by path. */
  files: Map<string, Buffer>
  fault(fault: HttpFault): void
  close(): Promise<void>
}

export interface HttpServerOptions {
  /** Headers of GET and HEAD, for a file. */
  describe?: (path: string, file: Buffer) => Record<string, string>
  /** The Authorization header without which everything is 401. */
  authorization?: string
}

/** A web server on loopback that keeps what is PUT, and fails when it is told to. */
export async function startHttpServer(options: HttpServerOptions = {}): Promise<HttpServer> {
  const requests: SeenRequest[] = []
  const files = new Map<string, Buffer>()
  const faults: HttpFault[] = []

  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request
    const seen: SeenRequest = { method, path, headers, bytes: 0 }
    requests.push(seen)
    const index = faults.findIndex(fault => (fault.method ?? method) === method)
    const fault = faults[index]
    if (fault) {
      fault.times = (fault.times ?? 1) - 1
      if (fault.times === 0) faults.splice(index, 1)
    }
    void serve(request, response, seen, fault)
  })

  async function serve(
    request: IncomingMessage,
    response: ServerResponse,
    seen: SeenRequest,
    fault: HttpFault | undefined,
  ) {
    const { socket } = request
    request.on('error', () => {})
    response.on('error', () => {})
    if (fault?.kind === 'silence') return
    if (fault?.kind === 'refuse') {
      const head = Object.entries({ 'content-length': '0', ...fault.headers }).map(
        ([k, v]) => `${k}: ${v}\r\n`,
      )
      socket.write(`HTTP/1.1 ${fault.status} Refused\r\n${head.join('')}\r\n`, () => {
        if (fault.next === 'reset') socket.resetAndDestroy()
        // Closing with unread data resets as well, but later.
        if (fault.next === 'close') socket.destroy()
      })
      return
    }
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        seen.bytes += chunk.length
        chunks.push(chunk)
        if (fault?.kind === 'reset' && seen.bytes >= fault.after) socket.resetAndDestroy()
      }
    } catch {
      return
    }
    if (fault?.kind === 'status') {
      response.writeHead(fault.status, fault.headers).end(fault.body)
    } else {
      answer(seen, Buffer.concat(chunks), response)
    }
  }

  function answer({ method, path, headers }: SeenRequest, body: Buffer, response: ServerResponse) {
    const { authorization, describe } = options
    if (authorization !== undefined && headers.authorization !== authorization) {
      response.writeHead(401).end()
      return
    }
    const name = path.replace(/\?.*/, '')
    const file = files.get(name)
    if (method === 'PUT') {
      files.set(name, body)
      response.writeHead(file ? 204 : 201).end()
    } else if (!file) {
      response.writeHead(404).end()
    } else {
      const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')
      const part = range ? file.subarray(Number(range[1]), Number(range[2]) + 1) : file
      const more: Record<string, string> = range
        ? { 'content-range': `bytes ${range[1]}-${range[2]}/${file.length}` }
        : {}
      response.writeHead(range ? 206 : 200, {
        'content-length': part.length,
        ...more,
        ...describe?.(name, file),
      })
      response.end(method === 'HEAD' ? undefined : part)
    }
  }

  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    files,
    fault: fault => void faults.push({ ...fault }),
    close() {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

/** What Artifactory says about a file. */
export function artifactoryHeaders(_path: string, file: Buffer): Record<string, string> {
  return {
    'x-checksum-sha256': createHash('sha256').update(file).digest('hex'),
    'x-checksum-md5': createHash('md5').update(file).digest('hex'),
  }
}
