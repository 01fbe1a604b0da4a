import { setTimeout as timer } from 'node:timers/promises'
import { withRetries } from '../http/retry.ts'
import { MesosizeError } from '../lib/errors.ts'
import { setting } from '../lib/setting.ts'
import type { RunContext } from './context.ts'
import { GitHubError, mayPass } from './errors.ts'
import type { GitHub } from './octokit.ts'

/** Which release a person wants, and how it is created if there is none. */
export interface ReleaseChoice {
  /** Its id; then nothing is created. */
  id?: number
  /** If neither is given, the tag that the run is for. */
  tag?: string
  draft: boolean
  prerelease: boolean
  /** The release's description; empty if this is absent. */
  about?: string
}

/** A release that assets can be attached to. */
export interface Release {
  id: number
  tag: string
  draft: boolean
  /** Locked for good once it is published. */
  immutable: boolean
  /** Where assets are POSTed. */
  uploadUrl: string
  /** Its web page; a draft's differs from that of the published release. */
  page: string
  /** Whether it is a draft only until everything is attached. */
  toPublish: boolean
}

type Data = Awaited<ReturnType<GitHub['rest']['repos']['getRelease']>>['data']

/**
 * Marks a draft as ours to publish. A job that died in between leaves it to the next, and jobs that
 * share a release need not know which of them made it.
 */
const TO_PUBLISH = '<!-- mesosize publishes this draft when its files are attached -->'

/**
 * Finds the release of a tag or id, or creates one. Jobs that do so at the same time end up with the same
 * release. One that is to be published starts as a draft, since an immutable release must get its assets before.
 * @throws MesosizeError RELEASE_TAG if no release is named; RELEASE_TAG_MISSING if the tag does not exist and cannot
 *   be made; and as `GitHub.rest` throws
 */
export async function findOrCreateRelease(
  github: GitHub,
  choice: ReleaseChoice,
  context: Pick<RunContext, 'ref' | 'tag' | 'sha'>,
): Promise<Release> {
  if (choice.id !== undefined) return describe(await findById(github, choice.id), choice)
  const tag = tagOf(choice, context)
  const found = await findByTag(github, tag)
  return describe(found ?? (await create(github, tag, choice, context.sha)), choice)
}

/**
 * The tag of the release that a choice without an id means.
 * @throws MesosizeError RELEASE_TAG if there is none
 */
export function tagOf(choice: Pick<ReleaseChoice, 'tag'>, context: Pick<RunContext, 'ref' | 'tag'>): string {
  const tag = choice.tag ?? context.tag
  if (tag === undefined) {
    throw new MesosizeError(
      'RELEASE_TAG',
      `No release given for the tarball: ${setting('release-tag')} and ${setting('release-id')} are empty, and the workflow runs for ${JSON.stringify(context.ref ?? 'no ref')}, which is not a tag. ` +
        `Write ${setting('release-tag', 'v1.2.3')}, or let the workflow run on tags:\n\non:\n  push:\n    tags: [v*]`,
    )
  }
  return tag
}

/**
 * Finds the release of a tag; undefined if there is none.
 * @throws as `GitHub.rest`
 */
export async function findRelease(github: GitHub, tag: string): Promise<Release | undefined> {
  const found = await findByTag(github, tag)
  return found && describe(found, { draft: false, prerelease: false })
}

/**
 * Finds all releases of some tags, one for each.
 * @throws as `GitHub.rest`
 */
export async function findReleases(github: GitHub, isWanted: (tag: string) => boolean): Promise<Release[]> {
  const releases = await listByTag(github, isWanted)
  const tags = [...new Set(releases.map(({ tag_name }) => tag_name))]
  return tags.map(tag => {
    const one = foremost(releases.filter(({ tag_name }) => tag_name === tag))!
    return describe(one, { draft: false, prerelease: false })
  })
}

/**
 * Publishes a draft whose assets are all there; another job may have done so already.
 * @throws MesosizeError RELEASE_TAG_MISSING, and as `GitHub.rest` throws
 */
export async function publishRelease(github: GitHub, release: Release): Promise<Release> {
  const { rest, repository } = github
  const current = await findById(github, release.id)
  const data = current.draft
    ? await tagging(github, release.tag, async () => {
        const body = (current.body ?? '').replace(TO_PUBLISH, '').trim()
        return (await rest.repos.updateRelease({ ...repository, release_id: release.id, draft: false, body }))
          .data
      })
    : current
  return {
    ...release,
    draft: data.draft,
    immutable: data.immutable === true,
    page: data.html_url,
    toPublish: false,
  }
}

