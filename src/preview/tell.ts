import { MesosizeError } from '../lib/errors.ts'
import type { Reporter } from '../lib/report.ts'

/**
 * Does something that tells people on GitHub what was done. What was done stays done where that fails, so it is a
 * warning then.
 * @param what is not done if it fails, to be read before "could not be written"
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
