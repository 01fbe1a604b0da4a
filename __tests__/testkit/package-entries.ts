import { dirname } from 'node:path/posix'
import type { TarEntry } from './tar.ts'

/** A file by its content, or with what is not usual about it. */
export type PackageFile =
  | string
  | Uint8Array
  | ({ mode?: number; uid?: number; gid?: number } & (
      | { content: string | Uint8Array }
      | { symlink: string }
      /** Path inside the package. */
      | { hardlink: string }
      | { directory: true }
    ))

/** A package as a plan's author thinks of it. */
export interface PackageSpec {
  /** Fully qualified. */
  ident: string
  /** `x86_64-linux` where absent. */
  target?: string
  /** By path inside the package. What lies in `bin`, `sbin`, `libexec` and `hooks` is executable. */
  files?: Readonly<Record<string, PackageFile>>
  /** Full idents. TDEPS are the deps where absent. */
  deps?: readonly string[]
  tdeps?: readonly string[]
  exports?: Readonly<Record<string, string>>
  exposes?: readonly number[]
  /** Of services; both `hab` where absent and there is a run hook. */
  svcUser?: string
  svcGroup?: string
  /** Seconds. */
  shutdownTimeout?: number
  /** What replaces metafiles: their text, or undefined for none. */
  metafiles?: Readonly<Record<string, string | Uint8Array | undefined>>
}

const EXECUTABLE = /^(bin|sbin|libexec|hooks)\//

/**
 * What Habitat's builder puts into a hart: the package's own directory, then all that is in it, with paths such as
 * `hab/pkgs/core/redis/7.2.4/20240102030405/IDENT`; owned by root, dated by the release.
 */
export function packageEntries(spec: PackageSpec): TarEntry[] {
  const top = `hab/pkgs/${spec.ident}`
  const mtime = releaseSeconds(spec.ident)
  const files = new Map(Object.entries({ ...spec.files, ...metafiles(spec) }))
  for (const path of [...files.keys()]) {
    for (let dir = dirname(path); dir !== '.' && !files.has(dir); dir = dirname(dir))
      files.set(dir, { directory: true })
  }
  const entries = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, file]) => ({ ...memberOf(path, file, top), path: `${top}/${path}`, mtime }))
  // A hard link must come after the file that it names.
  const links = entries.filter(entry => entry.type === 'link')
  return [
    { path: top, type: 'directory', mode: 0o755, mtime },
    ...entries.filter(entry => entry.type !== 'link'),
    ...links,
  ]
}

function memberOf(path: string, file: PackageFile, top: string): Omit<TarEntry, 'path'> {
  const usual = EXECUTABLE.test(path) ? 0o755 : 0o644
  if (typeof file === 'string' || file instanceof Uint8Array) return { mode: usual, content: file }
  if ('content' in file) return { mode: usual, ...file }
  if ('symlink' in file) {
    const { symlink, ...rest } = file
    return { mode: 0o777, ...rest, type: 'symlink', linkname: symlink }
  }
  if ('hardlink' in file) {
    const { hardlink, ...rest } = file
    return { mode: usual, ...rest, type: 'link', linkname: `${top}/${hardlink}` }
  }
  const { directory: _, ...rest } = file
  return { mode: 0o755, ...rest, type: 'directory' }
}

function metafiles(spec: PackageSpec): Record<string, string | Uint8Array> {
  const { ident, target = 'x86_64-linux', files = {}, deps = [], tdeps = deps } = spec
  const service = 'hooks/run' in files || 'run' in files
  const bins = ['bin', 'sbin'].filter(dir => Object.keys(files).some(path => path.startsWith(`${dir}/`)))
  const lines = (values: readonly string[] = []) => values.map(value => `${value}\n`).join('')
  const usual: Record<string, string> = {
    IDENT: `${ident}\n`,
    TARGET: `${target}\n`,
    DEPS: lines(deps),
    TDEPS: lines(tdeps),
    EXPORTS: lines(Object.entries(spec.exports ?? {}).map(([name, path]) => `${name}=${path}`)),
    EXPOSES: lines(spec.exposes?.length ? [spec.exposes.join(' ')] : []),
    PATH: lines(bins.length ? [bins.map(dir => `/hab/pkgs/${ident}/${dir}`).join(':')] : []),
    SVC_USER: lines(service || spec.svcUser ? [spec.svcUser ?? 'hab'] : []),
    SVC_GROUP: lines(service || spec.svcGroup ? [spec.svcGroup ?? 'hab'] : []),
    SHUTDOWN_TIMEOUT: lines(spec.shutdownTimeout === undefined ? [] : [String(spec.shutdownTimeout)]),
    MANIFEST: `# ${ident}\n\n* __Target__: ${target}\n`,
  }
  const present = Object.entries({ ...usual, ...spec.metafiles }).filter(
    ([name, text]) => text !== undefined && (text.length > 0 || name in (spec.metafiles ?? {})),
  )
  return Object.fromEntries(present) as Record<string, string | Uint8Array>
}

function releaseSeconds(ident: string): number {
  const release = ident.split('/')[3] ?? ''
  const digits = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(release)
  if (!digits) return 0
  const [, year, month, day, hour, minute, second] = digits
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) / 1000
}
