import { join } from 'node:path'

/** What a process has to do. */
export interface Job {
  /** URL of a module that exports `targets`. */
  module: string
  /** Targets, in this order. */
  names: readonly string[]
  seed: number
  /** Per target: number of inputs, or milliseconds spent on them. */
  amount: { inputs: number } | { milliseconds: number }
  /** A file to try instead of generated inputs. */
  replayed?: string
  /** Folder for its state and for everything that inputs write. */
  sandbox: string
}

/** Exit status of a process that another one has to continue. */
export const RESTART = 3

/** Files next to the folder, each containing its name, which must not change. */
export const CANARIES: readonly string[] = ['a', 'file', 'x']

export function placesIn(sandbox: string) {
  const around = join(sandbox, 'around')
  return {
    /** Contains the canaries and the only folder that may be written to. */
    around,
    folder: join(around, 'inside'),
    fixtures: join(sandbox, 'fixtures'),
    /** The current input. */
    inputFile: join(sandbox, 'input'),
    /** The inputs of findings, as NAME-INDEX. */
    kept: join(sandbox, 'kept'),
    stateFile: (name: string) => join(sandbox, `${name}.state`),
  }
}
