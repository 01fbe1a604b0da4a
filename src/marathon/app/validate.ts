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
  impossible: 'Mesos or Linux could not run what the app definition specifies:',
  cluster: 'Marathon refuses the app definition unless the cluster is set up for it:',
}

/** Of problems under one heading. */
const MOST_SHOWN = 100

/**
 * Checks an app definition before Marathon does: against the rules of Marathon 1.11, compared with its own verdicts,
 * and for anything at which Mesos or Linux would fail. Unknown fields are accepted, because Marathon ignores them.
 * @param report gets doubtful fields, and those that depend on Marathon's flags; without it, Marathon is assumed to run
 *   without these flags
 * @param advice a sentence that says where to change the definition
 * @throws MesosizeError APP_INVALID, with all problems
 */
export function validateApp(
  app: JsonObject,
  report?: Pick<Reporter, 'warn'>,
  advice = 'Correct the setting or the patch that set it.',
): AppDefinition {
  const problems = problemsOf(app)
  const certain: Cause[] = ['refused', 'impossible', ...(report ? [] : (['cluster'] as const))]
  if (problems.some(({ cause }) => certain.includes(cause))) {
    throw new MesosizeError(
      'APP_INVALID',
      [
        ...Object.entries(HEADINGS).flatMap(([cause, heading]) => {
          const found = problems.filter(problem => problem.cause === cause)
          const lines = found.slice(0, MOST_SHOWN).map(formatted)
          if (found.length > lines.length) lines.push(`and ${found.length - lines.length} problems more`)
          return lines.length > 0 ? [heading, ...lines.map(line => `  ${line}`)] : []
        }),
        advice,
      ].join('\n'),
    )
  }
  for (const problem of problems) report?.warn(`Check the app definition: ${formatted(problem)}.`)
  return app as AppDefinition
}

function formatted({ place, value, problem }: Problem): string {
  return value === undefined ? `${place}: ${problem}` : `${place}: ${shown(value)} ${problem}`
}
