import { createHash, Hash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { startEncoder } from '../../src/codec/gzip/gzip.ts'
import type { Block } from '../../src/codec/tar/blocks.ts'
import type { Part } from '../../src/codec/tar/entry.ts'
import { pack } from '../../src/image/pack.ts'
import { silent } from '../../src/lib/report.ts'
import { CacheFolder, keepPackage, type PackageCache } from '../../src/package-cache/index.ts'
import { noise } from '../testkit/noise.ts'
import { file } from './fixtures.ts'

const encode = startEncoder({ encoder: 'libdeflate', level: 4 })
const WRONG = 'f'.repeat(64)

let folder: string
let cache: CacheFolder
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'known-digest-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  cache = openCache()
})

/** As another process would open it. */
function openCache(): CacheFolder {
  return new CacheFolder({ folder, limit: 1 << 30, encoding: 'e', report: silent })
}

const generated = (text: string): Part => ({ name: 'generated', entries: () => [file('launch', [text])] })
/** @param content is not in the key, as that of an installed package is not in its fingerprint */
const kept = (name: string, content = name): Part => ({
  name,
  cacheKey: name,
  entries: () => [file(name, [noise(content, 5000)])],
})
const PARTS = [generated('one'), kept('first'), kept('second')]

/** @returns the digest that is reported, and the one that the file has */
async function digests(parts: readonly Part[], using: PackageCache) {
  const out = mkdtempSync(join(tmpdir(), 'packed-'))
  onTestFinished(() => rmSync(out, { recursive: true }))
  const [packed] = await pack([{ isLayer: false, parts }], out, {
    compress: async block => encode(block),
    blocksInFlight: 2,
    phase: silent.phase(''),
    cache: using,
  })
  const real = createHash('sha256').update(readFileSync(packed!.path)).digest('hex')
  return { reported: packed!.sha256, real }
}

/** Has another digest for each that is kept: one that is reported then was not computed. */
const lying: PackageCache = {
  find: key => cache.find(key),
  create: (key, metadata) => cache.create(key, metadata),
  findDigest: async key => (await cache.findDigest(key)) && WRONG,
  keepDigest: (key, sha256) => cache.keepDigest(key, sha256),
}

function damage(name: string): void {
  const path = readdirSync(folder)
    .map(each => join(folder, each))
    .find(each => readFileSync(each, 'latin1').includes(`"key":"e\\n${name}"`))
  const bytes = readFileSync(path!)
  writeFileSync(path!, bytes.fill(bytes[100]! + 1, 100, 101))
}

test('a digest is computed by the first export, and known to the next', async () => {
  const { reported, real } = await digests(PARTS, cache)
  expect(reported).toBe(real)
  expect(await digests(PARTS, openCache())).toEqual({ reported: real, real })
  expect((await digests(PARTS, lying)).reported).toBe(WRONG)
})

test('a known digest is not computed, nor kept again', async () => {
  await digests(PARTS, cache)
  const updates = vi.spyOn(Hash.prototype, 'update')
  const keeping = vi.spyOn(cache, 'keepDigest')
  onTestFinished(() => void vi.restoreAllMocks())
  await digests(PARTS, cache)
  // The last is `digests` itself, which hashes the file; before it, no part of the size of a package is hashed.
  const sizes = updates.mock.calls.map(([data]) => data.length).slice(0, -1)
  expect(sizes.length).toBeGreaterThan(1)
  expect(Math.max(...sizes)).toBeLessThan(5000)
  expect(keeping).not.toHaveBeenCalled()
})

test.each<[string, Part[]]>([
  ['what is generated', [generated('two'), kept('first'), kept('second')]],
  ['the order', [generated('one'), kept('second'), kept('first')]],
  ['the number of parts', [generated('one'), kept('first')]],
  ['a part that is not kept', [generated('one'), kept('first'), kept('third')]],
  ['the place of what is generated', [kept('first'), generated('one'), kept('second')]],
])('a tarball that differs in %s has its own digest', async (_, parts) => {
  await digests(PARTS, cache)
  const { reported, real } = await digests(parts, lying)
  expect(reported).toBe(real)
})

