/** One option of the command line: parsing, the environment look-up and the help are all made from it. */
export interface Option {
  /** Long name, without dashes. */
  name: string
  /** One letter, without the dash. */
  short?: string
  /** What stands for the value in the help. An option without it is a flag. */
  value?: string
  /** What the option stands for where it has no value; one is then written behind "=". */
  alone?: string
  /** The only values there are. */
  choices?: readonly string[]
  repeatable?: true
  /** The environment variable that is read where the option is absent. Empty counts as unset. */
  env?: string
  /** The value where neither is given, as a person would write it. */
  default?: string
  /** The option whose value is taken where this one has none. */
  defaultOf?: string
  /** What a number counts; shown behind the default. */
  unit?: string
  /** One line, without default, unit and variable. */
  help: string
}

export interface OptionGroup {
  heading: string
  options: readonly Option[]
}

/** All options of one command. */
export interface OptionTable<Name extends string = string> {
  groups: readonly OptionGroup[]
  names: readonly Name[]
  /** The option of that long name, if there is one. */
  named(name: Name): Option
  named(name: string): Option | undefined
}

type NameIn<Groups extends readonly OptionGroup[]> = Groups[number]['options'][number]['name']

export function optionTable<const Groups extends readonly OptionGroup[]>(
  groups: Groups,
): OptionTable<NameIn<Groups>> {
  const options = groups.flatMap(group => group.options)
  const byName = new Map(options.map(option => [option.name, option]))
  return {
    groups,
    names: [...byName.keys()],
    named: (name: string) => byName.get(name)!,
  }
}

/** The options that every command has. */
export const GENERAL_OPTIONS = [
  { name: 'help', short: 'h', help: 'print this' },
  { name: 'version', short: 'V', help: 'print the version' },
] as const satisfies readonly Option[]
