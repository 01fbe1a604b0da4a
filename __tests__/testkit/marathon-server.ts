import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type BasicAuth, createGate, type DcosAuth } from './marathon-server-auth.ts'
import {
  type Json,
  type Loose,
  type MarathonVersion,
  message,
  type Reply,
  refuseBody,
} from './marathon-server-rules.ts'
import { type Cluster, createCluster, type RealTask } from './marathon-server-state.ts'
import {
  appView,
  deploymentView,
  FRAMEWORK_ID,
  groupView,
  infoView,
  queueView,
  taskView,
} from './marathon-server-views.ts'

export interface MarathonServerOptions {
  /** Whose codes and shapes it has. */
  version?: MarathonVersion
  /** What stands before `/v2`, such as `/service/marathon`. */
  prefix?: string
  auth?: BasicAuth | DcosAuth
  /** Milliseconds between two moments of its time; 0: only `tick` lets time pass. */
  pace?: number
  /** Milliseconds by which its clock is ahead. */
  skew?: number
  tls?: { key: string; cert: string }
  /** The address of its masters; 127.0.0.1 where absent. */
  host?: string
  /** Starts the command of each task for real, such as by `runTask` of the launch tests. */
  start?: (definition: Json) => Promise<RealTask>
}

/** How the next requests go wrong. */
export interface MarathonFault {
  method?: string
  /** A part of the path. */
  path?: string
  times?: number
  /** The answer; none: the connection is reset. */
  reply?: Reply
  /** Carry the request out anyway. */
  after?: boolean
}

export interface SeenRequest {
  method: string
  /** With the query. */
  path: string
  headers: IncomingHttpHeaders
  body: string
  /** Which of the two masters. */
  master: number
}

export interface MarathonServer {
  /** The base URLs of its two masters. */
  urls: readonly [string, string]
  url: string
  /** The origin, for logins and agents through DC/OS. */
  origin: string
  /** The HTTP API of its only agent. */
  agentUrl: string
  cluster: Cluster
  requests: SeenRequest[]
  /** The bodies of logins. */
  logins: Json[]
  tick(times?: number): void
  fault(fault: MarathonFault): void
  /** There is no leader for this many requests. */
  elect(requests: number): void
  /** Ends a master: connections to it are refused. */
  stop(master: number): Promise<void>
  expireTokens(): void
  /** What a task writes. */
  write(taskId: string, stream: 'stdout' | 'stderr', text: string): void
  close(): Promise<void>
}

const OK = 200

/**
 * A stand-in for Marathon 1.4, 1.5 or 1.10 with one agent, on loopback, that keeps state: apps, their versions,
 * deployments that take time, tasks that do as their app's label `behaviour` says.
 */
