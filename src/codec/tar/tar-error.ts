import { MesosizeError } from '../../lib/errors.ts'

/** @param name what the archive is called in errors */
export function malformed(name: string, problem: string): MesosizeError {
  return new MesosizeError(
    'TAR_FORMAT',
    `The archive of ${name} is malformed: ${problem}. Fetch or build the package again.`,
  )
}

/** Hostile text, short and on one line. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text)
}
