import type { TomlTable, TomlValue } from 'smol-toml'
import { MesosizeError } from '../../lib/errors.ts'
import { setting } from '../../lib/setting.ts'
import { formatIdent } from '../package/ident.ts'
import type { PackageMetadata } from '../package/package.ts'
import { type ConfiguredPort, configuredPort } from './address.ts'
import { isCalledPort } from './called-port.ts'
import { configJson, isTable, mergeConfig, parseConfig, valueAt } from './config.ts'

/** A port of a service, and its place in the configuration. */
export interface ServicePort {
  /** Its public name. */
  name: string
  /** Where it is in the configuration, outermost table first. */
  path: readonly string[]
  /** What stands before the number there: `127.0.0.1:` in an address, otherwise nothing. */
  before: string
  /** The number that the package gives it, 1 to 65535, or else the override; undefined where neither does. */
  number?: number
  /** The name of an earlier port that is this one too, as an address with its number. */
  sameAs?: string
}

export interface ResolvedExports {
  /** In the order of EXPOSES, which is the plan's; then the others by name, addresses last. No two have one path. */
  ports: readonly ServicePort[]
  /** Those of the ports for which only their number speaks: neither EXPOSES nor the name of any export says more. */
  guessed: readonly ServicePort[]
  /** Exports that might have been ports, with the reason why they are not: the end of a sentence. */
  leftOut: readonly { name: string; reason: string }[]
  /** Numbers in EXPOSES that are the default of no export. */
  unnamed: readonly number[]
}

interface Candidate {
  name: string
  path: readonly string[]
  /** Whether it is called a port. */
  called: boolean
  byDefault: ConfiguredPort | undefined
  /** In the configuration as a whole. */
  value: TomlValue | undefined
  port: ConfiguredPort | undefined
}

/**
 * Finds the ports among a package's EXPORTS, in default.toml with an override laid over it: numbers, and addresses
 * such as `127.0.0.1:8080` at which a service can listen on any machine. Where the package has EXPOSES, an export
 * counts if its default is exposed or if it is called a port. Elsewhere every address counts, and of the numbers
 * those that are called ports, or all where no export with a usable value is.
 * @throws MesosizeError CONFIG_INVALID if default.toml is not TOML, or if the override has a plain value where
 * the way to a port needs a table
 */
export function resolveExports(
  metadata: Pick<PackageMetadata, 'ident' | 'exports' | 'exposes' | 'defaultConfig'>,
  override: TomlTable = {},
): ResolvedExports {
  const { exposes } = metadata
  const ident = formatIdent(metadata.ident)
  const defaults = parseConfig(metadata.defaultConfig, `default.toml of ${ident}`)
  const config = mergeConfig(defaults, override)
  const candidates = [...metadata.exports].map(([name, dotted]): Candidate => {
    const path = dotted.split('.')
    const value = valueAt(config, path)
    const byDefault = configuredPort(valueAt(defaults, path))
    return { name, path, called: isCalledPort(name, path), byDefault, value, port: configuredPort(value) }
  })
  const rank = ({ byDefault }: Candidate) =>
    byDefault && exposes.includes(byDefault.number) ? exposes.indexOf(byDefault.number) : exposes.length
  const addressesLast = ({ port }: Candidate) => (port && port.before !== '' ? 1 : 0)
  // EXPORTS has them in no order at all: plan-build writes out a hash.
  candidates.sort(
    (a, b) => rank(a) - rank(b) || addressesLast(a) - addressesLast(b) || (a.name < b.name ? -1 : 1),
  )
  const someAreCalled = candidates.some(({ called, port }) => called && port?.local)

  const ports: ServicePort[] = []
  const guessed: ServicePort[] = []
  const leftOut: { name: string; reason: string }[] = []
  for (const candidate of candidates) {
    const { name, path, called, byDefault, port } = candidate
    if (byDefault) checkTables(override, path, `export ${JSON.stringify(name)} of ${ident}`)
    const twin = ports.find(other => other.path.join('.') === path.join('.'))
    const reason =
      reasonAgainst(candidate, exposes, someAreCalled) ??
      (port && twin && `it is the same as export ${JSON.stringify(twin.name)}`)
    if (reason !== undefined) leftOut.push({ name, reason })
    if (reason !== undefined || !port) continue
    const found = withSame({ name, path, before: port.before, number: (byDefault ?? port).number }, ports)
    ports.push(found)
    if (exposes.length === 0 && !called && port.before === '') guessed.push(found)
  }
  const own = candidates.map(({ byDefault }) => (byDefault?.local ? byDefault.number : undefined))
  const unnamed = exposes.filter(number => !own.includes(number))
  return { ports, guessed, leftOut, unnamed }
}

