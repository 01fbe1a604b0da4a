import { MesosizeError } from '../../lib/errors.ts'
import type { PackageCache } from '../../package-cache/index.ts'
import { metadataFromJson } from '../package/metadata-json.ts'
import type { PackageMetadata } from '../package/package.ts'

/**
 * A package's metadata, kept by an earlier export that packed it.
 * @param cache where it is kept, if anywhere
 * @returns undefined if it is missing, or in another version's format
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
