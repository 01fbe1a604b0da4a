import { deleteApp } from '../api/apps.ts'
import type { Marathon } from '../api/client.ts'
import { MarathonError } from '../api/errors.ts'
import type { DeployTools } from './clock.ts'
import { awaitEnd } from './ended.ts'

export interface RemoveOptions {
  /** Cancel the deployments that are changing the app. */
  force: boolean
  /** Milliseconds to wait for its tasks to end. */
  timeout: number
}

/**
 * Removes an app, and waits until its tasks are gone.
 * @returns `absent` if there was none; `timed-out` if it is still going on
 * @throws as `Marathon.send`
 */
export async function removeApp(
  marathon: Marathon,
  id: string,
  { force, timeout }: RemoveOptions,
  tools: DeployTools,
): Promise<'removed' | 'absent' | 'timed-out'> {
  try {
    const { deploymentId } = await deleteApp(marathon, id, force)
    return (await awaitEnd(marathon, id, deploymentId, timeout, tools)) ? 'removed' : 'timed-out'
  } catch (error) {
    if (error instanceof MarathonError && error.code === 'MARATHON_NOT_FOUND') return 'absent'
    throw error
  }
}
