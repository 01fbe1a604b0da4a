import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startArtifactService } from '../testkit/artifact-service.ts'
import { startArtifactStore } from '../testkit/artifact-store-server.ts'
import type { BuilderServer } from '../testkit/builder-server.ts'
import { type GitHubServer, startGitHub } from '../testkit/github-server.ts'
import { startHttpServer } from '../testkit/http-server.ts'
import {
  BUSYBOX,
  CACERTS,
  LAUNCHER,
  LIBRARY,
  noHab,
  SUPERVISOR,
  startActionBuilder,
  startHabMirror,
  straight,
  throughHab,
  WEB,
  WEB_TARBALL,
  webSpec,
} from './action-servers.ts'
import {
  type ActionRun,
  errorsOf,
  type Job,
  leaksOf,
  makeJob,
  runAction,
  setEvent,
  warningsOf,
} from './run-action.ts'
import { finishedTogether, sha256 } from './run-cli.ts'

const NEXT = 'acme/web/1.0.0/20240303000000'

interface Layer {
  name: string
  path: string
  uri: string
  size: number
  sha256: string
  packages: string[]
  uploaded: boolean
}

let builder: BuilderServer
/** What an agent has of both packages without layers. */
let oneTarball: { first: string[]; next: string[] }

const finished = finishedTogether()
beforeAll(async () => {
  const next = { ...webSpec, ident: NEXT, files: { ...webSpec.files, 'bin/web': '#!/bin/sh\n# changed\n' } }
  builder = await startActionBuilder(undefined, afterAll, [next])
  oneTarball = { first: await asOneTarball(WEB), next: await asOneTarball(NEXT) }
})

/** What went well without a message that a person must read, and what was reported about the layers. */
function layersOf(run: ActionRun): Layer[] {
  expect({ status: run.status, annotations: run.annotations, stderr: run.stderr }).toEqual({
    status: 0,
    annotations: [],
    stderr: '',
  })
  const { outputs } = run
  const layers: Layer[] = JSON.parse(outputs.layers!)
  for (const { name, path, size, sha256: digest } of layers) {
    const bytes = readFileSync(path)
    expect([name, size, sha256(bytes)]).toEqual([`sha256-${digest}.tgz`, bytes.length, digest])
  }
  expect(run.artifacts).toEqual(layers.map(({ path }) => path))
  expect(sizeOf(layers.filter(({ uploaded }) => uploaded))).toBe(Number(outputs['bytes-new']))
  expect(fetchOf(run)).toEqual(
    layers.map(({ uri }) =>
      expect.objectContaining({
        uri,
        extract: false,
        cache: true,
        destPath: expect.stringMatching(/^[\w-]+\.tgz$/),
      }),
    ),
  )
  expect(Object.keys(outputs)).not.toEqual(expect.arrayContaining(['tarball-path']))
  return layers
}

function fetchOf({ outputs }: ActionRun): { uri: string; destPath: string }[] {
  return JSON.parse(outputs.app!).fetch
}

const sizeOf = (layers: readonly Layer[]) => layers.reduce((sum, { size }) => sum + size, 0)

/** Fetches as an agent does, checks the bytes against their name, and unpacks by the app's own command. */
async function unpacked(job: Job, run: ActionRun, name: string): Promise<string> {
  const sandbox = join(job.root, name)
  mkdirSync(sandbox)
  for (const { uri, destPath } of fetchOf(run)) {
    const response = await fetch(uri)
    expect(response.status).toBe(200)
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(uri).toContain(sha256(bytes))
    writeFileSync(join(sandbox, destPath), bytes)
  }
  const { cmd } = JSON.parse(run.outputs.app!)
  const [unpack, ...launch] = cmd.split(' && exec ')
  expect(launch).toEqual(['sh ./launch'])
  execFileSync('sh', ['-c', unpack], { cwd: sandbox })
  return sandbox
}

/** What is below a folder: kinds, permissions, owners, targets of links, times of files, and their content. */
function treeOf(folder: string): string[] {
  // By no function of Node's, for these follow the image's links out of the folder.
  const find = (...words: string[]) =>
    execFileSync('find', ['.', ...words], { cwd: folder, encoding: 'utf8' }).split('\n')
  return [
    ...find('-printf', '%y %m %U:%G %p %l\\n'),
    ...find('-type', 'f', '-printf', '%T@ %p\\n'),
    ...find('-type', 'f', '-exec', 'sha256sum', '{}', '+'),
  ].sort()
}

/** A package exported as one tarball, and unpacked: what is in there. */
async function asOneTarball(ident: string): Promise<string[]> {
  const job = await makeJob({}, finished)
  const run = await runAction(job, { ...straight(builder), package: ident })
  expect(errorsOf(run)).toEqual([])
  const sandbox = join(job.root, 'sandbox')
  mkdirSync(sandbox)
  execFileSync('tar', ['-xzpf', run.outputs['tarball-path']!], { cwd: sandbox })
  return treeOf(sandbox)
}

