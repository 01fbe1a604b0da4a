import { setImmediate as nextTurn } from 'node:timers/promises'

/** Milliseconds. GitHub's runner kills an action 10 seconds after asking it to stop. */
const TIME_TO_CLEAN_UP = 8_000
/** Milliseconds. A longer timer would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/** Hears the signals that ask this process to stop. */
export interface Listener {
  /** Aborted by the first signal. */
  signal: AbortSignal
  /** The first signal, undefined until it comes. */
  heard(): NodeJS.Signals | undefined
  /** Gives the work more time to clean up, in milliseconds. Call it before a signal comes. */
  allow(more: number): void
  /** Stops listening: from then on, a signal ends the process at once. */
  close(): void
}

/** Lets signals end the process at once until the returned function is called. */
let pause = () => () => {}

/**
 * Listens for signals, so that work can be cleaned up. Call it when there is something to clean up; a process that
 * does not listen is ended by the system, whatever it is doing.
 *
 * The first signal aborts the work. Listening ends with it, so a second signal ends the process at once. If the
 * work has not ended in time, the first signal is raised again until it has. Nothing else would end it: a thread that
 * waits for the file system, such as for the writer of a named pipe, cannot be ended, and `process.exit` waits for it.
 *
 * Node runs a handler between two turns of its event loop. A turn in which nothing is heard for long must therefore
 * run as `interruptible`, and steps in the file system that may not end must not be synchronous.
 */
export function listenForSignals(names: readonly NodeJS.Signals[]): Listener {
  const cancellation = new AbortController()
  let heard: NodeJS.Signals | undefined
  let time = TIME_TO_CLEAN_UP
  const hear = (name: NodeJS.Signals) => {
    heard = name
    close()
    cancellation.abort()
    setInterval(() => process.kill(process.pid, name), Math.min(time, LONGEST_TIMER)).unref()
  }
  const start = () => {
    for (const name of names) process.on(name, hear)
  }
  const stop = () => {
    for (const name of names) process.off(name, hear)
  }
  const close = () => {
    stop()
    pause = () => () => {}
  }
  start()
  pause = () => {
    stop()
    return start
  }
  const allow = (more: number) => {
    time += more
  }
  return { signal: cancellation.signal, heard: () => heard, allow, close }
}

/**
 * Runs a computation whose length its input decides. Signals could not be heard meanwhile, so they end the process
 * at once, as if nobody listened.
 */
export async function interruptible<T>(compute: () => T): Promise<T> {
  // Hear what has come by now: the first turn may belong to an event loop iteration that has polled already.
  await nextTurn()
  await nextTurn()
  const resume = pause()
  try {
    return compute()
  } finally {
    resume()
  }
}
