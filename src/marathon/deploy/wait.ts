import { isDeepStrictEqual } from 'node:util'
import type { App } from '../api/apps.ts'
import type { Marathon } from '../api/client.ts'
import type { TaskFailure } from '../api/tasks.ts'
import type { JsonObject } from '../app/request.ts'
import { type DeployTools, pauses, systemClock } from './clock.ts'
import { ADDED } from './defaults.ts'
import { observe } from './observe.ts'
import type { DeployProgress } from './progress.ts'
import type { Target } from './target.ts'
import { isWell, watchTasks } from './watch.ts'

export interface Limits {
  /** Milliseconds. */
  timeout: number
  /** Number of failed tasks after which the deployment counts as failed; 0: never. */
  failFast: number
}

/** How waiting ended. */
export type Ending =
  | { kind: 'finished' | 'unchanged'; app: App }
  | { kind: 'superseded' | 'rolled-back'; app?: App }
  /** Its tasks end again and again. */
  | { kind: 'failing'; failures: readonly TaskFailure[] }
  /** Marathon calls the deployment done, and yet not all of its tasks run, or are healthy. */
  | { kind: 'unwell'; app: App }
  /** `problem`: why nothing could be seen at the end, or what was seen was not believed, if so. */
  | { kind: 'timed-out'; problem?: string }

/**
 * A deployment must be missing twice: Marathon before 1.8 lists a new one a moment after it has told its id
 * (MARATHON-8566).
 */
const ABSENCES = 2
/** Milliseconds that a deployment that is done may be without tasks that are well. */
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
  const watch = watchTasks(target, () => clock.now())
  const pause = pauses()
  let absences = 0
  let stepped = false
  let unwellSince: number | undefined
  let watching = false
  let problem: string | undefined
  while (true) {
    // All of its tasks run, and have yet to show that they stay up.
    let isUp = false
    let hasFailed = false
    const seen = await observe(marathon, target.app.id, target.deploymentId, signal)
    if (typeof seen === 'string') {
      if (problem === undefined) report.note(`${seen} The deployment goes on meanwhile; looking again.`)
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
        const ending = endingOf(seen.app, target, stepped)
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
            report.note(
              `Watching for a minute whether the tasks that run now stay up: ${endedText(failures)}.`,
            )
          }
        } else {
          return ending
        }
      }
    }
    // What has not failed yet still gets its few seconds.
    if (clock.now() >= deadline && !(isUp && !hasFailed)) {
      const just = isUp ? `Its tasks run just now, but ${endedText(watch.failures())}.` : undefined
      return { kind: 'timed-out', problem: just ?? problem }
    }
    await clock.sleep(absences === 1 ? 1_000 : pause.next().value, signal)
  }
}

/** Such as "2 tasks of the new version have ended"; of none, that this was before they were counted. */
export function endedText({ length }: readonly TaskFailure[]): string {
  if (length === 0) return 'a task of this version ended shortly before'
  return `${length} ${length === 1 ? 'task of the new version has' : 'tasks of the new version have'} ended`
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