/** Exports twice with one package changed; @returns the second export's inputs and layers */
async function exportTwice(job: Job, target: Record<string, string>, uploads: () => string[]) {
  const inputs = { ...straight(builder), ...target, layers: 'package', package: WEB }
  const first = await runAction(job, inputs)
  const before = layersOf(first)
  expect(before.map(({ packages }) => packages.join())).toEqual([
    '',
    ...[WEB, LIBRARY, BUSYBOX, CACERTS, SUPERVISOR, LAUNCHER].map(() => expect.any(String)),
  ])
  expect(before.flatMap(({ packages }) => packages).sort()).toEqual(
    [WEB, LIBRARY, BUSYBOX, CACERTS, SUPERVISOR, LAUNCHER].sort(),
  )
  expect(before.every(({ uploaded }) => uploaded)).toBe(true)
  expect(uploads().sort()).toEqual(before.map(({ name }) => name).sort())

  const changed = { ...inputs, package: NEXT }
  const second = await runAction(job, changed)
  const after = layersOf(second)
  const fresh = after.filter(({ uploaded }) => uploaded)
  expect(fresh.map(({ packages }) => packages)).toEqual([[], [NEXT]])
  expect(after.filter(({ uploaded }) => !uploaded)).toEqual(
    before.slice(1).flatMap(layer => (layer.packages[0] === WEB ? [] : { ...layer, uploaded: false })),
  )
  expect(uploads().slice(before.length).sort()).toEqual(fresh.map(({ name }) => name).sort())
  expect(second.summary).toContain(`2 of ${after.length} layers are new:`)
  expect(treeOf(await unpacked(job, second, 'next'))).toEqual(oneTarball.next)
  // What was deployed before is there as before.
  expect(treeOf(await unpacked(job, first, 'first'))).toEqual(oneTarball.first)
  return { inputs: changed, layers: after }
}

function gitHubJob(github: GitHubServer): Promise<Job> {
  const { apiUrl, serverUrl, repository } = github
  return makeJob({ GITHUB_API_URL: apiUrl, GITHUB_SERVER_URL: serverUrl, GITHUB_REPOSITORY: repository })
}

async function gitHub(): Promise<GitHubServer> {
  const github = await startGitHub()
  onTestFinished(() => github.close())
  return github
}

test('to a web server: only what changed is uploaded', async () => {
  const server = await startHttpServer()
  onTestFinished(() => server.close())
  const uploads = () =>
    server.requests
      .filter(({ method }) => method === 'PUT')
      .map(({ path }) => path.replace('/mesos/layers/', ''))
  const target = { publish: 'http', 'upload-url': `${server.url}/mesos/layers/` }
  const job = await makeJob()
  const { inputs, layers } = await exportTwice(job, target, uploads)
  // And nothing at all where nothing has changed.
  const { length } = uploads()
  const again = layersOf(await runAction(job, inputs))
  expect(again).toEqual(layers.map(layer => ({ ...layer, uploaded: false })))
  expect(uploads()).toHaveLength(length)
})

test('to releases: only what changed is uploaded', async () => {
  const github = await gitHub()
  const uploads = () =>
    github.requests.flatMap(({ line }) => /^POST .*\?name=(.*\.tgz)\.mesosize-\w+$/.exec(line)?.[1] ?? [])
  const job = await gitHubJob(github)
  await exportTwice(job, { publish: 'release' }, uploads)
  expect(github.releases).toMatchObject([{ tag: 'mesosize-layers', draft: false, prerelease: true }])
})

test('to an artifact store: only what changed is uploaded', async () => {
  const marathon = await startArtifactStore()
  onTestFinished(() => marathon.close())
  const uploads = () =>
    marathon.requests
      .filter(({ method }) => method === 'PUT')
      .map(({ path }) => path.replace('/v2/artifacts/mesosize-layers/', ''))
  const target = { publish: 'artifact-store', 'marathon-url': marathon.url }
  await exportTwice(await makeJob(), target, uploads)
})

test.skipIf(noHab)(`through hab, at two times, nothing is new (${noHab ?? 'a stand-in'})`, async () => {
  const server = await startHttpServer()
  onTestFinished(() => server.close())
  const target = { publish: 'http', 'upload-url': `${server.url}/`, layers: 'package', package: WEB }
  const cache = join((await makeJob()).root, 'cache')
  const run = async (clock: number) => {
    const mirror = await startHabMirror(onTestFinished, undefined, clock)
    const job = await makeJob({ XDG_CACHE_HOME: cache })
    return layersOf(await runAction(job, { ...throughHab(builder, mirror), ...target }))
  }
  const first = await run(1_790_000_000)
  expect(first.map(({ uploaded }) => uploaded)).toEqual(first.map(() => true))
  const kept = readdirSync(join(cache, 'mesosize'))
  const described = ({ name, packages, uploaded }: Layer) => ({ name, packages, uploaded })
  const again = first.map(layer => described({ ...layer, uploaded: false }))
  expect((await run(1_800_000_000)).map(described)).toEqual(again)
  expect(readdirSync(join(cache, 'mesosize'))).toEqual(kept)
  // What comes straight from Builder is the same too.
  const job = await makeJob()
  const fromHarts = layersOf(await runAction(job, { ...straight(builder), ...target }))
  expect(fromHarts.map(described)).toEqual(again)
})

