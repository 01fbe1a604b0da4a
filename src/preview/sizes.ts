import { MesosizeError } from '../lib/errors.ts'
import { list, object, readJson, text, whole } from '../lib/json.ts'

/** A package in an image: bytes unpacked, and in the tarball. */
export interface PackageSize {
  ident: string
  size: number
  packed: number
}

/** The packages of an image, as kept for comparison with the previews of a branch. */
export interface ImageSizes {
  /** The ident of the service's package. */
  service: string
  packages: readonly PackageSize[]
}

export interface SizeComparison {
  /** Packages whose size in the tarball differs, the largest difference first. */
  changes: readonly { name: string; before: number; now: number }[]
  /** How many packages have the same size as before. */
  unchanged: number
  /** Of all packages, bytes in the tarball. */
  before: number
  now: number
}

/** The name of the file with the sizes of a branch's image. */
export function sizesFile(service: string, branch: string): string {
  return `sizes-${service.split('/')[1]}@${branch}.json`
}

/**
 * Compares two images package by package, whatever their versions. The service's own package is the same in both,
 * even if a pull request's was built for another origin.
 */
export function compareSizes(base: ImageSizes, own: ImageSizes): SizeComparison {
  const before = packedByName(base, own.service)
  const now = packedByName(own, own.service)
  const names = [...new Set([...now.keys(), ...before.keys()])]
  const all = names.map(name => ({ name, before: before.get(name) ?? 0, now: now.get(name) ?? 0 }))
  const changes = all
    .filter(each => each.before !== each.now)
    .toSorted((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before))
  return { changes, unchanged: all.length - changes.length, before: total(before), now: total(now) }
}

function packedByName({ service, packages }: ImageSizes, called: string): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const { ident, packed } of packages) {
    const name = shortName(ident === service ? called : ident)
    sizes.set(name, (sizes.get(name) ?? 0) + packed)
  }
  return sizes
}

function shortName(ident: string): string {
  return ident.split('/').slice(0, 2).join('/')
}

function total(sizes: ReadonlyMap<string, number>): number {
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}

const PACKAGES = list(object({ ident: text, size: whole(), packed: whole() }))
const IMAGE = object({ service: text, packages: PACKAGES })

/**
 * Reads a list of packages with their sizes: the output `packages` of the export action.
 * @param what it is called, for messages
 * @throws MesosizeError PACKAGE_SIZES
 */
export function readPackageSizes(text: string, what: string): PackageSize[] {
  const { value, problems } = readJson(PACKAGES, text)
  if (value) return value
  throw new MesosizeError(
    'PACKAGE_SIZES',
    `${what} is not a list of packages with their sizes: ${problems[0]}. Write the export's output there: packages: \${{ steps.export.outputs.packages }}`,
  )
}

/** Reads what is kept of a branch; undefined if it is anything else. */
export function readImageSizes(text: string): ImageSizes | undefined {
  return readJson(IMAGE, text).value
}
