import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rewriteComments, writeComment } from '../../src/github/comment.ts'
import { type GitHubServer, startGitHub } from '../testkit/github-server.ts'
import { failure, startJob } from './job.ts'

const MARKER = '<!-- mesosize: /previews/shop/pr-12/web -->'
const POST = /^POST .*\/comments$/

let server: GitHubServer
beforeEach(async () => {
  server = await startGitHub()
  server.addPull({ number: 12 })
})
afterEach(() => server.close())

function write(text: string) {
  return writeComment(startJob(server).github, 12, MARKER, `${MARKER}\n${text}`)
}

function bodies() {
  return server.comments.map(({ body }) => body.replace(`${MARKER}\n`, ''))
}

test('is written once, and then in place', async () => {
  server.addComment({ issue: 12, body: 'Looks good.' })
  await write('one')
  await write('two')
  await write('two')
  expect(bodies()).toEqual(['Looks good.', 'two'])
  expect(server.count(POST)).toBe(1)
  expect(server.count(/^PATCH /)).toBe(1)
})

test('is found behind a hundred others', async () => {
  for (let n = 0; n < 130; n++) server.addComment({ issue: 12, body: `comment ${n}` })
  await write('one')
  await write('two')
  expect(bodies().slice(130)).toEqual(['two'])
})

test('all that begin the same way are rewritten, and no others', async () => {
  const { github } = startJob(server)
  const rewrite = () => rewriteComments(github, 12, '<!-- mesosize: ', body => `${body.split('\n')[0]}\ngone`)
  await rewrite()
  expect(server.comments).toEqual([])
  server.addComment({ issue: 12, body: '<!-- mesosize: not ours -->' })
  await write('web')
  const worker = MARKER.replace('web', 'worker')
  await writeComment(github, 12, worker, `${worker}\nworker`)
  for (let twice = 0; twice < 2; twice++) await rewrite()
  expect(server.comments.map(({ body }) => body)).toEqual([
    '<!-- mesosize: not ours -->',
    `${MARKER}\ngone`,
    `${worker}\ngone`,
  ])
  expect(server.count(/^PATCH /)).toBe(2)
})

test.each([
  ['somebody else', { type: 'User', association: 'CONTRIBUTOR' }, `${MARKER}\nmine`],
  ['somebody unknown', { type: 'User', association: 'NONE' }, `${MARKER}\nmine`],
  ['a bot that quotes it', { type: 'Bot', association: 'NONE' }, `> ${MARKER}\n> quoted`],
] as const)('leaves alone a comment with the marker by %s', async (_, user, body) => {
  server.addComment({ issue: 12, body, user })
  await write('one')
  expect(server.comments.map(comment => comment.body)).toEqual([body, `${MARKER}\none`])
})

test('is taken over from a user with a token that may write', async () => {
  server.addComment({ issue: 12, body: `${MARKER}\nold`, user: { type: 'User', association: 'MEMBER' } })
  await write('new')
  expect(bodies()).toEqual(['new'])
})

test('becomes one where two runs wrote one each', async () => {
  const user = { type: 'Bot', association: 'NONE' } as const
  const first = server.addComment({ issue: 12, body: `${MARKER}\na`, user })
  server.addComment({ issue: 12, body: `${MARKER}\nb`, user })
  server.addComment({ issue: 13, body: `${MARKER}\nother`, user })
  await write('c')
  expect(server.comments.map(({ id, body }) => [id, body])).toEqual([
    [first.id, `${MARKER}\nc`],
    [expect.any(Number), `${MARKER}\nother`],
  ])
})

describe('where GitHub fails', () => {
  test('only the answer was lost: there is still one', async () => {
    server.fault({ on: POST, kind: 'done, but', status: 502 })
    await write('one')
    expect(bodies()).toEqual(['one'])
    expect(server.count(POST)).toBe(1)
  })

  test('nothing was done: it is sent again', async () => {
    server.fault({ on: POST, kind: 'status', status: 502 })
    await write('one')
    expect(bodies()).toEqual(['one'])
    expect(server.count(POST)).toBe(2)
  })

  test('for good: not for ever', async () => {
    server.fault({ on: POST, kind: 'status', status: 503, times: 9 })
    expect(await failure(write('one'), server)).toMatchObject({ code: 'GITHUB_STATUS' })
    expect(server.count(POST)).toBe(3)
  })

  test('the token may not: says which permission it needs', async () => {
    const { github } = startJob(server, { token: server.tokens.read })
    const error = await failure(writeComment(github, 12, MARKER, MARKER), server)
    expect(error.code).toBe('GITHUB_PERMISSION')
    expect(error.message).toContain('permissions:\n  pull-requests: write')
    expect(error.message).toContain('"Pull requests: Read and write"')
  })
})
