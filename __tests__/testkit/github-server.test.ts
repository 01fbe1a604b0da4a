import { afterEach, beforeEach, expect, test } from 'vitest'
import { type GitHubServer, startGitHub } from './github-server.ts'
import { checkAnswer } from './github-server-openapi.ts'

let server: GitHubServer
beforeEach(async () => {
  server = await startGitHub({ tags: ['v1'] })
})
afterEach(() => server.close().catch(() => {}))

function call(path: string, method = 'GET', body?: unknown) {
  return fetch(`${server.apiUrl}/repos/acme/shop/${path}`, {
    method,
    headers: { authorization: `token ${server.tokens.write}` },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
}

test('what GitHub describes passes', async () => {
  await call('releases', 'POST', { tag_name: 'v1', draft: true })
  await call('releases?per_page=100')
  await call('releases/tags/v1')
  await call('git/ref/tags%2Fv1')
  await expect(server.close()).resolves.toBeUndefined()
})

test.each([
  [
    'a body without what is required',
    'POST',
    'releases',
    { name: 'v1' },
    "must have required property 'tag_name'",
  ],
  [
    'a value of another type',
    'POST',
    'releases',
    { tag_name: 'v1', draft: 'yes' },
    'body/draft must be boolean',
  ],
  [
    'a property that is not described',
    'POST',
    'releases',
    { tag_name: 'v1', tag: 'v1' },
    'body/tag is not in',
  ],
  ['a number that is none', 'GET', 'releases/seven', undefined, 'path parameter release_id must be integer'],
  [
    'a parameter that is not described',
    'GET',
    'releases?size=3',
    undefined,
    'query parameter size is not in',
  ],
  [
    'a path that is not described',
    'GET',
    'release',
    undefined,
    'nothing here answers GET /repos/acme/shop/release',
  ],
])('a request with %s fails the test', async (_, method, path, body, text) => {
  await call(path, method, body)
  await expect(server.close()).rejects.toThrow(text)
})

test.each([
  [200, { id: 1 }, 'must have required property'],
  [204, undefined, 'the status 204 is not described'],
  [403, { message: 7 }, 'body/message must be string'],
])('an answer %i %j of the server itself is found wrong', (status, body, text) => {
  expect(checkAnswer('GET', '/repos/{owner}/{repo}/releases/{release_id}', status, body).join()).toContain(
    text,
  )
})

test('downloads: redirected to a signed address, whole or in part; drafts and private repositories not', async () => {
  const bytes = Buffer.from('0123456789')
  const release = server.addRelease({ tag: 'shop/v1', draft: false })
  server.addAsset(release, { name: 'a+b.tgz', bytes })
  server.addAsset(server.addRelease({ tag: 'v2' }), { name: 'a.tgz', bytes })
  const at = (path: string) => `${server.serverUrl}/acme/shop/releases/download/${path}`

  const hop = await fetch(at('shop%2Fv1/a%2Bb.tgz'), { redirect: 'manual' })
  expect(hop.status).toBe(302)
  expect(new URL(hop.headers.get('location')!).origin).not.toBe(server.serverUrl)
  expect(await (await fetch(at('shop%2Fv1/a%2Bb.tgz'))).text()).toBe('0123456789')
  const part = await fetch(at('shop%2Fv1/a%2Bb.tgz'), { headers: { range: 'bytes=2-4' } })
  expect([part.status, await part.text()]).toEqual([206, '234'])
  expect((await fetch(at('v2/a.tgz'))).status).toBe(404)
  expect((await fetch(hop.headers.get('location')!.replace(/\?.*/, ''))).status).toBe(403)
})
