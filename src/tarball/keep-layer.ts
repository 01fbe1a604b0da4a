import { discard } from '../discard.ts'
import type { Entry } from '../entry.ts'
import { tarBlocks } from './blocks.ts'
import type { LayerCache } from './layer-cache.ts'
import { type Compression, compressBlocks } from './members.ts'

/**
 * Packs a part into the layer cache, before anyone knows what else will be in the tarball.
 * @param key the part's cache key
 * @param metadata what is kept beside the members; asked for behind the last entry
 * @throws what `entries`, `metadata` and the threads throw; nothing is kept then
 */
export async function keepLayer(
  layers: LayerCache,
  key: string,
  entries: AsyncIterable<Entry>,
  metadata: () => unknown,
  compression: Compression,
): Promise<void> {
  let told: unknown
  const writer = await layers.create(key, { toJSON: () => told })
  try {
    for await (const { bytes, size } of compressBlocks(tarBlocks(entries), compression)) {
      await writer.write(bytes, size)
      discard(bytes)
    }
    told = metadata()
  } catch (error) {
    await writer.abandon()
    throw error
  }
  await writer.commit()
}
