import type { Reporter } from '../lib/report.ts'
import type { RetryOptions } from './retry.ts'

/** Notes each failure after which something is tried again. */
export function noteRetries(report: Reporter): Pick<RetryOptions, 'onRetry'> {
  return {
    onRetry: (problem, pause) => report.note(`${problem} Trying again in ${Math.ceil(pause / 1000)} s.`),
  }
}
