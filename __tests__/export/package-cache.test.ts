import { createHash } from 'node:crypto'
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startEncoder } from '../../src/codec/gzip/gzip.ts'
import type { Block } from '../../src/codec/tar/blocks.ts'
import { decodeXz } from '../../src/codec/xz/xz.ts'
import type { Exported } from '../../src/export/exported.ts'
import { exportPackage } from '../../src/export/pipeline.ts'
import type { ExportRequest } from '../../src/export/request.ts'
import { openPackages } from '../../src/habitat/sources/packages.ts'
import { wholeImage } from '../../src/image/tarball.ts'
import { silent } from '../../src/lib/report.ts'
import { CacheFolder } from '../../src/package-cache/folder.ts'
import type { PublishedTarball } from '../../src/publish/publisher.ts'
import { appRequest } from '../marathon/app/fixtures.ts'
import { type BuilderServer, startBuilder } from '../testkit/builder-server.ts'
import { makeHart } from '../testkit/hart.ts'
import { noise } from '../testkit/noise.ts'
import { originKey } from '../testkit/origin-key.ts'
import { type PackageSpec, packageEntries } from '../testkit/package-entries.ts'

const RELEASE = '20240102030405'
const acme = originKey('acme')
const MEBIBYTE = 1 << 20

const tool = (name: string, files: PackageSpec['files'] = {}): PackageSpec => ({
  ident: `acme/${name}/1.0/${RELEASE}`,
  files,
})
// Two blocks and a bit, one block, and next to nothing.
const large = tool('large', { 'lib/large.so': noise('large', 2 * MEBIBYTE + 1000), 'lib/a b': 'ä' })
const medium = tool('medium', { 'lib/medium.so': noise('medium', MEBIBYTE / 2) })
const web = (version: string): PackageSpec => ({
  ident: `acme/web/${version}/${RELEASE}`,
  files: { 'hooks/run': '#!/bin/sh\n', 'bin/web': version },
  deps: [large.ident, medium.ident],
  exports: { http: 'port' },
  metafiles: { 'default.toml': 'port = 80\n' },
})
const busybox = tool('busybox-static', { 'bin/busybox': 'elf' })
const cacerts = tool('cacerts', { 'ssl/certs/cacert.pem': 'certificates', 'ssl/cert.pem': 'certificates' })
const own: PackageSpec[] = [
  busybox,
  cacerts,
  tool('hab-launcher', { 'bin/hab-launch': 'elf' }),
  { ...tool('hab-sup', { 'bin/hab-sup': 'elf' }), deps: [busybox.ident, cacerts.ident] },
]

let harts: readonly (readonly [PackageSpec, Buffer])[]
beforeAll(async () => {
  const specs = [...own, large, medium, web('1.0'), web('2.0')]
  harts = await Promise.all(
    specs.map(async spec => [spec, await makeHart({ key: acme, package: spec })] as const),
  )
})

let root: string
let server: BuilderServer
const decode = vi.fn(decodeXz)
const encode = startEncoder({ encoder: 'libdeflate', level: 4 })
const toMember = async (block: Block) => encode(block)
const compress = vi.fn(toMember)
const note = vi.fn<(text: string) => void>()
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cached-export-'))
  server = await startBuilder({ keys: { [acme.name]: acme.publicKeyText } })
  for (const [{ ident, deps }, hart] of harts) {
    server.add({ ident, hart, tdeps: [...(deps ?? [])], channels: ['base'] })
  }
})
afterEach(async () => {
  await server.close()
  await rm(root, { recursive: true })
})

interface Run {
  /** Of the tarball. */
  bytes: Buffer
  exported: Exported
  decoded: number
  blocks: number
  downloads: number
  /** What was said about the cache. */
  notes: string[]
}

let runs = 0

