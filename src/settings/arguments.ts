/** A value and where it was written: an option as typed, an environment variable, or an action's input. */
export interface Given {
  source: string
  text: string
}

export interface Positional {
  text: string
  /** It stands behind an option that does not exist, and may have been meant as that option's value. */
  doubtful: boolean
}

/** What a person wrote, cut into its pieces; the values are unchecked. */
export interface Arguments {
  /** By long name, in the order given; the text of a flag is empty. */
  options: ReadonlyMap<string, readonly Given[]>
  positionals: readonly Positional[]
  problems: readonly string[]
}
