import type { App } from '../api/apps.ts'
import { hasEnded, type Task, type TaskFailure } from '../api/tasks.ts'
import type { Target } from './target.ts'

/** Follows the tasks of an app from one look to the next, while it is deployed. */
export interface Watch {
  look(app: App): void
  /** The tasks of the new version that have ended, each once. */
  failures(): readonly TaskFailure[]
  /** Whether tasks of the new version have ended, or did so shortly before where it is the one that ran already. */
  hasFailed(app: App): boolean
  /** Whether as many tasks as there are to be have run for so long that they can be believed to stay up. */
  isSteady(app: App): boolean
}

/** Milliseconds that a task must have run where no health check says that it is well. */
const STEADY = 5_000
/** The same where tasks of the version have ended: whatever crashes again and again runs for a moment, too. */
const STEADY_AFTER_FAILURE = 60_000
/** Milliseconds after which a failure from before tells nothing of what runs now: longer than Marathon backs off. */
const RECENT = 3_600_000

/** @param now milliseconds from any fixed moment */
export function watchTasks({ version, before }: Target, now: () => number): Watch {
  const failures = new Map<string, TaskFailure>()
  const known = new Set(before?.tasks.filter(hasEnded).map(({ id }) => id))
  let live = before?.tasks.filter(task => !hasEnded(task)) ?? []
  const upSince = new Map<string, number>()
  for (const { id, startedAt } of live.filter(runs)) {
    // By Marathon's clock, which tells the time by the version.
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
    // It tells more, but of TASK_FINISHED and TASK_KILLED Marathon makes none.
    if (lastTaskFailure && isNew(lastTaskFailure) && isUpToDate(lastTaskFailure, app)) {
      failures.set(lastTaskFailure.taskId, lastTaskFailure)
    }
    live = tasks.filter(task => !hasEnded(task))
  }

  /** Those that are up to date and have ended since the last look. */
  function endedSince(app: App): Task[] {
    const listed = new Map(app.tasks.map(task => [task.id, task]))
    const had = live.filter(task => isUpToDate(task, app))
    const gone = had
      .map(task => ({ ...task, state: listed.get(task.id)?.state }))
      .filter(task => hasEnded(task) || !listed.has(task.id))
    // Of more tasks than there are to be, Marathon kills some.
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

/** Whether as many tasks as there are to be run, up to date, and healthy where that is checked. */
export function isWell(app: App): boolean {
  return goodTasks(app).length >= app.instances
}

function goodTasks(app: App): Task[] {
  return app.tasks.filter(task => isUpToDate(task, app) && isGood(task, app))
}

function isUpToDate({ version }: Pick<Task, 'version'>, { changedIn }: App): boolean {
  // Not as text: Marathon leaves milliseconds out where there are none.
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

/** @param task of whose end nothing is known but perhaps its state */
function failureOf({ id, host, slaveId, state = '', version }: Task, app: App): TaskFailure {
  return { taskId: id, host, slaveId, state, message: '', version: version || app.version, timestamp: '' }
}