test('two layers: what is built together, and the rest', async () => {
  const github = await gitHub()
  const job = await gitHubJob(github)
  const inputs = { ...straight(builder), publish: 'release', layers: 'auto' }
  const [first, rest] = layersOf(await runAction(job, { ...inputs, package: WEB }))
  expect([first!.packages.toSorted(), rest!.packages.toSorted()]).toEqual([
    [LIBRARY, WEB].sort(),
    [BUSYBOX, CACERTS, LAUNCHER, SUPERVISOR].sort(),
  ])
  const [, same] = layersOf(await runAction(job, { ...inputs, package: NEXT }))
  expect(same).toEqual({ ...rest, uploaded: false })
})

test('nowhere: all are in a folder, where the next export finds them', async () => {
  const job = await makeJob()
  const inputs = {
    ...straight(builder),
    layers: 'package',
    'uri-base': 'https://files.example/layers',
  }
  const first = layersOf(await runAction(job, { ...inputs, package: WEB }))
  for (const { name, uri } of first) expect(uri).toBe(`https://files.example/layers/${name}`)
  expect(readdirSync(join(job.workspace, 'results/layers')).sort()).toEqual(
    first.map(({ name }) => name).sort(),
  )
  const second = layersOf(await runAction(job, { ...inputs, package: NEXT }))
  expect(second.filter(({ uploaded }) => uploaded)).toHaveLength(2)
  for (const { path } of first) expect(statSync(path).isFile()).toBe(true)
})

test('what agents cannot fetch is reported once', async () => {
  const server = await startHttpServer({ authorization: 'Bearer secret-token-1' })
  onTestFinished(() => server.close())
  const job = await makeJob()
  const run = await runAction(job, {
    ...straight(builder),
    layers: 'package',
    publish: 'http',
    'upload-url': `${server.url}/`,
    'upload-headers': 'Authorization: Bearer secret-token-1',
  })
  expect([run.status, errorsOf(run)]).toEqual([0, []])
  expect(warningsOf(run)).toEqual([expect.stringMatching(/^Agents will probably fail .*401 Unauthorized/)])
  expect(leaksOf(job, [run], ['secret-token-1'])).toEqual([])
})

test('for a fork they become one tarball, an artifact of the run', async () => {
  const github = await gitHub()
  const job = await gitHubJob(github)
  const service = await startArtifactService()
  onTestFinished(() => service.close())
  Object.assign(job.env, service.env, { GITHUB_SERVER_URL: 'http://github.localhost:1' })
  await setEvent(job, 'pull_request', { pull_request: { head: { repo: { full_name: 'mallory/shop' } } } })
  const run = await runAction(job, {
    ...straight(builder),
    package: WEB,
    layers: 'auto',
    publish: 'release',
    'github-token': github.tokens.read,
  })
  expect([run.status, errorsOf(run)]).toEqual([0, []])
  expect(run.annotations.filter(({ level }) => level === 'notice')).toEqual([
    expect.objectContaining({
      message: expect.stringMatching(
        /from a fork.* one tarball without layers, and that an artifact of the run instead\.$/,
      ),
    }),
  ])
  expect(service.artifacts).toMatchObject([{ name: WEB_TARBALL }])
  expect(run.outputs).toMatchObject({ 'tarball-name': WEB_TARBALL })
  expect(run.outputs).not.toHaveProperty('layers')
  expect(github.requests).toEqual([])
})

test('an upload that fails leaves nothing behind, and no app', async () => {
  const server = await startHttpServer()
  onTestFinished(() => server.close())
  server.fault({ method: 'PUT', kind: 'status', status: 507, times: 100 })
  const job = await makeJob()
  const run = await runAction(job, {
    ...straight(builder),
    layers: 'package',
    publish: 'http',
    'upload-url': `${server.url}/`,
  })
  expect(run.status).toBe(1)
  expect(errorsOf(run)).toEqual([expect.stringMatching(/507 Insufficient Storage.*no space left/)])
  expect([run.outputs, run.summary, run.artifacts]).toEqual([{}, '', []])
  expect(existsSync(join(job.workspace, 'results'))).toBe(false)
})

test('everything that cannot be combined with layers is reported at once', async () => {
  const job = await makeJob()
  const run = await runAction(job, {
    ...straight(builder),
    layers: 'auto',
    publish: 'http',
    'upload-url': 'https://files.example/{name}/{version}.tgz?sig=0a1b2c3d4e5f',
    'uri-template': 'https://files.example/{release}.tgz',
    'checksum-file': 'true',
    uris: 'true',
  })
  expect(run.status).toBe(1)
  expect(errorsOf(run)).toEqual([
    expect.stringMatching(/^uris and layers: /),
    expect.stringMatching(/^checksum-file: /),
    expect.stringMatching(/^uri-template: .*same for all layers/),
    expect.stringMatching(/^upload-url: .* has \{name\}, \{version\}/),
    expect.stringMatching(/^upload-url: .* has a query/),
    expect.stringMatching(/^upload-url: .* same for all layers/),
    '6 mistakes in the inputs.',
  ])
})
