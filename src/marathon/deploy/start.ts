import { type App, getApp, putApp, type Started } from '../api/apps.ts'
import type { Marathon } from '../api/client.ts'
import { MarathonError } from '../api/errors.ts'
import type { AppDefinition } from '../app/validate.ts'
import { type DeployTools, pauses, systemClock } from './clock.ts'
import { differences } from './diff.ts'

/** Milliseconds to wait for another deployment of the app: long for a rolling one, short for a stuck one. */
const PATIENCE = 120_000

/**
 * Starts a deployment, after any others of the same app in progress.
 * @param before the current app; undefined if there is none
 * @param force cancels the others instead
 * @param timeout milliseconds to wait for them, limited to two minutes
 * @throws MarathonError MARATHON_LOCKED if they take longer, and as `putApp`
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
      const ours = lost ? await findOurs(marathon, app, before, error.deployments[0]) : undefined
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
 * The deployment that an earlier attempt has started, although its response was lost.
 * @param deploymentId used if the app does not name one
 */
async function findOurs(
  marathon: Marathon,
  app: AppDefinition,
  before: App | undefined,
  deploymentId: string | undefined,
): Promise<Started | undefined> {
  const current = await getApp(marathon, app.id)
  if (!current || current.version === before?.version) return undefined
  if (differences(app, current.definition).length > 0) return undefined
  const [id = deploymentId] = current.deployments
  return id === undefined ? undefined : { deploymentId: id, version: current.version }
}
