import type { Given } from './source.ts'

export interface Positional {
  text: string
  /** It follows an unknown option, and may have been meant as that option's value. */
  doubtful: boolean
}

/** A command line split into its parts; the values are unchecked. */
export interface Arguments {
  /** By long name, in the order given; the text of a flag is empty. */
  options: ReadonlyMap<string, readonly Given[]>
  positionals: readonly Positional[]
  problems: readonly string[]
}
