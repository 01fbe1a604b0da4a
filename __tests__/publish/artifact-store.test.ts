import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFetch } from '../../src/http/fetch.ts'
import { createUpload } from '../../src/http/upload.ts'
import { type ArtifactStoreTarget, publishToArtifactStore } from '../../src/publish/artifact-store.ts'
import { type ArtifactStoreServer, startArtifactStore } from '../testkit/artifact-store-server.ts'
import { locate, locateOne, type Made, makeLayers, makeTarball, recorder } from './recorder.ts'

let folder: string
let tarball: Awaited<ReturnType<typeof makeTarball>>
const servers: ArtifactStoreServer[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'publish-'))
  tarball = await makeTarball(folder)
})

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
  await rm(folder, { recursive: true, force: true })
})

async function start(options: Parameters<typeof startArtifactStore>[0] = {}) {
  const server = await startArtifactStore(options)
  servers.push(server)
  return server
}

function publisher(target: ArtifactStoreTarget) {
  const heard = recorder()
  const publish = publishToArtifactStore(target, {
    fetch: createFetch({ version: '1' }),
    upload: createUpload({ version: '1', timeToRefuse: 0 }),
    report: heard.report,
    retry: { sleep: async () => {} },
  })
  return { publish: () => locateOne(publish, tarball), ...heard }
}

const key = () => `acme/shop/1.2.3+4-20240102030405-${tarball.sha256.slice(0, 12)}.tgz`
const path = () => `/v2/artifacts/${key().replace('+', '%2B')}`

describe('publishToArtifactStore', () => {
  test('stores the tarball under its digest and gives the Location', async () => {
    const server = await start({ location: 'http://marathon.test:8080' })
    const { publish, phases } = publisher({ marathonUrl: server.url })
    expect(await publish()).toEqual({ uri: `http://marathon.test:8080/v2/artifacts/${key()}` })
    expect([...server.artifacts.keys()]).toEqual([key()])
    expect(server.artifacts.get(key())?.file.equals(tarball.bytes)).toBe(true)
    expect(server.artifacts.get(key())?.filename).toBe(tarball.name)
    const { headers } = server.requests.at(-1)!
    expect(Number(headers['content-length'])).toBeGreaterThan(tarball.size)
    expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(phases[0]).toMatchObject({
      title: 'Uploading',
      total: tarball.size,
      outcome: 'to the artifact store',
    })
  })

  test('returns the path if there is no Location', async () => {
    const server = await start()
    server.artifacts.set(key(), { file: Buffer.from('half'), filename: 'x' })
    expect(await publisher({ marathonUrl: server.url }).publish()).toEqual({ uri: server.url + path() })
    expect(server.artifacts.get(key())?.file.equals(tarball.bytes)).toBe(true)
  })

  test('sends nothing where it is already', async () => {
    const server = await start()
    const { publish, phases } = publisher({ marathonUrl: `${server.url}/` })
    await publish()
    expect(await publish()).toEqual({ uri: server.url + path() })
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD', 'PUT', 'HEAD'])
    expect(phases[1]).toMatchObject({ outcome: 'the same file is there already' })
  })

  test.each(['/service/marathon', '/service/marathon/'])(
    'works under the path %s with a DC/OS token',
    async end => {
      const authorization = 'token=a.b.c'
      const server = await start({ prefix: '/service/marathon', authorization })
      const marathonUrl = server.url.replace('/service/marathon', end)
      expect(await publisher({ marathonUrl, authorization }).publish()).toEqual({
        uri: `${server.url}/v2/artifacts/${key()}`,
      })
    },
  )

  test('logs in with the user and password of the URL, and gives them to nobody', async () => {
    const authorization = `Basic ${Buffer.from('user:secret').toString('base64')}`
    const server = await start({ authorization })
    const { publish } = publisher({ marathonUrl: server.url.replace('//', '//user:secret@') })
    expect((await publish()).uri).not.toContain('secret')
    expect((await publish()).uri).toBe(server.url + path())
  })

  test.each([
    [undefined, 'Give --marathon-user and --marathon-password'],
    ['token=secret.secret', 'are not valid there'],
  ])('says what to do without the right login (%s)', async (authorization, words) => {
    const server = await start({ authorization: 'token=another' })
    const { publish } = publisher({ marathonUrl: server.url, authorization })
    await expect(publish()).rejects.toThrow(words)
    await expect(publish()).rejects.toMatchObject({ code: 'UPLOAD_REFUSED' })
    await expect(publish()).rejects.not.toThrow('secret')
  })

  test('reports a password with a colon, which cannot work', async () => {
    // The server splits its flag --http_credentials at the last colon.
    const server = await start({ authorization: `Basic ${Buffer.from('us:er').toString('base64')}` })
    const { publish } = publisher({ marathonUrl: server.url.replace('//', '//us:e:r@') })
    await expect(publish()).rejects.toThrow("which never works with Marathon's --http_credentials")
    expect(() => publisher({ marathonUrl: server.url.replace('//', '//u%3As:er@') })).toThrow('has a colon')
  })

  test.each(['unset', '1.5', '1.6'] as const)('says that there is no store (%s)', async marathon => {
    const server = await start({ marathon })
    const { publish } = publisher({ marathonUrl: server.url })
    await expect(publish()).rejects.toMatchObject({
      code: 'ARTIFACT_STORE_MISSING',
      message: expect.stringMatching(/--artifact_store, or is 1\.5 or newer.*--publish http/),
    })
    expect(server.requests.filter(({ method }) => method === 'PUT').length).toBe(1)
  })

  test('tries again after a failure that may have stored it', async () => {
    const server = await start()
    server.fail({ status: 502, stored: true })
    server.fail({ status: 503 })
    const { publish, notes } = publisher({ marathonUrl: server.url })
    expect(await publish()).toEqual({ uri: server.url + path() })
    expect(server.artifacts.get(key())?.file.equals(tarball.bytes)).toBe(true)
    expect(notes.length).toBe(2)
  })

  test('sends its credentials to no other server', async () => {
    const other = await start({ authorization: 'token=secret' })
    const server = await start({ authorization: 'token=secret' })
    server.fail({ status: 307, headers: { location: `${other.url}${path()}` } })
    const { publish } = publisher({ marathonUrl: server.url, authorization: 'token=secret' })
    await expect(publish()).rejects.toThrow(`sent only to ${server.url}.`)
    expect(other.requests[0]!.headers).not.toHaveProperty('authorization')
  })

  test.each([
    [413, '1 GiB'],
    [403, 'may not store'],
    [418, 'base URL of a Marathon before 1.5'],
  ])('says what to do about %i', async (status, words) => {
    const server = await start()
    server.fail({ status })
    await expect(publisher({ marathonUrl: server.url }).publish()).rejects.toThrow(words)
  })

  test('prefers the given URI', async () => {
    const server = await start()
    const uriBase = 'http://user:password@marathon.test/v2/artifacts'
    const { uri } = await publisher({ marathonUrl: server.url, uriBase }).publish()
    expect(uri).toBe(`${uriBase}/acme-shop-1.2.3%2B4-20240102030405.tgz`)
  })

  test.each(['marathon', 'ftp://a.test', '', 'user:secret@a.test'])('refuses the address %s', marathonUrl => {
    expect(() => publisher({ marathonUrl })).toThrow('--marathon:')
    expect(() => publisher({ marathonUrl })).not.toThrow('secret')
  })
})

