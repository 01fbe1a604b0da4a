import { setTimeout as timer } from 'node:timers/promises'
import type { Fetch } from '../../http/fetch.ts'
import type { Reporter } from '../../lib/report.ts'

/** A clock, which tests replace so that they need not wait. */
export interface Clock {
  /** Milliseconds since an arbitrary fixed moment. */
  now(): number
  /** Rejects when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>
}

export interface DeployTools {
  report: Reporter
  /** For asking the Supervisors of unhealthy tasks; without it, they are not asked. */
  fetch?: Fetch
  signal?: AbortSignal
  clock?: Clock
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) => timer(milliseconds, undefined, { signal }),
}

/** Pauses for polling, milliseconds: short at first, then up to five seconds. */
export function* pauses(): Generator<number, never> {
  for (let pause = 1_000; ; pause = Math.min(pause * 1.25, 5_000)) yield pause
}
