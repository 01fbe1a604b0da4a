import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { imageTarball } from '../inspect/images.ts'
import { startArtifactService } from '../testkit/artifact-service.ts'
import { type ArtifactStoreServerOptions, startArtifactStore } from '../testkit/artifact-store-server.ts'
import type { BuilderServer } from '../testkit/builder-server.ts'
import { cycloneDxProblems } from '../testkit/cyclonedx.ts'
import { type GitHubServer, type GitHubServerOptions, startGitHub } from '../testkit/github-server.ts'
import { type HttpServerOptions, startHttpServer } from '../testkit/http-server.ts'
import { cannotServe, startNginx } from '../testkit/nginx.ts'
import { startActionBuilder, straight, WEB, WEB_TARBALL } from './action-servers.ts'
import {
  type ActionRun,
  errorsOf,
  type Job,
  leaksOf,
  makeJob,
  runAction,
  setEvent,
  startAction,
  warningsOf,
} from './run-action.ts'
import { type Finished, finishedTogether, sha256 } from './run-cli.ts'

const TOKEN = '_Qk9YLTEKYmxkci0yMDE3MDkyNzAyMzcxNApzZWNyZXQ='

const noNginx = cannotServe()

let builder: BuilderServer

beforeAll(async () => {
  builder = await startActionBuilder(undefined, afterAll)
})

/** A job of a repository on a GitHub of its own. */
async function gitHubJob(
  options: GitHubServerOptions = {},
  finished: Finished = onTestFinished,
): Promise<{ job: Job; github: GitHubServer; inputs: Record<string, string> }> {
  const github = await startGitHub(options)
  finished(() => github.close())
  const { apiUrl, serverUrl, repository } = github
  const variables = { GITHUB_API_URL: apiUrl, GITHUB_SERVER_URL: serverUrl, GITHUB_REPOSITORY: repository }
  const job = await makeJob(variables, finished)
  return { job, github, inputs: { ...straight(builder), publish: 'release' } }
}

function onTag(tag: string): { env: Record<string, string> } {
  return { env: { GITHUB_REF: `refs/tags/${tag}` } }
}

async function webServer(options?: HttpServerOptions) {
  const server = await startHttpServer(options)
  onTestFinished(() => server.close())
  return server
}

async function store(options?: ArtifactStoreServerOptions) {
  const server = await startArtifactStore(options)
  onTestFinished(() => server.close())
  return server
}

/** What went well, with the URI in the app definition. */
function published(run: ActionRun): { uri: string; tarball: Buffer; outputs: Record<string, string> } {
  expect({ status: run.status, errors: errorsOf(run), stderr: run.stderr }).toEqual({
    status: 0,
    errors: [],
    stderr: '',
  })
  expect(run.badGroups).toEqual([])
  const { outputs } = run
  const [{ uri }] = JSON.parse(outputs.app!).fetch
  expect(outputs.uri).toBe(uri)
  const tarball = readFileSync(outputs['tarball-path']!)
  expect(outputs.sha256).toBe(sha256(tarball))
  return { uri, tarball, outputs }
}

/** Went well, and said nothing that a person must read. */
function publishedQuietly(run: ActionRun) {
  expect(run.annotations).toEqual([])
  expect(run.lines.length, run.lines.join('\n')).toBeLessThanOrEqual(3)
  return published(run)
}

/** What an agent gets, which has nothing but the URI. */
async function asAgent(uri: string): Promise<Buffer> {
  // A connection that is kept may be closed by the time that this busy process uses it again.
  const response = await fetch(uri, { headers: { connection: 'close' } })
  expect(response.status).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}

function failed(job: Job, run: ActionRun): string {
  const { status, outputs, summary, artifacts, stderr, badGroups } = run
  expect({ status, outputs, summary, artifacts, stderr, badGroups }).toEqual({
    status: 1,
    outputs: {},
    summary: '',
    artifacts: [],
    stderr: '',
    badGroups: [],
  })
  expect(readdirSync(job.workspace)).not.toContain('results')
  const errors = errorsOf(run)
  expect(errors).toHaveLength(1)
  return errors[0]!
}

