import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { wordSettings } from '../../src/lib/setting.ts'
import { fetchUriProblem } from '../../src/marathon/app/rules.ts'
import { parseHeaderLines } from '../../src/publish/header-lines.ts'
import type { HttpTarget } from '../../src/publish/http.ts'
import { EXPORT } from '../../src/settings/tables.ts'
import { inputWording } from '../../src/settings/wording.ts'
import { artifactoryHeaders, type HttpServer, startHttpServer } from '../testkit/http-server.ts'
import { httpPublisher, type PublisherOptions, UNTIL_ANSWERED } from './over-http.ts'
import { makeTarball } from './recorder.ts'

wordSettings(inputWording(EXPORT))

const FILE = 'acme-shop-1.2.3%2B4-20240102030405.tgz'
let folder: string
let tarball: Awaited<ReturnType<typeof makeTarball>>
let server: HttpServer

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'publish-'))
  tarball = await makeTarball(folder)
  server = await startHttpServer()
})

afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

function publisher(target: Partial<HttpTarget> & { uploadUrl: string }, options?: PublisherOptions) {
  const { publish, ...heard } = httpPublisher(target, options)
  return { publish: () => publish(tarball), ...heard }
}

describe('publishOverHttp', () => {
  test('adds the name behind a "/", and gives the same URL to agents', async () => {
    const { publish, phases, notes } = publisher({ uploadUrl: `${server.url}/mesos/` })
    expect(await publish()).toEqual({ uri: `${server.url}/mesos/${FILE}` })
    expect(server.files.get(`/mesos/${FILE}`)?.equals(tarball.bytes)).toBe(true)
    expect(server.requests.at(-1)?.headers).toMatchObject({
      'content-type': 'application/gzip',
      'content-length': String(tarball.size),
      'x-checksum-sha256': tarball.sha256,
    })
    expect(phases).toEqual([
      {
        title: 'Uploading',
        total: tarball.size,
        amount: tarball.size,
        outcome: `to 127.0.0.1:${server.port}`,
      },
    ])
    expect(notes).toEqual([])
  })

  test.each([
    ['/a/b.tgz', '/a/b.tgz'],
    ['/{origin}/{name}/{version}/', `/acme/shop/1.2.3%2B4/${FILE}`],
    ['/{sha256}.tgz#there', '/SHA256.tgz'],
  ])('sends to %s', async (path, expected) => {
    const { publish } = publisher({ uploadUrl: server.url + path })
    const sent = expected.replace('SHA256', tarball.sha256)
    expect(await publish()).toEqual({ uri: server.url + sent })
    expect([...server.files.keys()]).toEqual([sent])
  })

  // What Mesos and Marathon refuse in a URI, and new URL leaves: it is sent as written, and fetched encoded.
  test.each([
    ["/it's/{version}.tgz", "/it's/1.2.3%2B4.tgz", '/it%27s/1.2.3%2B4.tgz'],
    ['/[a]|b/100%/x~y.tgz', '/[a]|b/100%/x~y.tgz', '/%5Ba%5D%7Cb/100%25/x~y.tgz'],
  ])('gives agents a URI for %s that they take', async (path, sent, fetched) => {
    const { uri } = await publisher({ uploadUrl: server.url + path }).publish()
    expect([...server.files.keys()]).toEqual([sent])
    expect(uri).toBe(server.url + fetched)
    expect(fetchUriProblem(uri)).toBeUndefined()
  })

  test('takes a presigned URL as it is, asks nothing there, and keeps its query from everyone', async () => {
    const query = 'X-Amz-Credential=a%2Fb&X-Amz-Signature=secret'
    server.fault({ kind: 'status', status: 403, body: '<Error><Code>AccessDenied</Code></Error>' })
    const { publish, all } = publisher({ uploadUrl: `${server.url}/bucket/key.tgz?${query}` })
    await expect(publish()).rejects.toThrow(
      /bucket\/key\.tgz answered 403 Forbidden to the upload: "<Error><Code>AccessDenied<.*presigned URL may have expired/,
    )
    await expect(publish()).resolves.toEqual({ uri: `${server.url}/bucket/key.tgz` })
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `PUT /bucket/key.tgz?${query}`,
      `PUT /bucket/key.tgz?${query}`,
    ])
    expect(all()).not.toContain('secret')
  })

  test.each([
    [{ uri: 'https://cdn.test/x.tgz' }, 'https://cdn.test/x.tgz'],
    [{ uriBase: 'https://cdn.test/mesos' }, `https://cdn.test/mesos/${FILE}`],
    [{ uriTemplate: 'https://cdn.test/{name}/{tag}.tgz', tag: 'v1' }, 'https://cdn.test/shop/v1.tgz'],
  ])('gives agents the URI of %j', async (known, uri) => {
    expect(await publisher({ uploadUrl: `${server.url}/`, ...known }).publish()).toEqual({ uri })
    expect(server.files.size).toBe(1)
  })

  test('logs in with the user and password of the URL, and shows them nowhere', async () => {
    const authorization = `Basic ${Buffer.from('us@er:pa:ss/wörd').toString('base64')}`
    const guarded = await startHttpServer({ authorization })
    try {
      const base = guarded.url.replace('//', '//us%40er:pa%3Ass%2Fw%C3%B6rd@')
      const right = publisher({ uploadUrl: `${base}/` })
      expect(await right.publish()).toEqual({ uri: `${guarded.url}/${FILE}` })
      expect(guarded.requests.every(({ path }) => !path.includes('@'))).toBe(true)
      const wrong = publisher({ uploadUrl: `${base.replace('pa%3A', 'secret')}/` })
      await expect(wrong.publish()).rejects.toThrow(
        'upload-url, or the Authorization in upload-headers, are not valid',
      )
      await expect(wrong.publish()).rejects.not.toThrow('secret')
      const none = publisher({ uploadUrl: `${guarded.url}/` })
      await expect(none.publish()).rejects.toThrow('The server requires authentication')
    } finally {
      await guarded.close()
    }
  })

  test('sends the given headers, which win, to the given server alone', async () => {
    const other = await startHttpServer()
    try {
      const headers = parseHeaderLines('X-Api-Key: secret-key\nContent-Type: application/x-tar')
      server.fault({
        kind: 'status',
        status: 307,
        headers: { location: `${other.url}/there` },
        method: 'PUT',
      })
      other.fault({ kind: 'status', status: 401, body: 'no secret-key' })
      const { publish } = publisher({ uploadUrl: `${server.url}/`, headers })
      await expect(publish()).rejects.toThrow(`sent only to ${server.url}. If ${other.url} is the server`)
      expect(server.requests.at(-1)?.headers).toMatchObject({
        'x-api-key': 'secret-key',
        'content-type': 'application/x-tar',
      })
      expect(other.requests[0]!.headers).not.toHaveProperty('x-api-key')
    } finally {
      await other.close()
    }
  })

  test('sends nothing where the server proves that it has the same file', async () => {
    const artifactory = await startHttpServer({ describe: artifactoryHeaders })
    try {
      const { publish, phases } = publisher({ uploadUrl: `${artifactory.url}/` })
      artifactory.files.set(`/${FILE}`, Buffer.alloc(tarball.size))
      await publish()
      await publish()
      expect(artifactory.requests.map(({ method }) => method)).toEqual(['HEAD', 'PUT', 'HEAD'])
      expect(artifactory.files.get(`/${FILE}`)?.equals(tarball.bytes)).toBe(true)
      expect(phases.at(-1)).toMatchObject({ outcome: 'the same file is there already' })
    } finally {
      await artifactory.close()
    }
  })

  test('believes no length and no ETag', async () => {
    const claiming = await startHttpServer({ describe: () => ({ etag: `"${tarball.sha256}"` }) })
    try {
      claiming.files.set(`/${FILE}`, tarball.bytes)
      await publisher({ uploadUrl: `${claiming.url}/` }).publish()
      expect(claiming.requests.map(({ method }) => method)).toEqual(['HEAD', 'PUT'])
    } finally {
      await claiming.close()
    }
  })

  test('tries again after transient failures, and reports it', async () => {
    server.fault({ method: 'PUT', kind: 'reset', after: 100_000 })
    server.fault({ method: 'PUT', kind: 'status', status: 502 })
    server.fault({ method: 'PUT', kind: 'status', status: 429, headers: { 'retry-after': '7' } })
    const { publish, notes, phases } = publisher({ uploadUrl: `${server.url}/` })
    await publish()
    expect(server.files.get(`/${FILE}`)?.equals(tarball.bytes)).toBe(true)
    expect(phases[0]!.amount).toBe(tarball.size)
    expect(notes).toEqual([
      expect.stringMatching(/^No complete response came from .* Trying again in 1 s\.$/),
      expect.stringMatching(/502 Bad Gateway to the upload.* Trying again in 2 s\.$/),
      expect.stringMatching(/429 Too Many Requests.* Trying again in 7 s\.$/),
    ])
  })

  test('gives up after some tries', async () => {
    server.fault({ method: 'PUT', kind: 'status', status: 503, times: 100 })
    await expect(publisher({ uploadUrl: `${server.url}/` }).publish()).rejects.toThrow('Tried 5 times.')
  })

  test.each([
    [202, 'Only 200, 201 and 204'],
    [207, 'Only 200, 201 and 204'],
    [400, 'x-ms-blob-type: BlockBlob'],
    [401, 'from a secret'],
    [403, 'may not write'],
    [404, 'The repository, bucket or folder does not exist'],
    [405, 'dav_methods PUT'],
    [409, '{sha256}'],
    [413, 'client_max_body_size'],
    [501, 'dav_methods PUT'],
    [507, 'no space left'],
  ])('says at once what to do about %i', async (status, words) => {
    server.fault({ method: 'PUT', kind: 'status', status, times: 2 })
    await expect(publisher({ uploadUrl: `${server.url}/` }).publish()).rejects.toThrow(words)
    expect(server.requests.filter(({ method }) => method === 'PUT').length).toBe(1)
  })

  test.each(['close', 'reset', 'nothing'] as const)(
    'reports 413 before the body is sent as what it is (%s)',
    async next => {
      tarball = await makeTarball(folder, 8_000_000)
      server.fault({ method: 'PUT', kind: 'refuse', status: 413, next })
      const { publish } = publisher({ uploadUrl: `${server.url}/` }, { timeToRefuse: UNTIL_ANSWERED })
      await expect(publish()).rejects.toThrow(/answered 413 .*client_max_body_size/)
    },
  )

  test('puts a checksum file beside it', async () => {
    await publisher({ uploadUrl: `${server.url}/`, checksumFile: true }).publish()
    expect(server.files.get(`/${FILE}.sha256`)?.toString()).toBe(`${tarball.sha256}  ${tarball.name}\n`)
    expect(server.requests.at(-1)?.headers).toMatchObject({ 'content-type': 'text/plain' })
  })

  test('puts none where only one file is signed', async () => {
    const { publish, warnings } = publisher({
      uploadUrl: `${server.url}/a.tgz?sig=secret`,
      checksumFile: true,
    })
    await publish()
    expect([...server.files.keys()]).toEqual(['/a.tgz'])
    expect(warnings).toEqual([expect.stringContaining('No checksum file is uploaded')])
  })

  test('reports everything that is wrong with the target, without secrets', () => {
    const make = (target: Partial<HttpTarget> & { uploadUrl: string }) => () => publisher(target)
    const both = make({
      uploadUrl: 'https://user:secret@a.test/',
      headers: { authorization: 'Bearer secret' },
      uriTemplate: 'https://a.test/{nmae}',
    })
    expect(both).toThrow(/uri-template: .*\{nmae\}.*\nupload-url: has a user and password/)
    expect(both).not.toThrow('secret')
    const template = make({ uploadUrl: 'https://user:secret@a.test/{nmae}/{tag}?secret' })
    expect(template).toThrow('upload-url: "https://a.test/{nmae}/{tag}" has "{nmae}", "{tag}": write one of')
    expect(template).not.toThrow('secret')
    for (const uploadUrl of ['files', 'ftp://a.test/', 's3://bucket/key', '', 'https://']) {
      expect(make({ uploadUrl })).toThrow('is not an http or https URL')
    }
  })
})

describe('parseHeaderLines', () => {
  test('reads lines', () => {
    const text = '\r\nX-Api-Key:  a: b \r\n  authorization: Bearer x\nX-Empty:\n'
    expect(parseHeaderLines(text)).toEqual({
      'x-api-key': 'a: b',
      authorization: 'Bearer x',
      'x-empty': '',
    })
  })

  test('tells every problem, and no value', () => {
    const text = 'secret\nX A: secret\nContent-Length: 5\nX-B: 1\nx-b: secret\nX-C: secret\0\n: secret'
    const parse = () => parseHeaderLines(text)
    expect(parse).not.toThrow('secret\n')
    try {
      parse()
      expect.unreachable()
    } catch (error) {
      const { problems } = error as { problems: string[] }
      expect(problems.map(problem => problem.replace(/[.:] .*/, ''))).toEqual([
        'line 1',
        'line 2',
        'line 3',
        'line 5',
        'line 6',
        'line 7',
      ])
      expect(problems.join('\n').replaceAll('secrets.API_KEY', '')).not.toContain('secret')
    }
  })
})
