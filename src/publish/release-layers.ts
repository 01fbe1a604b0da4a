import { attach, checkAssetSize } from '../github/assets.ts'
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
import { publishRelease, type Release } from '../github/releases.ts'
import type { NamedTarball } from '../image/tarball.ts'
import { sendMissing } from './layers.ts'
import type { ImagePublisher } from './publisher.ts'
import { assetFile, releaseUri } from './release.ts'

/**
 * Attaches layers to the releases that hold those of all images, as far as none of these has them yet.
 * @throws the publisher, MesosizeError as `findOrCreateRelease`, `attach` and `publishRelease` do
 */
export function publishLayersToRelease(
  github: GitHub,
  context: Pick<RunContext, 'serverUrl' | 'ref' | 'tag' | 'sha'>,
): ImagePublisher {
  return async layers => {
    // Before a release is made for nothing.
    for (const layer of layers) checkAssetSize(layer)
    const releases = await findLayersReleases(github)
    const isMissing = (layer: NamedTarball) => findLayer(releases, layer) === undefined
    while (slotsOf(releases).length < layers.filter(isMissing).length) {
      const next = await nextLayersRelease(github, releases, context)
      tellOfImmutable(github, releases.at(-1), next)
      releases.push(next)
    }
    const missing = layers.filter(isMissing)
    const slots = slotsOf(releases)
    const targets = new Map(missing.map((layer, index) => [layer, slots[index]!]))
    const tags = new Set([...targets.values()].map(({ release }) => release.tag))
    const sent = await sendMissing(
      layers,
      missing,
      `the release ${[...tags].join(' and ')}`,
      async (layer, onBytes, signal): Promise<FoundLayer> => {
        const { release, assets } = targets.get(layer)!
        const ending = { ...github, retry: { ...github.retry, signal } }
        // What has the name now is no whole layer.
        const asset = await attach(ending, release, assetFile(layer), true, { assets, onBytes })
        return { release, asset }
      },
      { report: github.report, signal: github.retry.signal },
    )

    const places = layers.map(layer => findLayer(releases, layer) ?? sent[missing.indexOf(layer)]!)
    const pages = new Map<Release, string>()
    for (const release of new Set(places.map(({ release }) => release))) {
      const { page } = release.toPublish ? await publishRelease(github, release) : release
      pages.set(release, page)
    }
    return places.map(({ release, asset }, index) => ({
      uri: releaseUri(context.serverUrl, github, release.tag, asset.name),
      assetId: asset.id,
      page: pages.get(release),
      kept: !missing.includes(layers[index]!),
    }))
  }
}

/** A release for each layer that there is room for. */
function slotsOf(releases: readonly LayersRelease[]): LayersRelease[] {
  return releases.flatMap(each => Array.from({ length: roomOf(each) }, () => each))
}

function tellOfImmutable({ report }: GitHub, last: LayersRelease | undefined, next: LayersRelease): void {
  if (!last?.release.immutable || last.release.draft) return
  report.warn(
    `The release ${last.release.tag} is published and immutable, so new layers go to ${next.release.tag}, and those of the next export to yet another. ` +
      'Let releases of this repository be changed (Settings, General, Releases), or publish layers to a server of yours with "publish: http".',
  )
}
