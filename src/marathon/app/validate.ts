import { MesosizeError } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { problemsOf } from './checks/app.ts'
import type { Cause, Problem } from './checks/problem.ts'
import type { JsonObject } from './request.ts'
import { shown } from './shown.ts'

/** A Marathon app definition that has passed `validateApp`. */
export type AppDefinition = JsonObject & { id: string }

const HEADINGS: Readonly<Record<Exclude<Cause, 'doubt'>, string>> = {
  refused: 'Marathon would refuse the app definition:',
  impossible: 'Mesos or Linux could not do what the app definition says:',
  cluster: 'Marathon refuses the app definition unless the cluster is set up for it:',
}

/**
 * Checks an app definition before Marathon does: by the rules of Marathon 1.11, held to its own verdicts, and by what
 * Mesos and Linux would fail at. Fields that Marathon does not know pass, since it ignores them.
 * @param report hears of what is doubtful, and of what depends on Marathon's flags, which otherwise it is taken to run
 *   without
 * @throws MesosizeError APP_INVALID, with every problem
 */
export function validateApp(app: JsonObject, report?: Pick<Reporter, 'warn'>): AppDefinition {
  const problems = problemsOf(app)
  const certain: Cause[] = ['refused', 'impossible', ...(report ? [] : (['cluster'] as const))]
  if (problems.some(({ cause }) => certain.includes(cause))) {
    throw new MesosizeError(
      'APP_INVALID',
      [
        ...Object.entries(HEADINGS).flatMap(([cause, heading]) => {
          const lines = problems
            .filter(problem => problem.cause === cause)
            .map(problem => `  ${formatted(problem)}`)
          return lines.length > 0 ? [heading, ...lines] : []
        }),
        'Change the app definition, or the option or the patch that set the field.',
      ].join('\n'),
    )
  }
  for (const problem of problems) report?.warn(`Check the app definition: ${formatted(problem)}.`)
  return app as AppDefinition
}

function formatted({ place, value, problem }: Problem): string {
  return value === undefined ? `${place}: ${problem}` : `${place}: ${shown(value)} ${problem}`
}
