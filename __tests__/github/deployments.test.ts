import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDeployment, retireDeployments, setDeploymentStatus } from '../../src/github/deployments.ts'
import type { GitHub } from '../../src/github/octokit.ts'
import { type GitHubServer, startGitHub } from '../testkit/github-server.ts'
import { failure, SHA, startJob } from './job.ts'

const WEB = { ref: SHA, environment: 'pr-12', app: '/previews/shop/pr-12/web' }
const LOG = 'https://github.example/acme/shop/actions/runs/1'

let server: GitHubServer
let github: GitHub
beforeEach(async () => {
  server = await startGitHub()
  ;({ github } = startJob(server))
})
afterEach(() => server.close())

function states() {
  return server.deployments.map(({ statuses }) => statuses.map(({ state }) => state))
}

test('a deployment comes and goes with its pull request', async () => {
  const id = await createDeployment(github, WEB)
  await setDeploymentStatus(github, id, { state: 'in_progress', logUrl: LOG })
  await setDeploymentStatus(github, id, { state: 'success', url: 'http://10.0.0.1:31000', logUrl: LOG })
  expect(server.deployments).toEqual([
    {
      id,
      sha: SHA,
      environment: 'pr-12',
      transient: true,
      payload: { app: WEB.app },
      statuses: [
        { id: expect.any(Number), state: 'in_progress', url: '', logUrl: LOG },
        { id: expect.any(Number), state: 'success', url: 'http://10.0.0.1:31000', logUrl: LOG },
      ],
    },
  ])
  // GitHub retires nothing of a transient environment itself.
  expect(server.requests.map(({ body }) => body)).toContainEqual(
    expect.objectContaining({ transient_environment: true, production_environment: false }),
  )
})

test('those of an app before the newest are marked inactive, once', async () => {
  const first = await createDeployment(github, WEB)
  await setDeploymentStatus(github, first, { state: 'success', logUrl: LOG })
  const worker = await createDeployment(github, { ...WEB, app: '/previews/shop/pr-12/worker' })
  await setDeploymentStatus(github, worker, { state: 'success', logUrl: LOG })
  await createDeployment(github, { ...WEB, environment: 'pr-13' })
  const newest = await createDeployment(github, WEB)
  for (let twice = 0; twice < 2; twice++)
    await await retireDeployments(github, 'pr-12', LOG, { app: WEB.app, except: newest })
  expect(states()).toEqual([['success', 'inactive'], ['success'], [], []])
})

test('all of them, when the pull request is closed; also where the payload comes as text', async () => {
  await createDeployment(github, WEB)
  await createDeployment(github, WEB)
  server.deployments[0]!.payload = JSON.stringify({ app: WEB.app })
  server.deployments.push({ ...server.deployments[0]!, id: 7, payload: 'not JSON', statuses: [] })

  expect(states()).toHaveLength(3)
  await retireDeployments(github, 'pr-12', LOG, { app: WEB.app })
  expect(states()).toEqual([['inactive'], ['inactive'], []])
  await retireDeployments(github, 'pr-12', LOG)
  expect(states()).toEqual([['inactive'], ['inactive'], ['inactive']])
})

test('a token that may not: says which permission it needs', async () => {
  const reader = startJob(server, { token: server.tokens.read }).github
  const error = await failure(createDeployment(reader, WEB), server)
  expect(error.code).toBe('GITHUB_PERMISSION')
  expect(error.message).toContain('permissions:\n  deployments: write')
})