describe('the layers of an image', () => {
  function layersPublisher(target: ArtifactStoreTarget) {
    const heard = recorder()
    const publish = publishToArtifactStore(
      { ...target, layering: 'package' },
      {
        fetch: createFetch({ version: '1' }),
        upload: createUpload({ version: '1', timeToRefuse: 0 }),
        report: heard.report,
        retry: { sleep: async () => {} },
      },
    )
    return { publish: (layers: readonly Made[]) => locate(publish, layers), ...heard }
  }

  test('stores each once under its name, with one URI for ever', async () => {
    const server = await start({ location: 'http://marathon.test:8080' })
    const layers = await makeLayers(folder, [3_000, 500])
    const torn = `mesosize-layers/${layers[1]!.name}`
    server.artifacts.set(torn, { file: layers[1]!.bytes.subarray(0, 9), filename: 'x' })
    const uris = layers.map(({ name }) => `${server.url}/v2/artifacts/mesosize-layers/${name}`)
    const { publish, phases } = layersPublisher({ marathonUrl: server.url })
    expect(await publish(layers)).toEqual(uris.map(uri => ({ uri, existing: false })))
    for (const { name, bytes } of layers) {
      expect(server.artifacts.get(`mesosize-layers/${name}`)).toEqual({ file: bytes, filename: name })
    }
    expect(await publish(layers)).toEqual(uris.map(uri => ({ uri, existing: true })))
    expect(server.requests.filter(({ method }) => method === 'PUT')).toHaveLength(2)
    expect(phases.map(({ outcome }) => outcome)).toEqual(['2 layers to the artifact store', '2 layers kept'])
  })

  test('reports that there is no store, and requires a URI for each layer', async () => {
    const server = await start({ marathon: '1.6' })
    const { publish } = layersPublisher({ marathonUrl: server.url })
    await expect(publish(await makeLayers(folder, [100, 200]))).rejects.toMatchObject({
      code: 'ARTIFACT_STORE_MISSING',
    })
    expect(() =>
      layersPublisher({ marathonUrl: server.url, uriTemplate: 'https://a.test/{version}' }),
    ).toThrow('would be the same for all layers')
  })
})
