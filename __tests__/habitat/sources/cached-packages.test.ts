import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { decodeXz } from '../../../src/codec/xz/xz.ts'
import { createBuilder } from '../../../src/habitat/builder/builder.ts'
import { parseFullIdent, parseIdent } from '../../../src/habitat/package/ident.ts'
import { metadataToJson } from '../../../src/habitat/package/metadata-json.ts'
import type { Package } from '../../../src/habitat/package/package.ts'
import { CachedPackages } from '../../../src/habitat/sources/cached-packages.ts'
import { HartPackages } from '../../../src/habitat/sources/harts.ts'
import { KeyRing } from '../../../src/habitat/sources/key-ring.ts'
import { silent } from '../../../src/lib/report.ts'
import { CacheFolder } from '../../../src/package-cache/folder.ts'
import { blake2b256 } from '../../testkit/blake2b.ts'
import { type BuilderServer, startBuilder } from '../../testkit/builder-server.ts'
import { makeHart, writeHart } from '../../testkit/hart.ts'
import { originKey, writePublicKey } from '../../testkit/origin-key.ts'
import { type PackageSpec, packageEntries } from '../../testkit/package-entries.ts'
import { tarOf } from '../../testkit/tar.ts'
import { xz } from '../../testkit/xz.ts'
import { drain, failure, read } from '../reading.ts'

const TARGET = 'x86_64-linux'
const acme = originKey('acme')
const id = 'acme/app/1.0/20240102030405'
const ident = parseFullIdent(id)
const spec: PackageSpec = {
  ident: id,
  exports: { port: 'server.port' },
  svcUser: 'app',
  files: { 'bin/app': '#!/bin/sh\n', 'share/text': 'text' },
}
const file = `acme-app-1.0-20240102030405-${TARGET}.hart`

let root: string
let artifacts: string
let server: BuilderServer
const decode = vi.fn(decodeXz)
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cached-'))
  artifacts = join(root, 'artifacts')
  await mkdir(artifacts)
  await mkdir(join(root, 'kept'))
  await writePublicKey(join(root, 'keys'), acme)
  server = await startBuilder({ keys: { [acme.name]: acme.publicKeyText } })
  decode.mockClear()
})
afterEach(async () => {
  await server.close()
  await rm(root, { recursive: true })
})

const from = () => ({ url: server.url, channel: 'stable' })

function cache(): CacheFolder {
  return new CacheFolder({ folder: join(root, 'kept'), encoding: 'e', limit: 1 << 24, report: silent })
}

/** As in a run of the program of its own. */
function packages({ target = TARGET } = {}): CachedPackages {
  const harts = new HartPackages({
    target,
    searched: [artifacts],
    caches: [artifacts],
    storeIn: artifacts,
    temporary: root,
    keys: new KeyRing({ folders: [join(root, 'keys')] }),
    builder: url => createBuilder({ maxPackageSize: 1 << 30, url, fetch, retry: { tries: 1 } }),
    decodeXz: decode,
    maxPackageSize: 1 << 24,
    cache: cache(),
    report: silent,
  })
  return new CachedPackages(harts, cache(), target)
}

/** What packing does. */
async function keep(pkg: Package, metadata: unknown = metadataToJson(pkg.metadata)): Promise<void> {
  const writer = await cache().create(pkg.contentKey!, metadata)
  await writer.write(Uint8Array.from(Buffer.from('members')), 7)
  await writer.commit()
}

/** An export before this one, of a hart that is only at the Builder. @returns the package as it was read then */
async function exported(): Promise<Package> {
  server.add({ ident: id, hart: await makeHart({ key: acme, package: spec }), channels: ['stable'] })
  const opened = await packages().open(ident, from())
  await keep(opened!)
  await rm(join(artifacts, file))
  server.requests.length = 0
  decode.mockClear()
  return opened!
}

async function lose(): Promise<void> {
  await rm(join(root, 'kept'), { recursive: true })
  await mkdir(join(root, 'kept'))
}

