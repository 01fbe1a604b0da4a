import * as v from 'valibot'
import { isObject, type JsonObject, type JsonValue } from '../request.ts'
import { CHECK, CHECK_RULES } from './check.ts'
import { CONSTRAINT_RULES, CONSTRAINTS } from './constraints.ts'
import { CONTAINER, CONTAINER_RULES } from './container.ts'
import { ENVIRONMENT, ENVIRONMENT_RULES } from './environment.ts'
import { FETCH, FETCH_RULES } from './fetch.ts'
import { HEALTH, HEALTH_RULES } from './health.ts'
import { IDENTITY, IDENTITY_RULES } from './identity.ts'
import { LINUX_RULES } from './linux.ts'
import { MAPPING_RULES } from './mappings.ts'
import { NETWORK_RULES, NETWORKS } from './networks.ts'
import { PORT_RULES, PORTS } from './ports.ts'
import { type Problem, place, refused } from './problem.ts'
import { PROCESS, PROCESS_RULES } from './process.ts'
import { READINESS, READINESS_RULES } from './readiness.ts'
import { RESOURCE_RULES, RESOURCES } from './resources.ts'
import { ROLE_RULES, ROLES } from './roles.ts'
import type { Rule } from './rule.ts'
import { SCHEDULING, SCHEDULING_RULES } from './scheduling.ts'
import { shape } from './shape.ts'
import { VERSION } from './version.ts'
import { VOLUME_RULES } from './volumes.ts'

/** The fields of an app definition (Marathon 1.11: types/app.raml). Marathon ignores any others. */
const APP = shape({
  ...IDENTITY,
  ...PROCESS,
  ...RESOURCES,
  ...SCHEDULING,
  ...CONSTRAINTS,
  ...ROLES,
  ...ENVIRONMENT,
  ...FETCH,
  ...PORTS,
  ...NETWORKS,
  ...CONTAINER,
  ...HEALTH,
  ...CHECK,
  ...READINESS,
  ...VERSION,
})

const RULES: readonly Rule[] = [
  ...IDENTITY_RULES,
  ...PROCESS_RULES,
  ...RESOURCE_RULES,
  ...SCHEDULING_RULES,
  ...CONSTRAINT_RULES,
  ...ROLE_RULES,
  ...ENVIRONMENT_RULES,
  ...FETCH_RULES,
  ...PORT_RULES,
  ...NETWORK_RULES,
  ...CONTAINER_RULES,
  ...MAPPING_RULES,
  ...LINUX_RULES,
  ...VOLUME_RULES,
  ...HEALTH_RULES,
  ...CHECK_RULES,
  ...READINESS_RULES,
]

type Whole = v.InferOutput<typeof APP>
type WithGaps<T> = T extends readonly (infer I)[]
  ? readonly (I | undefined)[]
  : T extends object
    ? { readonly [Field in keyof T]: WithGaps<T[Field]> }
    : T

/**
 * An app definition as Marathon reads it, with its defaults. A list that is in no other has a gap where a member
 * could not be read.
 */
export type App = WithGaps<Whole>

/** All that is or may be wrong with an app definition: with single fields first, then between fields. */
export function problemsOf(definition: JsonObject): Problem[] {
  const { output, issues = [] } = v.safeParse(APP, definition, { abortPipeEarly: true })
  const unread = new Set<string>()
  const problems = issues.map(({ path = [], input, message }) => {
    const keys = path.map(({ key }) => key as Key)
    if (!leaveGap(output, keys)) unread.add(`${keys[0]}`)
    return refused(place(...keys), isSecret(keys) ? undefined : (input as JsonValue | undefined), message)
  })
  const sound = RULES.filter(({ fields }) => !fields.some(field => unread.has(field)))
  return [...problems, ...sound.flatMap(rule => [...rule.problems(output as App)])]
}

type Key = string | number

/** Takes the member with the problem out of the outermost list; false if the problem is in none. */
function leaveGap(value: unknown, [key, ...rest]: readonly Key[]): boolean {
  if (Array.isArray(value) && typeof key === 'number') {
    value[key] = undefined
    return true
  }
  return key !== undefined && isObject(value as JsonValue) && leaveGap((value as JsonObject)[key], rest)
}

function isSecret(keys: readonly Key[]): boolean {
  return keys[0] === 'env' || keys.includes('credential')
}
