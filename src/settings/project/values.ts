import type { TomlTable, TomlValue } from 'smol-toml'
import { isTable } from '../../habitat/config/config.ts'
import type { Setting } from '../setting.ts'

/**
 * A value of the project file as a person would write it as an argument; several for a list.
 * @throws Error whose message completes "the value of KEY …"
 */
export function textsOf(row: Setting, value: TomlValue): string[] {
  switch (row.form) {
    case 'flag':
      return [flagOf(row.option !== undefined && row.default === 'true', value)]
    case 'lines':
      if (isTable(value) && row.value.includes('='))
        return linesOf(row.value.includes(':KEY='), value as TomlTable)
      return (Array.isArray(value) ? value : [value]).map(each =>
        textOf(each, 'a string, or a list of strings'),
      )
    case 'pairs':
      return pairsOf(value)
    default:
      return [textOf(value, 'a string or a number')]
  }
}

/**
 * `NAME=VALUE` from a table, or `NAME:KEY=VALUE` from a table for each name.
 * @param isNested whether there is a table for each name
 */
function linesOf(isNested: boolean, value: TomlTable): string[] {
  return Object.entries(value).flatMap(([name, each]) => {
    if (!isNested)
      return [
        `${name}=${textOf(each, `a table of strings or numbers; ${JSON.stringify(name)} is something else`)}`,
      ]
    if (!isTable(each))
      throw new Error(`must be a table for each name; ${JSON.stringify(name)} is something else`)
    return linesOf(false, each as TomlTable).map(line => `${name}:${line}`)
  })
}

/** @param turnsOff whether the key, like its option, turns off what the row describes */
function flagOf(turnsOff: boolean, value: TomlValue): string {
  if (typeof value !== 'boolean') throw new Error('must be true or false, without quotes')
  return String(value !== turnsOff)
}

function textOf(value: TomlValue, wanted: string): string {
  if (value === '') throw new Error('is empty. Give one, or remove the line')
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return String(value)
  throw new Error(`must be ${wanted}`)
}

function pairsOf(value: TomlValue): string[] {
  if (!isTable(value)) throw new Error('must be a table, such as { KEY = "VALUE" }')
  return Object.entries(value as TomlTable).map(([key, each]) => {
    if (key.includes('=')) throw new Error(`has the key ${JSON.stringify(key)}, which must not contain "="`)
    if (each === '' || typeof each === 'boolean') return `${key}=${each}`
    return `${key}=${textOf(each, `a table of strings, numbers, true and false; ${JSON.stringify(key)} is something else`)}`
  })
}
