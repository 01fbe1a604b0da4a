import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readTar } from '../../src/codec/tar/read.ts'
import { readMetadata } from '../../src/habitat/package/metadata.ts'
import { packageEntries } from '../../src/habitat/sources/archive.ts'
import { asInstalled } from '../../src/habitat/sources/as-installed.ts'
import { MesosizeError } from '../../src/lib/errors.ts'
import { Spool } from '../../src/lib/spool.ts'

import { packageEntries as specEntries } from '../testkit/package-entries.ts'
import { pieces } from '../testkit/pieces.ts'
import { gnuLongName, headerBlock, padded, type RawBlocks, type TarEntry, tarOf } from '../testkit/tar.ts'
import { isSound } from './sound.ts'

const ident = 'acme/app/1.0/20240102030405'
const top = `hab/pkgs/${ident}`
const LIMIT = 1 << 20
const options = { seed: 20240102, numRuns: 400 }

const folder = mkdtempSync(join(tmpdir(), 'fuzz-tar-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Reads a tar as a package, whichever way it ends; anything but clean entries or an error of ours fails. */
async function attempt(tar: Uint8Array, size = 1 << 16): Promise<'read' | string> {
  const entries = () => packageEntries(readTar(pieces(tar, size), '/x.hart', LIMIT), '/x.hart')
  const spool = new Spool(join(folder, 'spool'))
  try {
    await isSound(asInstalled(entries(), spool), LIMIT)
    await readMetadata(entries(), '/x.hart')
    return 'read'
  } catch (error) {
    if (!(error instanceof MesosizeError)) throw error
    return error.code
  } finally {
    await spool.close()
  }
}

let good: Buffer
beforeAll(async () => {
  const files = {
    'bin/app': 'a'.repeat(1000),
    'bin/alias': { symlink: 'app' },
    'bin/twin': { hardlink: 'bin/app' },
    'default.toml': 'port = 1\n',
    [`share/${'long'.repeat(40)}/ü`]: 'x',
  }
  const gnu = [
    gnuLongName(`${top}/${'n'.repeat(150)}`),
    {
      raw: Buffer.concat([
        headerBlock({ name: 'n', size: '00000000003', magic: 'ustar  \0' }),
        padded(Buffer.from('abc')),
      ]),
    },
  ]
  good = await tarOf([...specEntries({ ident, files, exposes: [80] }), ...gnu])
})

test('what is changed was good', async () => {
  expect(await attempt(good)).toBe('read')
})

describe('a good tar', () => {
  test('with bytes changed, cut out, put in and doubled', async () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      kind: fc.constantFrom('set', 'cut', 'insert', 'double'),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }),
      length: fc.oneof(fc.nat(40), fc.constantFrom(512, 1024)),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 2000 }),
        async (changes, size) => {
          let tar = Buffer.from(good)
          for (const { at, kind, bytes, length } of changes) {
            const offset = Math.floor(at * tar.length)
            if (kind === 'set') tar.set(bytes.subarray(0, tar.length - offset), offset)
            else {
              const [before, after] = [
                tar.subarray(0, offset),
                tar.subarray(kind === 'insert' ? offset : offset + length),
              ]
              const between =
                kind === 'insert' ? bytes : kind === 'double' ? tar.subarray(offset, offset + 2 * length) : []
              tar = Buffer.concat([before, Buffer.from(between), after])
            }
          }
          await attempt(tar, size)
        },
      ),
      options,
    )
  })

  test('with header fields changed under a right checksum', async () => {
    // Offsets and lengths of the fields of a header.
    const field = fc.constantFrom(
      [0, 100],
      [100, 8],
      [108, 8],
      [116, 8],
      [124, 12],
      [136, 12],
      [156, 1],
      [157, 100],
      [257, 8],
      [345, 155],
    )
    const value = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom(
        '',
        '0',
        '77777777777',
        '-1',
        '../x',
        '/x',
        top,
        `${top}/bin`,
        `${top}/bin/app`,
        'ustar  \0',
        '\x80\0\0\0\0\0\0\x01',
        '\xff\xff\xff\xff\xff\xff\xff\xff',
        '1',
        '2',
        '3',
        '5',
        'L',
        'K',
        'x',
        'g',
        'S',
      ),
    )
    const counts = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(fc.nat(), field, value, async (which, [offset, length], bytes) => {
        const tar = Buffer.from(good)
        const headers = headerOffsets(tar)
        const start = headers[which % headers.length]!
        const raw = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes
        tar.fill(0, start + offset!, start + offset! + length!)
        tar.set(raw.subarray(0, length), start + offset!)
        sign(tar, start)
        const outcome = await attempt(tar)
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
      }),
      options,
    )
    // Some of all this must be read, and must be refused for more than one reason: else nothing was tried.
    expect(counts.get('read')).toBeGreaterThan(10)
    expect([...counts.keys()].sort()).toEqual(expect.arrayContaining(['ARCHIVE_UNSAFE', 'TAR_FORMAT']))
  })
})

