import { isDeepStrictEqual } from 'node:util'
import { isObject } from '../../lib/is-object.ts'
import { visible } from '../../lib/visible.ts'
import type { JsonObject, JsonValue } from '../app/request.ts'
import { shown, withoutUriSecrets } from '../app/shown.ts'
import { ADDED, DEFAULTS } from './defaults.ts'

/** One field in which an app would change. */
export interface Difference {
  /** As Marathon writes it: `/fetch(0)/uri`. */
  path: string
  /** Absent if the field was not, or will not be, set. */
  old?: JsonValue
  new?: JsonValue
}

/**
 * The fields in which an app definition differs from the one in Marathon, without those that Marathon itself fills in.
 * @param current as Marathon returns it
 */
export function differences(wanted: JsonObject, current: JsonObject): Difference[] {
  const { uris, ports = portsOf(current.portDefinitions), ...rest } = current
  const anyPort = wanted.requirePorts !== true
  // Marathon 1.4 returns both these fields and their replacements; later versions convert them to the replacements.
  const had: JsonObject = {
    ...rest,
    ...(wanted.uris !== undefined && { uris: listOf(uris).length > 0 ? uris! : urisOf(current.fetch) }),
    ...(wanted.ports !== undefined && {
      ports: listOf(ports).map((port, index) => (anyPort && listOf(wanted.ports)[index] === 0 ? 0 : port)),
    }),
  }
  if (listOf(wanted.uris).length > 0) delete had.fetch
  if (wanted.ports !== undefined) delete had.portDefinitions
  return [...compare('', '', wanted, had, anyPort)].filter(
    ({ path, new: value }) => path !== '/id' && !(value === undefined && ADDED.has(path.slice(1))),
  )
}

/** A difference on one line, `cpus: 0.5 → 1`, without values that look secret. */
export function formatDifference({ path, old, new: wanted }: Difference): string {
  const hidden = isSecret({ path, old, new: wanted })
  const side = (value: JsonValue | undefined, absent: string) =>
    value === undefined ? absent : hidden ? '(hidden)' : shown(value)
  // A definition may have any key.
  return `${visible(path.slice(1))}: ${side(old, '(not set)')} → ${side(wanted, hasDefault(path) ? "(Marathon's default)" : '(removed)')}`
}

/** A difference as JSON, without values that look secret: those are `(hidden)`. */
export function hideSecrets(difference: Difference): Difference {
  const hidden = isSecret(difference)
  const side = (value: JsonValue): JsonValue =>
    hidden
      ? '(hidden)'
      : JSON.parse(
          JSON.stringify(value, (_key, each) => (typeof each === 'string' ? withoutUriSecrets(each) : each)),
        )
  const { path, old, new: wanted } = difference
  return {
    path,
    ...(old !== undefined && { old: side(old) }),
    ...(wanted !== undefined && { new: side(wanted) }),
  }
}

function* compare(
  path: string,
  rule: string,
  wanted: JsonValue | undefined,
  had: JsonValue | undefined,
  anyPort: boolean,
): Generator<Difference> {
  if (isDeepStrictEqual(wanted, had)) return
  // Marathon chose a number, and keeps it.
  if (rule === '/portDefinitions/port' && wanted === 0 && anyPort) return
  if (rule === '/container/portMappings/servicePort' && (wanted ?? 0) === 0) return
  if (isObject(wanted) && isObject(had)) {
    for (const key of new Set([...Object.keys(had), ...Object.keys(wanted)])) {
      yield* compare(`${path}/${key}`, `${rule}/${key}`, own(wanted, key), own(had, key), anyPort)
    }
    return
  }
  if (Array.isArray(wanted) && Array.isArray(had) && [...wanted, ...had].every(isObject)) {
    for (let index = 0; index < Math.max(wanted.length, had.length); index++) {
      yield* compare(`${path}(${index})`, rule, wanted[index], had[index], anyPort)
    }
    return
  }
  const isChosen = path.startsWith('/env/') || path.startsWith('/labels/')
  if (!isChosen && (wanted ?? had) !== undefined && (wanted === undefined || had === undefined)) {
    if (isDefault(path, rule, (wanted ?? had)!)) return
  }
  if (isEmpty(wanted) && isEmpty(had) && !isChosen) return
  yield {
    path,
    ...(had !== undefined && { old: had }),
    ...(wanted !== undefined && { new: wanted }),
  }
}

/** Whether a value means the same as a missing one. */
function isDefault(path: string, rule: string, value: JsonValue): boolean {
  const defaults = DEFAULTS[rule] ?? []
  // For a member of a list, the rule would be that of the list.
  if (path.endsWith(')')) return false
  if (value === false || defaults.some(each => isDeepStrictEqual(each, value))) return true
  // A list that Marathon fills in, with the fields that it adds to each member.
  return (
    Array.isArray(value) &&
    defaults.some(
      each =>
        Array.isArray(each) &&
        each.length === value.length &&
        [...compare('', rule, each, value, true)].length === 0,
    )
  )
}

function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

function hasDefault(path: string): boolean {
  return path.replace(/\(\d+\)/g, '') in DEFAULTS
}

function listOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : []
}

function urisOf(fetch: JsonValue | undefined): JsonValue[] {
  return listOf(fetch).map(item => (isObject(item) ? (item.uri ?? null) : null))
}

function portsOf(definitions: JsonValue | undefined): JsonValue[] {
  return listOf(definitions).map(item => (isObject(item) ? (item.port ?? 0) : 0))
}

const SECRET = /pass|pwd|secret|token|credential|private|auth|dsn|api.?key|(?:^|[_.-])key(?:$|[_.-])/i

function isSecret({ path, old, new: wanted }: Difference): boolean {
  return [old, wanted].some(value => value !== undefined && looksSecret(path, value))
}

/** Judging by its name or its content, because one variable may contain a package's whole configuration. */
function looksSecret(path: string, value: JsonValue): boolean {
  const [, map, name = ''] = /^\/(env|labels)(?:\/(.*))?$/s.exec(path) ?? []
  if (map === undefined) return false
  return SECRET.test(name) || SECRET.test(JSON.stringify(value))
}
