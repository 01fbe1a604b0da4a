import type { Marathon } from './client.ts'
import { integer, list, object, text, word } from './reading.ts'

/** A task of an app (types/enrichedTask.raml). */
export interface Task {
  id: string
  host: string
  /** The host's ports that Marathon gave it, in the order of the port definitions. */
  ports: readonly number[]
  /** Of the app, when the task was started; empty for one that has ended. */
  version: string
  /** The agent's id. */
  slaveId?: string
  /** Mesos' word, such as TASK_RUNNING; Marathon tells it since 1.4. */
  state?: string
  stagedAt?: string
  startedAt?: string
  healthCheckResults: readonly HealthCheckResult[]
}

export interface HealthCheckResult {
  alive: boolean
  /** 0 for checks that Mesos carries out, MESOS_* and COMMAND: it tells Marathon neither this nor a cause. */
  consecutiveFailures: number
  lastFailureCause?: string
}

/** How a task came to its end that was not meant to. */
export interface TaskFailure {
  taskId: string
  host: string
  slaveId?: string
  /** Mesos' word, such as TASK_FAILED. */
  state: string
  /** Mesos' or Marathon's words; may be empty. */
  message: string
  /** Of the app. */
  version: string
  timestamp: string
}

/** Mesos' words for the end of a task (include/mesos/mesos.proto). */
const ENDS: ReadonlySet<string> = new Set([
  'TASK_DROPPED',
  'TASK_ERROR',
  'TASK_FAILED',
  'TASK_FINISHED',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_KILLED',
  'TASK_LOST',
  'TASK_UNKNOWN',
])

/** The tasks of all apps; those of apps that are removed may be missing while they are still being killed. */
export async function listTasks(marathon: Marathon): Promise<(Task & { appId: string })[]> {
  const body = await marathon.send({ method: 'GET', path: '/v2/tasks', what: 'list the tasks', tries: 2 })
  return list(object(body)?.tasks).map(value => ({
    ...readTask(value),
    appId: word(object(value)?.appId) ?? '',
  }))
}

/** Whether a task is over. Marathon lists it until another has taken its place, without its version and times. */
export function hasEnded({ state }: Pick<Task, 'state'>): boolean {
  return state !== undefined && ENDS.has(state)
}

export function readTask(value: unknown): Task {
  const task = object(value) ?? {}
  return {
    id: word(task.id) ?? '',
    host: word(task.host) ?? '',
    ports: list(task.ports).flatMap(port => integer(port) ?? []),
    version: word(task.version) ?? '',
    slaveId: word(task.slaveId),
    state: word(task.state),
    stagedAt: text(task.stagedAt),
    startedAt: text(task.startedAt),
    healthCheckResults: list(task.healthCheckResults).map(result => {
      const { alive, consecutiveFailures, lastFailureCause } = object(result) ?? {}
      return {
        alive: alive === true,
        consecutiveFailures: integer(consecutiveFailures) ?? 0,
        lastFailureCause: text(lastFailureCause),
      }
    }),
  }
}

export function readTaskFailure(value: unknown): TaskFailure | undefined {
  const failure = object(value)
  const taskId = word(failure?.taskId)
  if (!failure || taskId === undefined) return undefined
  return {
    taskId,
    host: word(failure.host) ?? '',
    slaveId: word(failure.slaveId),
    state: word(failure.state) ?? '',
    message: text(failure.message) ?? '',
    version: word(failure.version) ?? '',
    timestamp: text(failure.timestamp) ?? '',
  }
}
