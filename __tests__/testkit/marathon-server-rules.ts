// What the stand-in for Marathon refuses, in the words of Marathon's own tests and sources as the project's facts
// have them, and its recorded answers. On purpose none of it comes from src/marathon, which is tested against it.

import { isOnNetwork, mappingsOf, normalizedPorts, servicePortsOf } from './marathon-server-ports.ts'

export type MarathonVersion = '1.4' | '1.5' | '1.10'

export interface Reply {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

// biome-ignore lint/suspicious/noExplicitAny: what clients send is looked at field by field
export type Loose = any
export type Json = Record<string, Loose>

const SEGMENT = '([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])'
/** types/stringTypes.raml, PathId. */
const PATH_ID = new RegExp(`^(\\/?((\\.\\.)|(${SEGMENT}\\.)*${SEGMENT})?($|\\/))+$`)
/** state/PathId.scala. */
const PATH_SEGMENT = `^(${SEGMENT}\\.)*${SEGMENT}|(\\.|\\.\\.)$`

export function message(status: number, text: string, more: Json = {}): Reply {
  return { status, body: { message: text, ...more } }
}

/** An answer to a body that is not an app at all, or undefined. */
export function refuseBody(body: unknown): Reply | undefined {
  if (body === undefined) {
    const details = 'No content to map due to end-of-input\n at [Source: (byte[])""; line: 1, column: 0]'
    return message(400, 'Please specify data in JSON format', { details })
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return undefined
  return message(422, 'Invalid JSON', { details: [{ path: '', errors: ['error.expected.jsobject'] }] })
}

/** An answer to an app that cannot be, or undefined. */
export function refuseApp(app: Json, version: MarathonVersion): Reply | undefined {
  const reader = [...readerErrors(app, version)]
  if (reader.length > 0) return message(version === '1.4' ? 400 : 422, 'Invalid JSON', { details: reader })
  const semantic = [...semanticErrors(app, version)]
  if (semantic.length > 0) return message(422, 'Object is not valid', { details: semantic })
  return undefined
}

function* readerErrors(app: Json, version: MarathonVersion) {
  const error = (path: string, text: string) => ({ path, errors: [text] })
  const modern = version !== '1.4'
  if (app.id === undefined)
    yield error('/id', modern ? `'id' is undefined on object: ${JSON.stringify(app)}` : 'error.path.missing')
  else if (typeof app.id !== 'string') yield error('/id', 'error.expected.jsstring')
  else if (modern && !PATH_ID.test(app.id)) yield error('/id', 'error.pattern')
  for (const name of ['cpus', 'mem', 'disk', 'instances']) {
    const value = app[name]
    if (value === undefined) continue
    if (typeof value !== 'number') yield error(`/${name}`, 'error.expected.jsnumber')
    else if (name === 'instances' && !Number.isInteger(value)) yield error(`/${name}`, 'error.expected.int')
    else if (modern && value < (name === 'cpus' ? 0.001 : 0)) yield error(`/${name}`, 'error.min')
  }
  if (modern && app.cmd === '') yield error('/cmd', 'error.minLength')
  if (!modern && has(app.uris) && has(app.fetch))
    yield error('/', 'You cannot specify both uris and fetch fields')
  if (!modern) return
  for (const [index, { uri }] of (app.fetch ?? []).entries()) {
    if (typeof uri === 'string' && uri.length > 1024) yield error(`/fetch(${index})/uri`, 'error.maxLength')
  }
  for (const [index, { protocol, name }] of (app.portDefinitions ?? []).entries()) {
    if (protocol !== undefined && !/^(tcp|udp|udp,tcp)$/i.test(protocol)) {
      yield error(`/portDefinitions(${index})/protocol`, 'error.unknown.enum.literal')
    }
    if (name !== undefined && !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
      yield error(`/portDefinitions(${index})/name`, 'error.pattern')
    }
  }
}

function* semanticErrors(app: Json, version: MarathonVersion) {
  const error = (path: string, text: string) => ({ path, errors: [text] })
  const modern = version !== '1.4'
  const segments = app.id.split('/').filter((segment: string) => segment !== '')
  if (!modern && !segments.every((segment: string) => new RegExp(`^(?:${PATH_SEGMENT})$`).test(segment))) {
    yield error('/id', `must fully match regular expression '${PATH_SEGMENT}'`)
  }
  if (version === '1.10' && ['restart', 'tasks', 'versions'].includes(segments.at(-1))) {
    yield error(
      '/id',
      'must not end with any of the following reserved keywords: restart, tasks, versions, ., ..',
    )
  }
  if (!app.container && (app.cmd === undefined) === !has(app.args)) {
    yield error('/', "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.")
  }
  if (modern && has(app.uris) && has(app.fetch))
    yield error('/uris', 'may not be set in conjunction with fetch')
  for (const [index, { uri }] of (app.fetch ?? []).entries()) {
    if (/\s/.test(uri)) yield error(`/fetch(${index})/uri`, 'URI has invalid syntax.')
  }
  if (!modern && app.cpus < 0) yield error('/cpus', 'got -1.0, expected 0.0 or more')
  const ports = app.portDefinitions ?? []
  if (repeats(ports.map(({ port }: Json) => port ?? 0).filter((port: number) => port !== 0))) {
    yield error('/portDefinitions', 'Ports must be unique.')
  }
  if (repeats(ports.flatMap(({ name }: Json) => name ?? []))) {
    yield error('/portDefinitions', 'Port names must be unique.')
  }
  if (!modern) {
    for (const [index, { name }] of ports.entries()) {
      if (name !== undefined && !/^[a-z][a-z0-9-]*$/.test(name)) {
        yield error(
          `/portDefinitions(${index})/name`,
          "must fully match regular expression '^[a-z][a-z0-9-]*$'",
        )
      }
    }
  }
  const references = Object.entries<Loose>(app.env ?? {}).filter(([, value]) => typeof value === 'object')
  if (references.length > 0) {
    yield error(
      '/env',
      'use of secret-references in the environment requires the secrets feature to be enabled',
    )
  }
  for (const [name, { secret }] of references) {
    if (modern && !Object.hasOwn(app.secrets ?? {}, secret)) {
      yield error(`/env/${name}/secret`, 'references an undefined secret')
    }
  }
  if ((app.constraints ?? []).some(([, operator]: string[]) => !OPERATORS.test(operator!))) {
    yield error(
      '/constraints',
      'operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS',
    )
  }
  const count = isOnNetwork(app)
    ? mappingsOf(app).length
    : (app.portDefinitions?.length ?? app.ports?.length ?? 1)
  for (const [index, { protocol = 'HTTP', port, portIndex = 0 }] of (app.healthChecks ?? []).entries()) {
    if (protocol !== 'COMMAND' && port === undefined && portIndex >= count) {
      const text =
        'Health check port indices must address an element of the ports array or container port mappings.'
      yield error(`/healthChecks(${index})`, text)
    }
  }
}

const OPERATORS = /^(?:UNIQUE|CLUSTER|GROUP_BY|LIKE|MAX_PER|UNLIKE|IS)$/i

function has(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0
}

function repeats(values: unknown[]): boolean {
  return new Set(values).size < values.length
}

/**
 * An app with what Marathon fills in (types/app.raml).
 * @param before the app as it was, whose ports are kept
 * @param freePorts gives service ports; without it, those that are not chosen stay 0
 */
export function normalized(
  given: Json,
  version: MarathonVersion,
  before?: Json,
  freePorts?: Iterator<number>,
): Json {
  const { id, uris, fetch, ports, ...app } = given
  const artifacts = has(fetch)
    ? fetch
    : (uris ?? []).map((uri: string) => ({ uri, extract: /\.(tgz|tar\.gz|zip|txz|tar)$/.test(uri) }))
  const old = before ? servicePortsOf(before) : []
  const patience = version === '1.10' ? [0, 0] : [300, 600]
  return {
    id,
    backoffFactor: 1.15,
    backoffSeconds: 1,
    cpus: 1,
    disk: 0,
    executor: '',
    gpus: 0,
    instances: 1,
    maxLaunchDelaySeconds: version === '1.10' ? 300 : 3600,
    mem: 128,
    requirePorts: false,
    upgradeStrategy: { maximumOverCapacity: 1, minimumHealthCapacity: 1 },
    env: {},
    labels: {},
    constraints: [],
    ...(version === '1.4'
      ? { dependencies: [], storeUrls: [], uris: artifacts.map(({ uri }: Json) => uri) }
      : {
          networks: [{ mode: 'host' }],
          killSelection: 'YOUNGEST_FIRST',
          unreachableStrategy: { inactiveAfterSeconds: patience[0], expungeAfterSeconds: patience[1] },
        }),
    ...app,
    ...(version === '1.10' && { role: '*' }),
    fetch: artifacts.map((artifact: Json) => ({
      extract: true,
      executable: false,
      cache: false,
      ...artifact,
    })),
    ...normalizedPorts({ ...app, ports }, index => (freePorts ? (old[index] ?? freePorts.next().value) : 0)),
    healthChecks: (app.healthChecks ?? []).map((check: Json) => ({
      gracePeriodSeconds: 300,
      intervalSeconds: 60,
      timeoutSeconds: 20,
      maxConsecutiveFailures: 3,
      protocol: 'HTTP',
      ...(check.protocol === 'COMMAND' ? {} : { path: '/', portIndex: 0 }),
      ...(version === '1.10' && { delaySeconds: 15 }),
      ...(version === '1.10' && check.protocol !== 'COMMAND' && { ipProtocol: 'IPv4' }),
      ...check,
    })),
  }
}