describe('a package whose bytes were kept', () => {
  test('is neither downloaded nor decoded, and its key is not looked up', async () => {
    const before = await exported()
    await rm(join(root, 'keys'), { recursive: true })
    const opened = await packages().open(ident, from())
    expect(opened?.metadata).toEqual(before.metadata)
    expect(opened?.contentKey).toBe(before.contentKey)
    expect(server.requests).toEqual([])
    expect(decode).not.toHaveBeenCalled()
  })

  test('is looked up again if an earlier version kept it, which kept only the key', async () => {
    const { contentKey } = await exported()
    const alias = await cache().create(`ident ${id} ${TARGET}`, contentKey)
    await alias.commit()
    expect((await packages().open(ident, from()))?.contentKey).toBe(contentKey)
    expect(server.count(/download/)).toBe(1)
    expect(decode).not.toHaveBeenCalled()
  })

  test('has the digests of its hart, which is needed only the first time', async () => {
    await exported()
    const hart = await makeHart({ key: acme, package: spec })
    const digests = { sha256: createHash('sha256').update(hart).digest('hex'), blake2b256: blake2b256(hart) }
    for (let time = 0; time < 2; time++) {
      expect(await (await packages().open(ident, from()))!.hartDigests!()).toEqual(digests)
      await rm(join(artifacts, file), { force: true })
    }
    expect(server.count(/download/)).toBe(1)
    expect(decode).not.toHaveBeenCalled()
  })

  test('has no digests of another build under its ident', async () => {
    await exported()
    const other = { ...spec, files: { 'share/text': 'other' } }
    await writeFile(join(artifacts, file), await makeHart({ key: acme, package: other }))
    const opened = await packages().open(ident, from())
    await expect(opened!.hartDigests!()).rejects.toMatchObject({ code: 'CONTENT_CHANGED' })
  })

  test('is one package, however often it is opened', async () => {
    await exported()
    const source = packages()
    const [one, other] = await Promise.all([source.open(ident, from()), source.open(ident, from())])
    expect(one).toBe(other)
  })

  test('is read after all where its entries are wanted, once', async () => {
    await exported()
    const opened = await packages().open(ident, from())
    for (let time = 0; time < 2; time++) {
      expect(await read(opened!.entries())).toContainEqual(
        expect.objectContaining({ path: `hab/pkgs/${id}/share/text`, content: 'text' }),
      )
    }
    expect(server.count(/download/)).toBe(1)
  })

  test('takes one request if only the newest is asked for', async () => {
    await exported()
    const source = packages()
    const newest = await source.newest(parseIdent('acme/app'), from())
    expect((await source.open(newest!.ident, from()))?.metadata.ident).toEqual(ident)
    expect(server.requests).toHaveLength(1)
    expect(decode).not.toHaveBeenCalled()
  })

  test.each<[string, (before: Package) => Promise<void>]>([
    ['whose bytes are no longer kept', lose],
    [
      'whose entry has lost its metadata',
      before => keep(before, { ...metadataToJson(before.metadata), exports: 'none' }),
    ],
    [
      'whose ident leads to the entry of another',
      async before => {
        const metadata = { ...metadataToJson(before.metadata), ident: 'acme/other/1.0/20240102030405' }
        await keep({ ...before, contentKey: 'other' }, metadata)
        await (await cache().create(`ident ${id} ${TARGET}`, 'other')).commit()
      },
    ],
    [
      'whose ident leads to nothing of the kind',
      async () => void (await (await cache().create(`ident ${id} ${TARGET}`, { hart: 1 })).commit()),
    ],
  ])('%s is read as if it were new', async (_, change) => {
    const before = await exported()
    await change(before)
    const opened = await packages().open(ident, from())
    expect(opened?.metadata).toEqual(before.metadata)
    expect(server.count(/download/)).toBe(1)
  })

  test('is not found by an export for another target', async () => {
    await exported()
    expect(await packages({ target: 'aarch64-linux' }).open(ident, from())).toBeUndefined()
    expect(server.requests).not.toEqual([])
  })

  test('gives way to a hart of the same ident that is given', async () => {
    await exported()
    const path = join(root, 'given.hart')
    await writeFile(path, await makeHart({ key: acme, package: { ...spec, svcUser: 'other' } }))
    const source = packages()
    const given = await source.openFile(path)
    expect(given.metadata.svcUser).toBe('other')
    expect(await source.open(ident, from())).toBe(given)
  })

  test('cannot be silently replaced by another build', async () => {
    await exported()
    const opened = await packages().open(ident, from())
    await lose()
    await writeHart(artifacts, { key: acme, package: { ...spec, svcUser: 'other' } })
    expect((await failure(drain(opened!.entries()))).code).toBe('CONTENT_CHANGED')
    // The next run is not led there again.
    const again = await packages().open(ident, from())
    expect(again?.metadata.svcUser).toBe('other')
    expect(await read(again!.entries())).toContainEqual(expect.objectContaining({ content: 'text' }))
  })

  test('and that has gone from everywhere else', async () => {
    await exported()
    const opened = await packages().open(ident, from())
    await server.close()
    server = await startBuilder({})
    const error = await failure(drain(opened!.entries()))
    expect(error.code).toMatch(/HTTP_|PACKAGE_NOT_FOUND/)
    expect(error.message).toContain(id)
  })
})

