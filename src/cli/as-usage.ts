import type { ErrorCode } from '../lib/error-code.ts'
import { MesosizeError, UsageError } from '../lib/errors.ts'

/**
 * Does work in which errors with these codes are mistakes in the command line: something that it names is not what it
 * has to be, as was found only now.
 * @throws UsageError for those
 */
export async function asUsage<T>(codes: readonly ErrorCode[], work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof MesosizeError && codes.includes(error.code)) throw new UsageError([error.message])
    throw error
  }
}
