import { MesosizeError, messageOf, UsageError } from '../lib/errors.ts'
import { visible } from '../lib/visible.ts'
import { commandOf } from './command-name.ts'

const FAILED = 1
const BAD_USAGE = 2

/** Prints what is wrong. @param argv the arguments after the program's name @returns the exit status */
export function explain(error: unknown, argv: readonly string[]): number {
  if (error instanceof UsageError) {
    for (const problem of error.problems) say(problem)
    const of = commandOf(argv)
    process.stderr.write(`See mesosize ${of && of !== 'help' ? `${of} ` : ''}--help.\n`)
    return BAD_USAGE
  }
  if (isFolderGone(error)) {
    say('The current folder does not exist any more. Change to another one, and try again.')
    return FAILED
  }
  say(messageOf(error))
  // A stack is for developers of this program; a MesosizeError is for its users.
  if (error instanceof Error && (process.env.DEBUG || !(error instanceof MesosizeError))) {
    process.stderr.write(`${error.stack}\n`)
  }
  return FAILED
}

/** @param text may have several lines */
function say(text: string): void {
  for (const line of text.split('\n')) process.stderr.write(`mesosize: ${visible(line)}\n`)
}

/** Whether Node could not resolve a relative path, because this process' folder was removed. */
function isFolderGone(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd'
}
