import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import semver from 'semver'
import { MesosizeError } from '../../lib/errors.ts'
import { setting } from '../../lib/setting.ts'

export interface LicenseConsent {
  /** Whether the user accepts it in this run. */
  accept: boolean
  /** The job's environment and home folder, where the user may have accepted it before. */
  env: Readonly<Record<string, string | undefined>>
  home: string
  isRoot: boolean
}

/**
 * The value of HAB_LICENSE that keeps hab from asking: none before 0.80.0; since then, one that passes on the user's
 * own consent, given here, in HAB_LICENSE, or in the file that `hab license accept` writes
 * (components/hab/src/license.rs). Mesosize never consents for the user, and does not store the consent.
 * @throws MesosizeError HAB_LICENSE if hab would ask
 */
export async function licenseVariable(
  version: string,
  consent: LicenseConsent,
): Promise<'accept-no-persist' | undefined> {
  if (semver.lt(version, '0.80.0')) return undefined
  const { accept, env, home, isRoot } = consent
  const before = env.HAB_LICENSE === 'accept' || env.HAB_LICENSE === 'accept-no-persist'
  const file = join(isRoot ? '/hab' : join(home, '.hab'), 'accepted-licenses/habitat')
  if (accept || before || (await isFile(file))) return 'accept-no-persist'
  throw new MesosizeError(
    'HAB_LICENSE',
    `hab ${version} is used under the Chef End User License Agreement (https://www.chef.io/end-user-license-agreement), which only you can accept. ` +
      `Write ${setting('accept-license', 'true')} if you do; or write ${setting('use-hab', 'false')}, which exports a package without hab.`,
  )
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    stats => stats.isFile(),
    () => false,
  )
}
