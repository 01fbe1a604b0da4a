import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { findOrCreateRelease, publishRelease } from '../../src/github/releases.ts'
import { wordSettings } from '../../src/lib/setting.ts'
import { EXPORT } from '../../src/settings/tables.ts'
import { inputWording } from '../../src/settings/wording.ts'
import { type GitHubServer, type GitHubServerOptions, startGitHub } from '../testkit/github-server.ts'
import { failure, SHA, startJob } from './job.ts'

wordSettings(inputWording(EXPORT))

let server: GitHubServer

async function serve(options: GitHubServerOptions = {}) {
  await server?.close()
  server = await startGitHub({ tags: ['v1'], ...options })
}

beforeEach(async () => {
  vi.stubEnv('no_proxy', '*')
  server = await startGitHub({ tags: ['v1'] })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await server.close()
})

const choice = { draft: false, prerelease: false }

describe('an existing release', () => {
  test('is found by its number', async () => {
    const { id } = server.addRelease({ tag: 'v7', draft: false })
    const { github, context } = startJob(server)
    const release = await findOrCreateRelease(github, { ...choice, id }, context)
    expect(release).toEqual({
      id,
      tag: 'v7',
      draft: false,
      immutable: false,
      uploadUrl: `${server.uploadUrl}/repos/acme/shop/releases/${id}/assets`,
      page: `${server.serverUrl}/acme/shop/releases/tag/v7`,
      toPublish: false,
    })
  })

  test('is found by the tag that the run is for', async () => {
    const { id } = server.addRelease({ tag: 'v1', draft: false })
    const { github, context } = startJob(server, { tag: 'v1' })
    expect(await findOrCreateRelease(github, choice, context)).toMatchObject({
      id,
      draft: false,
      toPublish: false,
    })
    expect(server.requests.map(({ line }) => line)).toEqual(['GET /repos/acme/shop/releases/tags/v1'])
  })

  test('is found by release-tag rather than by the tag of the run', async () => {
    server.addRelease({ tag: 'v1', draft: false })
    const { id } = server.addRelease({ tag: 'shop/v2 beta', draft: false })
    const { github, context } = startJob(server, { tag: 'v1' })
    expect(await findOrCreateRelease(github, { ...choice, tag: 'shop/v2 beta' }, context)).toMatchObject({
      id,
    })
  })

  test('is found though it is a draft, behind hundreds of others, and stays one', async () => {
    const { id } = server.addRelease({ tag: 'v1', draft: true, body: 'written by a person' })
    for (let n = 0; n < 230; n++) server.addRelease({ tag: `old${n}`, draft: false })
    const { github, context } = startJob(server, { tag: 'v1' })
    expect(await findOrCreateRelease(github, choice, context)).toMatchObject({
      id,
      draft: true,
      toPublish: false,
    })
    expect(server.count(/^GET .*\/releases\?/)).toBe(3)
    expect(server.count(/^(?!GET)/)).toBe(0)
  })

  test('is the oldest of several drafts', async () => {
    const { id } = server.addRelease({ tag: 'v1' })
    server.addRelease({ tag: 'v1' })
    const { github, context } = startJob(server, { tag: 'v1' })
    expect(await findOrCreateRelease(github, choice, context)).toMatchObject({ id })
  })
})

