import type { RequestListener } from 'node:http'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { readChunks, readText } from '../../src/http/body.ts'
import { isTransient } from '../../src/http/errors.ts'
import { createFetch } from '../../src/http/fetch.ts'
import { get } from '../../src/http/get.ts'
import { FILE } from '../../src/http/pace.ts'
import { createUpload, textBody, type UploadBody } from '../../src/http/upload.ts'
import { bomb, deaf, dripping, endless, lying, processing, startUnkind } from '../testkit/unkind-server.ts'

beforeEach(() => void vi.stubEnv('no_proxy', '*'))
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

async function start(behave: RequestListener, idleTimeout = 60_000) {
  const server = await startUnkind(behave)
  onTestFinished(() => server.close())
  const fetch = createFetch({ version: '1', idleTimeout })
  const url = new URL('/x', server.url)
  return { server, url, answer: () => get(fetch, url) }
}

/** A clock by which each look is a second after the one before. */
function hurry(): void {
  let seconds = 0
  vi.spyOn(performance, 'now').mockImplementation(() => 1000 * seconds++)
}

async function failure(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  return work.then(
    () => expect.unreachable('it should have failed'),
    reason => reason,
  )
}

describe('an answer that is read as a whole', () => {
  test.each<[string, RequestListener, string]>([
    ['drips', dripping(), 'HTTP_SLOW'],
    ['drips what is not a success', dripping({ status: 503 }), 'HTTP_SLOW'],
    ['does not end', endless(), 'HTTP_TOO_LARGE'],
    ['is announced as far too large', lying(10 ** 12, 'x'), 'HTTP_TOO_LARGE'],
    ['is longer than announced', lying(1, 'hello'), ''],
    ['is shorter than announced', lying(10, 'hello'), 'HTTP_NETWORK'],
    ['unpacks to far more', bomb(), 'HTTP_ENCODED'],
  ])('%s', async (_, behave, code) => {
    const { answer, server } = await start(behave)
    hurry()
    const read = answer().then(whole => readText(whole, 100_000))
    if (code === '') return expect(await read).toBe('h')
    const error = await failure(read)
    expect(error).toMatchObject({ code, message: expect.stringContaining(`${server.url}/x`) })
    expect(isTransient(error)).toBe(['HTTP_SLOW', 'HTTP_NETWORK'].includes(code))
  })

  test('may take its time, but not more', async () => {
    const whole = (seconds: number) => {
      const times = [0, seconds * 1000, seconds * 1000]
      const response = new Response('hello')
      return readAll(readChunks({ response, shown: 'x' }, { most: 5, now: () => times.shift() ?? 1e6 }))
    }
    expect(await whole(119)).toBe('hello')
    expect(await failure(whole(120))).toMatchObject({
      code: 'HTTP_SLOW',
      message:
        'x did not send its whole response within 2 min 00 s. Check the network and the proxy, if there is one, or try again later.',
    })
  })
})

describe('a file', () => {
  const MIB = 1 << 20

  /** Reads pieces of some sizes for each of which so many seconds pass, and the reader then takes so many. */
  async function read(sizes: readonly number[], seconds: number, reader = 0) {
    let now = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          now += seconds * 1000
          const size = sizes[0]
          if (size === undefined) controller.close()
          else controller.enqueue(new Uint8Array(size))
          sizes = sizes.slice(1)
        },
      },
      { highWaterMark: 0 },
    )
    let received = 0
    const chunks = readChunks(
      { response: new Response(body), shown: 'x' },
      { most: 100 * MIB, pace: FILE, now: () => now },
    )
    for await (const chunk of chunks) {
      received += chunk.length
      now += reader * 1000
    }
    return received
  }

  test('may be slow, however long it takes', async () => {
    expect(await read(Array(200).fill(4_400), 1)).toBe(200 * 4_400)
    expect(await read(Array(20).fill(MIB / 4), 60)).toBe(5 * MIB)
  })

  test('may be small', async () => {
    expect(await read([100], 50)).toBe(100)
  })

  test('may be written slowly', async () => {
    expect(await read(Array(5).fill(100), 1, 3600)).toBe(500)
  })

  test.each([
    ['from the beginning', Array(200).fill(4_000)],
    ['after much that was quick', [50 * MIB, 40 * MIB, ...Array(200).fill(1)]],
  ])('that drips %s is given up', async (_, sizes) => {
    expect(await failure(read(sizes, 1))).toMatchObject({
      code: 'HTTP_SLOW',
      message: expect.stringMatching(/^x sent less than 256\.0 KiB in 1 min 00 s\. /),
    })
  })

  test('from a server that drips is given up', async () => {
    const { answer } = await start(dripping())
    hurry()
    const chunks = readChunks(await answer(), { most: MIB, pace: FILE })
    expect(await failure(readAll(chunks))).toMatchObject({ code: 'HTTP_SLOW' })
  })
})

test.each([
  ['silent', deaf],
  ['working on it for ever', processing],
])('no request waits forever for a server that is %s', async (_, behave) => {
  const { answer, url } = await start(behave, 100)
  expect(await failure(answer())).toMatchObject({ message: expect.stringContaining(String(url)) })
  const upload = createUpload({ version: '1', idleTimeout: 100 })
  const put = upload(url, { method: 'PUT', body: textBody('hello') })
  expect(await failure(put)).toMatchObject({ message: expect.stringContaining(String(url)) })
})

describe('the answer to an upload', () => {
  const upload = createUpload({ version: '1' })

  test.each<[string, RequestListener, object]>([
    ['drips', dripping({ status: 201 }), { code: 'HTTP_SLOW' }],
    ['refuses, and drips', dripping({ status: 400 }), { status: 400 }],
    ['does not end', endless({ status: 201 }), { status: 201, text: ' '.repeat(65_536) }],
    ['refuses without end', endless({ status: 400 }), { status: 400, text: ' '.repeat(65_536) }],
    ['unpacks to far more', bomb({ status: 400 }), { status: 400 }],
    ['is longer than announced', lying(1, 'hello', { status: 201 }), { status: 201, text: 'h' }],
    ['is shorter than announced', lying(10, 'hello', { status: 201 }), { code: 'HTTP_NETWORK' }],
  ])('%s', async (_, behave, outcome) => {
    const { url } = await start(behave)
    hurry()
    const sent = upload(url, { method: 'PUT', body: textBody('hello') }).catch(error => error)
    expect(await sent).toMatchObject(outcome)
  })

  test('does not come from a server that takes the body by drops', async () => {
    const { url } = await start((request, response) => {
      request.on('data', () => {})
      request.on('end', () => response.writeHead(201).end())
    })
    hurry()
    const drops: UploadBody = {
      size: 1000,
      async *chunks() {
        for (let i = 0; i < 1000; i++) yield Buffer.from('x')
      },
    }
    expect(await failure(upload(url, { method: 'PUT', body: drops }))).toMatchObject({
      code: 'HTTP_SLOW',
      message: expect.stringMatching(/\/x took less than 256\.0 KiB in 1 min 00 s\. /),
    })
  })
})

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const chunk of chunks) text += Buffer.from(chunk).toString()
  return text
}
