import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { silent } from '../../../src/lib/report.ts'
import { type Authorization, createAuthorization } from '../../../src/marathon/api/authorization.ts'
import type { Marathon } from '../../../src/marathon/api/client.ts'
import { type AgentTools, createAgents } from '../../../src/marathon/logs/agents.ts'

export const FRAMEWORK = 'f00d-0000'
export const AGENT = 'a6e7-S1'
export const TASK = { taskId: 'web_shop.5b1e', host: '127.0.0.1', slaveId: AGENT }
/** Where Mesos keeps the sandbox of TASK, and what it calls it. */
export const DIRECTORY = '/var/lib/mesos/slaves/a6e7-S1/frameworks/f00d-0000/executors/web_shop.5b1e/runs/c0'
export const VIRTUAL = '/frameworks/f00d-0000/executors/web_shop.5b1e/runs/latest'

export interface AgentServer {
  port: number
  /** By the path that is asked for. */
  files: Map<string, Buffer>
  requests: { path: string; headers: IncomingHttpHeaders }[]
  /** What is answered instead, to one request after the other; undefined: nothing else. */
  instead: ((Partial<{ status: number; body: string | Buffer }> | 'silence' | 'reset') | undefined)[]
}

export interface AgentServerOptions {
  /** What stands before its paths. */
  prefix?: string
  /** The names under which files are read. */
  endpoints?: readonly string[]
  /** By path, such as `/state`. */
  states?: Record<string, unknown>
  /** The Authorization headers that are good; without them, all are. */
  tokens?: readonly string[]
}

/** The HTTP API of a Mesos agent, as far as it serves sandboxes (src/files/files.cpp, src/slave/http.cpp). */
export async function startAgent(options: AgentServerOptions = {}): Promise<AgentServer> {
  const { prefix = '', endpoints = ['/files/read'], states = {}, tokens } = options
  const files: AgentServer['files'] = new Map()
  const requests: AgentServer['requests'] = []
  const instead: AgentServer['instead'] = []
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://agent')
    requests.push({ path: request.url ?? '', headers: request.headers })
    const other = instead.shift()
    const path = pathname.startsWith(prefix) ? pathname.slice(prefix.length) : undefined
    if (other === 'silence') return
    if (other === 'reset') request.socket.resetAndDestroy()
    else if (other) response.writeHead(other.status ?? 200).end(other.body)
    else if (tokens && !tokens.includes(request.headers.authorization ?? '')) response.writeHead(401).end()
    else if (path !== undefined && Object.hasOwn(states, path)) response.end(JSON.stringify(states[path]))
    else {
      const file = endpoints.includes(path ?? '') ? files.get(searchParams.get('path') ?? '') : undefined
      if (file) response.end(read(file, searchParams))
      else response.writeHead(404).end()
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => end(server))
  return { port: (server.address() as AddressInfo).port, files, requests, instead }
}

/** FilesProcess::read, with 16 pages of 4 KiB. */
function read(file: Buffer, query: URLSearchParams): Buffer {
  const asked = Number(query.get('offset') ?? -1)
  const offset = asked === -1 ? file.length : asked
  const length = Number(query.get('length') ?? -1)
  if (offset >= file.length) return Buffer.from(`{"data":"","offset":${file.length}}`)
  const end = offset + Math.min(length === -1 ? file.length - offset : length, 65_536)
  return Buffer.concat([
    Buffer.from('{"data":"'),
    escaped(file.subarray(offset, end)),
    Buffer.from(`","offset":${offset}}`),
  ])
}

/** As stout writes JSON: control characters, quotes and slashes escaped, every other byte as it is. */
function escaped(bytes: Buffer): Buffer {
  const text = bytes
    .toString('latin1')
    .replace(/["\\/]/g, '\\$&')
    .replace(/[\0-\x1f\x7f]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return Buffer.from(text, 'latin1')
}

async function end(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
}

export function authorizationOf(token: string): Authorization {
  const tools = { fetch, report: silent }
  return createAuthorization({ kind: 'dcos-token', token }, new URL('http://cluster'), tools)
}

/** Agents whose Marathon answers nothing but /v2/info. */
export function agentsOf(
  base: string,
  tools: Partial<AgentTools> = {},
  info: () => unknown = () => ({ frameworkId: FRAMEWORK }),
) {
  const marathon: Marathon = { base: new URL(base), send: async () => info() }
  return createAgents(marathon, {
    fetch,
    authorization: authorizationOf('good'),
    ...tools,
  })
}
