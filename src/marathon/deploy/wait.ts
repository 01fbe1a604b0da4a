import { isDeepStrictEqual } from 'node:util'
import type { App, Started } from '../api/apps.ts'
import type { Marathon } from '../api/client.ts'
import type { Task, TaskFailure } from '../api/tasks.ts'
import type { JsonObject } from '../app/request.ts'
import type { AppDefinition } from '../app/validate.ts'
import { type DeployTools, pauses, systemClock } from './clock.ts'
import { ADDED } from './defaults.ts'
import { type Observation, observe } from './observe.ts'
import type { DeployProgress } from './progress.ts'

/** A deployment that was started. */
export interface Target extends Started {
  app: AppDefinition
  /** The app as it was; undefined where there was none. */
  before?: App
}

export interface Limits {
  /** Milliseconds. */
  timeout: number
  /** After so many failed tasks the deployment counts as failed; 0: never. */
  failFast: number
}

/** How waiting ended. */
export type Ending =
  | { kind: 'finished' | 'unchanged'; app: App }
  | { kind: 'superseded' | 'rolled-back'; app?: App }
  /** Its tasks fail again and again. */
  | { kind: 'failing'; failures: readonly TaskFailure[] }
  /** Marathon calls the deployment done, and yet not all of its tasks run, or are healthy. */
  | { kind: 'unwell'; app: App }
  /** `problem`: why nothing could be seen at the end, if so. */
  | { kind: 'timed-out'; problem?: string }

/**
 * A deployment must be missing twice: Marathon before 1.8 lists a new one a moment after it has told its id
 * (MARATHON-8566).
 */
const ABSENCES = 2
/** Milliseconds that the tasks of a deployment that is done get to be counted. */
const SETTLING = 30_000

/**
 * Waits until a deployment is over. To Marathon none ever fails: it is under way, or it is not, and then the app
 * tells what became of it.
 * @throws as `observe`
 */
export async function waitForDeployment(
  marathon: Marathon,
  target: Target,
  { timeout, failFast }: Limits,
  progress: DeployProgress,
  { report, signal, clock = systemClock }: DeployTools,
): Promise<Ending> {
  const deadline = clock.now() + timeout
  const failures = new Map<string, TaskFailure>()
  const pause = pauses()
  let absences = 0
  let stepped = false
  let overSince: number | undefined
  let problem: string | undefined
  while (true) {
    const seen = await observe(marathon, target.app.id, target.deploymentId, signal)
    if (typeof seen === 'string') {
      if (problem === undefined) report.note(`${seen} The deployment goes on meanwhile; looking again.`)
      problem = seen
    } else {
      problem = undefined
      progress.show(seen)
      stepped ||= (seen.deployment?.totalSteps ?? 0) > 0
      collect(seen, target, failures)
      if (failFast > 0 && failures.size >= failFast)
        return { kind: 'failing', failures: [...failures.values()] }
      absences = seen.underWay ? 0 : absences + 1
      if (absences >= ABSENCES) {
        const ending = endingOf(seen.app, target, stepped)
        overSince ??= clock.now()
        if (ending.kind !== 'unwell' || clock.now() - overSince >= SETTLING) return ending
      }
    }
    if (clock.now() >= deadline) return { kind: 'timed-out', problem }
    await clock.sleep(absences === 1 ? 1_000 : pause.next().value, signal)
  }
}

/** Whether as many tasks as there are to be run, up to date, and healthy where that is checked. */
export function isWell(app: App): boolean {
  return app.tasks.filter(task => isUpToDate(task, app) && isGood(task, app)).length >= app.instances
}

function isUpToDate({ version }: Task, { changedIn }: App): boolean {
  // Not as text: Marathon leaves milliseconds out where there are none.
  return !(Date.parse(version) < Date.parse(changedIn))
}

function isGood({ state, startedAt, healthCheckResults }: Task, { healthChecked }: App): boolean {
  const runs = state === undefined ? startedAt !== undefined : state === 'TASK_RUNNING'
  return (
    runs &&
    (!healthChecked || (healthCheckResults.length > 0 && healthCheckResults.every(({ alive }) => alive)))
  )
}

function endingOf(app: App | undefined, { version, before }: Target, stepped: boolean): Ending {
  if (!app) return { kind: before ? 'superseded' : 'rolled-back' }
  if (app.version === version) return { kind: isWell(app) ? 'finished' : 'unwell', app }
  if (app.version === before?.version && !stepped) return { kind: isWell(app) ? 'unchanged' : 'unwell', app }
  // What Marathon puts back gets a version of its own.
  const isBack = before !== undefined && isDeepStrictEqual(withoutAdded(before), withoutAdded(app))
  return { kind: isBack ? 'rolled-back' : 'superseded', app }
}

function withoutAdded({ definition }: App): JsonObject {
  return Object.fromEntries(Object.entries(definition).filter(([name]) => !ADDED.has(name)))
}

function collect(
  { app }: Observation,
  { version, before }: Target,
  failures: Map<string, TaskFailure>,
): void {
  const failure = app?.lastTaskFailure
  if (!failure || failure.taskId === before?.lastTaskFailure?.taskId) return
  // Where the definition is the one that ran already, its version is the old one.
  if (failure.version === version || (failure.version === app.version && app.version === before?.version)) {
    failures.set(failure.taskId, failure)
  }
}
