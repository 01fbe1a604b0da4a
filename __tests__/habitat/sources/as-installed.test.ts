import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readTar } from '../../../src/codec/tar/read.ts'
import { packageEntries } from '../../../src/habitat/sources/archive.ts'
import { asInstalled } from '../../../src/habitat/sources/as-installed.ts'
import { Spool } from '../../../src/lib/spool.ts'
import { pieces } from '../../testkit/pieces.ts'
import { type TarEntry, tarOf } from '../../testkit/tar.ts'
import { type ReadEntry, read } from '../reading.ts'

const top = 'hab/pkgs/acme/app/1.0/20240102030405'
// date -u -d '2024-01-02 03:04:05' +%s
const RELEASED = 1704164645

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'as-installed-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function entries(members: readonly TarEntry[]): Promise<ReadEntry[]> {
  const spool = new Spool(join(folder, 'spool'))
  try {
    const tar = readTar(pieces(await tarOf(members)), 'some.hart', 1 << 30)
    return await read(asInstalled(packageEntries(tar, 'some.hart'), spool))
  } finally {
    await spool.close()
    expect(await readdir(folder)).toEqual([])
  }
}

const dir = (path: string, mode = 0o755): TarEntry => ({ path: join(top, path), type: 'directory', mode })
const file = (path: string, content = path): TarEntry => ({ path: join(top, path), content, mtime: 5 })
const link = (path: string, linkname: string): TarEntry => ({
  path: join(top, path),
  type: 'symlink',
  linkname,
})
const hard = (path: string, target: string): TarEntry => ({
  ...{ path: join(top, path), type: 'link', linkname: join(top, target) },
})

const pathsOf = (all: readonly ReadEntry[]) => all.map(({ path }) => path.slice(top.length + 1))

test('parents come before children, and siblings by name, whatever the order in the archive', async () => {
  const all = await entries([
    file('z'),
    file('a-b'),
    file('a/b/c'),
    file('a.b'),
    dir('a', 0o700),
    dir('empty'),
    file('ä'),
    file('Z'),
    dir('.', 0o750),
    dir('a/b'),
    file('\u{1f600}'),
    file('\uffee'),
  ])
  // As names sort in JavaScript, and so in a walk through a tree.
  expect(pathsOf(all)).toEqual([
    ...['', 'Z', 'a', 'a/b', 'a/b/c', 'a-b', 'a.b', 'empty', 'z', 'ä', '\u{1f600}', '\uffee'],
  ])
  expect(all[0]).toEqual({ type: 'directory', path: top, mode: 0o750, mtime: RELEASED })
  expect(all[2]).toMatchObject({ type: 'directory', mode: 0o700 })
  for (const entry of all) if (entry.content) expect(entry.content).toBe(entry.path.slice(top.length + 1))
})

test('a directory that is only implied by names exists, and a later entry for it applies', async () => {
  const all = await entries([file('a/b/c'), dir('a/b', 0o1777)])
  expect(all.slice(0, 3)).toEqual([
    { type: 'directory', path: top, mode: 0o755, mtime: RELEASED },
    { type: 'directory', path: `${top}/a`, mode: 0o755, mtime: RELEASED },
    { type: 'directory', path: `${top}/a/b`, mode: 0o1777, mtime: RELEASED },
  ])
})

test('of the names of one file, the first is the file; all have its mode and time', async () => {
  const all = await entries([
    { ...file('m', 'text'), mode: 0o4755, mtime: 7 },
    { ...hard('z', 'm'), mode: 0o600, mtime: 9 },
    { ...hard('a', 'm'), mode: 0o644, mtime: 9 },
    { ...file('other', 'text'), mode: 0o644 },
  ])
  expect(all.slice(1)).toEqual([
    { type: 'file', path: `${top}/a`, mode: 0o4755, mtime: 7, size: 4, content: 'text' },
    { type: 'hardlink', path: `${top}/m`, mode: 0o4755, mtime: 7, target: `${top}/a` },
    { type: 'file', path: `${top}/other`, mode: 0o644, mtime: 5, size: 4, content: 'text' },
    { type: 'hardlink', path: `${top}/z`, mode: 0o4755, mtime: 7, target: `${top}/a` },
  ])
})

test('a second name of a symlink is a symlink', async () => {
  const all = await entries([{ ...link('l', '../x'), mtime: 3 }, hard('a', 'l')])
  const same = { type: 'symlink', mode: 0o777, mtime: 3, target: '../x' }
  expect(all.slice(1)).toEqual([
    { ...same, path: `${top}/a` },
    { ...same, path: `${top}/l` },
  ])
})

test('the status of a hook that ran elsewhere is left out, but not files of that name deeper in the tree', async () => {
  const all = await entries([
    file('INSTALL_HOOK_STATUS', '0'),
    hard('zero', 'INSTALL_HOOK_STATUS'),
    file('UNINSTALL_HOOK_STATUS', '1'),
    file('share/INSTALL_HOOK_STATUS', '2'),
  ])
  expect(pathsOf(await entries([file('INSTALL_HOOK_STATUS/x')]))).toContain('INSTALL_HOOK_STATUS/x')
  expect(pathsOf(all)).toEqual(['', 'share', 'share/INSTALL_HOOK_STATUS', 'zero'])
  expect(all.at(-1)).toMatchObject({ type: 'file', content: '0' })
})

test('content that does not fit into memory is the same', async () => {
  const large = 'large and small '.repeat(200_000)
  const all = await entries([file('b', large), file('c', 'c'), file('a', 'a')])
  expect(all.slice(1).map(({ content }) => content)).toEqual(['a', large, 'c'])
})
