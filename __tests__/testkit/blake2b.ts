import { blake2b } from '@noble/hashes/blake2.js'

/** BLAKE2b with a 32-byte digest, as lower-case hex: the hash that a hart's signature covers. */
export function blake2b256(bytes: Uint8Array): string {
  return Buffer.from(blake2b(bytes, { dkLen: 32 })).toString('hex')
}
