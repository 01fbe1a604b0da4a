import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Builder, type BuilderOptions, createBuilder } from '../../../src/habitat/builder/builder.ts'
import { parseFullIdent, parseIdent } from '../../../src/habitat/package/ident.ts'
import { createFetch, type Fetch } from '../../../src/http/fetch.ts'
import { blake2b256 } from '../../testkit/blake2b.ts'
import { type BuilderServer, type Fault, startBuilder } from '../../testkit/builder-server.ts'
import { cannotChroot } from '../../testkit/machine.ts'

const TOKEN = 'a-secret-token'
const target = 'x86_64-linux'
const redis = parseFullIdent('core/redis/7.2.4/20240102030405')
const sup = parseFullIdent('chef/hab-sup/2.0.500/20250102030405')
const hart = randomBytes(300_000)
const checksum = blake2b256(hart)
const key = 'SIG-PUB-1\ncore-20160810182414\n\nvQbMyoOYgBYGbLLJMlPIWAmMgnSR5aNOA8IWEYlOC1c='

const noMounts = cannotChroot()

let server: BuilderServer
let folder: string
let destination: string
let pauses: number[]

beforeEach(async () => {
  vi.stubEnv('no_proxy', '*')
  server = await startBuilder({
    token: TOKEN,
    keys: { 'core-20160810182414': key },
    packages: [
      {
        ident: 'core/redis/7.2.4/20240102030405',
        hart,
        channels: ['stable'],
        tdeps: ['core/glibc/2.35/20240101000000'],
      },
      { ident: 'core/redis/7.2.4/20230102030405', hart: Buffer.from('older'), channels: ['stable'] },
      { ident: 'core/redis/7.0.9/20250102030405', hart: Buffer.from('old'), channels: ['stable'] },
      { ident: 'core/redis/8.0.0/20250102030405', hart: Buffer.from('new'), channels: ['unstable'] },
      { ident: 'core/redis/9.0.0/20250102030405', hart, target: 'aarch64-linux', channels: ['stable'] },
      { ident: 'chef/hab-sup/2.0.500/20250102030405', hart, channels: ['base'], needsToken: true },
      { ident: 'core/hab-launcher/1.0/20250102030405', hart, channels: ['base'], needsToken: true },
      { ident: 'acme/app/1+2~3/20250102030405', hart, channels: ['x y'], needsToken: true },
    ],
  })
  folder = await mkdtemp(join(tmpdir(), 'builder-'))
  destination = join(folder, 'cache/artifacts/x.hart')
  pauses = []
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await server.close()
  await rm(folder, { recursive: true })
})

function builder(options: Partial<BuilderOptions> = {}): Builder {
  return createBuilder({
    url: server.url,
    maxPackageSize: 1_000_000,
    fetch: createFetch({ version: '1' }),
    retry: { sleep: async milliseconds => void pauses.push(milliseconds), random: () => 1 },
    ...options,
  })
}

/** Gives up soon on the first answer, and gives the next ones all the time that a busy machine needs. */
function impatientOnce(): Fetch {
  const fetches = [createFetch({ version: '1', idleTimeout: 200 })]
  const patient = createFetch({ version: '1' })
  return (url, init) => (fetches.pop() ?? patient)(url, init)
}

/** The error's message, after making sure that it holds no token. */
async function failure(action: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await action.then(
    () => expect.unreachable('it should have failed'),
    reason => reason,
  )
  expect(error.name, error.stack).toMatch(/^(MesosizeError|HttpStatusError)$/)
  expect(JSON.stringify([error.message, error.stack, error])).not.toContain(TOKEN)
  return error
}

/** All that is in the artifact cache, hidden files too. */
function cached(): Promise<string[]> {
  return readdir(join(folder, 'cache/artifacts')).catch(() => [])
}

