import type { QueueItem } from '../api/queue.ts'
import type { JsonObject, JsonValue } from '../app/request.ts'
import { shown } from '../app/shown.ts'

/**
 * Why Marathon does not start the tasks of an app, a sentence each (mesosphere/mesos/NoOfferMatchReason.scala).
 * @param app for what it asks
 */
export function offerReasons(
  { count, delay, processedOffers, rejections }: QueueItem,
  app: JsonObject,
): string[] {
  const tasks = `${count} task${count === 1 ? '' : 's'} wait${count === 1 ? 's' : ''} to be started.`
  const backoff =
    delay > 0
      ? [
          `After failures Marathon waits ${delay} more second${delay === 1 ? '' : 's'} before it starts the next task.`,
        ]
      : []
  if (processedOffers === 0 && rejections.every(({ processed }) => processed === 0)) {
    return delay > 0
      ? [tasks, ...backoff]
      : [
          tasks,
          'Mesos has offered Marathon nothing for it yet: no agent has anything left for the role of this Marathon, or none is there.',
        ]
  }
  return [
    tasks,
    ...backoff,
    ...rejections
      .filter(({ declined }) => declined > 0)
      .map(
        ({ reason, declined, processed }) => `${declined} of ${processed} offers: ${inWords(reason, app)}`,
      ),
  ]
}

function inWords(reason: string, app: JsonObject): string {
  const asked = (name: string, preset: JsonValue) => shown(app[name] ?? preset)
  switch (reason) {
    case 'InsufficientPorts':
      return app.requirePorts === true
        ? 'the ports that the app requires are not free there, or not among those that the agent offers (31000 to 32000 unless it was told otherwise). Leave requirePorts out, so that Marathon chooses.'
        : 'not enough free ports.'
    case 'InsufficientMemory':
      return `not enough memory: the app wants ${asked('mem', 128)} MiB.`
    case 'InsufficientCpus':
      return `not enough CPUs: the app wants ${asked('cpus', 1)}.`
    case 'InsufficientDisk':
      return `not enough disk space: the app wants ${asked('disk', 0)} MiB.`
    case 'InsufficientGpus':
      return `not enough GPUs: the app wants ${asked('gpus', 0)}.`
    case 'UnfulfilledRole':
      return `the resources are reserved for a role that the app does not take: it takes ${asked('acceptedResourceRoles', ['*'])} (acceptedResourceRoles).`
    case 'UnfulfilledConstraint':
    case 'UnmatchedConstraint':
      return `the app's constraints do not allow that agent: ${asked('constraints', [])}.`
    case 'NoCorrespondingReservationFound':
      return 'the agent does not have the volume that is reserved for the app.'
    case 'AgentMaintenance':
    case 'AgentUnavailable':
      return 'the agent is, or soon will be, under maintenance.'
    case 'DeclinedScarceResources':
      return 'the agent has GPUs, which are kept for apps that want them.'
    default:
      return `${JSON.stringify(reason)}, in Marathon's word.`
  }
}
