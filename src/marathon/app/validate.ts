import { MesosizeError } from '../../lib/errors.ts'
import { environmentProblems } from './checks/environment.ts'
import { fetchProblems } from './checks/fetch.ts'
import { healthProblems } from './checks/health.ts'
import { portProblems } from './checks/ports.ts'
import type { Problem } from './checks/problem.ts'
import { processProblems } from './checks/process.ts'
import { schedulingProblems } from './checks/scheduling.ts'
import type { JsonObject, JsonValue } from './request.ts'
import { appIdProblem } from './rules.ts'

/** A Marathon app definition that has passed `validateApp`. */
export type AppDefinition = JsonObject & { id: string }

/**
 * Checks an app definition against the rules that Marathon 1.4 to 1.11 checks it by, before Marathon does.
 * Fields that are not known here pass: Marathon ignores those that it does not know either.
 * @param advice a sentence that says where the definition is changed
 * @throws MesosizeError APP_INVALID, with every problem
 */
export function validateApp(
  app: JsonObject,
  advice = 'Change the option or the patch that set it.',
): AppDefinition {
  const problems = [...problemsOf(app)]
  if (problems.length === 0) return app as AppDefinition
  throw new MesosizeError(
    'APP_INVALID',
    [
      'Marathon would refuse the app definition:',
      ...problems.map(({ path, value, problem }) =>
        value === undefined ? `  ${path}: ${problem}` : `  ${path}: ${shown(value)} ${problem}`,
      ),
      advice,
    ].join('\n'),
  )
}

function* problemsOf(app: JsonObject): Generator<Problem> {
  const problem = appIdProblem(app.id)
  if (problem) yield { path: '/id', value: app.id, problem }
  yield* processProblems(app)
  yield* schedulingProblems(app)
  yield* environmentProblems(app)
  yield* fetchProblems(app)
  yield* portProblems(app)
  yield* healthProblems(app)
}

/** A value as JSON, short enough to be read, without the password of a URI. */
export function shown(value: JsonValue): string {
  const text = JSON.stringify(value).replace(/\/\/[^/@"]*@/g, '//...@')
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}
