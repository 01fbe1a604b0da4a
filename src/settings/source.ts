import type { Setting } from './setting.ts'

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A value and where it was written: an option as typed, an environment variable, or an action's input. */
export interface Given {
  source: string
  text: string
}

/** What a person wrote: the options of a command line, or the inputs of an action. */
export interface Source {
  /** What was written for a setting, in order; undefined if nothing was. */
  given(setting: Setting): readonly Given[] | undefined
  /** What is wrong with the form of what was written, one line each. */
  readonly problems: readonly string[]
}
