import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StoredArtifact {
  id: number
  name: string
  mimeType: string
  bytes: Buffer
  /** `sha256:…` as the client found it. */
  hash: string
}

export interface ArtifactService {
  /** The variables that a runner gives to an action for it. */
  env: { ACTIONS_RESULTS_URL: string; ACTIONS_RUNTIME_TOKEN: string }
  /** Finalized ones. */
  artifacts: StoredArtifact[]
  /** Answers the next call of a method, such as `FinalizeArtifact`, or the next `PUT`, with a status. */
  fail(what: string, status: number, message: string): void
  close(): Promise<void>
}

const RUN = 'ce7f54c7-61c7-4aae-887f-30da475f5f1a'
const JOB = 'ca395085-040a-526b-2ce8-bdc85f692774'
const SERVICE = '/twirp/github.actions.results.api.v1.ArtifactService/'

/**
 * The artifact service of a workflow run: its Twirp calls in JSON (actions/toolkit, packages/artifact), and the
 * block blob that they sign (Azure's "Put Block" and "Put Block List").
 */
export async function startArtifactService(): Promise<ArtifactService> {
  const artifacts: StoredArtifact[] = []
  const failures: { what: string; status: number; message: string }[] = []
  /** By name: made, but not finalized. */
  const open = new Map<string, { mimeType: string; blocks: Map<string, Buffer>; content?: Buffer }>()
  const token = [{ alg: 'none' }, { scp: `Actions.Example Actions.Results:${RUN}:${JOB}` }, {}]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://service')
    const body = await read(request)
    const method = url.pathname.startsWith(SERVICE)
      ? url.pathname.slice(SERVICE.length)
      : (request.method ?? '')
    const index = failures.findIndex(failure => failure.what === method)
    const [failure] = index < 0 ? [] : failures.splice(index, 1)
    const json = (status: number, value: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))

    if (failure) return json(failure.status, { msg: failure.message })
    if (url.pathname.startsWith(SERVICE)) {
      if (request.headers.authorization !== `Bearer ${token}`) return json(401, { msg: 'unauthenticated' })
      const call = JSON.parse(body.toString())
      if (call.workflow_run_backend_id !== RUN || call.workflow_job_run_backend_id !== JOB) {
        return json(403, { msg: 'permission denied' })
      }
      if (method === 'CreateArtifact') {
        if (artifacts.some(({ name }) => name === call.name)) {
          return json(409, { msg: 'an artifact with this name already exists on the workflow run' })
        }
        open.set(call.name, { mimeType: call.mime_type, blocks: new Map() })
        const { port } = server.address() as AddressInfo
        const signed = `http://127.0.0.1:${port}/blobs/${encodeURIComponent(call.name)}?sig=c2lnbmVk`
        return json(200, { ok: true, signed_upload_url: signed })
      }
      const blob = open.get(call.name)
      if (method !== 'FinalizeArtifact' || !blob?.content) return json(404, { msg: 'not found' })
      if (Number(call.size) !== blob.content.length) return json(400, { msg: 'the size is another' })
      const id = 7000 + artifacts.length
      artifacts.push({ id, name: call.name, mimeType: blob.mimeType, bytes: blob.content, hash: call.hash })
      return json(200, { ok: true, artifact_id: String(id) })
    }

    const blob = open.get(decodeURIComponent(url.pathname.replace('/blobs/', '')))
    if (!blob || url.searchParams.get('sig') !== 'c2lnbmVk') return response.writeHead(403).end()
    const part = url.searchParams.get('comp')
    if (part === 'block') blob.blocks.set(url.searchParams.get('blockid') ?? '', body)
    else if (part === 'blocklist') {
      const ids = [...body.toString().matchAll(/<Latest>([^<]+)<\/Latest>/g)].map(([, id]) => id!)
      blob.content = Buffer.concat(ids.map(id => blob.blocks.get(id) ?? Buffer.from('missing')))
    } else blob.content = body
    response.writeHead(201, { 'x-ms-request-id': 'r', 'x-ms-version': '2024-11-04' }).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    env: { ACTIONS_RESULTS_URL: `http://127.0.0.1:${port}/`, ACTIONS_RUNTIME_TOKEN: token },
    artifacts,
    fail: (what, status, message) => void failures.push({ what, status, message }),
    close() {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}
