import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { MesosizeError } from '../../lib/errors.ts'
import { setting } from '../../lib/setting.ts'
import { parseWebUrl } from '../../lib/url.ts'

/** Who logs in to DC/OS with a key instead of a password. */
export interface ServiceAccount {
  uid: string
  /** Where the secret says that it logs in; often a name that is known only inside the cluster. */
  loginEndpoint?: URL
  key: KeyObject
}

/** Seconds. The identity manager of DC/OS takes at most ten minutes, dcos-cli sends five. */
const LIFETIME = 300

/**
 * Reads the secret of a DC/OS service account: the JSON that `dcos security secrets create-sa-secret` stores, with
 * `uid`, `private_key`, `scheme` and `login_endpoint`. No message shows anything of it.
 * @throws MesosizeError DCOS_SERVICE_ACCOUNT
 */
export function readServiceAccount(text: string): ServiceAccount {
  const { uid, private_key: pem, scheme = 'RS256', login_endpoint: endpoint } = parse(text)
  if (typeof uid !== 'string' || uid === '') throw invalid('has no "uid", the name of the account')
  if (scheme !== 'RS256') throw invalid('has a "scheme" other than "RS256", which DC/OS does not know')
  if (typeof pem !== 'string') throw invalid('has no "private_key"')
  const url = typeof endpoint === 'string' ? parseWebUrl(endpoint) : undefined
  if (endpoint !== undefined && !url) {
    throw invalid('has a "login_endpoint" that is not a URL')
  }
  return { uid, key: readKey(pem), loginEndpoint: url }
}

/**
 * The JWT with which a service account asks for a token (RFC 7519, RS256 of RFC 7518).
 * @param now milliseconds since the epoch, by the clock of the server
 */
export function loginJwt({ uid, key }: ServiceAccount, now: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(now / 1000) + LIFETIME
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ uid, exp })}`
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) throw invalid('is the private key alone')
  }
  throw invalid('is not a JSON object')
}

function readKey(pem: string): KeyObject {
  let key: KeyObject
  try {
    // Line ends are often escaped twice on their way into a secret.
    key = createPrivateKey(pem.replaceAll('\\n', '\n'))
  } catch {
    throw invalid('has a "private_key" that is not an unencrypted private key in PEM')
  }
  if (key.asymmetricKeyType !== 'rsa') throw invalid('has a "private_key" that is not an RSA key')
  return key
}

function invalid(problem: string): MesosizeError {
  return new MesosizeError(
    'DCOS_SERVICE_ACCOUNT',
    `${setting('dcos-service-account')}: the secret ${problem}. Give the whole JSON that "dcos security secrets create-sa-secret" stores: {"uid": "...", "scheme": "RS256", "private_key": "...", "login_endpoint": "..."}.`,
  )
}
