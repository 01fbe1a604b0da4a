import { type App, getApp } from '../api/apps.ts'
import type { Marathon } from '../api/client.ts'
import { listDeployments } from '../api/deployments.ts'
import { listQueue } from '../api/queue.ts'
import type { Task, TaskFailure } from '../api/tasks.ts'
import { offerReasons } from './offers.ts'
import type { Culprit } from './outcome.ts'
import type { Target } from './wait.ts'

export interface Diagnosis {
  /** What is known of why a deployment does not get on, a line each. */
  lines: readonly string[]
  culprit?: Culprit
}

/** Finds out why a deployment does not get on. What Marathon does not tell is left out. */
export async function diagnose(
  marathon: Marathon,
  { app, deploymentId, before }: Target,
): Promise<Diagnosis> {
  const [current, queue, deployments] = await Promise.all([
    getApp(marathon, app.id, { tries: 2 }).catch(() => undefined),
    listQueue(marathon).catch(() => []),
    listDeployments(marathon, { tries: 2 }).catch(() => []),
  ])
  const failure = current?.lastTaskFailure
  const failed = failure && failure.taskId !== before?.lastTaskFailure?.taskId ? failure : undefined
  const sick = current ? current.tasks.filter(task => isSick(task, current)) : []
  const actions = deployments.find(({ id }) => id === deploymentId)?.currentActions ?? []
  return {
    lines: [
      ...(failed ? [formatFailure(failed)] : []),
      ...sick.map(formatSick),
      ...actions
        .flatMap(({ readiness }) => readiness)
        .filter(({ ready }) => !ready)
        .map(
          ({ name, lastResponse }) =>
            `The readiness check ${JSON.stringify(name)} is not passed${lastResponse === undefined ? '' : `; it was answered ${JSON.stringify(lastResponse)}`}.`,
        ),
      ...queue.filter(({ appId }) => appId === app.id).flatMap(item => offerReasons(item, app)),
    ],
    culprit: failed ?? (sick[0] && { taskId: sick[0].id, host: sick[0].host, slaveId: sick[0].slaveId }),
  }
}

export function formatFailure({ taskId, host, state, message }: TaskFailure): string {
  const words = message === '' ? 'it left no message' : JSON.stringify(message.slice(0, 1000))
  return `The task ${taskId} on ${host} ended as ${state}: ${words}.`
}

/** Of those that the deployment waits for: running and yet not healthy, or not running yet. */
function isSick({ healthCheckResults, state, startedAt }: Task, { healthChecked }: App): boolean {
  if (startedAt === undefined || state === 'TASK_STAGING' || state === 'TASK_STARTING') return true
  return healthChecked && (healthCheckResults.length === 0 || healthCheckResults.some(({ alive }) => !alive))
}

function formatSick({ id, host, startedAt, healthCheckResults }: Task): string {
  const task = `The task ${id} on ${host}`
  if (startedAt === undefined) return `${task} is not running yet: the agent may still fetch or unpack.`
  const bad = healthCheckResults.find(({ alive }) => !alive)
  if (!bad) return `${task} has passed no health check yet.`
  const cause =
    bad.lastFailureCause === undefined
      ? ''
      : `, last with ${JSON.stringify(bad.lastFailureCause.slice(0, 300))}`
  return `${task} is not healthy: its health check has failed ${bad.consecutiveFailures} time${bad.consecutiveFailures === 1 ? '' : 's'}${cause}.`
}
