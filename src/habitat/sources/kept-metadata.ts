import { MesosizeError } from '../../lib/errors.ts'
import type { PackageCache } from '../../package-cache/index.ts'
import { metadataFromJson } from '../package/metadata-json.ts'
import type { PackageMetadata } from '../package/package.ts'

/**
 * What a package says about itself, from an export that packed it before.
 * @param cache where that is kept, if anywhere
 * @returns undefined if it is not there, or not what this version writes
 */
export async function keptMetadata(
  cache: PackageCache | undefined,
  contentKey: string,
): Promise<PackageMetadata | undefined> {
  const kept = await cache?.find(contentKey)
  if (!kept) return undefined
  try {
    return metadataFromJson(kept.metadata)
  } catch (error) {
    if (error instanceof MesosizeError) return undefined
    throw error
  }
}