describe('to a release', () => {
  describe('for a tag', () => {
    const finished = finishedTogether()
    let job: Job
    let github: GitHubServer
    /** With all that can be attached to a release, which is not the first. */
    let first: ActionRun
    let again: ActionRun
    let sentAgain: number
    const uploads = () => github.count(/^POST .*\/assets\?/)

    beforeAll(async () => {
      const { inputs, ...rest } = await gitHubJob({ tags: ['v1.0'] }, finished)
      ;({ job, github } = rest)
      const old = github.addRelease({ tag: 'v0.9', draft: false })
      const [ident, name] = ['acme/web/0.9.0/20230101000000', 'acme-web-0.9.0-20230101000000.tgz']
      github.addAsset(old, { name, bytes: await imageTarball([{ ident }]) })
      const more = { 'checksum-file': 'true', sbom: 'sboms/web.json', changes: 'true' }
      first = await runAction(job, { ...inputs, ...more }, onTag('v1.0'))
      const sent = uploads()
      again = await runAction(job, inputs, onTag('v1.0'))
      sentAgain = uploads() - sent
    })

    test('the tarball and its sum are attached, and the URI works for an agent', async () => {
      const { uri, tarball, outputs } = publishedQuietly(first)
      expect(uri).toBe(`${github.serverUrl}/acme/shop/releases/download/v1.0/${WEB_TARBALL}`)
      expect(await asAgent(uri)).toEqual(tarball)
      expect((await asAgent(`${uri}.sha256`)).toString()).toBe(`${outputs.sha256}  ${WEB_TARBALL}\n`)
      const [release, ...others] = github.releases.filter(({ tag }) => tag !== 'v0.9')
      expect(others).toEqual([])
      expect(release).toMatchObject({ tag: 'v1.0', draft: false, prerelease: false })
      expect(outputs['asset-id']).toBe(String(release!.assets.find(({ name }) => name === WEB_TARBALL)!.id))
      expect(first.summary).toContain(`/releases/tag/v1.0>)`)
    })

    // What actions/attest takes: the tarball as the subject, and the SBOM as the statement about it.
    test('the SBOM is attached, and describes the tarball of the outputs', async () => {
      const { uri, outputs } = publishedQuietly(first)
      expect(outputs.sbom).toBe(join(job.workspace, 'sboms/web.json'))
      const text = readFileSync(outputs.sbom!, 'utf8')
      expect(await cycloneDxProblems(text)).toBeNull()
      const { serialNumber, metadata } = JSON.parse(text)
      expect(serialNumber).toMatch(/^urn:uuid:/)
      expect(first.artifacts).toEqual([outputs['tarball-path']])
      expect(metadata.component.components).toMatchObject([
        { name: WEB_TARBALL, hashes: [{ alg: 'SHA-256', content: outputs.sha256 }] },
      ])
      const asset = WEB_TARBALL.replace(/tgz$/, 'cdx.json')
      expect((await asAgent(uri.replace(WEB_TARBALL, asset))).toString()).toBe(text)
      const { assets } = github.releases.find(({ tag }) => tag === 'v1.0')!
      expect(assets.map(({ name }) => name).sort()).toEqual(
        [WEB_TARBALL, `${WEB_TARBALL}.sha256`, asset].sort(),
      )
    })

    test('what changed since the last release is in the outputs and in the summary', () => {
      const { changes } = publishedQuietly(first).outputs
      expect(changes).toContain('Compared with [`v0.9`]')
      expect(changes).toContain(
        `| \`acme/web\` | \`0.9.0/20230101000000\` | \`${WEB.split('/').slice(2).join('/')}\` |`,
      )
      expect(first.summary).toContain(`### Changes\n\n${changes}\n`)
    })

    test('the same tarball is not sent again', () => {
      const { uri, outputs } = published(first)
      const second = publishedQuietly(again)
      expect(uploads()).toBeGreaterThan(0)
      expect(sentAgain).toBe(0)
      expect(second.outputs).toMatchObject({
        sha256: outputs.sha256,
        'asset-id': outputs['asset-id'],
        uri,
      })
    })
  })

  test('a draft stays one, and the URI is that of the release to come', async () => {
    const { job, github, inputs } = await gitHubJob()
    const run = await runAction(job, { ...inputs, 'release-tag': 'v2', draft: 'true', prerelease: 'true' })
    const { uri } = published(run)
    expect(uri).toBe(`${github.serverUrl}/acme/shop/releases/download/v2/${WEB_TARBALL}`)
    expect(github.releases).toMatchObject([{ tag: 'v2', draft: true, prerelease: true }])
    // Once, and not again because nothing is there yet.
    expect(warningsOf(run)).toEqual([expect.stringMatching(/is a draft: agents cannot fetch/)])
  })

  test('of a private repository, agents cannot fetch it, and a warning says what to do', async () => {
    const { job, inputs } = await gitHubJob({ tags: ['v1'], private: true })
    const run = await runAction(job, inputs, onTag('v1'))
    published(run)
    expect(warningsOf(run)).toEqual([
      expect.stringMatching(/answers 404 .*private repository.*publish: http/s),
    ])
  })

  test('agents may have another URI', async () => {
    const { job, github, inputs } = await gitHubJob({ tags: ['v1'], private: true })
    const server = await webServer()
    const template = `${server.url}/{tag}/{name}-{version}.tgz`
    const run = await runAction(job, { ...inputs, 'uri-template': template }, onTag('v1'))
    expect(published(run).uri).toBe(`${server.url}/v1/web-1.0.0.tgz`)
    expect(github.releases[0]!.assets).toHaveLength(1)
  })

  test('what a fork asks for becomes an artifact of the run', async () => {
    const { job, github, inputs } = await gitHubJob()
    const service = await startArtifactService()
    onTestFinished(() => service.close())
    Object.assign(job.env, service.env, { GITHUB_SERVER_URL: 'http://github.localhost:1' })
    await setEvent(job, 'pull_request', { pull_request: { head: { repo: { full_name: 'mallory/shop' } } } })
    const run = await runAction(job, { ...inputs, 'github-token': github.tokens.read })
    const { tarball, outputs } = published(run)
    expect(run.annotations.filter(({ level }) => level === 'notice')).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/from a fork.* artifact of the run instead\.$/),
      }),
    ])
    expect(service.artifacts).toMatchObject([{ name: WEB_TARBALL, bytes: tarball }])
    expect(outputs['artifact-id']).toBe(String(service.artifacts[0]!.id))
    expect(github.requests).toEqual([])
  })

  describe('fails clearly', () => {
    test.each<[string, GitHubServerOptions, (github: GitHubServer) => Record<string, string>, RegExp]>([
      [
        'with a token that may only read',
        { tags: ['v1'] },
        ({ tokens }) => ({ 'release-tag': 'v1', 'github-token': tokens.read }),
        /403 Forbidden.*permissions:\n {2}contents: write/s,
      ],
      [
        'with another tarball of that name, which must stay',
        { tags: ['v1'] },
        github => {
          github.addAsset(github.addRelease({ tag: 'v1', draft: false }), {
            name: WEB_TARBALL,
            bytes: Buffer.from('other'),
          })
          return { 'release-tag': 'v1', overwrite: 'false' }
        },
        /overwrite/,
      ],
    ])('%s', async (_, options, prepare, expected) => {
      const { job, github, inputs } = await gitHubJob(options)
      const run = await runAction(job, { ...inputs, ...prepare(github) })
      expect(failed(job, run)).toMatch(expected)
      expect(leaksOf(job, [run], Object.values(github.tokens))).toEqual([])
      // Nobody sees what is half done.
      const seen = github.releases.filter(({ draft }) => !draft).flatMap(({ assets }) => assets)
      expect(seen.filter(({ bytes }) => bytes?.toString() !== 'other')).toEqual([])
    })
  })
})

