import { formatDuration } from '../../lib/terminal/format.ts'
import { inGroup, say } from './log.ts'

/** A step of an action's run and how long it took, milliseconds. */
export interface Step {
  title: string
  duration: number
}

/** Runs the steps of an action one after another, and remembers how long each took. */
export class Steps {
  readonly done: Step[] = []

  /** A step whose log is folded. */
  grouped<T>(title: string, work: () => Promise<T>): Promise<T> {
    return this.timed(title, () => inGroup(title, work))
  }

  /** A step that makes groups of its own, which cannot be nested. */
  async timed<T>(title: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now()
    try {
      return await work()
    } finally {
      const duration = performance.now() - start
      this.done.push({ title, duration })
      say(`${title}: ${formatDuration(duration)}`)
    }
  }
}
