import { describe, expect, test } from 'vitest'
import { readTar } from '../../../src/codec/tar/read.ts'
import { packageEntries } from '../../../src/habitat/sources/archive.ts'
import { pieces } from '../../testkit/pieces.ts'
import { type RawBlocks, type TarEntry, tarOf } from '../../testkit/tar.ts'
import { drain, failure, type ReadEntry, read } from '../reading.ts'

const name = '/cache/some.hart'
const top = 'hab/pkgs/acme/app/1.0/20240102030405'
// date -u -d '2024-01-02 03:04:05' +%s
const RELEASED = 1704164645

async function entries(members: readonly (TarEntry | RawBlocks)[]): Promise<ReadEntry[]> {
  return read(packageEntries(readTar(pieces(await tarOf(members)), name, 1 << 30), name))
}

const dir = (path: string): TarEntry => ({ path, type: 'directory', mode: 0o755 })
const link = (path: string, linkname: string): TarEntry => ({ path, type: 'symlink', linkname })
const hard = (path: string, linkname: string): TarEntry => ({ path, type: 'link', linkname })

describe('a package', () => {
  test('has its own directory first, and all that is in it', async () => {
    expect(
      await entries([
        dir(top),
        { path: `${top}/IDENT`, content: 'x', mode: 0o640, uid: 1, gid: 2, mtime: 3 },
        dir(`${top}/bin`),
        { path: `${top}/bin/a`, content: 'abc', mode: 0o4755 },
        hard(`${top}/bin/b`, `${top}/bin/a`),
        link(`${top}/bin/c`, '../../../../elsewhere'),
        link(`${top}/bin/d`, '/etc/passwd'),
        hard(`${top}/bin/e`, `${top}/bin/c`),
      ]),
    ).toEqual([
      { type: 'directory', path: top, mode: 0o755, mtime: RELEASED },
      { type: 'file', path: `${top}/IDENT`, size: 1, content: 'x', mode: 0o640, mtime: 3 },
      expect.objectContaining({ type: 'directory', path: `${top}/bin`, mtime: RELEASED }),
      // As the tar crate of hab has it: a file is never of 1970.
      expect.objectContaining({ type: 'file', path: `${top}/bin/a`, content: 'abc', mode: 0o4755, mtime: 1 }),
      expect.objectContaining({ type: 'hardlink', path: `${top}/bin/b`, target: `${top}/bin/a` }),
      expect.objectContaining({ type: 'symlink', target: '../../../../elsewhere', mode: 0o777 }),
      expect.objectContaining({ type: 'symlink', target: '/etc/passwd' }),
      expect.objectContaining({ type: 'hardlink', target: `${top}/bin/c` }),
    ])
  })

  test('has its own directory even where the archive has none', async () => {
    expect((await entries([{ path: `${top}/IDENT`, content: 'x' }]))[0]).toEqual({
      type: 'directory',
      path: top,
      mode: 0o755,
      mtime: RELEASED,
    })
  })

  test('has its own directory again where it comes late', async () => {
    const all = await entries([
      { path: `${top}/IDENT`, content: 'x' },
      { ...dir(top), mode: 0o750 },
    ])
    expect(all.map(({ path, mode }) => [path, mode])).toEqual([
      [top, 0o755],
      [`${top}/IDENT`, 0o644],
      [top, 0o750],
    ])
  })

  test.each([
    [
      'without those above it',
      ['hab', 'hab/pkgs', 'hab/pkgs/acme', 'hab/pkgs/acme/app', 'hab/pkgs/acme/app/1.0', top],
    ],
    ['without those above it that come late', [top, 'hab/pkgs']],
    ['with a dot in front', ['./', './hab', `./${top}`]],
  ])('has its directories, %s', async (_, paths) => {
    expect((await entries(paths.map(dir))).map(entry => entry.path)).toEqual([top])
  })

  test('may describe a directory after it has put something there', async () => {
    const paths = (
      await entries([dir(top), { path: `${top}/a/b/c` }, dir(`${top}/a`), dir(`${top}/a/b`)])
    ).map(entry => entry.path)
    expect(paths).toEqual([top, `${top}/a/b/c`, `${top}/a`, `${top}/a/b`])
  })

  test('may have names that only look dangerous', async () => {
    const paths = [
      `${top}/..a`,
      `${top}/...`,
      `${top}/a..`,
      `${top}/-rf`,
      `${top}/a b\n$(c)`,
      `${top}/.hidden`,
    ]
    expect((await entries([dir(top), ...paths.map(path => ({ path }))])).map(entry => entry.path)).toEqual([
      top,
      ...paths,
    ])
  })
})

