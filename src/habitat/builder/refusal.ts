import { formatStatus, HttpStatusError } from '../../http/errors.ts'
import type { Answer } from '../../http/get.ts'
import { MesosizeError } from '../../lib/errors.ts'
import type { Mask } from '../../lib/mask.ts'
import { setting } from '../../lib/setting.ts'
import type { PackageIdent } from '../package/ident.ts'

const HABITATS_OWN: ReadonlySet<string> = new Set(['hab', 'hab-sup', 'hab-launcher'])

/**
 * The error for a response that is neither a success nor 404.
 * @param base the Builder that was asked
 * @param hadToken whether a token was given
 * @param mask hides secrets that the response repeats
 * @param what was requested
 * @param ident the package, if one was requested
 */
export function refusal(
  { response, url, shown }: Answer,
  base: URL,
  hadToken: boolean,
  mask: Mask,
  what: string,
  ident?: PackageIdent,
): MesosizeError {
  const status = formatStatus(response.status)
  const answered = `${shown} answered ${status} when asked for ${what}`
  if (response.status !== 401 && response.status !== 403) {
    const next =
      response.status === 429 || response.status >= 500
        ? 'Try again later.'
        : `Check ${setting('url')} (HAB_BLDR_URL), the ident, the channel and the target.`
    return new HttpStatusError('HTTP_STATUS', `${answered}. ${next}`, response)
  }
  if (url.origin !== base.origin) {
    const other = mask(url.origin)
    return new MesosizeError(
      'BUILDER_TOKEN',
      `${answered}. Builder at ${base.origin} redirected there, but a token is sent only to Builder. If ${other} is the right Builder, set ${setting('url')}.`,
    )
  }
  const profile = `${base.origin}/#/profile`
  if (ident && (ident.origin === 'chef' || HABITATS_OWN.has(ident.name))) {
    return new MesosizeError(
      'BUILDER_TOKEN',
      `${answered}. Habitat's own packages need a personal access token of an account with a licence key${hadToken ? ', and the given token is not one' : ''}. ` +
        `Add the licence key and create a token at ${profile}, and give it as HAB_AUTH_TOKEN or ${setting('auth')}; or use Habitat 1.6, which needs no token: ` +
        `${setting('sup-pkg', 'core/hab-sup')}, ${setting('launcher-pkg', 'core/hab-launcher')}, ${setting('base-pkgs-channel', 'stable')}.`,
    )
  }
  return new MesosizeError(
    'BUILDER_TOKEN',
    hadToken
      ? `${answered}. The token is not valid, has expired, or does not grant access to this origin or channel. Create a new one at ${profile} and give it as HAB_AUTH_TOKEN or ${setting('auth')}.`
      : `${answered}. The origin is private, or the channel is not public. Create a personal access token at ${profile} and give it as HAB_AUTH_TOKEN or ${setting('auth')}.`,
  )
}
