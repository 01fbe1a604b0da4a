import type { SettingWording } from '../lib/setting.ts'
import { inputsOf, nameOf, optionsOf, type Setting, type SettingTable } from './setting.ts'

/** Words settings as options, `--uri-base URI`, or by the variable's name if there is only that. */
export function optionWording(table: SettingTable): SettingWording {
  const variables = new Map(
    table
      .flatMap(({ rows }) => Object.values<Setting>(rows))
      .flatMap(row => (row.option === undefined && row.variable ? [[nameOf(row), row.variable]] : [])),
  )
  const isOption = new Set(optionsOf(table).map(nameOf))
  return (name, value) => {
    const written = isOption.has(name) ? `--${name}` : variables.get(name)
    return written === undefined || value === undefined ? written : `${written} ${value}`
  }
}

/**
 * Words settings as the inputs of an action: `uri-base: URI`, `cpus` for the option `--cpu`, `health-check: false`
 * for `--no-health-check`.
 */
export function inputWording(table: SettingTable): SettingWording {
  const byName = new Map(inputsOf(table).map(row => [nameOf(row), row]))
  return (name, value) => {
    const row = byName.get(name)
    if (!row) return undefined
    const isOff = row.form === 'flag' && row.option !== undefined && row.default === 'true'
    const shown = isOff ? 'false' : value
    return shown === undefined ? row.input : `${row.input}: ${shown}`
  }
}
