import type { QueueItem } from '../api/queue.ts'
import type { JsonObject, JsonValue } from '../app/request.ts'
import { shown } from '../app/shown.ts'

/**
 * Why Marathon does not start the tasks of an app, one sentence per reason (mesosphere/mesos/NoOfferMatchReason.scala).
 * @param app to show what it asks for
 * @param staged number of its tasks that have an offer but do not run yet
 */
export function offerReasons(
  { count, delay, processedOffers, rejections }: QueueItem,
  app: JsonObject,
  staged: number,
): string[] {
  const waiting = count - staged
  if (waiting <= 0) return []
  const tasks = `${waiting} task${waiting === 1 ? ' waits' : 's wait'} to be started.`
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
          'Mesos has not offered Marathon any resources for it yet: there are no agents, or none has resources left for the role of this Marathon.',
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
        ? 'the ports that the app requires are not free there, or not among those that the agent offers (31000 to 32000 by default). Leave out requirePorts to let Marathon choose.'
        : 'not enough free ports.'
    case 'InsufficientMemory':
      return `not enough memory: the app needs ${asked('mem', 128)} MiB.`
    case 'InsufficientCpus':
      return `not enough CPUs: the app needs ${asked('cpus', 1)}.`
    case 'InsufficientDisk':
      return `not enough disk space: the app needs ${asked('disk', 0)} MiB.`
    case 'InsufficientGpus':
      return `not enough GPUs: the app needs ${asked('gpus', 0)}.`
    case 'UnfulfilledRole':
      return `the resources are reserved for a role that the app does not accept: it accepts ${asked('acceptedResourceRoles', ['*'])} (acceptedResourceRoles).`
    case 'UnfulfilledConstraint':
    case 'UnmatchedConstraint':
      return `the app's constraints do not allow that agent: ${asked('constraints', [])}.`
    case 'NoCorrespondingReservationFound':
      return 'the agent does not have the volume that is reserved for the app.'
    case 'AgentMaintenance':
    case 'AgentUnavailable':
      return 'the agent is, or soon will be, under maintenance.'
    case 'DeclinedScarceResources':
      return 'the agent has GPUs, which are reserved for apps that need them.'
    default:
      return `${JSON.stringify(reason)} (Marathon's term).`
  }
}