test('a tarball without anything generated has one too', async () => {
  await digests([kept('first')], cache)
  expect((await digests([kept('first')], lying)).reported).toBe(WRONG)
})

test('a tarball with a part more, which is not kept, has its own digest', async () => {
  await digests(PARTS, cache)
  const { reported, real } = await digests([...PARTS, kept('third')], lying)
  expect(reported).toBe(real)
})

test.each(['first', 'second'])('a digest is computed if the %s kept package is damaged', async name => {
  await digests(PARTS, cache)
  damage(name)
  const { reported, real } = await digests(PARTS, lying)
  expect(reported).toBe(real)
  expect(await digests(PARTS, cache)).toEqual({ reported: real, real })
})

describe('content that its key does not show, replaced by another export at the same time,', () => {
  const other = [generated('one'), kept('first', 'other'), kept('second')]

  test('has its own digest', async () => {
    await digests(PARTS, cache)
    // Only the first package is replaced.
    await keepAgain(other[1]!)
    const { reported, real } = await digests(other, lying)
    expect(reported).toBe(real)
  })

  test('is not taken for what this export has written', async () => {
    const replacing: PackageCache = {
      ...lying,
      findDigest: key => cache.findDigest(key),
      keepDigest: async (key, sha256) => {
        await keepAgain(other[1]!)
        await cache.keepDigest(key, sha256)
      },
    }
    await digests(PARTS, replacing)
    const { reported, real } = await digests(other, openCache())
    expect(reported).toBe(real)
  })

  test('is not taken for what this export is about to compress', async () => {
    let isFirst = true
    const filling: PackageCache = {
      ...lying,
      async find(key) {
        // Another export keeps everything just after this one has looked.
        const found = await cache.find(key)
        if (isFirst && key === 'second') {
          isFirst = false
          await digests(other, openCache())
        }
        return found
      },
    }
    const { reported, real } = await digests(PARTS, filling)
    expect(reported).toBe(real)
  })

  async function keepAgain(part: Part): Promise<void> {
    const compression = { compress: async (block: Block) => encode(block), blocksInFlight: 2 }
    const entries = (async function* () {
      yield* part.entries()
    })()
    await keepPackage(openCache(), part.cacheKey!, entries, () => undefined, compression)
  }
})

describe('a digest that cannot be kept or read is computed, without a word', () => {
  const notes: string[] = []
  const noting = () => {
    const report = { ...silent, note: (text: string) => void notes.push(text) }
    return new CacheFolder({ folder, limit: 1 << 30, encoding: 'e', report })
  }
  /** The files of digests have 128 bytes. */
  const files = () =>
    readdirSync(folder)
      .map(name => join(folder, name))
      .filter(path => statSync(path).size === 128)

  test.each([
    ['is empty', ''],
    ['is cut off', 'f'.repeat(127)],
    ['is not a digest', 'F'.repeat(128)],
    ['has another digest', 'f'.repeat(128)],
  ])('because its file %s', async (_, content) => {
    await digests(PARTS, cache)
    expect(files()).toHaveLength(1)
    writeFileSync(files()[0]!, content)
    const { reported, real } = await digests(PARTS, noting())
    expect(reported).toBe(real)
    expect(notes).toEqual([])
  })

  test('because its file is that of another tarball', async () => {
    await digests(PARTS, cache)
    const [path] = files()
    await digests([kept('first')], cache)
    const [other] = files().filter(each => each !== path)
    writeFileSync(path!, readFileSync(other!))
    const { reported, real } = await digests(PARTS, noting())
    expect(reported).toBe(real)
    expect(notes).toEqual([])
  })

  test('because a folder has its name', async () => {
    await digests(PARTS, cache)
    const [path] = files()
    rmSync(path!)
    mkdirSync(path!)
    const { reported, real } = await digests(PARTS, noting())
    expect(reported).toBe(real)
    expect(notes).toEqual([])
    expect(readdirSync(folder).filter(name => name.endsWith('.partial'))).toEqual([])
  })
})