export async function startMarathon(options: MarathonServerOptions = {}): Promise<MarathonServer> {
  const { version = '1.10', prefix = '', pace = 5, skew = 0, host = '127.0.0.1' } = options
  const now = () => Date.now() + skew
  const cluster = createCluster({ version, now, start: options.start })
  const gate = createGate(options.auth, now)
  const requests: SeenRequest[] = []
  const faults: MarathonFault[] = []
  const timer = pace > 0 ? setInterval(() => cluster.tick(), pace) : undefined

  async function serve(request: IncomingMessage, master: number): Promise<Reply | undefined> {
    const { method = '', url: path = '', headers } = request
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    requests.push({ method, path, headers, body, master })
    const index = faults.findIndex(
      fault => (fault.method ?? method) === method && path.includes(fault.path ?? ''),
    )
    const fault = faults[index]
    if (!fault) return answer(method, path, headers, body)
    fault.times = (fault.times ?? 1) - 1
    if (fault.times === 0) faults.splice(index, 1)
    if (fault.after) answer(method, path, headers, body)
    return fault.reply
  }

  function answer(method: string, path: string, headers: IncomingHttpHeaders, body: string): Reply {
    const { pathname, searchParams } = new URL(path, 'http://localhost')
    if (pathname === '/acs/api/v1/auth/login' && method === 'POST') return gate.logIn(JSON.parse(body))
    const refused = gate.refuse(headers.authorization)
    if (refused) return refused
    const agent = /^\/agent\/[^/]+(\/files\/.*)$/.exec(pathname)
    if (agent) return readFile(agent[1]!, searchParams, cluster)
    if (pathname === `${prefix}/ping`) {
      // Text, unless JSON alone will do (api/SystemResource.scala).
      return headers.accept === 'application/json'
        ? { status: OK, body: '"pong"', headers: { 'content-type': 'application/json' } }
        : { status: OK, body: 'pong', headers: { 'content-type': 'text/plain' } }
    }
    const json = parse(body)
    const route = pathname.startsWith(`${prefix}/v2/`) ? pathname.slice(prefix.length + 3) : undefined
    const found =
      route === undefined
        ? undefined
        : json instanceof SyntaxError
          ? message(400, 'Invalid JSON', { details: jacksonText(json) })
          : api(method, route, searchParams, json, headers.host)
    return (
      found ??
      (version === '1.10' ? message(500, 'URI not found') : message(404, `URI not found: ${pathname}`))
    )
  }

  function api(
    method: string,
    route: string,
    query: URLSearchParams,
    body: Loose,
    host = '',
  ): Reply | undefined {
    const [, collection, rest = ''] = /^\/([a-z]+)(?:\/+(.*?))?\/*$/.exec(route) ?? []
    const force = query.get('force')?.toLowerCase() === 'true'
    switch (collection) {
      case 'apps':
        if (rest === '') return allApps(method, query, body, force)
        return created(oneApp(method, rest, query, body, force), `http://${host}${absolute(rest)}`)
      case 'groups':
        return groups(method, `/${rest}`, query, body)
      case 'deployments':
        return method === 'GET'
          ? { status: OK, body: cluster.listed().map(deploymentView) }
          : endDeployment(method, rest, force)
      case 'tasks':
        return method === 'GET' ? { status: OK, body: { tasks: allTasks() } } : undefined
      case 'queue':
        return { status: OK, body: queueView(cluster) }
      case 'info':
        return { status: OK, body: infoView(version, new URL(urls[0]).host) }
      case 'leader':
        return { status: OK, body: { leader: new URL(urls[0]).host } }
    }
    return undefined
  }

  function allApps(method: string, query: URLSearchParams, body: Loose, force: boolean): Reply | undefined {
    if (method === 'GET') {
      const embed = query.getAll('embed')
      const wanted = query.get('id') ?? ''
      const found = [...cluster.apps.values()].filter(
        app => !app.stopping && app.definition.id.includes(wanted),
      )
      const views = found.map(app =>
        appView(app, cluster, embed.length > 0 ? embed : ['app.counts', 'app.deployments']),
      )
      return { status: OK, body: { apps: views } }
    }
    if (method !== 'POST') return undefined
    const refused = refuseBody(body)
    if (refused) return refused
    const id = typeof body.id === 'string' ? absolute(body.id) : body.id
    if (cluster.app(id)) return message(409, `An app with id [${id}] already exists.`)
    const changed = cluster.change(id, { ...body, id }, force)
    if ('status' in changed) return changed
    const app = cluster.app(id)!
    return {
      status: 201,
      headers: { location: `${prefix}${id}`, 'marathon-deployment-id': changed.id },
      body: { ...appView(app, cluster, ['app.counts', 'app.tasks']), deployments: [{ id: changed.id }] },
    }
  }

  function oneApp(
    method: string,
    rest: string,
    query: URLSearchParams,
    body: Loose,
    force: boolean,
  ): Reply | undefined {
    const [, name, sub, item] = /^(.*?)(?:\/(tasks|versions|restart)(?:\/(.+))?)?$/.exec(rest)!
    const id = absolute(name!)
    const app = cluster.app(id)
    const unknown = message(404, `App '${id}' does not exist`, method === 'GET' ? { details: [] } : {})
    if (sub !== undefined) return app ? ofApp(method, id, sub, item, query) : unknown
    if (method === 'GET') {
      return app ? { status: OK, body: { app: appView(app, cluster, query.getAll('embed')) } } : unknown
    }
    if (method === 'DELETE') {
      // The only one whose default is true.
      return app
        ? deployed(cluster.change(id, undefined, query.get('force')?.toLowerCase() !== 'false'))
        : unknown
    }
    if (method !== 'PUT' && method !== 'PATCH') return undefined
    if (!app && method === 'PATCH') return unknown
    const refused = refuseBody(body)
    if (refused) return refused
    if (body.version !== undefined) {
      if (Object.keys(body).some(key => key !== 'id' && key !== 'version')) {
        return message(422, "The 'version' field may only be combined with the 'id' field.")
      }
      const old = app?.versions.get(body.version)
      return old
        ? deployed(cluster.restore(id, old, force))
        : message(404, `App '${id}' in version '${body.version}' does not exist`)
    }
    const partial = query.get('partialUpdate') !== 'false'
    const wanted = { ...(partial && app ? app.definition : {}), ...body, id }
    // What 1.4 gives in answers beside fetch.
    if (partial && body.fetch === undefined && has(wanted.fetch)) delete wanted.uris
    return deployed(cluster.change(id, wanted, force), app ? OK : 201)
  }

  function ofApp(
    method: string,
    id: string,
    sub: string,
    item: string | undefined,
    query: URLSearchParams,
  ): Reply | undefined {
    const app = cluster.app(id)!
    if (sub === 'versions' && method === 'GET') {
      if (item === undefined) {
        const others = [...app.versions.keys()].filter(version => version !== app.version)
        return { status: OK, body: { versions: [app.version, ...others.sort(inNoOrder)] } }
      }
      const old = app.versions.get(item)
      return old
        ? { status: OK, body: { ...old, version: item } }
        : message(404, `App '${id}' does not exist`, { details: [] })
    }
    if (sub === 'tasks' && method === 'GET') {
      return { status: OK, body: { tasks: app.tasks.map(task => taskView(task, app, cluster)) } }
    }
    if (sub === 'tasks' && method === 'DELETE') {
      const killed = app.tasks.filter(task => item === undefined || task.id === item)
      if (item !== undefined && killed.length === 0) return message(404, `Task '${item}' does not exist`)
      const views = killed.map(task => taskView(task, app, cluster))
      for (const task of killed) cluster.kill(app, task)
      if (query.get('scale') === 'true')
        return deployed(
          cluster.change(
            id,
            { ...app.definition, instances: app.definition.instances - killed.length },
            false,
          ),
        )
      return { status: OK, body: item === undefined ? { tasks: views } : { task: views[0] } }
    }
    return undefined
  }

  /** Not those of apps that are removed, even while these are still being killed (api/v2/TasksResource.scala). */
  function allTasks(): Json[] {
    return [...cluster.apps.values()]
      .filter(({ stopping }) => !stopping)
      .flatMap(app => app.tasks.map(task => taskView(task, app, cluster, true)))
  }

  function endDeployment(method: string, id: string, force: boolean): Reply | undefined {
    if (method !== 'DELETE') return undefined
    const deployment = cluster.deployments().find(each => each.id === id)
    if (!deployment) return message(404, `DeploymentPlan ${id} does not exist`)
    if (!force) return deployed(cluster.revert(deployment))
    cluster.cancel(deployment)
    return { status: 202 }
  }

  function groups(method: string, path: string, query: URLSearchParams, body: Loose): Reply | undefined {
    const id = path.replace(/\/+$/, '') || '/'
    const view = groupView(id, cluster)
    const exists = id === '/' || cluster.groups.has(id)
    const unknown = message(404, `Group '${id}' does not exist`, method === 'GET' ? { details: [] } : {})
    if (method === 'GET') return exists ? { status: OK, body: view } : unknown
    if (method === 'DELETE') {
      if (!exists || view.apps.length + view.groups.length > 0) return exists ? undefined : unknown
      cluster.groups.delete(id)
      const time = cluster.timestamp()
      return { status: OK, body: { version: time, deploymentId: time } }
    }
    if (method !== 'PUT' || !query.has('dryRun')) return undefined
    const steps: Json[] = []
    const strangers = [...(body.apps ?? []).entries()].filter(
      ([, app]) => !absolute(app.id).startsWith(id === '/' ? id : `${id}/`),
    )
    if (strangers.length > 0) {
      const error = { path: '/id', errors: [`Identifier is not child of '${id}'`] }
      return inGroup(message(422, 'Object is not valid', { details: [error] }), strangers[0]![0])
    }
    for (const [index, app] of (body.apps ?? []).entries()) {
      const planned = cluster.plan(absolute(app.id), { ...app, id: absolute(app.id) })
      if (!Array.isArray(planned)) return inGroup(planned, index)
      steps.push(...planned.map(action => ({ actions: [{ action, app: absolute(app.id) }] })))
    }
    // Whoever is not in the list is not to be.
    for (const { id: other } of view.apps) {
      if (!(body.apps ?? []).some((app: Json) => absolute(app.id) === other)) {
        steps.push({ actions: [{ action: 'StopApplication', app: other }] })
      }
    }
    return { status: OK, body: { steps } }
  }

  function listener(master: number): RequestListener {
    return async (request, response) => {
      request.on('error', () => {})
      const reply = await serve(request, master).catch(error => message(500, String(error)))
      if (!reply) {
        request.socket.resetAndDestroy()
        return
      }
      response.setHeader('date', new Date(now()).toUTCString())
      const isText = typeof reply.body === 'string'
      response.writeHead(reply.status, {
        ...(reply.body !== undefined && { 'content-type': isText ? 'text/html' : 'application/json' }),
        ...reply.headers,
      })
      response.end(reply.body === undefined ? undefined : isText ? reply.body : JSON.stringify(reply.body))
    }
  }

  const make = (handler: RequestListener) =>
    options.tls ? createTlsServer(options.tls, handler) : createServer(handler)
  const masters = [make(listener(0)), make(listener(1))]
  const agent = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    const { status, body } = readFile(pathname, searchParams, cluster)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const [first, second] = await Promise.all(masters.map(master => listen(master, host)))
  const agentPort = await listen(agent, '127.0.0.1')
  const scheme = options.tls ? 'https' : 'http'
  const origin = `${scheme}://${host}:${first}`
  const urls = [`${origin}${prefix}`, `${scheme}://${host}:${second}${prefix}`] as const

  return {
    urls,
    url: urls[0],
    origin,
    agentUrl: `http://127.0.0.1:${agentPort}`,
    cluster,
    requests,
    logins: gate.logins,
    tick(times = 1) {
      for (let i = 0; i < times; i++) cluster.tick()
    },
    fault: fault => void faults.push({ ...fault }),
    elect(times) {
      const body = '<html><body>HTTP ERROR: 502 Could not determine the current leader</body></html>'
      faults.push({ times, reply: { status: 502, body } })
    },
    stop: master => end(masters[master]!),
    expireTokens: () => gate.expireTokens(),
    write(taskId, stream, text) {
      cluster.outputs.get(taskId)![stream] += text
    },
    async close() {
      clearInterval(timer)
      for (const app of cluster.apps.values()) {
        for (const { real } of app.tasks) await real?.terminate()
      }
      await Promise.all([...masters, agent].map(end))
    },
  }
}

function parse(body: string): unknown {
  if (body === '') return undefined
  try {
    return JSON.parse(body)
  } catch (error) {
    return error
  }
}

/** What Jackson, Marathon's reader of JSON, says about the same. */
function jacksonText({ message: text }: SyntaxError): string {
  return /end of JSON|Unterminated/.test(text)
    ? 'Unexpected end-of-input within/between Object entries'
    : 'Unexpected character'
}

/** By the digits of their milliseconds, read backwards. */
function inNoOrder(a: string, b: string): number {
  const key = (text: string) => [...text].reverse().join('')
  return key(a) < key(b) ? -1 : 1
}

/** state/PathId.scala: relative ids are those below the root. */
function absolute(id: string): string {
  return `/${id.replace(/^\/+/, '')}`
}

function created(reply: Reply | undefined, location: string): Reply | undefined {
  return reply?.status === 201 ? { ...reply, headers: { location, ...reply.headers } } : reply
}

function deployed(changed: ReturnType<Cluster['change']>, status = OK): Reply {
  if ('status' in changed) return changed
  const { id, version } = changed
  return { status, body: { version, deploymentId: id }, headers: { 'marathon-deployment-id': id } }
}

/** The same answer, about an app in a group. */
function inGroup(reply: Reply, index: number): Reply {
  const body = reply.body as Json
  if (!Array.isArray(body.details)) return reply
  const details = body.details.map(({ path, errors }: Json) => ({ path: `/apps(${index})${path}`, errors }))
  return { ...reply, body: { ...body, details } }
}

/** Mesos' /files/read (src/files/files.cpp) on the virtual path of a command task's sandbox. */
function readFile(pathname: string, query: URLSearchParams, cluster: Cluster): Reply {
  if (pathname !== '/files/read' && pathname !== '/files/read.json') return { status: 404 }
  const pattern = new RegExp(`^/frameworks/${FRAMEWORK_ID}/executors/([^/]+)/runs/latest/(stdout|stderr)$`)
  const [, task, stream] = pattern.exec(query.get('path') ?? '') ?? []
  const running = [...cluster.apps.values()].flatMap(app => app.tasks).find(({ id }) => id === task)
  const kept = task === undefined ? undefined : cluster.outputs.get(task)
  if (!kept) return { status: 404 }
  const text = Buffer.from(running?.real?.output(stream as 'stdout') ?? kept[stream as 'stdout'])
  const offset = Number(query.get('offset') ?? -1)
  if (offset === -1) return { status: OK, body: { data: '', offset: text.length } }
  const length = Number(query.get('length') ?? 65_536)
  return { status: OK, body: { data: text.subarray(offset, offset + length).toString(), offset } }
}

function has(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0
}

async function listen(server: Server, host: string): Promise<number> {
  await once(server.listen(0, host), 'listening')
  return (server.address() as AddressInfo).port
}

async function end(server: Server): Promise<void> {
  if (!server.listening) return
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
}
