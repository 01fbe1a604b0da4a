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
  /** Whether the app already exists. */
  exists: boolean
  /** Empty if nothing would change. */
  differences: readonly Difference[]
  /** Marathon's names for its actions, a list for each step; undefined if it does not tell. */
  steps?: readonly (readonly string[])[]
}

/**
 * Finds out what a deployment would do, without deploying: by comparing the definition with the existing app, and by
 * Marathon's own dry run, which also refuses invalid definitions. The dry run does not check whether the id is free, so
 * this is checked here; whether another deployment locks the app is not checked.
 * @throws MesosizeError APP_ID_TAKEN, and as `deployApp` if it could not be started
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
      `Marathon's own plan is not available, because it refused the dry run: ${error.message}`,
    )
    return undefined
  })
  // Marathon would plan a restart even if nothing changes, but not carry it out.
  const nothing = exists && changes.length === 0
  return { appId: app.id, exists, differences: changes, steps: steps && nothing ? [] : steps }
}

/** The plan as human-readable lines. */
export function formatPlan({ appId, exists, differences, steps }: DeploymentPlan): string[] {
  const head = !exists
    ? `${appId} would be created:`
    : differences.length > 0
      ? `${appId} would change:`
      : `${appId} would not change: it already has this definition.`
  const plan = steps?.map((actions, index) => `  step ${index + 1}: ${actions.join(', ')}`)
  return [
    head,
    ...differences.map(difference => `  ${formatDifference(difference)}`),
    ...(plan && plan.length > 0 ? ['Marathon would do:', ...plan] : []),
  ]
}

/** A missing plan is not an error: on some clusters, permission to change an app does not include its group. */
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
    report.note(`Could not check whether ${id} collides with another app or a group: ${error.message}`)
    return undefined
  })
  if (taken === undefined) return
  throw new MesosizeError(
    'APP_ID_TAKEN',
    `Marathon would refuse ${id}: there is ${taken}. Give the app another id, or remove the other first.`,
  )
}