test('tars of random members', async () => {
  const part = fc.constantFrom('bin', 'app', 'a', '..', '.', '', 'ü', 'x\ny', 'IDENT')
  const path = fc.oneof(
    fc.array(part, { maxLength: 4 }).map(parts => [top, ...parts].join('/')),
    fc.array(part, { minLength: 1, maxLength: 3 }).map(parts => parts.join('/')),
    fc.constantFrom(top, 'hab', 'hab/pkgs', './', `./${top}`, `/${top}/x`, `${top}/IDENT`),
  )
  const member = fc.record<TarEntry>(
    {
      path,
      type: fc.constantFrom('file', 'directory', 'symlink', 'link', 'fifo', 'character-device'),
      linkname: path,
      content: fc.string({ maxLength: 600 }),
      mode: fc.integer({ min: 1, max: 0o7777 }),
      pax: fc.dictionary(
        fc.constantFrom('path', 'linkpath', 'size', 'uid', 'mtime', 'comment', 'GNU.sparse.major'),
        fc.oneof(path, fc.nat(2000).map(String)),
        { maxKeys: 2 },
      ),
    },
    { requiredKeys: ['path'] },
  )
  const clean = fc.record<TarEntry>(
    { path: part.map(each => `${top}/${each}`), content: fc.string({ maxLength: 600 }) },
    { requiredKeys: ['path'] },
  )
  const blocks = fc.oneof(
    path.map(each => gnuLongName(each)),
    fc.uint8Array({ minLength: 512, maxLength: 512 }).map(raw => ({ raw })),
  )
  let read = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          { weight: 3, arbitrary: clean },
          { weight: 3, arbitrary: member },
          { weight: 1, arbitrary: blocks as fc.Arbitrary<TarEntry | RawBlocks> },
        ),
        { maxLength: 5 },
      ),
      async members => {
        const tar = await tarOf([{ path: top, type: 'directory' }, ...members.map(withLink)])
        const outcome = await attempt(tar)
        if (outcome === 'read' || outcome === 'METAFILE_INVALID') read++
      },
    ),
    options,
  )
  expect(read).toBeGreaterThan(10)
})

/** The kit writes no link without a target. */
function withLink(member: TarEntry | RawBlocks): TarEntry | RawBlocks {
  if ('raw' in member) return member
  const isLink = member.type === 'link' || member.type === 'symlink'
  return isLink && !member.linkname ? { ...member, linkname: 'x' } : member
}

test('random bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async bytes => {
      await attempt(bytes)
    }),
    options,
  )
})

/** Where the headers of a well-formed tar are. */
function headerOffsets(tar: Buffer): number[] {
  const offsets: number[] = []
  for (let at = 0; tar[at] !== 0; ) {
    offsets.push(at)
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8)
    at += 512 + Math.ceil(size / 512) * 512
  }
  return offsets
}

function sign(tar: Buffer, start: number): void {
  tar.fill(' ', start + 148, start + 156)
  const sum = tar.subarray(start, start + 512).reduce((total, byte) => total + byte, 0)
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, start + 148, 'latin1')
}
