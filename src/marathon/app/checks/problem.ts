import type { JsonValue } from '../request.ts'

/** One thing about an app definition that Marathon would refuse. */
export interface Problem {
  /** Where, as Marathon writes it: `/fetch(0)/uri`. */
  path: string
  value?: JsonValue
  /** What is wrong and what to write, to be read after the value. */
  problem: string
}

/** A value's problem by one of the rules, if it has one; to Marathon null is as good as absent. */
export function* checked(
  path: string,
  value: JsonValue | undefined,
  rule: (value: JsonValue) => string | undefined,
): Generator<Problem> {
  if (value === undefined || value === null) return
  const problem = rule(value)
  if (problem) yield { path, value, problem }
}

/** The members of a field that must be a list; a problem instead where it is none. */
export function* list(
  path: string,
  value: JsonValue | undefined,
  each: (path: string, value: JsonValue, index: number) => Iterable<Problem>,
): Generator<Problem> {
  if (value === undefined || value === null) return
  if (!Array.isArray(value)) yield { path, value, problem: 'must be a list' }
  else for (const [index, item] of value.entries()) yield* each(`${path}(${index})`, item, index)
}

/** Problems of the members that come a second time by some key; members without the key do not count. */
export function* repeated(
  path: string,
  value: JsonValue | undefined,
  keyOf: (item: JsonValue) => JsonValue | undefined,
  problem: (first: string) => string,
): Generator<Problem> {
  const seen = new Map<JsonValue, string>()
  for (const [index, item] of (Array.isArray(value) ? value : []).entries()) {
    const key = keyOf(item)
    if (key === undefined || key === null) continue
    const first = seen.get(key)
    if (first) yield { path: `${path}(${index})`, value: key, problem: problem(first) }
    else seen.set(key, `${path}(${index})`)
  }
}
