import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import * as v from 'valibot'
import { MesosizeError } from '../../lib/errors.ts'
import { object, parsed, readJson } from '../../lib/json.ts'
import { parseWebUrl } from '../../lib/url.ts'

/** An account that logs in to DC/OS with a key instead of a password. */
export interface ServiceAccount {
  uid: string
  /** The login address in the secret; often a host name that is known only inside the cluster. */
  loginEndpoint?: URL
  key: KeyObject
}

/** Seconds. The identity manager of DC/OS accepts at most ten minutes; dcos-cli uses five. */
const LIFETIME = 300

/** A field whose value is never shown in messages. */
function hidden<T>(read: (value: unknown) => T | undefined, problem: string) {
  return parsed(v.unknown(), value => {
    const result = read(value)
    if (result === undefined) throw new Error(problem)
    return result
  })
}

const SECRET = object({
  uid: hidden(
    value => (typeof value === 'string' && value !== '' ? value : undefined),
    'is not the name of an account',
  ),
  scheme: v.optional(
    hidden(
      value => (value === 'RS256' ? value : undefined),
      'is not "RS256", the only one that DC/OS supports',
    ),
  ),
  private_key: parsed(v.unknown(), readKey),
  login_endpoint: v.optional(
    hidden(
      value => (typeof value === 'string' ? parseWebUrl(value) : undefined),
      'is not an http or https URL',
    ),
  ),
})

/**
 * Reads the secret of a DC/OS service account: the JSON that `dcos security secrets create-sa-secret` stores, with
 * `uid`, `private_key`, `scheme` and `login_endpoint`. Messages show no part of it.
 * @param name of where it is from, for messages
 * @throws MesosizeError DCOS_SERVICE_ACCOUNT
 */
export function readServiceAccount(text: string, name: string): ServiceAccount {
  if (/^\s*-----BEGIN /.test(text)) throw unusable(name, ['it is the private key alone'])
  const { value, problems } = readJson(SECRET, text)
  if (!value) throw unusable(name, problems)
  return { uid: value.uid, key: value.private_key, loginEndpoint: value.login_endpoint }
}

/**
 * The JWT with which a service account requests a token (RFC 7519, RS256 of RFC 7518).
 * @param now milliseconds since the epoch, by the clock of the server
 */
export function loginJwt({ uid, key }: ServiceAccount, now: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(now / 1000) + LIFETIME
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ uid, exp })}`
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`
}

function readKey(pem: unknown): KeyObject {
  let key: KeyObject
  try {
    // Line ends are often escaped twice when a key is copied into a secret.
    key = createPrivateKey(String(pem).replaceAll('\\n', '\n'))
  } catch {
    throw new Error('is not an unencrypted private key in PEM')
  }
  if (key.asymmetricKeyType !== 'rsa') throw new Error('is not an RSA key')
  return key
}

function unusable(name: string, problems: readonly string[]): MesosizeError {
  return new MesosizeError(
    'DCOS_SERVICE_ACCOUNT',
    `${name}: the secret cannot be used: ${problems.join('; ')}. Give the whole JSON that "dcos security secrets create-sa-secret" stores: {"uid": "...", "scheme": "RS256", "private_key": "...", "login_endpoint": "..."}.`,
  )
}
