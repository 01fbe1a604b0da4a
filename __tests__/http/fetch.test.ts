import { execFileSync } from 'node:child_process'
import { createServer, type IncomingHttpHeaders, type Server, request as send } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFetch } from '../../src/http/fetch.ts'

const servers: Server[] = []
let seen: { url: string; headers: IncomingHttpHeaders }[] = []
let origin: string

beforeEach(async () => {
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy']) {
    vi.stubEnv(name, undefined)
    vi.stubEnv(name.toUpperCase(), undefined)
  }
  seen = []
  origin = await listen(
    createServer((request, response) => {
      seen.push({ url: request.url ?? '', headers: request.headers })
      if (request.url === '/silent') return
      if (request.url === '/stalls') {
        response.writeHead(200, { 'content-length': 10 })
        response.write('half')
        return
      }
      response.end('hello')
    }),
  )
})

afterEach(() => {
  vi.unstubAllEnvs()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function listen(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A forward proxy that writes down what it was asked for. */
async function startProxy() {
  const asked: string[] = []
  const proxy = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    send(incoming.url ?? '', { headers: incoming.headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    }).end()
  })
  proxy.on('connect', (incoming, socket) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    const [host, port] = (incoming.url ?? '').split(':')
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
  })
  return { url: await listen(proxy), asked }
}

describe('createFetch', () => {
  test('sets a User-Agent unless the caller does', async () => {
    const fetch = createFetch({ version: '1.2.3' })
    expect(await (await fetch(origin)).text()).toBe('hello')
    await fetch(origin, { headers: { 'User-Agent': 'another' } })
    expect(seen.map(request => request.headers['user-agent'])).toEqual(['mesosize/1.2.3', 'another'])
  })

  test.each(['http_proxy', 'HTTP_PROXY'])('goes through the proxy of %s', async name => {
    const proxy = await startProxy()
    vi.stubEnv(name, proxy.url)
    const response = await createFetch({ version: '1' })(`${origin}/through`)
    expect(await response.text()).toBe('hello')
    expect(proxy.asked).toEqual([`GET ${origin}/through`])
    expect(seen[0]).toMatchObject({ url: '/through', headers: { 'user-agent': 'mesosize/1' } })
  })

  test.each(['https_proxy', 'HTTPS_PROXY'])('tunnels through the proxy of %s', async name => {
    const proxy = await startProxy()
    vi.stubEnv(name, proxy.url)
    const secure = origin.replace('http:', 'https:')
    // The server speaks no TLS, so that no more than the tunnel can come about.
    await expect(createFetch({ version: '1' })(secure)).rejects.toThrow('fetch failed')
    expect(proxy.asked).toEqual([`CONNECT ${new URL(origin).host}`])
  })

  test.each(['no_proxy', 'NO_PROXY'])('goes past the proxy where %s says so', async name => {
    const proxy = await startProxy()
    vi.stubEnv('http_proxy', proxy.url)
    vi.stubEnv(name, 'example.org,127.0.0.1')
    expect((await createFetch({ version: '1' })(origin)).status).toBe(200)
    expect(proxy.asked).toEqual([])
  })

  test('does not show an invalid proxy URL', async () => {
    vi.stubEnv('https_proxy', 'http://user:secret@[nonsense')
    await expect(createFetch({ version: '1' })(origin)).rejects.toMatchObject({
      code: 'PROXY_INVALID',
      message: expect.not.stringContaining('secret'),
    })
  })

  test.each(['/silent', '/stalls'])('gives up on a server that falls silent: %s', async path => {
    const fetch = createFetch({ version: '1', idleTimeout: 50 })
    const error = await fetch(origin + path)
      .then(
        response => response.text(),
        reason => reason,
      )
      .catch(reason => reason)
    // Whichever is first, undici's timer or our own for twice the time.
    expect(error.code ?? error.cause.code).toMatch(/^(UND_ERR_(HEADERS|BODY)_TIMEOUT|HTTP_SLOW)$/)
  })

  test('ends with its signal, and with that of the request', async () => {
    const [all, one] = [new AbortController(), new AbortController()]
    const fetch = createFetch({ version: '1', signal: all.signal })
    const first = fetch(`${origin}/silent`)
    const second = fetch(`${origin}/silent`, { signal: one.signal })
    all.abort(new Error('all end'))
    await expect(first).rejects.toThrow('all end')
    one.abort(new Error('one ends'))
    await expect(second).rejects.toThrow('one ends')
  })

  test('loads nothing of undici before the first request', () => {
    const script = `
      import { registerHooks } from 'node:module'
      registerHooks({ resolve: (name, context, next) => (console.log(name), next(name, context)) })
      const { createFetch } = await import(${JSON.stringify(new URL('../../src/http/fetch.ts', import.meta.url).href)})
      createFetch({ version: '1' })
    `
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    })
    expect(output).toContain('fetch.ts')
    expect(output).not.toContain('undici')
  })
})
