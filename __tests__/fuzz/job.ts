import { join } from 'node:path'

/** What the process is to do. */
export interface Job {
  /** URL of a module that exports `targets`. */
  module: string
  /** Of the targets, in their order. */
  names: readonly string[]
  seed: number
  /** Of each target: inputs, or milliseconds that trying them takes. */
  amount: { inputs: number } | { milliseconds: number }
  /** A file to be tried instead of inputs that are made. */
  replayed?: string
  /** A folder for its state, and for all that inputs do. */
  sandbox: string
}

/** The process's status when another must go on where it ended. */
export const RESTART = 3

/** Files beside the folder, with their names in them, which must stay as they are. */
export const CANARIES: readonly string[] = ['a', 'file', 'x']

export function placesIn(sandbox: string) {
  const around = join(sandbox, 'around')
  return {
    /** Holds the one folder that inputs may have something written to, and the canaries. */
    around,
    folder: join(around, 'inside'),
    fixtures: join(sandbox, 'fixtures'),
    /** The input that is being tried. */
    inputFile: join(sandbox, 'input'),
    /** The inputs of findings, as NAME-INDEX. */
    kept: join(sandbox, 'kept'),
    stateFile: (name: string) => join(sandbox, `${name}.state`),
  }
}