function describe(data: Data, choice: ReleaseChoice): Release {
  return {
    id: data.id,
    tag: data.tag_name,
    draft: data.draft,
    immutable: data.immutable === true,
    // A URI template (RFC 6570); its variables are not needed here.
    uploadUrl: data.upload_url.replace(/\{.*\}$/, ''),
    page: data.html_url,
    toPublish: data.draft && !choice.draft && data.body?.includes(TO_PUBLISH) === true,
  }
}

async function findById({ rest, repository }: GitHub, id: number): Promise<Data> {
  return (await rest.repos.getRelease({ ...repository, release_id: id })).data
}

async function findByTag(github: GitHub, tag: string): Promise<Data | undefined> {
  const { rest, repository } = github
  // This never finds a draft.
  const published = await missing(rest.repos.getReleaseByTag({ ...repository, tag }))
  return published?.data ?? foremost(await listByTag(github, each => each === tag))
}

async function listByTag(
  { paginate, rest, repository }: GitHub,
  isWanted: (tag: string) => boolean,
): Promise<Data[]> {
  const releases = await paginate(rest.repos.listReleases, { ...repository, per_page: 100 })
  return releases.filter(release => isWanted(release.tag_name))
}

/** The one among several of the same tag that every job agrees on. */
function foremost(releases: readonly Data[]): Data | undefined {
  return releases.toSorted((a, b) => Number(a.draft) - Number(b.draft) || a.id - b.id)[0]
}

async function create(github: GitHub, tag: string, choice: ReleaseChoice, sha: string): Promise<Data> {
  const { rest, repository, report, retry } = github
  const tagged = await tagExists(github, tag)
  if (!tagged) {
    report.note(
      `The tag ${tag} does not exist yet: GitHub makes it, at ${sha}, when the release is published.`,
    )
  }
  let failed: unknown
  const { release, ours } = await tagging(github, tag, () =>
    withRetries(
      async () => {
        // Perhaps only the response was lost.
        const found = failed ? await findByTag(github, tag) : undefined
        if (found) return { release: found, ours: false }
        try {
          const created = await rest.repos.createRelease({
            ...repository,
            tag_name: tag,
            name: tag,
            body: [choice.about ?? [], choice.draft ? [] : TO_PUBLISH].flat().join('\n\n'),
            draft: true,
            prerelease: choice.prerelease,
            // Naming a commit needs more permissions than a tag that exists.
            ...(tagged ? {} : { target_commitish: sha }),
          })
          return { release: created.data, ours: true }
        } catch (error) {
          failed = error
          throw error
        }
      },
      { ...retry, tries: 3, mayPass: error => error === failed && mayPass(true)(error) },
    ),
  )
  // An existing release may belong to someone else, and converge may delete.
  return ours ? converge(github, release) : release
}

/**
 * Keeps one of the releases that several jobs created for the same tag, the same in every job. A new release is not
 * listed at once; when ours has been listed twice, an earlier one is listed too.
 */
async function converge(github: GitHub, made: Data): Promise<Data> {
  const { rest, repository, report, retry } = github
  let seen = 0
  let releases: Data[] = []
  for (let looks = 0; looks < 8 && seen < 2; looks++) {
    if (looks > 0) await (retry.sleep ?? pause)(1000, retry.signal)
    releases = await listByTag(github, tag => tag === made.tag_name)
    if (releases.some(release => release.id === made.id)) seen++
  }
  const kept = foremost(releases) ?? made
  if (kept.id === made.id) return made
  const { assets } = await findById(github, made.id)
  if (assets.length === 0) {
    await rest.repos.deleteRelease({ ...repository, release_id: made.id })
    report.note(`Another job made the release ${made.tag_name} at the same time: the tarball goes there.`)
  }
  return kept
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await timer(milliseconds, undefined, { signal })
}

/** Does work that creates a missing tag, and reports it if that is what fails. */
async function tagging<T>(github: GitHub, tag: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const refused = error instanceof GitHubError && [403, 404, 422].includes(error.status)
    if (!refused || error.code === 'GITHUB_RATE_LIMIT' || (await tagExists(github, tag))) throw error
    throw new MesosizeError(
      'RELEASE_TAG_MISSING',
      `The tag ${JSON.stringify(tag)} does not exist in ${github.repository.owner}/${github.repository.repo}, and it could not be made with the release. ` +
        'Push it first (git push origin TAG), or give a token that may make it: a ruleset may forbid new tags, and the token of a job may not tag a commit that changes workflows. ' +
        error.message,
      { cause: error },
    )
  }
}

async function tagExists({ rest, repository }: GitHub, tag: string): Promise<boolean> {
  return (await missing(rest.git.getRef({ ...repository, ref: `tags/${tag}` }))) !== undefined
}

/** Undefined if the response is 404. */
async function missing<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch(error => {
    if (error instanceof GitHubError && error.status === 404) return undefined
    throw error
  })
}
