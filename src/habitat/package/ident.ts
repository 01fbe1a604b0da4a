import { MesosizeError } from '../../lib/errors.ts'

/** A package identifier: `origin/name[/version[/release]]`. */
export interface PackageIdent {
  origin: string
  name: string
  version?: string
  release?: string
}

/** A fully qualified identifier, which permanently names one build. */
export interface FullIdent extends PackageIdent {
  version: string
  release: string
}

// The patterns of Habitat's own parser: components/core/src/package/ident.rs and origin.rs. It has no pattern for
// versions; here a version must be safe in a path, a URL and a file name.
const ORIGIN = /^[a-z0-9][a-z0-9_-]{0,254}$/
const NAME = /^[A-Za-z0-9_-]{1,255}$/
const VERSION = /^(?!\.{1,2}$)[A-Za-z0-9._+~-]{1,255}$/
const RELEASE = /^\d{14}$/

/** @throws MesosizeError IDENT_INVALID, naming the part that is wrong */
export function parseIdent(text: string): PackageIdent {
  const [origin = '', name = '', version, release, ...rest] = text.split('/')
  const problem = !ORIGIN.test(origin)
    ? `the origin ${JSON.stringify(origin)} must be lower-case letters, digits, "-" and "_"`
    : !NAME.test(name)
      ? `the name ${JSON.stringify(name)} must be letters, digits, "-" and "_"`
      : version !== undefined && !VERSION.test(version)
        ? `the version ${JSON.stringify(version)} must be letters, digits and ". _ + ~ -"`
        : release !== undefined && !RELEASE.test(release)
          ? `the release ${JSON.stringify(release)} must be 14 digits, YYYYMMDDhhmmss`
          : rest.length > 0
            ? 'it has more than four parts'
            : undefined
  if (problem) {
    throw new MesosizeError(
      'IDENT_INVALID',
      `${JSON.stringify(text)} is not a package identifier: ${problem}. Write origin/name[/version[/release]], such as core/redis.`,
    )
  }
  return { origin, name, version, release }
}

// A hart is called ORIGIN-NAME-VERSION-RELEASE-TARGET.hart, and a file name has at most 255 bytes.
const LONGEST = 255 - '-x86_64-linux-kernel2.hart'.length

/** @throws MesosizeError IDENT_INVALID if it is not an identifier or too long, IDENT_NOT_FULL if version or release is missing */
export function parseFullIdent(text: string): FullIdent {
  const ident = parseIdent(text)
  if (!isFull(ident)) {
    throw new MesosizeError(
      'IDENT_NOT_FULL',
      `${JSON.stringify(text)} must be fully qualified: origin/name/version/release.`,
    )
  }
  if (text.length > LONGEST) {
    throw new MesosizeError(
      'IDENT_INVALID',
      `${JSON.stringify(text)} is longer than ${LONGEST} characters, which makes the names of its files too long. Build the package with a shorter version or name.`,
    )
  }
  return ident
}

export function isFull(ident: PackageIdent): ident is FullIdent {
  return ident.version !== undefined && ident.release !== undefined
}

export function formatIdent(ident: PackageIdent): string {
  return [ident.origin, ident.name, ident.version, ident.release].filter(part => part !== undefined).join('/')
}

/** An identifier as in file names, ORIGIN-NAME-VERSION-RELEASE. It cannot be parsed: each part may contain dashes. */
export function dashedIdent(ident: PackageIdent): string {
  return formatIdent(ident).replaceAll('/', '-')
}

/** Whether a build matches an identifier, full or partial. */
export function satisfies(build: FullIdent, wanted: PackageIdent): boolean {
  return (
    build.origin === wanted.origin &&
    build.name === wanted.name &&
    (wanted.version === undefined || build.version === wanted.version) &&
    (wanted.release === undefined || build.release === wanted.release)
  )
}

/**
 * Orders two builds of one package, older first. Habitat's order (components/core/src/package/list/ident.rs):
 * by the numeric parts of the version, missing ones counting as zero; then a version without a suffix after the same
 * version with a suffix; then by release. Anything before the first number is ignored. If one of two versions has no
 * numbers, they are compared as text.
 */
export function compareBuilds(a: FullIdent, b: FullIdent): number {
  return compareVersions(a.version, b.version) || compareText(a.release, b.release)
}

function compareVersions(a: string, b: string): number {
  const [partsA, partsB] = [splitVersion(a), splitVersion(b)]
  if (!partsA || !partsB) return compareText(a, b)
  for (let i = 0; i < Math.max(partsA.numbers.length, partsB.numbers.length); i++) {
    const [numberA, numberB] = [partsA.numbers[i] ?? 0n, partsB.numbers[i] ?? 0n]
    if (numberA !== numberB) return numberA < numberB ? -1 : 1
  }
  if (!partsA.suffix || !partsB.suffix) return Number(!partsA.suffix) - Number(!partsB.suffix)
  return compareText(partsA.suffix, partsB.suffix)
}

/** @returns undefined if there is no number, or an empty part between two dots */
function splitVersion(version: string): { numbers: bigint[]; suffix: string } | undefined {
  const [, digits, suffix = ''] = /([\d.]+)(.*)$/.exec(version) ?? []
  const numbers = digits?.split('.') ?? ['']
  if (numbers.includes('')) return undefined
  return { numbers: numbers.map(BigInt), suffix: suffix.replace(/^-(?=.)/, '') }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The directory in which a build is installed, relative to the root, without a leading slash. */
export function packagePath(ident: FullIdent): string {
  return `hab/pkgs/${formatIdent(ident)}`
}

/** When a build was made, in seconds since the epoch; its release is a UTC time. */
export function releaseTime(ident: FullIdent): number {
  const [, year, month, day, hour, minute, second] = /^(....)(..)(..)(..)(..)(..)$/
    .exec(ident.release)!
    .map(Number)
  return Math.floor(Date.UTC(year!, month! - 1, day, hour, minute, second) / 1000)
}
