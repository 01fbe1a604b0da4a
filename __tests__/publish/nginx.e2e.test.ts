import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFetch } from '../../src/http/fetch.ts'
import { probe } from '../../src/publish/probe.ts'
import { cannotServe, type Nginx, startNginx } from '../testkit/nginx.ts'
import { httpPublisher, UNTIL_ANSWERED } from './over-http.ts'
import { type Made, makeLayers, makeTarball, recorder } from './recorder.ts'

const FILE = 'acme-shop-1.2.3%2B4-20240102030405.tgz'

describe.skipIf(cannotServe())(`with a real nginx${cannotServe() ? ` (${cannotServe()})` : ''}`, () => {
  let folder: string
  let tarball: Made
  let nginx: Nginx

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'publish-'))
    tarball = await makeTarball(folder)
    nginx = await startNginx({ user: 'ci', password: 'pass word', limit: 100_000 })
  })

  afterEach(async () => {
    await nginx.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function probed(uri: string) {
    const { report, warnings } = recorder()
    await probe(uri, tarball.size, { fetch: createFetch({ version: '1' }), report })
    return warnings
  }

  test('uploads into new folders, overwrites, and agents can fetch it', async () => {
    const { publish } = httpPublisher({ uploadUrl: `${nginx.url}/open/{origin}/{name}/`, checksumFile: true })
    const { uri } = await publish(tarball)
    expect(uri).toBe(`${nginx.url}/open/acme/shop/${FILE}`)
    const stored = join(nginx.root, 'open/acme/shop', tarball.name)
    expect((await readFile(stored)).equals(tarball.bytes)).toBe(true)
    expect(await readFile(`${stored}.sha256`, 'utf8')).toBe(`${tarball.sha256}  ${tarball.name}\n`)
    expect(await probed(uri)).toEqual([])

    tarball = await makeTarball(folder, 50_000)
    expect(await probed(uri)).toEqual([expect.stringContaining(`and the tarball has ${tarball.size}`)])
    await publish(tarball)
    expect((await readFile(stored)).equals(tarball.bytes)).toBe(true)
    expect(await probed(uri)).toEqual([])
  })

  test('writes with a password what everyone can read', async () => {
    const base = nginx.url.replace('//', '//ci:pass%20word@')
    const { uri } = await httpPublisher({ uploadUrl: `${base}/public/` }).publish(tarball)
    expect(uri).toBe(`${nginx.url}/public/${FILE}`)
    expect(await probed(uri)).toEqual([])
  })

  test('warns of what only those with a password can read', async () => {
    const base = nginx.url.replace('//', '//ci:pass%20word@')
    const { uri } = await httpPublisher({ uploadUrl: `${base}/private/` }).publish(tarball)
    expect(await probed(uri)).toEqual([expect.stringMatching(/401 Unauthorized.*USER:PASSWORD@HOST/)])
    expect(await probed(`${base}/private/${FILE}`)).toEqual([])
    const wrong = await probed(`${base.replace('word', 'secret')}/private/${FILE}`)
    expect(wrong).toEqual([expect.stringContaining('user and password in the URI are not valid')])
    expect(wrong.join()).not.toContain('secret')
  })

  // Large enough to be under way when nginx answers.
  test.each([
    ['/private/', 401, 'requires authentication'],
    ['/small/', 413, 'client_max_body_size'],
    ['/none/', 405, 'dav_methods PUT'],
  ])('reports what %s answers (%i)', async (path, status, words) => {
    tarball = await makeTarball(folder, 8_000_000)
    const { publish, notes } = httpPublisher(
      { uploadUrl: nginx.url + path },
      { timeToRefuse: UNTIL_ANSWERED },
    )
    await expect(publish(tarball)).rejects.toThrow(new RegExp(`answered ${status} .*${words}`))
    expect(notes).toEqual([])
  })

  test('says what is wrong where the folder is missing', async () => {
    const { publish } = httpPublisher({ uploadUrl: `${nginx.url}/flat/` })
    await expect(publish(tarball)).rejects.toThrow(/answered 500 .*create_full_put_path/)
    await mkdir(join(nginx.root, 'flat'))
    expect(await publish(tarball)).toEqual({ uri: `${nginx.url}/flat/${FILE}` })
  })

  test('follows 307, and 302 not', async () => {
    const followed = httpPublisher({ uploadUrl: `${nginx.url}/moved/` })
    await followed.publish(tarball)
    expect((await readFile(join(nginx.root, 'open/moved.tgz'))).equals(tarball.bytes)).toBe(true)
    await expect(httpPublisher({ uploadUrl: `${nginx.url}/found/` }).publish(tarball)).rejects.toMatchObject({
      code: 'HTTP_REDIRECT',
    })
  })

  test('layers go into a folder once, behind a password', async () => {
    const layers = await makeLayers(folder, [3_000, 10_000, 500])
    const uploadUrl = `${nginx.url.replace('//', '//ci:pass%20word@')}/public/layers/`
    await mkdir(join(nginx.root, 'public'), { recursive: true })
    const first = await httpPublisher({ uploadUrl, layering: 'package' }).publishLayers(layers)
    expect(first).toEqual(
      layers.map(({ name }) => ({ uri: `${nginx.url}/public/layers/${name}`, existing: false })),
    )
    expect(
      (await httpPublisher({ uploadUrl, layering: 'package' }).publishLayers(layers)).map(
        ({ existing }) => existing,
      ),
    ).toEqual([true, true, true])
    const names = await readdir(join(nginx.root, 'public/layers'))
    expect(names.sort()).toEqual(layers.map(({ name }) => name).sort())
    for (const { name, bytes } of layers) {
      expect(await readFile(join(nginx.root, 'public/layers', name))).toEqual(bytes)
    }
  })
})
