import { spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UnusableArchive, unpackRelease } from '../../../src/habitat/hab/unpack-release.ts'
import { temporaryFolder } from '../../habitat/hab/fixtures.ts'
import { missingPrograms } from '../../testkit/machine.ts'
import { gnuLongName, headerBlock, type RawBlocks, type TarEntry, tarOf } from '../../testkit/tar.ts'

const TOP = 'hab-2.0.500-20250102030405-x86_64-linux'
const GOOD: TarEntry[] = [
  { path: TOP, type: 'directory', mode: 0o755 },
  { path: `${TOP}/hab`, content: 'program', mode: 0o755 },
]
const ZEROS = gzipSync(Buffer.alloc(1 << 20))

/** Unpacks bytes into an empty folder. @returns the folder, which only `out` lies in, and the archive's own */
async function unpack(archive: Uint8Array) {
  const place = await temporaryFolder()
  const folder = join(place, 'out')
  await mkdir(folder)
  const top = await unpackRelease(archive, folder).catch(error => error)
  expect(await readdir(place)).toEqual(['out'])
  return { folder, top }
}

async function unpackTar(members: Iterable<TarEntry | RawBlocks>) {
  return unpack(gzipSync(await tarOf(members)))
}

async function problemOf(archive: Uint8Array): Promise<string> {
  const { top } = await unpack(archive)
  expect(top).toBeInstanceOf(UnusableArchive)
  return top.message
}

async function problemOfTar(...members: (TarEntry | RawBlocks)[]): Promise<string> {
  return problemOf(gzipSync(await tarOf(members)))
}

describe('a release of hab', () => {
  test('is unpacked', async () => {
    const { folder, top } = await unpackTar(GOOD)
    expect(top).toBe(TOP)
    expect(await readdir(folder, { recursive: true })).toEqual([TOP, join(TOP, 'hab')])
    expect(await readFile(join(folder, TOP, 'hab'), 'utf8')).toBe('program')
  })

  test('may lack the entry of its folder, have others, and links inside', async () => {
    const { folder, top } = await unpackTar([
      { path: `${TOP}/lib/x`, content: 'x' },
      { path: `${TOP}/lib/up`, type: 'symlink', linkname: '../hab' },
      { path: `${TOP}/twin`, type: 'link', linkname: `${TOP}/lib/x` },
      { path: `${TOP}/hab`, content: 'y' },
    ])
    expect(top).toBe(TOP)
    expect(await readlink(join(folder, TOP, 'lib/up'))).toBe('../hab')
    expect(await readFile(join(folder, TOP, 'twin'), 'utf8')).toBe('x')
  })

  test('has no owners, times and modes', async () => {
    const { folder } = await unpackTar([
      { path: TOP, type: 'directory', mode: 0o2000, uid: 12, gid: 13 },
      { path: `${TOP}/hab`, content: 'x', mode: 0o6755, uid: 12, gid: 13, mtime: 1 },
    ])
    const own = { uid: process.getuid!(), gid: process.getgid!() }
    const umask = process.umask()
    expect(await stat(join(folder, TOP))).toMatchObject({ ...own, mode: 0o40755 & ~umask })
    const file = await stat(join(folder, TOP, 'hab'))
    expect(file).toMatchObject({ ...own, mode: 0o100644 & ~umask })
    expect(file.mtime.getFullYear()).toBeGreaterThan(1970)
  })

  const noTar = missingPrograms('tar', 'gzip')
  test.each(['ustar', 'gnu', 'pax'])(
    'written by GNU tar, %s, also as "./"',
    { skip: !!noTar },
    async format => {
      const place = await temporaryFolder()
      const long = 'n'.repeat(120)
      await mkdir(join(place, 'in', TOP, long), { recursive: true })
      await writeFile(join(place, 'in', TOP, 'hab'), 'program')
      await writeFile(join(place, 'in', TOP, long, 'x'), '')
      const path = join(place, 'hab.tar.gz')
      // A ustar cannot hold so long a name.
      const exclude = format === 'ustar' ? [`--exclude=${long}`] : []
      const args = ['-C', join(place, 'in'), `--format=${format}`, ...exclude, '-czf', path, './']
      expect(spawnSync('tar', args).status).toBe(0)
      const { folder, top } = await unpack(await readFile(path))
      expect(top).toBe(TOP)
      expect(await readFile(join(folder, TOP, 'hab'), 'utf8')).toBe('program')
    },
  )
})

