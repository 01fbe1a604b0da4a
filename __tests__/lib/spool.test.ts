import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Spool } from '../../src/lib/spool.ts'

const MB = 1 << 20

let folder: string
let spool: Spool
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spool-'))
  spool = new Spool(join(folder, 'spool'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Bytes of which no two stretches are alike. */
function content(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at)
  return bytes
}

function read(start: number, length: number): Buffer {
  return Buffer.concat(Array.from(spool.read(start, length), piece => Buffer.from(piece)))
}

describe.each([
  ['nothing', 0, 0],
  ['little', 1000, 0],
  ['as much as fits into memory', MB, 0],
  ['one byte more', MB + 1, 1],
  ['much', 5 * MB + 123, 1],
])('%s', (_, length, files) => {
  test.each([1 << 16, 3 * MB, 999])('is read back from anywhere, written in pieces of %d', async size => {
    const bytes = content(length)
    for (let at = 0; at < length; at += size) await spool.write(bytes.subarray(at, at + size))
    expect(spool.length).toBe(length)
    expect(await readdir(folder)).toHaveLength(files)
    // The last stretch begins in the file, where there is one, and ends in memory.
    for (const [start, end] of [
      [0, length],
      [Math.floor(length / 3), Math.floor(length / 2)],
      [length, length],
      [Math.max(0, length - MB - 10), length],
    ] as const) {
      expect(read(start, end - start).equals(bytes.subarray(start, end))).toBe(true)
    }
    await spool.close()
    expect(await readdir(folder)).toEqual([])
  })
})

test('more may be written after something was read', async () => {
  const bytes = content(3 * MB)
  await spool.write(bytes.subarray(0, 2 * MB))
  expect(read(MB, 10).equals(bytes.subarray(MB, MB + 10))).toBe(true)
  await spool.write(bytes.subarray(2 * MB))
  expect(read(0, 3 * MB).equals(bytes)).toBe(true)
  await spool.close()
})

test('a write failure is reported, and nothing is left', async () => {
  await rm(folder, { recursive: true })
  await expect(spool.write(content(2 * MB))).rejects.toThrow('ENOENT')
  await spool.close()
})
