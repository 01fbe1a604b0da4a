import { parse, TomlError, type TomlTable, type TomlValue } from 'smol-toml'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import { formatIdent } from '../package/ident.ts'
import type { PackageMetadata } from '../package/package.ts'

/** An export of a package that is a port. */
export interface ServicePort {
  /** The export's public name. */
  name: string
  /** Where it is in the configuration, outermost table first. */
  path: readonly string[]
  /** The number it has there, 1 to 65535. */
  value: number
}

export interface ResolvedExports {
  /** In the order of EXPOSES, which is the plan's; then the others by name. No two have the same path. */
  ports: readonly ServicePort[]
  /** Exports that might have been ports, with the reason why they are none: the end of a sentence. */
  leftOut: readonly { name: string; reason: string }[]
  /** Numbers in EXPOSES that are the default of no export. */
  unnamed: readonly number[]
}

/**
 * Finds the ports among a package's EXPORTS, in default.toml with an override laid over it. Where the package
 * has EXPOSES, an export counts if its default is exposed or if it is called a port.
 * @throws MesosizeError CONFIG_INVALID if default.toml is not TOML, or if the override has a plain value where
 * the way to a port needs a table
 */
export function resolveExports(
  metadata: Pick<PackageMetadata, 'ident' | 'exports' | 'exposes' | 'defaultConfig'>,
  override: TomlTable = {},
): ResolvedExports {
  const ident = formatIdent(metadata.ident)
  const { exposes } = metadata
  const defaults = parseConfig(metadata.defaultConfig, `default.toml of ${ident}`)
  const config = mergeConfig(defaults, override)
  const candidates = [...metadata.exports].map(([name, dotted]) => {
    const path = dotted.split('.')
    return { name, path, byDefault: portNumber(valueAt(defaults, path)), value: valueAt(config, path) }
  })
  const rank = ({ byDefault }: (typeof candidates)[number]) =>
    byDefault !== undefined && exposes.includes(byDefault) ? exposes.indexOf(byDefault) : exposes.length
  // EXPORTS has them in no order at all: plan-build writes out a hash.
  candidates.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))

  const ports: ServicePort[] = []
  const leftOut: { name: string; reason: string }[] = []
  for (const { name, path, byDefault, value } of candidates) {
    if (byDefault !== undefined) checkTables(override, path, `export ${JSON.stringify(name)} of ${ident}`)
    const number = portNumber(value)
    const twin = ports.find(port => port.path.join('.') === path.join('.'))
    if (number === undefined) {
      if (byDefault === undefined) continue
      leftOut.push({ name, reason: `the configuration sets ${path.join('.')} to ${configJson(value!)}` })
    } else if (exposes.length > 0 && !exposes.includes(byDefault ?? 0) && !isCalledPort(name, path)) {
      leftOut.push({ name, reason: `the package does not expose it (${path.join('.')} is ${number})` })
    } else if (twin) {
      leftOut.push({ name, reason: `it is the same as export ${JSON.stringify(twin.name)}` })
    } else {
      ports.push({ name, path, value: number })
    }
  }
  const unnamed = exposes.filter(number => candidates.every(({ byDefault }) => byDefault !== number))
  return { ports, leftOut, unnamed }
}

/**
 * Finds ports that a person named, by an export or by a path in the configuration.
 * @throws MesosizeError CONFIG_INVALID, naming every one that is no export and has no path
 */
export function namedPorts(
  metadata: Pick<PackageMetadata, 'ident' | 'exports'>,
  named: readonly { name: string; path?: string }[],
): { name: string; path: readonly string[] }[] {
  const unknown = named.filter(({ name, path }) => path === undefined && !metadata.exports.has(name))
  if (unknown.length > 0) {
    const exports = [...metadata.exports.keys()].join(', ') || 'nothing'
    throw new MesosizeError(
      'CONFIG_INVALID',
      `${formatIdent(metadata.ident)} does not export ${unknown.map(({ name }) => name).join(', ')}; it exports ${exports}. Write NAME=PATH with the port's path in default.toml.`,
    )
  }
  return named.map(({ name, path }) => ({ name, path: (path ?? metadata.exports.get(name)!).split('.') }))
}

function isCalledPort(name: string, path: readonly string[]): boolean {
  return /port$/i.test(name) || /port$/i.test(path.at(-1)!)
}

function portNumber(value: TomlValue | undefined): number | undefined {
  if (typeof value !== 'bigint' && typeof value !== 'string') return undefined
  const number = /^[1-9]\d{0,4}$/.test(String(value)) ? Number(value) : 0
  return number >= 1 && number <= 65535 ? number : undefined
}

function checkTables(override: TomlTable, path: readonly string[], what: string): void {
  for (let depth = 1; depth < path.length; depth++) {
    const value = valueAt(override, path.slice(0, depth))
    if (value === undefined || isTable(value)) continue
    throw new MesosizeError(
      'CONFIG_INVALID',
      `The configuration sets ${path.slice(0, depth).join('.')} to ${configJson(value)}, but ${what} is ` +
        `${path.join('.')}: there must be a table. Write [${path.slice(0, -1).join('.')}] and under it ${path.at(-1)} = ...`,
    )
  }
}

/** The value at a path through tables; undefined where a part is missing or no table. */
export function valueAt(table: TomlTable, path: readonly string[]): TomlValue | undefined {
  return path.reduce<TomlValue | undefined>(
    (value, key) => (isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    table,
  )
}

/**
 * Lays one configuration over another as Habitat does (toml_merge in components/common/src/templating/config.rs):
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

function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
}

/**
 * Integers become bigint, so that 1.0 stays a float and large integers keep all their digits.
 * @param what the text's name in errors, such as `default.toml of core/redis`
 * @throws MesosizeError CONFIG_INVALID
 */
export function parseConfig(text: string, what: string): TomlTable {
  try {
    return parse(text, { integersAsBigInt: true })
  } catch (error) {
    throw new MesosizeError('CONFIG_INVALID', `${what} is not TOML: ${tomlProblem(error)}. Correct it there.`)
  }
}

/** The variable from which a Supervisor configures a package: `my-app` has HAB_MY_APP (config.rs as above). */
export function configVariable(packageName: string): string {
  return `HAB_${packageName.toUpperCase().replaceAll('-', '_')}`
}

/**
 * Reads the value of a package's `HAB_<PACKAGE>` variable: TOML, or else a JSON object
 * (load_environment in components/common/src/templating/config.rs).
 * @param variable its name, for errors, which never show the value: it may hold passwords
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
        `Write for example ${variable}='{"port": 8080}'.`,
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
        throw new MesosizeError('CONFIG_INVALID', `${variable} has at ${JSON.stringify(key)} ${problem}.`)
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
 * A configuration as one line of JSON that Habitat reads back. In each table the plain values come before the
 * tables, because Habitat transcodes the JSON to TOML in the order in which it finds it, and the TOML
 * serializer of its time refuses a value after a table.
 * @throws MesosizeError CONFIG_INVALID for inf and nan, which JSON cannot hold
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
      `The configuration has the number ${value}, which its environment variable, JSON, cannot hold. Write a finite one.`,
    )
  }
  // Habitat takes a number without a point for an integer.
  return typeof value === 'number' && Number.isInteger(value) ? value.toFixed(1) : JSON.stringify(value)
}

function isWrittenAsTable(value: TomlValue): boolean {
  return isTable(value) || (Array.isArray(value) && value.some(isWrittenAsTable))
}
