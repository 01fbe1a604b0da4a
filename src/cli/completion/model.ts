import { optionsOf, type Setting } from '../../settings/setting.ts'
import { commands } from '../commands.ts'
import { effectOf } from '../help.ts'

/** What may stand in some place of a command line: words, or what a shell finds by itself. */
export type Completed = 'anything' | 'files' | 'folders' | readonly string[]

export interface CompletedOption {
  /** As written, with dashes. */
  names: readonly string[]
  help: string
  /** Absent for a flag. */
  value?: { placeholder: string; completed: Completed /** Only after "=". */; optional: boolean }
  repeatable: boolean
}

export interface CompletedCommand {
  name: string
  summary: string
  options: readonly CompletedOption[]
  /** What its arguments besides options are. */
  operands: Completed
}

/** Everything that shells can complete, from the table of commands and that of settings. */
export function completedCommands(): CompletedCommand[] {
  return Object.entries(commands).map(([name, { summary, table, unlisted = [], operands }]) => ({
    name,
    summary,
    options: optionsOf([...table, ...unlisted]).map(completedOption),
    operands: operands === 'commands' ? Object.keys(commands) : operands,
  }))
}

function completedOption(row: Setting & { option: string }): CompletedOption {
  const { option, short, form } = row
  const common = {
    names: [...(short ? [`-${short}`] : []), `--${option}`],
    help: effectOf(row),
    repeatable: form === 'lines' || form === 'pairs',
  }
  if (row.form === 'flag') return common
  const optional = 'alone' in row && row.alone !== undefined
  return { ...common, value: { placeholder: row.value, completed: completedValue(row), optional } }
}

/** A placeholder says what kind of value an option takes; a package may be a hart. */
function completedValue(row: Exclude<Setting, { form: 'flag' }>): Completed {
  if ('choices' in row && row.choices) return row.choices
  if (row.value === 'DIR') return 'folders'
  return /^(?:FILE|PKG)/.test(row.value) ? 'files' : 'anything'
}
