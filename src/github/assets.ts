import { withRetries } from '../http/retry.ts'
import { MesosizeError, messageOf } from '../lib/errors.ts'
import { setting } from '../lib/setting.ts'
import { assetName } from './asset-name.ts'
import {
  type Asset,
  type AssetFile,
  deleteAsset,
  holds,
  isTemporaryName,
  listAssets,
  uploadTemporary,
} from './asset-upload.ts'
import { GitHubError, IMMUTABLE } from './errors.ts'
import type { GitHub } from './octokit.ts'
import type { Release } from './releases.ts'

/** "Storage and bandwidth quotas" of releases in GitHub's documentation: each file must be under 2 GiB. */
const TOO_LARGE = 2 * 1024 ** 3
export const MOST_ASSETS = 1000
/** Milliseconds after which no upload of another job is still going on. */
const ABANDONED = 60 * 60 * 1000

/** @throws MesosizeError ASSET_TOO_LARGE */
export function checkAssetSize({ name, size }: Pick<AssetFile, 'name' | 'size'>): void {
  if (size < TOO_LARGE) return
  throw new MesosizeError(
    'ASSET_TOO_LARGE',
    `${JSON.stringify(name)} has ${size} bytes, and a file on a GitHub release must have less than ${TOO_LARGE} (2 GiB). ` +
      `Put it on your own server with ${setting('publish', 'http')}, or leave packages out of the image.`,
  )
}

/** What to attach to what, under which name, and whether to replace other bytes. */
interface Attachment {
  github: GitHub
  release: Release
  file: AssetFile
  name: string
  overwrite: boolean
}

/** For one of several files that are attached together. */
export interface AttachTogether {
  /** The release's, as they were before. */
  assets: readonly Asset[]
  /** Called, in place of a phase, with the number of bytes sent; a negative number takes back those of a failed try. */
  onBytes: (amount: number) => void
}

/**
 * Attaches a file to a release, in place of the asset that has its name. The old one stays until the new one is
 * complete, under a temporary name; then it is deleted, and the new one gets its name.
 * @param overwrite whether an asset with other bytes may be replaced
 * @returns the asset, under the name that GitHub gave it
 * @throws MesosizeError ASSET_TOO_LARGE; ASSET_EXISTS; RELEASE_IMMUTABLE; RELEASE_FULL; ASSET_RENAME if the new
 *   asset did not get its name, which a rerun fixes; ASSET_DIGEST; and as `GitHub.rest` throws
 */
export async function attach(
  github: GitHub,
  release: Release,
  file: AssetFile,
  overwrite: boolean,
  together?: AttachTogether,
): Promise<Asset> {
  checkAssetSize(file)
  const { report, retry } = github
  const name = assetName(file.name)
  if (name !== file.name) {
    report.note(`GitHub keeps ${JSON.stringify(file.name)} as ${JSON.stringify(name)}.`)
  }
  const attachment = { github, release, file, name, overwrite }
  const assets = together?.assets ?? (await listAssets(github, release))
  const current = assets.find(asset => asset.name === name)
  if (current && holds(current, file)) {
    report.note(`${name} is on the release ${release.tag} already, with the same bytes: kept.`)
    return current
  }
  checkReplaceable(attachment, current)

  const temporary = assets.filter(asset => isTemporaryName(asset.name, name))
  const uploaded = temporary.find(asset => holds(asset, file))
  const now = (retry.now ?? Date.now)()
  const abandoned = temporary.filter(
    asset => asset !== uploaded && now - Date.parse(asset.created_at) > ABANDONED,
  )
  for (const asset of abandoned) await deleteAsset(github, asset)

  if (uploaded) {
    report.note(`${name} was uploaded by an earlier run, which did not finish: it only gets its name now.`)
    return takeName(attachment, uploaded, current)
  }
  const remaining = assets.length - abandoned.length
  if (remaining >= MOST_ASSETS) {
    throw new MesosizeError(
      'RELEASE_FULL',
      `The release ${JSON.stringify(release.tag)} has ${remaining} assets, and GitHub allows ${MOST_ASSETS}; a new one needs space beside the old. Delete some, or use another ${setting('release-tag')}.`,
    )
  }
  const sent = await (together
    ? uploadTemporary(github, release, file, name, together.onBytes)
    : uploadAlone(attachment))
  return takeName(attachment, sent, current)
}

async function uploadAlone({ github, release, file, name }: Attachment): Promise<Asset> {
  const phase = github.report.phase(`Uploading ${name}`, file.size, 'bytes')
  const asset = await uploadTemporary(github, release, file, name, amount => phase.advance(amount))
  phase.done()
  return asset
}

function checkReplaceable(attachment: Attachment, current: Asset | undefined): void {
  const { release, name, overwrite } = attachment
  if (!overwrite && current?.state === 'uploaded') throw exists(attachment, current)
  if (release.immutable && !release.draft) {
    throw new MesosizeError(
      'RELEASE_IMMUTABLE',
      `The release ${JSON.stringify(release.tag)} is published and immutable, so ${JSON.stringify(name)} cannot be attached to it. ${IMMUTABLE}`,
    )
  }
}

/**
 * Gives an uploaded asset its final name, taking it from whichever asset has it.
 * @param current the asset that had the name when it was last looked at
 */
async function takeName(attachment: Attachment, asset: Asset, current: Asset | undefined): Promise<Asset> {
  const { github, release, file, name, overwrite } = attachment
  const { rest, repository } = github
  let occupant = current
  const rename = async () => {
    if (occupant && holds(occupant, file)) {
      await deleteAsset(github, asset)
      return occupant
    }
    if (!overwrite && occupant?.state === 'uploaded') {
      await deleteAsset(github, asset)
      throw exists(attachment, occupant)
    }
    if (occupant) await deleteAsset(github, occupant)
    try {
      return (await rest.repos.updateReleaseAsset({ ...repository, asset_id: asset.id, name })).data
    } catch (error) {
      if (!isTaken(error)) throw notRenamed(attachment, asset, error)
      // Another job was quicker, or what was deleted is not gone yet.
      occupant = (await listAssets(github, release)).find(other => other.name === name)
      throw error
    }
  }
  return withRetries(rename, { ...github.retry, mayPass: isTaken }).catch(error => {
    throw isTaken(error.cause) ? notRenamed(attachment, asset, error) : error
  })
}

function isTaken(thrown: unknown): boolean {
  return thrown instanceof GitHubError && thrown.reasons.includes('already_exists')
}

function exists({ release, file, name }: Attachment, current: Asset): MesosizeError {
  const digest =
    current.digest === null ? 'with a digest that GitHub does not know' : JSON.stringify(current.digest)
  return new MesosizeError(
    'ASSET_EXISTS',
    `The release ${JSON.stringify(release.tag)} has another ${JSON.stringify(name)} already, ${digest}; the new one is "sha256:${file.sha256}". ` +
      `Replace it with ${setting('overwrite', 'true')}, or use another ${setting('release-tag')}.`,
  )
}

function notRenamed({ release, name }: Attachment, asset: Asset, error: unknown): MesosizeError {
  return new MesosizeError(
    'ASSET_RENAME',
    `${JSON.stringify(name)} is uploaded to the release ${JSON.stringify(release.tag)}, but only under the temporary name ${JSON.stringify(asset.name)} (asset ${asset.id}): ${messageOf(error)} ` +
      'Run again: the same bytes are not uploaded again, they only get their name.',
    { cause: error },
  )
}
