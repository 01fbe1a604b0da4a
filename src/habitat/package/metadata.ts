import { posix } from 'node:path'
import type { Entry, FileEntry } from '../../codec/tar/entry.ts'
import { MesosizeError } from '../../lib/errors.ts'
import { type FullIdent, formatIdent, parseFullIdent } from './ident.ts'
import { parseManifest } from './manifest.ts'
import type { PackageBind, PackageMetadata, SpecialMember } from './package.ts'
import { checkTarget } from './target.ts'

// The metafiles that Mesosize reads (components/core/src/package/metadata.rs, enum MetaFile).
const METAFILES = [
  'IDENT',
  'TARGET',
  'DEPS',
  'TDEPS',
  'EXPORTS',
  'EXPOSES',
  'BINDS',
  'BINDS_OPTIONAL',
  'PATH',
  'SVC_USER',
  'SVC_GROUP',
  'SHUTDOWN_TIMEOUT',
  'PACKAGE_TYPE',
  'MANIFEST',
  'default.toml',
]
const METAFILE_LIMIT = 1 << 20

/** Names that are safe in /etc/passwd and /etc/group, where a colon or a slash would have a meaning. */
export const ACCOUNT_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/

/** The names that the Supervisor accepts in `--bind` (components/core/src/service.rs). */
export const BIND_NAME = /^[A-Za-z0-9_-]{1,255}$/
/** The name of an export in a bind: printable ASCII without blanks and "=". */
export const BOUND_EXPORT = /^[!-<>-~]{1,255}$/
/** Limit for binds of each kind, and for exports in a bind: far more than any service has, and few enough to list. */
const MOST_BINDS = 100

/** Far more than any service has: each becomes a port or a note. */
export const MOST_EXPORTS = 1_000
/** Of one package; the largest of Habitat's own have a few hundred. */
export const MOST_DEPENDENCIES = 2_000

/**
 * Reads a package's metadata in one pass over its entries. The content of other files is not read.
 * @param entries as `Package.entries()` yields them
 * @param name names the package in errors
 * @throws MesosizeError METAFILE_INVALID, IDENT_MISMATCH, DEPENDENCY_ON_ITSELF, or what `entries` throws
 */
export async function readMetadata(entries: AsyncIterable<Entry>, name: string): Promise<PackageMetadata> {
  const reader = new MetadataReader(name)
  for await (const _ of reader.passing(entries));
  return reader.metadata()
}

/** Reads a package's metadata from its entries while they pass through to another consumer. */
export class MetadataReader {
  readonly #name: string
  readonly #metafiles = new Map<string, string>()
  readonly #executables: string[] = []
  readonly #special: SpecialMember[] = []
  #root: string | undefined
  #runnable = false
  #size = 0

  /** @param name names the package in errors */
  constructor(name: string) {
    this.#name = name
  }