test('a hart for a different target than its name says is reported each time', async () => {
  const hart = await makeHart({ key: acme, package: { ...spec, target: 'aarch64-linux' } })
  await writeFile(join(artifacts, file), hart)
  for (let time = 0; time < 2; time++) {
    const opened = await packages().open(ident, from())
    expect(opened?.metadata.target).toBe('aarch64-linux')
    await keep(opened!)
  }
})

describe('a hart at hand whose bytes were kept', () => {
  async function atHand(hart: Uint8Array): Promise<string> {
    const path = join(root, 'given.hart')
    await writeFile(path, hart)
    return path
  }

  test('that was given is verified and not decoded', async () => {
    const before = await exported()
    const path = await atHand(await makeHart({ key: acme, package: spec }))
    const given = await packages().openFile(path)
    expect(given.metadata).toEqual(before.metadata)
    expect(given.contentKey).toBe(before.contentKey)
    expect(decode).not.toHaveBeenCalled()
    expect(await read(given.entries())).toContainEqual(expect.objectContaining({ content: 'text' }))
  })

  test('that is the newest in an artifact cache is not decoded', async () => {
    await exported()
    await writeHart(artifacts, { key: acme, package: spec })
    const source = packages()
    const newest = await source.newest(parseIdent('acme/app'), from())
    await source.open(newest!.ident, from())
    expect(newest?.ident).toEqual(ident)
    expect(decode).not.toHaveBeenCalled()
    expect(server.requests).toEqual([])
  })

  test('is decoded where its bytes differ, though its ident does not', async () => {
    await exported()
    const path = await atHand(await makeHart({ key: acme, package: { ...spec, svcUser: 'other' } }))
    expect((await packages().openFile(path)).metadata.svcUser).toBe('other')
    expect(decode).toHaveBeenCalledTimes(1)
  })

  test.each<[string, () => Promise<Uint8Array>, string]>([
    [
      'that is damaged',
      async () => {
        const hart = await makeHart({ key: acme, package: spec })
        hart[hart.length - 1]! ^= 1
        return hart
      },
      'HART_HASH',
    ],
    [
      'that another origin signed',
      async () => makeHart({ key: originKey('evil'), body: xz(await tarOf(packageEntries(spec))) }),
      'HART_SIGNER',
    ],
  ])('and %s is refused as ever', async (_, make, code) => {
    const path = await atHand(await make())
    await writePublicKey(join(root, 'keys'), originKey('evil'))
    await exported()
    expect((await failure(packages().openFile(path))).code).toBe(code)
  })
})

test('a missing package leaves nothing in the cache', async () => {
  expect(await packages().open(ident, from())).toBeUndefined()
  expect(await readdir(join(root, 'kept'))).toEqual([])
})

test('what was read but not packed is read again', async () => {
  await writeHart(artifacts, { key: acme, package: spec })
  await packages().open(ident, from())
  decode.mockClear()
  expect(await packages().open(ident, from())).toBeDefined()
  expect(decode).toHaveBeenCalledTimes(1)
  expect((await readFile(join(artifacts, file))).length).toBeGreaterThan(0)
})
