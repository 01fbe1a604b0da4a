/** What a reader may ask about the value that it reads. */
export interface ReadContext {
  /** The origin of packages that are named without one. */
  origin?: string
  /** Whether a person wrote the value, rather than a variable or a default that stands in. */
  written: boolean
}

/**
 * Turns the text of one value into what it stands for.
 * @throws MesosizeError whose message begins with the value and ends with what to write instead
 */
export type Reader<T> = (text: string, context: ReadContext) => T | Promise<T>

interface Common {
  /** Long name on the command line, without dashes. */
  option?: string
  /** One letter, without the dash. */
  short?: string
  /** Name among the inputs of an action. */
  input?: string
  /** The environment variable that is read if neither is given. Empty counts as unset. */
  variable?: string
  /**
   * What the setting is, beginning in lower case and without a full stop. For a flag, a verb that completes
   * "Whether to …". Settings and values are in backticks.
   */
  help: string
  /** Further sentences, for which only the documentation and action.yml have room. */
  details?: string
  /** Masked before anything else, and never shown. */
  secret?: true
  /** Whether an action needs it. */
  required?: true
}

/** True or false. On the command line, a flag that is true by default has an option that turns it off. */
export interface FlagSetting extends Common {
  form: 'flag'
  default?: 'true'
}

interface ValueSetting<T> extends Common {
  /** The placeholder for the value in the help. */
  value: string
  read: Reader<T>
}

/** One value. `headers` is a single value of several lines. */
export interface TextSetting<T = unknown> extends ValueSetting<T> {
  form: 'text' | 'headers'
  /** The value of the option when given alone; any other value is then written after "=". */
  alone?: string
  /** The only valid values. */
  choices?: readonly string[]
  /** The value if nothing is given, as a person would write it. */
  default?: string
  /** The setting whose value is used if this one has none. */
  defaultOf?: TextSetting
  /** What a number counts; shown after the default. */
  unit?: string
  /** The expression that action.yml gives the runner as the default. */
  expression?: string
}

/** Any number of values: an option that is repeated, or an input with one on each line. */
export interface LinesSetting<T = unknown> extends ValueSetting<T> {
  form: 'lines'
  /** What no two values may have in common, as a person would write it. */
  keyOf?(value: T): string
}

/** `KEY=VALUE`, any number of them; as an input also a JSON object. The values may be secrets. */
export interface PairsSetting extends Common {
  form: 'pairs'
  value: 'KEY=VALUE'
  /** What is wrong with a key, to be read after it. */
  keyProblem(key: string): string | undefined
  /** Whether a value must not be empty. */
  needsValues?: true
  /** What is wrong with values, by key, to be read after it. */
  valueProblems?(pairs: Readonly<Record<string, string>>): Iterable<readonly [key: string, problem: string]>
}

/** A row of the table of settings: everything about one setting. */
export type Setting = FlagSetting | TextSetting | LinesSetting | PairsSetting

/** Rows by the names that their values have in the program. */
export type Settings = Readonly<Record<string, Setting>>

/** Rows whose values are used under these names. A row with another name does not compile. */
export type SettingsFor<Name extends string> = Readonly<Partial<Record<Name, Setting>>>

/** The values of rows. */
export type ValuesOf<Rows extends Settings> = { -readonly [Name in keyof Rows]: ValueOf<Rows[Name]> }

type ValueOf<Row> = Row extends { form: 'flag' }
  ? boolean
  : Row extends { form: 'pairs' }
    ? Record<string, string>
    : Row extends { form: 'lines'; read: Reader<infer T> }
      ? T[]
      : Row extends { read: Reader<infer T> }
        ? Row extends { default: string } | { defaultOf: object }
          ? T
          : T | undefined
        : never

/** The name of a setting in messages: that of its option, or of its input if it has no option. */
export function nameOf({ option, input }: Pick<Setting, 'option' | 'input'>): string {
  return option ?? input ?? ''
}

/** The default that action.yml gives an input, and that the runner passes to the action. */
export function inputDefault(row: Setting): string | undefined {
  if ('expression' in row && row.expression !== undefined) return row.expression
  if ('default' in row && row.default !== undefined) return row.default
  return row.form === 'flag' ? 'false' : undefined
}

/** A part of a table, with its heading in the help and the documentation. */
export interface SettingGroup {
  heading: string
  rows: Settings
  /** The only front door that has these settings, where another table shares their rows. */
  door?: 'action' | 'command line'
  /** When they apply, for the documentation: a phrase that follows "Only for". */
  when?: string
}

/** All settings of a command or an action. */
export type SettingTable = readonly SettingGroup[]

/** The settings that a command has as options. */
export function optionsOf(table: SettingTable): (Setting & { option: string })[] {
  return table
    .filter(({ door }) => door !== 'action')
    .flatMap(({ rows }) => Object.values(rows))
    .filter(row => row.option !== undefined) as (Setting & { option: string })[]
}

/** The settings that an action has as inputs. */
export function inputsOf(table: SettingTable): (Setting & { input: string })[] {
  return table
    .filter(({ door }) => door !== 'command line')
    .flatMap(({ rows }) => Object.values(rows))
    .filter(row => row.input !== undefined) as (Setting & { input: string })[]
}
