import { nearest } from '../../lib/nearest.ts'
import { GENERAL } from '../rows/show.ts'
import { nameOf, type Setting, type SettingTable } from '../setting.ts'

const general = new Set<Setting>(Object.values(GENERAL))

/** The settings that a table of the project file may have, by key: the name of the option, or of the input. */
export function keysOf(settings: SettingTable): Map<string, Setting> {
  const rows = settings.flatMap(group => Object.values<Setting>(group.rows)).filter(row => !general.has(row))
  return new Map(rows.map(row => [nameOf(row), row]))
}

/**
 * What is wrong with a key that is not a setting.
 * @param tables further keys, which are tables
 */
export function unknownKey(key: string, known: Map<string, Setting>, tables: readonly string[]): string {
  // The action has other names for some settings.
  const inputs = [...known.values()].find(({ input }) => input === key)
  const meant = inputs ? nameOf(inputs) : nearest(key, [...known.keys(), ...tables])
  return `unknown setting. ${meant ? `Did you mean ${meant}?` : 'Remove it.'}`
}

/** Why a secret is refused, and where it belongs. */
export function secretKey({ input, variable }: Setting): string {
  const place = variable
    ? `Set the variable ${variable} instead`
    : `Give it to the action as the input ${input}`
  return `a secret does not belong in a file that others can read. ${place}.`
}
