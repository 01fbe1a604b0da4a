import { parse, TomlError, type TomlTable, type TomlValue } from 'smol-toml'
import { MesosizeError, messageOf } from '../../lib/errors.ts'

/** The value at a path through tables; undefined if a part of the path is missing or is not a table. */
export function valueAt(table: TomlTable, path: readonly string[]): TomlValue | undefined {
  return path.reduce<TomlValue | undefined>(
    (value, key) => (isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    table,
  )
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

/**
 * Integers become bigint, so that 1.0 stays a float and large integers keep all their digits.
 * @param what names the text in errors, such as `default.toml of core/redis`
 * @throws MesosizeError CONFIG_INVALID
 */
export function parseConfig(text: string, what: string): TomlTable {
  try {
    return parse(text, { integersAsBigInt: true })
  } catch (error) {
    throw new MesosizeError('CONFIG_INVALID', `${what} is not TOML: ${tomlProblem(error)}. Correct it.`)
  }
}

/** The variable with a package's configuration: HAB_MY_APP for `my-app` (config.rs as above). */
export function configVariable(packageName: string): string {
  return `HAB_${packageName.toUpperCase().replaceAll('-', '_')}`
}

/**
 * Reads the value of a package's `HAB_<PACKAGE>` variable: TOML, or else a JSON object
 * (load_environment in components/common/src/templating/config.rs).
 * @param variable its name, for errors, which never show the value because it may contain passwords
 * @throws MesosizeError CONFIG_INVALID
 */
export function parseConfigVariable(text: string, variable: string): TomlTable {
  try {
    return parse(text, { integersAsBigInt: true })
  } catch (error) {
    const json = parseJson(text, variable)
    if (isTable(json)) return json
    throw new MesosizeError(
      'CONFIG_INVALID',
      `${variable} must hold the package's configuration as TOML or as a JSON object. As TOML: ${tomlProblem(error)}. ` +
        `For example, write ${variable}='{"port": 8080}'.`,
    )
  }
}

function parseJson(text: string, variable: string): TomlValue | undefined {
  try {
    return JSON.parse(text, (key, value) => {
      const problem =
        value === null
          ? 'null, which TOML cannot hold: leave the key out'
          : Number.isInteger(value) && !Number.isSafeInteger(value)
            ? 'a number that is too large to be read exactly: write the configuration as TOML'
            : undefined
      if (problem) {
        throw new MesosizeError(
          'CONFIG_INVALID',
          `${variable}: the value of ${JSON.stringify(key)} is ${problem}.`,
        )
      }
      return Number.isInteger(value) ? BigInt(value) : value
    })
  } catch (error) {
    if (error instanceof MesosizeError) throw error
    return undefined
  }
}

function tomlProblem(error: unknown): string {
  const [first] = messageOf(error)
    .replace(/^Invalid TOML document: /, '')
    .split('\n')
  return error instanceof TomlError ? `${first} at line ${error.line}, column ${error.column}` : first!
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
