import * as v from 'valibot'
import { isObject } from '../../lib/is-object.ts'
import { text } from '../../lib/json.ts'
import { each, fields, maybe } from '../../lib/lenient-json.ts'
import type { JsonValue } from '../app/request.ts'
import { shown } from '../app/shown.ts'

const MOST_WORDS = 1000

const WHOLE = fields({ message: maybe(text), details: maybe(text) })

const COMPLAINTS = each(
  fields({ path: maybe(text), attribute: maybe(text), errors: each(text), error: maybe(text) }),
)
const BY_FIELD = fields({ details: COMPLAINTS, errors: COMPLAINTS })

/** The general part of Marathon's error: its `message`, and its `details` if they are text; empty for a web page. */
export function said(body: unknown): string {
  const { message, details } = v.parse(WHOLE, body)
  return [message ?? '', details ?? '']
    .filter(text => text !== '')
    .map(brief)
    .join(': ')
}

/**
 * Marathon's errors about single fields, one line each: path, value, message. There are two forms:
 * `details: [{path, errors}]`, and before 1.0 `errors: [{attribute, error}]`.
 * @param app the definition that was sent, to look up the values
 */
export function complaintsIn(body: unknown, app: JsonValue | undefined): string[] {
  const { details, errors } = v.parse(BY_FIELD, body)
  return [...details, ...errors].flatMap(({ path: given, attribute, errors, error }) => {
    const name = given ?? attribute
    const path = pathOf(name)
    const value = name === undefined || path === '/' ? '' : valueText(app, name)
    const words = [...errors, ...(error === undefined ? [] : [error])]
    if (words.length === 0) return []
    return [`${path}${value}: ${[...new Set(words.map(inWords))].join('; ')}`.slice(0, MOST_WORDS)]
  })
}

/** On one line, and without the complete object that play-json repeats, including variables. */
function brief(text: string): string {
  return text
    .replace(/ on object: .*/s, '')
    .replace(/\s+/g, ' ')
    .slice(0, MOST_WORDS)
}

/** The path inside the app; the given one may begin with the app's place in a group, be a bare name, or end in "/". */
function pathOf(path = ''): string {
  const text = path.replace(/^\/?(?:apps\(\d+\))?\/?/, '/')
  return text.length > 1 ? text.replace(/\/$/, '') : text
}

/** The value at a path such as `/fetch(0)/uri`, to follow it in a message; not of variables, which may be secret. */
function valueText(app: JsonValue | undefined, path: string): string {
  const steps = path.split('/').filter(step => step !== '')
  if (steps.length === 0 || steps.includes('env')) return ''
  let value = app
  for (const step of steps) {
    const [, name, index] = /^(.*?)(?:\((\d+)\))?$/.exec(step)!
    value = isObject(value) && Object.hasOwn(value, name!) ? value[name!] : undefined
    if (index !== undefined) value = Array.isArray(value) ? value[Number(index)] : undefined
  }
  return value === undefined ? '' : ` ${shown(value)}`
}

/** The error keys of play-json, which Marathon passes on untranslated. */
const KEYS: Readonly<Record<string, string>> = {
  'error.pattern': 'does not have the form that Marathon expects',
  'error.min': 'is too small',
  'error.max': 'is too large',
  'error.minLength': 'is too short',
  'error.maxLength': 'is too long',
  'error.path.missing': 'is missing',
  'error.unknown.enum.literal': 'is not a value that Marathon allows there',
  'error.expected.jsstring': 'must be text',
  'error.expected.jsnumber': 'must be a number',
  'error.expected.int': 'must be a whole number',
  'error.expected.jsboolean': 'must be true or false',
  'error.expected.jsarray': 'must be a list',
  'error.expected.jsobject': 'must be an object',
}

function inWords(error: string): string {
  const words = Object.hasOwn(KEYS, error) ? KEYS[error] : undefined
  return words === undefined ? JSON.stringify(brief(error)) : `${words} (${error})`
}
