import type { RetryOptions } from '../http/retry.ts'
import type { Reporter } from '../report.ts'

/** Tells of each failure after which an upload is tried again. */
export function noteRetries(report: Reporter): Pick<RetryOptions, 'onRetry'> {
  return {
    onRetry: (problem, pause) => report.note(`${problem} Trying again in ${Math.ceil(pause / 1000)} s.`),
  }
}
