import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { withRetries } from '../http/retry.ts'
import { MesosizeError } from '../lib/errors.ts'
import { maskOf } from '../lib/mask.ts'
import { quote } from '../lib/quote.ts'
import { mayPass, refusal } from './errors.ts'
import type { GitHub } from './octokit.ts'
import type { Release } from './releases.ts'
import { post } from './send-asset.ts'

/** A file to attach to a release. */
export interface AssetFile {
  name: string
  /** Bytes. */
  size: number
  /** Lower-case hex. */
  sha256: string
  /** Media type. */
  type: string
  /** Opens it from its beginning; called again for every try. */
  open(): Readable
}

/** A file that is attached to a release, as GitHub's REST API describes it. */
export interface Asset {
  id: number
  name: string
  size: number
  /** `uploaded`; anything else is an upload that is in progress or was interrupted. */
  state: string
  /** `sha256:…`; GitHub has none for assets of before 2025. */
  digest: string | null
  created_at: string
}

export async function listAssets({ paginate, rest, repository }: GitHub, release: Release): Promise<Asset[]> {
  return paginate(rest.repos.listReleaseAssets, { ...repository, release_id: release.id, per_page: 100 })
}

/** Deletes an asset; a missing one is not an error. */
export async function deleteAsset({ rest, repository }: GitHub, { id }: Asset): Promise<void> {
  await rest.repos.deleteReleaseAsset({ ...repository, asset_id: id }).catch(error => {
    if (error.status !== 404) throw error
  })
}

/** Whether an asset is whole and has exactly the bytes of a file. */
export function holds(asset: Asset, file: AssetFile): boolean {
  return asset.state === 'uploaded' && asset.size === file.size && asset.digest === `sha256:${file.sha256}`
}

/** Whether a name is one that `uploadTemporary` gives. */
export function isTemporaryName(name: string, of: string): boolean {
  return name.startsWith(`${of}.`) && /^mesosize-[0-9a-f]{16}$/.test(name.slice(of.length + 1))
}

/**
 * Uploads a file under a name of its own, which a later run recognises. Each try takes another name: a try that
 * failed may have left an asset that blocks its name before any list shows it ("Upload a release asset" in
 * GitHub's documentation).
 * @param name that the asset will have in the end
 * @param onBytes called with the number of bytes sent; a negative number takes back those of a failed try
 * @throws MesosizeError ASSET_DIGEST if GitHub has other bytes than were sent
 */
export async function uploadTemporary(
  github: GitHub,
  release: Release,
  file: AssetFile,
  name: string,
  onBytes: (amount: number) => void,
): Promise<Asset> {
  const tried: string[] = []
  const asset = await withRetries(
    async () => {
      const arrived = tried.length > 0 ? await clear(github, release, file, tried) : undefined
      if (arrived) return arrived
      const temporary = `${name}.mesosize-${randomBytes(8).toString('hex')}`
      tried.push(temporary)
      let sent = 0
      try {
        return await upload(github, release, file, temporary, amount => {
          sent += amount
          onBytes(amount)
        })
      } catch (error) {
        onBytes(-sent)
        throw error
      }
    },
    { ...github.retry, mayPass: mayPass(true) },
  )
  if (tried.length > 1) await clear(github, release, file, tried, asset)
  if (!holds(asset, file)) {
    await deleteAsset(github, asset)
    throw new MesosizeError(
      'ASSET_DIGEST',
      `GitHub did not receive the bytes of ${JSON.stringify(name)} that were sent: ${quote(maskOf([github.token])(String(asset.digest)))} in place of "sha256:${file.sha256}". They were deleted again. Check the proxy, if there is one, and run again.`,
    )
  }
  return asset
}

/** Deletes what failed tries left, except one that arrived despite the failure: that is the asset. */
async function clear(
  github: GitHub,
  release: Release,
  file: AssetFile,
  names: readonly string[],
  kept?: Asset,
): Promise<Asset | undefined> {
  const left = (await listAssets(github, release)).filter(asset => names.includes(asset.name))
  const asset = kept ?? left.find(candidate => holds(candidate, file))
  for (const other of left) {
    if (other.id !== asset?.id) await deleteAsset(github, other)
  }
  return asset
}

async function upload(
  { token, retry }: GitHub,
  release: Release,
  file: AssetFile,
  name: string,
  onBytes: (amount: number) => void,
): Promise<Asset> {
  const url = new URL(release.uploadUrl)
  url.searchParams.set('name', name)
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `token ${token}`,
    'content-type': file.type,
    'content-length': file.size,
  }
  const answered = await post(url, file.open(), headers, onBytes, retry.signal)
  if (answered.status !== 201)
    throw refusal(answered, 'POST', url.href, (retry.now ?? Date.now)(), maskOf([token]))
  return readAsset(answered.body, url)
}

/** Octokit trusts what GitHub answers; here a proxy's own 201 would otherwise be taken for an asset. */
function readAsset(body: unknown, url: URL): Asset {
  const asset = Object(body) as Asset
  if (!Number.isSafeInteger(asset.id) || typeof asset.state !== 'string') {
    throw new MesosizeError(
      'GITHUB_ANSWER',
      `The response to the upload to ${url.origin} does not describe an asset, so it is not from GitHub. Check the proxy, if there is one.`,
    )
  }
  return asset
}
