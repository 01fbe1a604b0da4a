import type { TomlTable, TomlValue } from 'smol-toml'
import { isTable } from '../../habitat/config/config.ts'
import { parseConfig } from '../../habitat/config/parse.ts'
import { messageOf } from '../../lib/errors.ts'
import { quoted } from '../readers.ts'
import { ACCESS } from '../rows/marathon.ts'
import { CACHE, OUTPUT } from '../rows/output.ts'
import { HAB, PACKAGES } from '../rows/packages.ts'
import { EXPORT_RESULT } from '../rows/show.ts'
import type { Setting } from '../setting.ts'
import type { Given } from '../source.ts'
import { DEPLOY, EXPORT, GITHUB_EXPORT, REMOVE } from '../tables.ts'
import { keysOf, secretKey, unknownKey } from './keys.ts'
import { linesOfKeys } from './lines.ts'
import { textsOf } from './values.ts'

/** What a table of the project file gives, by setting. */
export type FileSettings = ReadonlyMap<Setting, readonly Given[]>

/** A project file: settings for all runs in a folder. */
export interface ProjectFile {
  /** As a person would write it. */
  path: string
  /** What is outside of all tables: settings of the export, and those for access to Marathon. */
  common: FileSettings
  /** The tables `[[service]]`, in their order. */
  services: readonly FileSettings[]
  /** The tables `[deploy]` and `[remove]`. */
  deploy: FileSettings
  remove: FileSettings
  /** What is wrong with the file apart from its values. If anything is, settings may be missing here. */
  problems: readonly string[]
}

const SERVICE = keysOf(EXPORT)
/** What services share, because a run has it once. */
const SHARED = new Set<Setting>([
  HAB.useHab,
  HAB.version,
  HAB.releaseChannel,
  HAB.mirror,
  HAB.acceptLicense,
  ...Object.values(CACHE),
  OUTPUT.compressionLevel,
  OUTPUT.jobs,
  PACKAGES.target,
  GITHUB_EXPORT.summary,
  EXPORT_RESULT.json,
])
const COMMON = keysOf([...EXPORT, { heading: '', rows: ACCESS }])
const COMMANDS = { deploy: keysOf(DEPLOY), remove: keysOf(REMOVE) }
const TABLES = ['service', ...Object.keys(COMMANDS)]

/**
 * Reads a project file. Values are texts as in arguments, which the settings' readers check when they are needed.
 * @param path for messages, each of which begins with it and the line
 * @returns also what is wrong: unknown keys, secrets and values of the wrong type
 * @throws MesosizeError CONFIG_INVALID if the text is not TOML
 */
export function parseProjectFile(text: string, path: string): ProjectFile {
  const document = parseConfig(text, quoted(path))
  const lines = linesOfKeys(text)
  const problems: string[] = []
  const at = (keyPath: string) => {
    const line = lines.get(keyPath)
    return line === undefined ? path : `${path}:${line}`
  }

  /** @param prefix the table's own path and a dot, or nothing */
  const read = (table: TomlTable, known: Map<string, Setting>, prefix: string): FileSettings => {
    const settings = new Map<Setting, Given[]>()
    for (const [key, value] of Object.entries(table)) {
      const row = known.get(key)
      const source = `${at(prefix + key)}: ${key}`
      if (!row) problems.push(`${source}: ${unknownKey(key, known, prefix === '' ? TABLES : [])}`)
      else if (prefix.startsWith('service.') && SHARED.has(row))
        problems.push(`${source}: is the same for all services. Write it above the first table.`)
      else if (row.secret) problems.push(`${source}: ${secretKey(row)}`)
      else {
        try {
          settings.set(
            row,
            textsOf(row, value).map(text => ({ source, text })),
          )
        } catch (error) {
          problems.push(`${source}: the value ${messageOf(error)}.`)
        }
      }
    }
    return settings
  }

  const { service = [], deploy = {}, remove = {}, ...common } = document
  const tableOf = (value: TomlValue, name: string): TomlTable => {
    if (isTable(value)) return value
    problems.push(`${at(name)}: ${name}: must be a table. Write [${name}] above its settings.`)
    return {}
  }
  const services = Array.isArray(service) && service.every(isTable) ? service : undefined
  if (!services) {
    problems.push(
      `${at('service')}: service: must be a list of tables. Write [[service]] above each service.`,
    )
  }
  return {
    path,
    common: read(common, COMMON, ''),
    services: (services ?? []).map((each, index) => read(each, SERVICE, `service.${index}.`)),
    deploy: read(tableOf(deploy, 'deploy'), COMMANDS.deploy, 'deploy.'),
    remove: read(tableOf(remove, 'remove'), COMMANDS.remove, 'remove.'),
    problems,
  }
}
