import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import semver from 'semver'
import { MesosizeError } from '../../lib/errors.ts'

export interface LicenseConsent {
  /** Whether the person says here that they accept it. */
  accept: boolean
  /** The job's environment and home folder, where the person may have said so before. */
  env: Readonly<Record<string, string | undefined>>
  home: string
  isRoot: boolean
}

/**
 * The value that HAB_LICENSE needs so that hab does not ask: nothing before 0.80.0; after it, what stands for the
 * person's own consent, which is given here, in HAB_LICENSE, or in the file that `hab license accept` leaves
 * (components/hab/src/license.rs). It is never given for them, nor kept for others.
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
      'Write "accept-license: true" if you do; or write "use-hab: false", which exports a package without hab.',
  )
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    stats => stats.isFile(),
    () => false,
  )
}
