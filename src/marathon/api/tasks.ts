import * as v from 'valibot'
import { MesosizeError } from '../../lib/errors.ts'
import { object, text, truth, whole } from '../../lib/json.ts'
import { each, fields, maybe, word } from '../../lib/lenient-json.ts'
import { quote } from '../../lib/quote.ts'
import { setting } from '../../lib/setting.ts'
import type { Marathon } from './client.ts'

/** A task of an app (types/enrichedTask.raml). */
export interface Task {
  id: string
  host: string
  /** The host's ports that Marathon gave it, in the order of the port definitions. */
  ports: readonly number[]
  /** Its own, or those of the host if it has none; empty until it runs. */
  ipAddresses: readonly { ipAddress: string; protocol?: string }[]
  /** The app's version when the task was started; empty for a task that has ended. */
  version: string
  /** The agent's id. */
  slaveId?: string
  /** Mesos' name, such as TASK_RUNNING; reported by Marathon since 1.4. */
  state?: string
  stagedAt?: string
  startedAt?: string
  healthCheckResults: readonly HealthCheckResult[]
}

export interface HealthCheckResult {
  alive: boolean
  /** Always 0 for checks by Mesos, MESOS_* and COMMAND: Mesos reports neither this nor a cause to Marathon. */
  consecutiveFailures: number
  lastFailureCause?: string
}

/** The unexpected end of a task. */
export interface TaskFailure {
  taskId: string
  host: string
  slaveId?: string
  /** Mesos' name, such as TASK_FAILED. */
  state: string
  /** The message of Mesos or Marathon; may be empty. */
  message: string
  /** The app's version. */
  version: string
  timestamp: string
}

/** Mesos' final states of a task (include/mesos/mesos.proto). */
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
  ports: v.optional(v.pipe(v.unknown(), v.transform(readPorts)), []),
  ipAddresses: each(object({ ipAddress: word, protocol: maybe(word) })),
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

/** The tasks of all apps; tasks of removed apps may be missing although they are still being killed. */
export async function listTasks(marathon: Marathon): Promise<(Task & { appId: string })[]> {
  const body = await marathon.send({ method: 'GET', path: '/v2/tasks', what: 'list the tasks', tries: 2 })
  return v.parse(TASKS, body).tasks
}

/** Whether a task has ended. Marathon lists it until it is replaced, but without its version and times. */
export function hasEnded({ state }: Pick<Task, 'state'>): boolean {
  return state !== undefined && ENDS.has(state)
}

/** Not lenient, unlike the other fields: leaving out a port would assign the next ones to wrong port definitions. */
function readPorts(ports: unknown): number[] {
  return (Array.isArray(ports) ? ports : []).map(port => {
    if (Number.isSafeInteger(port) && port >= 0 && port <= 65_535) return port
    const shown = typeof port === 'string' ? quote(port) : JSON.stringify(port).slice(0, 100)
    throw new MesosizeError(
      'MARATHON_UNEXPECTED',
      `Marathon's response gives a task the port ${shown}, which is not a number up to 65535. Check ${setting('marathon')}, and whether a proxy changes responses.`,
    )
  })
}
