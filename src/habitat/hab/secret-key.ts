import { createPrivateKey, createPublicKey } from 'node:crypto'
import { MesosizeError } from '../../lib/errors.ts'
import { type OriginKeyName, parseKeyName } from '../package/origin-key.ts'

/** A secret origin key, with the texts of its two files as Habitat keeps them. */
export interface SecretOriginKey {
  name: OriginKeyName
  secretText: string
  publicText: string
}

// An Ed25519 private key in PKCS #8 form is these bytes, then the 32 of the seed (RFC 8410, section 7).
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/**
 * Reads a secret origin key: `SIG-SEC-1`, the key's name, an empty line, and the base64 of seed and public key,
 * 32 bytes each (components/core/src/crypto/keys). Errors show no part of it.
 * @param where it was given, for errors
 * @throws MesosizeError KEY_FORMAT
 */
export function parseSecretKey(text: string, where: string): SecretOriginKey {
  const [kind = '', nameLine = '', empty = '', encoded = '', ...rest] = text.trim().split(/\r?\n/)
  const name = parseKeyName(nameLine.trim())
  const bytes = Buffer.from(encoded.trim(), 'base64')
  const publicBytes = bytes.length === 64 ? publicHalf(bytes.subarray(0, 32)) : undefined
  const problem =
    text.trim() === ''
      ? 'it is empty: the secret is not set, or is not available to this workflow, as with pull requests from forks'
      : kind === 'SIG-PUB-1'
        ? 'it is the public half'
        : kind.includes('\\n')
          ? 'it is a single line, with "\\n" instead of line ends'
          : kind !== 'SIG-SEC-1'
            ? 'its first line is not "SIG-SEC-1"'
            : !name
              ? 'its second line is not a key name such as "acme-20240101000000"'
              : empty.trim() !== '' || rest.length > 0 || !publicBytes
                ? 'after an empty line it must have exactly 64 bytes in base64'
                : !publicBytes.equals(bytes.subarray(32))
                  ? 'its two halves do not match'
                  : undefined
  if (problem !== undefined || !name || !publicBytes) {
    throw new MesosizeError(
      'KEY_FORMAT',
      `${where}: is not a secret origin key: ${problem}. Put the output of "hab origin key export ORIGIN --type secret" into the secret, unchanged.`,
    )
  }
  return {
    name,
    secretText: `SIG-SEC-1\n${nameLine.trim()}\n\n${bytes.toString('base64')}`,
    publicText: `SIG-PUB-1\n${nameLine.trim()}\n\n${publicBytes.toString('base64')}`,
  }
}

function publicHalf(seed: Buffer): Buffer {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' })
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
}
