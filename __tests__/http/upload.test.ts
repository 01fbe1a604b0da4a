import { execFile } from 'node:child_process'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { put } from '../../src/http/put.ts'
import { withRetries } from '../../src/http/retry.ts'
import { createUpload, fileBody, textBody, type UploadBody } from '../../src/http/upload.ts'
import { uploadRefusal } from '../../src/http/upload-refusal.ts'
import { type HttpServer, startHttpServer } from '../testkit/http-server.ts'
import { openFilesBelow } from '../testkit/open-files.ts'

const BIG = 24 * 1024 * 1024
let folder: string
let big: string
let server: HttpServer
const upload = createUpload({ version: '1.2.3', timeToRefuse: 0 })
/** Gives a server all the time that it needs to refuse on a busy machine. */
const patient = createUpload({ version: '1.2.3', timeToRefuse: 250_000 })

beforeEach(async () => {
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy']) {
    vi.stubEnv(name, undefined)
    vi.stubEnv(name.toUpperCase(), undefined)
  }
  folder = await mkdtemp(join(tmpdir(), 'upload-'))
  big = join(folder, 'big')
  await writeFile(big, '')
  await truncate(big, BIG)
  server = await startHttpServer()
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

function counter() {
  const counts = { sum: 0, most: 0 }
  const onBytes = (amount: number) => {
    counts.sum += amount
    counts.most = Math.max(counts.most, counts.sum)
  }
  return { counts, onBytes }
}

describe('createUpload', () => {
  test('sends the bytes of a file, their number, and a User-Agent', async () => {
    const path = join(folder, 'file')
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))
    await writeFile(path, bytes)
    const { counts, onBytes } = counter()
    const answer = await upload(new URL('/a%20b?c', server.url), {
      method: 'PUT',
      headers: { 'X-Own': 'yes', 'User-Agent': 'another' },
      body: fileBody(path, bytes.length),
      onBytes,
    })
    expect(answer.status).toBe(201)
    expect(server.files.get('/a%20b')?.equals(bytes)).toBe(true)
    expect(server.requests).toMatchObject([
      {
        method: 'PUT',
        path: '/a%20b?c',
        headers: { 'content-length': '300000', 'x-own': 'yes', 'user-agent': 'another' },
      },
    ])
    expect(server.requests[0]!.headers).not.toHaveProperty('transfer-encoding')
    expect(counts.sum).toBe(bytes.length)
  })

  test.each(['', 'hello, ä'])('sends the text %j', async text => {
    await upload(new URL(server.url), { method: 'PUT', body: textBody(text) })
    expect(server.files.get('/')?.toString()).toBe(text)
    expect(server.requests[0]!.headers).toMatchObject({
      'content-length': String(Buffer.byteLength(text)),
      'user-agent': 'mesosize/1.2.3',
    })
  })

  test('returns the response, up to a limit', async () => {
    server.fault({ kind: 'status', status: 201, headers: { 'x-a': '1' }, body: 'x'.repeat(1_000_000) })
    const answer = await upload(new URL(server.url), { method: 'POST', body: textBody('a') })
    expect(answer.headers.get('x-a')).toBe('1')
    expect(answer.text).toBe('x'.repeat(65536))
  })

  // What a server does that refuses a body which it does not want to read.
  test.each(['close', 'reset', 'nothing'] as const)(
    'reports an answer that comes before the body is through, then %s',
    async next => {
      for (let i = 0; i < 5; i++) {
        server.fault({ kind: 'refuse', status: 413, next })
        const { counts, onBytes } = counter()
        const answer = await patient(new URL(server.url), {
          method: 'PUT',
          body: fileBody(big, BIG),
          onBytes,
        })
        expect(answer.status).toBe(413)
        expect(counts.sum).toBe(0)
        expect(counts.most).toBeLessThan(BIG / 2)
      }
      await expect.poll(() => openFilesBelow(folder)).toEqual([])
    },
  )

  test('does not believe a success that comes too early', async () => {
    server.fault({ kind: 'refuse', status: 200, next: 'nothing' })
    await expect(
      patient(new URL(server.url), { method: 'PUT', body: fileBody(big, BIG) }),
    ).rejects.toMatchObject({ code: 'HTTP_TRUNCATED', message: expect.stringContaining(`of ${BIG} bytes`) })
  })

  test('takes back what it counted when the connection breaks, and names no query', async () => {
    server.fault({ kind: 'reset', after: 1_000_000 })
    const { counts, onBytes } = counter()
    const url = new URL(`${server.url}/x?signature=secret`)
    const sending = upload(url, { method: 'PUT', body: fileBody(big, BIG), onBytes })
    await expect(sending).rejects.toMatchObject({ code: 'HTTP_NETWORK' })
    await expect(sending).rejects.not.toThrow('secret')
    expect(counts.most).toBeGreaterThan(900_000)
    expect(counts.sum).toBe(0)
    await expect.poll(() => openFilesBelow(folder)).toEqual([])
  })

  test('reopens the file for each try', async () => {
    for (const fault of [
      { kind: 'reset', after: 1_000_000 },
      { kind: 'status', status: 502 },
      { kind: 'refuse', status: 503, next: 'close' },
    ] as const) {
      server.fault(fault)
    }
    const { counts, onBytes } = counter()
    await withRetries(
      async () => {
        const send = server.requests.length === 2 ? patient : upload
        const answer = await send(new URL(server.url), { method: 'PUT', body: fileBody(big, BIG), onBytes })
        if (answer.status !== 201) throw uploadRefusal(answer, '')
      },
      { sleep: async () => {} },
    )
    expect(server.requests.length).toBe(4)
    expect(server.requests.map(request => request.bytes)).toEqual([expect.any(Number), BIG, 0, BIG])
    expect(server.files.get('/')?.length).toBe(BIG)
    expect(counts.sum).toBe(BIG)
  })

  test('gives up on a server that takes nothing and says nothing', async () => {
    server.fault({ kind: 'silence' })
    const impatient = createUpload({ version: '1', idleTimeout: 1_000 })
    await expect(
      impatient(new URL(server.url), { method: 'PUT', body: fileBody(big, BIG) }),
    ).rejects.toMatchObject({ code: 'HTTP_NETWORK' })
  })

  test('stops when it is aborted, with the reason', async () => {
    server.fault({ kind: 'silence' })
    const controller = new AbortController()
    const reason = new Error('enough')
    const sending = upload(new URL(server.url), {
      method: 'PUT',
      body: fileBody(big, BIG),
      signal: controller.signal,
    })
    setTimeout(() => controller.abort(reason), 100)
    await expect(sending).rejects.toBe(reason)
    await expect.poll(() => openFilesBelow(folder)).toEqual([])
  })

  test.each([
    ['is not there', () => fileBody(join(folder, 'missing'), 5), 'missing cannot be read: ENOENT'],
    ['has grown', () => fileBody(big, BIG - 1), 'has changed while it was uploaded'],
    ['has shrunk', () => fileBody(big, BIG + 1), 'has changed while it was uploaded'],
  ])('says so if the file %s', async (_, body: () => UploadBody, message) => {
    await expect(upload(new URL(server.url), { method: 'PUT', body: body() })).rejects.toMatchObject({
      code: 'UPLOAD_FILE',
      message: expect.stringContaining(message),
    })
    expect(server.files.size).toBe(0)
  })

  test('goes through a proxy', async () => {
    const asked: string[] = []
    const proxy = createServer((incoming, outgoing) => {
      asked.push(`${incoming.method} ${incoming.url}`)
      const { method, headers } = incoming
      const onward = send(incoming.url ?? '', { method, headers }, answer => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(outgoing)
      })
      incoming.pipe(onward)
    })
    await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
    vi.stubEnv('http_proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`)
    try {
      const through = createUpload({ version: '1', timeToRefuse: 0 })
      const url = new URL('/big', server.url)
      const answer = await through(url, { method: 'PUT', body: fileBody(big, BIG) })
      expect(answer.status).toBe(201)
      expect(asked).toEqual([`PUT ${url}`])
      expect(server.files.get('/big')?.length).toBe(BIG)
    } finally {
      proxy.closeAllConnections()
      proxy.close()
    }
  })

  test('holds no large file in memory', async () => {
    const size = 384 * 2 ** 20
    await truncate(big, size)
    let received = 0
    const sink = createServer((request, response) => {
      request.on('data', chunk => {
        received += chunk.length
      })
      request.on('end', () => response.writeHead(201).end())
    })
    await new Promise<void>(resolve => sink.listen(0, '127.0.0.1', resolve))
    const { port } = sink.address() as AddressInfo
    try {
      const child = new URL('upload-child.ts', import.meta.url).pathname
      const { stdout } = await promisify(execFile)(process.execPath, [
        child,
        `http://127.0.0.1:${port}/`,
        big,
        String(size),
      ])
      const { status, peak } = JSON.parse(stdout)
      expect(status).toBe(201)
      expect(received).toBe(size)
      expect(peak / 1024).toBeLessThan(300)
    } finally {
      sink.closeAllConnections()
      sink.close()
    }
  })
})

