import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { attach } from '../../src/github/assets.ts'
import type { Release } from '../../src/github/releases.ts'
import { wordSettings } from '../../src/lib/setting.ts'
import { EXPORT } from '../../src/settings/tables.ts'
import { inputWording } from '../../src/settings/wording.ts'
import { type GitHubServer, startGitHub } from '../testkit/github-server.ts'
import type { StoredRelease } from '../testkit/github-server-state.ts'
import { assetFile, failure, sha256, startJob } from './job.ts'

wordSettings(inputWording(EXPORT))

const NAME = 'core-redis-7.2.4-20240102030405.tgz'
const TEMPORARY = `${NAME}.mesosize-0123456789abcdef`
const UPLOAD = /^POST .*\/assets\?name=/

let server: GitHubServer
let stored: StoredRelease
let release: Release

beforeEach(async () => {
  vi.stubEnv('no_proxy', '*')
  server = await startGitHub({ tags: ['v1'] })
  stored = server.addRelease({ tag: 'v1', draft: false })
  release = {
    id: stored.id,
    tag: 'v1',
    draft: false,
    immutable: false,
    uploadUrl: `${server.uploadUrl}/repos/acme/shop/releases/${stored.id}/assets`,
    page: '',
    toPublish: false,
  }
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await server.close()
})

/** The release's assets as a person sees them. */
function assets() {
  return stored.assets.map(({ name, state, digest }) => ({ name, state, digest }))
}

function whole(file: { name: string; sha256: string }) {
  return [{ name: file.name, state: 'uploaded', digest: `sha256:${file.sha256}` }]
}

describe('a new asset', () => {
  test('is uploaded as a whole, and reported in bytes', async () => {
    const file = assetFile(NAME)
    const job = startJob(server)
    const asset = await attach(job.github, release, file, true)
    expect(assets()).toEqual(whole(file))
    expect(stored.assets[0]!.bytes).toEqual(file.bytes)
    expect(stored.assets[0]!.contentType).toBe('application/gzip')
    expect(asset).toMatchObject({ id: stored.assets[0]!.id, name: NAME })
    expect(job.phases).toEqual([
      { title: `Uploading ${NAME}`, total: file.size, done: file.size, ended: true },
    ])
    expect(job.notes).toEqual([])
    expect(server.count(UPLOAD)).toBe(1)
  })

  test('gets a name that GitHub allows, with a note', async () => {
    const file = assetFile('acme-app-1.0~rc1-20240102030405.tgz')
    const job = startJob(server)
    const asset = await attach(job.github, release, file, true)
    expect(asset.name).toBe('acme-app-1.0.rc1-20240102030405.tgz')
    expect(assets()).toEqual(whole({ ...file, name: asset.name }))
    expect(job.notes).toEqual([`GitHub keeps ${JSON.stringify(file.name)} as "${asset.name}".`])
  })

  test('that is empty', async () => {
    const file = assetFile(NAME, Buffer.alloc(0))
    await attach(startJob(server).github, release, file, true)
    expect(assets()).toEqual(whole(file))
  })
})

