import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Why hab-plan-build gives up: `ERROR: …` where there is a message, and its exit status. */
export class PlanBuildError extends Error {
  readonly status: number
  constructor(message: string, status = 1) {
    super(message)
    this.status = status
  }
}

/**
 * The plan that hab-plan-build loads, with its warnings
 * (components/plan-build/bin/hab-plan-build-linux.sh, main flow; the recording has the table).
 * @param context the plan context, absolute
 * @returns absolute path of the plan.sh
 */
export function choosePlan(context: string, target: string): string {
  const candidates = (...folders: string[]) => folders.map(folder => join(context, folder, 'plan.sh'))
  const [forTarget, forAny] = [candidates(target, `habitat/${target}`), candidates('.', 'habitat')]
  const [inTarget, outside] = [forTarget.filter(isFile), forAny.filter(isFile)]
  if (inTarget.length > 0 && outside.length > 0) {
    warn(`There is a plan.sh inside ${target} and outside as well. Using the plan in ${target}.`)
    warn(`It is advisable to either remove the plan that is outside ${target}`)
    warn('or move that plan to its own target folder if it is intended for a different target.')
  }
  const found = inTarget.length > 0 ? inTarget : outside
  if (found.length > 1) {
    const paths = found.join(',')
    throw new PlanBuildError(
      `A Plan file was found in the following paths: ${paths}. Only one is allowed at a time`,
      42,
    )
  }
  if (found.length === 0) {
    const paths = [...forAny, ...forTarget].join(',')
    throw new PlanBuildError(`Plan file not found in any of these paths: ${paths}`, 42)
  }
  return found[0]!
}

/** The package's name, which would come first, is not known before the plan is loaded. */
function warn(text: string): void {
  console.error(`   : WARN ${text}`)
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}
