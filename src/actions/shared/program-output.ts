import { randomUUID } from 'node:crypto'
import { withoutBrackets } from './log.ts'

/** The output of a program, printed as it comes. */
export interface ProgramOutput {
  write(chunk: Buffer): void
  /** Ends the last line, which may lack a line end. */
  close(): void
}

/**
 * Prints what a program writes, in which the runner finds no commands: a build's log has other authors than the
 * workflow. The runner carries out none until it reads the token, which the program does not know. Brackets are
 * escaped as well, since the viewer of the log draws `##[error]` and closes the fold at `##[endgroup]` regardless.
 */
export function openProgramOutput(): ProgramOutput {
  const token = randomUUID()
  /** The end of what was written, where it may be the beginning of brackets. Bytes, as everything here. */
  let held = ''
  process.stdout.write(`::stop-commands::${token}\n`)
  return {
    write(chunk) {
      const text = held + chunk.toString('latin1')
      held = /#{0,2}$/.exec(text)![0]
      process.stdout.write(withoutBrackets(text.slice(0, text.length - held.length)), 'latin1')
    },
    close() {
      process.stdout.write(`${held}\n::${token}::\n`)
    },
  }
}