describe('latest', () => {
  test.each([
    ['core/redis', 'stable', target, 'core/redis/7.2.4/20240102030405'],
    ['core/redis/7.0.9', 'stable', target, 'core/redis/7.0.9/20250102030405'],
    ['core/redis', 'unstable', target, 'core/redis/8.0.0/20250102030405'],
    ['core/redis', undefined, target, 'core/redis/8.0.0/20250102030405'],
    ['core/redis/7.2.4', undefined, target, 'core/redis/7.2.4/20240102030405'],
    ['core/redis', 'stable', 'aarch64-linux', 'core/redis/9.0.0/20250102030405'],
    ['core/redis/7.2.4/20230102030405', 'unstable', target, 'core/redis/7.2.4/20230102030405'],
    ['acme/app/1+2~3', 'x y', target, 'acme/app/1+2~3/20250102030405'],
  ])('of %s in %s for %s', async (ident, channel, forTarget, expected) => {
    const found = await builder().latest(parseIdent(ident), channel, forTarget)
    expect(found).toMatchObject({ ident: parseFullIdent(expected), target: forTarget })
  })

  test('tells checksum, dependencies and channels', async () => {
    expect(await builder().latest(parseIdent('core/redis'), 'stable', target)).toEqual({
      ident: redis,
      target,
      checksum,
      tdeps: [parseFullIdent('core/glibc/2.35/20240101000000')],
      channels: ['stable'],
    })
  })

  test.each([
    ['core/redis', 'nowhere', target],
    ['core/nothing', 'stable', target],
    ['core/redis/1.0', 'stable', target],
    ['core/redis', 'unstable', 'aarch64-linux'],
  ])('is undefined for %s in %s for %s', async (ident, channel, forTarget) => {
    expect(await builder().latest(parseIdent(ident), channel, forTarget)).toBeUndefined()
    expect(server.requests).toHaveLength(1)
    expect(pauses).toEqual([])
  })
})

describe('metadata', () => {
  test('of an exact build, or undefined', async () => {
    expect(await builder().metadata(redis, target)).toMatchObject({ ident: redis, checksum })
    expect(await builder().metadata(redis, 'aarch64-linux')).toBeUndefined()
  })

  test.each([
    [
      'a web page',
      { kind: 'html' },
      'answered with "text/html; charset=utf-8", which looks like a web page: it is not a Habitat Builder, or a proxy answered instead. Check --url (HAB_BLDR_URL)',
    ],
    ['something untyped', { kind: 'body', body: '{}', type: '' }, 'answered with ""'],
    [
      'another package',
      {
        kind: 'body',
        body: '{"ident":{"origin":"evil","name":"x","version":"1","release":"20240102030405"}}',
      },
      'ident: evil/x/1/20240102030405 is not a build of ',
    ],
    ['more than expected', { kind: 'body', body: ' '.repeat(5_000_000) }, 'larger than 4194304 bytes'],
  ] satisfies [string, Fault, string][])(
    '%s in answer is an error that names the URL',
    async (_, fault, message) => {
      server.fault(fault as Fault)
      const error = await failure(builder().metadata(redis, target))
      expect(error.message).toContain(`${server.url}/v1/depot/pkgs/core/redis/7.2.4/20240102030405`)
      expect(error.message).toContain(message)
      expect(server.requests).toHaveLength(1)
    },
  )
})

describe('the URL', () => {
  test('may have a path of its own and a slash at its end', async () => {
    for (const url of [`${server.url}/`, `${server.url}/v1`, `${server.url}/v1//?x#y`]) {
      expect(await builder({ url }).metadata(redis, target)).toBeDefined()
    }
    expect(builder({ url: 'https://bldr.habitat.sh' }).url).toBe('https://bldr.habitat.sh/v1')
  })

  test.each([
    'bldr.habitat.sh',
    'ftp://bldr.habitat.sh',
    'https://user:a-secret-token@bldr.habitat.sh',
    'user:a-secret-token@[bldr',
    '',
  ])('%s is refused', async url => {
    const { code } = await failure(Promise.resolve().then(() => builder({ url })))
    expect(code).toBe('BUILDER_URL')
  })
})

