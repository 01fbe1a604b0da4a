import * as v from 'valibot'
import { isObject } from '../../../lib/is-object.ts'
import type { JsonObject, JsonValue } from '../request.ts'
import { APP, type App } from '../shapes/app.ts'
import { CHECK_RULES } from './check.ts'
import { CONSTRAINT_RULES } from './constraints.ts'
import { CONTAINER_RULES } from './container.ts'
import { ENVIRONMENT_RULES } from './environment.ts'
import { FETCH_RULES } from './fetch.ts'
import { HEALTH_RULES } from './health.ts'
import { IDENTITY_RULES } from './identity.ts'
import { LINUX_RULES } from './linux.ts'
import { MAPPING_RULES } from './mappings.ts'
import { NETWORK_RULES } from './networks.ts'
import { PORT_RULES } from './ports.ts'
import { type Problem, place, refused } from './problem.ts'
import { PROCESS_RULES } from './process.ts'
import { READINESS_RULES } from './readiness.ts'
import { RESOURCE_RULES } from './resources.ts'
import { ROLE_RULES } from './roles.ts'
import type { Rule } from './rule.ts'
import { SCHEDULING_RULES } from './scheduling.ts'
import { VOLUME_RULES } from './volumes.ts'

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

/** All problems and possible problems of an app definition: first in single fields, then between fields. */
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

/** Removes the member with the problem from the outermost list; false if the problem is not in a list. */
function leaveGap(value: unknown, [key, ...rest]: readonly Key[]): boolean {
  if (Array.isArray(value) && typeof key === 'number') {
    value[key] = undefined
    return true
  }
  return key !== undefined && isObject(value) && leaveGap(value[key], rest)
}

function isSecret(keys: readonly Key[]): boolean {
  return keys[0] === 'env' || keys.includes('credential')
}
