import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { parseFullIdent } from '../../src/habitat/package/ident.ts'
import { type NamedTarball, nameTarball } from '../../src/image/tarball.ts'
import type { KnownUri } from '../../src/publish/fetch-uri.ts'
import { withPrefix } from '../../src/publish/publisher.ts'
import { publishToRelease } from '../../src/publish/release.ts'
import type { ReleaseTarget } from '../../src/publish/release-whole.ts'
import { failure, type Job, sha256, startJob } from '../github/job.ts'
import { type GitHubServer, type GitHubServerOptions, startGitHub } from '../testkit/github-server.ts'
import { locateOne } from './recorder.ts'

let server: GitHubServer
let folder: string
const target: ReleaseTarget = { draft: false, prerelease: false, overwrite: true, checksumFile: false }

beforeEach(async () => {
  vi.stubEnv('no_proxy', '*')
  folder = await mkdtemp(join(tmpdir(), 'release-'))
  server = await startGitHub({ tags: ['v1', "shop/v1+'2'"] })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await server.close()
  await rm(folder, { recursive: true })
})

async function serve(options: GitHubServerOptions) {
  await server.close()
  server = await startGitHub({ tags: ['v1'], ...options })
}

async function tarball(
  version = '7.2.4',
  bytes = randomBytes(100_000),
): Promise<NamedTarball & { bytes: Buffer }> {
  const name = `core-redis-${version}-20240102030405.tgz`
  const path = join(folder, name)
  await writeFile(path, bytes)
  const ident = parseFullIdent(`core/redis/${version}/20240102030405`)
  const packed = { isLayer: false, path, size: bytes.length, sha256: sha256(bytes), parts: [] }
  return { ...nameTarball(packed, ident), bytes }
}

function publisher({ github, context }: Job, changes: Partial<ReleaseTarget> = {}, known: KnownUri = {}) {
  const publish = publishToRelease(github, context, { ...target, ...changes }, known)
  return (tarball: NamedTarball) => locateOne(publish, tarball)
}

test('an agent, which has no token, fetches the same bytes from the URI', async () => {
  const job = startJob(server, { tag: 'v1' })
  const file = await tarball()
  const location = await publisher(job)(file)
  expect(location).toEqual({
    uri: `${server.serverUrl}/acme/shop/releases/download/v1/${file.name}`,
    assetId: server.releases[0]!.assets[0]!.id,
    page: `${server.serverUrl}/acme/shop/releases/tag/v1`,
  })
  expect(Buffer.from(await (await fetch(location.uri)).arrayBuffer())).toEqual(file.bytes)
  expect(job.warnings).toEqual([])
  expect(job.notes).toEqual([])
})

test.each([
  ['v1', '1+2', 'v1/core-redis-1%2B2-20240102030405.tgz'],
  ["shop/v1+'2'", '7.2.4', 'shop%2Fv1%2B%272%27/core-redis-7.2.4-20240102030405.tgz'],
  ['v1', '1~rc2', 'v1/core-redis-1.rc2-20240102030405.tgz'],
])('the URI of the tag %j and the version %j', async (tag, version, path) => {
  const location = await publisher(startJob(server, { tag }))(await tarball(version))
  expect(location.uri).toBe(`${server.serverUrl}/acme/shop/releases/download/${path}`)
  expect((await fetch(location.uri)).status).toBe(200)
})

test('prefers the requested URI', async () => {
  const file = await tarball()
  const publish = publisher(startJob(server, { tag: 'v1' }), {}, { uriBase: 'https://files.example.com/v1' })
  expect(await publish(file)).toMatchObject({
    uri: `https://files.example.com/v1/${file.name}`,
    page: `${server.serverUrl}/acme/shop/releases/tag/v1`,
  })
})

test('with the file that sha256sum checks', async () => {
  const file = await tarball('1~rc2')
  await publisher(startJob(server, { tag: 'v1' }), { checksumFile: true })(file)
  const [, checksum] = server.releases[0]!.assets
  expect(checksum!.name).toBe('core-redis-1.rc2-20240102030405.tgz.sha256')
  expect(checksum!.bytes!.toString()).toBe(`${file.sha256}  core-redis-1.rc2-20240102030405.tgz\n`)
  expect(checksum!.contentType).toBe('text/plain')
})

describe('the SBOM', () => {
  async function sbomFile(text = '{"bomFormat":"CycloneDX"}') {
    const path = join(folder, 'any-name.json')
    await writeFile(path, text)
    return { name: 'core-redis-1.cdx.json', path, size: text.length, sha256: sha256(Buffer.from(text)) }
  }

  test('goes beside the tarball, before the release is published', async () => {
    const { github, context } = startJob(server, { tag: 'v1' })
    const file = await tarball()
    const sbom = await sbomFile()
    const publish = withPrefix('pr-7-', publishToRelease(github, context, target, {}))
    await publish([file], sbom)
    const [release] = server.releases
    expect(release!.assets.map(({ name }) => name)).toEqual([
      `pr-7-${file.name}`,
      'pr-7-core-redis-1.cdx.json',
    ])
    expect(release!.assets[1]!.bytes!.toString()).toBe('{"bomFormat":"CycloneDX"}')
    expect(release!.assets[1]!.contentType).toBe('application/vnd.cyclonedx+json')
    const uploads = server.count(/^POST/)
    await publish([file], sbom)
    expect(server.count(/^POST/)).toBe(uploads)
  })

  test('that cannot be attached leaves the release a draft', async () => {
    await serve({ immutable: true })
    const { github, context } = startJob(server, { tag: 'v1' })
    const missing = { ...(await sbomFile()), path: join(folder, 'gone') }
    await expect(publishToRelease(github, context, target, {})([await tarball()], missing)).rejects.toThrow()
    expect(server.releases.map(({ draft }) => draft)).toEqual([true])
  })
})

