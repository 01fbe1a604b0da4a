/** A program to run. Its environment is what `env` holds and nothing else. */
export interface Command {
  program: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
  cwd?: string
}

/**
 * Runs a program to its end and shows what it prints as it comes.
 * @param onOutput gets what it prints, on either stream
 * @returns the exit status
 */
export type Run = (command: Command, onOutput: (chunk: Uint8Array) => void) => Promise<number>

/** The environment of a job. */
export type JobEnvironment = Readonly<Record<string, string | undefined>>
