import { type Asset, listAssets } from '../github/asset-upload.ts'
import type { GitHub } from '../github/octokit.ts'
import { findRelease } from '../github/releases.ts'
import { PREVIEW_RELEASE } from './preview.ts'

/** The tarballs of previews on their release, by the number of the pull request. */
export async function listTarballs(github: GitHub): Promise<Map<number, Asset[]>> {
  const release = await findRelease(github, PREVIEW_RELEASE)
  const assets = release ? await listAssets(github, release) : []
  const tarballs = new Map<number, Asset[]>()
  for (const asset of assets) {
    // See `tarballPrefix`.
    const number = Number(/^pr-([1-9]\d{0,9})-/.exec(asset.name)?.[1])
    if (number > 0) tarballs.set(number, [...(tarballs.get(number) ?? []), asset])
  }
  return tarballs
}
