import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFetch, type Fetch } from '../../src/http/fetch.ts'
import { probe, probeTarballs } from '../../src/publish/probe.ts'
import { type HttpServer, startHttpServer } from '../testkit/http-server.ts'
import { recorder } from './recorder.ts'

const file = gzipSync(Buffer.alloc(1000))
let server: HttpServer
let describeFile: Record<string, string>

beforeEach(async () => {
  describeFile = {}
  server = await startHttpServer({ describe: () => describeFile })
  server.files.set('/x.tgz', file)
})

afterEach(() => server.close())

async function warningsOf(uri: string, options: { size?: number; fetch?: Fetch; timeout?: number } = {}) {
  const { report, warnings } = recorder()
  const { size = file.length, fetch = createFetch({ version: '1' }), timeout } = options
  await probe(uri, size, { fetch, report, timeout })
  return warnings
}

/** A web of answers that do not come from loopback. */
const web =
  (answers: Record<string, () => Response>): Fetch =>
  async url =>
    answers[String(url)]?.() ?? new Response('', { status: 404 })

describe('probe', () => {
  test('asks for the head and two bytes, and for nothing that is compressed', async () => {
    expect(await warningsOf(`${server.url}/x.tgz`)).toEqual([])
    expect(server.requests).toMatchObject([
      { method: 'HEAD', headers: { 'accept-encoding': 'identity' } },
      { method: 'GET', headers: { 'accept-encoding': 'identity', range: 'bytes=0-1' } },
    ])
    for (const { headers } of server.requests) expect(headers).not.toHaveProperty('authorization')
  })

  test('follows redirects', async () => {
    const location = '/x.tgz'
    server.fault({ method: 'HEAD', kind: 'status', status: 302, headers: { location } })
    server.fault({ method: 'GET', kind: 'status', status: 302, headers: { location } })
    expect(await warningsOf(`${server.url}/download/x.tgz`)).toEqual([])
  })

  test('accepts that a server refuses HEAD, as storage services do for signed URLs', async () => {
    server.fault({ method: 'HEAD', kind: 'status', status: 403 })
    expect(await warningsOf(`${server.url}/x.tgz`)).toEqual([])
  })

  test.each([
    [401, 'Agents send no token and no header'],
    [403, 'Agents send no token and no header'],
    [404, 'Nothing is there for clients without a login'],
    [410, 'Nothing is there'],
    [416, 'expects 200'],
    [500, 'If it does not recover'],
    [429, 'If it does not recover'],
  ])('explains %i', async (status, words) => {
    server.fault({ kind: 'status', status, times: 2 })
    expect(await warningsOf(`${server.url}/x.tgz`)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^Agents will probably fail to fetch ${server.url}/x\\.tgz: it answers ${status} .*${words}`,
        ),
      ),
    ])
  })

  test('explains what GitHub answers for private releases', async () => {
    const warnings = await warningsOf('https://github.test/acme/shop/releases/download/v1/x.tgz', {
      fetch: web({}),
    })
    expect(warnings).toEqual([expect.stringMatching(/404 Not Found\. .*private repository, .*drafts/)])
  })

  test.each([
    ['https://github.com/acme/shop/actions/runs/123/artifacts/456', 'workflow artifact'],
    ['https://api.github.com/repos/acme/shop/actions/artifacts/456/zip', 'workflow artifact'],
    ['https://api.github.com/repos/acme/shop/releases/assets/456', 'Accept header'],
    ['file:///srv/x.tgz', "agent's own disk"],
    ['x.tgz', "agent's own disk"],
    ['/srv/x.tgz', "agent's own disk"],
    ['hdfs://namenode/x.tgz', 'for hdfs:// an agent needs the hadoop program'],
    ['s3://bucket/x.tgz', 'for s3:// an agent needs the hadoop program'],
  ])('knows without asking what is wrong with %s', async (uri, words) => {
    const fetch = () => Promise.reject(new Error('asked'))
    expect(await warningsOf(uri, { fetch })).toEqual([expect.stringContaining(words)])
  })

  test('says nothing of ftp, which it cannot try', async () => {
    expect(await warningsOf('ftp://a.test/x.tgz')).toEqual([])
  })

  test.each([
    ['a web page', { 'content-type': 'text/html; charset=utf-8' }, file, file.length, 'there is a web page'],
    ['another kind of file', {}, Buffer.from('PK\x03\x04'), 4, 'not gzip'],
    ['an empty file', {}, Buffer.alloc(0), 0, 'not gzip'],
    ['one byte', {}, Buffer.from([0x1f]), 1, 'not gzip'],
    [
      'another length',
      {},
      file,
      file.length + 1,
      `has ${file.length} bytes, and the tarball has ${file.length + 1}`,
    ],
  ])('finds %s', async (_, headers: Record<string, string>, content, size, words) => {
    describeFile = headers
    server.files.set('/x.tgz', content)
    expect(await warningsOf(`${server.url}/x.tgz`, { size })).toEqual([expect.stringContaining(words)])
  })

  test('finds them without reading everything if the server does not support ranges', async () => {
    let cancelled = false
    const url = 'https://a.test/x.tgz'
    const answer = (length: number) => () =>
      new Response(
        new ReadableStream({
          start: controller => {
            controller.enqueue(file.subarray(0, 1))
            controller.enqueue(file.subarray(1, 2))
          },
          cancel: () => {
            cancelled = true
          },
        }),
        { headers: { 'content-length': String(length) } },
      )
    expect(await warningsOf(url, { fetch: web({ [url]: answer(file.length) }) })).toEqual([])
    expect(cancelled).toBe(true)
    expect(await warningsOf(url, { fetch: web({ [url]: answer(5) }) })).toEqual([
      expect.stringContaining('has 5 bytes'),
    ])
  })

  test('does not take a gzip file for compressed text, as some servers announce it', async () => {
    describeFile = { 'content-encoding': 'gzip', 'content-type': 'application/x-tar' }
    expect(await warningsOf(`${server.url}/x.tgz`)).toEqual([])
  })

  test('uses the user and password of the URI as an agent does, and shows no part of it', async () => {
    const guarded = await startHttpServer({
      authorization: `Basic ${Buffer.from('user:se%zcret').toString('base64')}`,
    })
    guarded.files.set('/x.tgz', file)
    try {
      expect(await warningsOf(`${guarded.url.replace('//', '//user:se%zcret@')}/x.tgz`)).toEqual([])
      const warnings = await warningsOf(`${guarded.url.replace('//', '//user:secret@')}/x.tgz`)
      expect(warnings).toEqual([expect.stringContaining('user and password in the URI are not valid')])
      expect(warnings.join()).not.toMatch(/secret|user:/)
    } finally {
      await guarded.close()
    }
  })

  test('warns of a query, and does not show it', async () => {
    const warnings = await warningsOf(`${server.url}/x.tgz?X-Amz-Signature=secret`)
    expect(warnings).toEqual([expect.stringMatching(/has a query\. .*it expires/)])
    expect(warnings.join()).not.toContain('secret')
  })

  test('warns where nobody answers', async () => {
    await server.close()
    expect(await warningsOf(`${server.url}/x.tgz`)).toEqual([
      expect.stringMatching(/No complete response came .* this check does not apply to them\.$/),
    ])
  })

  test('warns of a redirect from https to http', async () => {
    const url = 'https://a.test/x.tgz'
    const to = () => new Response(null, { status: 302, headers: { location: 'http://a.test/x.tgz' } })
    expect(await warningsOf(url, { fetch: web({ [url]: to }) })).toEqual([
      expect.stringContaining('redirects to "http://a.test/x.tgz"'),
    ])
  })

  test('does not wait for ever', async () => {
    server.fault({ kind: 'silence', times: 2 })
    expect(await warningsOf(`${server.url}/x.tgz`, { timeout: 200 })).toEqual([
      expect.stringContaining('no answer came within 0.2 s'),
    ])
  })

  test('is ended by its signal', async () => {
    server.fault({ kind: 'silence', times: 2 })
    const controller = new AbortController()
    const { report, warnings } = recorder()
    const probing = probe(`${server.url}/x.tgz`, 1, {
      fetch: createFetch({ version: '1' }),
      report,
      signal: controller.signal,
    })
    const reason = new Error('enough')
    await Promise.all([expect(probing).rejects.toBe(reason), pause(50).then(() => controller.abort(reason))])
    expect(warnings).toEqual([])
  })
})

describe('probeTarballs', () => {
  async function warningsOfLayers(count: number) {
    const { report, warnings } = recorder()
    const layers = Array.from({ length: count }, (_, index) => ({
      isLayer: true,
      location: { uri: `${server.url}/${index}.tgz` },
      size: file.length,
    }))
    await probeTarballs(layers, { fetch: createFetch({ version: '1' }), report })
    return warnings
  }

  test('accepts that all exist, and asks for each', async () => {
    for (let n = 0; n < 20; n++) server.files.set(`/${n}.tgz`, file)
    expect(await warningsOfLayers(20)).toEqual([])
    expect(new Set(server.requests.map(({ path }) => path)).size).toBe(20)
    expect(await warningsOfLayers(0)).toEqual([])
  })

  test('asks for nothing that is not on the web, or that other exports have probed', async () => {
    const { report, warnings } = recorder()
    const uri = `${server.url}/0.tgz`
    const tarballs = [
      { uri, existing: true },
      { uri: 'file:///srv/1.tgz' },
      { uri: 'hdfs://a/2.tgz', existing: false },
    ]
    await probeTarballs(
      tarballs.map(location => ({ isLayer: true, size: 1, location })),
      { fetch: createFetch({ version: '1' }), report },
    )
    expect(warnings).toEqual([])
    expect(server.requests).toEqual([])
  })

  test('does not mind that a whole image is kept in no cache', async () => {
    const { report, warnings } = recorder()
    server.files.set('/0.tgz', file)
    server.fault({ method: 'HEAD', kind: 'status', status: 403 })
    const tarball = { isLayer: false, size: file.length, location: { uri: `${server.url}/0.tgz` } }
    await probeTarballs([tarball], { fetch: createFetch({ version: '1' }), report })
    expect(warnings).toEqual([])
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
  })

  test('warns once where none is', async () => {
    expect(await warningsOfLayers(20)).toEqual([
      expect.stringMatching(/fail to fetch .*\/0\.tgz: it answers 404/),
    ])
  })

  test('warns of each if the first exists', async () => {
    server.files.set('/0.tgz', file)
    server.files.set('/2.tgz', file.subarray(0, 20))
    expect((await warningsOfLayers(3)).sort()).toEqual([
      expect.stringMatching(/\/1\.tgz: it answers 404/),
      expect.stringMatching(/\/2\.tgz: the file there has 20 bytes/),
    ])
  })

  test.each([
    [403, {}, 'the response to HEAD is 403 Forbidden'],
    [200, {}, 'lacks its size'],
    [200, { 'content-length': '5' }, 'lacks its size'],
  ])('warns of what no agent can keep in its cache (%i)', async (status, headers, words) => {
    server.files.set('/0.tgz', file)
    server.fault({ method: 'HEAD', kind: 'status', status, headers })
    expect(await warningsOfLayers(1)).toEqual([
      expect.stringMatching(new RegExp(`^Agents will probably not keep .*/0.tgz in their cache: .*${words}`)),
    ])
  })
})