test('a second run with the same bytes uploads nothing', async () => {
  const file = await tarball()
  const first = await publisher(startJob(server, { tag: 'v1' }), { checksumFile: true })(file)
  const uploads = server.count(/^POST/)
  const second = await publisher(startJob(server, { tag: 'v1' }), { checksumFile: true })(file)
  expect(second).toEqual(first)
  expect(server.count(/^POST/)).toBe(uploads)
})

describe('a draft', () => {
  test.each([
    ['that was asked for', true, undefined],
    ['of a person', false, 'v1'],
  ])('%s stays one, with the URI that it will have, and a warning', async (_, draft, existing) => {
    if (existing) server.addRelease({ tag: existing })
    const job = startJob(server, { tag: 'v1' })
    const file = await tarball()
    const { uri, page } = await publisher(job, { draft })(file)
    expect(server.releases).toMatchObject([{ draft: true }])
    expect(uri).toBe(`${server.serverUrl}/acme/shop/releases/download/v1/${file.name}`)
    expect(job.warnings).toEqual([expect.stringContaining(`agents cannot fetch the tarball until`)])
    expect(job.warnings[0]).toContain(page)
    expect((await fetch(uri)).status).toBe(404)
  })
})

describe('where releases are immutable', () => {
  beforeEach(() => serve({ immutable: true }))

  test('the new one gets its assets before it is published', async () => {
    const file = await tarball()
    const { uri } = await publisher(startJob(server, { tag: 'v1' }), { checksumFile: true })(file)
    expect(server.releases).toMatchObject([{ draft: false, immutable: true }])
    expect(server.releases[0]!.assets.map(({ name }) => name)).toEqual([file.name, `${file.name}.sha256`])
    expect((await fetch(uri)).status).toBe(200)
  })

  test('one that is published is refused with what to do, unless it has the tarball', async () => {
    const file = await tarball()
    await publisher(startJob(server, { tag: 'v1' }))(file)
    await publisher(startJob(server, { tag: 'v1' }))(file)
    const error = await failure(publisher(startJob(server, { tag: 'v1' }))(await tarball('8')), server)
    expect(error.code).toBe('RELEASE_IMMUTABLE')
    expect(error.message).toContain('"draft: true"')
  })
})

describe('two jobs of a matrix', () => {
  test.each(['lookup', 'create'])('attach to one release, racing from the %s on', async moment => {
    const on = moment === 'create' ? /^POST .*\/releases$/ : /^GET .*\/tags\/v1$/
    server.fault({ on, kind: 'together', count: 2 })
    const files = [await tarball('1'), await tarball('2')]
    const locations = await Promise.all(files.map(file => publisher(startJob(server, { tag: 'v1' }))(file)))
    expect(server.releases).toMatchObject([{ tag: 'v1', draft: false }])
    expect(server.releases[0]!.assets.map(({ name }) => name).sort()).toEqual(files.map(({ name }) => name))
    for (const [n, { uri }] of locations.entries()) {
      expect(Buffer.from(await (await fetch(uri)).arrayBuffer())).toEqual(files[n]!.bytes)
    }
  })

  test('attach the same tarball once', async () => {
    const file = await tarball()
    const locations = await Promise.all([1, 2].map(() => publisher(startJob(server, { tag: 'v1' }))(file)))
    expect(server.releases[0]!.assets).toMatchObject([{ name: file.name, digest: `sha256:${file.sha256}` }])
    expect(locations[0]).toEqual(locations[1])
  })
})

test('2 GiB: no release is made for it', async () => {
  const file = { ...(await tarball()), size: 2 ** 31 }
  const error = await failure(publisher(startJob(server, { tag: 'v1' }))(file), server)
  expect(error.code).toBe('ASSET_TOO_LARGE')
  expect(server.requests).toEqual([])
})

test('the upload of a new release fails: the draft is used by the next run', async () => {
  const file = await tarball()
  server.fault({ on: /^POST .*assets/, kind: 'status', status: 500, times: 5 })
  await failure(publisher(startJob(server, { tag: 'v1' }))(file), server)
  expect(server.releases).toMatchObject([{ draft: true }])
  const { uri } = await publisher(startJob(server, { tag: 'v1' }))(file)
  expect(server.releases).toMatchObject([{ draft: false }])
  expect((await fetch(uri)).status).toBe(200)
})

test('384 MiB in less than 300 MiB of memory', async () => {
  const file = await tarball()
  const size = 384 * 1024 ** 2
  await truncate(file.path, 0)
  await truncate(file.path, size)
  // head -c 402653184 /dev/zero | sha256sum
  const sha256 = '3201548f7070f0ae5adf2c869b15df99b5f85ca51feda443c1597c130976619a'
  const { bytes: _, ...others } = file
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(import.meta.dirname, 'release-process.ts'),
    JSON.stringify({ ...others, size, sha256 }),
    JSON.stringify({ apiUrl: server.apiUrl, serverUrl: server.serverUrl, token: server.tokens.write }),
  ])
  const { uri, kibibytes } = JSON.parse(stdout)
  expect(uri).toBe(`${server.serverUrl}/acme/shop/releases/download/v1/${file.name}`)
  expect(server.releases[0]!.assets[0]).toMatchObject({ name: file.name, size, state: 'uploaded' })
  expect(kibibytes / 1024).toBeLessThan(300)
})
