import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** An origin's Ed25519 signing key pair, with the texts of its two files. */
export interface OriginKey {
  /** `origin-YYYYMMDDhhmmss` */
  name: string
  /** SIG-PUB-1, without a trailing newline, as Habitat writes it. */
  publicKeyText: string
  /** SIG-SEC-1: seed and public key. */
  secretKeyText: string
  /** @returns the 64 bytes of the signature of a text, which in a hart is the hash of the body in hex */
  sign(text: string): Buffer
}

/**
 * The key of an origin: always the same for one origin and revision, so it must not be used outside tests and the example.
 * @param revision 14 digits, YYYYMMDDhhmmss
 */
export function originKey(origin: string, revision = '20240101000000'): OriginKey {
  const name = `${origin}-${revision}`
  return keyFromSeed(name, createHash('sha256').update(`mesosize example key of ${name}`).digest())
}

/** @param seed 32 bytes */
export function keyFromSeed(name: string, seed: Uint8Array): OriginKey {
  // RFC 8410: the fixed DER prefixes of an Ed25519 private and public key.
  const privateKey = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const publicKey = spki.subarray('302a300506032b6570032100'.length / 2)
  return {
    name,
    publicKeyText: `SIG-PUB-1\n${name}\n\n${publicKey.toString('base64')}`,
    secretKeyText: `SIG-SEC-1\n${name}\n\n${Buffer.concat([seed, publicKey]).toString('base64')}`,
    sign: text => sign(null, Buffer.from(text), privateKey),
  }
}

/** Puts the public key where a key cache has it; `dir` is made. @returns the path of the file */
export async function writePublicKey(dir: string, key: OriginKey): Promise<string> {
  await mkdir(dir, { recursive: true })
  const path = join(dir, `${key.name}.pub`)
  await rm(path, { force: true })
  await writeFile(path, key.publicKeyText, { mode: 0o444 })
  return path
}
