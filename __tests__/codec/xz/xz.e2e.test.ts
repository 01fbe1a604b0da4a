import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeXz } from '../../../src/codec/xz/xz.ts'
import { bytesOf, failure } from '../../habitat/reading.ts'
import { missingPrograms } from '../../testkit/machine.ts'
import { openFilesBelow } from '../../testkit/open-files.ts'
import { xzStored } from '../../testkit/xz.ts'
import { decodeFile, streamIn } from '../../testkit/xz-stream.ts'

// Numbers as text: compressible, yet no two blocks alike.
const text = Buffer.from(Array.from({ length: 60_000 }, (_, i) => `${i}`).join(' '))
let root: string
let file: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'xz-'))
  file = join(root, 'some.hart')
})
afterAll(() => rm(root, { recursive: true }))

function xz(input: Uint8Array, ...args: string[]): Buffer {
  const { status, stdout, stderr } = spawnSync('xz', ['--stdout', ...args], { input, maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(String(stderr))
  return stdout
}

async function decode(compressed: Uint8Array, start = 0): Promise<Buffer> {
  await writeFile(file, compressed)
  return bytesOf(decodeFile(decodeXz, file, start))
}

describe.skipIf(missingPrograms('xz'))('what xz made', () => {
  test.each([
    ['as Habitat does', ['-6', '--threads=0']],
    ['in several blocks', ['--threads=0', '--block-size=100000']],
    ['at the lowest level', ['-0']],
    ['at the highest level, whose dictionary has 64 MiB', ['-9e']],
    ['with CRC32', ['--check=crc32']],
    ['with CRC64', ['--check=crc64']],
    ['with SHA-256', ['--check=sha256']],
    ['without a check', ['--check=none']],
  ])('%s', async (_, args) => {
    expect((await decode(xz(text, ...args))).equals(text)).toBe(true)
  })

  test('of nothing', async () => {
    expect((await decode(xz(Buffer.alloc(0)))).length).toBe(0)
  })

  test('behind a header', async () => {
    const compressed = Buffer.concat([Buffer.from('HART-1\n'), xz(text)])
    expect((await decode(compressed, 7)).equals(text)).toBe(true)
  })

  test.each([
    ['a dictionary of 128 MiB', ['--lzma2=preset=6,dict=128MiB'], 'dictionary of more than 64 MiB'],
    ['a delta filter', ['--delta=dist=4', '--lzma2'], 'not supported'],
    ['a filter for x86 code', ['--x86', '--lzma2'], 'not supported'],
  ])('with %s is refused', async (_, args, problem) => {
    const error = await failure(decode(xz(text, ...args)))
    expect(error.code).toBe('XZ_FORMAT')
    expect(error.message).toContain(problem)
  })

  test.each(['crc32', 'crc64', 'sha256'])(
    'with a %s that is not that of its content is refused',
    async check => {
      // Stored as it is, so that nothing else than the check can tell.
      const noise = randomBytes(50_000)
      const compressed = xz(noise, `--check=${check}`)
      const stored = compressed.indexOf(noise.subarray(20_000, 20_100))
      expect(stored).toBeGreaterThan(0)
      compressed[stored]! ^= 1
      const error = await failure(decode(compressed))
      expect(error.code).toBe('XZ_FORMAT')
      expect(error.message).toContain('damaged')
    },
  )

  test('with an unknown kind of check is refused with a message', async () => {
    const compressed = xz(text, '--check=sha256')
    // The kind is in the header and in the footer, each with a CRC32 over it (xz file format, 2.1.1.2 and 2.1.2).
    const [header, footer] = [compressed.subarray(6), compressed.subarray(-12)]
    header[1] = footer[9] = 0x0b
    header.writeUInt32LE(crc32(header.subarray(0, 2)), 2)
    footer.writeUInt32LE(crc32(footer.subarray(4, 10)), 0)
    const error = await failure(decode(compressed))
    expect(error.code).toBe('XZ_FORMAT')
    expect(error.message).toContain('a kind of checksum that is not supported')
  })

  test('twice, one after the other, is refused', async () => {
    const error = await failure(decode(Buffer.concat([xz(text), xz(text)])))
    expect(error.code).toBe('XZ_FORMAT')
    expect(error.message).toContain('it has trailing data')
  })

  describe('in blocks', () => {
    /** With dictionaries of the sizes that the bytes stand for (xz file format, 5.3.1), in turn. */
    function inBlocks(...dictionaries: number[]): Buffer {
      const compressed = xz(text, '-0', '--threads=1', '--block-size=50000')
      const header = Buffer.of(2, 0, 0x21, 1, 0x0c, 0, 0, 0)
      let count = 0
      for (let at = compressed.indexOf(header); at >= 0; at = compressed.indexOf(header, at), count++) {
        compressed[at + 4] = dictionaries[count % dictionaries.length]!
        compressed.writeUInt32LE(crc32(compressed.subarray(at, at + 8)), at + 8)
      }
      expect(count).toBeGreaterThan(5)
      return compressed
    }

    test('that need a dictionary of 64 MiB each', async () => {
      expect((await decode(inBlocks(0x1c))).equals(text)).toBe(true)
    })

    test('whose dictionaries of 48 and 64 MiB would add up is refused', async () => {
      const error = await failure(decode(inBlocks(0x1b, 0x1c)))
      expect(error.code).toBe('XZ_FORMAT')
      expect(error.message).toContain('memory ran out')
    })
  })

  test.each([
    ['right behind it', 1],
    ['far behind it', 1_000_000],
  ])('with something more %s is refused', async (_, length) => {
    const error = await failure(decode(Buffer.concat([xz(text), Buffer.alloc(length, 'junk')])))
    expect(error.code).toBe('XZ_FORMAT')
    expect(error.message).toContain(file)
  })
})

test('something more is refused where it comes in another piece of the file', async () => {
  const piece = 256 * 1024
  let length = piece
  while (xzStored(Buffer.alloc(length)).length > piece) length--
  const compressed = xzStored(Buffer.alloc(length))
  expect(compressed.length).toBe(piece)
  expect((await decode(compressed)).length).toBe(length)
  expect((await failure(decode(Buffer.concat([compressed, Buffer.from('j')])))).code).toBe('XZ_FORMAT')
  const error = await failure(decode(Buffer.concat([compressed, Buffer.from('junk'.repeat(100_000))])))
  expect(error.code).toBe('XZ_FORMAT')
  expect(error.message).toContain('it has trailing data')
})

describe('a body that is', () => {
  const compressed = xzStored(text)
  test.each([
    ['empty', Buffer.alloc(0), 'empty'],
    ['no xz', Buffer.from('PK\x03\x04 and so on'), 'not in the xz format'],
    ['gzip', gzipSync(text), 'not in the xz format'],
    ['cut in its header', compressed.subarray(0, 5), 'truncated'],
    ['cut behind its header', compressed.subarray(0, 12), 'truncated'],
    ['cut in the middle', compressed.subarray(0, compressed.length >> 1), 'truncated'],
    ['cut before its last byte', compressed.subarray(0, -1), 'truncated'],
  ])('%s', async (_, bytes, problem) => {
    const error = await failure(decode(bytes))
    expect(error.code).toBe('XZ_FORMAT')
    expect(error.message).toContain(file)
    expect(error.message).toContain(problem)
  })

  test.skipIf(missingPrograms('xz'))('damaged', async () => {
    const damaged = xz(text)
    damaged[damaged.length >> 1]! ^= 0x10
    const error = await failure(decode(damaged))
    expect(error.code).toBe('XZ_FORMAT')
    expect(error.message).toContain('damaged')
  })
})

describe('a stream that was changed', () => {
  /** Decodes what is in the file when it was changed after it had been hashed. */
  async function decodeChanged(before: Uint8Array, after: Uint8Array, start = 0): Promise<Buffer> {
    await writeFile(file, before)
    const handle = await open(file)
    try {
      const stream = await streamIn(handle, file, start)
      await writeFile(file, after)
      return await bytesOf(decodeXz(stream))
    } finally {
      await handle.close()
    }
  }
  const good = xzStored(text)
  const other = Buffer.from(good)
  other.write('other', 4000)

  test.each<[string, Buffer]>([
    ['in bytes that decode', other],
    ['to nothing', Buffer.alloc(0)],
    ['to something else than xz', Buffer.alloc(good.length, 'x')],
    ['at its end', Buffer.concat([good, Buffer.from('x')])],
    ['by being cut', good.subarray(0, 300_000)],
    ['to another that is not damaged', xzStored(Buffer.from(text).reverse())],
  ])('%s is refused as that, and not as damaged', async (_, after) => {
    const error = await failure(decodeChanged(good, after))
    expect(error.code).toBe('HART_CHANGED')
    expect(error.message).toContain(file)
  })

  test('outside the stream is the same stream', async () => {
    const [before, after] = ['head', 'tail'].map(head => Buffer.concat([Buffer.from(head), good]))
    expect((await decodeChanged(before!, after!, 4)).equals(text)).toBe(true)
  })
})

describe('the decoder', () => {
  test('decodes several at once, and after one that was stopped or failed', async () => {
    const [a, b, bad] = [join(root, 'a'), join(root, 'b'), join(root, 'bad')]
    const other = Buffer.from(text).reverse()
    await writeFile(a, xzStored(text))
    await writeFile(b, xzStored(other))
    await writeFile(bad, xzStored(text).subarray(0, 100_000))
    for (let round = 0; round < 3; round++) {
      const stopped = decodeFile(decodeXz, a)
      const results = Promise.all([
        bytesOf(decodeFile(decodeXz, b)),
        failure(bytesOf(decodeFile(decodeXz, bad))),
        bytesOf(decodeFile(decodeXz, a)),
      ])
      await stopped.next()
      await stopped.return()
      const [gotB, error, gotA] = await results
      expect(gotB.equals(other)).toBe(true)
      expect(error.code).toBe('XZ_FORMAT')
      expect(gotA.equals(text)).toBe(true)
    }
  })

  test('leaves no file open', async () => {
    const junk = Buffer.concat([xzStored(text), Buffer.alloc(1_000_000, 'junk')])
    const bad = Buffer.alloc(1_000_000, 'bad')
    for (let round = 0; round < 3; round++) {
      await decode(xzStored(text))
      await failure(decode(junk))
      await failure(decode(bad))
      await writeFile(file, xzStored(text))
      for await (const _ of decodeFile(decodeXz, file)) break
    }
    expect(openFilesBelow(root)).toEqual([])
  })
})
