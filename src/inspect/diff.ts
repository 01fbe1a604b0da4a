import type { AppDefinition } from '../marathon/app/validate.ts'
import { type Difference, differences } from '../marathon/deploy/diff.ts'
import type { ImageContents, InspectedFile, InspectedPackage } from './contents.ts'
import type { Inspected } from './inspect.ts'

/** How one image differs from another. */
export interface ImageDiff {
  service: { old?: string; new?: string }
  /** Bytes of all tarballs, and of the files in them. */
  packed: Sizes
  unpacked: Sizes
  added: readonly PackageSize[]
  removed: readonly PackageSize[]
  /** Packages with another version or release. */
  changed: readonly PackageChange[]
  /** Packages whose ident is the same but whose files are not, which a build never makes. */
  altered: readonly PackageChange[]
  /** How many packages are the same in both. */
  unchanged: number
  /** What changed in files that belong to no package, such as `launch`. */
  generated: readonly FileChange[]
  /** What changed in the app definition; absent unless both sides have one. */
  app?: readonly Difference[]
}

interface Sizes {
  old: number
  new: number
}

export interface PackageSize {
  ident: string
  /** Bytes of its files. */
  size: number
}

export interface PackageChange {
  old: PackageSize
  new: PackageSize
  files: readonly FileChange[]
}

/** A file of one package, or of none, that is not the same on both sides. */
export interface FileChange {
  path: string
  /** Bytes; absent on the side that does not have it. */
  old?: number
  new?: number
}

/** Compares two images, and their app definitions if both have one. */
export function compareImages(old: Inspected, now: Inspected): ImageDiff {
  const { same, pairs, added, removed } = match(old.contents.packages, now.contents.packages)
  const altered = same
    .map(([before, after]) => changeOf(before, after))
    .filter(({ files }) => files.length > 0)
  return {
    service: { old: old.contents.service, new: now.contents.service },
    packed: { old: packedSize(old.contents), new: packedSize(now.contents) },
    unpacked: { old: unpackedSize(old.contents), new: unpackedSize(now.contents) },
    added: added.map(sizeOf),
    removed: removed.map(sizeOf),
    changed: pairs.map(([before, after]) => changeOf(before, after)),
    altered,
    unchanged: same.length - altered.length,
    generated: compareFiles(old.contents.generated, now.contents.generated),
    ...(old.app && now.app && { app: compareApps(old.app, now.app) }),
  }
}

function compareApps(old: AppDefinition, now: AppDefinition): readonly Difference[] {
  return differences(now, old)
}

type Pair = readonly [old: InspectedPackage, now: InspectedPackage]

/** Pairs packages: by ident, then what is left by origin and name, of which an image may have several versions. */
function match(old: readonly InspectedPackage[], now: readonly InspectedPackage[]) {
  const byIdent = new Map(old.map(one => [one.ident, one]))
  const same = now.flatMap((one): Pair[] => {
    const before = byIdent.get(one.ident)
    return before ? [[before, one]] : []
  })
  const kept = new Set(same.map(([{ ident }]) => ident))
  const left = old.filter(({ ident }) => !kept.has(ident))
  const pairs: Pair[] = []
  const added: InspectedPackage[] = []
  for (const one of now.filter(({ ident }) => !kept.has(ident))) {
    const at = left.findIndex(({ origin, name }) => origin === one.origin && name === one.name)
    if (at < 0) added.push(one)
    else pairs.push([left.splice(at, 1)[0]!, one])
  }
  return { same, pairs, added, removed: left }
}

function changeOf(old: InspectedPackage, now: InspectedPackage): PackageChange {
  return { old: sizeOf(old), new: sizeOf(now), files: compareFiles(old.files, now.files) }
}

function compareFiles(old: readonly InspectedFile[], now: readonly InspectedFile[]): FileChange[] {
  const before = new Map(old.map(file => [file.path, file]))
  const after = new Map(now.map(file => [file.path, file]))
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  return paths
    .filter(path => fingerprint(before.get(path)) !== fingerprint(after.get(path)))
    .map(path => ({ path, old: before.get(path)?.size, new: after.get(path)?.size }))
}

/** Whatever makes a file another one. */
function fingerprint(file: InspectedFile | undefined): string {
  if (!file) return ''
  const { type, mode, size, target, sha256 } = file
  return JSON.stringify([type, mode, size, target, sha256])
}

function sizeOf({ ident, size }: InspectedPackage): PackageSize {
  return { ident, size }
}

function packedSize({ tarballs }: ImageContents): number {
  return tarballs.reduce((sum, { size }) => sum + size, 0)
}

function unpackedSize({ tarballs }: ImageContents): number {
  return tarballs.reduce((sum, { unpacked }) => sum + unpacked, 0)
}
