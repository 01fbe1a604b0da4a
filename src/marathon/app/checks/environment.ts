import { isObject, type JsonObject, type JsonValue } from '../request.ts'
import { labelKeyProblem } from '../rules.ts'
import { checked, type Problem } from './problem.ts'

/** Linux gives one string of the environment, `KEY=value` with its end, so many bytes (MAX_ARG_STRLEN). */
const STRING_LIMIT = 128 * 1024

/** env, secrets and labels (api/v2/validation/EnvVarValidation.scala, SecretValidation.scala). */
export function* environmentProblems({ env, secrets, labels }: JsonObject): Generator<Problem> {
  yield* members('/env', env, (path, key, value) => variableProblems(path, key, value, secrets))
  yield* labelProblems('/labels', labels)
}

export function* labelProblems(path: string, labels: JsonValue | undefined): Generator<Problem> {
  yield* members(path, labels, function* (at, key, value) {
    yield* checked(at, key, labelKeyProblem)
    if (typeof value !== 'string') yield { path: at, value, problem: 'must be text: put it in quotes' }
  })
}

// The text of a variable is never shown: it may be a password.
function* variableProblems(
  path: string,
  key: string,
  value: JsonValue,
  secrets: JsonValue | undefined,
): Generator<Problem> {
  if (key === '') yield { path, problem: 'a variable must have a name' }
  if (typeof value === 'string') {
    const size = Buffer.byteLength(`${key}=${value}`) + 1
    if (size > STRING_LIMIT) {
      yield {
        path,
        problem: `takes ${size} bytes with its name, and Linux allows ${STRING_LIMIT} for one variable: shorten it, or put it into a file of the package`,
      }
    }
    if (`${key}${value}`.includes('\0'))
      yield { path, problem: 'has a NUL, which ends a variable: remove it' }
  } else if (!isObject(value) || typeof value.secret !== 'string' || value.secret === '') {
    yield { path, problem: 'must be text, or {"secret": "NAME"}: put a number or boolean in quotes' }
  } else if (!isObject(secrets) || !Object.hasOwn(secrets, value.secret)) {
    yield { path, value, problem: 'refers to a secret that is not among the app\'s "secrets": add it there' }
  }
}

function* members(
  path: string,
  value: JsonValue | undefined,
  each: (path: string, key: string, value: JsonValue) => Iterable<Problem>,
): Generator<Problem> {
  if (value === undefined || value === null) return
  if (!isObject(value)) yield { path, problem: 'must be an object of names and values' }
  else for (const [key, member] of Object.entries(value)) yield* each(`${path}/${key}`, key, member)
}
