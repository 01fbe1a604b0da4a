import type { TomlTable, TomlValue } from 'smol-toml'
import { MesosizeError } from '../../lib/errors.ts'

/** The value at a path through tables; undefined if a part of the path is missing or is not a table. */
export function valueAt(table: TomlTable, path: readonly string[]): TomlValue | undefined {
  return path.reduce<TomlValue | undefined>(
    (value, key) => (isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    table,
  )
}

/** A configuration with one value at a path. */
export function tableAt([key, ...rest]: readonly string[], value: TomlValue): TomlTable {
  return Object.fromEntries([[key!, rest.length > 0 ? tableAt(rest, value) : value]])
}

/**
 * Merges one configuration into another as Habitat does (toml_merge in components/common/src/templating/config.rs):
 * tables are merged key by key, everything else is replaced, arrays included.
 */
export function mergeConfig(base: TomlTable, override: TomlTable): TomlTable {
  const merged = new Map(Object.entries(base))
  for (const [key, value] of Object.entries(override)) {
    const below = merged.get(key)
    merged.set(key, isTable(below) && isTable(value) ? mergeConfig(below, value) : value)
  }
  return Object.fromEntries(merged)
}

/** Whether a value is a table, not a list or a date. */
export function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
}

/** The variable with a package's configuration: HAB_MY_APP for `my-app` (config.rs as above). */
export function configVariable(packageName: string): string {
  return `HAB_${packageName.toUpperCase().replaceAll('-', '_')}`
}

/**
 * A configuration as one line of JSON that Habitat reads back. In each table, plain values come before
 * tables, because Habitat converts the JSON to TOML in the given order, and its TOML serializer refuses a value after
 * a table.
 * @throws MesosizeError CONFIG_INVALID for inf and nan, which JSON cannot represent
 */
export function configJson(value: TomlValue): string {
  if (Array.isArray(value)) return `[${value.map(configJson).join(',')}]`
  if (isTable(value)) {
    const entries = Object.entries(value)
    const tablesLast = [
      ...entries.filter(([, part]) => !isWrittenAsTable(part)),
      ...entries.filter(([, part]) => isWrittenAsTable(part)),
    ]
    return `{${tablesLast.map(([key, part]) => `${JSON.stringify(key)}:${configJson(part)}`).join(',')}}`
  }
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new MesosizeError(
      'CONFIG_INVALID',
      `The configuration contains the number ${value}, which JSON, the format of its environment variable, cannot represent. Use a finite number.`,
    )
  }
  // Habitat reads a number without a decimal point as an integer.
  return typeof value === 'number' && Number.isInteger(value) ? value.toFixed(1) : JSON.stringify(value)
}

function isWrittenAsTable(value: TomlValue): boolean {
  return isTable(value) || (Array.isArray(value) && value.some(isWrittenAsTable))
}
