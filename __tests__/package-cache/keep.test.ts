import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startEncoder } from '../../src/codec/gzip/gzip.ts'
import type { Block } from '../../src/codec/tar/blocks.ts'
import type { Entry, Part } from '../../src/codec/tar/entry.ts'
import { pack } from '../../src/image/pack.ts'
import { silent } from '../../src/lib/report.ts'
import { type LayerCache, LayerFolder } from '../../src/package-cache/folder.ts'
import { keepLayer } from '../../src/package-cache/keep.ts'
import { awkwardEntries, directory, file } from '../image/fixtures.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keep-layer-'))
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

let count = 0
async function packed(layers?: LayerCache): Promise<Buffer> {
  const path = join(folder, `${count++}.tgz`)
  await pack([{ file: path, parts: [part] }], { ...compression, layers, phase: silent.phase('') })
  return readFileSync(path)
}

function layerFolder(): LayerFolder {
  const path = mkdtempSync(join(folder, 'layers-'))
  return new LayerFolder({ folder: path, limit: 1 << 30, encoding: 'e', report: silent })
}

test('what was packed ahead is what packing would have made, and is not compressed again', async () => {
  const layers = layerFolder()
  let seen = 0
  const metadata = () => ({ seen })
  async function* counted() {
    for (const entry of entries) {
      seen++
      yield entry
    }
  }
  await keepLayer(layers, 'key', counted(), metadata, compression)
  expect((await layers.find('key'))?.metadata).toEqual({ seen: entries.length })

  compress.mockClear()
  const fromLayer = await packed(layers)
  // The end of the archive.
  expect(compress).toHaveBeenCalledTimes(1)
  expect(fromLayer.equals(await packed())).toBe(true)
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
  const layers = layerFolder()
  await expect(keepLayer(layers, 'key', source(), metadata, compression)).rejects.toThrow('no more')
  expect(await layers.find('key')).toBeUndefined()
})

async function* failing(): AsyncGenerator<Entry> {
  yield directory('d')
  throw new Error('no more')
}
