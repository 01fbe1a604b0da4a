import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { AssetFile } from '../github/asset-upload.ts'
import { attach } from '../github/assets.ts'
import type { RunContext } from '../github/context.ts'
import type { GitHub } from '../github/octokit.ts'
import { findOrCreateRelease, publishRelease, type ReleaseChoice } from '../github/releases.ts'
import type { NamedTarball } from '../image/tarball.ts'
import type { SbomFile } from './publisher.ts'
import { type Attached, assetFile, sbomAsset } from './release-asset.ts'

/** The release that gets the tarball of a whole image; layers go to those that hold the layers of all images. */
export interface ReleaseTarget extends ReleaseChoice {
  /** Whether an asset of the tarball's name with other bytes is replaced. */
  overwrite: boolean
  /** Whether `NAME.sha256` goes beside the tarball, as `sha256sum` writes it. */
  checksumFile: boolean
}

/**
 * Attaches the tarball of a whole image, and its SBOM if there is one, to the release that was chosen.
 * @throws MesosizeError as `findOrCreateRelease`, `attach` and `publishRelease` do
 */
export async function attachWhole(
  tarball: NamedTarball,
  sbom: SbomFile | undefined,
  target: ReleaseTarget,
  github: GitHub,
  context: Pick<RunContext, 'ref' | 'tag' | 'sha'>,
): Promise<Attached> {
  const found = await findOrCreateRelease(github, target, context)
  const asset = await attach(github, found, assetFile(tarball), target.overwrite)
  if (target.checksumFile) {
    await attach(github, found, checksumFile(asset.name, tarball.sha256), target.overwrite)
  }
  if (sbom) await attach(github, found, sbomAsset(sbom), target.overwrite)
  const release = found.toPublish ? await publishRelease(github, found) : found
  if (release.draft) {
    github.report.warn(
      `The release ${release.tag} is a draft: agents cannot fetch the tarball until somebody publishes it at ${release.page}.`,
    )
  }
  return { tarball, release, asset }
}

function checksumFile(name: string, sha256: string): AssetFile {
  const bytes = Buffer.from(`${sha256}  ${name}\n`)
  return {
    name: `${name}.sha256`,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    type: 'text/plain',
    open: () => Readable.from([bytes]),
  }
}
