import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { getPullRequest } from '../../src/github/pull-request.ts'
import { type GitHubServer, startGitHub } from '../testkit/github-server.ts'
import { failure, SHA, startJob } from './job.ts'

describe('a pull request as it is now', () => {
  let server: GitHubServer
  beforeEach(async () => {
    server = await startGitHub()
  })
  afterEach(() => server.close())

  test.each(['open', 'closed'] as const)('%s', async state => {
    server.addPull({ number: 12, state, head: SHA, base: 'release/1' })
    expect(await getPullRequest(startJob(server).github, 12)).toEqual({
      open: state === 'open',
      head: SHA,
      base: 'release/1',
    })
  })

  test('that does not exist', async () => {
    expect(await failure(getPullRequest(startJob(server).github, 12), server)).toMatchObject({
      code: 'GITHUB_NOT_FOUND',
    })
  })
})
