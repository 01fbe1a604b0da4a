import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface ArtifactStoreServerOptions {
  /**
   * `1.4` has a store; `unset` is 1.4 without --artifact_store; `1.5` and `1.6` have no such route, and say so in
   * two ways.
   */
  marathon?: '1.4' | 'unset' | '1.5' | '1.6'
  /** What stands before `/v2`, such as `/service/marathon`. */
  prefix?: string
  /** The Authorization header without which everything is 401, in Jetty's words. */
  authorization?: string
  /** What Marathon takes for its own address. */
  location?: string
}

export interface ArtifactStoreServer {
  url: string
  /** By path. */
  artifacts: Map<string, { file: Buffer; filename: string }>
  requests: { method: string; path: string; headers: IncomingHttpHeaders }[]
  /** The next uploads are answered so, after their whole body came and, if `stored`, was kept. */
  fail(fault: { status: number; stored?: boolean; headers?: Record<string, string> }): void
  close(): Promise<void>
}

/** Marathon as far as it stores artifacts (v1.4.13: api/v2/ArtifactsResource.scala). */
export async function startArtifactStore(
  options: ArtifactStoreServerOptions = {},
): Promise<ArtifactStoreServer> {
  const { marathon = '1.4', prefix = '', authorization } = options
  const artifacts: ArtifactStoreServer['artifacts'] = new Map()
  const requests: ArtifactStoreServer['requests'] = []
  const faults: { status: number; stored?: boolean; headers?: Record<string, string> }[] = []
  let url = ''

  const server = createServer(async (request, response) => {
    const { method = '', headers } = request
    const path = request.url ?? ''
    requests.push({ method, path, headers })
    const body = await buffer(request).catch(() => undefined)
    // The client has gone.
    if (!body) return

    if (authorization !== undefined && headers.authorization !== authorization) {
      response.writeHead(401, { 'content-type': 'text/html; charset=ISO-8859-1' })
      response.end('<html><head><title>Error 401 Unauthorized</title></head></html>')
      return
    }
    const store = `${prefix}/v2/artifacts/`
    if (marathon === '1.6') return message(response, 500, 'URI not found')
    if (marathon === '1.5' || !path.startsWith(store)) {
      return message(response, 404, `URI not found: ${path}`)
    }
    if (marathon === 'unset') {
      const text = 'No storage provider available to load/persist artifacts. Configuration problem?'
      return message(response, 422, text)
    }
    const key = decodeURIComponent(path.slice(store.length))
    const existing = artifacts.get(key)
    if (method === 'GET' || method === 'HEAD') {
      if (!existing) return message(response, 404, 'not found')
      response.writeHead(200, { 'content-length': existing.file.length })
      response.end(method === 'HEAD' ? undefined : existing.file)
      return
    }
    const form = await new Response(body, { headers: { 'content-type': headers['content-type'] ?? '' } })
      .formData()
      .catch(() => undefined)
    const part = form?.get('file')
    if (!(part instanceof File) || [...form!.keys()].length !== 1) {
      return message(response, 422, "requirement failed: Please use 'file' as form parameter name!")
    }
    const fault = faults.shift()
    if (!fault || fault.stored) {
      artifacts.set(key, { file: Buffer.from(await part.arrayBuffer()), filename: part.name })
    }
    if (fault) {
      response.writeHead(fault.status, fault.headers).end()
    } else if (existing) {
      response.writeHead(200).end()
    } else {
      response.writeHead(201, { location: `${options.location ?? url}/v2/artifacts/${key}` }).end()
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  url = `http://127.0.0.1:${port}${prefix}`
  return {
    url,
    artifacts,
    requests,
    fail: fault => void faults.push(fault),
    close() {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

function message(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ message: text }))
}
