import { attach } from '../github/assets.ts'
import type { RunContext } from '../github/context.ts'
import {
  type FoundLayer,
  findLayer,
  findLayersReleases,
  type LayersRelease,
  nextLayersRelease,
  roomOf,
} from '../github/layer-releases.ts'
import type { GitHub } from '../github/octokit.ts'
import { findOrCreateRelease, publishRelease, type Release } from '../github/releases.ts'
import type { NamedTarball } from '../image/tarball.ts'
import { setting } from '../lib/setting.ts'
import { type OnBytes, uploadMissing } from './place.ts'
import type { SbomFile } from './publisher.ts'
import { type Attached, assetFile, sbomAsset } from './release-asset.ts'
import type { ReleaseTarget } from './release-whole.ts'

/** A layer, and where it is or will be. */
type Plan = { tarball: NamedTarball } & (
  | { existing: true; found: FoundLayer }
  | { existing: false; in: LayersRelease }
)

/**
 * Attaches layers to the releases that hold those of all images, unless one of these already has them.
 * @throws MesosizeError as `findOrCreateRelease`, `attach` and `publishRelease` do
 */
export async function attachLayers(
  layers: readonly NamedTarball[],
  github: GitHub,
  context: Pick<RunContext, 'ref' | 'tag' | 'sha'>,
): Promise<Attached[]> {
  const plans = await plan(layers, github, context)
  const tags = new Set(plans.flatMap(each => (each.existing ? [] : each.in.release.tag)))
  const to = `the release ${[...tags].join(' and ')}`
  const tools = { report: github.report, signal: github.retry.signal }
  const attached = await uploadMissing(plans, to, tools, async (each, onBytes, signal) => {
    const { tarball, existing } = each
    const place = each.existing ? each.found : await attachTo(each.in, tarball, github, onBytes, signal)
    return { ...place, tarball, existing }
  })

  const published = new Map<Release, Release>()
  for (const release of new Set(attached.map(each => each.release))) {
    published.set(release, release.toPublish ? await publishRelease(github, release) : release)
  }
  return attached.map(each => ({ ...each, release: published.get(each.release) ?? each.release }))
}

/**
 * Attaches the SBOM of an image of layers to the release that was chosen, which does not hold the layers. Without such
 * a release, it stays a file.
 * @throws MesosizeError as `findOrCreateRelease`, `attach` and `publishRelease` do
 */
export async function attachSbom(
  sbom: SbomFile,
  target: ReleaseTarget,
  github: GitHub,
  context: Pick<RunContext, 'ref' | 'tag' | 'sha'>,
): Promise<void> {
  if (target.id === undefined && target.tag === undefined && context.tag === undefined) {
    github.report.note(
      'The SBOM is not attached to a release: layers are shared by all exports, and this run is not for a tag, whose release could have it.',
    )
    return
  }
  const release = await findOrCreateRelease(github, target, context)
  await attach(github, release, sbomAsset(sbom), target.overwrite)
  if (release.toPublish) await publishRelease(github, release)
}

/** Finds the layers, and room for the missing ones, in releases that are created if needed. */
async function plan(
  layers: readonly NamedTarball[],
  github: GitHub,
  context: Pick<RunContext, 'ref' | 'tag' | 'sha'>,
): Promise<Plan[]> {
  const releases = await findLayersReleases(github)
  const isMissing = (layer: NamedTarball) => findLayer(releases, layer) === undefined
  while (releases.reduce((sum, each) => sum + roomOf(each), 0) < layers.filter(isMissing).length) {
    const next = await nextLayersRelease(github, releases, context)
    tellOfImmutable(github, releases.at(-1), next)
    releases.push(next)
  }
  const room = slotsOf(releases)
  return layers.map(tarball => {
    const found = findLayer(releases, tarball)
    return found ? { tarball, existing: true, found } : { tarball, existing: false, in: room.next().value }
  })
}

/** A release for each layer that there is room for. */
function* slotsOf(releases: readonly LayersRelease[]): Generator<LayersRelease, never> {
  for (const each of releases) for (let slot = 0; slot < roomOf(each); slot++) yield each
  throw new Error('the releases of layers have no room left')
}

async function attachTo(
  { release, assets }: LayersRelease,
  layer: NamedTarball,
  github: GitHub,
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<FoundLayer> {
  const ending = { ...github, retry: { ...github.retry, signal } }
  // The asset with this name is not a complete layer.
  const asset = await attach(ending, release, assetFile(layer), true, { assets, onBytes })
  return { release, asset }
}

function tellOfImmutable({ report }: GitHub, last: LayersRelease | undefined, next: LayersRelease): void {
  if (!last?.release.immutable || last.release.draft) return
  report.warn(
    `The release ${last.release.tag} is published and immutable, so new layers go to ${next.release.tag}, and those of the next export to yet another. ` +
      `Turn off immutable releases in this repository (Settings, General, Releases), or publish layers to your own server with ${setting('publish', 'http')}.`,
  )
}
