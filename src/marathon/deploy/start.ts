import { type App, getApp, putApp, type Started } from '../api/apps.ts'
import type { Marathon } from '../api/client.ts'
import { MarathonError } from '../api/errors.ts'
import type { AppDefinition } from '../app/validate.ts'
import { type DeployTools, pauses, systemClock } from './clock.ts'
import { differences } from './diff.ts'

/** Milliseconds that another deployment of the app gets to end: long for a rolling one, short for one that is stuck. */
const PATIENCE = 120_000

/**
 * Starts a deployment, after others of the same app that are under way.
 * @param before the app as it is; undefined where there is none
 * @param force cancels the others instead
 * @param timeout milliseconds to wait for them at most, and no longer than two minutes
 * @throws MarathonError MARATHON_LOCKED if they last, and as `putApp`
 */
export async function startDeployment(
  marathon: Marathon,
  app: AppDefinition,
  before: App | undefined,
  { force, timeout }: { force: boolean; timeout: number },
  { report, signal, clock = systemClock }: DeployTools,
): Promise<Started> {
  const deadline = clock.now() + Math.min(timeout, PATIENCE)
  const pause = pauses()
  let lost = false
  const onLost = () => {
    lost = true
  }
  for (let waited = false; ; waited = true) {
    try {
      const started = await putApp(marathon, app, { force, onLost })
      return lost ? ((await findOurs(marathon, app, before, started.deploymentId)) ?? started) : started
    } catch (error) {
      if (!(error instanceof MarathonError) || error.code !== 'MARATHON_LOCKED') throw error
      const ours = lost ? await findOurs(marathon, app, before, error.deployments[0]!) : undefined
      if (ours) return ours
      if (clock.now() >= deadline) throw error
      if (!waited)
        report.note(
          `${app.id} is being changed by the deployment ${error.deployments.join(', ')}: waiting for that to end.`,
        )
    }
    await clock.sleep(pause.next().value, signal)
  }
}

/**
 * What an earlier try has started whose answer was lost on its way.
 * @param deploymentId if the app does not name one
 */
async function findOurs(
  marathon: Marathon,
  app: AppDefinition,
  before: App | undefined,
  deploymentId: string,
): Promise<Started | undefined> {
  const current = await getApp(marathon, app.id)
  if (!current || current.version === before?.version) return undefined
  if (differences(app, current.definition).length > 0) return undefined
  return { deploymentId: current.deployments[0] ?? deploymentId, version: current.version }
}