/** Why an export is not a port; undefined where it is one, or does not look like one. */
function reasonAgainst(
  { path, called, byDefault, value, port }: Candidate,
  exposes: readonly number[],
  someAreCalled: boolean,
): string | undefined {
  const key = path.join('.')
  if (port === undefined) {
    if (byDefault) return `the configuration sets ${key} to ${shown(value)}`
    if (!called) return undefined
    return value === undefined
      ? `neither default.toml nor the configuration sets ${key}`
      : `${key} is ${shown(value)}, which is neither a port number nor an address`
  }
  if (exposes.length > 0 && !called && !exposes.includes(byDefault?.number ?? 0)) {
    return `the package does not expose it (${key} is ${shown(value)})`
  }
  if (!(byDefault ?? port).local) return `${key} is ${shown(value)}, an address of another machine`
  if (exposes.length === 0 && someAreCalled && !called && port.before === '') {
    return `other exports are called ports, and it is not (${key} is ${shown(value)})`
  }
  return undefined
}

/** A port, with the name of an earlier one whose number it repeats where one of the two is an address. */
function withSame(port: ServicePort, earlier: readonly ServicePort[]): ServicePort {
  const same = earlier.find(
    ({ number, before }) => number === port.number && number !== undefined && (before || port.before) !== '',
  )
  return same ? { ...port, sameAs: same.sameAs ?? same.name } : port
}

/**
 * Finds ports that a person named, by an export or by a path in the configuration.
 * @throws MesosizeError CONFIG_INVALID, naming every one that is not an export and has no path, and every one whose value
 * is an address into which no port can be put
 */
export function namedPorts(
  metadata: Pick<PackageMetadata, 'ident' | 'exports' | 'defaultConfig'>,
  named: readonly { name: string; path?: string }[],
  override: TomlTable = {},
): ServicePort[] {
  const ident = formatIdent(metadata.ident)
  const unknown = named.filter(({ name, path }) => path === undefined && !metadata.exports.has(name))
  if (unknown.length > 0) {
    const exports = [...metadata.exports.keys()].join(', ') || 'nothing'
    throw new MesosizeError(
      'CONFIG_INVALID',
      `${ident} does not export ${unknown.map(({ name }) => name).join(', ')}; it exports ${exports}. Write NAME=PATH with the port's path in default.toml.`,
    )
  }
  const defaults = parseConfig(metadata.defaultConfig, `default.toml of ${ident}`)
  const config = mergeConfig(defaults, override)
  const ports: ServicePort[] = []
  const unfit: string[] = []
  for (const { name, path: dotted = metadata.exports.get(name)! } of named) {
    const path = dotted.split('.')
    const value = valueAt(config, path)
    const port = configuredPort(value)
    // A port in place of "off", or of nothing, is what was asked for; in place of a URL it would not be.
    if (!port && typeof value === 'string' && /[:/]/.test(value)) unfit.push(`${dotted} is ${shown(value)}`)
    const { number } = configuredPort(valueAt(defaults, path)) ?? port ?? {}
    ports.push(withSame({ name, path, before: port?.before ?? '', ...(number && { number }) }, ports))
  }
  if (unfit.length > 0) {
    throw new MesosizeError(
      'CONFIG_INVALID',
      `${setting('port')}: ${unfit.join(', ')} in the configuration of ${ident}, and a port can only be a number or the end of an address such as "127.0.0.1:8080". Set it to one of these with ${setting('config')}, or name another place.`,
    )
  }
  return ports
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

/** A value as it can stand in a sentence. */
function shown(value: TomlValue | undefined): string {
  if (Array.isArray(value)) return 'a list'
  if (isTable(value)) return 'a table'
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
