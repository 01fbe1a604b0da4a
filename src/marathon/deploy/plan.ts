import { type App, getApp } from '../api/apps.ts'
import type { Marathon } from '../api/client.ts'
import { MarathonError } from '../api/errors.ts'
import { planSteps } from '../api/groups.ts'
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
 * run, which also refuses what the deployment would be refused for.
 * @throws as `deployApp`, for what keeps it from starting
 */
export async function planDeployment(
  marathon: Marathon,
  definition: JsonObject,
  options: CheckOptions,
  { report }: Pick<DeployTools, 'report'>,
): Promise<DeploymentPlan> {
  const app = checkApp(definition, options, report)
  const current = await getApp(marathon, app.id)
  const steps = await dryRun(marathon, app).catch(error => {
    if (!(error instanceof MarathonError) || !NO_DRY_RUN.has(error.code)) throw error
    report.note(`Marathon itself was not asked what it would do, which it does not allow: ${error.message}`)
    return undefined
  })
  return { appId: app.id, exists: current !== undefined, differences: changes(app, current), steps }
}

/** The plan as lines for eyes. */
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
    ...(plan === undefined
      ? []
      : plan.length > 0
        ? ['Marathon would do:', ...plan]
        : ['Marathon would do nothing.']),
  ]
}

/** Not that one has to be there: on some clusters the right to change an app is not one to change its group. */
const NO_DRY_RUN: ReadonlySet<string> = new Set(['MARATHON_FORBIDDEN', 'MARATHON_URL', 'MARATHON_NOT_FOUND'])

async function dryRun(marathon: Marathon, app: AppDefinition): Promise<string[][]> {
  const steps = await planSteps(marathon, app)
  return steps.map(actions => actions.map(({ action }) => action))
}

function changes(app: AppDefinition, current: App | undefined): Difference[] {
  return differences(app, current?.definition ?? {})
}
