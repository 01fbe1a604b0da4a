import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { decodeXz } from '../../../src/codec/xz/xz.ts'
import { createBuilder } from '../../../src/habitat/builder/builder.ts'
import { parseFullIdent, parseIdent } from '../../../src/habitat/package/ident.ts'
import { HartPackages, type HartPackagesOptions } from '../../../src/habitat/sources/harts.ts'
import { KeyRing } from '../../../src/habitat/sources/key-ring.ts'
import { MesosizeError } from '../../../src/lib/errors.ts'
import { partialName } from '../../../src/lib/partial.ts'
import { silent } from '../../../src/lib/report.ts'
import { type BuilderServer, startBuilder } from '../../testkit/builder-server.ts'
import { makeHart, writeHart } from '../../testkit/hart.ts'
import { originKey, writePublicKey } from '../../testkit/origin-key.ts'
import type { PackageSpec } from '../../testkit/package-entries.ts'
import { headerBlock, tarOf } from '../../testkit/tar.ts'
import { xz } from '../../testkit/xz.ts'
import { drain, failure, read } from '../reading.ts'

const acme = originKey('acme')
const id = 'acme/app/1.0/20240102030405'
const ident = parseFullIdent(id)
const file = 'acme-app-1.0-20240102030405-x86_64-linux.hart'
const spec: PackageSpec = { ident: id, files: { 'bin/app': '#!/bin/sh\n', 'share/text': 'text' } }

let root: string
let cache: string
let keys: string
let server: BuilderServer
const warn = vi.fn()
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'harts-'))
  cache = join(root, 'cache')
  keys = join(root, 'keys')
  await mkdir(cache)
  await writePublicKey(keys, acme)
  server = await startBuilder({ keys: { [acme.name]: acme.publicKeyText } })
  warn.mockReset()
})
afterEach(async () => {
  await server.close()
  await rm(root, { recursive: true })
})

function source(options: Partial<HartPackagesOptions> = {}): HartPackages {
  return new HartPackages({
    target: 'x86_64-linux',
    searched: [cache],
    caches: [cache],
    storeIn: cache,
    temporary: root,
    keys: new KeyRing({ folders: [keys] }),
    builder: url => createBuilder({ maxPackageSize: 1 << 30, url, fetch, retry: { tries: 1 } }),
    decodeXz,
    maxPackageSize: 1 << 20,
    report: { ...silent, warn },
    ...options,
  })
}

const from = () => ({ url: server.url, channel: 'stable' })

// biome-ignore lint/correctness/useYield: it fails before
const cancelled: typeof decodeXz = async function* () {
  throw new MesosizeError('CANCELLED', 'The work was cancelled.')
}

async function give(hart: Uint8Array): Promise<string> {
  const path = join(root, 'given.hart')
  await writeFile(path, hart)
  return path
}

test('a hart is not called unusable because the run was cancelled while it was read', async () => {
  await writeHart(cache, { key: acme, package: spec })
  for (const ask of [
    (harts: HartPackages) => harts.newest(parseIdent('acme/app'), from()),
    (harts: HartPackages) => harts.open(ident, from()),
  ]) {
    await expect(ask(source({ decodeXz: cancelled }))).rejects.toMatchObject({ code: 'CANCELLED' })
  }
  expect(warn).not.toHaveBeenCalled()
  expect(server.requests).toEqual([])
})