describe('as an artifact', () => {
  test('it is there as it is, and agents are told not to', async () => {
    const service = await startArtifactService()
    onTestFinished(() => service.close())
    const job = await makeJob({ ...service.env, GITHUB_SERVER_URL: 'http://github.localhost:1' })
    const run = await runAction(job, {
      ...straight(builder),
      publish: 'artifact',
      'uri-base': 'https://files.example/later',
    })
    const { uri, tarball, outputs } = published(run)
    expect(uri).toBe(`https://files.example/later/${WEB_TARBALL}`)
    expect(service.artifacts).toMatchObject([{ name: WEB_TARBALL, bytes: tarball }])
    expect(outputs['artifact-id']).toBe(String(service.artifacts[0]!.id))
    // The later step that brings it there has not run yet, which does not cause a second warning.
    expect(warningsOf(run)).toEqual([expect.stringMatching(/^Mesos agents cannot fetch the artifact/)])
    expect(run.summary).toContain('/actions/runs/4711/artifacts/')
  })
})

describe('to a web server', () => {
  test.skipIf(noNginx)(
    `nginx has it, by a template, behind a password (${noNginx ?? "Debian's"})`,
    async () => {
      const nginx = await startNginx({ user: 'deploy', password: 'hunter22', limit: 1024 })
      onTestFinished(() => nginx.close())
      const job = await makeJob()
      const run = await runAction(job, {
        ...straight(builder),
        publish: 'http',
        'upload-url': `http://deploy:hunter22@127.0.0.1:${nginx.port}/public/{origin}/{version}/`,
        'checksum-file': 'true',
      })
      const { uri, tarball, outputs } = publishedQuietly(run)
      expect(uri).toBe(`${nginx.url}/public/acme/1.0.0/${WEB_TARBALL}`)
      expect(await asAgent(uri)).toEqual(tarball)
      expect((await asAgent(`${uri}.sha256`)).toString()).toBe(`${outputs.sha256}  ${WEB_TARBALL}\n`)
      expect(leaksOf(job, [run], ['hunter22', Buffer.from('deploy:hunter22').toString('base64')])).toEqual([])
    },
  )

  test('a refusal is a failure, and shows no secrets', async () => {
    const server = await webServer()
    const secrets = ['header-secret-1', 'token-in-bearer', 'p@ss w0rd', 'p%40ss%20w0rd', '0a1b2c3d4e5f']
    const body = `denied: ${secrets.join(' ')}`
    server.fault({ method: 'PUT', kind: 'status', status: 403, body, times: 9 })
    const job = await makeJob()
    const run = await runAction(job, {
      ...straight(builder),
      publish: 'http',
      'upload-url': `${server.url}/a/?X-Amz-Signature=0a1b2c3d4e5f`,
      'upload-headers': 'X-Key: header-secret-1\nAuthorization: Bearer token-in-bearer',
    })
    expect(failed(job, run)).toMatch(/403 Forbidden/)
    // The rest is masked by the runner, which knows them before anything else.
    const shown = leaksOf(job, [run], secrets.slice(0, 2))
    expect(shown).toEqual([])
    for (const secret of ['header-secret-1', 'token-in-bearer', '0a1b2c3d4e5f'])
      expect(run.masks).toContain(secret)
  })
})