describe('put', () => {
  const body = textBody('hello')
  const credentials = { authorization: 'Bearer secret' }

  test.each([307, 308])(
    'follows %i with method, body and headers, but credentials to no other host',
    async status => {
      const other = await startHttpServer()
      const to = (location: string) => server.fault({ kind: 'status', status, headers: { location } })
      to('/second')
      to(`${other.url.replace('//', '//user:password@')}/third`)
      try {
        const answer = await put(upload, new URL('/first', server.url), {
          body,
          headers: { 'x-a': '1' },
          credentials,
        })
        expect(answer.status).toBe(201)
        expect(answer.url.href).toBe(`${other.url}/third`)
        expect(server.requests).toMatchObject([
          { path: '/first', headers: credentials },
          { path: '/second', headers: credentials },
        ])
        expect(other.requests).toMatchObject([{ method: 'PUT', path: '/third', headers: { 'x-a': '1' } }])
        expect(other.requests[0]!.headers).not.toHaveProperty('authorization')
        expect(other.files.get('/third')?.toString()).toBe('hello')
      } finally {
        await other.close()
      }
    },
  )

  test.each([301, 302, 303])('does not turn a PUT into a GET for %i', async status => {
    server.fault({ kind: 'status', status, headers: { location: '/login?next=secret' } })
    const sending = put(upload, new URL(server.url), { body })
    await expect(sending).rejects.toMatchObject({
      code: 'HTTP_REDIRECT',
      message: expect.stringMatching(
        new RegExp(`answered the upload with ${status} .*"${server.url}/login"`),
      ),
    })
    await expect(sending).rejects.not.toThrow('secret')
    expect(server.requests.length).toBe(1)
  })

  test('does not go round for ever', async () => {
    server.fault({ kind: 'status', status: 307, headers: { location: '/' }, times: 100 })
    await expect(put(upload, new URL(server.url), { body })).rejects.toMatchObject({ code: 'HTTP_REDIRECT' })
    expect(server.requests.length).toBe(6)
  })

  test.each(['file:///etc/passwd', 'ftp://a.test/', 'https://['])('does not follow to %s', async location => {
    server.fault({ kind: 'status', status: 307, headers: { location } })
    await expect(put(upload, new URL(server.url), { body })).rejects.toMatchObject({ code: 'HTTP_REDIRECT' })
  })
})

