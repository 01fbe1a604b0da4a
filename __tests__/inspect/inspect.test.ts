import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFetch } from '../../src/http/fetch.ts'
import { formatContents } from '../../src/inspect/format.ts'
import { inspect } from '../../src/inspect/inspect.ts'
import { silent } from '../../src/lib/report.ts'
import { startHttpServer } from '../testkit/http-server.ts'
import type { PackageSpec } from '../testkit/package-entries.ts'
import { tarOf } from '../testkit/tar.ts'
import { imageMembers, imageTarball } from './images.ts'

const GLIBC: PackageSpec = {
  ident: 'core/glibc/2.35/20240101000000',
  files: { 'lib/libc.so': 'c'.repeat(5000) },
}
const SSL: PackageSpec = { ident: 'core/ssl/3/20240101000000', deps: [GLIBC.ident] }
const WEB: PackageSpec = {
  ident: 'acme/web/1.0/20240203040506',
  deps: [SSL.ident, GLIBC.ident],
  exports: { http: 'port' },
  exposes: [80, 443],
  shutdownTimeout: 9,
  metafiles: {
    ...{ BINDS: 'db=port\n', BINDS_OPTIONAL: 'cache=port\n' },
    MANIFEST: '# acme / web\nWeb\n\n* __License__: MIT \n\n# Plan\n',
  },
  files: { 'hooks/run': '#!/bin/sh\n', 'bin/su': { content: '', mode: 0o4755 } },
}

let folder: string
let path: string
let bytes: Buffer
const signal = new AbortController().signal
const tools = () => ({ fetch: createFetch({ version: '1' }), report: silent, signal })

