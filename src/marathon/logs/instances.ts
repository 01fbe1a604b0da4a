import type { App } from '../api/apps.ts'
import type { Task } from '../api/tasks.ts'

/** The tasks of an app, numbered from 1, the oldest first. */
export function numberInstances({ tasks }: Pick<App, 'tasks'>): (Task & { number: number })[] {
  const key = ({ startedAt = '9', id }: Task) => `${startedAt} ${id}`
  return tasks
    .toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
    .map((task, index) => ({ ...task, number: index + 1 }))
}
