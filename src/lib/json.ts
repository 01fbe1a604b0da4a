import * as v from 'valibot'
import { messageOf } from './errors.ts'
import { isObject } from './is-object.ts'
import { parseJson, TOO_DEEP } from './parse-json.ts'
import { quote } from './quote.ts'

// JSON from elsewhere: a schema says what it should be, and problems are described in words. The
// message of a schema or a check is what the value should be, such as "a list"; that of a transformation, a sentence.

export type Read<T> = { value: T; problems?: never } | { value?: never; problems: [string, ...string[]] }

/**
 * Reads JSON text by a schema.
 * @returns the value, or all that is wrong: `tdeps[0].name is 7, not text`, `it is not valid JSON`
 */
export function readJson<S extends v.GenericSchema>(schema: S, text: string): Read<v.InferOutput<S>> {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    return { problems: [messageOf(error).endsWith(TOO_DEEP) ? `it ${TOO_DEEP}` : 'it is not valid JSON'] }
  }
  return readValue(schema, value)
}

/** Reads parsed JSON; otherwise like `readJson`. */
export function readValue<S extends v.GenericSchema>(schema: S, value: unknown): Read<v.InferOutput<S>> {
  const { success, output, issues } = v.safeParse(schema, value)
  if (success) return { value: output }
  const [first, ...others] = issues
  return { problems: [problemOf(first), ...others.map(problemOf)] }
}

export const text = v.string('text')
export const truth = v.boolean('true or false')

/** An object with any fields. */
export const anyObject = v.custom<Record<string, unknown>>(isObject, 'a JSON object')

/** An object by its fields; others are left out. valibot's own also accepts a list. */
export function object<E extends v.ObjectEntries>(fields: E) {
  return v.pipe(anyObject as v.GenericSchema<v.InferInput<v.ObjectSchema<E, undefined>>>, v.object(fields))
}

export function list<S extends v.GenericSchema>(item: S) {
  return v.array(item, 'a list')
}

export function pattern(form: RegExp, what: string) {
  return v.pipe(text, v.regex(form, what))
}

/** A whole number from 0 to `most`, by default the largest that a number holds exactly. */
export function whole(most = Number.MAX_SAFE_INTEGER) {
  const what = most < Number.MAX_SAFE_INTEGER ? `a whole number up to ${most}` : 'a whole number'
  return v.pipe(
    v.number(what),
    v.check(value => Number.isSafeInteger(value) && value >= 0 && value <= most, what),
  )
}

/** Text, or anything else, converted by a function that throws a human-readable error. */
export function parsed<S extends v.GenericSchema, T>(
  schema: S,
  parse: (value: v.InferOutput<S>) => T,
): v.GenericSchema<v.InferInput<S>, T> {
  return v.pipe(
    schema,
    v.rawTransform<v.InferOutput<S>, T>(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(dataset.value)
      } catch (error) {
        addIssue({ message: (error as Error).message })
        return NEVER
      }
    }),
  ) as v.GenericSchema<v.InferInput<S>, T>
}

/** Characters of a value in a problem. */
const LONGEST = 100

function problemOf({ kind, input, message, path }: v.BaseIssue<unknown>): string {
  const where = path?.map(({ key }, depth) => step(key, depth)).join('') ?? ''
  if (kind === 'transformation') return [where, message.replace(/\.$/, '')].filter(Boolean).join(': ')
  if (where === '') return `it is not ${message}`
  return input === undefined ? `${where} is missing` : `${where} is ${quote(input, LONGEST)}, not ${message}`
}

function step(key: unknown, depth: number): string {
  if (typeof key === 'number') return `[${key}]`
  const name = String(key)
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `[${quote(name, LONGEST)}]`
  return depth === 0 ? name : `.${name}`
}