test('a run that is cancelled while it uploads ends soon, and leaves nothing', async () => {
  const server = await webServer()
  server.fault({ method: 'PUT', kind: 'silence' })
  const job = await makeJob()
  const { child, ended } = startAction(job, {
    ...straight(builder),
    publish: 'http',
    'upload-url': `${server.url}/a/`,
  })
  await until(() => server.requests.some(({ method }) => method === 'PUT'))
  // The server never answers, so nothing but the signal ends the run.
  child.kill('SIGINT')
  expect(failed(job, await ended)).toBe('The run was cancelled.')
})

describe('to an artifact store', () => {
  test('Marathon has it, and gives the URI', async () => {
    const marathon = await store({
      authorization: `Basic ${Buffer.from('me:p@ss w0rd').toString('base64')}`,
    })
    const job = await makeJob()
    const inputs = {
      ...straight(builder),
      publish: 'artifact-store',
      'marathon-url': marathon.url,
      'marathon-user': 'me',
      'marathon-password': 'p@ss w0rd',
    }
    const run = await runAction(job, inputs)
    const { uri, tarball } = published(run)
    expect([...marathon.artifacts.values()]).toMatchObject([{ file: tarball, filename: WEB_TARBALL }])
    expect(uri).toMatch(new RegExp(`^${marathon.url}/v2/artifacts/acme/web/1\\.0\\.0-`))
    expect(leaksOf(job, [run], ['p@ss w0rd', 'p%40ss'])).toEqual([])
  })
})

