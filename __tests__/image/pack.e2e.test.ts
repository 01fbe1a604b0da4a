import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Compressor, startEncoder } from '../../src/codec/gzip/gzip.ts'
import type { Entry, Part } from '../../src/codec/tar/entry.ts'
import { pack } from '../../src/image/pack.ts'
import { missingPrograms } from '../testkit/machine.ts'
import { noise } from '../testkit/noise.ts'
import { awkwardEntries, directory, file } from './fixtures.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pack-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const encode = startEncoder({ encoder: 'libdeflate', level: 4 })

let count = 0
async function packed(
  parts: Part[],
  compress: Compressor = async block => encode(block),
  blocksInFlight = 2,
) {
  const out = join(folder, `out-${count++}`)
  mkdirSync(out)
  let progress = 0
  const phase = {
    advance(amount: number) {
      progress += amount
    },
    done() {},
  }
  const [result] = await pack([{ isLayer: false, parts }], out, { compress, blocksInFlight, phase })
  return { ...result!, progress, bytes: readFileSync(result!.path) }
}

function part(name: string, entries: Entry[]): Part {
  return { name, entries: () => entries }
}

test('size, digest and progress are those of the file', async () => {
  const { bytes, size, sha256, progress, parts } = await packed([
    part('first', [directory('a'), file('a/b', [noise('first', 3_000_000)])]),
    part('second', [file('c', ['c'])]),
  ])
  expect(size).toBe(bytes.length)
  expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
  // The two blocks of zeros at the end do not belong to a part.
  expect(progress).toBe(gunzipSync(bytes).length - 1024)
  const end = execFileSync('gzip', ['-dc'], { input: bytes.subarray(parts[0]!.packed + parts[1]!.packed) })
  expect(end).toEqual(Buffer.alloc(1024))
})

test("a part's bytes depend on that part alone", async () => {
  const shared = () => part('shared', [file('s', [noise('shared', 2_500_000)])])
  const before = await packed([part('small', [file('a', ['a'])]), shared()])
  const after = await packed([
    part('large', [file('b', [noise('large', 1_234_567)])]),
    shared(),
    part('more', [directory('d')]),
  ])
  const start = (result: typeof before) => result.parts[0]!.packed
  const bytesOf = (result: typeof before) =>
    result.bytes.subarray(start(result), start(result) + result.parts[1]!.packed)
  expect(bytesOf(after)).toEqual(bytesOf(before))
})

test('the order of the bytes does not depend on which block is compressed first', async () => {
  const parts = () => [part('p', [file('f', [noise('p', 6_000_000)])])]
  let pending = 0
  const lastFirst: Compressor = async block => {
    await new Promise(resolve => setTimeout(resolve, 50 - 10 * pending++))
    pending = pending % 5
    return encode(block)
  }
  expect((await packed(parts(), lastFirst, 6)).sha256).toBe((await packed(parts(), undefined, 1)).sha256)
})

test('what fails in a part or in compressing fails the whole', async () => {
  const failing = {
    name: 'p',
    entries: async function* () {
      yield directory('d')
      throw new Error('no more')
    },
  }
  await expect(packed([failing])).rejects.toThrow('no more')
  const noCompression = () => Promise.reject(new Error('no compression'))
  await expect(packed([part('p', [directory('d')])], noCompression)).rejects.toThrow('no compression')
})

describe.each([
  ['GNU tar', 'tar', ['-xzpf']],
  ['bsdtar', 'bsdtar', ['-xzpf']],
  ['busybox tar', 'busybox', ['tar', '-xzpf']],
])('%s', (name, program, args) => {
  const reason =
    missingPrograms(program) ?? (process.getuid?.() === 0 ? undefined : 'needs root to set owners')

  test.skipIf(reason)(
    `unpacks every kind of entry as it was packed${reason ? ` (SKIPPED: ${reason})` : ''}`,
    async () => {
      const entries = awkwardEntries()
      const { path } = await packed([part('awkward', entries)])
      const target = join(folder, name.replace(' ', '-'))
      mkdirSync(target)
      execFileSync(program, [...args, path], { cwd: target, env: { ...process.env, LC_ALL: 'C.UTF-8' } })
      for (const entry of entries) {
        const unpacked = join(target, entry.path)
        const stats = lstatSync(unpacked)
        const found = { path: entry.path, mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid }
        const original =
          entry.type === 'hardlink' ? entries.find(other => other.path === entry.target)! : entry
        expect(found).toEqual({ path: entry.path, mode: original.mode, uid: 0, gid: 0 })
        switch (entry.type) {
          case 'directory':
            expect(stats.isDirectory()).toBe(true)
            break
          case 'file':
            expect(readFileSync(unpacked)).toEqual(Buffer.concat([...(entry.content as Uint8Array[])]))
            expect(stats.mtimeMs / 1000).toBe(entry.mtime)
            break
          case 'symlink':
            expect(readlinkSync(unpacked)).toBe(entry.target)
            break
          case 'hardlink':
            expect(stats.ino).toBe(lstatSync(join(target, entry.target)).ino)
        }
      }
    },
  )
})
