import { messageOf } from '../../lib/errors.ts'
import { setting } from '../../lib/setting.ts'
import { deleteApp, getApp, restoreVersion, type Started } from '../api/apps.ts'
import type { Marathon } from '../api/client.ts'
import { revertDeployment } from '../api/deployments.ts'
import { MarathonError } from '../api/errors.ts'
import type { DeployTools } from './clock.ts'
import { awaitEnd } from './ended.ts'
import type { StartedDeployment } from './started-deployment.ts'
import { isWell } from './watch.ts'

/** Milliseconds. */
const PATIENCE = 300_000

/**
 * Rolls back a failed deployment: to the old definition, or to no app.
 * @returns a sentence that describes the result, or the problem
 */
export async function undo(
  marathon: Marathon,
  deployment: StartedDeployment,
  tools: DeployTools,
): Promise<string> {
  const { app, before } = deployment
  const { id } = app
  try {
    const current = await getApp(marathon, id)
    if (current && current.version === before?.version) {
      return 'The definition is the same as before, so there is nothing to roll back to.'
    }
    if (current && current.version !== deployment.version) {
      return `Someone has changed ${id} since, to its version ${current.version}, so it is left as it is.`
    }
    if (current) {
      tools.report.note(
        before ? `Rolling back to version ${before.version} of ${id}.` : `Removing ${id} again.`,
      )
      const reversal = await startUndoing(marathon, deployment)
      if (!(await awaitEnd(marathon, id, reversal.deploymentId, PATIENCE, tools))) {
        return `Marathon is rolling back, but has not finished (deployment ${reversal.deploymentId}). Check it in Marathon.`
      }
    }
    return await outcome(marathon, deployment)
  } catch (error) {
    tools.signal?.throwIfAborted()
    return `The rollback failed: ${messageOf(error)}`
  }
}

async function startUndoing(
  marathon: Marathon,
  { app, before, deploymentId }: StartedDeployment,
): Promise<Started> {
  try {
    return await revertDeployment(marathon, deploymentId)
  } catch (error) {
    // It has ended: Marathon considers it a success.
    if (!(error instanceof MarathonError) || error.code !== 'MARATHON_NOT_FOUND') throw error
    return before ? restoreVersion(marathon, app.id, before.version) : deleteApp(marathon, app.id, true)
  }
}

async function outcome(marathon: Marathon, { app: { id }, before }: StartedDeployment): Promise<string> {
  const now = await getApp(marathon, id)
  if (!before) {
    return now
      ? `${id} could not be removed again: it still exists. Check it in Marathon.`
      : `${id} did not exist before, so it was removed again; ${setting('no-rollback')} keeps it.`
  }
  if (!now) return `${id} is gone; its previous version was ${before.version}.`
  return isWell(now)
    ? `Rolled back: ${id} runs as it did in its version ${before.version}.`
    : `Rolled back to version ${before.version} of ${id}: ${now.running} of ${now.instances} tasks run${now.healthChecked ? ` and ${now.healthy} are healthy` : ''}.`
}