describe('an existing asset', () => {
  test('is kept if it has the same bytes', async () => {
    const file = assetFile(NAME)
    const { id } = server.addAsset(stored, { name: NAME, bytes: file.bytes })
    const job = startJob(server)
    expect(await attach(job.github, release, file, false)).toMatchObject({ id, name: NAME })
    expect(file.opened).toBe(0)
    expect(server.count(/^(?!GET)/)).toBe(0)
    expect(job.notes).toEqual([`${NAME} is on the release v1 already, with the same bytes: kept.`])
  })

  test('is kept even on an immutable release', async () => {
    const file = assetFile(NAME)
    const { id } = server.addAsset(stored, { name: NAME, bytes: file.bytes })
    expect(await attach(startJob(server).github, { ...release, immutable: true }, file, true)).toMatchObject({
      id,
    })
  })

  test.each([
    ['other bytes', { bytes: Buffer.from('old') }],
    ['no known digest', { bytes: Buffer.from('old'), digest: null }],
  ])('with %s is replaced, and only once the new one is there', async (_, old) => {
    server.addAsset(stored, { name: 'other.tgz' })
    const { id } = server.addAsset(stored, { name: NAME, ...old })
    const file = assetFile(NAME)
    await attach(startJob(server).github, release, file, true)
    expect(assets().filter(({ name }) => name === NAME)).toEqual(whole(file))
    expect(assets()).toHaveLength(2)
    expect(server.requests.map(({ line }) => line.replace(/mesosize-\w+/, 'TEMPORARY'))).toEqual([
      `GET /repos/acme/shop/releases/${stored.id}/assets?per_page=100`,
      `POST /repos/acme/shop/releases/${stored.id}/assets?name=${NAME}.TEMPORARY`,
      `DELETE /repos/acme/shop/releases/assets/${id}`,
      expect.stringMatching(/^PATCH \/repos\/acme\/shop\/releases\/assets\/\d+$/),
    ])
  })

  test('is found among hundreds', async () => {
    for (let n = 0; n < 150; n++) server.addAsset(stored, { name: `part${n}` })
    const file = assetFile(NAME)
    server.addAsset(stored, { name: NAME, bytes: file.bytes })
    await attach(startJob(server).github, release, file, true)
    expect(server.count(UPLOAD)).toBe(0)
  })

  test.each([
    [null, 'with a digest that GitHub does not know'],
    [`sha256:${sha256(Buffer.from('old'))}`, `"sha256:${sha256(Buffer.from('old'))}"`],
  ])('with the digest %s is not replaced without overwrite', async (digest, text) => {
    server.addAsset(stored, { name: NAME, bytes: Buffer.from('old'), digest })
    const before = assets()
    const file = assetFile(NAME)
    const error = await failure(attach(startJob(server).github, release, file, false), server)
    expect(error.code).toBe('ASSET_EXISTS')
    expect(error.message).toContain(text)
    expect(error.message).toContain(`"sha256:${file.sha256}"`)
    expect(assets()).toEqual(before)
    expect(server.count(/^(?!GET)/)).toBe(0)
  })
})

describe('what earlier runs left', () => {
  const starter = { state: 'starter', size: 0, digest: null, bytes: undefined } as const

  test.each([true, false])('a broken upload of the same name, with overwrite %s', async overwrite => {
    server.addAsset(stored, { name: NAME, ...starter })
    const file = assetFile(NAME)
    await attach(startJob(server).github, release, file, overwrite)
    expect(assets()).toEqual(whole(file))
  })

  test('temporary assets of long ago are deleted, those of a job that may be running are not', async () => {
    const createdAt = '2024-01-02T03:04:05Z'
    server.addAsset(stored, { name: TEMPORARY, ...starter, createdAt })
    server.addAsset(stored, { name: `${TEMPORARY.slice(0, -1)}0`, bytes: Buffer.from('old'), createdAt })
    const running = server.addAsset(stored, { name: `${TEMPORARY.slice(0, -1)}1`, ...starter })
    const foreign = server.addAsset(stored, { name: `${NAME}.mesosize`, ...starter, createdAt })
    const file = assetFile(NAME)
    await attach(startJob(server).github, release, file, true)
    expect(stored.assets.map(({ id, name }) => (name === NAME ? name : id))).toEqual([
      running.id,
      foreign.id,
      NAME,
    ])
  })

  test('the whole tarball under a temporary name: it only gets its own', async () => {
    const file = assetFile(NAME)
    const { id } = server.addAsset(stored, { name: TEMPORARY, bytes: file.bytes })
    const job = startJob(server)
    expect(await attach(job.github, release, file, true)).toMatchObject({ id, name: NAME })
    expect(server.count(UPLOAD)).toBe(0)
    expect(assets()).toEqual(whole(file))
    expect(job.notes).toEqual([expect.stringContaining('uploaded by an earlier run')])
  })
})