describe('failures that may pass', () => {
  test('are tried again, with pauses', async () => {
    server.fault({ kind: 'status', status: 502, times: 2 })
    server.fault({ kind: 'hang up' })
    expect(await builder().metadata(redis, target)).toBeDefined()
    expect(server.requests).toHaveLength(4)
    expect(pauses).toEqual([1000, 2000, 4000])
  })

  test('Retry-After is honoured', async () => {
    server.fault({ kind: 'status', status: 429, headers: { 'retry-after': '17' } })
    expect(await builder().metadata(redis, target)).toBeDefined()
    expect(pauses).toEqual([17_000])
  })

  test('a server that falls silent is tried again', async () => {
    server.fault({ kind: 'slow', milliseconds: 600_000 })
    expect(await builder({ fetch: impatientOnce() }).metadata(redis, target)).toBeDefined()
    expect(server.requests).toHaveLength(2)
  })

  test('that persist are reported with the URL and the number of tries', async () => {
    server.fault({ kind: 'status', status: 503, times: 99 })
    const { code, message } = await failure(builder({ token: TOKEN }).metadata(redis, target))
    expect(code).toBe('HTTP_STATUS')
    expect(message).toBe(
      `${server.url}/v1/depot/pkgs/core/redis/7.2.4/20240102030405 answered 503 Service Unavailable when asked for core/redis/7.2.4/20240102030405. Try again later. Tried 5 times.`,
    )
    expect(server.requests).toHaveLength(5)
  })

  test('an unreachable server is reported with its address', async () => {
    await server.close()
    const { code, message } = await failure(builder({ token: TOKEN }).metadata(redis, target))
    expect(code).toBe('HTTP_NETWORK')
    expect(message).toContain(`ECONNREFUSED 127.0.0.1:${server.port}`)
    expect(message).toMatch(/Tried 5 times\.$/)
  })

  test('other statuses are not tried again', async () => {
    server.fault({ kind: 'status', status: 422 })
    const { message } = await failure(builder().metadata(redis, target))
    expect(message).toContain('422 Unprocessable Entity')
    expect(server.requests).toHaveLength(1)
  })
})

