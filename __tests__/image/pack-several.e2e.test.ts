import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Compressor, startEncoder } from '../../src/codec/gzip/gzip.ts'
import type { Part } from '../../src/codec/tar/entry.ts'
import { type PackOptions, pack } from '../../src/image/pack.ts'
import type { PackedTarball, PlannedTarball } from '../../src/image/tarball.ts'
import { silent } from '../../src/lib/report.ts'
import { CacheFolder } from '../../src/package-cache/folder.ts'
import { missingPrograms } from '../testkit/machine.ts'
import { noise } from '../testkit/noise.ts'
import { openFilesBelow } from '../testkit/open-files.ts'
import { awkwardEntries, directory, file } from './fixtures.ts'

let root: string
let folder: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pack-several-'))
})
beforeEach(() => {
  folder = mkdtempSync(join(root, 'test-'))
})
afterAll(() => rmSync(root, { recursive: true }))

const encode = startEncoder({ encoder: 'libdeflate', level: 4 })
const compress: Compressor = async block => encode(block)
const usual: PackOptions = { compress, blocksInFlight: 2, phase: silent.phase('') }

const part = (name: string, length: number): Part => ({
  name,
  cacheKey: name,
  metadata: name,
  entries: () => [directory(name), file(`${name}/noise`, [noise(name, length)])],
})
/** Without a key, as what is generated; one block; several blocks; two parts, of which one is large. */
const CONTENTS: readonly Part[][] = [
  [{ name: 'awkward', entries: awkwardEntries }],
  [part('small', 1000)],
  [part('large', 2_500_000)],
  [part('tiny', 1), part('middling', 1_300_000)],
]

const layersOf = (contents: readonly Part[][] = CONTENTS): PlannedTarball[] =>
  contents.map(parts => ({ isLayer: true, parts }))

/** @returns what `pack` returns about them, and the bytes of the files */
async function packAll(options: Partial<PackOptions> = {}, contents = CONTENTS) {
  const packed = await pack(layersOf(contents), mkdtempSync(join(folder, 'out-')), { ...usual, ...options })
  return { packed, files: packed.map(({ path }) => readFileSync(path)) }
}

/** Each archive packed by itself, without a cache, one block at a time. */
let alone: { packed: PackedTarball[]; files: Buffer[] }
beforeAll(async () => {
  folder = mkdtempSync(join(root, 'alone-'))
  alone = { packed: [], files: [] }
  for (const parts of CONTENTS) {
    const { packed, files } = await packAll({ blocksInFlight: 1 }, [parts])
    alone.packed.push(...packed)
    alone.files.push(...files)
  }
})

function expectAlone({ packed, files }: typeof alone): void {
  const about = (tarballs: readonly PackedTarball[]) => tarballs.map(({ path: _, ...others }) => others)
  expect(about(packed)).toEqual(about(alone.packed))
  expect(files.map((bytes, index) => bytes.equals(alone.files[index]!))).toEqual(CONTENTS.map(() => true))
}

test('sizes and digests are those of the files, and parts those of the archive', async () => {
  const { packed, files } = await packAll()
  expect(packed.map(({ size, sha256 }) => ({ size, sha256 }))).toEqual(
    files.map(bytes => ({ size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })),
  )
  expect(packed.map(({ parts }) => parts.map(({ name }) => name))).toEqual(
    CONTENTS.map(parts => parts.map(({ name }) => name)),
  )
  // Behind the parts is the end of the archive, the same for each.
  const ends = packed.map(({ size, parts }) => size - parts.reduce((sum, part) => sum + part.packed, 0))
  expect(ends[0]).toBeGreaterThan(0)
  expect(new Set(ends).size).toBe(1)
})

describe('each archive has the bytes that it has when it is packed alone', () => {
  const seldom = 7
  const orders: Record<string, () => Compressor> = {
    'the first block first': () => compress,
    'the last of several blocks first': () => {
      let pending = 0
      return async block => {
        await new Promise(resolve => setTimeout(resolve, 40 - 8 * (pending++ % 5)))
        return compress(block)
      }
    },
    'some blocks much later': () => {
      let count = 0
      return async block => {
        if (count++ % seldom === 2) await new Promise(resolve => setTimeout(resolve, 60))
        return compress(block)
      }
    },
  }
  const cases = [1, 2, 5, 64].flatMap(blocksInFlight =>
    Object.keys(orders).map(order => [blocksInFlight, order] as const),
  )
  test.each(cases)('%i blocks in flight, %s', async (blocksInFlight, order) => {
    expectAlone(await packAll({ blocksInFlight, compress: orders[order]!() }))
  })

  test('filling a cache, and from a full one', async () => {
    const cache = new CacheFolder({ folder, limit: 1 << 30, encoding: 'e', report: silent })
    let blocks = 0
    const counting: Compressor = block => {
      blocks++
      return compress(block)
    }
    expectAlone(await packAll({ cache, compress: counting }))
    const cold = blocks
    blocks = 0
    expectAlone(await packAll({ cache, compress: counting }))
    // The part without a key, and the end of all archives.
    expect(blocks).toBe(2)
    expect(cold).toBeGreaterThan(2 + 3)
  })

  test('in another order', async () => {
    const { packed, files } = await packAll({}, CONTENTS.toReversed())
    expectAlone({ packed: packed.toReversed(), files: files.toReversed() })
  })
})

