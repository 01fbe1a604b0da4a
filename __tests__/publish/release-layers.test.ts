import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { wordSettings } from '../../src/lib/setting.ts'
import { withPrefix } from '../../src/publish/publisher.ts'
import { publishToRelease } from '../../src/publish/release.ts'
import { EXPORT } from '../../src/settings/tables.ts'
import { inputWording } from '../../src/settings/wording.ts'
import { failure, type Job, sha256, startJob } from '../github/job.ts'
import { type GitHubServer, type GitHubServerOptions, startGitHub } from '../testkit/github-server.ts'
import type { StoredRelease } from '../testkit/github-server-state.ts'
import { locate, makeLayers } from './recorder.ts'

wordSettings(inputWording(EXPORT))

const UPLOAD = /^POST .*\/assets\?/

let server: GitHubServer
let folder: string
let layers: Awaited<ReturnType<typeof makeLayers>>

beforeEach(async () => {
  vi.stubEnv('no_proxy', '*')
  folder = await mkdtemp(join(tmpdir(), 'release-layers-'))
  layers = await makeLayers(folder, [3_000, 10_000, 500])
  server = await startGitHub()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await server.close()
  await rm(folder, { recursive: true })
})

async function serve(options: GitHubServerOptions) {
  await server.close()
  server = await startGitHub(options)
}

const target = { draft: false, prerelease: false, overwrite: true, checksumFile: false }

/** What a run publishes. */
function publish(job: Job = startJob(server), which = layers) {
  return locate(publishToRelease(job.github, job.context, target, { layering: 'auto' }), which)
}

function release(tag: string): StoredRelease {
  return server.releases.find(each => each.tag === tag)!
}

function names(tag: string): string[] {
  return release(tag).assets.map(({ name }) => name)
}

async function fetched(uri: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(uri)).arrayBuffer())
}

/** Fills a release up to so many assets. */
function fill(to: StoredRelease, count: number) {
  while (to.assets.length < count) server.addAsset(to, { name: `sha256-${to.assets.length}.tgz` })
}

const existing = (locations: readonly { existing?: boolean }[]) =>
  locations.map(location => location.existing)

