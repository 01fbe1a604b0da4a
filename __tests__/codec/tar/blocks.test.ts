import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BLOCK_SIZE, tarBlocks } from '../../../src/codec/tar/blocks.ts'
import type { Entry, FileEntry } from '../../../src/codec/tar/entry.ts'
import { fillHoles } from '../../../src/codec/tar/fill.ts'
import { awkwardEntries, directory, file } from '../../image/fixtures.ts'
import { missingPrograms } from '../../testkit/machine.ts'
import { noise } from '../../testkit/noise.ts'
import { readTar } from '../../testkit/tar.ts'

async function blocksOf(...args: Parameters<typeof tarBlocks>): Promise<Uint8Array[]> {
  const blocks: Uint8Array[] = []
  for await (const block of tarBlocks(...args)) {
    expect(block.holes).toEqual([])
    expect(block.bytes.length).toBe(block.length)
    blocks.push(block.bytes)
  }
  return blocks
}

test('all blocks but the last have the block size, and each owns its memory', async () => {
  const blocks = await blocksOf([file('big', [new Uint8Array(2.5 * BLOCK_SIZE)])])
  expect(blocks.map(block => block.length)).toEqual([BLOCK_SIZE, BLOCK_SIZE, BLOCK_SIZE / 2 + 512])
  for (const block of blocks) expect(block.buffer.byteLength).toBe(block.length)
})

test('a run that ends on a block boundary has no empty block behind it', async () => {
  const blocks = await blocksOf([file('exact', [new Uint8Array(BLOCK_SIZE - 512)])])
  expect(blocks.map(block => block.length)).toEqual([BLOCK_SIZE])
})

test('the blocks do not depend on the pieces in which content arrives', async () => {
  const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251))
  const whole = await blocksOf([file('data', [content])])
  const pieces: Uint8Array[] = []
  for (let start = 0, size = 1; start < content.length; start += size, size = (size * 7) % 99_991) {
    pieces.push(content.subarray(start, start + size))
  }
  expect(Buffer.concat(await blocksOf([file('data', pieces)]))).toEqual(Buffer.concat(whole))
})

test('another implementation reads back what was written, in the same order', async () => {
  const entries = awkwardEntries()
  const members = await readTar(Buffer.concat([...(await blocksOf(entries)), new Uint8Array(1024)]))
  expect(members.map(({ path }) => path.replace(/\/$/, ''))).toEqual(entries.map(({ path }) => path))
  for (const [index, entry] of entries.entries()) {
    const member = members[index]!
    expect(member).toMatchObject({ mode: entry.mode, uid: 0, gid: 0, mtime: entry.mtime })
    if (entry.type === 'file')
      expect(member.content).toEqual(Buffer.concat([...(entry.content as Uint8Array[])]))
    if (entry.type === 'symlink' || entry.type === 'hardlink') expect(member.linkname).toBe(entry.target)
  }
})

describe('content that is not as long as its size says', () => {
  test.each([
    ['shorter', 5, ['four'], /"f" should have 5 bytes but gave 4: /],
    ['longer', 3, ['fo', 'ur'], /"f" should have 3 bytes but gave more: /],
  ])('is refused: %s', async (_name, size, pieces, message) => {
    await expect(blocksOf([directory('d'), file('f', pieces, { size } as never)])).rejects.toThrow(message)
  })
})

describe('content that lies in a file', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'blocks-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** The same entries with their content in files of this machine. */
  function inFiles(entries: Entry[]): Entry[] {
    return entries.map((entry, index) => {
      if (entry.type !== 'file') return entry
      const path = join(folder, String(index))
      // Exclusively: what an earlier test left may be a link.
      writeFileSync(path, Buffer.concat([...(entry.content as Uint8Array[])]), { flag: 'wx' })
      return { ...entry, file: { path, size: entry.size, changed: statSync(path).ctimeMs } }
    })
  }

  async function filled(entries: Entry[]): Promise<Buffer> {
    const blocks: Buffer[] = []
    for await (const block of tarBlocks(entries)) {
      const whole = Buffer.alloc(block.length)
      fillHoles(block, whole)
      blocks.push(whole)
    }
    return Buffer.concat(blocks)
  }

  test('makes the same bytes, whatever the size of the file', async () => {
    const entries = [
      ...awkwardEntries(),
      file('empty', []),
      file('one', ['1']),
      file('exact', [noise('exact', BLOCK_SIZE)]),
      file('large', [noise('large', 2.5 * BLOCK_SIZE)]),
    ]
    expect(await filled(inFiles(entries))).toEqual(Buffer.concat(await blocksOf(entries)))
  })

  test.each([
    ['shorter', 'abc'],
    ['longer', 'abcdefg'],
    ['something else of the same length, and has its time back', 'HELLO'],
  ])('is refused when it has become %s', async (_name, now) => {
    const [entry] = inFiles([file('f', ['hello'])])
    const { path, changed } = (entry as FileEntry).file!
    const { atime, mtime } = statSync(path)
    // The clock that dates files may stand still for some milliseconds.
    do {
      writeFileSync(path, now)
      utimesSync(path, atime, mtime)
    } while (statSync(path).ctimeMs === changed)
    await expect(filled([entry!])).rejects.toMatchObject({
      code: 'CONTENT_CHANGED',
      message: `"${path}" changed while it was exported. Run the export again.`,
    })
  })

  test('is not followed when it has become a link', async () => {
    const [entry] = inFiles([file('f', ['hello'])])
    const { path } = (entry as FileEntry).file!
    rmSync(path)
    writeFileSync(join(folder, 'target'), 'hello')
    symlinkSync('target', path)
    await expect(filled([entry!])).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })

  test.skipIf(missingPrograms('mkfifo'))('fails without waiting when it has become a pipe', async () => {
    const [entry] = inFiles([file('f', ['hello'])])
    const { path } = (entry as FileEntry).file!
    rmSync(path)
    execFileSync('mkfifo', [path])
    await expect(filled([entry!])).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })
})
