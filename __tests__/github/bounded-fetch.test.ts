import { expect, test } from 'vitest'
import { boundedFetch } from '../../src/github/bounded-fetch.ts'

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
