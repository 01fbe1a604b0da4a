/** A program to run. Its environment consists only of `env`. */
export interface Command {
  program: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
  cwd?: string
}

/**
 * Runs a program to its end and shows its output as it arrives.
 * @param onOutput called with the output of both streams
 * @returns the exit status
 */
export type Run = (command: Command, onOutput: (chunk: Uint8Array) => void) => Promise<number>

/** The environment of a job. */
export type JobEnvironment = Readonly<Record<string, string | undefined>>