describe('download', () => {
  const download = (options?: Partial<BuilderOptions>, onBytes?: (amount: number) => void) =>
    builder(options).download(redis, target, checksum, destination, { onBytes })

  test('writes the hart and nothing else, and tells what came', async () => {
    const amounts: number[] = []
    await download({}, amount => amounts.push(amount))
    expect(await cached()).toEqual(['x.hart'])
    expect(await readFile(destination)).toEqual(hart)
    expect(amounts.reduce((sum, amount) => sum + amount)).toBe(hart.length)
    expect(server.requests[0]?.headers).toMatchObject({
      'user-agent': 'mesosize/1',
      'accept-encoding': 'identity',
    })
  })

  test('replaces a damaged file', async () => {
    await mkdir(join(folder, 'cache/artifacts'), { recursive: true })
    await writeFile(destination, 'damaged')
    await download()
    expect(await readFile(destination)).toEqual(hart)
  })

  test.each([
    ['a reset in the middle', { kind: 'reset', after: 100_000 }],
    ['a reset before the body', { kind: 'reset', after: 0 }],
    ['a body shorter than announced', { kind: 'length', by: 10 }],
    ['a stall in the middle', { kind: 'stall', milliseconds: 600_000 }],
    ['502', { kind: 'status', status: 502 }],
  ] satisfies [string, Fault][])('begins again after %s', async (_, fault) => {
    server.fault(fault as Fault)
    let sum = 0
    await download({ fetch: impatientOnce() }, amount => {
      sum += amount
      expect(sum).toBeGreaterThanOrEqual(0)
      expect(sum).toBeLessThanOrEqual(hart.length)
    })
    expect(server.requests).toHaveLength(2)
    expect(await cached()).toEqual(['x.hart'])
    expect(await readFile(destination)).toEqual(hart)
    expect(sum).toBe(hart.length)
  })

  test.each([
    ['resets for ever', { kind: 'reset', after: 100_000, times: 99 }, 'HTTP_NETWORK', 'Tried 5 times.'],
    [
      'lengths that are wrong for ever',
      { kind: 'length', by: 10, times: 99 },
      'HTTP_NETWORK',
      'Tried 5 times.',
    ],
    ['a changed bit', { kind: 'corrupt' }, 'BUILDER_CHECKSUM', checksum],
    ['a hart cut short', { kind: 'truncate', to: 1000 }, 'BUILDER_CHECKSUM', 'The 1000 bytes'],
    ['a web page', { kind: 'html' }, 'BUILDER_ANSWER', 'text/html'],
    ['404', { kind: 'status', status: 404 }, 'BUILDER_NOT_FOUND', 'core/redis/7.2.4/20240102030405'],
  ] satisfies [string, Fault, string, string][])(
    'leaves nothing behind after %s',
    async (_, fault, code, words) => {
      server.fault(fault as Fault)
      let sum = 0
      const error = await failure(download({ token: TOKEN }, amount => (sum += amount)))
      expect(error.code).toBe(code)
      expect(error.message).toContain(words)
      expect(error.message).toContain(`${server.url}/v1/depot/pkgs/core/redis/7.2.4/20240102030405/download`)
      expect(await cached()).toEqual([])
      expect(sum).toBe(0)
    },
  )

  test('keeps what was there before when it fails', async () => {
    await mkdir(join(folder, 'cache/artifacts'), { recursive: true })
    await writeFile(destination, 'before')
    server.fault({ kind: 'corrupt' })
    await failure(download())
    expect(await readFile(destination, 'utf8')).toBe('before')
    expect(await cached()).toEqual(['x.hart'])
  })

  test('leaves nothing behind when it is aborted in the middle', async () => {
    const controller = new AbortController()
    const reason = new Error('interrupted')
    server.fault({ kind: 'stall', milliseconds: 600_000 })
    const result = download({ signal: controller.signal }, () => controller.abort(reason))
    await expect(result).rejects.toBe(reason)
    expect(await cached()).toEqual([])
  })

  test('says where it cannot write', async () => {
    await writeFile(join(folder, 'cache'), 'a file in the way')
    const { code, message } = await failure(download())
    expect(code).toBe('CACHE_WRITE')
    expect(message).toContain(destination)
    expect(server.requests).toHaveLength(1)
  })

  test.skipIf(noMounts)(
    `leaves nothing behind on a full disk${noMounts ? ` (skipped: ${noMounts})` : ''}`,
    async () => {
      const small = join(folder, 'cache')
      await mkdir(small)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', small])
      try {
        const { code, message } = await failure(download())
        expect(code).toBe('CACHE_WRITE')
        expect(message).toContain('ENOSPC')
        expect(await cached()).toEqual([])
      } finally {
        execFileSync('umount', [small])
      }
    },
  )

  test('of one hart many times at once does no harm', async () => {
    const one = builder()
    await Promise.all(Array.from({ length: 8 }, () => one.download(redis, target, checksum, destination)))
    expect(await cached()).toEqual(['x.hart'])
    expect(await readFile(destination)).toEqual(hart)
  })

  test('takes no more memory for a larger hart', async () => {
    let left = 4096
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- > 0) controller.enqueue(new Uint8Array(65_536))
        else controller.close()
      },
    })
    const before = process.memoryUsage.rss()
    let peak = 0
    await builder({ maxPackageSize: 2 ** 30, fetch: async () => new Response(body) }).download(
      redis,
      target,
      // head -c 256M /dev/zero | b2sum -l 256
      'e84c94662490afe37480821873effbc30cf42b1c14adb50cc6f7f3147c6ddba4',
      destination,
      {
        onBytes() {
          peak = Math.max(peak, process.memoryUsage.rss() - before)
        },
      },
    )
    expect((await stat(destination)).size).toBe(268_435_456)
    expect(peak).toBeLessThan(200_000_000)
  })
})

