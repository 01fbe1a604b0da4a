import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { AssetFile } from '../github/asset-upload.ts'
import { attach, checkAssetSize } from '../github/assets.ts'
import type { RunContext } from '../github/context.ts'
import type { GitHub } from '../github/octokit.ts'
import { findOrCreateRelease, publishRelease, type ReleaseChoice } from '../github/releases.ts'
import type { NamedTarball } from '../image/tarball.ts'
import type { Publisher } from './publisher.ts'

export interface ReleaseTarget extends ReleaseChoice {
  /** Whether an asset of the tarball's name with other bytes is replaced. */
  overwrite: boolean
  /** Whether `NAME.sha256` goes beside the tarball, as `sha256sum` writes it. */
  checksumFile: boolean
}

/**
 * Attaches the tarball to a release on GitHub.
 * @throws the publisher, MesosizeError as `findOrCreateRelease`, `attach` and `publishRelease` do
 */
export function publishToRelease(
  github: GitHub,
  context: Pick<RunContext, 'serverUrl' | 'ref' | 'tag' | 'sha'>,
  target: ReleaseTarget,
): Publisher {
  return async tarball => {
    // Before a release is made for nothing.
    checkAssetSize(tarball)
    const release = await findOrCreateRelease(github, target, context)
    const asset = await attach(github, release, assetFile(tarball), target.overwrite)
    if (target.checksumFile) {
      await attach(github, release, checksumFile(asset.name, tarball.sha256), target.overwrite)
    }
    const { draft, tag, page } = release.toPublish ? await publishRelease(github, release) : release
    if (draft) {
      github.report.warn(
        `The release ${tag} is a draft: agents cannot fetch the tarball until somebody publishes it at ${page}.`,
      )
    }
    return { uri: releaseUri(context.serverUrl, github, tag, asset.name), assetId: asset.id, page }
  }
}

/** A tarball as what is attached. */
export function assetFile({ name, size, sha256, path }: NamedTarball): AssetFile {
  return { name, size, sha256, type: 'application/gzip', open: () => createReadStream(path) }
}

/** Where the asset of a published release is; a draft's own `browser_download_url` ends with the draft. */
export function releaseUri(server: string, { repository }: GitHub, tag: string, name: string): string {
  const { owner, repo } = repository
  return `${server}/${owner}/${repo}/releases/download/${encode(tag)}/${encode(name)}`
}

/** A segment of a path. Mesos fetches no URI with a quote in it, which encodeURIComponent would leave. */
function encode(segment: string): string {
  return encodeURIComponent(segment).replaceAll("'", '%27')
}

function checksumFile(name: string, sha256: string) {
  const bytes = Buffer.from(`${sha256}  ${name}\n`)
  return {
    name: `${name}.sha256`,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    type: 'text/plain',
    open: () => Readable.from([bytes]),
  }
}
