import { createPublicKey, randomUUID, verify } from 'node:crypto'
import { type Json, message, type Reply } from './marathon-server-rules.ts'

/** The flag --http_credentials. */
export interface BasicAuth {
  kind: 'basic'
  user: string
  password: string
}

export interface DcosAuth {
  kind: 'dcos'
  /** Public keys in PEM. */
  serviceAccounts?: Record<string, string>
  /** Passwords. */
  users?: Record<string, string>
  /** Tokens that are good without a login. */
  tokens?: string[]
}

/** Who may ask, as Jetty's BASIC or DC/OS' Admin Router with its identity manager have it. */
export function createGate(auth: BasicAuth | DcosAuth | undefined, now: () => number) {
  const tokens = new Set(auth?.kind === 'dcos' ? auth.tokens : [])
  const logins: Json[] = []

  /** An answer to a client without permission, or undefined. */
  function refuse(authorization: string | undefined): Reply | undefined {
    if (!auth) return undefined
    const good =
      auth.kind === 'basic'
        ? isSame(loginIn(authorization), auth)
        : authorization?.startsWith('token=') && tokens.has(authorization.slice('token='.length))
    if (good) return undefined
    return {
      status: 401,
      headers: {
        'content-type': 'text/html; charset=ISO-8859-1',
        'www-authenticate': auth.kind === 'basic' ? 'basic realm="Mesosphere"' : 'acsjwt',
      },
      body: '<html><head><title>Error 401 Unauthorized</title></head><body>HTTP ERROR 401</body></html>',
    }
  }

  /** POST /acs/api/v1/auth/login */
  function logIn(body: Json): Reply {
    logins.push(body)
    if (auth?.kind !== 'dcos') return message(404, 'not found')
    const { uid, password, token } = body
    const good =
      typeof token === 'string'
        ? isSigned(token, uid, auth.serviceAccounts?.[uid], now())
        : password !== undefined && auth.users?.[uid] === password
    if (!good) {
      const body = {
        title: 'Bad Request',
        code: 'ERR_INVALID_CREDENTIALS',
        description: 'Invalid credentials.',
      }
      return { status: 401, body }
    }
    const fresh = `${uid}.${randomUUID()}`
    tokens.add(fresh)
    return { status: 200, body: { token: fresh } }
  }

  return { refuse, logIn, logins, expireTokens: () => tokens.clear() }
}

/** Jetty splits what is sent at the first colon. */
function loginIn(authorization: string | undefined): [user: string, password: string] | undefined {
  const [, encoded] = /^Basic (\S+)$/.exec(authorization ?? '') ?? []
  return encoded === undefined ? undefined : splitAt(Buffer.from(encoded, 'base64').toString(), 'indexOf')
}

/** Marathon splits its flag --http_credentials at the last colon. */
function isSame(sent: [user: string, password: string] | undefined, { user, password }: BasicAuth): boolean {
  const wanted = splitAt(`${user}:${password}`, 'lastIndexOf')
  return sent !== undefined && sent[0] === wanted[0] && sent[1] === wanted[1]
}

function splitAt(text: string, which: 'indexOf' | 'lastIndexOf'): [string, string] {
  const at = text[which](':')
  return [text.slice(0, at), text.slice(at + 1)]
}

/** RS256, and an expiry not past and not more than ten minutes ahead. */
function isSigned(jwt: string, uid: string, publicKey: string | undefined, now: number): boolean {
  const [head = '', claims = '', signature = '', ...rest] = jwt.split('.')
  if (rest.length > 0 || publicKey === undefined) return false
  const read = (part: string): Json => JSON.parse(Buffer.from(part, 'base64url').toString())
  const { alg, typ } = read(head)
  const { uid: claimed, exp } = read(claims)
  return (
    alg === 'RS256' &&
    typ === 'JWT' &&
    claimed === uid &&
    Number.isInteger(exp) &&
    exp > now / 1000 &&
    exp <= now / 1000 + 600 &&
    verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${claims}`),
      createPublicKey(publicKey),
      Buffer.from(signature, 'base64url'),
    )
  )
}
