import { readChunks } from '../http/body.ts'
import type { Fetch } from '../http/fetch.ts'
import { get } from '../http/get.ts'
import { FILE } from '../http/pace.ts'
import { maskOf } from '../lib/mask.ts'
import type { Asset } from './asset-upload.ts'
import { refusal } from './errors.ts'
import type { GitHub } from './octokit.ts'
import type { ReleaseChoice } from './releases.ts'

/** A release that is published, with what is attached to it. */
export interface PublishedRelease {
  tag: string
  /** Its web page. */
  page: string
  assets: readonly Asset[]
}

/**
 * The published releases but for one, the last published first, without prereleases: of those, the 100 that GitHub
 * lists first.
 * @param except the release that is left out, by id or tag
 * @throws as `GitHub.rest`
 */
export async function earlierReleases(
  { rest, repository }: GitHub,
  except: Pick<ReleaseChoice, 'id' | 'tag'>,
): Promise<PublishedRelease[]> {
  const { data } = await rest.repos.listReleases({ ...repository, per_page: 100 })
  return data
    .filter(({ draft, prerelease }) => !draft && !prerelease)
    .filter(({ id, tag_name }) => id !== except.id && tag_name !== except.tag)
    .toSorted((a, b) => Date.parse(b.published_at ?? '') - Date.parse(a.published_at ?? ''))
    .map(({ tag_name, html_url, assets }) => ({
      tag: tag_name,
      page: html_url,
      assets: assets.map(asset => ({ ...asset, digest: asset.digest ?? null })),
    }))
}

/**
 * The bytes of an asset, also in a private repository. Octokit would hold all of them in memory.
 * @throws GitHubError, and MesosizeError as `get` and `readChunks` do
 */
export async function* downloadAsset(
  { rest, repository, token, retry }: GitHub,
  asset: Asset,
  fetch: Fetch,
): AsyncGenerator<Uint8Array> {
  const { url } = rest.repos.getReleaseAsset.endpoint({ ...repository, asset_id: asset.id })
  const answer = await get(fetch, new URL(url), {
    headers: { accept: 'application/octet-stream' },
    authorization: `token ${token}`,
    signal: retry.signal,
  })
  const { response } = answer
  if (!response.ok) {
    await response.body?.cancel()
    const answered = { status: response.status, headers: Object.fromEntries(response.headers), body: '' }
    throw refusal(answered, 'GET', url, (retry.now ?? Date.now)(), maskOf([token]))
  }
  yield* readChunks(answer, { most: asset.size, pace: FILE })
}
