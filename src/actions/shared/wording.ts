import type { SettingWording } from '../../lib/setting.ts'
import type { Input } from './input-table.ts'

/**
 * Words settings as the inputs of an action: `uri-base` for the option of that name, `cpus` for `--cpu`, and
 * `health-check: false` for `--no-health-check`. What is no input is named as on the command line.
 */
export function inputWording(table: Readonly<Record<string, Input>>): SettingWording {
  const byOption = new Map(
    Object.entries(table).map(([name, { option = name, row = option }]) => [row, name]),
  )
  return (setting, value) => {
    const name = byOption.get(setting)
    if (name === undefined) return value === undefined ? `--${setting}` : `--${setting} ${value}`
    if (table[name]?.inverted) return `${name}: false`
    return value === undefined ? name : `${name}: ${value}`
  }
}
