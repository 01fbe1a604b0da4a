import { checkAssetSize } from '../github/assets.ts'
import type { RunContext } from '../github/context.ts'
import type { GitHub } from '../github/octokit.ts'
import { tagOf } from '../github/releases.ts'
import { wholeImage } from '../image/tarball.ts'
import { type KnownUri, knownUri } from './fetch-uri.ts'
import type { Publisher } from './publisher.ts'
import { attachLayers, attachSbom } from './release-layers.ts'
import { attachWhole, type ReleaseTarget } from './release-whole.ts'

/**
 * Attaches tarballs to releases on GitHub. Agents fetch them from the requested URIs, or else from there.
 * @param known checked by `checkKnownUri`
 * @throws MesosizeError RELEASE_TAG if no release is named;
 *   the publisher, MesosizeError as `findOrCreateRelease`, `attach` and `publishRelease` do
 */
export function publishToRelease(
  github: GitHub,
  context: Pick<RunContext, 'serverUrl' | 'ref' | 'tag' | 'sha'>,
  target: ReleaseTarget,
  known: KnownUri,
): Publisher {
  if (known.layering === undefined && target.id === undefined) tagOf(target, context)
  return async (tarballs, sbom) => {
    // Before a release is created for nothing.
    for (const tarball of tarballs) checkAssetSize(tarball)
    const whole = wholeImage(tarballs)
    const attached = whole
      ? [await attachWhole(whole, sbom, target, github, context)]
      : await attachLayers(tarballs, github, context)
    if (!whole && sbom) await attachSbom(sbom, target, github, context)
    return attached.map(({ tarball, release, asset, ...existing }) => {
      const uri = knownUri(known, tarball) ?? assetUri(context.serverUrl, github, release.tag, asset.name)
      return { ...tarball, location: { uri, assetId: asset.id, page: release.page, ...existing } }
    })
  }
}

/** Where the asset of a published release is; a draft's own `browser_download_url` ends with the draft. */
function assetUri(server: string, { repository }: GitHub, tag: string, name: string): string {
  const { owner, repo } = repository
  return `${server}/${owner}/${repo}/releases/download/${encode(tag)}/${encode(name)}`
}

/** A segment of a path. Mesos refuses a URI with a quote in it, which encodeURIComponent would leave. */
function encode(segment: string): string {
  return encodeURIComponent(segment).replaceAll("'", '%27')
}
