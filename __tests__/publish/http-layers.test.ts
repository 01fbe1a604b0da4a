import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { UsageError } from '../../src/lib/errors.ts'
import { wordSettings } from '../../src/lib/setting.ts'
import type { HttpTarget } from '../../src/publish/http.ts'
import { EXPORT } from '../../src/settings/tables.ts'
import { inputWording } from '../../src/settings/wording.ts'
import { artifactoryHeaders, type HttpServer, startHttpServer } from '../testkit/http-server.ts'
import { httpPublisher } from './over-http.ts'
import { makeLayers } from './recorder.ts'

wordSettings(inputWording(EXPORT))

let folder: string
let layers: Awaited<ReturnType<typeof makeLayers>>
let server: HttpServer

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'publish-'))
  layers = await makeLayers(folder, [3_000, 10_000, 500])
  server = await startHttpServer()
})

afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

function publisher(target: Partial<HttpTarget> & { uploadUrl: string }, signal?: AbortSignal) {
  const { publishLayers, ...heard } = httpPublisher({ layering: 'package', ...target }, { signal })
  return { ...heard, publish: publishLayers }
}

/** The paths that were PUT. */
function sent(from = server) {
  return from.requests.filter(({ method }) => method === 'PUT').map(({ path }) => path)
}

const uris = (base: string) => layers.map(({ name }) => `${base}/${name}`)
const total = () => layers.reduce((sum, { size }) => sum + size, 0)