test('nowhere, only the URI is rewritten', async () => {
  const job = await makeJob()
  const run = await runAction(job, {
    ...straight(builder),
    'uri-template': 'https://files.example/{sha256}/{file}?v={release}',
  })
  const { uri, outputs } = publishedQuietly(run)
  expect(uri).toBe(`https://files.example/${outputs.sha256}/${WEB_TARBALL}?v=20240101000000`)
})

test('every secret is masked before anything else, and seen nowhere', async () => {
  const closed = await startActionBuilder(TOKEN)
  const server = await webServer()
  const [user, password] = ['deploy', 'p@ss w0rd/%']
  const encoded = encodeURIComponent(password)
  const job = await makeJob({ HAB_STUDIO_SECRET_NPM: 'npm-secret-1' })
  const inputs = {
    ...straight(closed),
    'builder-token': TOKEN,
    publish: 'http',
    'upload-url': `${server.url.replace('//', `//${user}:${encoded}@`)}/{name}/`,
    'upload-headers': 'X-Api-Key: header-secret-1\nX-Forward: Bearer token-in-bearer',
  }
  const run = await runAction(job, inputs)
  const { uri } = published(run)
  // Even those that have no effect there, which is an error.
  const refused = await runAction(job, {
    ...inputs,
    'marathon-password': 'unused-password',
    'dcos-token': 'unused-token-1',
    'origin-key': 'SIG-SEC-1\nacme-20240101000000\n\nbGluZSBvZiBhIHNlY3JldCBrZXk=',
  })
  expect(refused.status).toBe(1)
  expect(uri).toBe(`${server.url}/web/${WEB_TARBALL}`)
  expect(server.requests.find(({ method }) => method === 'PUT')!.headers).toMatchObject({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    'x-api-key': 'header-secret-1',
    'x-forward': 'Bearer token-in-bearer',
  })

  const used = [TOKEN, password, encoded, 'header-secret-1', 'token-in-bearer', 'ghs_write0123456789']
  const unused = ['unused-password', 'unused-token-1', 'bGluZSBvZiBhIHNlY3JldCBrZXk=']
  for (const secret of [...used, 'npm-secret-1']) expect(run.masks).toContain(secret)
  for (const secret of [...used, ...unused]) expect(refused.masks).toContain(secret)
  for (const { stdout, masks } of [run, refused]) {
    const isMask = stdout.split('\n').map(line => line.startsWith('::add-mask::'))
    expect(isMask.lastIndexOf(true)).toBe(masks.length - 1)
  }
  expect(leaksOf(job, [run, refused], [...used, ...unused, 'npm-secret-1'])).toEqual([])
  // No output contains what is masked: the runner would not pass it to another job.
  for (const [name, text] of Object.entries(run.outputs)) {
    for (const mask of run.masks) expect(text.includes(mask), `${mask} in ${name}`).toBe(false)
  }
  expect(run.outputs.ident).toBe(WEB)
})

async function until(condition: () => boolean): Promise<void> {
  for (let time = 0; !condition(); time++) {
    if (time > 500) throw new Error('it never happened')
    await pause(20)
  }
}
