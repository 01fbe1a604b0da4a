import { describe, expect, test } from 'vitest'
import { boundedFetch } from '../../src/github/bounded-fetch.ts'
import { rewriteComments } from '../../src/github/comment.ts'
import { createDeployment, retireDeployments } from '../../src/github/deployments.ts'
import { earlierReleases } from '../../src/github/earlier-releases.ts'
import { connect } from '../../src/github/octokit.ts'
import { getPullRequest } from '../../src/github/pull-request.ts'
import { findOrCreateRelease, findRelease } from '../../src/github/releases.ts'
import { MesosizeError } from '../../src/lib/errors.ts'
import { silent } from '../../src/lib/report.ts'

const answering = (body: string, headers: Record<string, string>) =>
  boundedFetch(async () => new Response(body, { headers }))
const URL = 'https://api.github.com/x'

test('octokit gets JSON as JSON, and a file as the file that it is', async () => {
  const json = await answering('{"a": 1}', { 'content-type': 'text/plain' })(URL)
  expect(json.headers.get('content-type')).toBe('application/json')

  const headers = { accept: 'application/octet-stream' }
  for (const body of ['{"a": 1}', 'no JSON']) {
    const file = await answering(body, { 'content-type': 'application/octet-stream' })(URL, { headers })
    expect(file.headers.get('content-type')).toBe('application/octet-stream')
    expect(await file.text()).toBe(body)
  }
})

test('what is not JSON is refused where JSON was asked for', async () => {
  await expect(answering('<html>', { 'content-type': 'text/html' })(URL)).rejects.toMatchObject({
    code: 'GITHUB_ANSWER',
  })
})

describe('an answer of another structure is refused', () => {
  const release = {
    ...{ id: 1, tag_name: 'v1', draft: false, prerelease: false, html_url: 'https://github.com/o/r' },
    ...{ upload_url: 'https://uploads.github.com/x{?name,label}', body: null, assets: [] },
  }
  const RELEASE = '/repos/o/r/releases/tags/v1'
  const repository = { owner: 'o', repo: 'r' }

  test.each<[string, string, unknown, string?]>([
    ['GET', '/repos/o/r/releases?per_page=100', undefined, 'it is not a list'],
    ['GET', '/repositories/17/releases?page=2', { assets: 5 }, 'it is not a list'],
    ['GET', '/repos/o/r/releases', [release, null], '[1] is null, not a JSON object'],
    ['GET', RELEASE, undefined, 'it is not a JSON object'],
    ['GET', RELEASE, { ...release, upload_url: '' }, 'upload_url is "", not a URL'],
    ['GET', RELEASE, { ...release, upload_url: 'file:///x' }, 'upload_url is "file:///x", not a URL'],
    ['GET', RELEASE, { ...release, assets: [{ id: -1 }] }, 'assets[0].id is -1, not a whole number'],
    ['GET', '/repos/o/r/releases/1/assets', [7], '[0] is 7, not a JSON object'],
    ['GET', '/repos/o/r/issues/1/comments', [{ id: 1, body: [] }], '[0].body is [], not text'],
    ['GET', '/repos/o/r/pulls/1', null, 'it is not a JSON object'],
    ['GET', '/repos/o/r/deployments?environment=x', [{}], '[0].id is missing'],
    ['GET', '/repos/o/r/deployments/1/statuses', {}, 'it is not a list'],
    ['POST', '/repos/o/r/releases', {}, 'id is missing'],
    ['PATCH', '/repos/o/r/releases/1', {}, 'id is missing'],
    ['PATCH', '/repos/o/r/releases/assets/1', {}, 'id is missing'],
    ['POST', '/repos/o/r/deployments', { message: 'merged' }, 'id is missing'],
    ['GET', RELEASE, release],
    ['DELETE', '/repos/o/r/releases/1', undefined],
    ['GET', '/repos/o/r/git/ref/tags/v1', {}],
  ])('%s %s: %j', async (method, path, body, problem) => {
    const answer = answering(body === undefined ? '' : JSON.stringify(body), {})
    const asked = answer(`https://api.github.com${path}`, { method })
    if (problem === undefined) return expect((await asked).ok).toBe(true)
    const error = await asked.catch(thrown => thrown)
    expect(error).toMatchObject({ code: 'GITHUB_ANSWER', message: expect.stringContaining(problem) })
  })

  test.each(['', 'null', '{}', '[]', '[null]', '{"assets":5,"head":[],"id":"x"}', '[{"id":1}]'])(
    'and whatever asks for it says so, for %j',
    async text => {
      const github = connect({
        context: { repository, apiUrl: 'https://api.github.com' },
        token: 'ghs_x',
        fetch: async () => new Response(text),
        report: silent,
        retry: { sleep: async () => {} },
      })
      const choice = { tag: 'v1', draft: false, prerelease: false }
      const calls: (() => Promise<unknown>)[] = [
        () => earlierReleases(github, { tag: 'v1' }),
        () => findRelease(github, 'v1'),
        () => getPullRequest(github, 1),
        () => createDeployment(github, { ref: 'a', environment: 'e', app: '/a' }),
        () => retireDeployments(github, 'e', 'https://x.example'),
        () => rewriteComments(github, 1, 'x', body => body),
        () => findOrCreateRelease(github, choice, { ref: 'refs/tags/v1', tag: 'v1', sha: 'a'.repeat(40) }),
      ]
      for (const call of calls) {
        const outcome = await call().catch(error => error)
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(MesosizeError)
      }
    },
  )
})