/** One export, on a machine of its own but for the package cache. */
async function run(
  options: Partial<ExportRequest> & { folder?: string; encoding?: string } = {},
): Promise<Run> {
  const { folder, encoding = 'e', ...asked } = options
  const outputDir = join(root, `${runs++}`)
  const home = `${outputDir}-home`
  const from = { url: server.url, channel: 'base' }
  const request = {
    packages: ['acme/web/1.0'],
    supervisor: 'acme/hab-sup',
    launcher: 'acme/hab-launcher',
    target: 'x86_64-linux',
    builder: from,
    base: from,
    artifacts: [],
    keys: [],
    maxPackageSize: 1 << 30,
    outputDir,
    app: {
      ...{ cpus: 1, mem: 1, disk: 0, instances: 1, env: {}, labels: {}, peers: [], binds: [], ports: [] },
      ...{ group: 'default', legacyUris: false, healthCheck: true },
    },
    ...asked,
  } as ExportRequest
  const report = { ...silent, note }
  if (folder) await mkdir(folder, { recursive: true })
  const cache = folder ? new CacheFolder({ folder, encoding, limit: 1 << 30, report }) : undefined
  for (const mock of [decode, compress, note]) mock.mockClear()
  server.requests.length = 0
  const tools = { fetch, decodeXz: decode, report, cache, home, isRoot: false, temporary: root }
  const packages = openPackages(request, tools)
  const exported = await exportPackage(request, {
    packages,
    compress,
    blocksInFlight: 2,
    cache,
    publish: async tarballs =>
      tarballs.map(each => ({ ...each, location: { uri: `https://files.example.com/${each.name}` } })),
    report,
  })
  return {
    bytes: await readFile(tarballOf(exported).path),
    exported,
    decoded: decode.mock.calls.length,
    blocks: compress.mock.calls.length,
    downloads: server.count(/download/),
    notes: note.mock.calls.map(([text]) => text).filter(text => /kept package|package cache/.test(text)),
  }
}

function tarballOf({ tarballs }: Exported): PublishedTarball {
  const whole = wholeImage(tarballs)
  if (!whole) throw new Error('the image is layers')
  return whole
}

const folderOf = (name: string) => join(root, name)

/** The files of the cache, the largest first. */
async function cacheFiles(folder: string): Promise<string[]> {
  const paths = (await readdir(folder)).map(name => join(folder, name))
  const sizes = new Map(await Promise.all(paths.map(async path => [path, (await stat(path)).size] as const)))
  return paths.sort((a, b) => sizes.get(b)! - sizes.get(a)!)
}

function expectSame(one: Run, other: Run): void {
  expect(other.bytes.equals(one.bytes)).toBe(true)
  expect(tarballOf(other.exported).sha256).toBe(createHash('sha256').update(other.bytes).digest('hex'))
  expect(other.exported.packages).toEqual(one.exported.packages)
  expect(other.exported.app).toEqual(one.exported.app)
}

// The generated files are a part without a key; the end of the archive is a block of its own.
const ALWAYS = 2

test('a tarball is the same without a cache, with an empty one and with a full one', async () => {
  const without = await run()
  expect(without).toMatchObject({ downloads: 7 })
  const cold = await run({ folder: folderOf('a') })
  expect(cold).toMatchObject({ downloads: 7, decoded: without.decoded, blocks: without.blocks })
  const warm = await run({ folder: folderOf('a') })
  expect(warm).toMatchObject({ downloads: 0, decoded: 0, blocks: ALWAYS })
  expectSame(without, cold)
  expectSame(without, warm)
  expect([...without.notes, ...cold.notes, ...warm.notes]).toEqual([])
})

test('of two exports, the second reads and compresses only what changed', async () => {
  await run({ folder: folderOf('a') })
  const second = await run({ packages: ['acme/web/2.0'], folder: folderOf('a') })
  // Read for its metadata, and to be packed.
  expect(second).toMatchObject({ downloads: 1, decoded: 2, blocks: ALWAYS + 1 })
  expectSame(await run({ packages: ['acme/web/2.0'] }), second)
})

test('what Marathon would refuse is told before anything is packed', async () => {
  const app = { ...appRequest(), patch: { uris: ['https://files.example.com/other.tgz'] } }
  await expect(run({ app })).rejects.toMatchObject({ code: 'APP_INVALID' })
  expect(compress).not.toHaveBeenCalled()
})

test('nothing of another encoding is taken', async () => {
  const first = await run({ folder: folderOf('a') })
  const second = await run({ folder: folderOf('a'), encoding: 'another' })
  expect(second).toMatchObject({ downloads: 7, blocks: first.blocks })
})