describe('a hart that was given', () => {
  test('is read, and again each time that its entries are asked for', async () => {
    const given = await source().openFile(await give(await makeHart({ key: acme, package: spec })))
    expect(given.metadata).toMatchObject({ ident, target: 'x86_64-linux', binaries: ['bin/app'] })
    for (let time = 0; time < 2; time++) {
      const entries = await read(given.entries())
      expect(entries[0]).toMatchObject({ type: 'directory', path: `hab/pkgs/${id}` })
      expect(entries).toContainEqual(
        expect.objectContaining({ path: `hab/pkgs/${id}/share/text`, content: 'text' }),
      )
    }
  })

  test('answers for its ident, full or not, whatever the file is called', async () => {
    const harts = source({ searched: [], caches: [] })
    const given = await harts.openFile(await give(await makeHart({ key: acme, package: spec })))
    expect(await harts.newest(parseIdent('acme/app'), from())).toMatchObject({ ident })
    expect(await harts.open(ident, from())).toBe(given)
    expect(server.requests).toEqual([])
  })

  test('twice, under two names, is one package', async () => {
    const harts = source()
    const one = await give(await makeHart({ key: acme, package: spec }))
    await writeFile(join(root, 'other.hart'), await readFile(one))
    expect(await harts.openFile(join(root, 'other.hart'))).toBe(await harts.openFile(one))
  })

  test('is not read after it was replaced, not even in part', async () => {
    const path = await give(await makeHart({ key: acme, package: spec }))
    const given = await source().openFile(path)
    await writeFile(join(root, 'evil'), await makeHart({ key: acme, package: { ...spec, files: {} } }))
    await rename(join(root, 'evil'), path)
    expect((await failure(drain(given.entries()))).code).toBe('HART_CHANGED')
  })

  test('is found out where it is written to while it is read', async () => {
    const path = await give(await makeHart({ key: acme, package: spec }))
    let meanwhile = async () => {}
    const writing: typeof decodeXz = async function* (stream) {
      await meanwhile()
      yield* decodeXz(stream)
    }
    const given = await source({ decodeXz: writing }).openFile(path)
    meanwhile = () => writeFile(path, 'other')
    expect((await failure(drain(given.entries()))).code).toBe('HART_CHANGED')
  })

  test('is read completely before anything of it is packed', async () => {
    const path = await give(await makeHart({ key: acme, package: spec }))
    const given = await source().openFile(path)
    const paths: string[] = []
    for await (const entry of given.entries()) {
      if (paths.length === 0) await rm(path)
      paths.push(entry.path)
    }
    expect(paths).toContain(`hab/pkgs/${id}/share/text`)
  })

  test.each<[string, () => Promise<Uint8Array>, string, string]>([
    [
      'that its origin did not sign',
      () => makeHart({ key: originKey('evil'), package: spec }),
      'HART_SIGNER',
      'signed by the origin evil',
    ],
    [
      'whose body is not xz',
      () => makeHart({ key: acme, body: Buffer.from('PK and so on') }),
      'XZ_FORMAT',
      'not in the xz format',
    ],
    ['whose body is empty', () => makeHart({ key: acme, body: Buffer.alloc(0) }), 'XZ_FORMAT', 'it is empty'],
    [
      'whose body is cut',
      async () => makeHart({ key: acme, body: xz(await tarOf([])).subarray(0, 30) }),
      'XZ_FORMAT',
      'truncated',
    ],
    [
      'whose body has something behind',
      async () =>
        makeHart({
          key: acme,
          body: Buffer.concat([
            xz(await tarOf([{ path: `hab/pkgs/${id}/IDENT`, content: id }])),
            Buffer.from('junk junk junk'),
          ]),
        }),
      'XZ_FORMAT',
      'trailing data',
    ],
    [
      'whose body is not a tar archive',
      () => makeHart({ key: acme, tar: Buffer.from('#!/bin/sh\n'.repeat(100)) }),
      'TAR_FORMAT',
      'malformed',
    ],
    [
      'whose tar is cut',
      async () =>
        makeHart({
          key: acme,
          tar: (await tarOf([{ path: `hab/pkgs/${id}/IDENT`, content: id }])).subarray(0, 700),
        }),
      'TAR_FORMAT',
      'truncated',
    ],
    [
      'with nothing in it',
      () => makeHart({ key: acme, entries: [] }),
      'ARCHIVE_EMPTY',
      'does not contain a package',
    ],
    [
      'that would write elsewhere',
      () => makeHart({ key: acme, entries: [{ path: '../../etc/passwd' }] }),
      'ARCHIVE_UNSAFE',
      '../../etc/passwd',
    ],
    [
      'with another IDENT',
      () => makeHart({ key: acme, package: { ...spec, metafiles: { IDENT: 'acme/b/1/20240102030405' } } }),
      'IDENT_MISMATCH',
      'acme/b/1/20240102030405',
    ],
  ])('%s, is refused', async (_, make, code, problem) => {
    const path = await give(await make())
    const error = await failure(
      source({ keys: new KeyRing({ folders: [keys, await evilKeys()] }) }).openFile(path),
    )
    expect(error.code).toBe(code)
    expect(error.message).toContain(path)
    expect(error.message).toContain(problem)
  })

  async function evilKeys(): Promise<string> {
    await writePublicKey(join(root, 'evil-keys'), originKey('evil'))
    return join(root, 'evil-keys')
  }

  test('is verified before a byte of its body is decoded', async () => {
    const decode = vi.fn(decodeXz)
    const hart = await makeHart({ key: acme, package: spec, signedHash: 'f'.repeat(64) })
    expect((await failure(source({ decodeXz: decode }).openFile(await give(hart)))).code).toBe('HART_HASH')
    expect(decode).not.toHaveBeenCalled()
  })
})

