import type { TomlTable } from 'smol-toml'
import { isTable, mergeConfig, tableAt } from '../../habitat/config/config.ts'
import { parseConfig } from '../../habitat/config/parse.ts'
import { formatIdent } from '../../habitat/package/ident.ts'
import type { PackageMetadata } from '../../habitat/package/package.ts'
import { nearest } from '../../lib/nearest.ts'
import { quote } from '../../lib/quote.ts'
import type { Reporter } from '../../lib/report.ts'
import type { AppRequest } from './request.ts'

/** A key that nothing seems to read. */
export interface Unknown {
  place: string
  /** The known one beside it that was probably meant. */
  meant: string | undefined
}

/**
 * Notes keys of a configuration, and of the secrets in it, that the package's default.toml lacks: its templates may still
 * read them.
 */
export function noteUnknownKeys(
  { ident, defaultConfig }: PackageMetadata,
  { config = {}, configSecrets = {} }: Pick<AppRequest, 'config' | 'configSecrets'>,
  report: Pick<Reporter, 'note'>,
): void {
  const given = Object.keys(configSecrets).reduce(
    (merged, key) => mergeConfig(merged, tableAt(key.split('.'), '')),
    config,
  )
  if (Object.keys(given).length === 0) return
  const name = formatIdent(ident)
  const defaults = parseConfig(defaultConfig, `default.toml of ${name}`)
  const unknown = unknownKeys(given, defaults, '')
  if (unknown.length === 0) return
  report.note(
    `The configuration has keys that default.toml of ${name} does not have, and that may have no effect: ${listed(unknown)}.`,
  )
}

/** @param before the path of the tables, with a dot at its end */
function unknownKeys(config: TomlTable, defaults: TomlTable, before: string): Unknown[] {
  const known = Object.keys(defaults)
  // An empty table is for keys that the user chooses.
  if (known.length === 0) return []
  return Object.entries(config).flatMap(([key, value]) => {
    if (!Object.hasOwn(defaults, key)) return [{ place: before + key, meant: nearest(key, known) }]
    const below = defaults[key]
    return isTable(value) && isTable(below) ? unknownKeys(value, below, `${before}${key}.`) : []
  })
}

const MOST_SHOWN = 10

/** Unknown keys in one line, with what was probably meant. */
export function listed(unknown: readonly Unknown[]): string {
  const shown = unknown
    .slice(0, MOST_SHOWN)
    .map(({ place, meant }) => `${quote(place)}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`)
  const more = unknown.length - shown.length
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ')
}
