import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { blake2b256 } from './blake2b.ts'

export interface ServedPackage {
  /** Fully qualified. */
  ident: string
  target?: string
  hart: Buffer
  channels?: string[]
  /** Fully qualified idents. */
  tdeps?: string[]
  /** Its download asks for the server's token, as that of a restricted channel's packages does. */
  needsToken?: boolean
}

export interface BuilderServerOptions {
  packages?: ServedPackage[]
  /** Texts of public keys by name, such as `core-20160810182414`. */
  keys?: Record<string, string>
  /** The one token that is valid. */
  token?: string
}

export interface ServedRequest {
  /** With the query. */
  path: string
  headers: IncomingHttpHeaders
}

/** How the next answers, or those to the paths that `on` matches, go wrong. */
export type Fault = { on?: RegExp; times?: number } & (
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: string }
  /** Sends its headers and so many bytes of the body, then resets the connection. */
  | { kind: 'reset'; after: number }
  /** Closes the connection without a word. */
  | { kind: 'hang up' }
  /** Waits before the headers. */
  | { kind: 'slow'; milliseconds: number }
  /** Sends half of the body, and the rest later. */
  | { kind: 'stall'; milliseconds: number }
  /** A web page, with status 200. */
  | { kind: 'html' }
  /** Announces so many bytes more than it sends. */
  | { kind: 'length'; by: number }
  /** Ends the response normally after this many bytes. */
  | { kind: 'truncate'; to: number }
  /** Changes one bit of the body. */
  | { kind: 'corrupt' }
  /** Sends to the same path of another server, or to an address. */
  | { kind: 'redirect'; to: string; status?: number }
  | { kind: 'body'; body: string | Buffer; type?: string }
)

export interface BuilderServer {
  url: string
  port: number
  requests: ServedRequest[]
  /** How many requests were made for paths like this. */
  count(path: RegExp): number
  add(served: ServedPackage): void
  promote(ident: string, channel: string): void
  fault(fault: Fault): void
  close(): Promise<void>
}

