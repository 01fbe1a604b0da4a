import * as v from 'valibot'
import { isObject } from './is-object.ts'
import { pattern } from './json.ts'

// Schemas for answers whose fields differ from version to version, or that a proxy may have written: what is not of the
// expected kind counts as missing. They take whatever comes, so that `v.parse` throws nothing.

/** An id, version, host name or the like: what can stand in a message as it is, and cannot begin a line of its own. */
export const word = pattern(/^[\x21-\x7e]{1,500}$/, 'a word')

/** Undefined for what does not fit. */
export function maybe<S extends v.GenericSchema>(schema: S) {
  return v.fallback(v.optional(schema), undefined)
}

/** An object by its fields, without any of them where it is not an object. */
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

/** The items of a list that fit; none where it is not a list. */
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
