import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { assetName } from '../github/asset-name.ts'
import { listAssets } from '../github/asset-upload.ts'
import { attach } from '../github/assets.ts'
import type { RunContext } from '../github/context.ts'
import type { GitHub } from '../github/octokit.ts'
import { findOrCreateRelease, findRelease, publishRelease } from '../github/releases.ts'
import { PREVIEW_RELEASE } from './preview.ts'
import { type ImageSizes, readImageSizes, sizesFile } from './sizes.ts'

/** Bytes; a list of a thousand packages has a tenth of that. */
const LONGEST = 1024 * 1024

/**
 * Records the sizes of a branch's image on the release of the previews, replacing those of an earlier push.
 * @throws MesosizeError as `findOrCreateRelease`, `attach` and `publishRelease` do
 */
export async function recordSizes(
  github: GitHub,
  context: Pick<RunContext, 'ref' | 'tag' | 'sha'>,
  branch: string,
  sizes: ImageSizes,
): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(sizes))
  const choice = { tag: PREVIEW_RELEASE, draft: false, prerelease: true }
  const release = await findOrCreateRelease(github, choice, context)
  const file = {
    name: assetName(sizesFile(sizes.service, branch)),
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    type: 'application/json',
    open: () => Readable.from([bytes]),
  }
  await attach(github, release, file, true)
  if (release.toPublish) await publishRelease(github, release)
}

/**
 * The sizes that were recorded for a service's image on a branch; undefined if none were.
 * @throws as `GitHub.rest`
 */
export async function findSizes(
  github: GitHub,
  branch: string,
  service: string,
): Promise<ImageSizes | undefined> {
  const { rest, repository } = github
  const release = await findRelease(github, PREVIEW_RELEASE)
  if (release === undefined) return undefined
  const name = assetName(sizesFile(service, branch))
  const asset = (await listAssets(github, release)).find(each => each.name === name)
  if (asset?.state !== 'uploaded' || asset.size > LONGEST) return undefined
  const { data } = await rest.repos.getReleaseAsset({
    ...repository,
    asset_id: asset.id,
    headers: { accept: 'application/octet-stream' },
  })
  // The declared type does not cover the response to that header.
  return readImageSizes(Buffer.from(data as unknown as ArrayBuffer).toString('utf8'))
}
