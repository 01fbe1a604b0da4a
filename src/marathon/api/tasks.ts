import { integer, list, object, text, word } from './reading.ts'

/** A task of an app (types/enrichedTask.raml). */
export interface Task {
  id: string
  host: string
  /** The host's ports that Marathon gave it, in the order of the port definitions. */
  ports: readonly number[]
  /** Of the app, when the task was started. */
  version: string
  /** The agent's id. */
  slaveId?: string
  /** Mesos' word, such as TASK_RUNNING; Marathon tells it since 1.4. */
  state?: string
  startedAt?: string
  healthCheckResults: readonly HealthCheckResult[]
}

export interface HealthCheckResult {
  alive: boolean
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

export function readTask(value: unknown): Task {
  const task = object(value) ?? {}
  return {
    id: word(task.id) ?? '',
    host: word(task.host) ?? '',
    ports: list(task.ports).flatMap(port => integer(port) ?? []),
    version: word(task.version) ?? '',
    slaveId: word(task.slaveId),
    state: word(task.state),
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
