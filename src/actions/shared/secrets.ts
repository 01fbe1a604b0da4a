import { authorizationSecrets } from '../../lib/mask.ts'

/** Shorter ones would turn ordinary words of the log, and of outputs, into asterisks. */
const SHORTEST_PART = 4
const SHORTEST_HEADER = 6
const SHORTEST_SIGNATURE = 20

/** A secret, and each of its lines, since one may appear alone. */
export function secretsIn(text: string): string[] {
  const whole = text.trim()
  const lines = whole.split('\n').map(line => line.trim())
  return [...(whole === '' ? [] : [whole]), ...lines.filter(line => line.length >= SHORTEST_PART)]
}

/** The values of headers, and what follows the scheme in `Bearer TOKEN` and `Basic …`. */
export function headerSecretsIn(text: string): string[] {
  const values = text.split('\n').map(line => line.slice(line.indexOf(':') + 1).trim())
  return values.flatMap(authorizationSecrets).filter(secret => secret.length >= SHORTEST_HEADER)
}

/** The passwords in URLs, and their queries if these hold a signature or token. */
export function urlSecretsIn(text: string): string[] {
  const urls = [...text.matchAll(/[a-z][a-z0-9+.-]*:\/\/[^\s"]+/gi)].map(([url]) => url)
  return urls.flatMap(url => [...loginSecretsIn(url), ...querySecretsIn(url)])
}

function loginSecretsIn(url: string): string[] {
  // With an unencoded "/" in the password the text is not a URL, and yet may be shown.
  const userInfo = URL.canParse(url) ? /:\/\/([^/?#]*)@/ : /:\/\/(.*)@/
  const login = userInfo.exec(url)?.[1]
  if (login === undefined) return []
  const colon = login.indexOf(':')
  // Without a password, the user name is a token.
  const password = login.slice(colon + 1)
  const normal = URL.canParse(url) ? new URL(url).password : ''
  return [password, decoded(password), normal, ...(colon > 0 ? [login, decoded(login)] : [])].filter(
    part => part.length >= SHORTEST_PART,
  )
}

function querySecretsIn(url: string): string[] {
  const query = /\?([^#]*)/.exec(url)?.[1] ?? ''
  const secrets = query.split('&').flatMap(parameter => {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/.exec(parameter) ?? []
    const named = /sig|token|key|secret|pass|cred|auth/i.test(name) && value.length >= SHORTEST_PART
    return named || value.length >= SHORTEST_SIGNATURE ? [value, decoded(value)] : []
  })
  return secrets.length > 0 ? [query, decoded(query), ...secrets] : []
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
