import { MesosizeError } from '../../lib/errors.ts'
import { isObject } from '../../lib/is-object.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import type { JsonValue } from './request.ts'
import { whyNotWhole } from './secrets.ts'

/**
 * Checks that a patch has left in the package's variable what `launch` fills in: ports, and secrets.
 * @param ours its value before the patch
 * @param patched its value afterwards
 * @throws MesosizeError APP_INVALID if a secret has taken its place
 */
export function checkPatchedConfiguration(
  variable: string,
  ours: JsonValue | undefined,
  patched: JsonValue | undefined,
  report: Reporter,
): void {
  const filled = new Set(typeof ours === 'string' ? ours.match(/\$(?:PORT|SECRET)_[A-Z0-9_]+(?=")/g) : [])
  if (filled.size === 0) return
  if (isObject(patched)) {
    throw new MesosizeError(
      'APP_INVALID',
      `The patch makes ${variable} a secret, but ${whyNotWhole(variable)}`,
    )
  }
  const lost = [...filled].filter(placeholder => !`${patched ?? ''}`.includes(`${placeholder}"`))
  if (lost.length === 0) return
  report.warn(
    `The patch ${patched === undefined ? 'removes' : 'replaces'} ${variable}, so the service does not get what "launch" would fill in there: ${lost.join(', ')}. Leave ${variable} out of the patch, and use ${setting('config')} for the rest of the configuration.`,
  )
}
