import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readContext } from '../../src/github/context.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'context-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What a runner sets, with the payload in a file. */
async function environment(payload: unknown = {}, changes: Record<string, string | undefined> = {}) {
  const path = join(folder, `${Math.random()}.json`)
  await writeFile(path, typeof payload === 'string' ? payload : JSON.stringify(payload))
  return {
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
    GITHUB_RUN_ID: '17922846291',
    GITHUB_RUN_ATTEMPT: '2',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: path,
    ...changes,
  }
}

test('what the runner says about a push', async () => {
  const payload = { ref: 'refs/heads/main', forced: false }
  expect(await readContext(await environment(payload))).toEqual({
    repository: { owner: 'acme', repo: 'shop' },
    apiUrl: 'https://api.github.com',
    serverUrl: 'https://github.com',
    ref: 'refs/heads/main',
    tag: undefined,
    sha: '0123456789abcdef0123456789abcdef01234567',
    runId: 17922846291,
    runAttempt: 2,
    eventName: 'push',
    event: payload,
    fromFork: false,
  })
})

test.each([
  ['refs/tags/v1.2.3', 'v1.2.3'],
  ['refs/tags/shop/v1', 'shop/v1'],
  ['refs/heads/refs/tags/v1', undefined],
  ['refs/pull/7/merge', undefined],
  ['', undefined],
])('the ref %j has the tag %j', async (ref, tag) => {
  expect(await readContext(await environment({}, { GITHUB_REF: ref }))).toHaveProperty('tag', tag)
})

test("a GitHub Enterprise Server's addresses, with final slashes", async () => {
  const env = await environment(
    {},
    { GITHUB_API_URL: 'https://git.example.org/api/v3/', GITHUB_SERVER_URL: 'https://git.example.org/' },
  )
  expect(await readContext(env)).toMatchObject({
    apiUrl: 'https://git.example.org/api/v3',
    serverUrl: 'https://git.example.org',
  })
})

const head = (full_name: string | null) => ({
  pull_request: { head: { repo: full_name === null ? null : { full_name } } },
})

test.each([
  ['pull_request', head('someone/shop'), true],
  ['pull_request', head('Acme/Shop'), false],
  ['pull_request', head(null), true],
  ['pull_request', {}, true],
  ['pull_request_review', head('someone/shop'), true],
  ['pull_request_review_comment', head('someone/shop'), true],
  // Its runs have the base repository's own token.
  ['pull_request_target', head('someone/shop'), false],
  ['push', head('someone/shop'), false],
])('%s with %j comes from a fork: %s', async (GITHUB_EVENT_NAME, payload, fromFork) => {
  expect(await readContext(await environment(payload, { GITHUB_EVENT_NAME }))).toHaveProperty(
    'fromFork',
    fromFork,
  )
})

describe('what is not a step of a workflow', () => {
  test('names every variable at once', async () => {
    await expect(readContext({ HOME: '/root', GITHUB_RUN_ID: 'seven' })).rejects.toMatchObject({
      code: 'NOT_IN_WORKFLOW',
      message: expect.stringMatching(
        /GITHUB_REPOSITORY is not set; GITHUB_API_URL is not set; GITHUB_SERVER_URL is not set; GITHUB_SHA is not set; GITHUB_RUN_ID is "seven", not a number; .*GITHUB_EVENT_PATH is not set\. Use the action in a workflow/,
      ),
    })
  })

  test.each([
    [{ GITHUB_REPOSITORY: 'shop' }, 'GITHUB_REPOSITORY is "shop", not OWNER/REPO'],
    [{ GITHUB_REPOSITORY: 'a/b/../c' }, 'GITHUB_REPOSITORY is'],
    [{ GITHUB_API_URL: 'ftp://git.example.org' }, 'GITHUB_API_URL is'],
    [{ GITHUB_SERVER_URL: 'https://user:secret@git.example.org' }, 'GITHUB_SERVER_URL is'],
    [{ GITHUB_EVENT_PATH: '/nowhere/event.json' }, 'the file of GITHUB_EVENT_PATH cannot be read: ENOENT'],
  ])('%j', async (changes, text) => {
    await expect(readContext(await environment({}, changes))).rejects.toThrow(text)
  })

  test.each([
    ['', 'it is not valid JSON'],
    ['null', 'it is not a JSON object'],
    ['[]', 'it is not a JSON object'],
    ['{"a":', 'it is not valid JSON'],
  ])('a payload of %j', async (payload, problem) => {
    await expect(readContext(await environment(payload))).rejects.toThrow(
      `of GITHUB_EVENT_PATH is unusable: ${problem}`,
    )
  })
})
