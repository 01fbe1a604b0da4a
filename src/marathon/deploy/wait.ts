import { isDeepStrictEqual } from 'node:util'
import type { App } from '../api/apps.ts'
import type { Marathon } from '../api/client.ts'
import type { TaskFailure } from '../api/tasks.ts'
import type { JsonObject } from '../app/request.ts'
import { type DeployTools, pauses, systemClock } from './clock.ts'
import { ADDED } from './defaults.ts'
import { observe } from './observe.ts'
import type { DeployProgress } from './progress.ts'
import type { StartedDeployment } from './started-deployment.ts'
import { isWell, watchTasks } from './watch.ts'

export interface Limits {
  /** Milliseconds. */
  timeout: number
  /** Number of failed tasks after which the deployment counts as failed; 0: never. */
  failFast: number
}

/** How the wait ended. */
export type Ending =
  | { kind: 'finished' | 'unchanged'; app: App }
  | { kind: 'superseded' | 'rolled-back'; app?: App }
  /** Its tasks end repeatedly. */
  | { kind: 'failing'; failures: readonly TaskFailure[] }
  /** Marathon considers the deployment finished, but not all of its tasks run or are healthy. */
  | { kind: 'unwell'; app: App }
  /** `problem`: why the state was unknown at the end, or why running tasks did not count, if applicable. */
  | { kind: 'timed-out'; problem?: string }

/**
 * A deployment must be missing twice: before 1.8, Marathon lists a new one only a moment after it has returned its id
 * (MARATHON-8566).
 */
const ABSENCES = 2
/** Milliseconds for which a finished deployment may have tasks that are not well. */
const SETTLING = 30_000

/**
 * Waits until a deployment has ended. Marathon never reports a failure: a deployment is either in progress or not, and
 * then the app shows the outcome.
 * @throws as `observe`
 */
export async function waitForDeployment(
  marathon: Marathon,
  deployment: StartedDeployment,
  { timeout, failFast }: Limits,
  progress: DeployProgress,
  { report, signal, clock = systemClock }: DeployTools,
): Promise<Ending> {
  const deadline = clock.now() + timeout
  const watch = watchTasks(deployment, () => clock.now())
  const pause = pauses()
  let absences = 0
  let stepped = false
  let unwellSince: number | undefined
  let watching = false
  let problem: string | undefined
  while (true) {
    // Whether all of its tasks run, even if not for long enough yet.
    let isUp = false
    let hasFailed = false
    const seen = await observe(marathon, deployment.app.id, deployment.deploymentId, signal)
    if (typeof seen === 'string') {
      if (problem === undefined) report.note(`${seen} The deployment continues; looking again.`)
      problem = seen
    } else {
      problem = undefined
      progress.show(seen)
      stepped ||= (seen.deployment?.totalSteps ?? 0) > 0
      if (seen.app) watch.look(seen.app)
      const failures = watch.failures()
      if (failFast > 0 && failures.length >= failFast) return { kind: 'failing', failures }
      absences = seen.underWay ? 0 : absences + 1
      if (absences >= ABSENCES) {
        const ending = endingOf(seen.app, deployment, stepped)
        if (ending.kind === 'unwell') {
          unwellSince ??= clock.now()
          if (clock.now() - unwellSince >= SETTLING) return ending
        } else if (ending.kind === 'finished' || ending.kind === 'unchanged') {
          unwellSince = undefined
          if (watch.isSteady(ending.app)) return ending
          isUp = true
          hasFailed = watch.hasFailed(ending.app)
          if (hasFailed && !watching) {
            watching = true
            report.note(`Watching for a minute whether the running tasks stay up: ${endedText(failures)}.`)
          }
        } else {
          return ending
        }
      }
    }
    // Running tasks without failures still get the few seconds they need.
    if (clock.now() >= deadline && !(isUp && !hasFailed)) {
      const just = isUp ? `Its tasks are running, but ${endedText(watch.failures())}.` : undefined
      return { kind: 'timed-out', problem: just ?? problem }
    }
    await clock.sleep(absences === 1 ? 1_000 : pause.next().value, signal)
  }
}

/** Such as "2 tasks of the new version have ended"; without any, a failure before the deployment is meant. */
export function endedText({ length }: readonly TaskFailure[]): string {
  if (length === 0) return 'a task of this version ended shortly before'
  return `${length} ${length === 1 ? 'task of the new version has' : 'tasks of the new version have'} ended`
}

function endingOf(app: App | undefined, { version, before }: StartedDeployment, stepped: boolean): Ending {
  if (!app) return { kind: before ? 'superseded' : 'rolled-back' }
  if (app.version === version) return { kind: isWell(app) ? 'finished' : 'unwell', app }
  if (app.version === before?.version && !stepped) return { kind: isWell(app) ? 'unchanged' : 'unwell', app }
  // When Marathon restores a definition, it gets a new version.
  const isBack = before !== undefined && isDeepStrictEqual(withoutAdded(before), withoutAdded(app))
  return { kind: isBack ? 'rolled-back' : 'superseded', app }
}

function withoutAdded({ definition }: App): JsonObject {
  return Object.fromEntries(Object.entries(definition).filter(([name]) => !ADDED.has(name)))
}