beforeEach(async () => {
  vi.stubEnv('no_proxy', '*')
  folder = await mkdtemp(join(tmpdir(), 'inspect-'))
  path = join(folder, 'web.tgz')
  bytes = await imageTarball([WEB, SSL, GLIBC])
  await writeFile(path, bytes)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

async function written(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

describe('a tarball', () => {
  test('is read with all that is known of it', async () => {
    const { app, contents } = await inspect(path, tools())
    expect(app).toBeUndefined()
    expect(contents).toMatchObject({
      service: WEB.ident,
      target: 'x86_64-linux',
      start: { supervisor: expect.stringMatching(/^\/hab\/pkgs\/.*hab-sup$/), arguments: '' },
      tarballs: [
        { from: path, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
      ],
      users: [
        { name: 'root', uid: 0, gid: 0 },
        { name: 'hab', uid: 42, gid: 42 },
      ],
      groups: [
        { name: 'root', gid: 0 },
        { name: 'hab', gid: 42 },
      ],
    })
    expect(contents.packages.map(({ ident }) => ident)).toEqual([WEB.ident, SSL.ident, GLIBC.ident])
  })

  test('that an export did not write has no service', async () => {
    const other = await written('other.tgz', gzipSync(await tarOf([{ path: 'readme', content: 'x' }])))
    const { contents } = await inspect(other, tools())
    expect(contents).toMatchObject({ packages: [], generated: [{ path: 'readme' }] })
    expect(contents.service).toBeUndefined()
    expect(formatContents(contents).join('\n')).toContain('none: an export did not write this')
  })
})

describe('an app definition', () => {
  const cmd = "for l in layer-*.tgz; do …; done && exec sh ./launch --topology='leader'"

  test('leads to its layers, in files and in the web, in the order in which agents unpack them', async () => {
    const server = await startHttpServer()
    const [base, own] = [imageMembers([WEB]).slice(0, 4), imageMembers([WEB]).slice(4)]
    server.files.set('/base.tgz', gzipSync(await tarOf(base)))
    const layer = await written('own.tgz', gzipSync(await tarOf(own)))
    const fetch = [
      { uri: `file://${layer}`, destPath: 'layer-001.tgz' },
      { uri: `${server.url}/base.tgz`, destPath: 'layer-000.tgz' },
    ]
    const app = await written('app.json', JSON.stringify({ id: '/web', cmd, fetch }))
    const { contents } = await inspect(app, tools()).finally(() => server.close())
    expect(contents.tarballs.map(({ from }) => from)).toEqual([`${server.url}/base.tgz`, layer])
    expect(contents.packages).toMatchObject([{ ident: WEB.ident, tarball: 1 }])
    expect(contents).toMatchObject({
      service: WEB.ident,
      app: { id: '/web', cmd },
      start: { arguments: "--topology='leader'" },
    })
  })

  test.each([
    ['of other people', { id: '/x', cmd: 'sleep 1' }, 'APP_WITHOUT_IMAGE'],
    [
      'whose image is gone',
      { id: '/x', cmd: 'exec sh ./launch', uris: ['/nowhere/a.tgz'] },
      'PLACE_UNREADABLE',
    ],
    [
      'whose image is elsewhere',
      { id: '/x', cmd: 'exec sh ./launch', uris: ['hdfs://a/b'] },
      'PLACE_UNREADABLE',
    ],
  ])('%s is refused', async (_, app, code) => {
    const file = await written('app.json', JSON.stringify(app))
    await expect(inspect(file, tools())).rejects.toMatchObject({ code })
  })
})

test.each([
  ['a text that is too long for an app definition', ' '.repeat((4 << 20) + 1), 'PLACE_UNREADABLE'],
  ['neither', 'hello', 'TARBALL_UNREADABLE'],
  ['nothing', '', 'TARBALL_UNREADABLE'],
])('%s is refused', async (_, content, code) => {
  const file = await written('file', content)
  await expect(inspect(file, tools())).rejects.toMatchObject({ code })
})

test('the user and password of an address are sent as such, and shown nowhere', async () => {
  const server = await startHttpServer({ authorization: `Basic ${btoa('user:se cret')}` })
  server.files.set('/web.tgz', bytes)
  const url = server.url.replace('//', '//user:se%20cret@')
  const { contents } = await inspect(`${url}/web.tgz`, tools())
  expect(contents.tarballs).toMatchObject([{ from: `${server.url}/web.tgz` }])
  const error = await inspect(`${url}/gone.tgz`, tools()).catch(error => error)
  await server.close()
  expect(error).toMatchObject({ code: 'HTTP_STATUS', message: expect.stringContaining('answered 404') })
  expect(error.message).not.toMatch(/se.*cret/)
})

test('the contents as text: what it is, packages by size, and the dependencies from the service down', async () => {
  const { contents } = await inspect(path, tools())
  const lines = formatContents({ ...contents, tarballs: [{ ...contents.tarballs[0]!, size: 2048 }] })
  const row = (name: string) =>
    lines
      .find(line => line.startsWith(`${name} `))
      ?.slice(name.length)
      .trim()
  expect(row('Service')).toBe(WEB.ident)
  expect(row('Tarball')).toBe(path)
  expect(row('Size')).toMatch(/^2\.0 KiB, [\d.]+ KiB unpacked$/)
  expect(row('Runs as')).toBe('hab:hab')
  expect(row('Ports')).toBe('80, 443')
  expect(row('Exports')).toBe('http=port')
  expect(row('Binds')).toBe('cache (optional), db')
  expect(row('Hooks')).toBe('run')
  expect(row('Health')).toBe('no health-check hook')
  expect(row('Stops within')).toBe('9 s')
  expect(row('Setuid')).toBe(`/hab/pkgs/${WEB.ident}/bin/su`)
  expect(row('Starts as')).toMatch(new RegExp(`^/hab/pkgs/.*hab-launch run ${WEB.ident}$`))
  const packages = lines.slice(lines.findIndex(line => line.startsWith('Packages ')) + 1)
  expect(packages.slice(0, 3).map(line => line.split(/ +/)[0])).toEqual([
    ...[GLIBC.ident, WEB.ident, SSL.ident],
  ])
  expect(packages[1]).toMatch(/ MIT$/)
  expect(packages[2]).toMatch(/ -$/)
  expect(lines.slice(lines.indexOf('Dependencies') + 1)).toEqual([
    WEB.ident,
    `├─ ${SSL.ident}`,
    `│  └─ ${GLIBC.ident}`,
    `└─ ${GLIBC.ident}`,
  ])
})

test('what depends on itself in a circle is shown once', async () => {
  const [a, b] = ['acme/a/1/20240101000000', 'acme/b/1/20240101000000'] as const
  const circle = await written(
    'circle.tgz',
    await imageTarball([
      { ident: a, deps: [b] },
      { ident: b, deps: [a] },
    ]),
  )
  const lines = formatContents((await inspect(circle, tools())).contents)
  expect(lines.slice(lines.indexOf('Dependencies') + 1)).toEqual([a, `└─ ${b}`, `   └─ ${a} (see above)`])
})

test('a tree of dependencies without end is cut', async () => {
  const idents = Array.from({ length: 150 }, (_, index) => `acme/p${index}/1/20240101000000` as const)
  const packages = idents.map((ident, index) => ({ ident, deps: idents.slice(index + 1) }))
  const dense = await written('dense.tgz', await imageTarball(packages))
  const lines = formatContents((await inspect(dense, tools())).contents)
  // One for the service, and one for each dependency of each package.
  const rest = 1 + (150 * 149) / 2 - 10_000
  expect(lines.slice(lines.indexOf('Dependencies') + 1)).toHaveLength(10_001)
  expect(lines.at(-1)).toBe(`and ${rest} more`)
})