describe('publishToRelease', () => {
  test('makes one prerelease for all exports, which says what it is for', async () => {
    const job = startJob(server, { tag: 'v1' })
    const locations = await publish(job)
    expect(server.releases).toMatchObject([{ tag: 'mesosize-layers', draft: false, prerelease: true }])
    const { body, assets } = release('mesosize-layers')
    expect(body).toMatch(
      /^Layers of the images.*do not delete any by hand while apps use them.*never does\.$/,
    )
    expect(locations).toEqual(
      layers.map(({ name }) => ({
        uri: `${server.serverUrl}/acme/shop/releases/download/mesosize-layers/${name}`,
        assetId: assets.find(asset => asset.name === name)!.id,
        page: `${server.serverUrl}/acme/shop/releases/tag/mesosize-layers`,
        existing: false,
      })),
    )
    for (const [index, { bytes }] of layers.entries()) {
      expect(await fetched(locations[index]!.uri)).toEqual(bytes)
    }
    const total = layers.reduce((sum, { size }) => sum + size, 0)
    expect(job.phases).toEqual([{ title: 'Uploading', total, done: total, ended: true }])
    expect(job.warnings).toEqual([])
  })

  test('uploads only what is missing, each under another name first, and lists the assets once', async () => {
    const first = await publish()
    server.requests.length = 0
    expect(await publish()).toEqual(first.map(location => ({ ...location, existing: true })))
    expect(server.requests.map(({ line }) => line)).toEqual([
      'GET /repos/acme/shop/releases?per_page=100',
      `GET /repos/acme/shop/releases/${release('mesosize-layers').id}/assets?per_page=100`,
    ])

    const [changed] = await makeLayers(folder, [4_000], 'another build')
    server.requests.length = 0
    const second = await publish(startJob(server), [changed!, ...layers.slice(1)])
    expect(existing(second)).toEqual([false, true, true])
    expect(server.requests.map(({ line }) => line).slice(2)).toEqual([
      expect.stringMatching(new RegExp(`^POST .*name=${changed!.name}\\.mesosize-[0-9a-f]{16}$`)),
      expect.stringMatching(/^PATCH .*\/releases\/assets\/\d+$/),
    ])
    // What only the first one used stays.
    expect(names('mesosize-layers').sort()).toEqual([changed!, ...layers].map(({ name }) => name).sort())
  })

  test('takes a layer without a digest, of a server that has none, by its name and length', async () => {
    const stored = server.addRelease({ tag: 'mesosize-layers', draft: false })
    for (const { name, bytes } of layers) server.addAsset(stored, { name, bytes, digest: null })
    expect(existing(await publish())).toEqual([true, true, true])
  })

  test.each([
    ['is a part of it', { size: 10, digest: `sha256:${'0'.repeat(64)}` }],
    ['has other bytes', { digest: `sha256:${'0'.repeat(64)}` }],
    ['is not complete yet', { state: 'starter', digest: null }],
  ] as const)('replaces what has the name of a layer and %s', async (_, about) => {
    const stored = server.addRelease({ tag: 'mesosize-layers', draft: false })
    const [layer] = layers
    server.addAsset(stored, { name: layer!.name, bytes: layer!.bytes, ...about })
    expect(existing(await publish())).toEqual([false, false, false])
    expect(stored.assets.map(({ name, digest }) => [name, digest]).sort()).toEqual(
      layers.map(({ name, sha256 }) => [name, `sha256:${sha256}`]).sort(),
    )
  })

  test('continues in the next release when one is full, and finds layers in each', async () => {
    const one = server.addRelease({ tag: 'mesosize-layers', draft: false })
    fill(one, 999)
    const first = await publish()
    expect(server.releases.map(({ tag }) => tag)).toEqual(['mesosize-layers', 'mesosize-layers-2'])
    expect(one.assets).toHaveLength(1000)
    expect(names('mesosize-layers-2')).toHaveLength(2)
    for (const [index, { bytes }] of layers.entries()) {
      expect(await fetched(first[index]!.uri)).toEqual(bytes)
    }
    expect(new Set(first.map(({ page }) => page)).size).toBe(2)

    expect(await publish()).toEqual(first.map(location => ({ ...location, existing: true })))
    fill(release('mesosize-layers-2'), 1000)
    const more = await makeLayers(folder, [100], 'more')
    expect((await publish(startJob(server), more))[0]!.uri).toContain('/download/mesosize-layers-3/')
  })

  test('takes no other release for one of these', async () => {
    for (const tag of [
      'mesosize-layers-1',
      'mesosize-layers-02',
      'mesosize-layers-x',
      'my-mesosize-layers',
    ]) {
      const stored = server.addRelease({ tag, draft: false })
      for (const { name, bytes } of layers) server.addAsset(stored, { name, bytes })
    }
    expect(existing(await publish())).toEqual([false, false, false])
    expect(names('mesosize-layers')).toHaveLength(3)
  })

  test("leaves a person's draft alone, from which agents fetch nothing", async () => {
    const draft = server.addRelease({ tag: 'mesosize-layers', draft: true })
    for (const { name, bytes } of layers) server.addAsset(draft, { name, bytes })
    const locations = await publish()
    expect(names('mesosize-layers-2')).toHaveLength(3)
    for (const { uri } of locations) expect((await fetch(uri)).status).toBe(200)
  })

  test('publishes what a run left that failed', async () => {
    server.fault({ on: UPLOAD, kind: 'status', status: 500, times: 20 })
    await failure(publish(startJob(server), layers), server)
    expect(server.releases).toMatchObject([{ draft: true }])
    for (const { name, bytes } of layers) server.addAsset(release('mesosize-layers'), { name, bytes })
    const locations = await publish()
    expect(existing(locations)).toEqual([true, true, true])
    expect(server.releases).toMatchObject([{ draft: false, prerelease: true }])
    for (const { uri } of locations) expect((await fetch(uri)).status).toBe(200)
  })

  test('counts again what was sent in vain', async () => {
    server.fault({ on: UPLOAD, kind: 'starter' })
    const job = startJob(server)
    await publish(job)
    const total = layers.reduce((sum, { size }) => sum + size, 0)
    expect(job.phases).toEqual([{ title: 'Uploading', total, done: total, ended: true }])
    expect(names('mesosize-layers').sort()).toEqual(layers.map(({ name }) => name).sort())
  })

  test.each([
    ['make the release', /^GET .*\/releases\?/],
    ['upload', UPLOAD],
    ['name what they uploaded', /^PATCH .*\/assets\//],
  ])('two jobs that %s at the same time end up with one of each layer', async (_, on) => {
    if (!on.source.includes('releases'))
      await publish(startJob(server), await makeLayers(folder, [50], 'old'))
    server.fault({ on, kind: 'together', count: 2 })
    const both = await Promise.all([publish(), publish()])
    for (const locations of both) {
      for (const [index, { bytes }] of layers.entries()) {
        expect(await fetched(locations[index]!.uri)).toEqual(bytes)
      }
    }
    expect(server.releases).toHaveLength(1)
    const uploaded = names('mesosize-layers').filter(name => layers.some(layer => layer.name === name))
    expect(uploaded.sort()).toEqual(layers.map(({ name }) => name).sort())
    expect(names('mesosize-layers').filter(name => name.includes('.mesosize-'))).toEqual([])
  })

  test('a release that is not listed yet is still found, with its layers', async () => {
    const stored = server.addRelease({ tag: 'mesosize-layers', draft: false, unseen: 1 })
    const [layer] = layers
    server.addAsset(stored, { name: layer!.name, bytes: layer!.bytes })
    expect(existing(await publish())).toEqual([true, false, false])
    expect(server.releases).toHaveLength(1)
  })

  test('with immutable releases, each export creates another one, with a note', async () => {
    await serve({ immutable: true })
    const job = startJob(server)
    await publish(job)
    expect(job.warnings).toEqual([])
    expect(server.releases).toMatchObject([{ draft: false, immutable: true }])
    const again = startJob(server)
    expect(existing(await publish(again))).toEqual([true, true, true])
    expect(again.warnings).toEqual([])

    const next = startJob(server)
    const [changed] = await makeLayers(folder, [4_000], 'another build')
    const locations = await publish(next, [changed!, ...layers.slice(1)])
    expect(existing(locations)).toEqual([false, true, true])
    expect(names('mesosize-layers-2')).toEqual([changed!.name])
    expect(next.warnings).toEqual([
      expect.stringMatching(
        /^The release mesosize-layers is published and immutable.*mesosize-layers-2.*publish: http/,
      ),
    ])
    for (const { uri } of locations) expect((await fetch(uri)).status).toBe(200)
  })

  test('2 GiB: no release is made for it', async () => {
    const [first, ...others] = layers
    const error = await failure(publish(startJob(server), [...others, { ...first!, size: 2 ** 31 }]), server)
    expect(error.code).toBe('ASSET_TOO_LARGE')
    expect(server.requests).toEqual([])
  })

  test('for a token that may only read, the error names what it lacks', async () => {
    const error = await failure(publish(startJob(server, { token: server.tokens.read })), server)
    expect(error.message).toMatch(/permissions:\n {2}contents: write/)
  })
})

describe('the SBOM', () => {
  async function publishWith(job: Job, prefix = '') {
    const text = '{"bomFormat":"CycloneDX"}'
    const path = join(folder, 'any-name.json')
    await writeFile(path, text)
    const sbom = { name: 'acme-web-1.cdx.json', path, size: text.length, sha256: sha256(Buffer.from(text)) }
    const chosen = prefix ? { ...target, tag: 'mesosize-previews', prerelease: true } : target
    await withPrefix(prefix, publishToRelease(job.github, job.context, chosen, { layering: 'auto' }))(
      layers,
      sbom,
    )
  }

  test("goes to the tag's release, which has no layers", async () => {
    await publishWith(startJob(server, { tag: 'v1' }))
    expect(release('v1')).toMatchObject({ draft: false, prerelease: false })
    expect(names('v1')).toEqual(['acme-web-1.cdx.json'])
    expect(names('mesosize-layers')).toHaveLength(layers.length)
  })

  test('of a preview goes where it is found for removal', async () => {
    await publishWith(startJob(server), 'pr-7-')
    expect(names('mesosize-previews')).toEqual(['pr-7-acme-web-1.cdx.json'])
  })

  test('stays a file where there is no tag, and a note says so', async () => {
    const job = startJob(server)
    await publishWith(job)
    expect(server.releases.map(({ tag }) => tag)).toEqual(['mesosize-layers'])
    expect(job.notes).toContainEqual(expect.stringContaining('The SBOM is not attached to a release'))
  })
})
