import type { Entry } from '../../src/codec/tar/entry.ts'
import { packagePath, parseFullIdent } from '../../src/habitat/package/ident.ts'
import type { Closure, Package, PackageMetadata } from '../../src/habitat/package/package.ts'

type EntryOf<Type> = Extract<Entry, { type: Type }>

/** A member of a handmade package: a path inside it and what differs from a directory of no date. */
export type Made = { path: string; mode?: number } & (
  | { text: string | Uint8Array }
  | { target: string }
  | { hardlink: string }
  | { directory: true }
)

export interface Making extends Partial<Omit<PackageMetadata, 'ident'>> {
  members?: readonly Made[]
}

export function makePackage(ident: string, { members = [], ...metadata }: Making = {}): Package {
  const full = parseFullIdent(ident)
  const top = packagePath(full)
  return {
    metadata: {
      ident: full,
      target: 'x86_64-linux',
      deps: [],
      tdeps: [],
      exports: new Map(),
      exposes: [],
      binds: [],
      native: false,
      plan: {},
      defaultConfig: '',
      runnable: false,
      binaries: [],
      special: [],
      size: 0,
      ...metadata,
    },
    async *entries() {
      yield entry(top, { path: '', directory: true })
      for (const member of members) yield entry(`${top}/${member.path}`, member)
    },
  }

  function entry(path: string, made: Made): Entry {
    const common = { path, mode: made.mode ?? 0o755, mtime: 1 }
    if ('target' in made) return { ...common, type: 'symlink', target: made.target }
    if ('hardlink' in made) return { ...common, type: 'hardlink', target: `${top}/${made.hardlink}` }
    if ('directory' in made) return { ...common, type: 'directory' }
    const bytes = Buffer.from(made.text)
    return { ...common, type: 'file', size: bytes.length, content: [bytes] } satisfies EntryOf<'file'>
  }
}

export const IDENTS = {
  busybox: 'core/busybox-static/1.35.0/20240101000000',
  cacerts: 'core/cacerts/2024.3.11/20240101000000',
  launcher: 'chef/hab-launcher/19000/20240101000000',
  supervisor: 'chef/hab-sup/2.0.0/20240101000000',
  service: 'example/hello-web/1.2.3/20240229123456',
} as const

export interface Kit {
  service?: Making
  busybox?: Making
  launcher?: Making
  supervisor?: Making
  /** Further packages of the closure, and those of them that were asked for, after the service. */
  others?: readonly Package[]
  requested?: readonly Package[]
}

export function makeClosure(kit: Kit = {}): Closure {
  const service = makePackage(IDENTS.service, { runnable: true, ...kit.service })
  const busybox = makePackage(IDENTS.busybox, { binaries: ['bin/busybox', 'bin/cat'], ...kit.busybox })
  const cacerts = makePackage(IDENTS.cacerts)
  const launcher = makePackage(IDENTS.launcher, { binaries: ['bin/hab-launch'], ...kit.launcher })
  const supervisor = makePackage(IDENTS.supervisor, { binaries: ['bin/hab-sup'], ...kit.supervisor })
  return {
    target: 'x86_64-linux',
    service,
    requested: [service, ...(kit.requested ?? [])],
    supervisor,
    launcher,
    busybox,
    cacerts,
    packages: [busybox, cacerts, launcher, supervisor, ...(kit.others ?? []), service],
    found: { source: 'a test' },
  }
}

export async function collect<T>(values: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}
