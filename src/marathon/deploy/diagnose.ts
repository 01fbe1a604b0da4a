import { type App, getApp } from '../api/apps.ts'
import type { Marathon } from '../api/client.ts'
import { listDeployments } from '../api/deployments.ts'
import { listQueue } from '../api/queue.ts'
import { hasEnded, type Task, type TaskFailure } from '../api/tasks.ts'
import { askService, formatService, serviceUrl } from '../status/service-health.ts'
import type { DeployTools } from './clock.ts'
import { endpointsOf } from './endpoints.ts'
import { offerReasons } from './offers.ts'
import type { Culprit } from './outcome.ts'
import type { StartedDeployment } from './started-deployment.ts'

export interface Diagnosis {
  /** The known reasons why a deployment makes no progress, one line each. */
  lines: readonly string[]
  culprit?: Culprit
  /** Whether the deployment is still in progress, and so locks the app. */
  underWay: boolean
}

/** Tasks. The others have most likely the same trouble. */
const MOST_SICK = 10

/**
 * Finds out why a deployment makes no progress. What Marathon does not report is left out.
 * @throws the signal's reason if it was aborted
 */
export async function diagnose(
  marathon: Marathon,
  { app, deploymentId, before }: StartedDeployment,
  tools: Pick<DeployTools, 'fetch' | 'signal'>,
): Promise<Diagnosis> {
  const [current, queue, deployments] = await Promise.all([
    getApp(marathon, app.id, { tries: 2 }).catch(() => undefined),
    listQueue(marathon).catch(() => []),
    listDeployments(marathon, { tries: 2 }).catch(() => []),
  ])
  const failure = current?.lastTaskFailure
  const failed = failure && failure.taskId !== before?.lastTaskFailure?.taskId ? failure : undefined
  const sick = current ? current.tasks.filter(task => isSick(task, current)) : []
  const untold = sick.filter(({ id }) => id !== failed?.taskId)
  const deployment = deployments.find(({ id }) => id === deploymentId)
  return {
    lines: [
      ...(failed ? [formatFailure(failed)] : []),
      ...(await Promise.all(untold.slice(0, MOST_SICK).map(task => formatSick(task, current!, tools)))),
      ...(untold.length > MOST_SICK ? [`${untold.length - MOST_SICK} more tasks are not well either.`] : []),
      ...(deployment?.currentActions ?? [])
        .flatMap(({ readiness }) => readiness)
        .filter(({ ready }) => !ready)
        .map(
          ({ name, lastResponse }) =>
            `The readiness check ${JSON.stringify(name)} has not passed${lastResponse === undefined ? '' : `; the last response was ${JSON.stringify(lastResponse)}`}.`,
        ),
      ...queue
        .filter(({ appId }) => appId === app.id)
        .flatMap(item => offerReasons(item, app, current?.staged ?? 0)),
    ],
    culprit: failed ?? (sick[0] && { taskId: sick[0].id, host: sick[0].host, slaveId: sick[0].slaveId }),
    underWay: deployment !== undefined,
  }
}

export function formatFailure({ taskId, host, state, message }: TaskFailure): string {
  const task = `The task ${taskId} on ${host}`
  const words = message === '' ? 'it left no message' : JSON.stringify(message.slice(0, 1000))
  return state === '' ? `${task} has ended: ${words}.` : `${task} ended as ${state}: ${words}.`
}

/** A task that the deployment waits for: ended, running but not healthy, or not running yet. */
function isSick(task: Task, { healthChecked }: App): boolean {
  const { healthCheckResults, state, startedAt } = task
  if (hasEnded(task)) return true
  if (startedAt === undefined || state === 'TASK_STAGING' || state === 'TASK_STARTING') return true
  return healthChecked && (healthCheckResults.length === 0 || healthCheckResults.some(({ alive }) => !alive))
}

async function formatSick(
  task: Task,
  app: App,
  tools: Pick<DeployTools, 'fetch' | 'signal'>,
): Promise<string> {
  const { id, host, state, startedAt, healthCheckResults } = task
  const name = `The task ${id} on ${host}`
  if (hasEnded(task)) return `${name} has just ended as ${state}; Marathon starts another in its place.`
  if (startedAt === undefined)
    return `${name} is not running yet: the agent may still be fetching or unpacking.`
  const bad = healthCheckResults.find(({ alive }) => !alive)
  if (!bad) return `${name} has passed no health check yet.`
  if (bad.consecutiveFailures === 0) {
    return `${name} is not healthy, according to Mesos, which gives no reason.${await supervisorWords(task, app, tools)}`
  }
  const cause =
    bad.lastFailureCause === undefined
      ? ''
      : `, last with ${JSON.stringify(bad.lastFailureCause.slice(0, 300))}`
  return `${name} is not healthy: its health check has failed ${bad.consecutiveFailures} time${bad.consecutiveFailures === 1 ? '' : 's'}${cause}.`
}

/** What the Supervisor of a task reports about its service, as a sentence to append. */
async function supervisorWords(
  task: Task,
  app: App,
  { fetch, signal }: Pick<DeployTools, 'fetch' | 'signal'>,
): Promise<string> {
  const endpoints = endpointsOf(app).filter(({ taskId }) => taskId === task.id)
  const url = serviceUrl(app.definition, endpoints, '/health')
  return fetch && url ? ` ${formatService(await askService(fetch, url, signal))}` : ''
}
