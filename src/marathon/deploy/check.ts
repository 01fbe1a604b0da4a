import { MesosizeError, UsageError } from '../../lib/errors.ts'
import { type Reporter, silent } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import { canonicalId } from '../app/app-id.ts'
import { manyInstancesProblem } from '../app/many-instances.ts'
import type { JsonObject } from '../app/request.ts'
import { type AppDefinition, validateApp } from '../app/validate.ts'
import { checkFetchable } from './fetchable.ts'

export interface CheckOptions {
  /** Deploy even if no agent can fetch what the app needs. */
  allowUnfetchableUri?: boolean
  /** Deploy any number of instances. */
  allowManyInstances?: boolean
}

/**
 * Checks what can be checked without Marathon.
 * @param report gets warnings about anything that depends on how the cluster is set up
 * @returns the definition, with an absolute id, as Marathon stores it
 * @throws MesosizeError APP_INVALID, APP_INSTANCES, APP_UNFETCHABLE; if both of the last two apply, UsageError with both
 */
export function checkApp(
  definition: JsonObject,
  options: CheckOptions,
  report: Pick<Reporter, 'warn'> = silent,
): AppDefinition {
  const app = validateApp(definition, report, 'Change it in the app definition.')
  const problems: MesosizeError[] = []
  if (!options.allowManyInstances) problems.push(...problemsOf(() => checkInstances(app)))
  if (!options.allowUnfetchableUri) problems.push(...problemsOf(() => checkFetchable(app)))
  const [first, second] = problems
  if (second) throw new UsageError(problems.map(({ message }) => message))
  if (first) throw first
  return { ...app, id: canonicalId(app.id) }
}

function checkInstances({ instances }: AppDefinition): void {
  const problem = manyInstancesProblem(instances)
  if (problem === undefined) return
  throw new MesosizeError(
    'APP_INSTANCES',
    `instances: ${instances} ${problem}. Write fewer into the app definition; ${setting('allow-many-instances')} deploys it anyway.`,
  )
}

function problemsOf(check: () => void): MesosizeError[] {
  try {
    check()
    return []
  } catch (error) {
    if (!(error instanceof MesosizeError)) throw error
    return [error]
  }
}