describe('a new release', () => {
  test('that is to be published is a draft first', async () => {
    const { github, context } = startJob(server, { tag: 'v1' })
    const release = await findOrCreateRelease(github, choice, context)
    expect(server.releases).toMatchObject([
      { id: release.id, tag: 'v1', name: 'v1', draft: true, prerelease: false },
    ])
    expect(release).toMatchObject({ draft: true, toPublish: true })
    expect(release.page).toContain('/untagged-')

    const published = await publishRelease(github, release)
    expect(server.releases).toMatchObject([{ id: release.id, draft: false, body: '' }])
    expect(published).toMatchObject({ draft: false, page: `${server.serverUrl}/acme/shop/releases/tag/v1` })
  })

  test.each([
    { draft: true, prerelease: false },
    { draft: true, prerelease: true },
    { draft: false, prerelease: true },
  ])('with %j', async given => {
    const { github, context } = startJob(server, { tag: 'v1' })
    const release = await findOrCreateRelease(github, given, context)
    expect(release.toPublish).toBe(!given.draft)
    expect(server.releases).toMatchObject([{ prerelease: given.prerelease, draft: true }])
  })

  test('names no commit where the tag exists: that would take another permission', async () => {
    const { github, context, notes } = startJob(server, { tag: 'v1' })
    await findOrCreateRelease(github, choice, context)
    expect(server.requests.find(({ line }) => line.startsWith('POST'))?.body).not.toHaveProperty(
      'target_commitish',
    )
    expect(notes).toEqual([])
  })

  test('of a tag that does not exist is created at the commit of the run, with a note', async () => {
    const { github, context, notes } = startJob(server)
    const release = await findOrCreateRelease(github, { ...choice, tag: 'v2' }, context)
    expect(server.releases).toMatchObject([{ tag: 'v2', target: SHA }])
    expect(notes).toEqual([
      expect.stringContaining(`The tag v2 does not exist yet: GitHub makes it, at ${SHA}`),
    ])
    await publishRelease(github, release)
    expect(server.tags).toContain('v2')
  })

  test('keeps what a person wrote into the draft meanwhile', async () => {
    const { github, context } = startJob(server, { tag: 'v1' })
    const release = await findOrCreateRelease(github, choice, context)
    server.releases[0]!.body = `What is new\n\n${server.releases[0]!.body}`
    await publishRelease(github, release)
    expect(server.releases[0]!.body).toBe('What is new')
  })

  test('that a job left behind is published by the next one', async () => {
    const first = startJob(server, { tag: 'v1' })
    await findOrCreateRelease(first.github, choice, first.context)
    const second = startJob(server, { tag: 'v1' })
    const release = await findOrCreateRelease(second.github, choice, second.context)
    expect(release).toMatchObject({ id: server.releases[0]!.id, draft: true, toPublish: true })
  })

  test('that another job has published already is left as it is', async () => {
    const { github, context } = startJob(server, { tag: 'v1' })
    const release = await findOrCreateRelease(github, choice, context)
    await publishRelease(github, release)
    const changes = server.count(/^PATCH/)
    expect(await publishRelease(github, release)).toMatchObject({ draft: false })
    expect(server.count(/^PATCH/)).toBe(changes)
  })

  test('needs a tag', async () => {
    const { github, context } = startJob(server)
    const error = await failure(findOrCreateRelease(github, choice, context), server)
    expect(error.code).toBe('RELEASE_TAG')
    expect(error.message).toMatch(
      /release-tag .*"refs\/heads\/main", which is not a tag\. Write release-tag: v1\.2\.3,/,
    )
  })
})

describe('two jobs at once', () => {
  test.each([0, 1, 3])('make one release, which appears in %i lists too late', async lag => {
    server.lag = lag
    // Both look before either makes one.
    server.fault({ on: /^POST .*\/releases$/, kind: 'together', count: 2 })
    const jobs = [startJob(server, { tag: 'v1' }), startJob(server, { tag: 'v1' })]
    const releases = await Promise.all(
      jobs.map(({ github, context }) => findOrCreateRelease(github, choice, context)),
    )
    expect(server.count(/^POST .*\/releases$/)).toBe(2)
    expect(server.releases).toHaveLength(1)
    expect(releases.map(({ id }) => id)).toEqual([server.releases[0]!.id, server.releases[0]!.id])
    expect(jobs.flatMap(({ notes }) => notes)).toEqual([
      expect.stringContaining('Another job made the release v1'),
    ])
  })

  test('keep a duplicate that holds something', async () => {
    const { github, context } = startJob(server, { tag: 'v1' })
    server.fault({ on: /^GET .*\/git\/ref/, kind: 'together', count: 2 })
    const releasing = findOrCreateRelease(github, choice, context)
    await expect.poll(() => server.count(/git\/ref/)).toBe(1)
    const other = server.addRelease({ tag: 'v1' })
    // The second request of this kind lets the first go on.
    await fetch(`${server.apiUrl}/repos/acme/shop/git/ref/tags%2Fv1`)
    // A person attaches something to the new draft before it is found to be one too many.
    server.fault({ on: /^GET .*\/releases\?/, kind: 'together', count: 2 })
    await expect.poll(() => server.releases).toHaveLength(2)
    server.addAsset(server.releases[1]!, { name: 'manual.pdf' })
    await fetch(`${server.apiUrl}/repos/acme/shop/releases?per_page=1`)
    expect(await releasing).toMatchObject({ id: other.id })
    expect(server.releases).toHaveLength(2)
  })
})

