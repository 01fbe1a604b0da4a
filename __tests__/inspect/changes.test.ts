import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Exported } from '../../src/export/exported.ts'
import { createFetch } from '../../src/http/fetch.ts'
import { changesSinceRelease } from '../../src/inspect/changes.ts'
import { exported, layer, tarball } from '../actions/export/exported.ts'
import { startJob } from '../github/job.ts'
import { type GitHubServer, startGitHub } from '../testkit/github-server.ts'
import { startHttpServer } from '../testkit/http-server.ts'
import type { PackageSpec } from '../testkit/package-entries.ts'
import { imageTarball } from './images.ts'

const OLD = 'acme-web-0.9.0-20230101000000'
const GLIBC: PackageSpec = { ident: 'core/glibc/2.35/20240101000000', files: { 'lib/libc.so': 'c' } }
const web = (ident: string, more: Partial<PackageSpec> = {}): PackageSpec => ({
  ident,
  deps: [GLIBC.ident],
  files: { 'hooks/run': '#!/bin/sh\n' },
  ...more,
})
const NOW = [web('acme/web/1.0.0/20240101000000'), GLIBC]

let github: GitHubServer
let folder: string
let path: string
let old: Buffer

beforeEach(async () => {
  vi.stubEnv('no_proxy', '*')
  github = await startGitHub()
  folder = await mkdtemp(join(tmpdir(), 'changes-'))
  path = join(folder, 'now.tgz')
  await writeFile(path, await imageTarball(NOW))
  old = await imageTarball([
    web('acme/web/0.9.0/20230101000000'),
    { ident: 'core/zlib/1.2/20230101000000' },
    GLIBC,
  ])
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await github.close()
  await rm(folder, { recursive: true })
})

async function changes(about: Partial<Exported> = {}, own: { id?: number; tag?: string } = { tag: 'v2' }) {
  const { github: client, notes, warnings } = startJob(github)
  const { report } = client
  const image = exported({ tarballs: [tarball({ path })], ...about })
  const tools = { fetch: createFetch({ version: '1' }), report, signal: new AbortController().signal }
  const text = await changesSinceRelease(image, own, client, tools)
  return { text, told: [...notes, ...warnings] }
}

function release(tag: string, assets: Record<string, Buffer>, about: object = {}) {
  const release = github.addRelease({ tag, draft: false, ...about })
  for (const [name, bytes] of Object.entries(assets)) github.addAsset(release, { name, bytes })
  return release
}

describe('against the tarball of the last release', () => {
  test('packages are compared, also in a private repository', async () => {
    await github.close()
    github = await startGitHub({ private: true })
    release('v1', { [`${OLD}.tgz`]: old, [`${OLD}.tgz.sha256`]: Buffer.from('x') })
    const { text } = await changes()
    expect(text).toContain(
      `Compared with [\`v1\`](<${github.serverUrl}/acme/shop/releases/tag/v1>): 1 changed, 1 removed, 1 unchanged.`,
    )
    expect(text).toContain('| `acme/web` | `0.9.0/20230101000000` | `1.0.0/20240101000000` |')
    expect(text).toContain('| `core/zlib` | `1.2/20230101000000` |  |')
    expect(text).not.toContain('App definition')
  })

  test('the release of the run itself does not count as an earlier one, nor do drafts, prereleases and releases without an image', async () => {
    release('v1', { [`${OLD}.tgz`]: old }, { createdAt: '2024-01-01T00:00:00Z' })
    const own = release('v2', { 'acme-web-1.0.0-20240101000000.tgz': Buffer.from('own') })
    release('v3-rc1', { [`${OLD}.tgz`]: Buffer.from('x') }, { prerelease: true })
    release('docs', { 'manual.pdf': Buffer.from('x') })
    const draft = github.addRelease({ tag: 'v4' })
    github.addAsset(draft, { name: `${OLD}.tgz`, bytes: Buffer.from('x') })
    for (const which of [{ tag: 'v2' }, { id: own.id }]) {
      expect((await changes({}, which)).text).toContain('Compared with [`v1`]')
    }
  })

  test('a service whose name begins with the same is another', async () => {
    const other = { 'acme-web-admin-7.0.0-20250101000000.tgz': Buffer.from('x') }
    release('v1', { ...other, [`${OLD}.tgz`]: old })
    expect((await changes()).text).toContain('0.9.0')
    github.releases.length = 0
    release('v1', {
      'acme-web-admin-1.0-20230101000000.tgz': await imageTarball([web('acme/web-admin/1.0/20230101000000')]),
    })
    const { text, told } = await changes()
    expect(text).toBeUndefined()
    expect(told).toEqual(['The output changes is empty: the image on the release v1 is not one of acme/web.'])
  })
})

describe('against the app definition of the last release', () => {
  const definition = (more: object) => Buffer.from(JSON.stringify({ ...exported().app, cpus: 0.5, ...more }))

  test('the app is compared as well', async () => {
    release('v1', { [`${OLD}.tgz`]: old, [`${OLD}.json`]: definition({}) })
    const { text } = await changes({ app: { ...exported().app, cpus: 1 } })
    expect(text).toContain('- `cpus: 0.5 → 1`')
    expect(text).toContain('| `acme/web` |')
  })

  test('it leads to layers', async () => {
    const server = await startHttpServer()
    server.files.set('/layer', old)
    const fetch = [{ uri: `${server.url}/layer`, destPath: 'layer-000.tgz' }]
    release('v1', { [`${OLD}.json`]: definition({ fetch }) })
    const { text } = await changes({ tarballs: [layer('a', { path })] }).finally(() => server.close())
    expect(text).toContain('1 changed, 1 removed, 1 unchanged.')
  })
})

describe('nothing fails, and the reason is told, where', () => {
  test('there is no release', async () => {
    const { text, told } = await changes()
    expect(text).toBeUndefined()
    expect(told).toEqual([
      'The output changes is empty: no earlier release has a tarball or an app definition of acme/web.',
    ])
  })

  test.each<[string, () => void, RegExp]>([
    [
      'it is not a tarball',
      () => release('v1', { [`${OLD}.tgz`]: Buffer.from('\x1f\x8bx') }),
      /compared .*\.tgz of the release v1/,
    ],
    [
      'it is cut off',
      () => release('v1', { [`${OLD}.tgz`]: old.subarray(0, -100) }),
      /compared .*\.tgz of the release v1/,
    ],
    [
      'it is not an app',
      () => release('v1', { [`${OLD}.json`]: Buffer.from('[') }),
      /compared .*\.json of the release v1/,
    ],
    [
      'GitHub does not give it',
      () => {
        release('v1', { [`${OLD}.tgz`]: old })
        github.fault({ on: /releases\/assets/, kind: 'status', status: 403 })
      },
      /compared .*answered 403/,
    ],
    [
      'releases cannot be listed',
      () => github.fault({ on: /releases\?/, kind: 'status', status: 404 }),
      /compared .*answered 404/,
    ],
    [
      'the own tarball is gone',
      () => {
        release('v1', { [`${OLD}.tgz`]: old })
        path = join(folder, 'gone.tgz')
      },
      /compared .*gone\.tgz" cannot be read/,
    ],
  ])('%s', async (_, prepare, reason) => {
    prepare()
    const { text, told } = await changes()
    expect(text).toBeUndefined()
    expect(told.at(-1)).toMatch(/^The output changes is empty, because the image could not be /)
    expect(told.at(-1)).toMatch(reason)
    expect(told.join()).not.toContain(github.tokens.write)
  })
})
