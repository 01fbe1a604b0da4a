import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  IMMUTABLE,
  NOT_FOUND,
  page,
  parametersOf,
  type Reply,
  read,
  refuse,
  reply,
  sha256,
  TAKEN,
  timestamp,
} from './github-server-http.ts'
import { checkAnswer, checkRequest } from './github-server-openapi.ts'
import { type PullsState, pullRoutes, type StoredComment, type StoredPull } from './github-server-pulls.ts'
import {
  type Addresses,
  renderAsset,
  renderRelease,
  type StoredAsset,
  type StoredRelease,
  storedName,
} from './github-server-state.ts'

export interface GitHubServerOptions {
  /** OWNER/REPO. */
  repository?: string
  private?: boolean
  /** Whether releases become immutable when they are published: a setting of the repository. */
  immutable?: boolean
  tags?: string[]
  /** Whether a ruleset forbids new tags. */
  tagsLocked?: boolean
}

/** How requests go wrong whose `METHOD /path?query` matches `on`; the next one, or as many as `times` says. */
export type GitHubFault = { on: RegExp; times?: number } & (
  | { kind: 'status'; status: number; message?: string; headers?: Record<string, string>; errors?: object[] }
  /** Does what was asked for, and then answers with a status as if it had not. */
  | { kind: 'done, but'; status: number }
  /** Takes the whole body of an upload, answers 502, and leaves an asset in the state `starter`. */
  | { kind: 'starter'; unseen?: boolean }
  /** Resets the connection after this many bytes of the request's body; an upload leaves a `starter`. */
  | { kind: 'reset'; after: number }
  /** Stores other bytes than came. */
  | { kind: 'corrupt' }
  /** Begins an answer, and closes the connection in its middle. */
  | { kind: 'half' }
  /** Waits until so many of these requests are there. */
  | { kind: 'together'; count: number }
)

export interface GitHubServer extends Addresses, PullsState {
  repository: string
  /** Tokens that may write and read contents. */
  tokens: { write: string; read: string }
  releases: StoredRelease[]
  tags: Set<string>
  /** `METHOD /path?query` of each request, API and uploads; their bodies, where they were JSON. */
  requests: { line: string; body: unknown }[]
  /** How many requests were like this. */
  count(line: RegExp): number
  fault(fault: GitHubFault): void
  /** A release as another job or a person would have made it. */
  addRelease(release: Partial<StoredRelease> & { tag: string }): StoredRelease
  addAsset(release: StoredRelease, asset: Partial<StoredAsset> & { name: string }): StoredAsset
  addPull(pull: Partial<StoredPull> & { number: number }): StoredPull
  addComment(comment: Partial<StoredComment> & { issue: number; body: string }): StoredComment
  /** How often new releases are left out of lists at first. */
  lag: number
  /** @throws if a request or an answer was not as GitHub's OpenAPI description has it */
  close(): Promise<void>
}

interface Call {
  parameters: Record<string, string>
  query: URLSearchParams
  body: Record<string, unknown>
  level: 'none' | 'read' | 'write'
  accept: string
}

const SIGNATURE = 'signature=let-me-in'

/**
 * A GitHub on loopback: releases and their assets in the REST API, uploads, and downloads from a URL that
 * redirects to a store of signed URLs, each on a port of its own.
 */
