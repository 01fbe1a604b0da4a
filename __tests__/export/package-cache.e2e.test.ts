import { createHash } from 'node:crypto'
import {
  chmod,
  cp,
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
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startEncoder } from '../../src/codec/gzip/gzip.ts'
import type { Block } from '../../src/codec/tar/blocks.ts'
import { decodeXz } from '../../src/codec/xz/xz.ts'
import type { Exported } from '../../src/export/exported.ts'
import { exportPackage } from '../../src/export/pipeline.ts'
import type { ExportRequest } from '../../src/export/request.ts'
import { stageExport } from '../../src/export/staging.ts'
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
import { tarOf } from '../testkit/tar.ts'
import { xzStored } from '../testkit/xz.ts'

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

let root: string
let server: BuilderServer
/** A cache that the first export has filled, and that export. */
let filled: string
let before: Run
const decode = vi.fn(decodeXz)
const encode = startEncoder({ encoder: 'libdeflate', level: 4 })
const toMember = async (block: Block) => encode(block)
const compress = vi.fn(toMember)
const note = vi.fn<(text: string) => void>()
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cached-export-'))
  server = await startBuilder({ keys: { [acme.name]: acme.publicKeyText } })
  for (const spec of [...own, large, medium, web('1.0'), web('2.0')]) {
    // How it is compressed is of no account here.
    const hart = await makeHart({ key: acme, body: xzStored(await tarOf(packageEntries(spec))) })
    server.add({ ident: spec.ident, hart, tdeps: [...(spec.deps ?? [])], channels: ['base'] })
  }
  filled = newFolder()
  before = await run({ folder: filled })
})
afterAll(async () => {
  await server.close()
  await rm(root, { recursive: true })
})

let folders = 0
const newFolder = () => join(root, `${folders++}`)

/** A copy of the filled cache. */
async function copyOfFilled(): Promise<string> {
  const folder = newFolder()
  await cp(filled, folder, { recursive: true })
  return folder
}

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

/** One export, on a machine of its own but for the package cache. */
async function run(
  options: Partial<ExportRequest> & { folder?: string; encoding?: string } = {},
): Promise<Run> {
  const { folder, encoding = 'e', ...asked } = options
  const outputDir = newFolder()
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
  const exported = await stageExport(request, staging =>
    exportPackage(request, {
      staging,
      packages,
      compress,
      blocksInFlight: 2,
      cache,
      publish: async tarballs =>
        tarballs.map(each => ({ ...each, location: { uri: `https://files.example.com/${each.name}` } })),
      report,
    }),
  )
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
  expect(before).toMatchObject({ downloads: 7, decoded: without.decoded, blocks: without.blocks })
  const warm = await run({ folder: await copyOfFilled() })
  expect(warm).toMatchObject({ downloads: 0, decoded: 0, blocks: ALWAYS })
  expectSame(without, before)
  expectSame(without, warm)
  expect([...without.notes, ...before.notes, ...warm.notes]).toEqual([])
})

test('of two exports, the second reads and compresses only what changed', async () => {
  const second = await run({ packages: ['acme/web/2.0'], folder: await copyOfFilled() })
  // Read for its metadata, and to be packed.
  expect(second).toMatchObject({ downloads: 1, decoded: 2, blocks: ALWAYS + 1 })
  expectSame(await run({ packages: ['acme/web/2.0'] }), second)
})

test('what Marathon would refuse is reported before anything is packed', async () => {
  const app = { ...appRequest(), patch: { uris: ['https://files.example.com/other.tgz'] } }
  await expect(run({ app })).rejects.toMatchObject({ code: 'APP_INVALID' })
  expect(compress).not.toHaveBeenCalled()
})

test('nothing of another encoding is taken', async () => {
  const second = await run({ folder: await copyOfFilled(), encoding: 'another' })
  expect(second).toMatchObject({ downloads: 7, blocks: before.blocks })
})

