import { MesosizeError } from '../lib/errors.ts'
import type { Reporter } from '../lib/report.ts'

/**
 * Reports something on GitHub that has been done. It stays done even if the report fails, so that is only a
 * warning.
 * @param what the report is, to be read before "could not be written"
 */
export async function tell<T>(
  what: string,
  report: Reporter,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof MesosizeError)) throw error
    report.warn(`${what} could not be written: ${error.message}`)
    return undefined
  }
}
