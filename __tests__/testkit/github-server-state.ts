import { createHash } from 'node:crypto'

export interface StoredAsset {
  id: number
  name: string
  label: string | null
  contentType: string
  state: 'uploaded' | 'starter'
  size: number
  /** `sha256:…` */
  digest: string | null
  /** Missing where it was too large to be kept. */
  bytes: Buffer | undefined
  createdAt: string
}

export interface StoredRelease {
  id: number
  tag: string
  target: string
  name: string | null
  body: string | null
  draft: boolean
  prerelease: boolean
  immutable: boolean
  createdAt: string
  publishedAt: string | null
  assets: StoredAsset[]
  /** How many more times it is left out where releases are listed or looked up by tag. */
  unseen: number
}

/** The hosts of one GitHub, without final slashes. */
export interface Addresses {
  apiUrl: string
  uploadUrl: string
  serverUrl: string
}

const USER = 'octo-bot'

/** What GitHub makes of the name of a file, by the rule that its command line mirrors: diacritics go, odd characters become dots. */
export function storedName(name: string): string {
  let result = ''
  for (const character of name.normalize('NFD')) {
    if (/\p{Mn}/u.test(character)) continue
    const fine = /[A-Za-z0-9_@+-]/.test(character)
    if (fine) result += character
    else if (!result.endsWith('.')) result += '.'
  }
  if (name.startsWith('.')) result = `default${result}`
  while (result.startsWith('.')) result = result.slice(1)
  while (result.endsWith('.')) result = result.slice(0, -1)
  return result
}

export function renderRelease(release: StoredRelease, repository: string, at: Addresses) {
  const url = `${at.apiUrl}/repos/${repository}/releases/${release.id}`
  const shown = release.draft ? untagged(release) : encodeURIComponent(release.tag)
  const source = (kind: string) =>
    release.draft ? null : `${at.apiUrl}/repos/${repository}/${kind}/${encodeURIComponent(release.tag)}`
  return {
    id: release.id,
    node_id: `RE_${release.id}`,
    url,
    html_url: `${at.serverUrl}/${repository}/releases/tag/${shown}`,
    assets_url: `${url}/assets`,
    upload_url: `${at.uploadUrl}/repos/${repository}/releases/${release.id}/assets{?name,label}`,
    tarball_url: source('tarball'),
    zipball_url: source('zipball'),
    tag_name: release.tag,
    target_commitish: release.target,
    name: release.name,
    body: release.body,
    draft: release.draft,
    prerelease: release.prerelease,
    immutable: release.immutable,
    created_at: release.createdAt,
    published_at: release.publishedAt,
    author: renderUser(at),
    assets: release.assets.map(asset => renderAsset(asset, release, repository, at)),
  }
}

export function renderAsset(asset: StoredAsset, release: StoredRelease, repository: string, at: Addresses) {
  const shown = release.draft ? untagged(release) : encodeURIComponent(release.tag)
  return {
    id: asset.id,
    node_id: `RA_${asset.id}`,
    url: `${at.apiUrl}/repos/${repository}/releases/assets/${asset.id}`,
    browser_download_url: `${at.serverUrl}/${repository}/releases/download/${shown}/${encodeURIComponent(asset.name)}`,
    name: asset.name,
    label: asset.label,
    state: asset.state,
    content_type: asset.contentType,
    size: asset.size,
    digest: asset.digest,
    download_count: 0,
    created_at: asset.createdAt,
    updated_at: asset.createdAt,
    uploader: renderUser(at),
  }
}

/** What a draft's URLs have in place of the tag, and lose when it is published. */
function untagged({ id }: StoredRelease): string {
  return `untagged-${createHash('sha1').update(String(id)).digest('hex').slice(0, 20)}`
}

function renderUser({ apiUrl, serverUrl }: Addresses) {
  const url = `${apiUrl}/users/${USER}`
  return {
    login: USER,
    id: 1,
    node_id: 'U_1',
    avatar_url: `${serverUrl}/avatars/1`,
    gravatar_id: '',
    url,
    html_url: `${serverUrl}/${USER}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: 'Bot',
    site_admin: false,
  }
}
