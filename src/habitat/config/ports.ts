import type { TomlTable, TomlValue } from 'smol-toml'
import { MesosizeError } from '../../lib/errors.ts'
import { formatIdent } from '../package/ident.ts'
import type { PackageMetadata } from '../package/package.ts'
import { configJson, isTable, mergeConfig, parseConfig, valueAt } from './config.ts'

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