describe('failures', () => {
  test.each([
    ['GET', 502],
    ['GET', 503],
    ['POST', 500],
  ])('%s answers %i once: done again, with a pause, and told', async (method, status) => {
    server.fault({ on: new RegExp(`^${method} `), kind: 'status', status })
    const { github, context, pauses, notes } = startJob(server, { tag: 'v1' })
    await findOrCreateRelease(github, choice, context)
    expect(server.releases).toHaveLength(1)
    expect(pauses[0]).toBe(1000)
    expect(notes).toEqual([expect.stringMatching(/GitHub answered 50\d .* Trying again in 1 s\.$/)])
  })

  test('a release that was made though the answer was 502 is not made twice', async () => {
    server.fault({ on: /^POST/, kind: 'done, but', status: 502 })
    const { github, context } = startJob(server, { tag: 'v1' })
    const release = await findOrCreateRelease(github, choice, context)
    expect(server.releases).toMatchObject([{ id: release.id }])
    expect(server.count(/^POST/)).toBe(1)
  })

  test('a reset connection', async () => {
    server.fault({ on: /^GET/, kind: 'reset', after: 0, times: 2 })
    const { github, context, pauses } = startJob(server, { tag: 'v1' })
    await findOrCreateRelease(github, choice, context)
    expect(pauses.slice(0, 2)).toEqual([1000, 2000])
  })

  test('an end to patience', async () => {
    server.fault({ on: /^GET/, kind: 'status', status: 500, times: 99 })
    const { github, context, pauses } = startJob(server, { tag: 'v1' })
    const error = await failure(findOrCreateRelease(github, choice, context), server)
    expect(error).toMatchObject({ code: 'GITHUB_STATUS', message: expect.stringContaining('Tried 5 times.') })
    expect(pauses).toEqual([1000, 2000, 4000, 8000])
  })

  test.each([
    ['secondary', 403, { 'retry-after': '7' }, 'You have exceeded a secondary rate limit', 7000],
    ['secondary, without a time', 403, {}, 'You have exceeded a secondary rate limit', 60_000],
    ['secondary, the newer status', 429, {}, 'Too many requests', 60_000],
    // 1 s more than until the reset.
    [
      'primary',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1700000010' },
      'API rate limit exceeded',
      11_000,
    ],
  ] as const)(
    'a rate limit, %s: waited for, even before a POST',
    async (_, status, headers, message, pause) => {
      server.fault({ on: /^POST/, kind: 'status', status, headers: { ...headers }, message })
      const { github, context, pauses, notes } = startJob(server, { tag: 'v1', now: 1_700_000_000_000 })
      await findOrCreateRelease(github, choice, context)
      expect(pauses[0]).toBe(pause)
      expect(notes[0]).toContain(`"${message}". The token has made too many requests.`)
      expect(server.releases).toHaveLength(1)
    },
  )

  test('a rate limit that ends in an hour ends the run, and says when', async () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1700003600' }
    server.fault({ on: /^GET/, kind: 'status', status: 403, headers, message: 'API rate limit exceeded' })
    const { github, context, pauses } = startJob(server, { tag: 'v1', now: 1_700_000_000_000 })
    const error = await failure(findOrCreateRelease(github, choice, context), server)
    expect(error.code).toBe('GITHUB_RATE_LIMIT')
    expect(error.message).toContain('Run again after 2023-11-14T23:13:21.000Z')
    expect(pauses).toEqual([])
  })

  test.each([
    ['no such token', 401, 'GITHUB_TOKEN', 'Leave github-token out'],
    ['read', 403, 'GITHUB_PERMISSION', 'permissions:\n  contents: write'],
  ])('the token %s', async (token, status, code, text) => {
    const given = token === 'read' ? server.tokens.read : 'ghs_unknown'
    const { github, context, pauses } = startJob(server, { tag: 'v1', token: given })
    const error = await failure(findOrCreateRelease(github, choice, context), server)
    expect(error.code).toBe(code)
    expect(error.message).toContain(`GitHub answered ${status}`)
    expect(error.message).toContain(text)
    expect(pauses).toEqual([])
  })

  test.each(['', 'two words', 'new\nline'])('the token %j', token => {
    expect(() => startJob(server, { token })).toThrow(expect.objectContaining({ code: 'GITHUB_TOKEN' }))
  })

  test('404 to a change names the permission: some tokens get that instead of 403', async () => {
    server.fault({ on: /^POST/, kind: 'status', status: 404, message: 'Not Found' })
    const { github, context } = startJob(server, { tag: 'v1' })
    const error = await failure(findOrCreateRelease(github, choice, context), server)
    expect(error).toMatchObject({ code: 'GITHUB_PERMISSION' })
    expect(error.message).toContain('permissions:\n  contents: write')
  })

  test('an invalid number', async () => {
    const { github, context } = startJob(server)
    const error = await failure(findOrCreateRelease(github, { ...choice, id: 5 }, context), server)
    expect(error.code).toBe('GITHUB_NOT_FOUND')
    expect(error.message).toContain('releases/5')
  })

  test('a tag that does not exist and must not be made', async () => {
    await serve({ tagsLocked: true })
    const { github, context } = startJob(server)
    const release = await findOrCreateRelease(github, { ...choice, tag: 'v2' }, context)
    const error = await failure(publishRelease(github, release), server)
    expect(error.code).toBe('RELEASE_TAG_MISSING')
    expect(error.message).toContain('The tag "v2" does not exist in acme/shop')
    expect(error.message).toContain('Cannot create ref due to creations being restricted.')
    expect(server.releases).toMatchObject([{ draft: true }])
  })

  test('a tag that a token may not make, since the commit changes workflows', async () => {
    const message = 'Resource not accessible by integration'
    server.fault({ on: /^POST/, kind: 'status', status: 403, message })
    const { github, context } = startJob(server)
    const error = await failure(findOrCreateRelease(github, { ...choice, tag: 'v2' }, context), server)
    expect(error.code).toBe('RELEASE_TAG_MISSING')
    expect(error.message).toContain('may not tag a commit that changes workflows')
  })

  test('a tag that an immutable release has used up', async () => {
    const errors = [
      {
        resource: 'Release',
        code: 'custom',
        field: 'tag_name',
        message: 'tag_name was used by an immutable release',
      },
    ]
    const { github, context } = startJob(server, { tag: 'v1' })
    const release = await findOrCreateRelease(github, choice, context)
    server.fault({ on: /^PATCH/, kind: 'status', status: 422, message: 'Validation Failed', errors })
    const error = await failure(publishRelease(github, release), server)
    expect(error.code).toBe('RELEASE_IMMUTABLE')
    expect(error.message).toContain('Use a new tag')
  })

  test('a cancelled job stops', async () => {
    const stop = new AbortController()
    const { github, context } = startJob(server, { tag: 'v1', signal: stop.signal })
    server.fault({ on: /^GET/, kind: 'together', count: 2 })
    const releasing = findOrCreateRelease(github, choice, context)
    await expect.poll(() => server.requests).toHaveLength(1)
    stop.abort(new Error('cancelled'))
    await expect(releasing).rejects.toThrow('cancelled')
  })
})