describe('a damaged package', () => {
  test.each<[string, (path: string) => Promise<unknown>]>([
    ['at its start', path => flip(path, 10)],
    ['at the end of its members', path => flip(path, 2 * MEBIBYTE + 500)],
    ['in its description', async path => flip(path, (await stat(path)).size - 100)],
    ['by being cut', async path => truncate(path, (await stat(path)).size - 1)],
    ['by being emptied', path => truncate(path, 0)],
  ])('%s is made anew, and told of', async (_, damage) => {
    const before = await run({ folder: folderOf('a') })
    const [largest] = await cacheFiles(folderOf('a'))
    await damage(largest!)
    const mending = await run({ folder: folderOf('a') })
    expectSame(before, mending)
    expect(mending.notes).toContainEqual(expect.stringContaining(largest!))
    expect(mending).toMatchObject({ downloads: 1, blocks: ALWAYS + 3 })
    const after = await run({ folder: folderOf('a') })
    expectSame(before, after)
    expect(after).toMatchObject({ downloads: 0, blocks: ALWAYS, notes: [] })
  })

  test('is each of them', async () => {
    const before = await run({ folder: folderOf('a') })
    for (const path of await cacheFiles(folderOf('a'))) await flip(path, 5)
    expectSame(before, await run({ folder: folderOf('a') }))
    expect(await run({ folder: folderOf('a') })).toMatchObject({ downloads: 0, blocks: ALWAYS })
  })

  test('is one that has the name of another', async () => {
    const before = await run({ folder: folderOf('a') })
    const [one, other] = await cacheFiles(folderOf('a'))
    await rename(one!, other!)
    expectSame(before, await run({ folder: folderOf('a') }))
  })
})

test('each kept package may be missing', async () => {
  const before = await run({ folder: folderOf('a') })
  for (const path of await cacheFiles(folderOf('a'))) {
    await rm(path)
    expectSame(before, await run({ folder: folderOf('a') }))
  }
})

test('the order in which a cache was filled says nothing', async () => {
  const one = [{ packages: ['acme/web/1.0'] }, { packages: ['acme/web/2.0'] }]
  const digests = async (folder: string, requests: Partial<ExportRequest>[]) => {
    const all = new Map<string, string>()
    for (const request of [...requests, ...requests]) {
      const { exported } = await run({ ...request, folder: folderOf(folder) })
      const name = request.packages![0]!
      expect(all.get(name) ?? tarballOf(exported).sha256).toBe(tarballOf(exported).sha256)
      all.set(name, tarballOf(exported).sha256)
    }
    return all
  }
  expect(await digests('a', one)).toEqual(await digests('b', one.toReversed()))
})

test('two exports at the same time share a cache', async () => {
  const before = await run()
  const [one, other] = await Promise.all([run({ folder: folderOf('a') }), run({ folder: folderOf('a') })])
  expectSame(before, one)
  expectSame(before, other)
  expect((await readdir(folderOf('a'))).filter(name => !name.endsWith('.kept'))).toEqual([])
})

test('what fails in the middle leaves no unfinished package', async () => {
  compress.mockImplementation(async block => {
    if (compress.mock.calls.length > 4) throw new Error('a thread died')
    return toMember(block)
  })
  try {
    await expect(run({ folder: folderOf('a') })).rejects.toThrow('a thread died')
  } finally {
    compress.mockImplementation(toMember)
  }
  expect((await readdir(folderOf('a'))).filter(name => !name.endsWith('.kept'))).toEqual([])
  expectSame(await run(), await run({ folder: folderOf('a') }))
})

describe('installed packages', () => {
  async function install(folder: string, specs: readonly PackageSpec[]): Promise<string> {
    for (const spec of specs) {
      for (const entry of packageEntries(spec)) {
        const path = join(folder, entry.path)
        if (entry.type === 'directory') await mkdir(path, { recursive: true })
        else await writeFile(path, entry.content ?? '', { mode: entry.mode })
      }
      for (const { path, mode = 0, mtime = 0 } of packageEntries(spec).toReversed()) {
        await chmod(join(folder, path), mode)
        await utimes(join(folder, path), mtime, mtime)
      }
    }
    return folder
  }
  const all = [...own, large, medium, web('1.0')]

  test('are read again only where they changed, in whatever way', async () => {
    const fsRoot = await install(join(root, 'fs'), all)
    const first = await run({ fsRoot, folder: folderOf('a') })
    const second = await run({ fsRoot, folder: folderOf('a') })
    expectSame(first, second)
    expect(second.blocks).toBe(ALWAYS)
    await writeFile(join(fsRoot, 'hab/pkgs', web('1.0').ident, 'bin/web'), 'web')
    const third = await run({ fsRoot, folder: folderOf('a') })
    expect(third.blocks).toBe(ALWAYS + 1)
    expect(third.bytes.equals(first.bytes)).toBe(false)
    expectSame(await run({ fsRoot }), third)
  })

  test('are not taken for those of harts, which have other owners and times', async () => {
    const fsRoot = await install(join(root, 'fs'), all)
    const harts = await run({ folder: folderOf('a') })
    expectSame(await run({ fsRoot }), await run({ fsRoot, folder: folderOf('a') }))
    expectSame(harts, await run({ folder: folderOf('a') }))
  })
})

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path)
  bytes[Math.min(at, bytes.length - 1)]! ^= 1
  await writeFile(path, bytes)
}
