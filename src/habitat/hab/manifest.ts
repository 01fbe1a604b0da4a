import semver from 'semver'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import { type FullIdent, parseFullIdent } from '../package/ident.ts'
import type { HabReleasePackages } from './release.ts'

/** What a release of hab says of itself. */
export interface HabManifest {
  version: string
  /** As it was published. */
  text: string
  /**
   * The packages for a target.
   * @throws MesosizeError HAB_MANIFEST if one of the three is not there
   */
  packagesFor(target: string): HabReleasePackages
}

/**
 * Reads the manifest.json of a release: `{ version, packages: { TARGET: [full ident, …] } }`
 * (habitat-sh/habitat, .expeditor/scripts; read by components/hab/install.sh).
 * @param from where it was found, for errors
 * @throws MesosizeError HAB_MANIFEST
 */
export function parseManifest(text: string, from: string): HabManifest {
  const { version, packages } = parseObject(text, from)
  if (typeof version !== 'string' || semver.valid(version) === null) {
    throw unusable(from, `its version is ${JSON.stringify(version)}`)
  }
  return {
    version,
    text,
    packagesFor(target) {
      const listed: unknown = isObject(packages) ? packages[target] : undefined
      if (!Array.isArray(listed)) throw unusable(from, `it lists no packages for ${target}`)
      const idents = listed.map(ident => parseListed(ident, from))
      const find = (name: string) => {
        const found = idents.find(ident => ident.name === name)
        if (!found) throw unusable(from, `it lists no ${name} for ${target}`)
        return found
      }
      return { hab: find('hab'), supervisor: find('hab-sup'), launcher: find('hab-launcher') }
    },
  }
}

function parseObject(text: string, from: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw unusable(from, 'it is not JSON')
  }
  if (!isObject(value)) throw unusable(from, 'it is not a JSON object')
  return value
}

function parseListed(ident: unknown, from: string): FullIdent {
  try {
    return parseFullIdent(String(ident))
  } catch (error) {
    throw unusable(from, messageOf(error))
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unusable(from: string, problem: string): MesosizeError {
  return new MesosizeError(
    'HAB_MANIFEST',
    `${from} is not a manifest of a hab release: ${problem}. Check the mirror, or name another release with hab-version.`,
  )
}