describe('a damaged package', () => {
  test.each<[string, (path: string) => Promise<unknown>]>([
    ['at its start', path => flip(path, 10)],
    ['at the end of its members', path => flip(path, 2 * MEBIBYTE + 500)],
    ['in its description', async path => flip(path, (await stat(path)).size - 100)],
    ['by being cut', async path => truncate(path, (await stat(path)).size - 1)],
    ['by being emptied', path => truncate(path, 0)],
  ])('%s is made again, and reported', async (_, damage) => {
    const folder = await copyOfFilled()
    const [largest] = await cacheFiles(folder)
    await damage(largest!)
    const replacing = await run({ folder })
    expectSame(before, replacing)
    expect(replacing.notes).toContainEqual(expect.stringContaining(largest!))
    expect(replacing).toMatchObject({ downloads: 1, blocks: ALWAYS + 3 })
    const after = await run({ folder })
    expectSame(before, after)
    expect(after).toMatchObject({ downloads: 0, blocks: ALWAYS, notes: [] })
  })

  test('is each of them', async () => {
    const folder = await copyOfFilled()
    for (const path of await cacheFiles(folder)) await flip(path, 5)
    expectSame(before, await run({ folder }))
    expect(await run({ folder })).toMatchObject({ downloads: 0, blocks: ALWAYS })
  })

  test('is one that has the name of another', async () => {
    const folder = await copyOfFilled()
    const [one, other] = await cacheFiles(folder)
    await rename(one!, other!)
    expectSame(before, await run({ folder }))
  })
})

test('each kept package may be missing', async () => {
  const folder = await copyOfFilled()
  for (const path of await cacheFiles(folder)) {
    await rm(path)
    expectSame(before, await run({ folder }))
  }
})

test('the order in which a cache was filled says nothing', async () => {
  const one = [{ packages: ['acme/web/1.0'] }, { packages: ['acme/web/2.0'] }]
  const digests = async (requests: Partial<ExportRequest>[]) => {
    const folder = newFolder()
    const all = new Map<string, string>()
    for (const request of [...requests, ...requests]) {
      const { exported } = await run({ ...request, folder })
      const name = request.packages![0]!
      expect(all.get(name) ?? tarballOf(exported).sha256).toBe(tarballOf(exported).sha256)
      all.set(name, tarballOf(exported).sha256)
    }
    return all
  }
  expect(await digests(one)).toEqual(await digests(one.toReversed()))
})

test('two exports at the same time share a cache', async () => {
  const folder = newFolder()
  const [one, other] = await Promise.all([run({ folder }), run({ folder })])
  expectSame(before, one)
  expectSame(before, other)
  expect((await readdir(folder)).filter(name => !name.endsWith('.kept'))).toEqual([])
})

test('what fails in the middle leaves no unfinished package', async () => {
  const folder = newFolder()
  compress.mockImplementation(async block => {
    if (compress.mock.calls.length > 4) throw new Error('a thread died')
    return toMember(block)
  })
  try {
    await expect(run({ folder })).rejects.toThrow('a thread died')
  } finally {
    compress.mockImplementation(toMember)
  }
  expect((await readdir(folder)).filter(name => !name.endsWith('.kept'))).toEqual([])
  expectSame(before, await run({ folder }))
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
    const fsRoot = await install(newFolder(), all)
    const folder = newFolder()
    const first = await run({ fsRoot, folder })
    const second = await run({ fsRoot, folder })
    expectSame(first, second)
    expect(second.blocks).toBe(ALWAYS)
    await writeFile(join(fsRoot, 'hab/pkgs', web('1.0').ident, 'bin/web'), 'web')
    const third = await run({ fsRoot, folder })
    expect(third.blocks).toBe(ALWAYS + 1)
    expect(third.bytes.equals(first.bytes)).toBe(false)
    expectSame(await run({ fsRoot }), third)
  })

  test('are not taken for those of harts, which have other owners and times', async () => {
    const fsRoot = await install(newFolder(), all)
    const folder = await copyOfFilled()
    expectSame(await run({ fsRoot }), await run({ fsRoot, folder }))
    expectSame(before, await run({ folder }))
  })
})

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path)
  bytes[Math.min(at, bytes.length - 1)]! ^= 1
  await writeFile(path, bytes)
}
