import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { decodeXz } from '../../../src/codec/xz/xz.ts'
import { resolveClosure } from '../../../src/habitat/package/closure.ts'
import { parseFullIdent } from '../../../src/habitat/package/ident.ts'
import type { PackageRequest } from '../../../src/habitat/package/request.ts'
import { openPackages, type PackageTools } from '../../../src/habitat/sources/packages.ts'
import { silent } from '../../../src/lib/report.ts'
import { type BuilderServer, startBuilder } from '../../testkit/builder-server.ts'
import { makeHart, writeHart } from '../../testkit/hart.ts'
import { originKey, writePublicKey } from '../../testkit/origin-key.ts'
import type { PackageSpec } from '../../testkit/package-entries.ts'
import { identOf, request } from '../builds.ts'
import { failure } from '../reading.ts'

const R = '20240102030405'
const spec = (ident: string, about: Partial<PackageSpec> = {}): PackageSpec => ({
  ident,
  files: { 'bin/x': 'x' },
  ...about,
})
const glibc = spec(`core/glibc/2/${R}`)
const busybox = spec(`core/busybox-static/1/${R}`)
const cacerts = spec(`core/cacerts/1/${R}`)
const sup = spec(`chef/hab-sup/2/${R}`, { deps: [busybox.ident], tdeps: [busybox.ident, glibc.ident] })
const launcher = spec(`chef/hab-launcher/2/${R}`, { deps: [glibc.ident] })
const app = spec(`acme/app/1/${R}`, { files: { 'hooks/run': '#!/bin/sh\n' }, deps: [glibc.ident] })

let root: string
let home: string
let builder: BuilderServer
let base: BuilderServer
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'packages-'))
  home = join(root, 'home')
  builder = await startBuilder({ keys: keys('acme', 'core') })
  base = await startBuilder({ keys: keys('chef', 'core') })
})
afterEach(async () => {
  await Promise.all([builder.close(), base.close()])
  await rm(root, { recursive: true })
})

function keys(...origins: string[]): Record<string, string> {
  return Object.fromEntries(
    origins.map(origin => originKey(origin)).map(key => [key.name, key.publicKeyText]),
  )
}

function keyOf({ ident }: PackageSpec) {
  return originKey(ident.split('/')[0]!)
}

async function serve(server: BuilderServer, channel: string, ...specs: PackageSpec[]): Promise<void> {
  for (const each of specs) {
    const hart = await makeHart({ key: keyOf(each), package: each })
    server.add({ ident: each.ident, hart, channels: [channel], tdeps: [...(each.tdeps ?? each.deps ?? [])] })
  }
}

function open(about: Partial<PackageRequest> = {}, tools: Partial<PackageTools> = {}) {
  const asked = request({
    builder: { url: builder.url, channel: 'stable' },
    base: { url: base.url, channel: 'base' },
    ...about,
  })
  const usual = { fetch, decodeXz, report: silent, home, isRoot: false, temporary: root }
  const source = openPackages(asked, { ...usual, ...tools })
  return { asked, source }
}

describe('a closure from two Builders and nothing at hand', () => {
  test('comes into the caches of the person, keys from whichever has them', async () => {
    await serve(builder, 'stable', app, glibc)
    await serve(base, 'base', sup, launcher, busybox, cacerts, glibc)
    const { asked, source } = open()
    const closure = await resolveClosure(asked, source, silent)
    expect(closure.packages.map(identOf).sort()).toEqual(
      [app, glibc, sup, launcher, busybox, cacerts].map(each => each.ident).sort(),
    )
    expect((await readdir(join(home, '.hab/cache/artifacts'))).sort()).toEqual(
      closure.packages.map(each => `${identOf(each).replaceAll('/', '-')}-x86_64-linux.hart`).sort(),
    )
    expect((await readdir(join(home, '.hab/cache/keys'))).sort()).toEqual(
      ['acme', 'chef', 'core'].map(origin => `${originKey(origin).name}.pub`),
    )
    // The second time, only what is newest is asked for.
    const [before, beforeBase] = [builder.requests.length, base.requests.length]
    const again = open()
    expect((await resolveClosure(again.asked, again.source, silent)).packages.map(identOf)).toEqual(
      closure.packages.map(identOf),
    )
    const since = [...builder.requests.slice(before), ...base.requests.slice(beforeBase)]
    expect(since.every(({ path }) => /\/latest\?/.test(path))).toBe(true)
  })

  test('names a missing key, and the sources that were asked', async () => {
    await serve(builder, 'stable', spec(`stranger/app/1/${R}`))
    const { source } = open()
    const error = await failure(
      source.open(parseFullIdent(`stranger/app/1/${R}`), { url: builder.url, channel: 'stable' }),
    )
    expect(error.code).toBe('KEY_UNKNOWN')
    expect(error.message).toContain('stranger-20240101000000')
    expect(builder.count(/stranger\/keys/) + base.count(/stranger\/keys/)).toBe(2)
  })
})

