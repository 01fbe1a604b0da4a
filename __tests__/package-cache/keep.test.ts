import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startEncoder } from '../../src/codec/gzip/gzip.ts'
import type { Block } from '../../src/codec/tar/blocks.ts'
import type { Entry, Part } from '../../src/codec/tar/entry.ts'
import { pack } from '../../src/image/pack.ts'
import { silent } from '../../src/lib/report.ts'
import { CacheFolder, type PackageCache } from '../../src/package-cache/folder.ts'
import { keepPackage } from '../../src/package-cache/keep.ts'
import { awkwardEntries, directory, file } from '../image/fixtures.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keep-package-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const encode = startEncoder({ encoder: 'libdeflate', level: 4 })
const compress = vi.fn(async (block: Block) => encode(block))
const compression = { compress, blocksInFlight: 2 }
const entries = [...awkwardEntries(), file('large', [Buffer.alloc(2_500_000, 'some text ')])]
const part: Part = { name: 'part', cacheKey: 'key', metadata: 'other', entries: () => entries }

async function* passing(list: readonly Entry[]): AsyncGenerator<Entry> {
  yield* list
}

async function packed(cache?: PackageCache): Promise<Buffer> {
  const out = mkdtempSync(join(folder, 'out-'))
  const tarballs = [{ isLayer: false, parts: [part] }]
  const [result] = await pack(tarballs, out, { ...compression, cache, phase: silent.phase('') })
  return readFileSync(result!.path)
}

function cacheFolder(): CacheFolder {
  const path = mkdtempSync(join(folder, 'package-cache-'))
  return new CacheFolder({ folder: path, limit: 1 << 30, encoding: 'e', report: silent })
}

test('what was packed ahead is what packing would have made, and is not compressed again', async () => {
  const cache = cacheFolder()
  let seen = 0
  const metadata = () => ({ seen })
  async function* counted() {
    for (const entry of entries) {
      seen++
      yield entry
    }
  }
  await keepPackage(cache, 'key', counted(), metadata, compression)
  expect((await cache.find('key'))?.metadata).toEqual({ seen: entries.length })

  compress.mockClear()
  const fromCache = await packed(cache)
  // The end of the archive.
  expect(compress).toHaveBeenCalledTimes(1)
  expect(fromCache.equals(await packed())).toBe(true)
})

test.each<[string, () => AsyncGenerator<Entry>, () => unknown]>([
  ['the entries', () => failing(), () => ({})],
  [
    'the metadata',
    () => passing(entries),
    () => {
      throw new Error('no more')
    },
  ],
])('nothing is kept where %s fail', async (_name, source, metadata) => {
  const cache = cacheFolder()
  await expect(keepPackage(cache, 'key', source(), metadata, compression)).rejects.toThrow('no more')
  expect(await cache.find('key')).toBeUndefined()
})

async function* failing(): AsyncGenerator<Entry> {
  yield directory('d')
  throw new Error('no more')
}
