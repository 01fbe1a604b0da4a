import semver from 'semver'
import * as v from 'valibot'
import { MesosizeError } from '../../lib/errors.ts'
import { anyObject, list, object, parsed, readJson, readValue, text } from '../../lib/json.ts'
import { setting } from '../../lib/setting.ts'
import { parseFullIdent } from '../package/ident.ts'
import type { HabReleasePackages } from './release.ts'

/** The description of a release of hab. */
export interface HabManifest {
  version: string
  /** As it was published. */
  text: string
  /**
   * The packages for a target.
   * @throws MesosizeError HAB_MANIFEST if one of the three is missing
   */
  packagesFor(target: string): HabReleasePackages
}

const MANIFEST = object({
  version: v.pipe(
    text,
    v.check(version => semver.valid(version) !== null, 'a version'),
  ),
  packages: anyObject,
})
const IDENTS = list(parsed(text, parseFullIdent))

/**
 * Reads the manifest.json of a release: `{ version, packages: { TARGET: [full ident, …] } }`
 * (habitat-sh/habitat, .expeditor/scripts; read by components/hab/install.sh).
 * @param from where it was found, for errors
 * @throws MesosizeError HAB_MANIFEST
 */
export function parseManifest(text: string, from: string): HabManifest {
  const { value, problems } = readJson(MANIFEST, text)
  if (!value) throw unusable(from, problems.join('; '))
  const { version, packages } = value
  return {
    version,
    text,
    packagesFor(target) {
      const listed = readValue(object({ packages: object({ [target]: IDENTS }) }), { packages })
      if (!listed.value) throw unusable(from, listed.problems[0])
      const idents = listed.value.packages[target]!
      const find = (name: string) => {
        const found = idents.find(ident => ident.name === name)
        if (!found) throw unusable(from, `it lists no ${name} for ${target}`)
        return found
      }
      return { hab: find('hab'), supervisor: find('hab-sup'), launcher: find('hab-launcher') }
    },
  }
}

function unusable(from: string, problem: string): MesosizeError {
  return new MesosizeError(
    'HAB_MANIFEST',
    `${from} is not a manifest of a hab release: ${problem}. Check ${setting('hab-mirror')}, or choose another release with ${setting('hab-version')}.`,
  )
}
