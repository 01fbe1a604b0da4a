import { type Compression, compressBlocks } from '../codec/gzip/members.ts'
import { tarBlocks } from '../codec/tar/blocks.ts'
import type { Entry } from '../codec/tar/entry.ts'
import type { PackageCache } from './folder.ts'

/**
 * Packs a part into the package cache, before anyone knows what else will be in the tarball.
 * @param key the part's cache key
 * @param metadata what is kept beside the members; requested after the last entry
 * @throws what `entries`, `metadata` and the threads throw; nothing is kept then
 */
export async function keepPackage(
  cache: PackageCache,
  key: string,
  entries: AsyncIterable<Entry>,
  metadata: () => unknown,
  compression: Compression,
): Promise<void> {
  let told: unknown
  const writer = await cache.create(key, { toJSON: () => told })
  try {
    for await (const { bytes, size } of compressBlocks(tarBlocks(entries), compression)) {
      await writer.write(bytes, size)
    }
    told = metadata()
  } catch (error) {
    await writer.abandon()
    throw error
  }
  await writer.commit()
}