describe('an xz bomb', () => {
  const size = 8 << 20

  test.each<[string, () => Promise<Uint8Array>]>([
    ['in one file', () => tarOf([{ path: `hab/pkgs/${id}/bomb`, content: Buffer.alloc(size) }])],
    [
      'behind the end',
      async () =>
        Buffer.concat([await tarOf([{ path: `hab/pkgs/${id}/IDENT`, content: id }]), Buffer.alloc(size)]),
    ],
    [
      'in its headers',
      async () => Buffer.alloc(size, headerBlock({ name: `hab/pkgs/${id}/`, typeflag: '5' })),
    ],
  ])('%s is stopped early', async (_, make) => {
    let decoded = 0
    const counting: typeof decodeXz = async function* (stream) {
      for await (const chunk of decodeXz(stream)) {
        decoded += chunk.length
        yield chunk
      }
    }
    const hart = await makeHart({ key: acme, tar: await make() })
    expect(hart.length).toBeLessThan(size / 1000)
    const path = await give(hart)
    const error = await failure(source({ decodeXz: counting }).openFile(path))
    expect(error.message).toContain(path)
    expect(error.code).toMatch(/ARCHIVE_TOO_LARGE|ARCHIVE_UNSAFE/)
    // The decoder gives pieces of 1 MiB.
    expect(decoded).toBeLessThanOrEqual(2 << 20)
  })

  test('is accepted if the limit allows it', async () => {
    const files = { 'share/large': Buffer.alloc(2 << 20) }
    const path = await give(await makeHart({ key: acme, package: { ident: id, files } }))
    const error = await failure(source().openFile(path))
    expect(error.code).toBe('ARCHIVE_TOO_LARGE')
    expect(error.message).toContain(`${1 << 20} bytes`)
    const allowed = await source({ maxPackageSize: 3 << 20 }).openFile(path)
    expect(allowed.metadata.size).toBeGreaterThan(2 << 20)
  })
})

