import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeExample } from '../../examples/make.ts'
import { startEncoder } from '../../src/codec/gzip/gzip.ts'
import { decodeXz } from '../../src/codec/xz/xz.ts'
import { type Exported, layerBytes, packagesIn } from '../../src/export/exported.ts'
import { exportPackage } from '../../src/export/pipeline.ts'
import type { ExportRequest } from '../../src/export/request.ts'
import { stageExport } from '../../src/export/staging.ts'
import { openPackages } from '../../src/habitat/sources/packages.ts'
import { LAYERINGS, type Layering } from '../../src/image/layers.ts'
import type { NamedTarball } from '../../src/image/tarball.ts'
import { silent } from '../../src/lib/report.ts'
import { CacheFolder } from '../../src/package-cache/folder.ts'
import { publishNowhere } from '../../src/publish/none.ts'
import type { PublishedTarball, Publisher } from '../../src/publish/publisher.ts'
import { request as packageRequest } from '../habitat/builds.ts'
import { appRequest } from '../marathon/app/fixtures.ts'
import { writeHart } from '../testkit/hart.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import type { PackageSpec } from '../testkit/package-entries.ts'

const OLD = '20240102030405'
const NEW = '20240203040506'
const STAND_IN = '20240101000000'

const tool = (ident: string, deps: string[] = [], content = ident): PackageSpec => ({
  ident,
  files: { 'lib/lib.so': content, 'lib/alias.so': { symlink: 'lib.so' } },
  deps,
})
const service = (ident: string, deps: string[]): PackageSpec => ({
  ...tool(ident, deps),
  files: { 'hooks/run': '#!/bin/sh\n', 'bin/program': ident },
})
const theirs = tool(`their/library/1.0/${OLD}`)
const [lib, newLib] = [tool(`acme/library/1.0/${OLD}`), tool(`acme/library/1.1/${NEW}`)]
const web = service(`acme/web/1.0/${OLD}`, [lib.ident, theirs.ident])
// Only the release is another, and of the library nothing.
const rebuilt = service(`acme/web/1.0/${NEW}`, [lib.ident, theirs.ident])
const newWeb = service(`acme/web/1.1/${NEW}`, [newLib.ident, theirs.ident])
const shop = service(`acme/shop/3.0/${OLD}`, [lib.ident, theirs.ident])
const supervisor: PackageSpec = {
  ident: `stand-in/hab-sup/0.2.0/${NEW}`,
  files: { 'bin/hab-sup': '#!/bin/sh\n' },
  deps: [`stand-in/busybox-static/0.1.0/${STAND_IN}`, `stand-in/cacerts/0.1.0/${STAND_IN}`],
}

let root: string
let harts: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'export-layers-'))
  harts = join(root, 'harts')
  await mkdir(harts)
  await makeExample({ artifactsDir: harts, keysDir: harts })
  for (const spec of [theirs, lib, newLib, web, rebuilt, newWeb, shop, supervisor]) {
    const key = originKey(spec.ident.split('/')[0]!)
    await writeHart(harts, { key, package: spec })
    await writePublicKey(harts, key)
  }
})
afterAll(() => rm(root, { recursive: true }))

interface Changes extends Partial<Omit<ExportRequest, 'cache'>> {
  cache?: CacheFolder
  publish?: Publisher
}

const encode = startEncoder({ encoder: 'libdeflate', level: 4 })

async function run({ ident }: PackageSpec, { cache, publish, ...asked }: Changes = {}): Promise<Exported> {
  const request: ExportRequest = {
    ...packageRequest({ packages: [ident] }),
    supervisor: `stand-in/hab-sup/0.1.0/${STAND_IN}`,
    launcher: 'stand-in/hab-launcher',
    outputDir: await mkdtemp(join(root, 'output-')),
    artifacts: [harts],
    keys: [harts],
    compressionLevel: 4,
    layering: 'package',
    app: appRequest(),
    ...asked,
  }
  const fetch = () => Promise.reject(new TypeError('nobody answers'))
  const tools = { fetch, decodeXz, report: silent, home: root, isRoot: false, temporary: root, cache }
  return stageExport(request, staging =>
    exportPackage(request, {
      staging,
      packages: openPackages(request, tools),
      cache,
      compress: async block => encode(block),
      blocksInFlight: 2,
      publish: publish ?? publishNowhere(request, silent),
      report: silent,
    }),
  )
}

function layersOf({ tarballs }: Exported): readonly PublishedTarball[] {
  expect(tarballs.map(({ isLayer }) => isLayer)).not.toContain(false)
  return tarballs
}

/** The names of the layers, each under the packages in it. */
function namesOf(exported: Exported): Record<string, string> {
  return Object.fromEntries(layersOf(exported).map(layer => [packagesIn(layer).join(' '), layer.name]))
}

