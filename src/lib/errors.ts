import type { ErrorCode } from './error-code.ts'

/**
 * What went wrong, in words for the person who can fix it. The message names the input or file and the
 * value, says what is wrong with it, and ends with the next step; `code` is for programs.
 */
export class MesosizeError extends Error {
  override readonly name: string = 'MesosizeError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** A request that cannot be carried out as it was written; `problems` holds every mistake, in one line or several. */
export class UsageError extends MesosizeError {
  override readonly name = 'UsageError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super('USAGE', problems.join('\n'))
    this.problems = problems
  }
}

/** The text of anything that was thrown, for use inside another message. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