describe('the newest build', () => {
  test('is that of the artifact cache, read from the harts and not from their names', async () => {
    await writeHart(cache, { key: acme, package: spec })
    await writeHart(cache, { key: acme, package: { ...spec, ident: 'acme/app/1.10/20230102030405' } })
    await writeHart(cache, { key: acme, package: { ...spec, ident: 'acme/app/1.9/20250102030405' } })
    await writeHart(cache, { key: acme, package: { ...spec, ident: 'acme/app-2/9/20250102030405' } })
    const harts = source()
    expect(await harts.newest(parseIdent('acme/app'), from())).toEqual({
      ident: parseFullIdent('acme/app/1.10/20230102030405'),
      source: 'artifact cache',
    })
    expect(await harts.newest(parseIdent('acme/app/1.0'), from())).toMatchObject({ ident })
    expect(server.requests).toEqual([])
  })

  test('skips a damaged hart, with a warning', async () => {
    await writeHart(cache, { key: acme, package: spec })
    await writeFile(join(cache, 'acme-app-2.0-20250102030405-x86_64-linux.hart'), '')
    expect(await source().newest(parseIdent('acme/app'), from())).toMatchObject({ ident })
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('acme-app-2.0-20250102030405'))
  })

  test('is that of the channel if there is no local one', async () => {
    server.add({ ident: id, hart: Buffer.from('x'), channels: ['stable'] })
    server.add({ ident: 'acme/app/2.0/20250102030405', hart: Buffer.from('x'), channels: ['unstable'] })
    expect(await source().newest(parseIdent('acme/app'), from())).toEqual({
      ident,
      source: expect.stringContaining(server.url),
      channel: 'stable',
    })
    expect(await source().newest(parseIdent('acme/other'), from())).toBeUndefined()
  })

  test('of a full ident is that one', async () => {
    expect(await source().newest(ident, from())).toMatchObject({ ident })
    expect(server.requests).toEqual([])
  })
})