describe('an upload that fails', () => {
  test.each([
    ['502 after the whole body, leaving a starter', { kind: 'starter' }, 2],
    ['a starter that no list shows at first', { kind: 'starter', unseen: true }, 2],
    ['a reset in the middle of the body', { kind: 'reset', after: 100_000 }, 2],
    ['502 though the asset is there as a whole', { kind: 'done, but', status: 502 }, 1],
    ['an answer that is cut off', { kind: 'half' }, 1],
    ['503 before the body was read', { kind: 'status', status: 503 }, 2],
    [
      'a secondary rate limit',
      { kind: 'status', status: 403, message: 'secondary rate limit', headers: { 'retry-after': '9' } },
      2,
    ],
  ] as const)('%s: the file is opened again, and one whole asset remains', async (_, fault, opened) => {
    server.addAsset(stored, { name: NAME, bytes: Buffer.from('old') })
    server.fault({ on: UPLOAD, ...fault })
    const file = assetFile(NAME)
    const job = startJob(server)
    await attach(job.github, release, file, true)
    expect(assets()).toEqual(whole(file))
    expect(file.opened).toBe(opened)
    expect(job.pauses).toEqual([_ === 'a secondary rate limit' ? 9000 : 1000])
    expect(job.notes).toEqual([expect.stringContaining('Trying again in')])
    expect(job.phases[0]!.done).toBe(opened === 2 ? file.size : 0)
  })

  test('every time: the old asset is unchanged', async () => {
    server.addAsset(stored, { name: NAME, bytes: Buffer.from('old') })
    server.fault({ on: UPLOAD, kind: 'starter', times: 99 })
    const file = assetFile(NAME)
    const job = startJob(server)
    const error = await failure(attach(job.github, release, file, true), server)
    expect(error.message).toMatch(/GitHub answered 502 Bad Gateway to POST .* Tried 5 times\.$/s)
    expect(file.opened).toBe(5)
    expect(stored.assets.filter(({ name }) => name === NAME)).toMatchObject([{ bytes: Buffer.from('old') }])
    // But for the last, whose fate nobody could see any more.
    expect(stored.assets).toHaveLength(2)
  })

  test('since GitHub has other bytes: they are deleted, and the old asset is as it was', async () => {
    server.addAsset(stored, { name: NAME, bytes: Buffer.from('old') })
    server.fault({ on: UPLOAD, kind: 'corrupt' })
    const before = assets()
    const error = await failure(attach(startJob(server).github, release, assetFile(NAME), true), server)
    expect(error.code).toBe('ASSET_DIGEST')
    expect(assets()).toEqual(before)
  })

  test.each([
    [401, 'Bad credentials', 'GITHUB_TOKEN', 'github-token'],
    [403, 'Resource not accessible by integration', 'GITHUB_PERMISSION', 'permissions:\n  contents: write'],
    [404, 'Not Found', 'GITHUB_PERMISSION', 'permissions:\n  contents: write'],
    [422, 'Cannot upload assets to an immutable release.', 'RELEASE_IMMUTABLE', 'Use a new tag'],
    [413, 'Too large', 'GITHUB_REFUSED', '"Too large"'],
  ])('%i %s: at once', async (status, message, code, text) => {
    server.fault({ on: UPLOAD, kind: 'status', status, message })
    const job = startJob(server)
    const error = await failure(attach(job.github, release, assetFile(NAME), true), server)
    expect(error.code).toBe(code)
    expect(error.message).toContain(text)
    expect(job.pauses).toEqual([])
  })

  test('for a token that can only read', async () => {
    const { github } = startJob(server, { token: server.tokens.read })
    const error = await failure(attach(github, release, assetFile(NAME), true), server)
    expect(error.code).toBe('GITHUB_PERMISSION')
  })

  test('since the file cannot be read', async () => {
    const file = assetFile(NAME)
    file.open = () =>
      Readable.from(
        (async function* () {
          yield Buffer.alloc(10)
          throw new Error('EIO')
        })(),
      )
    await expect(attach(startJob(server).github, release, file, true)).rejects.toThrow('EIO')
  })

  test('since the job is cancelled in its middle', async () => {
    const stop = new AbortController()
    const { github } = startJob(server, { signal: stop.signal })
    const file = assetFile(NAME)
    file.open = () =>
      Readable.from(
        (async function* () {
          yield Buffer.alloc(10)
          stop.abort(new Error('cancelled'))
          await new Promise(resolve => setTimeout(resolve, 60_000).unref())
        })(),
      )
    await expect(attach(github, release, file, true)).rejects.toThrow('cancelled')
  })
})