describe('an archive is refused', () => {
  test.each<[string, TarEntry | RawBlocks, string]>([
    [
      'with a second folder',
      { path: 'other/hab' },
      `expected a single top-level folder, found "${TOP}" and "other"`,
    ],
    [
      'with a file beside its folder',
      { path: 'README' },
      'expected a single top-level folder, found the file "README"',
    ],
    [
      'with a link beside its folder',
      { path: 'hab', type: 'symlink', linkname: TOP },
      'found the file "hab"',
    ],
    ['with an absolute path', { path: '/etc/cron.d/x' }, 'it has the absolute path "/etc/cron.d/x"'],
    ['with a path upwards', { path: `${TOP}/../../x` }, `it has a path with "..", "${TOP}/../../x"`],
    ['with a path that goes round', { path: `${TOP}/a/../x` }, 'it has a path with ".."'],
    [
      'with a symlink to an absolute path',
      { path: `${TOP}/x`, type: 'symlink', linkname: '/etc' },
      `it has a link that leads out of its folder, "${TOP}/x" to "/etc"`,
    ],
    [
      'with a symlink upwards',
      { path: `${TOP}/x`, type: 'symlink', linkname: '../..' },
      `it has a link that leads out of its folder, "${TOP}/x" to "../.."`,
    ],
    [
      'with a symlink to what is beside',
      { path: `${TOP}/x`, type: 'symlink', linkname: `../${TOP}x` },
      'leads out',
    ],
    [
      'with a hard link to an absolute path',
      { path: `${TOP}/x`, type: 'link', linkname: '/etc/passwd' },
      'leads out',
    ],
    ['with a hard link upwards', { path: `${TOP}/x`, type: 'link', linkname: `${TOP}/../../x` }, 'leads out'],
    [
      'with a hard link as a symlink has it',
      { path: `${TOP}/x`, type: 'link', linkname: 'hab' },
      'leads out',
    ],
    [
      'with a character device',
      { path: `${TOP}/x`, type: 'character-device', devmajor: 1, devminor: 3 },
      `it has a character device, "${TOP}/x"`,
    ],
    ['with a block device', { path: `${TOP}/x`, type: 'block-device', devmajor: 8 }, 'it has a block device'],
    ['with a named pipe', { path: `${TOP}/x`, type: 'fifo' }, 'it has a named pipe'],
    [
      'with a sparse file',
      { raw: headerBlock({ name: `${TOP}/x`, typeflag: 'S' }) },
      'of the unknown type "SparseFile"',
    ],
    [
      'with a type that nobody knows',
      { raw: headerBlock({ name: `${TOP}/x`, typeflag: 'Z' }) },
      'of the unknown type "',
    ],
    ['with a file twice', { path: `${TOP}/./hab` }, `it has "${TOP}/./hab" twice`],
    ['with a link where a file is', { path: `${TOP}/hab`, type: 'symlink', linkname: 'x' }, 'twice'],
    ['with a file where a folder is', { path: TOP }, 'found the file'],
    ['with a folder where a file is', { path: `${TOP}/hab/x` }, 'it cannot be unpacked: '],
    ['with too deep a path', { path: `${TOP}/${'d/'.repeat(40)}x` }, 'it cannot be unpacked: '],
    [
      'with a wrong checksum',
      { raw: headerBlock({ name: `${TOP}/x`, checksum: '000000' }) },
      'it cannot be unpacked: ',
    ],
    [
      'with a name of two megabytes',
      { raw: Buffer.concat([gnuLongName('x'.repeat(2 << 20)).raw, headerBlock({ name: 'x' })]) },
      'it has a name or another header that is too long',
    ],
  ])('%s', async (_what, member, words) => {
    expect(await problemOfTar(...GOOD, member)).toContain(words)
  })

  test('that would write through a symlink', async () => {
    const within: TarEntry = { path: `${TOP}/in`, type: 'symlink', linkname: 'there' }
    expect(await problemOfTar(...GOOD, within, { path: `${TOP}/in/x`, content: 'x' })).toContain(
      'it cannot be unpacked: ',
    )
  })

  test('that a pax header leads elsewhere', async () => {
    expect(await problemOfTar(...GOOD, { path: `${TOP}/x`, pax: { path: '../../x' } })).toContain(
      'it has a path with ".."',
    )
  })

  test('with nothing in it', async () => {
    expect(await problemOfTar()).toMatch(
      /^(expected a single top-level folder, found nothing|it cannot be unpacked: .*)$/,
    )
    expect(await problemOf(gzipSync(''))).toMatch(
      /^(expected a single top-level folder, found nothing|it cannot be unpacked: .*)$/,
    )
  })

  test('with too many entries', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => ({ path: `${TOP}/${index}` }))
    expect(await problemOfTar(...GOOD, ...many)).toBe('it has more than 1000 entries')
  })

  test.each([
    ['in a file', headerBlock({ name: `${TOP}/hab`, size: '77777777777' })],
    ['behind its end', Buffer.alloc(1024)],
  ])('that unpacks to more than is sound, %s', async (_where, start) => {
    const members = [gzipSync(start), ...Array.from({ length: 600 }, () => ZEROS)]
    expect(await problemOf(Buffer.concat(members))).toBe('it unpacks to more than 512 MiB')
  })

  test('that is compressed twice, and so much more', async () => {
    const tar = await tarOf(GOOD)
    expect(await problemOf(gzipSync(gzipSync(tar)))).toContain('it cannot be unpacked: ')
    const bomb = gzipSync(Buffer.concat([gzipSync(tar), ...Array.from({ length: 64 }, () => ZEROS)]))
    expect(await problemOf(bomb)).toContain('it cannot be unpacked: ')
  })

  test('that is not gzip', async () => {
    expect(await problemOf(await tarOf(GOOD))).toBe('it cannot be unpacked: incorrect header check')
    expect(await problemOf(Buffer.from('<html>'))).toBe('it cannot be unpacked: incorrect header check')
    expect(await problemOf(gzipSync('<html>'.repeat(1000)))).toContain('it cannot be unpacked: ')
  })

  test('that is cut off, wherever', async () => {
    const tar = await tarOf([...GOOD, { path: `${TOP}/x`, content: Buffer.alloc(3000, 'abc') }])
    const archive = gzipSync(tar)
    for (const length of [10, 20, archive.length >> 1, archive.length - 9, archive.length - 1]) {
      expect(await problemOf(archive.subarray(0, length)), `${length}`).toBe('it is truncated')
    }
    // In its tar, where gzip has nothing to say.
    for (const length of [100, 512 + 512 + 3, tar.length - 2000]) {
      expect(await problemOf(gzipSync(tar.subarray(0, length))), `${length}`).toContain(
        'it cannot be unpacked: ',
      )
    }
  })
})

test('whatever is changed in an archive, it is unpacked into its folder or refused', async () => {
  const good = await tarOf([...GOOD, gnuLongName(`${TOP}/${'n'.repeat(150)}`), { path: 'n', content: 'x' }])
  const other = await tarOf([
    ...GOOD,
    { path: `${TOP}/l`, type: 'symlink', linkname: 'hab', pax: { mtime: '1' } },
  ])
  const change = fc.record({
    tar: fc.constantFrom(good, other),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }),
    packed: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(change, async ({ tar, at, bytes, packed }) => {
      const whole = Buffer.from(packed ? gzipSync(tar) : tar)
      whole.set(bytes.subarray(0, whole.length), Math.floor(at * Math.max(0, whole.length - bytes.length)))
      const { top, folder } = await unpack(packed ? whole : gzipSync(whole))
      if (top instanceof UnusableArchive) return
      expect(await readdir(folder)).toEqual([top])
    }),
    { seed: 20240102, numRuns: 100 },
  )
})
