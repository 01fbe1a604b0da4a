import { createReadStream } from 'node:fs'
import type { Asset, AssetFile } from '../github/asset-upload.ts'
import type { Release } from '../github/releases.ts'
import type { NamedTarball } from '../image/tarball.ts'
import type { SbomFile } from './publisher.ts'

/** A tarball on a release. */
export interface Attached {
  tarball: NamedTarball
  release: Release
  asset: Asset
  /** Whether a layer was there already. */
  existing?: boolean
}

/** A tarball as a file to attach. */
export function assetFile({ name, size, sha256, path }: NamedTarball): AssetFile {
  return { name, size, sha256, type: 'application/gzip', open: () => createReadStream(path) }
}

/** An SBOM as a file to attach. */
export function sbomAsset({ path, ...sbom }: SbomFile): AssetFile {
  return { ...sbom, type: 'application/vnd.cyclonedx+json', open: () => createReadStream(path) }
}