describe('names', () => {
  const deep = (length: number) => `${top}/${'a/'.repeat(length)}`.slice(0, length - 1).concat('a')

  test('may be as long as Linux lets them be', async () => {
    const paths = [
      `${top}/${'a'.repeat(255)}`,
      `${top}/${'ä'.repeat(127)}a`,
      `${top}/${'🚀'.repeat(63)}`,
      deep(4000),
    ]
    const all = await entries([dir(top), ...paths.map(path => ({ path, content: 'x' }))])
    expect(all.slice(1).map(({ path }) => path)).toEqual(paths)
  })
})

describe('an archive is refused', () => {
  const inside = { path: `${top}/a`, content: 'x' }
  test.each<[string, TarEntry[], string]>([
    ['for a path that leaves the package', [dir(top), { path: `${top}/../x` }], `${top}/../x`],
    ['for a path that leaves everything', [{ path: '../../etc/passwd' }], '../../etc/passwd'],
    ['for .. at the end', [dir(top), dir(`${top}/..`)], `${top}/..`],
    ['for .. behind ./', [dir(top), dir('./../x')], './../x'],
    ['for an absolute path', [{ path: '/etc/passwd' }], '/etc/passwd'],
    ['for an absolute path of the package', [dir(`/${top}`)], `/${top}`],
    ['for a dot in the middle', [dir(top), { path: `${top}/./a` }], `${top}/./a`],
    ['for an empty part', [dir(top), { path: `${top}//a` }], `${top}//a`],
    ['for something beside the package', [dir(top), { path: 'etc/passwd' }], 'etc/passwd'],
    [
      'for something of another package',
      [dir(top), { path: 'hab/pkgs/acme/other/1.0/20240102030405/a' }],
      'hab/pkgs/acme/other/1.0/20240102030405/a',
    ],
    [
      'for another release',
      [dir(top), { path: 'hab/pkgs/acme/app/1.0/20240102030406/a' }],
      '20240102030406/a',
    ],
    ['for a directory whose name begins alike', [dir(top), { path: `${top}x/a` }], `${top}x/a`],
    ['for a file above the package', [dir(top), { path: 'hab/pkgs/acme/app/x' }], 'hab/pkgs/acme/app/x'],
    ['for a file in place of what is above', [dir(top), { path: 'hab/pkgs' }], '"hab/pkgs"'],
    ['for a symlink in place of what is above', [link('hab', '/tmp')], '"hab"'],
    ['for a directory beside what is above', [dir('hab'), dir('hab/cache')], 'hab/cache'],
    ['for another directory beside what is above', [dir(top), dir('hab/pkgs/evil')], 'hab/pkgs/evil'],
    ['for a file in place of the package', [{ path: top }], `"${top}" is a file`],
    ['for a symlink in place of the package', [link(top, '/')], `"${top}" is a symlink`],
    ['for no release', [dir('hab/pkgs/acme/app/1.0/x/y')], 'hab/pkgs/acme/app/1.0/x/y'],
    ['for an origin that is none', [dir('hab/pkgs/ACME/app/1.0/20240102030405')], 'ACME'],
    ['for something under opt', [dir(`opt/${top}`)], `opt/${top}`],
    [
      'for a name that is too long',
      [dir(top), { path: `${top}/${'a'.repeat(256)}` }],
      'longer than 255 bytes',
    ],
    [
      'for a long name of letters of two bytes',
      [dir(top), dir(`${top}/${'ä'.repeat(128)}/b`)],
      'longer than 255 bytes',
    ],
    [
      'for a long name that a link leads to',
      [dir(top), hard(`${top}/b`, `${top}/${'a'.repeat(256)}`)],
      'longer than 255 bytes',
    ],
    [
      'for a path that is too long',
      [dir(top), { path: `${top}/${'a/'.repeat(2000)}a` }],
      'longer than 4000 bytes',
    ],
    ['for a file twice', [dir(top), inside, inside], `"${top}/a" appears twice`],
    ['for a directory twice', [dir(top), dir(`${top}/d`), dir(`${top}/d`)], `"${top}/d" appears twice`],
    ['for the package twice', [dir(top), inside, dir(top)], `"${top}" appears twice`],
    ['for the package twice, late', [inside, dir(top), dir(top)], `"${top}" appears twice`],
    [
      'for a file twice, once with a dot',
      [dir(top), inside, { path: `./${top}/a` }],
      `"${top}/a" appears twice`,
    ],
    ['for a file and a directory', [dir(top), inside, dir(`${top}/a`)], 'appears twice'],
    ['for a directory and a symlink', [dir(top), dir(`${top}/d`), link(`${top}/d`, '/')], 'appears twice'],
    [
      'for what is in a file',
      [dir(top), inside, { path: `${top}/a/b` }],
      `written through the file "${top}/a"`,
    ],
    [
      'for what is behind a symlink',
      [dir(top), link(`${top}/l`, '/etc'), { path: `${top}/l/passwd` }],
      `"${top}/l/passwd" would be written through the symlink "${top}/l"`,
    ],
    [
      'for what is deep behind a symlink',
      [dir(top), link(`${top}/l`, '/etc'), { path: `${top}/l/a/b/c` }],
      `through the symlink "${top}/l"`,
    ],
    [
      'for a directory behind a symlink',
      [dir(top), link(`${top}/l`, '/etc'), dir(`${top}/l/d`)],
      'through the symlink',
    ],
    [
      'for a symlink where something is',
      [dir(top), { path: `${top}/l/a` }, link(`${top}/l`, '/etc')],
      'appears twice',
    ],
    [
      'for what is behind a hardlink',
      [dir(top), inside, hard(`${top}/h`, `${top}/a`), { path: `${top}/h/x` }],
      'through the hardlink',
    ],
    ['for a hardlink to the outside', [dir(top), hard(`${top}/h`, '/etc/shadow')], '/etc/shadow'],
    ['for a hardlink out of the package', [dir(top), hard(`${top}/h`, `${top}/../../x`)], `${top}/../../x`],
    [
      'for a hardlink to another package',
      [dir(top), hard(`${top}/h`, 'hab/pkgs/a/b/1/20240102030405/c')],
      'not an earlier file or symlink',
    ],
    [
      'for a hardlink to what comes later',
      [dir(top), hard(`${top}/h`, `${top}/a`), inside],
      'not an earlier file or symlink',
    ],
    ['for a hardlink to itself', [dir(top), hard(`${top}/h`, `${top}/h`)], 'not an earlier file or symlink'],
    [
      'for a hardlink to a directory',
      [dir(top), dir(`${top}/d`), hard(`${top}/h`, `${top}/d`)],
      'not an earlier file or symlink',
    ],
    ['for a hardlink to the package', [dir(top), hard(`${top}/h`, top)], 'not an earlier file or symlink'],
    ['for a name that would drive a terminal', [dir(top), { path: '\x1b[2Jx' }], '"\\u001b[2Jx"'],
  ])('%s', async (_, members, problem) => {
    const error = await failure(entries(members))
    expect(error.code).toBe('ARCHIVE_UNSAFE')
    expect(error.message).toContain(name)
    expect(error.message).toContain(problem)
  })

  test.each([
    ['nothing', []],
    ['only directories above', [dir('hab'), dir('hab/pkgs')]],
  ])('for %s in it', async (_, members) => {
    const error = await failure(entries(members))
    expect(error.code).toBe('ARCHIVE_EMPTY')
    expect(error.message).toContain(name)
  })

  const common = { mode: 0o644, mtime: 0 }
  test.each<[string, (i: number) => string]>([
    ['too many files', i => `${top}/${i}`],
    ['names that take too much memory', i => `${top}/${i}${`/${'n'.repeat(250)}`.repeat(15)}`],
    ['too many directories in its names', i => `${top}/${i}${'/d'.repeat(1900)}`],
  ])('for %s', async (_, path) => {
    async function* members() {
      for (let i = 0; ; i++) yield { ...common, type: 'directory' as const, path: path(i) }
    }
    const before = process.memoryUsage().heapUsed
    const error = await failure(drain(packageEntries(members(), name)))
    expect(error.code).toBe('ARCHIVE_TOO_LARGE')
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(600_000_000)
  })
})
