import { MesosizeError } from '../../lib/errors.ts'

/** @param name what the archive is called in errors */
export function malformed(name: string, problem: string): MesosizeError {
  return new MesosizeError(
    'TAR_FORMAT',
    `The archive of ${name} is malformed: ${problem}. Fetch or build the package again.`,
  )
}