interface Reply {
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** A Builder on loopback, which keeps packages, channels and keys, and fails when it is told to. */
export async function startBuilder(options: BuilderServerOptions = {}): Promise<BuilderServer> {
  const packages = (options.packages ?? []).map(served => ({ ...served }))
  const requests: ServedRequest[] = []
  const faults: Fault[] = []

  const server = createServer((request, response) => {
    const path = request.url ?? ''
    requests.push({ path, headers: request.headers })
    const index = faults.findIndex(fault => fault.on?.test(path) ?? true)
    const fault = faults[index]
    if (fault) {
      fault.times = (fault.times ?? 1) - 1
      if (fault.times === 0) faults.splice(index, 1)
    }
    const reply = answer(new URL(path, 'http://builder'), request, packages, options)
    void respond(reply, fault, path, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    count: path => requests.filter(request => path.test(request.path)).length,
    add: served => void packages.push({ ...served }),
    promote(ident, channel) {
      const served = packages.find(candidate => candidate.ident === ident)
      if (!served) throw new Error(`the server has no ${ident}`)
      served.channels = [...(served.channels ?? []), channel]
    },
    fault: fault => void faults.push({ ...fault }),
    close() {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

function answer(
  url: URL,
  request: IncomingMessage,
  packages: readonly ServedPackage[],
  { keys = {}, token }: BuilderServerOptions,
): Reply {
  const target = url.searchParams.get('target') ?? 'x86_64-linux'
  const ofTarget = packages.filter(served => (served.target ?? 'x86_64-linux') === target)
  const segments = url.pathname.split('/').slice(1).map(decodeURIComponent)
  if (segments.shift() !== 'v1' || segments.shift() !== 'depot') return nothing(404)

  const [kind, ...rest] = segments
  if (kind === 'channels') {
    const [origin, channel, , ...names] = rest
    if (channel === undefined)
      return channelsOf(ofTarget.filter(({ ident }) => parts(ident).origin === origin))
    const inChannel = ofTarget.filter(served => served.channels?.includes(channel ?? ''))
    return json(find(inChannel, [origin, ...names]))
  }
  if (kind === 'pkgs' && rest.at(-1) === 'download') {
    const served = find(ofTarget, rest.slice(0, -1))
    if (!served) return nothing(404)
    if (served.needsToken && request.headers.authorization === undefined) {
      return nothing(401, 'Authentication required.')
    }
    if (served.needsToken && request.headers.authorization !== `Bearer ${token}`) {
      return nothing(403, 'No valid license key found.')
    }
    const [origin, name, version, release] = served.ident.split('/')
    return {
      status: 200,
      headers: {
        'content-type': 'application/octet-stream',
        'x-filename': `${origin}-${name}-${version}-${release}-${target}.hart`,
      },
      body: served.hart,
    }
  }
  if (kind === 'pkgs' && rest.length === 3 && rest[2] === 'versions') {
    return versions(packages.filter(served => served.ident.startsWith(`${rest[0]}/${rest[1]}/`)))
  }
  if (kind === 'pkgs') return json(find(ofTarget, rest))
  if (kind === 'origins' && rest[1] === 'keys') {
    const name = `${rest[0]}-${rest[2]}`
    const key = keys[name]
    if (key === undefined) return nothing(404)
    return { status: 200, headers: { 'x-filename': `${name}.pub` }, body: Buffer.from(key) }
  }
  return nothing(404)
}

/** `GET /depot/pkgs/ORIGIN/NAME/versions`, as list_package_versions in builder-api's resources/pkgs.rs answers. */
function versions(packages: readonly ServedPackage[]): Reply {
  if (packages.length === 0) return nothing(404)
  const names = new Set(packages.map(served => parts(served.ident).version))
  const list = [...names].map(version => {
    const builds = packages.filter(served => parts(served.ident).version === version)
    const { origin, name, release } = parts(builds.at(-1)!.ident)
    const platforms = [...new Set(builds.map(build => build.target ?? 'x86_64-linux'))]
    return { origin, name, version, release_count: String(builds.length), latest: release, platforms }
  })
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(list)),
  }
}

/** `GET /depot/channels/ORIGIN`, as get_channels in builder-api's resources/channels.rs answers. */
function channelsOf(packages: readonly ServedPackage[]): Reply {
  const names = [...new Set(packages.flatMap(({ channels = [] }) => channels))].sort()
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(names.map(name => ({ name })))),
  }
}

/** The newest package of `origin/name[/version]/latest`, or that of a full ident. */
function find(
  packages: readonly ServedPackage[],
  segments: readonly (string | undefined)[],
): ServedPackage | undefined {
  const latest = segments.at(-1) === 'latest'
  const ident = (latest ? segments.slice(0, -1) : segments).join('/')
  return packages
    .filter(served => served.ident === ident || (latest && served.ident.startsWith(`${ident}/`)))
    .sort((a, b) => a.ident.localeCompare(b.ident, 'en', { numeric: true }))
    .at(-1)
}

function json(served: ServedPackage | undefined): Reply {
  if (!served) return nothing(404)
  const ident = parts(served.ident)
  const tdeps = (served.tdeps ?? []).map(parts)
  const body = {
    id: '1',
    owner_id: '1',
    origin: ident.origin,
    name: ident.name,
    ident,
    ident_array: served.ident.split('/'),
    checksum: checksumOf(served.hart),
    manifest: `# ${served.ident}`,
    config: '',
    target: served.target ?? 'x86_64-linux',
    deps: tdeps,
    tdeps,
    build_deps: [],
    build_tdeps: [],
    exposes: [],
    visibility: 'public',
    created_at: '2024-01-02T03:04:05',
    updated_at: '2024-01-02T03:04:05',
    channels: served.channels ?? [],
    is_a_service: false,
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  }
}

const checksums = new WeakMap<Buffer, string>()

/** Nobody changes a hart that is served, and many are served often. */
function checksumOf(hart: Buffer): string {
  const checksum = checksums.get(hart) ?? blake2b256(hart)
  checksums.set(hart, checksum)
  return checksum
}

function parts(ident: string) {
  const [origin, name, version, release] = ident.split('/')
  return { origin, name, version, release }
}

function nothing(status: number, text = ''): Reply {
  return { status, headers: {}, body: Buffer.from(text) }
}

async function respond(
  reply: Reply,
  fault: Fault | undefined,
  path: string,
  response: ServerResponse,
): Promise<void> {
  let { status, headers, body } = reply
  let length = body.length
  switch (fault?.kind) {
    case 'status':
      ;({ status } = fault)
      headers = fault.headers ?? {}
      body = Buffer.from(fault.body ?? '')
      length = body.length
      break
    case 'redirect': {
      status = fault.status ?? 302
      const to = new URL(fault.to)
      headers = { location: to.pathname === '/' ? new URL(path, to).href : fault.to }
      body = Buffer.alloc(0)
      length = 0
      break
    }
    case 'html':
      headers = { 'content-type': 'text/html; charset=utf-8' }
      body = Buffer.from('<!doctype html><title>Sign in to the network</title>')
      length = body.length
      break
    case 'body':
      headers = { 'content-type': fault.type ?? 'application/json' }
      body = Buffer.from(fault.body)
      length = body.length
      break
    case 'length':
      length += fault.by
      break
    case 'truncate':
      body = body.subarray(0, fault.to)
      length = fault.to
      break
    case 'corrupt':
      body = Buffer.from(body)
      body[body.length >> 1]! ^= 1
      break
    case 'slow':
      await pause(fault.milliseconds)
      break
    case 'hang up':
      response.destroy()
      return
  }
  response.writeHead(status, { ...headers, 'content-length': length })
  if (fault?.kind === 'reset') {
    response.write(body.subarray(0, fault.after), () => response.socket?.resetAndDestroy())
  } else if (fault?.kind === 'length') {
    response.write(body, () => response.destroy())
  } else if (fault?.kind === 'stall') {
    response.write(body.subarray(0, body.length >> 1))
    await pause(fault.milliseconds)
    response.end(body.subarray(body.length >> 1))
  } else {
    response.end(body)
  }
}

/** Does not keep a test alive that gave up waiting. */
function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds).unref())
}
