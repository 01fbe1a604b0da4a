import type { Given } from './source.ts'

export interface Positional {
  text: string
  /** It stands behind an option that does not exist, and may have been meant as that option's value. */
  doubtful: boolean
}

/** What a person wrote on a command line, cut into its pieces; the values are unchecked. */
export interface Arguments {
  /** By long name, in the order given; the text of a flag is empty. */
  options: ReadonlyMap<string, readonly Given[]>
  positionals: readonly Positional[]
  problems: readonly string[]
}
