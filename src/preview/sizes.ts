import { builtin } from '../lib/builtin.ts'
import { MesosizeError } from '../lib/errors.ts'
import { list, object, readJson, text, whole } from '../lib/json.ts'

/** A package in an image: bytes unpacked, and in the tarball. */
export interface PackageSize {
  ident: string
  size: number
  packed: number
}

/** The packages of an image, as recorded for comparison with the previews of a branch. */
export interface ImageSizes {
  /** The ident of the service's package. */
  service: string
  packages: readonly PackageSize[]
}

/** The builds of a package in an image. */
export interface Builds {
  /** VERSION/RELEASE; empty if the image does not have the package. */
  versions: readonly string[]
  /** Bytes in the tarball. */
  packed: number
}

export interface ImageComparison {
  /** Packages whose builds, or whose size in the tarball, differ; the largest difference in size first. */
  changes: readonly { name: string; before: Builds; now: Builds }[]
  /** How many packages are the same as before. */
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
 * Compares two images package by package. The service's own package is the same in both, even if a pull request's was
 * built for another origin.
 */
export function compareImages(base: ImageSizes, own: ImageSizes): ImageComparison {
  const before = buildsByName(base, own.service)
  const now = buildsByName(own, own.service)
  const names = [...new Set([...now.keys(), ...before.keys()])].sort()
  const all = names.map(name => ({ name, before: before.get(name) ?? NONE, now: now.get(name) ?? NONE }))
  const changes = all
    .filter(each => !builtin.util.isDeepStrictEqual(each.before, each.now))
    .toSorted((a, b) => sizeDifference(b) - sizeDifference(a))
  return { changes, unchanged: all.length - changes.length, before: total(before), now: total(now) }
}

const NONE: Builds = { versions: [], packed: 0 }

function buildsByName({ service, packages }: ImageSizes, called: string): Map<string, Builds> {
  const builds = new Map<string, Builds>()
  for (const { ident, packed } of packages.toSorted((a, b) => (a.ident < b.ident ? -1 : 1))) {
    const name = partsOf(ident === service ? called : ident)
      .slice(0, 2)
      .join('/')
    const others = builds.get(name) ?? NONE
    const version = partsOf(ident).slice(2).join('/')
    builds.set(name, { versions: [...others.versions, version], packed: others.packed + packed })
  }
  return builds
}

function partsOf(ident: string): string[] {
  return ident.split('/')
}

function sizeDifference({ before, now }: ImageComparison['changes'][number]): number {
  return Math.abs(now.packed - before.packed)
}

function total(builds: ReadonlyMap<string, Builds>): number {
  return [...builds.values()].reduce((sum, { packed }) => sum + packed, 0)
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

/** Reads what is recorded of a branch; undefined if it is anything else. */
export function readImageSizes(text: string): ImageSizes | undefined {
  return readJson(IMAGE, text).value
}
