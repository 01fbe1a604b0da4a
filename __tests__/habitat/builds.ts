import {
  compareBuilds,
  type FullIdent,
  formatIdent,
  parseFullIdent,
  satisfies,
} from '../../src/habitat/package/ident.ts'
import type { Package, PackageMetadata } from '../../src/habitat/package/package.ts'
import type { PackageRequest } from '../../src/habitat/package/request.ts'
import type { PackageSource, Refusal } from '../../src/habitat/package/source.ts'
import { missingHart } from '../../src/habitat/sources/missing-hart.ts'

/** A package without files. @param about what is not as usual */
export function build(ident: string, about: Partial<PackageMetadata> = {}): Package {
  const metadata: PackageMetadata = {
    ident: parseFullIdent(ident),
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
    size: 1,
    ...about,
  }
  return { metadata, async *entries() {} }
}

export function idents(...texts: string[]): FullIdent[] {
  return texts.map(parseFullIdent)
}

export function identOf({ metadata }: Package): string {
  return formatIdent(metadata.ident)
}

/** Packages at hand, each under its ident or the path of a file, and a record of who was asked for what. */
export function sourceOf(
  builds: readonly Package[],
  files: Record<string, Package> = {},
  refusals: Record<string, readonly Refusal[]> = {},
) {
  const asked: string[] = []
  const source: PackageSource = {
    async newest(wanted, from) {
      asked.push(`${formatIdent(wanted)} in ${from.channel} of ${from.url}`)
      const found = builds.map(({ metadata }) => metadata.ident).filter(ident => satisfies(ident, wanted))
      const ident = found.sort(compareBuilds).at(-1)
      return ident && { ident, source: from.url, channel: from.channel }
    },
    async open(ident, from) {
      asked.push(`open ${formatIdent(ident)} of ${from.url}`)
      return builds.find(build => identOf(build) === formatIdent(ident))
    },
    async openFile(path) {
      return files[path]!
    },
    missing: missingHart,
    refusals(ident) {
      return refusals[formatIdent(ident)] ?? []
    },
  }
  return { source, asked }
}

export function request(about: Partial<PackageRequest> = {}): PackageRequest {
  return {
    packages: ['acme/app'],
    target: 'x86_64-linux',
    builder: { url: 'https://builder.example', channel: 'stable' },
    base: { url: 'https://base.example', channel: 'base' },
    artifacts: [],
    keys: [],
    maxPackageSize: 1 << 30,
    ...about,
  }
}
