import * as v from 'valibot'
import { MesosizeError } from '../../lib/errors.ts'
import { anyObject, object, readValue, whole } from '../../lib/json.ts'
import { each, fields, maybe, word } from '../../lib/lenient-json.ts'
import { setting } from '../../lib/setting.ts'
import type { JsonObject } from '../app/request.ts'
import type { AppDefinition } from '../app/validate.ts'
import type { Marathon, MarathonRequest } from './client.ts'
import { MarathonError } from './errors.ts'
import { TASK, TASK_FAILURE, type Task, type TaskFailure } from './tasks.ts'

/** An app as Marathon has it. */
export interface App {
  /** As Marathon returns it: with its defaults filled in, and with the fields that it adds. */
  definition: JsonObject
  /** When it was last changed, which is how Marathon names its versions. */
  version: string
  /** The version from which on tasks are up to date: scaling creates a version, but changes no task. */
  changedIn: string
  /** The wanted and the actual numbers of tasks. */
  instances: number
  staged: number
  running: number
  healthy: number
  unhealthy: number
  /** Whether the app has health checks. */
  healthChecked: boolean
  /** The ids of the deployments that are changing it. */
  deployments: readonly string[]
  tasks: readonly Task[]
  lastTaskFailure?: TaskFailure
}

/** A deployment that Marathon started. */
export interface Started {
  deploymentId: string
  version: string
}

const EMBEDDED = ['counts', 'deployments', 'lastTaskFailure', 'tasks', 'readiness'].map(
  what => ['embed', `app.${what}`] as const,
)

/** @returns undefined if there is no such app */
export async function getApp(
  marathon: Marathon,
  id: string,
  options: Pick<MarathonRequest, 'tries'> = {},
): Promise<App | undefined> {
  try {
    return readApp(
      await marathon.send({
        ...options,
        method: 'GET',
        path: appPath(id),
        query: EMBEDDED,
        what: `show ${id}`,
      }),
    )
  } catch (error) {
    if (error instanceof MarathonError && error.code === 'MARATHON_NOT_FOUND') return undefined
    throw error
  }
}

/**
 * Creates or replaces an app: fields missing from the definition get Marathon's defaults.
 * @param force cancels the deployments that are changing the app
 * @throws as `Marathon.send`
 */
export async function putApp(
  marathon: Marathon,
  app: AppDefinition,
  { force, ...options }: { force: boolean } & Pick<MarathonRequest, 'onLost'>,
): Promise<Started> {
  const query = [['partialUpdate', 'false'], ...(force ? ([['force', 'true']] as const) : [])] as const
  const path = appPath(app.id)
  const what = `deploy ${app.id}`
  return readStarted(await marathon.send({ ...options, method: 'PUT', path, query, body: app, what }))
}

/** Restores the definition of an app from one of its versions. */
export async function restoreVersion(marathon: Marathon, id: string, version: string): Promise<Started> {
  const what = `restore version ${version} of ${id}`
  return readStarted(
    await marathon.send({
      method: 'PUT',
      path: appPath(id),
      query: [['force', 'true']],
      body: { version },
      what,
    }),
  )
}

/**
 * Removes an app and its tasks.
 * @param force cancels the deployments that are changing it, which is Marathon's own default
 */
export async function deleteApp(marathon: Marathon, id: string, force: boolean): Promise<Started> {
  const query = [['force', String(force)]] as const
  return readStarted(
    await marathon.send({ method: 'DELETE', path: appPath(id), query, what: `remove ${id}` }),
  )
}

/** The slashes of an id are those of the path, so they are not encoded. */
export function appPath(id: string): string {
  return `/v2/apps/${id.replace(/^\/+/, '')}`
}

const APP = object({
  version: word,
  versionInfo: fields({ lastConfigChangeAt: maybe(word) }),
  instances: v.fallback(whole(), 1),
  tasksStaged: v.fallback(whole(), 0),
  tasksRunning: v.fallback(whole(), 0),
  tasksHealthy: v.fallback(whole(), 0),
  tasksUnhealthy: v.fallback(whole(), 0),
  healthChecks: each(anyObject),
  deployments: each(object({ id: word })),
  // Ids are unique. What is looked up by id would otherwise be found once for each that has it.
  tasks: v.pipe(
    each(TASK),
    v.transform(tasks => [...new Map(tasks.map(task => [task.id, task])).values()]),
  ),
  lastTaskFailure: maybe(TASK_FAILURE),
})

function readApp(body: unknown): App {
  const definition = readValue(object({ app: anyObject }), body).value?.app
  const app = readValue(APP, definition).value
  if (!app) throw unexpected('an app')
  return {
    definition: definition as JsonObject,
    version: app.version,
    changedIn: app.versionInfo.lastConfigChangeAt ?? app.version,
    instances: app.instances,
    staged: app.tasksStaged,
    running: app.tasksRunning,
    healthy: app.tasksHealthy,
    unhealthy: app.tasksUnhealthy,
    healthChecked: app.healthChecks.length > 0,
    deployments: app.deployments.map(({ id }) => id),
    tasks: app.tasks,
    lastTaskFailure: app.lastTaskFailure,
  }
}

const STARTED = object({ deploymentId: word, version: word })

/** Reads the response to a request that starts a deployment. */
export function readStarted(body: unknown): Started {
  const { value } = readValue(STARTED, body)
  if (!value) throw unexpected('a deployment')
  return value
}

/** The error for a response that is JSON but does not conform to Marathon's API. */
export function unexpected(what: string): MesosizeError {
  return new MesosizeError(
    'MARATHON_UNEXPECTED',
    `Marathon's response lacks ${what}. Check ${setting('marathon')}, and whether a proxy changes responses.`,
  )
}