describe.each(LAYERINGS)('%s', layering => {
  test('layers are what they say, in the order in which they are fetched', async () => {
    const outputDir = join(root, `order-${layering}`)
    const exported = await run(web, { layering, outputDir })
    const layers = layersOf(exported)
    for (const { path, name, size, sha256, location } of layers) {
      const bytes = await readFile(path)
      const digest = createHash('sha256').update(bytes).digest('hex')
      expect({ path, name, size, sha256 }).toEqual({
        path: join(outputDir, 'layers', `sha256-${digest}.tgz`),
        name: `sha256-${digest}.tgz`,
        size: bytes.length,
        sha256: digest,
      })
      expect(location.existing).toBe(false)
    }
    const fetch = exported.app.fetch as { uri: string }[]
    expect(fetch.map(({ uri }) => uri)).toEqual(layers.map(({ location }) => location.uri))
    const packages = layers.flatMap(packagesIn)
    expect(packages.toSorted()).toEqual(exported.packages.map(({ ident }) => ident).toSorted())
    expect(layerBytes(layers).added).toBe(layerBytes(layers).total)
    expect((await readdir(outputDir)).sort()).toEqual([`acme-web-1.0-${OLD}.json`, 'layers'])
    expect((await readdir(join(outputDir, 'layers'))).sort()).toEqual(layers.map(({ name }) => name).sort())
  })

  test('their names are the same again, with a cache of compressed packages and from it', async () => {
    const cache = new CacheFolder({
      ...{ folder: await mkdtemp(join(root, 'cache-')), limit: 1 << 30, encoding: 'e', report: silent },
    })
    const usual = namesOf(await run(web, { layering }))
    expect(namesOf(await run(web, { layering }))).toEqual(usual)
    expect(namesOf(await run(web, { layering, cache }))).toEqual(usual)
    expect(namesOf(await run(web, { layering, cache }))).toEqual(usual)
  })

  test('where publishing fails, the output folder is as it was', async () => {
    const outputDir = join(root, `failing-${layering}`)
    const publish = () => Promise.reject(new Error('no room'))
    await expect(run(web, { layering, outputDir, publish })).rejects.toThrow('no room')
    await expect(readdir(outputDir)).rejects.toThrow('ENOENT')
  })
})

test('a publisher is given whole files under their names, and what it says is what agents fetch', async () => {
  const given: NamedTarball[] = []
  const digests: string[] = []
  const exported = await run(web, {
    publish: async tarballs => {
      given.push(...tarballs)
      for (const { path } of tarballs) {
        digests.push(
          createHash('sha256')
            .update(await readFile(path))
            .digest('hex'),
        )
      }
      return tarballs.map((each, index) => ({
        ...each,
        location: { uri: `https://a.test/${each.sha256}`, existing: index !== 1 },
      }))
    },
  })
  expect(given.map(({ sha256 }) => sha256)).toEqual(digests)
  expect(given.map(({ name }) => name)).toEqual(digests.map(digest => `sha256-${digest}.tgz`))
  expect(new Set(given.map(({ ident }) => ident.name))).toEqual(new Set(['web']))
  expect((exported.app.fetch as { uri: string }[]).map(({ uri }) => uri)).toEqual(
    digests.map(digest => `https://a.test/${digest}`),
  )
  expect(layerBytes(layersOf(exported)).added).toBe(given[1]!.size)
})

describe('the name of a layer depends on its content alone', () => {
  const before: Partial<Record<Layering, Record<string, string>>> = {}
  beforeAll(async () => {
    for (const layering of LAYERINGS) before[layering] = namesOf(await run(web, { layering }))
  })
  const generated = (names: Record<string, string>) =>
    Object.entries(names).find(([packages]) => packages === '' || packages.includes('acme/'))![1]

  test.each<[string, Layering, PackageSpec, Changes, changed: RegExp]>([
    ['the service is built again', 'package', rebuilt, {}, /^$|^acme\/web\//],
    ['the service and a library are', 'package', newWeb, {}, /^$|^acme\/(web|library)\//],
    ['another service', 'package', shop, {}, /^$|^acme\/(web|shop)\//],
    ['another Supervisor', 'package', web, { supervisor: supervisor.ident }, /^$|^stand-in\/hab-sup\//],
    ['the service is built again', 'auto', rebuilt, {}, /acme\//],
    ['the service and a library are', 'auto', newWeb, {}, /acme\//],
    ['another service', 'auto', shop, {}, /acme\//],
  ])('%s, by %s', async (_, layering, spec, changes, changed) => {
    const usual = before[layering]!
    const after = namesOf(await run(spec, { layering, ...changes }))
    const same = (names: Record<string, string>) =>
      Object.fromEntries(Object.entries(names).filter(([packages]) => !changed.test(packages)))
    expect(Object.keys(same(usual)).length).toBeGreaterThan(0)
    expect(same(after)).toEqual(same(usual))
    // The launch script and the times of what is generated are the service's.
    expect(generated(after)).not.toBe(generated(usual))
    const kept = new Set(Object.values(same(usual)))
    const others = Object.values(after).filter(name => !kept.has(name))
    expect(others.filter(name => Object.values(usual).includes(name))).toEqual([])
    expect(others).toHaveLength(Object.keys(after).filter(packages => changed.test(packages)).length)
  })

  test('by auto, another Supervisor changes both', async () => {
    const usual = Object.values(before.auto!)
    const after = Object.values(namesOf(await run(web, { layering: 'auto', supervisor: supervisor.ident })))
    expect(after).toHaveLength(2)
    expect(after.filter(name => usual.includes(name))).toEqual([])
  })

  test('into a folder with those of another export, the others stay, and identical ones are kept', async () => {
    const outputDir = join(root, 'twice')
    const first = layersOf(await run(web, { outputDir }))
    const second = layersOf(await run(newWeb, { outputDir }))
    const names = (layers: readonly PublishedTarball[]) => layers.map(({ name }) => name)
    expect((await readdir(join(outputDir, 'layers'))).sort()).toEqual(
      [...new Set([...names(first), ...names(second)])].sort(),
    )
    expect(names(second.filter(({ location }) => location.existing))).toEqual(
      names(second).filter(name => names(first).includes(name)),
    )
    const added = second.filter(({ location }) => !location.existing)
    expect(added.map(packagesIn)).toEqual([[], [newLib.ident], [newWeb.ident]])
    expect(layerBytes(second)).toEqual({
      total: second.reduce((sum, { size }) => sum + size, 0),
      added: added.reduce((sum, { size }) => sum + size, 0),
    })
  })
})