test('progress covers all of them', async () => {
  let progress = 0
  const phase = {
    advance(amount: number) {
      progress += amount
    },
    done() {},
  }
  const { files } = await packAll({ phase })
  const sizes = files.map(bytes => execFileSync('gzip', ['-dc'], { input: bytes, maxBuffer: 1 << 24 }).length)
  // The two blocks of zeros at each end do not belong to a part.
  expect(progress).toBe(sizes.reduce((sum, size) => sum + size - 1024, 0))
})

test('without archives there is nothing to do, and one without parts is an empty archive', async () => {
  expect((await packAll({}, [])).packed).toEqual([])
  const { packed, files } = await packAll({}, [[], CONTENTS[1]!])
  expect(packed[0]!.parts).toEqual([])
  expect(execFileSync('gzip', ['-dc'], { input: files[0] })).toEqual(Buffer.alloc(1024))
  expect(files[1]!.equals(alone.files[1]!)).toBe(true)
})

describe('what fails in the second archive', () => {
  const failing = (when: 'at once' | 'in the middle'): Part => ({
    name: 'failing',
    cacheKey: 'failing',
    entries: async function* () {
      if (when === 'in the middle') yield file('noise', [noise('n', 2_500_000)])
      throw new Error('no more')
    },
  })

  test.each<[string, Partial<PackOptions>, Part]>([
    ['a part that fails at once', {}, failing('at once')],
    ['a part that fails in the middle', {}, failing('in the middle')],
    [
      'the compressor',
      {
        compress: async block => {
          if (block.length > 1_000_000) throw new Error('no more')
          return compress(block)
        },
      },
      part('large', 2_500_000),
    ],
  ])('fails the whole, and leaves no file open and nothing half kept: %s', async (_, options, part) => {
    const cache = mkdtempSync(join(folder, 'cache-'))
    const kept = new CacheFolder({ folder: cache, limit: 1 << 30, encoding: 'e', report: silent })
    const contents = [CONTENTS[1]!, [part], CONTENTS[0]!]
    await expect(packAll({ ...options, cache: kept }, contents)).rejects.toThrow('no more')
    expect(openFilesBelow(folder)).toEqual([])
    // The first archive's is whole.
    expect(readdirSync(cache).filter(name => !name.endsWith('.kept'))).toEqual([])
    expect(await kept.find('small')).toBeDefined()
    expect(await kept.find(part.name)).toBeUndefined()
  })

  test('is a file that exists already', async () => {
    writeFileSync(join(folder, '1'), 'mine')
    await expect(pack(layersOf(), folder, usual)).rejects.toMatchObject({ code: 'EEXIST' })
    expect(readFileSync(join(folder, '0')).equals(alone.files[0]!)).toBe(true)
    expect(readFileSync(join(folder, '1'), 'utf8')).toBe('mine')
    expect(openFilesBelow(folder)).toEqual([])
  })

  test('is that it is no longer wanted', async () => {
    const abort = new AbortController()
    const phase = {
      advance() {
        if (existsSync(join(folder, '1'))) abort.abort(new Error('not wanted'))
      },
      done() {},
    }
    const packing = pack(layersOf(CONTENTS.toReversed()), folder, { ...usual, phase, signal: abort.signal })
    await expect(packing).rejects.toThrow('not wanted')
    expect(existsSync(join(folder, '3'))).toBe(false)
    expect(openFilesBelow(folder)).toEqual([])
  })
})

const missing = missingPrograms('tar')
test.skipIf(missing)(
  `each is a whole archive for GNU tar${missing ? ` (SKIPPED: ${missing})` : ''}`,
  async () => {
    const packed = await pack(layersOf(), folder, usual)
    const names = packed.map(({ path }) => {
      const listed = execFileSync('tar', ['-tzf', path, '--quoting-style=literal', '--null'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      })
      return listed.trimEnd().split('\n').filter(Boolean)
    })
    expect(names.slice(1)).toEqual([
      ['small/', 'small/noise'],
      ['large/', 'large/noise'],
      ['tiny/', 'tiny/noise', 'middling/', 'middling/noise'],
    ])
    // One name has a line end in it.
    expect(names[0]).toHaveLength(awkwardEntries().length + 1)
  },
)
