import * as v from 'valibot'
import { isObject } from '../../../lib/is-object.ts'

// How Marathon reads JSON, for valibot: RAML types become readers (type-generator/) that treat null as "not given",
// ignore the case of words, and treat anything that is not an object as an object without fields.

/** A value checked by a function that returns the problem. */
export function ruled<T>(problemOf: (value: unknown) => string | undefined) {
  return v.custom<T>(
    value => problemOf(value) === undefined,
    ({ input }) => problemOf(input) ?? '',
  )
}

/** @param example ends the message, such as `"app.tgz"` */
export function text(example: string, least = 0, most = Number.POSITIVE_INFINITY) {
  const length =
    most < Number.POSITIVE_INFINITY
      ? ` of ${least} to ${most} characters`
      : least > 0
        ? ' that is not empty'
        : ''
  return ruled<string>(value =>
    typeof value === 'string' && value.length >= least && value.length <= most
      ? undefined
      : `must be text${length}, such as ${example}`,
  )
}

export const boolean = ruled<boolean>(value =>
  typeof value === 'boolean' ? undefined : 'must be true or false',
)

/** One of some words, in any case; the output is in the case given here. */
export function oneOf<const W extends string>(...words: readonly W[]) {
  const find = (value: unknown): W | undefined =>
    typeof value === 'string' ? words.find(word => word.toLowerCase() === value.toLowerCase()) : undefined
  const quoted = words.map(word => JSON.stringify(word))
  const either = `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
  return v.pipe(
    ruled<string>(value => (find(value) === undefined ? `must be ${either}` : undefined)),
    v.transform(value => find(value)!),
  )
}

/** An object with these fields; fields without a schema are not read. */
export function shape<E extends v.ObjectEntries>(entries: E) {
  return v.pipe(
    v.unknown(),
    v.transform(input => {
      const given = isObject(input) ? input : {}
      const known = Object.keys(entries).map(name => [
        name,
        Object.hasOwn(given, name) ? (given[name] ?? undefined) : undefined,
      ])
      return Object.fromEntries(known) as v.InferInput<v.ObjectSchema<E, undefined>>
    }),
    v.object(entries),
  )
}

/** As `shape`, for the few types that Marathon reads only from an object. */
export function strictShape<E extends v.ObjectEntries>(entries: E, example: string) {
  return v.pipe(object<unknown>(`must be an object such as ${example}`), shape(entries))
}

export function list<S extends v.GenericSchema>(item: S, example: string) {
  return v.array(item, `must be a list, such as ${example}`)
}

/** An object of names and values of one kind. */
export function map<S extends v.GenericSchema>(item: S, example: string) {
  const read = v.record(v.string(), item)
  return v.pipe(object<v.InferInput<typeof read>>(`must be an object such as ${example}`), read)
}

function object<T>(problem: string) {
  return ruled<T>(value => (isObject(value) ? undefined : problem))
}