describe('publishOverHttp', () => {
  test('uploads all that are not there, as one phase', async () => {
    const { publish, phases, notes } = publisher({ uploadUrl: `${server.url}/layers/` })
    expect(await publish(layers)).toEqual(uris(`${server.url}/layers`).map(uri => ({ uri, existing: false })))
    for (const { name, bytes } of layers) expect(server.files.get(`/layers/${name}`)).toEqual(bytes)
    expect(server.requests.find(({ method }) => method === 'PUT')!.headers).toMatchObject({
      'content-type': 'application/gzip',
      'x-checksum-sha256': expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(phases).toEqual([
      {
        title: 'Uploading',
        total: total(),
        amount: total(),
        outcome: `3 layers to 127.0.0.1:${server.port}`,
      },
    ])
    expect(notes).toEqual([])
  })

  test('does not upload layers that exist with the same length', async () => {
    await publisher({ uploadUrl: `${server.url}/` }).publish(layers)
    server.requests.length = 0
    const { publish, phases } = publisher({ uploadUrl: `${server.url}/` })
    expect(await publish(layers)).toEqual(uris(server.url).map(uri => ({ uri, existing: true })))
    expect(sent()).toEqual([])
    expect(phases).toEqual([{ title: 'Uploading', total: 0, amount: 0, outcome: '3 layers kept' }])

    const [changed] = await makeLayers(folder, [4_000], 'another build')
    const next = publisher({ uploadUrl: `${server.url}/` })
    const existing = (await next.publish([changed!, ...layers.slice(1)])).map(location => location.existing)
    expect(existing).toEqual([false, true, true])
    expect(sent()).toEqual([`/${changed!.name}`])
    expect(next.phases).toMatchObject([
      { total: changed!.size, outcome: expect.stringMatching(/^1 layer to .*, 2 layers kept$/) },
    ])
  })

  test('replaces what an interrupted upload has left', async () => {
    const [, torn] = layers
    server.files.set(`/${torn!.name}`, torn!.bytes.subarray(0, -1))
    const locations = await publisher({ uploadUrl: `${server.url}/` }).publish(layers)
    expect(locations.map(({ existing }) => existing)).toEqual([false, false, false])
    expect(server.files.get(`/${torn!.name}`)).toEqual(torn!.bytes)
  })

  test('believes a digest more than the length', async () => {
    const artifactory = await startHttpServer({ describe: artifactoryHeaders })
    try {
      const [damaged, whole] = layers
      artifactory.files.set(`/${damaged!.name}`, Buffer.alloc(damaged!.size))
      artifactory.files.set(`/${whole!.name}`, whole!.bytes)
      await publisher({ uploadUrl: `${artifactory.url}/` }).publish(layers.slice(0, 2))
      expect(sent(artifactory)).toEqual([`/${damaged!.name}`])
    } finally {
      await artifactory.close()
    }
  })

  test('finds what lies somewhere else, where no credentials go', async () => {
    const store = await startHttpServer()
    try {
      const [layer] = layers
      store.files.set(`/${layer!.name}`, layer!.bytes)
      const location = `${store.url}/${layer!.name}`
      server.fault({ method: 'HEAD', kind: 'status', status: 302, headers: { location } })
      const headers = { 'x-api-key': 'secret-key' }
      const { publish } = publisher({ uploadUrl: `${server.url}/`, headers })
      expect(await publish([layer!])).toMatchObject([{ existing: true }])
      expect(server.requests[0]!.headers).toMatchObject(headers)
      expect(store.requests).toMatchObject([{ method: 'HEAD' }])
      expect(store.requests[0]!.headers).not.toHaveProperty('x-api-key')
    } finally {
      await store.close()
    }
  })

  test.each([
    ['/{sha256}.tgz', (sha256: string) => `/${sha256}.tgz`],
    ['/of/{sha256}/', (sha256: string) => `/of/${sha256}/sha256-${sha256}.tgz`],
    ['/{file}?#there', (sha256: string) => `/sha256-${sha256}.tgz`],
  ])('sends to %s', async (path, expected) => {
    const locations = await publisher({ uploadUrl: server.url + path }).publish(layers)
    expect(locations.map(({ uri }) => uri)).toEqual(layers.map(({ sha256 }) => server.url + expected(sha256)))
    expect(sent().sort()).toEqual(layers.map(({ sha256 }) => expected(sha256)).sort())
  })

  test.each([
    [{ uriBase: 'https://cdn.test/l/' }, (name: string) => `https://cdn.test/l/${name}`],
    [{ uriTemplate: 'https://cdn.test/{file}?a' }, (name: string) => `https://cdn.test/${name}?a`],
  ])('gives agents the URIs of %j', async (known, expected) => {
    const locations = await publisher({ uploadUrl: `${server.url}/`, ...known }).publish(layers)
    expect(locations.map(({ uri }) => uri)).toEqual(layers.map(({ name }) => expected(name)))
  })

  test('counts again what was sent in vain', async () => {
    server.fault({ method: 'PUT', kind: 'status', status: 502, times: 3 })
    const { publish, phases, notes } = publisher({ uploadUrl: `${server.url}/` })
    await publish(layers)
    expect(phases[0]).toMatchObject({ total: total(), amount: total() })
    expect(notes).toHaveLength(3)
  })

  test('two jobs with the same layers do each other no harm', async () => {
    const jobs = await Promise.all(
      [1, 2].map(() => publisher({ uploadUrl: `${server.url}/` }).publish(layers)),
    )
    for (const locations of jobs) expect(locations.map(({ uri }) => uri)).toEqual(uris(server.url))
    for (const { name, bytes } of layers) expect(server.files.get(`/${name}`)).toEqual(bytes)
  })

  test('not even if files may not be replaced', async () => {
    const [layer] = layers
    const { publish } = publisher({ uploadUrl: `${server.url}/` })
    server.fault({ method: 'HEAD', kind: 'status', status: 404 })
    server.fault({ method: 'PUT', kind: 'status', status: 409 })
    server.files.set(`/${layer!.name}`, layer!.bytes)
    expect(await publish([layer!])).toEqual([{ uri: `${server.url}/${layer!.name}`, existing: false }])
    expect(sent()).toHaveLength(1)
  })

  test('a refusal ends the others, and is reported', async () => {
    layers = await makeLayers(folder, Array(20).fill(2_000), 'many')
    server.fault({ method: 'PUT', kind: 'status', status: 403, times: 100 })
    await expect(publisher({ uploadUrl: `${server.url}/` }).publish(layers)).rejects.toMatchObject({
      code: 'UPLOAD_REFUSED',
      message: expect.stringContaining('may not write this file'),
    })
    expect(sent().length).toBeLessThanOrEqual(4)
    // Nothing keeps running in the background.
    const { length } = server.requests
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(server.requests).toHaveLength(length)
  })

  test('is ended by its signal', async () => {
    const controller = new AbortController()
    server.fault({ method: 'PUT', kind: 'silence', times: 100 })
    const { publish } = publisher({ uploadUrl: `${server.url}/` }, controller.signal)
    const publishing = publish(layers)
    const reason = new Error('enough')
    setTimeout(() => controller.abort(reason), 300)
    await expect(publishing).rejects.toBe(reason)
  })

  test('does not wait for ever for servers that do not say whether they have a layer', async () => {
    layers = await makeLayers(folder, Array(16).fill(1_000), 'many')
    server.fault({ method: 'HEAD', kind: 'silence', times: 8 })
    const limit = AbortSignal.timeout
    const limited = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => limit.call(AbortSignal, 100))
    onTestFinished(() => limited.mockRestore())
    const { publish } = publisher({ uploadUrl: `${server.url}/` })
    expect((await publish(layers)).map(({ existing }) => existing)).not.toContain(true)
    expect(sent()).toHaveLength(16)
    for (const [milliseconds] of limited.mock.calls) expect(milliseconds).toBeLessThanOrEqual(10_000)
    // On a busy machine, answers that come late are asked for again.
    expect(limited.mock.calls.length).toBeGreaterThanOrEqual(16)
  })
})

describe('what is not a place for layers', () => {
  test.each<[string, Partial<HttpTarget>, RegExp[]]>([
    [
      'https://a.test/x.tgz',
      {},
      [/"https:\/\/a\.test\/x\.tgz" would be the same for all layers\. End its path with "\/"/],
    ],
    ['https://a.test/x.tgz#{file}', {}, [/would be the same for all layers/]],
    [
      'https://a.test/{origin}/{name}/',
      {},
      [
        /has \{origin\}, \{name\}, which differs from export to export.*only the variables \{file\} and \{sha256\}\.$/,
      ],
    ],
    ['https://a.test/{version}/{file}', {}, [/has \{version\}, which differs/]],
    ['https://a.test/{release}', {}, [/has \{release\}, which/, /the same for all/]],
    ['https://a.test/{ident}/', {}, [/has \{ident\}, which/]],
    ['https://a.test/{tag}/', { tag: 'v1' }, [/has \{tag\}, which/]],
    ['https://a.test/{tag}/', {}, [/has "\{tag\}": write one of/]],
    ['https://a.test/?sig=secret-1', {}, [/"https:\/\/a\.test\/" has a query.*upload-headers\.$/]],
    ['https://u:secret-1@a.test/{file}?sig=secret-1', {}, [/"https:\/\/a\.test\/\{file\}" has a query/]],
    ['files/', {}, [/is not an http or https URL/]],
    [
      'https://a.test/x?y',
      { uriTemplate: 'https://b.test/{version}.tgz' },
      [/^uri-template: .*same for all layers/, /has a query/, /the same for all/],
    ],
    [
      'https://u:secret-1@a.test/',
      { headers: { authorization: 'Bearer secret-1' } },
      [/^upload-url: has a user and password/],
    ],
  ])('%s %j', (uploadUrl, target, expected) => {
    try {
      publisher({ uploadUrl, ...target })
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError)
      const { problems } = error as UsageError
      expect(problems).toHaveLength(expected.length)
      for (const [index, pattern] of expected.entries()) expect(problems[index]).toMatch(pattern)
      for (const problem of problems) expect(problem).toMatch(/\.$/)
      expect(problems.join()).not.toContain('secret-1')
    }
  })
})
