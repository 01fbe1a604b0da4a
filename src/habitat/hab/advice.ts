import { alternatives } from '../../lib/alternatives.ts'
import { setting } from '../../lib/setting.ts'
import type { BuilderChannel } from '../package/request.ts'
import type { Complaint } from './complaint.ts'

/** What hab was asked to fetch when it failed. */
export interface Asked {
  from: BuilderChannel
  /** The settings that name the source; several if any of them may. */
  settings: { url: readonly string[]; channel: readonly string[] }
  /** Whether a token was given. */
  hadToken: boolean
}

/** The next step after an error of hab, in a sentence or two. */
export function advice(complaint: Complaint | undefined, asked: Asked): string {
  const { from, settings, hadToken } = asked
  const profile = `${from.url}/#/profile`
  const auth = setting('auth')
  const url = settingsIn(settings.url)
  const token = hadToken ? '' : `, or, if the origin is private, give a token as ${auth}`
  switch (complaint?.kind) {
    case 'token':
      return hadToken
        ? `Builder does not accept the token in ${auth}: it is not valid, or it has expired. Create a new one at ${profile}.`
        : `Builder asks for a personal access token for ${complaint.ident ?? 'this'}: the origin is private, or the package needs a licence key. Create a token at ${profile} and give it as ${auth}${orOlder(complaint.ident)}.`
    case 'licence key':
      return `Builder gives ${complaint.ident ?? 'this'} only to accounts that have a licence key. Add yours at ${profile}, and give a token of that account as ${auth}${orOlder(complaint.ident)}.`
    case 'forbidden':
      return `Builder, or a proxy in between, refuses ${complaint.ident ?? 'this'}. ${
        hadToken
          ? `Check ${url}, and that the token in ${auth} belongs to a member of the origin.`
          : `Check ${url}; if the origin is private, create a personal access token at ${profile} and give it as ${auth}.`
      }`
    case 'network':
      return `Check ${url} and the network: the proxy (https_proxy), and the certificates that are trusted (SSL_CERT_FILE). Or try again later.`
    case 'not in channel': {
      const { ident = 'package of that name', channel = from.channel, listed } = complaint
      const elsewhere = listed ? ', or use a channel that hab lists below' : ''
      return `The channel ${channel} of ${from.url} has no ${ident} for this target. Check the name, ${settingsIn(settings.channel)} and ${url}${elsewhere}${token}.`
    }
    case 'no build':
      return `${from.url} has no ${complaint.ident} for this target. Check the version and the release, and ${url}${token}.`
    case 'no key':
      return `${from.url} does not have the public key ${complaint.name}, with which a package is verified. Put ${complaint.name}.pub into a folder and name that folder with ${setting('keys')}, or upload the key to Builder.`
    case 'licence':
      return `Write "${setting('accept-license', 'true')}" if you accept the Chef End User License Agreement (https://www.chef.io/end-user-license-agreement).`
    case 'damaged':
      return `A package is damaged, or is not signed with the key that it names, and was not installed. Check the proxies and caches between here and ${from.url}; if it is a hart of your own, build it again.`
    default:
      return 'Correct what hab reports.'
  }
}

/** Since 2.0.156, Habitat's own packages have the origin chef and need a licence key. */
function orOlder(ident: string | undefined): string {
  if (!ident?.startsWith('chef/hab')) return ''
  return `; or use Habitat 1.6, which needs neither: ${setting('hab-version', '^1.6')}, ${setting('base-pkgs-channel', 'stable')}`
}

function settingsIn(names: readonly string[]): string {
  return alternatives(names.map(name => setting(name)))
}
