import { isObject } from '../../../lib/is-object.ts'
import { labelProblems, variableProblem } from '../rules.ts'
import { cluster, impossible, place, refused } from './problem.ts'
import { rule } from './rule.ts'

// env, secrets and labels (api/v2/validation/EnvVarValidation.scala, SecretValidation.scala). Values of variables are
// never shown, because they may be passwords.

export const ENVIRONMENT_RULES = [
  rule(['env'], function* ({ env = {} }) {
    for (const [name, value] of Object.entries(env)) {
      const at = place('env', name)
      if (name === '') yield refused(at, undefined, 'a variable must have a name')
      if (typeof value !== 'string') {
        if (secretOf(value) === undefined) {
          yield refused(
            at,
            undefined,
            'must be text, or {"secret": "NAME"}: put a number or boolean in quotes',
          )
        }
        continue
      }
      const problem = variableProblem(name, value)
      if (problem) yield impossible(at, undefined, problem)
    }
  }),

  rule(['env', 'secrets'], function* ({ env = {}, secrets = {} }) {
    const references = Object.entries(env).flatMap(([name, value]) => {
      const secret = secretOf(value)
      return secret === undefined ? [] : [{ at: place('env', name), secret }]
    })
    for (const { at, secret } of references) {
      if (!Object.hasOwn(secrets, secret)) {
        yield refused(
          at,
          { secret },
          'refers to a secret that is not among the app\'s "secrets": add it there',
        )
      }
    }
    const first = Object.keys(secrets).length > 0 ? 'secrets' : references[0]?.at
    if (first !== undefined) {
      yield cluster(
        first,
        undefined,
        'needs a Marathon with a secret store, such as that of DC/OS Enterprise, that runs with --enable_features secrets',
      )
    }
  }),

  rule(['secrets'], function* ({ secrets = {} }) {
    if (Object.hasOwn(secrets, '')) {
      yield refused(place('secrets', ''), undefined, 'a secret must have a name')
    }
  }),

  rule(['labels'], function* ({ labels = {} }) {
    for (const [label, problem] of labelProblems(labels)) {
      yield refused(`labels.${label}`, labels[label], problem)
    }
  }),
]

function secretOf(value: unknown): string | undefined {
  const { secret } = isObject(value) ? value : { secret: undefined }
  return typeof secret === 'string' ? secret : undefined
}
