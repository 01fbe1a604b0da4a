import { MesosizeError } from '../../lib/errors.ts'
import { setting } from '../../lib/setting.ts'
import { formatDuration } from '../../lib/terminal/format.ts'
import { type App, deleteApp, getApp } from '../api/apps.ts'
import type { Marathon } from '../api/client.ts'
import { listDeployments } from '../api/deployments.ts'
import { MarathonError } from '../api/errors.ts'
import { hasEnded, listTasks, type Task } from '../api/tasks.ts'
import type { DeployTools } from './clock.ts'
import { awaitEnd } from './ended.ts'

export interface RemoveOptions {
  /** Cancel the deployments that are changing the app. */
  force: boolean
  /** Milliseconds to wait for its tasks to end. */
  timeout: number
}

/** Messages name at most this many of the remaining tasks. */
const MOST_NAMED = 10

/**
 * Removes an app, and waits until its tasks are gone. Marathon forgets the app immediately, while its tasks are still
 * being killed; this function waits for them, even if the app was removed before.
 * @returns `absent` if there was nothing to remove or to wait for
 * @throws MesosizeError REMOVE_TIMED_OUT if it is still in progress, and as `Marathon.send`
 */
export async function removeApp(
  marathon: Marathon,
  id: string,
  { force, timeout }: RemoveOptions,
  tools: DeployTools,
): Promise<'removed' | 'absent'> {
  // Once the app is removed, Marathon no longer lists its tasks.
  const before = await getApp(marathon, id, { tries: 2 }).catch(() => undefined)
  tools.signal?.throwIfAborted()
  const deploymentId = await startRemoval(marathon, id, force)
  if (deploymentId === undefined) return 'absent'
  if (await awaitEnd(marathon, id, deploymentId, timeout, tools)) return 'removed'
  const listed = await listTasks(marathon)
    .then(all => all.filter(({ appId }) => appId === id))
    .catch(() => [])
  tools.signal?.throwIfAborted()
  throw new MesosizeError(
    'REMOVE_TIMED_OUT',
    `${id} is being removed, but after ${formatDuration(timeout)} ${whatIsLeft(listed, before)} Marathon continues (deployment ${deploymentId}). Remove the app again to continue waiting; ${setting('timeout')} waits longer. Look for tasks that do not end in Mesos' web interface, by their ids.`,
  )
}

/** @returns the id of the deployment that removes the app; undefined if there is no app or deployment */
async function startRemoval(marathon: Marathon, id: string, force: boolean): Promise<string | undefined> {
  try {
    return (await deleteApp(marathon, id, force)).deploymentId
  } catch (error) {
    if (!(error instanceof MarathonError) || error.code !== 'MARATHON_NOT_FOUND') throw error
    const deployments = await listDeployments(marathon)
    return deployments.find(({ affectedApps }) => affectedApps.includes(id))?.id
  }
}

function whatIsLeft(listed: readonly Task[], before: App | undefined): string {
  if (listed.length > 0) return `these tasks were still being killed: ${named(listed)}.`
  const had = before?.tasks.filter(task => !hasEnded(task)) ?? []
  return had.length > 0
    ? `not all of its tasks were gone. Marathon does not list those that are left; it had ${named(had)}.`
    : 'not all of its tasks were gone.'
}

function named(tasks: readonly Task[]): string {
  const names = tasks.slice(0, MOST_NAMED).map(({ id, host }) => `${id} on ${host}`)
  const others = tasks.length - names.length
  return [...names, ...(others > 0 ? [`${others} more`] : [])].join(', ')
}
