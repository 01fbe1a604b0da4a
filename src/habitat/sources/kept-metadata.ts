import { MesosizeError } from '../../lib/errors.ts'
import type { LayerCache } from '../../package-cache/folder.ts'
import { metadataFromJson } from '../package/metadata-json.ts'
import type { PackageMetadata } from '../package/package.ts'

/**
 * What a package says of itself, from an export that packed it before.
 * @param layers where that is kept, if anywhere
 * @returns undefined if it is not there, or not what this version writes
 */
export async function keptMetadata(
  layers: LayerCache | undefined,
  contentKey: string,
): Promise<PackageMetadata | undefined> {
  const layer = await layers?.find(contentKey)
  if (!layer) return undefined
  try {
    return metadataFromJson(layer.metadata)
  } catch (error) {
    if (error instanceof MesosizeError) return undefined
    throw error
  }
}