describe('uploadRefusal', () => {
  const url = new URL('https://user:secret@a.test/x?signature=secret')
  const refusal = (status: number, text = '', headers: Record<string, string> = {}) =>
    uploadRefusal({ url, status, text, headers: new Headers(headers) }, 'Fix it.', ['token-secret'])

  test.each([
    [refusal(400), 'UPLOAD_REFUSED', 'https://a.test/x answered 400 Bad Request to the upload. Fix it.'],
    [
      refusal(507),
      'UPLOAD_REFUSED',
      'https://a.test/x answered 507 Insufficient Storage to the upload. Fix it.',
    ],
    [refusal(503), 'HTTP_STATUS', 'https://a.test/x answered 503 Service Unavailable to the upload. Fix it.'],
    [refusal(429), 'HTTP_STATUS', 'https://a.test/x answered 429 Too Many Requests to the upload. Fix it.'],
    [refusal(999), 'HTTP_STATUS', 'https://a.test/x answered 999 to the upload. Fix it.'],
    [refusal(400, ' no\n\x1b[31mway '), 'UPLOAD_REFUSED', 'to the upload: "no \\\\x1b[31mway". Fix it.'],
    [refusal(400, 'x'.repeat(900)), 'UPLOAD_REFUSED', `to the upload: "${'x'.repeat(200)}". Fix it.`],
    [refusal(400, '<p>no', { 'content-type': 'text/html' }), 'UPLOAD_REFUSED', 'to the upload. Fix it.'],
    [refusal(400, '<!DOCTYPE html>'), 'UPLOAD_REFUSED', 'to the upload. Fix it.'],
    [refusal(400, 'you sent token-secret'), 'UPLOAD_REFUSED', 'to the upload: "you sent ***". Fix it.'],
    [refusal(400, 'a signature of secret'), 'UPLOAD_REFUSED', 'to the upload: "a signature of ***". Fix it.'],
    [refusal(400, '\x1f\x8b', { 'content-encoding': 'gzip' }), 'UPLOAD_REFUSED', 'to the upload. Fix it.'],
  ])('%s', (error, code, message) => {
    expect(error.code).toBe(code)
    expect(error.message.endsWith(message)).toBe(true)
    expect(error.message).not.toContain('secret')
  })
})
