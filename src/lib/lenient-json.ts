import * as v from 'valibot'
import { isObject } from './is-object.ts'
import { text } from './json.ts'
import { isToken } from './token.ts'

// Schemas for answers whose fields differ from version to version, or that a proxy may have written: anything
// unexpected counts as missing. They accept every input, so `v.parse` does not throw.

/** An id, version, host name or the like: safe to show in a message, on one line. */
export const word = v.pipe(
  text,
  v.check(value => value.length <= 500 && isToken(value), 'a word'),
)

/** Undefined if the value does not fit. */
export function maybe<S extends v.GenericSchema>(schema: S) {
  return v.fallback(v.optional(schema), undefined)
}

/** An object with these fields; anything else counts as an object without fields. */
export function fields<E extends v.ObjectEntries>(entries: E) {
  return v.optional(
    v.pipe(
      v.unknown(),
      v.transform(value => (isObject(value) ? value : {}) as v.InferInput<v.ObjectSchema<E, undefined>>),
      v.object(entries),
    ),
    {},
  )
}

/** The items of a list that fit; empty if the value is not a list. */
export function each<S extends v.GenericSchema>(item: S) {
  return v.optional(
    v.pipe(
      v.unknown(),
      v.transform(value => {
        const items: unknown[] = Array.isArray(value) ? value : []
        return items
          .map(each => v.safeParse(item, each))
          .filter(({ success }) => success)
          .map(({ output }) => output as v.InferOutput<S>)
      }),
    ),
    [],
  )
}
