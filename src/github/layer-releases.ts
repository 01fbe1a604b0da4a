import { type Asset, listAssets } from './asset-upload.ts'
import { MOST_ASSETS } from './assets.ts'
import type { RunContext } from './context.ts'
import type { GitHub } from './octokit.ts'
import { findOrCreateRelease, findReleases, type Release } from './releases.ts'

/** The release that holds the layers of all images; when it is full, `mesosize-layers-2` follows, and so on. */
export const LAYERS_RELEASE = 'mesosize-layers'

const ABOUT =
  'Layers of the images that Mesosize exports, each named by the SHA-256 of its bytes. Apps share them: ' +
  'a deployed app fetches its layers whenever a task starts, so do not delete any by hand while apps use them. ' +
  'Mesosize itself never does.'

/** A release of layers, and what is attached to it. */
export interface LayersRelease {
  release: Release
  assets: readonly Asset[]
}

/** A layer on a release. */
export interface FoundLayer {
  release: Release
  asset: Asset
}

/**
 * The releases of layers, in order.
 * @throws as `GitHub.rest`
 */
export async function findLayersReleases(github: GitHub): Promise<LayersRelease[]> {
  const releases = await findReleases(github, tag => numberOf(tag) !== undefined)
  const found: LayersRelease[] = []
  for (const release of releases.toSorted((a, b) => numberOf(a.tag)! - numberOf(b.tag)!)) {
    found.push({ release, assets: await listAssets(github, release) })
  }
  return found
}

/**
 * The release after the known ones, created if there is none.
 * @throws as `findOrCreateRelease`
 */
export async function nextLayersRelease(
  github: GitHub,
  known: readonly LayersRelease[],
  context: Pick<RunContext, 'ref' | 'tag' | 'sha'>,
): Promise<LayersRelease> {
  const last = known.at(-1)
  const number = last ? numberOf(last.release.tag)! + 1 : 1
  const tag = number === 1 ? LAYERS_RELEASE : `${LAYERS_RELEASE}-${number}`
  const choice = { tag, draft: false, prerelease: true, about: ABOUT }
  const release = await findOrCreateRelease(github, choice, context)
  return { release, assets: await listAssets(github, release) }
}

/** Where a layer is; undefined if it is nowhere, or incomplete. */
export function findLayer(
  releases: readonly LayersRelease[],
  { name, size, sha256 }: { name: string; size: number; sha256: string },
): FoundLayer | undefined {
  // Its name is the digest of its bytes, so a missing digest, as on older servers, is acceptable.
  const digests = [`sha256:${sha256}`, null]
  for (const { release, assets } of releases.filter(isUsable)) {
    const asset = assets.find(each => each.name === name)
    if (asset?.state === 'uploaded' && asset.size === size && digests.includes(asset.digest)) {
      return { release, asset }
    }
  }
  return undefined
}

/** How many layers can be attached to a release; none to one that is immutable or someone else's draft. */
export function roomOf({ release, assets }: LayersRelease): number {
  const closed = !isUsable({ release }) || (release.immutable && !release.draft)
  return closed ? 0 : Math.max(MOST_ASSETS - assets.length, 0)
}

function isUsable({ release }: Pick<LayersRelease, 'release'>): boolean {
  return !release.draft || release.toPublish
}

/** Which of the releases of layers has a tag; undefined for other tags. */
function numberOf(tag: string): number | undefined {
  const match = /^mesosize-layers(?:-([2-9]|[1-9]\d{1,5}))?$/.exec(tag)
  return match ? Number(match[1] ?? 1) : undefined
}