  /**
   * @returns the same entries
   * @throws MesosizeError METAFILE_INVALID, or what `entries` throws
   */
  async *passing(entries: AsyncIterable<Entry>): AsyncGenerator<Entry> {
    for await (const entry of entries) {
      this.#root ??= entry.path
      const path = entry.path.slice(this.#root.length + 1)
      this.#note(entry, path)
      // A package runs without a MANIFEST, so an unusable one does not matter.
      if (!METAFILES.includes(path) || (path === 'MANIFEST' && !isReadable(entry))) {
        yield entry
        continue
      }
      const metafile = await readMetafile(entry, this.#name)
      this.#metafiles.set(path, metafile.content[0].toString('utf8'))
      yield metafile
    }
  }

  #note(entry: Entry, path: string): void {
    if (entry.type === 'file') this.#size += entry.size
    if (entry.type !== 'directory' && (path === 'hooks/run' || path === 'run')) this.#runnable = true
    if (entry.type === 'symlink' || (entry.type !== 'directory' && entry.mode & 0o111)) {
      this.#executables.push(path)
    }
    if (entry.type !== 'symlink' && entry.type !== 'hardlink' && entry.mode & 0o7000) {
      this.#special.push({ path, mode: entry.mode })
    }
  }

  /**
   * Called after all entries have passed.
   * @throws MesosizeError METAFILE_INVALID, IDENT_MISMATCH, DEPENDENCY_ON_ITSELF
   */
  metadata(): PackageMetadata {
    const name = this.#name
    const meta = new Metafiles(this.#metafiles, name)
    const ident = meta.ident('IDENT')
    checkIdent(ident, parseFullIdent(this.#root!.split('/').slice(-4).join('/')), name)
    const binFolders = meta.binFolders(`/${this.#root}/`)
    const metadata: PackageMetadata = {
      ident,
      target: checkTarget(meta.line('TARGET') ?? '', `${name} (${formatIdent(ident)})`),
      deps: meta.idents('DEPS'),
      tdeps: meta.idents('TDEPS'),
      exports: meta.exports(),
      exposes: meta.ports('EXPOSES'),
      binds: meta.binds(),
      // A standard package has none (components/core/src/package/metadata.rs, enum PackageType).
      native: meta.line('PACKAGE_TYPE') === 'native',
      svcUser: meta.account('SVC_USER'),
      svcGroup: meta.account('SVC_GROUP'),
      shutdownTimeout: meta.number('SHUTDOWN_TIMEOUT'),
      plan: parseManifest(this.#metafiles.get('MANIFEST') ?? ''),
      defaultConfig: this.#metafiles.get('default.toml') ?? '',
      runnable: this.#runnable,
      binaries: this.#executables.filter(path => binFolders.has(posix.dirname(path))),
      special: this.#special,
      size: this.#size,
    }
    for (const dependency of [...metadata.deps, ...metadata.tdeps]) {
      if (formatIdent(dependency) === formatIdent(ident)) {
        throw new MesosizeError(
          'DEPENDENCY_ON_ITSELF',
          `${name} lists itself, ${formatIdent(ident)}, among its dependencies. Build it again.`,
        )
      }
    }
    return metadata
  }
}

/** @throws MesosizeError IDENT_MISMATCH if a package is not the expected build */
export function checkIdent(found: FullIdent, expected: FullIdent, name: string): void {
  if (formatIdent(found) !== formatIdent(expected)) {
    throw new MesosizeError(
      'IDENT_MISMATCH',
      `${name} is ${formatIdent(found)}, but ${formatIdent(expected)} was expected. Remove the file, or build the package again.`,
    )
  }
}

// Habitat follows a link where it has unpacked the package; here its target cannot be read.
function isReadable(entry: Entry): boolean {
  return entry.type === 'file' && entry.size <= METAFILE_LIMIT
}

/** @returns the entry with its content in memory, so that it can be read twice */
async function readMetafile(entry: Entry, name: string): Promise<FileEntry & { content: [Buffer] }> {
  if (entry.type !== 'file' || !isReadable(entry)) {
    const problem = entry.type === 'file' ? `has ${entry.size} bytes` : `is a ${entry.type}`
    throw new MesosizeError(
      'METAFILE_INVALID',
      `The metafile ${entry.path} of ${name} ${problem}; it must be a file of at most ${METAFILE_LIMIT} bytes. Build the package again.`,
    )
  }
  const pieces: Uint8Array[] = []
  // A copy, because a chunk may be overwritten once the next one is requested.
  for await (const piece of entry.content) pieces.push(Uint8Array.from(piece))
  return { ...entry, content: [Buffer.concat(pieces)] }
}

/** The metafiles of one package, each checked when it is read, because anything may have been packed. */
class Metafiles {
  readonly #texts: ReadonlyMap<string, string>
  readonly #name: string

  constructor(texts: ReadonlyMap<string, string>, name: string) {
    this.#texts = texts
    this.#name = name
  }

  /** The lines of a metafile, trimmed as by Habitat, without empty ones. */
  lines(file: string): string[] {
    const text = this.#texts.get(file) ?? ''
    if (/[\0-\x08\x0b-\x1f\x7f]/.test(text.replaceAll('\r\n', '\n')))
      throw this.#invalid(file, text, 'it has control characters')
    return text
      .split('\n')
      .map(line => line.trim())
      .filter(line => line !== '')
  }

  /** @returns undefined if the metafile is absent or empty */
  line(file: string): string | undefined {
    const lines = this.lines(file)
    if (lines.length > 1) throw this.#invalid(file, lines.join('\n'), 'it has more than one line')
    return lines[0]
  }

  ident(file: string): FullIdent {
    return this.#fullIdent(file, this.line(file) ?? '')
  }

  idents(file: string): FullIdent[] {
    const idents = this.#atMost(MOST_DEPENDENCIES, 'packages', file, this.lines(file)).map(line =>
      this.#fullIdent(file, line),
    )
    return [...new Map(idents.map(ident => [formatIdent(ident), ident])).values()]
  }

  /** EXPORTS: `name=path.in.the.config` per line; Habitat writes them in random order. */
  exports(): Map<string, string> {
    const pairs = this.#atMost(MOST_EXPORTS, 'exports', 'EXPORTS', this.lines('EXPORTS')).map(line => {
      const [, key, path] = /^([^=]{1,255})=(.{1,1000})$/.exec(line) ?? []
      if (key === undefined || path === undefined)
        throw this.#invalid('EXPORTS', line, 'a line must be name=path, of at most 255 and 1000 characters')
      return [key.trim(), path.trim()] as const
    })
    return new Map(pairs.sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** Both metafiles together; the Supervisor treats a bind that is in both as required. */
  binds(): PackageBind[] {
    const required = this.#bindsOf('BINDS', false)
    const names = new Set(required.map(({ name }) => name))
    const optional = this.#bindsOf('BINDS_OPTIONAL', true).filter(({ name }) => !names.has(name))
    return [...required, ...optional].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** `name=export export` per line, nothing after "=" if no export is needed; Habitat writes them in random order. */
  #bindsOf(file: string, optional: boolean): PackageBind[] {
    const binds = this.#atMost(MOST_BINDS, 'binds', file, this.lines(file)).map(line => {
      const [, name = '', words = ''] = /^([^=]*)=(.*)$/.exec(line) ?? []
      const exports = words.split(/\s+/).filter(word => word !== '')
      if (!BIND_NAME.test(name) || !exports.every(word => BOUND_EXPORT.test(word)))
        throw this.#invalid(file, line, 'a line must be BIND=EXPORT, with blanks between several exports')
      return { name, exports: this.#atMost(MOST_BINDS, 'exports', file, exports), optional }
    })
    const twice = binds.find(({ name }, index) => binds.findIndex(other => other.name === name) < index)
    // The Supervisor counts a second one as missing, whatever binds it gets.
    if (twice) throw this.#invalid(file, twice.name, 'a bind is listed twice')
    return binds
  }

  ports(file: string): number[] {
    const words = this.line(file)?.split(/\s+/) ?? []
    return this.#atMost(MOST_EXPORTS, 'ports', file, words).map(word => {
      const port = Number(word)
      if (!/^\d+$/.test(word) || port < 1 || port > 65535)
        throw this.#invalid(file, word, 'a port is 1 to 65535')
      return port
    })
  }

  number(file: string): number | undefined {
    const line = this.line(file)
    if (line === undefined) return undefined
    if (!/^\d{1,9}$/.test(line)) throw this.#invalid(file, line, 'it must be a number of seconds')
    return Number(line)
  }

  account(file: string): string | undefined {
    const line = this.line(file)
    if (line !== undefined && !ACCOUNT_NAME.test(line)) {
      throw this.#invalid(file, line, 'it is not the name of a user or group')
    }
    return line
  }

  /** The package's own folders of PATH, as paths inside the package; as in Habitat, those of others are left out. */
  binFolders(prefix: string): Set<string> {
    const folders = this.line('PATH')?.split(':') ?? []
    return new Set(
      folders
        .filter(folder => folder.startsWith(prefix))
        .map(folder => folder.slice(prefix.length).replace(/\/+$/, '')),
    )
  }

  #atMost(most: number, what: string, file: string, items: string[]): string[] {
    if (items.length <= most) return items
    throw this.#invalid(file, items[0]!, `it has more than ${most} ${what}`)
  }

  #fullIdent(file: string, text: string): FullIdent {
    try {
      return parseFullIdent(text)
    } catch (cause) {
      throw this.#invalid(file, text, 'it must hold fully qualified idents', cause)
    }
  }

  #invalid(file: string, value: string, problem: string, cause?: unknown): MesosizeError {
    return new MesosizeError(
      'METAFILE_INVALID',
      `The metafile ${file} of ${this.#name} holds ${JSON.stringify(value.slice(0, 100))}: ${problem}. Build the package again.`,
      { cause },
    )
  }
}
