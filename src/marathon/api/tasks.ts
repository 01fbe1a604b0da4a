import * as v from 'valibot'
import { object, text, truth, whole } from '../../lib/json.ts'
import { each, fields, maybe, word } from '../../lib/lenient-json.ts'
import type { Marathon } from './client.ts'

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

const TASK_FIELDS = {
  id: v.fallback(word, ''),
  host: v.fallback(word, ''),
  ports: each(whole()),
  version: v.fallback(word, ''),
  slaveId: maybe(word),
  state: maybe(word),
  stagedAt: maybe(text),
  startedAt: maybe(text),
  healthCheckResults: each(
    fields({
      alive: v.fallback(truth, false),
      consecutiveFailures: v.fallback(whole(), 0),
      lastFailureCause: maybe(text),
    }),
  ),
}

export const TASK = fields(TASK_FIELDS)

export const TASK_FAILURE = object({
  taskId: word,
  host: v.fallback(word, ''),
  slaveId: maybe(word),
  state: v.fallback(word, ''),
  message: v.fallback(text, ''),
  version: v.fallback(word, ''),
  timestamp: v.fallback(text, ''),
})

const TASKS = fields({ tasks: each(fields({ ...TASK_FIELDS, appId: v.fallback(word, '') })) })

/** The tasks of all apps; those of apps that are removed may be missing while they are still being killed. */
export async function listTasks(marathon: Marathon): Promise<(Task & { appId: string })[]> {
  const body = await marathon.send({ method: 'GET', path: '/v2/tasks', what: 'list the tasks', tries: 2 })
  return v.parse(TASKS, body).tasks
}

/** Whether a task is over. Marathon lists it until another has taken its place, without its version and times. */
export function hasEnded({ state }: Pick<Task, 'state'>): boolean {
  return state !== undefined && ENDS.has(state)
}
