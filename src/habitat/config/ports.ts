import type { TomlTable, TomlValue } from 'smol-toml'
import { MesosizeError } from '../../lib/errors.ts'
import { quote } from '../../lib/quote.ts'
import { setting } from '../../lib/setting.ts'
import { formatIdent } from '../package/ident.ts'
import type { PackageMetadata } from '../package/package.ts'
import { type ConfiguredPort, configuredPort } from './address.ts'
import { isCalledPort } from './called-port.ts'
import { configJson, isTable, mergeConfig, valueAt } from './config.ts'
import { parseConfig } from './parse.ts'
import { type ServicePort, ServicePorts } from './service-ports.ts'

export interface ResolvedExports {
  /** In the order of EXPOSES, which is the plan's; then the others by name, addresses last. No two share a path. */
  ports: readonly ServicePort[]
  /** Ports recognized only by their number: the package has no EXPOSES, and no export is called a port. */
  guessed: readonly ServicePort[]
  /** Exports that could have been ports, with the reason why they are not, as the end of a sentence. */
  leftOut: readonly { name: string; reason: string }[]
  /** Numbers in EXPOSES that are not the default of any export. */
  unnamed: readonly number[]
}

interface Candidate {
  name: string
  path: readonly string[]
  /** Whether it is called a port. */
  called: boolean
  byDefault: ConfiguredPort | undefined
  /** In the merged configuration. */
  value: TomlValue | undefined
  port: ConfiguredPort | undefined
}

/**
 * Finds the ports among a package's EXPORTS, in default.toml with an override merged into it: numbers, and addresses
 * such as `127.0.0.1:8080` at which a service can listen on any machine. If the package has EXPOSES, an export is a
 * port if its default is exposed or if it is called a port. Otherwise every address is one, and so is every number
 * that is called a port, or every number if no export with a usable value is called a port.
 * @throws MesosizeError CONFIG_INVALID if default.toml is not TOML, or if the override has a plain value where
 * the path of a port needs a table
 */
export function resolveExports(
  metadata: Pick<PackageMetadata, 'ident' | 'exports' | 'exposes' | 'defaultConfig'>,
  override: TomlTable = {},
): ResolvedExports {
  const exposed = placesIn(metadata.exposes)
  const ident = formatIdent(metadata.ident)
  const defaults = parseConfig(metadata.defaultConfig, `default.toml of ${ident}`)
  const config = mergeConfig(defaults, override)
  const candidates = [...metadata.exports].map(([name, dotted]): Candidate => {
    const path = dotted.split('.')
    const value = valueAt(config, path)
    const byDefault = configuredPort(valueAt(defaults, path))
    return { name, path, called: isCalledPort(name, path), byDefault, value, port: configuredPort(value) }
  })
  const rank = ({ byDefault }: Candidate) => exposed.get(byDefault?.number ?? 0) ?? Number.MAX_SAFE_INTEGER
  const addressesLast = ({ port }: Candidate) => (port && port.before !== '' ? 1 : 0)
  // EXPORTS is in random order: plan-build iterates over a hash.
  candidates.sort(
    (a, b) => rank(a) - rank(b) || addressesLast(a) - addressesLast(b) || (a.name < b.name ? -1 : 1),
  )
  const someAreCalled = candidates.some(({ called, port }) => called && port?.local)

  const ports = new ServicePorts()
  const guessed: ServicePort[] = []
  const leftOut: { name: string; reason: string }[] = []
  for (const candidate of candidates) {
    const { name, path, called, byDefault, port } = candidate
    if (byDefault) checkTables(override, path, `export ${JSON.stringify(name)} of ${ident}`)
    const twin = ports.at(path)
    const reason =
      reasonAgainst(candidate, exposed, someAreCalled) ??
      (port && twin && `it is the same as export ${JSON.stringify(twin.name)}`)
    if (reason !== undefined) leftOut.push({ name, reason })
    if (reason !== undefined || !port) continue
    const found = ports.add({ name, path, before: port.before, number: (byDefault ?? port).number })
    if (exposed.size === 0 && !called && port.before === '') guessed.push(found)
  }
  const own = new Set(candidates.map(({ byDefault }) => (byDefault?.local ? byDefault.number : undefined)))
  const unnamed = metadata.exposes.filter(number => !own.has(number))
  return { ports: ports.all, guessed, leftOut, unnamed }
}

/** The place of each number in EXPOSES, the first if it is listed twice. */
function placesIn(exposes: readonly number[]): ReadonlyMap<number, number> {
  return new Map([...exposes.entries()].reverse().map(([place, number]) => [number, place]))
}

/** Why an export is not a port; undefined if it is one, or does not resemble one. */
function reasonAgainst(
  { path, called, byDefault, value, port }: Candidate,
  exposed: ReadonlyMap<number, number>,
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
  if (exposed.size > 0 && !called && !exposed.has(byDefault?.number ?? 0)) {
    return `the package does not expose it (${key} is ${shown(value)})`
  }
  if (!(byDefault ?? port).local) return `${key} is ${shown(value)}, an address of another machine`
  if (exposed.size === 0 && someAreCalled && !called && port.before === '') {
    return `other exports are called ports, but this one is not (${key} is ${shown(value)})`
  }
  return undefined
}

/**
 * Finds ports that the user named, by an export or by a path in the configuration.
 * @throws MesosizeError CONFIG_INVALID, naming each that is not an export and has no path, and each whose value is an
 * address that cannot take a port
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
      `${setting('port')}: ${ident} does not export ${unknown.map(({ name }) => name).join(', ')}; it exports ${exports}. Write NAME=PATH with the port's path in default.toml.`,
    )
  }
  const defaults = parseConfig(metadata.defaultConfig, `default.toml of ${ident}`)
  const config = mergeConfig(defaults, override)
  const ports = new ServicePorts()
  const unfit: string[] = []
  for (const { name, path: dotted = metadata.exports.get(name)! } of named) {
    const path = dotted.split('.')
    const value = valueAt(config, path)
    const port = configuredPort(value)
    // Replacing "off", or nothing, by a port is what the user asked for; replacing a URL is not.
    if (!port && typeof value === 'string' && /[:/]/.test(value)) unfit.push(`${dotted} is ${shown(value)}`)
    const { number } = configuredPort(valueAt(defaults, path)) ?? port ?? {}
    ports.add({ name, path, before: port?.before ?? '', ...(number && { number }) })
  }
  if (unfit.length > 0) {
    throw new MesosizeError(
      'CONFIG_INVALID',
      `${setting('port')}: ${unfit.join(', ')} in the configuration of ${ident}, but a port must be a number or the end of an address such as "127.0.0.1:8080". Set it to one of these with ${setting('config')}, or name another path.`,
    )
  }
  return ports.all
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

/** A value as part of a sentence. */
function shown(value: TomlValue | undefined): string {
  if (Array.isArray(value)) return 'a list'
  if (isTable(value)) return 'a table'
  if (typeof value === 'string') return quote(value, 100)
  // Habitat does not accept larger ones, and formatting a million digits takes seconds.
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) !== value) return 'a number of more than 64 bits'
  return String(value)
}