export async function startGitHub(options: GitHubServerOptions = {}): Promise<GitHubServer> {
  const { repository = 'acme/shop' } = options
  const tokens = { write: 'ghs_write0123456789', read: 'ghs_read0123456789' }
  const releases: StoredRelease[] = []
  const tags = new Set(options.tags ?? [])
  const requests: GitHubServer['requests'] = []
  const faults: (GitHubFault & { waiting?: (() => void)[] })[] = []
  const mismatches: string[] = []
  const state: PullsState = { pulls: [], comments: [], deployments: [] }
  let lastId = 100

  const servers = await Promise.all(
    [answerApi, answerUpload, answerWeb, answerStore].map(async handle => {
      const server = createServer((request, response) => {
        handle(request, response).catch(error => {
          if (request.destroyed && !request.complete) return
          mismatches.push(`the server failed: ${error.stack}`)
          response.destroy()
        })
      })
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
    }),
  )
  const [api, uploads, web, store] = servers.map(({ url }) => url) as [string, string, string, string]
  // As on a GitHub Enterprise Server, whose API is not at the root of its host.
  const addresses: Addresses = {
    apiUrl: `${api}/api/v3`,
    uploadUrl: `${uploads}/api/uploads`,
    serverUrl: web,
  }

  const routes: { method: string; path: string; handle: (call: Call) => Reply }[] = [
    {
      method: 'GET',
      path: '/repos/{owner}/{repo}/releases',
      handle: ({ query, level }) => {
        const listed = releases.filter(seen).filter(release => level === 'write' || !release.draft)
        return page(
          listed.toReversed().map(render),
          query,
          `${addresses.apiUrl}/repos/${repository}/releases`,
        )
      },
    },
    {
      method: 'POST',
      path: '/repos/{owner}/{repo}/releases',
      handle: ({ body }) => {
        const release = newRelease({
          tag: String(body.tag_name),
          target: String(body.target_commitish ?? 'main'),
          name: (body.name as string) ?? null,
          body: (body.body as string) ?? null,
          prerelease: body.prerelease === true,
          unseen: server.lag,
        })
        const refused = body.draft === true ? undefined : publish(release)
        if (refused) return refused
        releases.push(release)
        return { status: 201, body: render(release) }
      },
    },
    {
      method: 'GET',
      path: '/repos/{owner}/{repo}/releases/tags/{tag}',
      handle: ({ parameters }) => {
        const release = releases.filter(seen).find(({ tag, draft }) => !draft && tag === parameters.tag)
        return release ? { status: 200, body: render(release) } : NOT_FOUND
      },
    },
    {
      method: 'GET',
      path: '/repos/{owner}/{repo}/releases/{release_id}',
      handle: ({ parameters, level }) => {
        const release = releases.find(({ id }) => String(id) === parameters.release_id)
        return release && (level === 'write' || !release.draft)
          ? { status: 200, body: render(release) }
          : NOT_FOUND
      },
    },
    {
      method: 'PATCH',
      path: '/repos/{owner}/{repo}/releases/{release_id}',
      handle: ({ parameters, body }) => {
        const release = releases.find(({ id }) => String(id) === parameters.release_id)
        if (!release) return NOT_FOUND
        if (body.body !== undefined) release.body = body.body as string
        const refused = body.draft === false && release.draft ? publish(release) : undefined
        return refused ?? { status: 200, body: render(release) }
      },
    },
    {
      method: 'DELETE',
      path: '/repos/{owner}/{repo}/releases/{release_id}',
      handle: ({ parameters }) => {
        const index = releases.findIndex(({ id }) => String(id) === parameters.release_id)
        if (index < 0) return NOT_FOUND
        releases.splice(index, 1)
        return { status: 204 }
      },
    },
    {
      method: 'GET',
      path: '/repos/{owner}/{repo}/releases/{release_id}/assets',
      handle: ({ parameters, query }) => {
        const release = releases.find(({ id }) => String(id) === parameters.release_id)
        if (!release) return NOT_FOUND
        const listed = release.assets.filter(asset => !hidden.has(asset.id))
        hidden.clear()
        return page(
          listed.map(asset => renderAsset(asset, release, repository, addresses)),
          query,
          `${addresses.apiUrl}/repos/${repository}/releases/${release.id}/assets`,
        )
      },
    },
    {
      method: 'GET',
      path: '/repos/{owner}/{repo}/releases/assets/{asset_id}',
      handle: ({ parameters, accept }) => {
        const { release, asset } = assetById(parameters.asset_id)
        if (!release || !asset) return NOT_FOUND
        if (accept !== 'application/octet-stream') {
          return { status: 200, body: renderAsset(asset, release, repository, addresses) }
        }
        return { status: 302, headers: { location: `${store}/${asset.id}?${SIGNATURE}` } }
      },
    },
    {
      method: 'PATCH',
      path: '/repos/{owner}/{repo}/releases/assets/{asset_id}',
      handle: ({ parameters, body }) => {
        const { release, asset } = assetById(parameters.asset_id)
        if (!release || !asset) return NOT_FOUND
        if (release.immutable) return IMMUTABLE
        const name = storedName(String(body.name ?? asset.name))
        if (release.assets.some(other => other !== asset && other.name === name)) return TAKEN
        asset.name = name
        return { status: 200, body: renderAsset(asset, release, repository, addresses) }
      },
    },
    {
      method: 'DELETE',
      path: '/repos/{owner}/{repo}/releases/assets/{asset_id}',
      handle: ({ parameters }) => {
        const { release, asset } = assetById(parameters.asset_id)
        if (!release || !asset) return NOT_FOUND
        if (release.immutable) return IMMUTABLE
        release.assets.splice(release.assets.indexOf(asset), 1)
        return { status: 204 }
      },
    },
    {
      method: 'GET',
      path: '/repos/{owner}/{repo}/git/ref/{ref}',
      handle: ({ parameters }) => {
        const tag = parameters.ref?.match(/^tags\/(.*)$/s)?.[1]
        if (tag === undefined || !tags.has(tag)) return NOT_FOUND
        const sha = '0123456789abcdef0123456789abcdef01234567'
        return {
          status: 200,
          body: {
            ref: `refs/tags/${tag}`,
            node_id: 'REF_1',
            url: `${addresses.apiUrl}/repos/${repository}/git/refs/tags/${encodeURIComponent(tag)}`,
            object: {
              type: 'commit',
              sha,
              url: `${addresses.apiUrl}/repos/${repository}/git/commits/${sha}`,
            },
          },
        }
      },
    },
    ...pullRoutes(state, { root: `${addresses.apiUrl}/repos/${repository}`, nextId: () => ++lastId }),
  ]
  /** Assets that the next list leaves out. */
  const hidden = new Set<number>()

  const server: GitHubServer = {
    ...addresses,
    ...state,
    repository,
    tokens,
    releases,
    tags,
    requests,
    lag: 0,
    count: line => requests.filter(request => line.test(request.line)).length,
    fault: fault => void faults.push({ ...fault }),
    addRelease(given) {
      const release = newRelease(given)
      if (given.draft === false) {
        release.draft = false
        release.publishedAt = release.createdAt
        tags.add(release.tag)
      }
      releases.push(release)
      return release
    },
    addAsset(release, given) {
      const bytes = given.bytes ?? Buffer.alloc(0)
      const asset = newAsset(given.name, bytes, bytes.length, sha256(bytes))
      Object.assign(asset, given)
      release.assets.push(asset)
      return asset
    },
    addPull(given) {
      const head = '0123456789abcdef0123456789abcdef01234567'
      const pull: StoredPull = { state: 'open', head, base: 'main', ...given }
      state.pulls.push(pull)
      return pull
    },
    addComment(given) {
      const user = { type: 'User', association: 'NONE' } as const
      const comment: StoredComment = { id: ++lastId, user, createdAt: timestamp(), ...given }
      state.comments.push(comment)
      return comment
    },
    async close() {
      for (const { server } of servers) {
        server.closeAllConnections()
        await new Promise(resolve => server.close(resolve))
      }
      if (mismatches.length > 0) throw new Error([...new Set(mismatches)].join('\n'))
    },
  }
  return server

  function render(release: StoredRelease) {
    return renderRelease(release, repository, addresses)
  }

  /** Counts down what is not in the index yet. */
  function seen(release: StoredRelease): boolean {
    if (release.unseen === 0) return true
    release.unseen--
    return false
  }

  function newRelease(given: Partial<StoredRelease> & { tag: string }): StoredRelease {
    return {
      id: ++lastId,
      target: 'main',
      name: null,
      body: null,
      draft: true,
      prerelease: false,
      immutable: false,
      createdAt: timestamp(),
      publishedAt: null,
      assets: [],
      unseen: 0,
      ...given,
    }
  }

  function newAsset(name: string, bytes: Buffer | undefined, size: number, hash: string): StoredAsset {
    return {
      id: ++lastId,
      name: storedName(name),
      label: null,
      contentType: 'application/gzip',
      state: 'uploaded',
      size,
      digest: `sha256:${hash}`,
      bytes,
      createdAt: timestamp(),
    }
  }

  function publish(release: StoredRelease): Reply | undefined {
    const errors: object[] = []
    if (releases.some(other => other !== release && !other.draft && other.tag === release.tag)) {
      errors.push({ resource: 'Release', code: 'already_exists', field: 'tag_name' })
    }
    if (!tags.has(release.tag) && options.tagsLocked) {
      const message =
        'pre_receive Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n'
      errors.push({ resource: 'Release', code: 'custom', field: 'pre_receive', message })
      errors.push({
        resource: 'Release',
        code: 'custom',
        message: 'Published releases must have a valid tag',
      })
    }
    if (errors.length > 0) return refuse(422, 'Validation Failed', errors)
    tags.add(release.tag)
    release.draft = false
    release.immutable = options.immutable === true
    release.publishedAt = timestamp()
    return undefined
  }

  function assetById(id: string | undefined) {
    const release = releases.find(({ assets }) => assets.some(asset => String(asset.id) === id))
    return { release, asset: release?.assets.find(asset => String(asset.id) === id) }
  }

  function levelOf(request: IncomingMessage): Call['level'] | 'unknown' {
    const token = request.headers.authorization?.replace(/^(token|bearer) /i, '')
    if (token === undefined) return 'none'
    return token === tokens.write ? 'write' : token === tokens.read ? 'read' : 'unknown'
  }

  /** What keeps a request from being carried out, whatever it asks for. */
  function gate(level: Call['level'] | 'unknown', method: string, owner: string): Reply | undefined {
    if (level === 'unknown') return refuse(401, 'Bad credentials')
    if (owner !== repository || (level === 'none' && options.private)) return NOT_FOUND
    if (method === 'GET' || level === 'write') return undefined
    return level === 'none' ? NOT_FOUND : refuse(403, 'Resource not accessible by integration')
  }

  function takeFault(line: string) {
    const index = faults.findIndex(fault => fault.on.test(line))
    const fault = faults[index]
    if (fault) {
      fault.times = (fault.times ?? (fault.kind === 'together' ? fault.count : 1)) - 1
      if (fault.times === 0) faults.splice(index, 1)
    }
    return fault
  }

  async function answerApi(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '' } = request
    const url = new URL(request.url ?? '', api)
    const path = url.pathname.replace(/^\/api\/v3/, '')
    const line = `${method} ${path}${url.search}`
    const text = (await read(request)).bytes?.toString() ?? ''
    const body = text === '' ? undefined : JSON.parse(text)
    requests.push({ line, body })
    const matched = match(method, path)
    if (!matched) {
      mismatches.push(`nothing here answers ${line}`)
      return reply(response, NOT_FOUND)
    }
    const { route, parameters } = matched
    const exchange = { method, path: route.path, pathParameters: parameters, query: url.searchParams, body }
    mismatches.push(...checkRequest(exchange))

    const fault = takeFault(line)
    if (fault?.kind === 'together') {
      fault.waiting ??= []
      const { waiting } = fault
      await new Promise<void>(resolve => {
        waiting.push(resolve)
        if (waiting.length === fault.count) for (const go of waiting) go()
      })
    }
    if (fault?.kind === 'reset') return void request.socket.resetAndDestroy()
    const level = levelOf(request)
    const forced = fault?.kind === 'status' ? forcedReply(fault) : undefined
    const refused = gate(level, method, `${parameters.owner}/${parameters.repo}`)
    const query = url.searchParams
    const call = {
      parameters,
      query,
      body: body ?? {},
      level: level as Call['level'],
      accept: request.headers.accept ?? '',
    }
    const done = forced ?? refused ?? route.handle(call)
    const answer = fault?.kind === 'done, but' ? refuse(fault.status, 'Server Error') : done
    mismatches.push(...checkAnswer(method, route.path, answer.status, answer.body))
    reply(response, answer)
  }

  async function answerUpload(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = '/repos/{owner}/{repo}/releases/{release_id}/assets'
    const url = new URL(request.url ?? '', uploads)
    const line = `${request.method} ${url.pathname.replace(/^\/api\/uploads/, '')}${url.search}`
    requests.push({ line, body: undefined })
    const parameters = parametersOf(path, url.pathname.replace(/^\/api\/uploads/, '')) ?? {}
    const query = url.searchParams
    const exchange = { method: request.method ?? '', path, pathParameters: parameters, query }
    mismatches.push(...checkRequest(exchange))
    if (request.headers['content-length'] === undefined) mismatches.push('an upload has no Content-Length')

    const fault = takeFault(line)
    const release = releases.find(({ id }) => String(id) === parameters.release_id)
    const name = storedName(query.get('name') ?? '')
    const send = (answer: Reply) => {
      mismatches.push(...checkAnswer('POST', path, answer.status, answer.body))
      reply(response, answer)
    }
    if (fault?.kind === 'status') {
      // As a gateway does, without waiting for the body.
      return send(forcedReply(fault))
    }
    const refused =
      gate(levelOf(request), 'POST', `${parameters.owner}/${parameters.repo}`) ??
      (release ? undefined : NOT_FOUND)
    if (refused || !release) {
      request.resume()
      return send(refused ?? NOT_FOUND)
    }
    const limit = fault?.kind === 'reset' ? fault.after : Number.POSITIVE_INFINITY
    const received = await read(request, limit)
    if (release.immutable) return send(IMMUTABLE)
    if (release.assets.some(asset => asset.name === name)) return send(TAKEN)
    const asset = newAsset(name, received.bytes, received.size, received.hash)
    asset.contentType = request.headers['content-type'] ?? ''
    release.assets.push(asset)
    if (fault?.kind === 'reset' || fault?.kind === 'starter') {
      Object.assign(asset, { state: 'starter', size: 0, digest: null, bytes: undefined })
      if (fault.kind === 'starter' && fault.unseen) hidden.add(asset.id)
    }
    if (fault?.kind === 'reset') return void request.socket.resetAndDestroy()
    if (fault?.kind === 'corrupt') asset.digest = `sha256:${sha256(Buffer.from('other bytes'))}`
    if (fault?.kind === 'starter') return send(refuse(502, 'Bad Gateway'))
    if (fault?.kind === 'done, but') return send(refuse(fault.status, 'Server Error'))
    const answer = { status: 201, body: renderAsset(asset, release, repository, addresses) }
    if (fault?.kind === 'half') {
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': 5000 })
      response.write('{"id":', () => response.destroy())
      return
    }
    send(answer)
  }

  /** What a browser or an agent sees: /OWNER/REPO/releases/download/TAG/NAME. */
  async function answerWeb(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [owner, repo, kind, verb, tag, name, ...rest] = new URL(request.url ?? '', web).pathname
      .slice(1)
      .split('/')
      .map(decodeURIComponent)
    const release = releases.find(candidate => !candidate.draft && candidate.tag === tag)
    const asset = release?.assets.find(candidate => candidate.name === name && candidate.state === 'uploaded')
    const found =
      `${owner}/${repo}` === repository &&
      kind === 'releases' &&
      verb === 'download' &&
      rest.length === 0 &&
      asset
    // Not even a token opens this address of a private repository.
    if (!found || options.private) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Not Found')
      return
    }
    response.writeHead(302, { location: `${store}/${asset.id}?${SIGNATURE}` }).end()
  }

  async function answerStore(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', store)
    const { asset } = assetById(url.pathname.slice(1))
    if (url.search !== `?${SIGNATURE}` || !asset?.bytes) {
      response
        .writeHead(403, { 'content-type': 'application/xml' })
        .end('<Error><Code>AccessDenied</Code></Error>')
      return
    }
    const range = request.headers.range?.match(/^bytes=(\d+)-(\d*)$/)
    const first = Number(range?.[1] ?? 0)
    const last = Math.min(Number(range?.[2] || asset.size - 1), asset.size - 1)
    const part = asset.bytes.subarray(first, last + 1)
    response.writeHead(range ? 206 : 200, {
      'content-type': 'application/octet-stream',
      'content-length': part.length,
      'accept-ranges': 'bytes',
      ...(range && { 'content-range': `bytes ${first}-${last}/${asset.size}` }),
    })
    response.end(request.method === 'HEAD' ? undefined : part)
  }

  function match(method: string, path: string) {
    // Fixed segments come before those that match anything.
    const ordered = routes.toSorted((a, b) => a.path.split('{').length - b.path.split('{').length)
    for (const route of ordered.filter(candidate => candidate.method === method)) {
      const parameters = parametersOf(route.path, path)
      if (parameters) return { route, parameters }
    }
    return undefined
  }
}

function forcedReply(fault: GitHubFault & { kind: 'status' }): Reply {
  return { ...refuse(fault.status, fault.message ?? 'Server Error', fault.errors), headers: fault.headers }
}
