import { describe, expect, test } from 'vitest'
import { readText } from '../../src/http/body.ts'
import type { Fetch } from '../../src/http/fetch.ts'
import { createFetch } from '../../src/http/fetch.ts'
import { get } from '../../src/http/get.ts'
import { printableUrl } from '../../src/lib/url.ts'

/** A fetch that answers from a table of redirects and writes down what was sent where. */
function web(redirects: Record<string, string>) {
  const sent: [url: string, authorization: string | null][] = []
  const fetch: Fetch = async (url, init) => {
    expect(init?.redirect).toBe('manual')
    sent.push([String(url), new Headers(init?.headers).get('authorization')])
    const location = redirects[String(url)]
    if (location === undefined) return new Response('here')
    return new Response(null, { status: 302, headers: { location } })
  }
  return { fetch, sent }
}

const authorization = 'Bearer secret'

describe('get', () => {
  test('sends Authorization to the first scheme, host and port alone', async () => {
    const { fetch, sent } = web({
      'https://a.test/1': '/2',
      'https://a.test/2': 'https://a.test:8443/3',
      'https://a.test:8443/3': 'https://b.test/4',
      'https://b.test/4': 'https://a.test.b.test/5',
    })
    const { response, url } = await get(fetch, new URL('https://a.test/1'), { authorization })
    expect(await response.text()).toBe('here')
    expect(url.href).toBe('https://a.test.b.test/5')
    expect(sent).toEqual([
      ['https://a.test/1', authorization],
      ['https://a.test/2', authorization],
      ['https://a.test:8443/3', null],
      ['https://b.test/4', null],
      ['https://a.test.b.test/5', null],
    ])
  })

  test('does not send it from http to https of the same host either', async () => {
    const { fetch, sent } = web({ 'http://a.test/': 'https://a.test/' })
    await get(fetch, new URL('http://a.test/'), { authorization })
    expect(sent.at(-1)).toEqual(['https://a.test/', null])
  })

  test('drops a user and password from where it is sent', async () => {
    const { fetch, sent } = web({ 'https://a.test/': 'https://user:secret@b.test/' })
    await get(fetch, new URL('https://a.test/'))
    expect(sent.at(-1)).toEqual(['https://b.test/', null])
  })

  test.each([
    ['http://a.test/', 'https://a.test/ redirects to "http://a.test/"'],
    ['data:text/plain,hello', 'redirects to "data:'],
    ['file:///etc/passwd', 'redirects to "file:'],
    ['https://[', 'redirects to "https://["'],
    ['http://user:secret@b.test/?signature=secret', 'redirects to "http://b.test/"'],
  ])('does not follow a redirect to %s', async (location, message) => {
    const { fetch, sent } = web({ 'https://a.test/': location })
    await expect(get(fetch, new URL('https://a.test/'))).rejects.toMatchObject({
      code: 'HTTP_REDIRECT',
      message: expect.stringContaining(message),
    })
    await expect(get(fetch, new URL('https://a.test/'))).rejects.not.toThrow('secret')
    expect(sent.every(([url]) => url === 'https://a.test/')).toBe(true)
  })

  test('follows five redirects and no more', async () => {
    const chain = Object.fromEntries([1, 2, 3, 4, 5, 6].map(n => [`https://a.test/${n}`, `/${n + 1}`]))
    expect((await get(web(chain).fetch, new URL('https://a.test/2'))).url.pathname).toBe('/7')
    await expect(get(web(chain).fetch, new URL('https://a.test/1'))).rejects.toMatchObject({
      code: 'HTTP_REDIRECT',
    })
  })

  test('names the URL and the innermost reason of a network failure', async () => {
    const fetch: Fetch = () =>
      Promise.reject(
        new TypeError('fetch failed', {
          cause: Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }),
        }),
      )
    await expect(get(fetch, new URL('https://a.test/x?signature=secret'))).rejects.toMatchObject({
      code: 'HTTP_NETWORK',
      message: expect.stringMatching(/^No complete response came from https:\/\/a\.test\/x: ECONNREFUSED\./),
    })
  })

  test('says what to do about an unknown authority', async () => {
    const cause = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    const fetch: Fetch = () => Promise.reject(new TypeError('fetch failed', { cause }))
    await expect(get(fetch, new URL('https://a.test/'))).rejects.toThrow('NODE_EXTRA_CA_CERTS')
  })
})

describe('readText', () => {
  const shown = 'https://a.test/file'

  test('reads up to its limit', async () => {
    const response = () => new Response('ä'.repeat(50))
    expect(await readText({ response: response(), shown }, 100)).toBe('ä'.repeat(50))
    await expect(readText({ response: response(), shown }, 99)).rejects.toMatchObject({
      code: 'HTTP_TOO_LARGE',
    })
  })

  test('stops reading an endless body', async () => {
    let pulled = 0
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(1000))
      },
      cancel() {
        cancelled = true
      },
    })
    await expect(readText({ response: new Response(body), shown }, 10_000)).rejects.toThrow('10000 bytes')
    expect(pulled).toBeLessThan(20)
    expect(cancelled).toBe(true)
  })

  test('compares the length with what was announced', async () => {
    const response = (length: string) => new Response('hello', { headers: { 'content-length': length } })
    expect(await readText({ response: response('5'), shown }, 10)).toBe('hello')
    await expect(readText({ response: response('6'), shown }, 10)).rejects.toMatchObject({
      code: 'HTTP_TRUNCATED',
      message: expect.stringContaining('announced "6" bytes and sent 5'),
    })
  })
})

describe('printableUrl', () => {
  test.each([
    ['https://user:secret@a.test:8443/v1?sig=secret#secret', 'https://a.test:8443/v1'],
    ['http://a.test', 'http://a.test/'],
    ['a.test/v1', 'a.test/v1'],
    ['user:secret@a.test', 'a.test'],
    ['https://user:sec@ret@[', '['],
    [`data:${'x'.repeat(1000)}`, `data:${'x'.repeat(195)}`],
  ])('%s', (url, expected) => {
    expect(printableUrl(url)).toBe(expected)
  })
})

test.each([6000, 10080])('a port that belongs to another protocol is explained: %i', async port => {
  const url = new URL(`http://127.0.0.1:${port}/v2/info`)
  await expect(get(createFetch({ version: '1' }), url)).rejects.toMatchObject({
    code: 'HTTP_NETWORK',
    message: expect.stringMatching(/: bad port\. The port belongs to another protocol, .* Use another port/),
  })
})
