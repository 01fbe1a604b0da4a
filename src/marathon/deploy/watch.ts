import type { App } from '../api/apps.ts'
import { hasEnded, type Task, type TaskFailure } from '../api/tasks.ts'
import type { StartedDeployment } from './started-deployment.ts'

/** Tracks the tasks of an app across polls, while it is deployed. */
export interface Watch {
  look(app: App): void
  /** The tasks of the new version that have ended, each once. */
  failures(): readonly TaskFailure[]
  /** Whether tasks of the new version have ended, or, if that version was already deployed, did so shortly before. */
  hasFailed(app: App): boolean
  /** Whether all wanted tasks have run long enough to assume that they stay up. */
  isSteady(app: App): boolean
}

/** Milliseconds that a task must have run if there is no health check. */
const STEADY = 5_000
/** The same if tasks of the version have ended: a task that crashes repeatedly also runs for a moment. */
const STEADY_AFTER_FAILURE = 60_000
/** Milliseconds after which an earlier failure no longer matters: longer than Marathon's longest backoff. */
const RECENT = 3_600_000

/** @param now milliseconds since an arbitrary fixed moment */
export function watchTasks({ version, before }: StartedDeployment, now: () => number): Watch {
  const failures = new Map<string, TaskFailure>()
  const known = new Set(before?.tasks.filter(hasEnded).map(({ id }) => id))
  let live = before?.tasks.filter(task => !hasEnded(task)) ?? []
  const upSince = new Map<string, number>()
  for (const { id, startedAt } of live.filter(runs)) {
    // By Marathon's clock, because the version is a time.
    const age = Date.parse(version) - Date.parse(startedAt ?? '')
    upSince.set(id, now() - Math.max(0, age || 0))
  }

  function look(app: App): void {
    const { tasks, lastTaskFailure } = app
    if (app.version !== version && app.version !== before?.version) return
    for (const { id } of tasks.filter(runs)) if (!upSince.has(id)) upSince.set(id, now())
    for (const each of endedSince(app)) {
      if (!failures.has(each.id)) failures.set(each.id, failureOf(each, app))
    }
    // It has more details, but Marathon records none for TASK_FINISHED and TASK_KILLED.
    if (lastTaskFailure && isNew(lastTaskFailure) && isUpToDate(lastTaskFailure, app)) {
      failures.set(lastTaskFailure.taskId, lastTaskFailure)
    }
    live = tasks.filter(task => !hasEnded(task))
  }

  /** Up-to-date tasks that have ended since the last poll. */
  function endedSince(app: App): Task[] {
    const listed = new Map(app.tasks.map(task => [task.id, task]))
    const had = live.filter(task => isUpToDate(task, app))
    const gone = had
      .map(task => ({ ...task, state: listed.get(task.id)?.state }))
      .filter(task => hasEnded(task) || !listed.has(task.id))
    // If there are too many tasks, Marathon kills some.
    const meant = gone.filter(({ state = 'TASK_KILLED' }) => state === 'TASK_KILLED')
    const surplus = new Set(meant.slice(0, Math.max(0, had.length - app.instances)))
    const unseen = app.tasks.filter(
      task =>
        hasEnded(task) &&
        task.state !== 'TASK_KILLED' &&
        !known.has(task.id) &&
        !live.some(({ id }) => id === task.id),
    )
    for (const { id } of app.tasks.filter(hasEnded)) known.add(id)
    return [...gone.filter(task => !surplus.has(task)), ...unseen]
  }

  function isNew({ taskId }: TaskFailure): boolean {
    return taskId !== before?.lastTaskFailure?.taskId
  }

  function hasFailed(app: App): boolean {
    if (failures.size > 0) return true
    const failure = before?.lastTaskFailure
    if (!failure || !isUpToDate(failure, app)) return false
    return Date.parse(version) - Date.parse(failure.timestamp) < RECENT
  }

  return {
    look,
    failures: () => [...failures.values()],
    hasFailed,
    isSteady(app) {
      const needed = hasFailed(app) ? STEADY_AFTER_FAILURE : app.healthChecked ? 0 : STEADY
      const steady = goodTasks(app).filter(({ id }) => now() - (upSince.get(id) ?? now()) >= needed)
      return steady.length >= app.instances
    },
  }
}

/** Whether all wanted tasks run, are up to date, and are healthy if that is checked. */
export function isWell(app: App): boolean {
  return goodTasks(app).length >= app.instances
}

function goodTasks(app: App): Task[] {
  return app.tasks.filter(task => isUpToDate(task, app) && isGood(task, app))
}

function isUpToDate({ version }: Pick<Task, 'version'>, { changedIn }: App): boolean {
  // Not as text: Marathon leaves out milliseconds if they are zero.
  return !(Date.parse(version) < Date.parse(changedIn))
}

function isGood(task: Task, { healthChecked }: App): boolean {
  const { healthCheckResults } = task
  return (
    runs(task) &&
    (!healthChecked || (healthCheckResults.length > 0 && healthCheckResults.every(({ alive }) => alive)))
  )
}

function runs({ state, startedAt }: Task): boolean {
  return state === undefined ? startedAt !== undefined : state === 'TASK_RUNNING'
}

/** @param task an ended one, of which at most the state is known */
function failureOf({ id, host, slaveId, state = '', version }: Task, app: App): TaskFailure {
  return { taskId: id, host, slaveId, state, message: '', version: version || app.version, timestamp: '' }
}