describe('what a person names', () => {
  test('is looked through first and not written to', async () => {
    const [artifacts, keyFolder] = [join(root, 'artifacts'), join(root, 'keys')]
    await writeHart(artifacts, { key: originKey('acme'), package: app })
    await writePublicKey(keyFolder, originKey('acme'))
    await serve(builder, 'stable', glibc)
    const { source } = open({ artifacts: [artifacts], keys: [keyFolder] })
    const from = { url: builder.url, channel: 'stable' }
    expect(await source.newest({ origin: 'acme', name: 'app' }, from)).toMatchObject({
      source: 'artifact cache',
    })
    expect(builder.requests).toEqual([])
    await source.open(parseFullIdent(glibc.ident), from)
    expect((await readdir(artifacts)).length).toBe(1)
    expect((await readdir(keyFolder)).length).toBe(1)
    expect(await readdir(join(home, '.hab/cache/artifacts'))).toHaveLength(1)
    expect(await readdir(join(home, '.hab/cache/keys'))).toEqual([`${originKey('core').name}.pub`])
  })
})

test("a person's own cache answers for exact builds, and is not searched for the newest", async () => {
  await writeHart(join(home, '.hab/cache/artifacts'), { key: originKey('acme'), package: app })
  await writePublicKey(join(home, '.hab/cache/keys'), originKey('acme'))
  const { source } = open()
  const from = { url: builder.url, channel: 'stable' }
  expect(await source.newest({ origin: 'acme', name: 'app' }, from)).toBeUndefined()
  const before = builder.requests.length
  expect((await source.open(parseFullIdent(app.ident), from))?.metadata.runnable).toBe(true)
  expect(builder.requests.length).toBe(before)
})

describe('a root that is named', () => {
  test('is where packages come from', async () => {
    const { source } = open({ fsRoot: root })
    expect(
      await source.newest({ origin: 'acme', name: 'app' }, { url: builder.url, channel: 'stable' }),
    ).toBeUndefined()
    expect(builder.requests).toEqual([])
  })

  test.each([
    ['the package', [], `There is no package acme/app installed under`],
    [
      'what it depends on',
      [app, sup, launcher, busybox, cacerts],
      `${glibc.ident}, which ${app.ident} needs, is not installed under`,
    ],
  ])('without %s is to blame, and not Builder', async (_, there, problem) => {
    for (const { ident, deps = [], tdeps = deps } of there) {
      const folder = join(root, 'hab/pkgs', ident)
      await mkdir(join(folder, 'hooks'), { recursive: true })
      const files = {
        IDENT: ident,
        TARGET: 'x86_64-linux',
        TDEPS: tdeps.join('\n'),
        'hooks/run': '',
        'bin/x': '',
      }
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, name)), { recursive: true })
        await writeFile(join(folder, name), text)
      }
    }
    const { asked, source } = open({ fsRoot: root })
    const error = await failure(resolveClosure(asked, source, silent))
    expect(error.message).toContain(`${problem} ${join(root, 'hab/pkgs')}. `)
    expect(error.message).toContain('--fs-root')
    expect(error.message).not.toMatch(/channel|--url|--artifacts/)
  })
})

test('the token goes to the Builders, and is in no message', async () => {
  await serve(builder, 'stable', app)
  builder.fault({ kind: 'status', status: 403, times: 9 })
  const { source } = open({ token: 'secret-token' })
  const error = await failure(
    source.newest({ origin: 'acme', name: 'app' }, { url: builder.url, channel: 'stable' }),
  )
  expect(builder.requests[0]?.headers.authorization).toBe('Bearer secret-token')
  expect(error.message).not.toContain('secret-token')
})

test('a package that may not unpack to so much', async () => {
  const hart = await makeHart({
    key: originKey('acme'),
    package: spec(`acme/big/1/${R}`, { files: { big: Buffer.alloc(100_000) } }),
  })
  await writeFile(join(root, 'big.hart'), hart)
  const error = await failure(open({ maxPackageSize: 50_000 }).source.openFile(join(root, 'big.hart')))
  expect(error.code).toBe('ARCHIVE_TOO_LARGE')
  expect(error.message).toContain('50000')
})

describe('without WebAssembly', () => {
  beforeEach(() => void vi.stubGlobal('WebAssembly', undefined))
  afterEach(() => void vi.unstubAllGlobals())
  const tools = (): PackageTools => ({
    ...{ fetch, decodeXz, report: silent, home, isRoot: false, temporary: root },
  })

  test('harts are refused before anything is fetched', () => {
    const open = () => openPackages(request({ packages: [app.ident] }), tools())
    expect(open).toThrow(
      expect.objectContaining({ code: 'NO_WEBASSEMBLY', message: expect.stringContaining('--fs-root') }),
    )
  })

  test('installed packages are still read', () => {
    expect(() => openPackages(request({ packages: [app.ident], fsRoot: root }), tools())).not.toThrow()
  })
})