describe('a renaming that fails', () => {
  const RENAME = /^PATCH .*\/assets\//

  test('once: done again', async () => {
    server.fault({ on: RENAME, kind: 'status', status: 502 })
    const file = assetFile(NAME)
    await attach(startJob(server).github, release, file, true)
    expect(assets()).toEqual(whole(file))
  })

  test('although the old asset is deleted: the error says where the bytes are, and another run puts it right', async () => {
    server.addAsset(stored, { name: NAME, bytes: Buffer.from('old') })
    server.fault({ on: RENAME, kind: 'status', status: 500, times: 5 })
    const file = assetFile(NAME)
    const error = await failure(attach(startJob(server).github, release, file, true), server)
    expect(error.code).toBe('ASSET_RENAME')
    const [left] = stored.assets
    expect(error.message).toContain(`under the temporary name "${left!.name}" (asset ${left!.id})`)
    expect(error.message).toContain('Run again')

    await attach(startJob(server).github, release, file, true)
    expect(assets()).toEqual(whole(file))
    expect(server.count(UPLOAD)).toBe(1)
  })

  const taken = { kind: 'status', status: 422, message: 'Validation Failed' } as const
  const errors = [{ resource: 'ReleaseAsset', code: 'already_exists', field: 'name' }]

  test('since what was deleted is not gone yet: tried again', async () => {
    server.fault({ on: RENAME, ...taken, errors, times: 2 })
    const file = assetFile(NAME)
    const job = startJob(server)
    await attach(job.github, release, file, true)
    expect(assets()).toEqual(whole(file))
    expect(job.pauses).toEqual([1000, 2000])
  })

  test('since the name stays taken', async () => {
    server.fault({ on: RENAME, ...taken, errors, times: 99 })
    const error = await failure(attach(startJob(server).github, release, assetFile(NAME), true), server)
    expect(error.code).toBe('ASSET_RENAME')
    expect(error.message).toMatch(/already_exists.*Tried 5 times/)
  })

  test.each([
    ['the same bytes', true, true],
    ['other bytes', false, true],
    ['other bytes, which may not be replaced', false, false],
  ])('since another job was quicker, with %s', async (_, same, overwrite) => {
    const file = assetFile(NAME)
    const open = file.open
    file.open = () => {
      server.addAsset(stored, { name: NAME, bytes: same ? file.bytes : Buffer.from('other') })
      return open.call(file)
    }
    const attaching = attach(startJob(server).github, release, file, overwrite)
    if (!overwrite) {
      expect((await failure(attaching, server)).code).toBe('ASSET_EXISTS')
      expect(assets()).toEqual(whole({ name: NAME, sha256: sha256(Buffer.from('other')) }))
    } else {
      await attaching
      expect(assets()).toEqual(whole(file))
    }
  })
})

describe('refused before anything is sent', () => {
  test('2 GiB, which GitHub itself refuses only after the whole body', async () => {
    const file = { ...assetFile(NAME), size: 2 ** 31 }
    const error = await failure(attach(startJob(server).github, release, file, true), server)
    expect(error.code).toBe('ASSET_TOO_LARGE')
    expect(error.message).toMatch(/2147483648 bytes.*publish: http,/)
    expect(server.requests).toEqual([])
  })

  test('an immutable release', async () => {
    const error = await failure(
      attach(startJob(server).github, { ...release, immutable: true }, assetFile(NAME), true),
      server,
    )
    expect(error.code).toBe('RELEASE_IMMUTABLE')
    expect(error.message).toContain('Use a new tag')
    expect(server.count(/^(?!GET)/)).toBe(0)
  })

  test('a thousand assets', async () => {
    for (let n = 0; n < 1000; n++) server.addAsset(stored, { name: `part${n}` })
    const error = await failure(attach(startJob(server).github, release, assetFile(NAME), true), server)
    expect(error.code).toBe('RELEASE_FULL')
    expect(server.count(/^(?!GET)/)).toBe(0)
  })
})
