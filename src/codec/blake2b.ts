import { createBLAKE2b } from 'hash-wasm'

/**
 * BLAKE2b with a 32-byte digest, as Habitat uses for harts (components/core/src/crypto/hash.rs). It is not a
 * shortened BLAKE2b-512, which is all that node:crypto has.
 * @returns lower-case hex
 */
export async function blake2b256(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<string> {
  const hash = await createBLAKE2b(256)
  for await (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}
