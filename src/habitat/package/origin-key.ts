import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { MesosizeError } from '../../lib/errors.ts'

/** `NAME-REVISION`, such as `core-20160810182414`: permanently names one key of an origin. */
export interface OriginKeyName {
  origin: string
  /** When the key was created, `YYYYMMDDhhmmss`. */
  revision: string
}

export interface PublicOriginKey {
  name: OriginKeyName
  key: KeyObject
}

// An Ed25519 public key in SubjectPublicKeyInfo form is these bytes, then the 32 of the key (RFC 8410, section 4).
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

const KEY_NAME = /^([a-z0-9][a-z0-9_-]{0,254})-(\d{14})$/

export function formatKeyName(name: OriginKeyName): string {
  return `${name.origin}-${name.revision}`
}

/**
 * Reads the name of a key. The result is safe in paths and URLs.
 * @returns undefined if it is not a key name
 */
export function parseKeyName(text: string): OriginKeyName | undefined {
  const match = KEY_NAME.exec(text)
  return match ? { origin: match[1]!, revision: match[2]! } : undefined
}

/**
 * Reads a public origin key as Habitat keeps it: `SIG-PUB-1`, the key's name, an empty line, the key in base64
 * (components/core/src/crypto/keys).
 * @param from where the text was found, for errors
 * @throws MesosizeError KEY_FORMAT
 */
export function parsePublicKey(text: string, from: string): PublicOriginKey {
  const [kind = '', nameLine = '', empty = '', encoded = '', ...rest] = text.trim().split('\n')
  const name = parseKeyName(nameLine.trim())
  const bytes = Buffer.from(encoded.trim(), 'base64')
  const sound =
    kind.trim() === 'SIG-PUB-1' && name && empty.trim() === '' && bytes.length === 32 && rest.length === 0
  if (!sound) {
    throw new MesosizeError(
      'KEY_FORMAT',
      `${from} is not a public origin key: it must have "SIG-PUB-1", the key's name, an empty line, and 32 bytes in base64. ` +
        `Export it again with "hab origin key export ORIGIN --type public".`,
    )
  }
  return {
    name,
    key: createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes]), format: 'der', type: 'spki' }),
  }
}

/** Whether `signature` (64 bytes) of `message` was made with the key's secret half. */
export function verifySignature(key: PublicOriginKey, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(null, message, key.key, signature)
}