describe('publicKey', () => {
  const name = { origin: 'core', revision: '20160810182414' }

  test('gives its text', async () => {
    expect(await builder().publicKey(name)).toBe(key)
  })

  test('an unknown one is an error that names it', async () => {
    const { code, message } = await failure(builder().publicKey({ ...name, revision: '20200101000000' }))
    expect(code).toBe('BUILDER_NOT_FOUND')
    expect(message).toContain('the public key core-20200101000000')
  })

  test.each([
    ['a web page', { kind: 'html' }, 'BUILDER_ANSWER'],
    [
      'much more than a key',
      { kind: 'body', body: key + '\n'.repeat(5000), type: 'text/plain' },
      'HTTP_TOO_LARGE',
    ],
  ] satisfies [string, Fault, string][])('%s is refused', async (_, fault, code) => {
    server.fault(fault as Fault)
    expect((await failure(builder().publicKey(name))).code).toBe(code)
  })
})

describe('the token', () => {
  const withToken = { token: TOKEN }

  test('is sent to Builder', async () => {
    await builder(withToken).download(sup, target, checksum, destination)
    expect(server.requests.map(request => request.headers.authorization)).toEqual([`Bearer ${TOKEN}`])
  })

  test('is not sent if there is none', async () => {
    await builder().metadata(redis, target)
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization')
  })

  test.each([301, 302, 303, 307, 308])('is not sent on to where a %i leads', async status => {
    const storage = await startBuilder({ packages: [{ ident: 'core/redis/7.2.4/20240102030405', hart }] })
    try {
      for (const host of ['127.0.0.1', 'localhost']) {
        server.fault({ kind: 'redirect', to: `http://${host}:${storage.port}`, status })
        await builder(withToken).download(redis, target, checksum, destination)
      }
      expect(storage.requests).toHaveLength(2)
      for (const request of storage.requests) expect(request.headers).not.toHaveProperty('authorization')
    } finally {
      await storage.close()
    }
  })

  test('is not sent to another name of the same server', async () => {
    server.fault({ kind: 'redirect', to: `http://localhost:${server.port}` })
    const { code, message } = await failure(builder(withToken).download(sup, target, checksum, destination))
    expect(code).toBe('BUILDER_TOKEN')
    expect(message).toContain(`If http://localhost:${server.port} is the right Builder, set --url.`)
    expect(server.requests.map(request => request.headers.authorization)).toEqual([
      `Bearer ${TOKEN}`,
      undefined,
    ])
  })

  test.each(['', 'two words', 'line\nend', 'ümlaut'])('%j is refused without showing it', async token => {
    const { code, message } = await failure(Promise.resolve().then(() => builder({ token })))
    expect(code).toBe('BUILDER_TOKEN')
    if (token) expect(message).not.toContain(token)
  })

  test.each([
    ['chef/hab-sup/2.0.500/20250102030405', undefined, '401 Unauthorized', 'a licence key.'],
    [
      'chef/hab-sup/2.0.500/20250102030405',
      'wrong',
      '403 Forbidden',
      'a licence key, and the given token is not one.',
    ],
    ['core/hab-launcher/1.0/20250102030405', undefined, '401 Unauthorized', 'a licence key.'],
  ])('missing or refused for %s (token: %s) tells the ways out', async (ident, token, status, words) => {
    const { code, message } = await failure(
      builder({ token }).download(parseFullIdent(ident), target, checksum, destination),
    )
    expect(code).toBe('BUILDER_TOKEN')
    for (const part of [status, words, ident, 'HAB_AUTH_TOKEN', '--auth', `${server.url}/#/profile`]) {
      expect(message).toContain(part)
    }
    expect(message).toContain(
      '--sup-pkg core/hab-sup, --launcher-pkg core/hab-launcher, --base-pkgs-channel stable',
    )
    expect(server.requests).toHaveLength(1)
  })

  test.each([
    [undefined, '401 Unauthorized', 'The origin is private'],
    ['wrong', '403 Forbidden', 'is not valid, has expired'],
  ])('missing or refused for another package (token: %s)', async (token, status, words) => {
    const app = parseFullIdent('acme/app/1+2~3/20250102030405')
    const { code, message } = await failure(builder({ token }).download(app, target, checksum, destination))
    expect(code).toBe('BUILDER_TOKEN')
    for (const part of [status, words, 'acme/app', 'HAB_AUTH_TOKEN']) expect(message).toContain(part)
    expect(message).not.toContain('--sup-pkg')
  })
})