describe('an exact build', () => {
  test('is read from the artifact cache, once', async () => {
    await writeHart(cache, { key: acme, package: spec })
    const decode = vi.fn(decodeXz)
    const harts = source({ decodeXz: decode })
    const [one, other] = await Promise.all([harts.open(ident, from()), harts.open(ident, from())])
    expect(one).toBe(other)
    expect(decode).toHaveBeenCalledTimes(1)
    expect(server.requests).toEqual([])
  })

  test('is downloaded to the artifact cache, once', async () => {
    const hart = await makeHart({ key: acme, package: spec })
    server.add({ ident: id, hart })
    const harts = source()
    const [one, other] = await Promise.all([harts.open(ident, from()), harts.open(ident, from())])
    expect(one?.metadata.ident).toEqual(ident)
    expect(one).toBe(other)
    expect(server.count(/download/)).toBe(1)
    expect(await readdir(cache)).toEqual([file])
    expect((await readFile(join(cache, file))).equals(hart)).toBe(true)
    await source().open(ident, from())
    expect(server.count(/download/)).toBe(1)
  })

  test('is downloaded beside those of other runs, and what killed ones left is removed', async () => {
    const [left, current] = [partialName(file), partialName(file)]
    for (const name of [left, current]) await writeFile(join(cache, name), 'half')
    await utimes(join(cache, left), 1, 1)
    server.add({ ident: id, hart: await makeHart({ key: acme, package: spec }) })
    await source().open(ident, from())
    expect((await readdir(cache)).sort()).toEqual([current, file].sort())
  })

  test('that is nowhere', async () => {
    expect(await source().open(ident, from())).toBeUndefined()
    expect(await readdir(cache)).toEqual([])
  })

  test.each<[string, (hart: Buffer) => Uint8Array]>([
    ['empty', () => Buffer.alloc(0)],
    ['zeroed', hart => Buffer.alloc(hart.length)],
    ['cut', hart => hart.subarray(0, hart.length - 1)],
    ['changed in one bit', hart => Buffer.from(hart).fill(hart.at(-1)! ^ 1, hart.length - 1)],
    [
      'signed by another',
      hart => Buffer.from(hart.toString('latin1').replace(/(?<=BLAKE2b\n)..../, 'AAAA'), 'latin1'),
    ],
  ])('that is %s in the artifact cache is fetched again', async (_, damage) => {
    const hart = await makeHart({ key: acme, package: spec })
    await writeFile(join(cache, file), damage(hart))
    server.add({ ident: id, hart })
    const opened = await source({ searched: [] }).open(ident, from())
    expect(await read(opened!.entries())).toContainEqual(expect.objectContaining({ content: 'text' }))
    expect((await readFile(join(cache, file))).equals(hart)).toBe(true)
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(join(cache, file)))
  })

  test('that is damaged in one artifact cache is fetched into another', async () => {
    const hart = await makeHart({ key: acme, package: spec })
    await mkdir(join(root, 'shared'))
    await writeFile(join(root, 'shared', file), 'damaged')
    server.add({ ident: id, hart })
    const harts = source({ searched: [join(root, 'shared')], caches: [join(root, 'shared'), cache] })
    expect(await harts.newest(parseIdent('acme/app/1.0'), from())).toBeUndefined()
    expect((await harts.open(ident, from()))?.metadata.ident).toEqual(ident)
    expect(await readFile(join(root, 'shared', file), 'utf8')).toBe('damaged')
    expect(await readdir(cache)).toEqual([file])
  })

  test('that is damaged, and that Builder does not have', async () => {
    await writeFile(join(cache, file), 'HART-1\n')
    const error = await failure(source().open(ident, from()))
    expect(error.code).toBe('HART_FORMAT')
    expect(error.message).toContain(join(cache, file))
  })

  test('whose hart is another than its name says', async () => {
    const other = { ...spec, ident: 'acme/app/1.0/20250102030405' }
    await writeFile(join(cache, file), await makeHart({ key: acme, package: other }))
    const error = await failure(source().open(ident, from()))
    expect(error.code).toBe('IDENT_MISMATCH')
    for (const part of [join(cache, file), id, other.ident]) expect(error.message).toContain(part)
  })

  test('that Builder has wrongly signed is refused', async () => {
    server.add({ ident: id, hart: await makeHart({ key: acme, package: spec, signedHash: '0'.repeat(64) }) })
    expect((await failure(source().open(ident, from()))).code).toBe('HART_HASH')
  })

  test.each<[string, (hart: Buffer) => Buffer, string]>([
    ['not a hart', () => Buffer.from('x'), 'HART_FORMAT'],
    [
      'signed by another',
      hart => Buffer.from(hart.toString('latin1').replace(/(?<=BLAKE2b\n)..../, 'AAAA'), 'latin1'),
      'HART_SIGNATURE',
    ],
  ])('is not downloaded if its beginning is %s', async (_, change, code) => {
    const hart = await makeHart({ key: acme, package: spec })
    server.add({ ident: id, hart })
    const body = Buffer.concat([change(hart), Buffer.alloc(64 << 20)])
    server.fault({ kind: 'body', on: /download/, type: 'application/octet-stream', body })
    let received = 0
    const advance = (amount: number) => {
      received = Math.max(received, amount)
    }
    const error = await failure(
      source({ report: { ...silent, phase: () => ({ advance, done() {} }) } }).open(ident, from()),
    )
    expect(error).toMatchObject({
      code,
      message: expect.stringContaining(`the hart of ${id} from ${server.url}/v1`),
    })
    expect(received).toBeLessThan(1 << 20)
    expect(await readdir(cache)).toEqual([])
  })

  test('that is damaged on the way leaves nothing behind', async () => {
    server.add({ ident: id, hart: await makeHart({ key: acme, package: spec }) })
    server.fault({ kind: 'corrupt', on: /download/, times: 9 })
    expect((await failure(source().open(ident, from()))).code).toBe('BUILDER_CHECKSUM')
    expect(await readdir(cache)).toEqual([])
  })
})

test('the key of an origin is fetched once, and stored', async () => {
  await rm(keys, { recursive: true })
  await writeHart(cache, { key: acme, package: spec })
  await writeHart(cache, { key: acme, package: { ...spec, ident: 'acme/app/2.0/20240102030405' } })
  const fetchKey = (name: Parameters<HartPackagesOptions['keys']['find']>[0]) =>
    createBuilder({ maxPackageSize: 1 << 30, url: server.url, fetch }).publicKey(name)
  const ring = new KeyRing({ folders: [keys], fetchKey, storeIn: keys })
  const harts = source({ keys: ring })
  const found = await harts.newest(parseIdent('acme/app'), from())
  expect(found?.ident.version).toBe('2.0')
  expect(server.requests.map(request => request.path)).toEqual(['/v1/depot/origins/acme/keys/20240101000000'])
  expect(await readdir(keys)).toEqual([`${acme.name}.pub`])
})
