import { MesosizeError } from '../../lib/errors.ts'
import { type App, getApp } from '../api/apps.ts'
import type { Marathon } from '../api/client.ts'
import { MarathonError } from '../api/errors.ts'
import { planSteps, whatTakes } from '../api/groups.ts'
import type { JsonObject } from '../app/request.ts'
import type { AppDefinition } from '../app/validate.ts'
import { type CheckOptions, checkApp } from './check.ts'
import type { DeployTools } from './clock.ts'
import { type Difference, differences, formatDifference } from './diff.ts'

/** What a deployment would do. */
export interface DeploymentPlan {
  appId: string
  /** Whether there is such an app already. */
  exists: boolean
  /** None where nothing would change. */
  differences: readonly Difference[]
  /** Marathon's own words for what it would do, a list for each step; undefined where it does not tell. */
  steps?: readonly (readonly string[])[]
}

/**
 * Finds out what a deployment would do, without doing it: by comparing with what is there, and by Marathon's own dry
 * run, which also refuses definitions. What that does not check, whether the id can be an app's, is checked here;
 * whether another deployment locks the app is not.
 * @throws MesosizeError APP_ID_TAKEN, and as `deployApp`, for what keeps it from starting
 */
export async function planDeployment(
  marathon: Marathon,
  definition: JsonObject,
  options: CheckOptions,
  tools: Pick<DeployTools, 'report'>,
): Promise<DeploymentPlan> {
  const app = checkApp(definition, options, tools.report)
  const current = await getApp(marathon, app.id)
  const exists = current !== undefined
  if (!exists) await checkId(marathon, app.id, tools)
  const changes = differences(app, current?.definition ?? {})
  const steps = await dryRun(marathon, app, current).catch(error => {
    if (!(error instanceof MarathonError) || !NO_DRY_RUN.has(error.code)) throw error
    tools.report.note(
      `Marathon itself was not asked what it would do, which it does not allow: ${error.message}`,
    )
    return undefined
  })
  // Marathon would plan a restart for what does not change, and then not do it.
  const nothing = exists && changes.length === 0
  return { appId: app.id, exists, differences: changes, steps: steps && nothing ? [] : steps }
}

/** The plan as human-readable lines. */
export function formatPlan({ appId, exists, differences, steps }: DeploymentPlan): string[] {
  const head = !exists
    ? `${appId} would be created:`
    : differences.length > 0
      ? `${appId} would change:`
      : `${appId} would not change: it has this definition already.`
  const plan = steps?.map((actions, index) => `  step ${index + 1}: ${actions.join(', ')}`)
  return [
    head,
    ...differences.map(difference => `  ${formatDifference(difference)}`),
    ...(plan && plan.length > 0 ? ['Marathon would do:', ...plan] : []),
  ]
}

/** Not that one has to be there: on some clusters the right to change an app is not one to change its group. */
const NO_DRY_RUN: ReadonlySet<string> = new Set(['MARATHON_FORBIDDEN', 'MARATHON_URL', 'MARATHON_NOT_FOUND'])

async function dryRun(marathon: Marathon, app: AppDefinition, current: App | undefined): Promise<string[][]> {
  const steps = await planSteps(marathon, app, current?.definition)
  return steps.map(actions => actions.map(({ action }) => action))
}

async function checkId(
  marathon: Marathon,
  id: string,
  { report }: Pick<DeployTools, 'report'>,
): Promise<void> {
  const taken = await whatTakes(marathon, id).catch(error => {
    if (!(error instanceof MarathonError) || !NO_DRY_RUN.has(error.code)) throw error
    report.note(
      `Whether another app or a group stands in the way of ${id} could not be checked: ${error.message}`,
    )
    return undefined
  })
  if (taken === undefined) return
  throw new MesosizeError(
    'APP_ID_TAKEN',
    `Marathon would refuse ${id}: there is ${taken}. Give the app another id, or remove the other first.`,
  )
}
