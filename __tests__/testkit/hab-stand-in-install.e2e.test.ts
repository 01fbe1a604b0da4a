import { chmod, lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { installWithStandIn } from './hab-stand-in.ts'
import { makeHart } from './hart.ts'
import { missingPrograms } from './machine.ts'
import { originKey } from './origin-key.ts'
import type { TarEntry } from './tar.ts'

// What a hart of everything that is dated 2026-01-01 00:00:00 becomes on disk, as recorded of the real hab 2.1.78.
const PACKED = Date.UTC(2026, 0, 1) / 1000
const INSTALLED = Date.UTC(2026, 10, 28, 22, 14, 30) / 1000
const ident = 'acme/web/1.0.0/20260101000000'
const top = `hab/pkgs/${ident}`

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'stand-in-'))
  await chmod(root, 0o755)
})
afterEach(() => rm(root, { recursive: true }))

const members: TarEntry[] = [
  { path: `${top}/hooks`, type: 'directory', mode: 0o755 },
  { path: `${top}/IDENT`, content: ident },
  { path: `${top}/TARGET`, content: process.arch === 'arm64' ? 'aarch64-linux' : 'x86_64-linux' },
  { path: `${top}/hooks/run`, content: '#!/bin/sh\n', mode: 0o755 },
  { path: `${top}/link`, type: 'symlink', linkname: 'IDENT' },
  { path: `${top}/setuid`, content: 'x', mode: 0o4755 },
  { path: `${top}/twin`, type: 'link', linkname: `${top}/setuid`, mode: 0o4755 },
  { path: `${top}/drop`, type: 'directory', mode: 0o3775 },
  { path: `${top}/dateless`, content: 'x', mtime: 0 },
  { path: top, type: 'directory', mode: 0o755 },
].map(member => ({ mode: 0o644, uid: 1234, gid: 1234, mtime: PACKED, ...member }) as TarEntry)

const users = process.getuid?.() === 0 ? [0, 1234] : [process.getuid!()]

test.skipIf(missingPrograms('xz')).each(users)('a package is installed as hab does, by %d', async uid => {
  const key = originKey('acme')
  const hart = await makeHart({ key, entries: members })
  const fsRoot = await installWithStandIn([{ ident, hart }], { root, clock: INSTALLED, uid })
  const at = join(fsRoot, top)
  const found = await Promise.all(
    ['.', ...(await readdir(at, { recursive: true }))].sort().map(async path => {
      const { mode, mtimeMs, nlink, ...owner } = await lstat(join(at, path))
      expect(owner).toMatchObject({ uid, gid: uid })
      return [path, (mode & 0o7777).toString(8), mtimeMs / 1000, ...(mode & 0o40000 ? [] : [nlink])]
    }),
  )
  expect(found).toEqual([
    ['.', '755', INSTALLED],
    ['IDENT', '644', PACKED, 1],
    ['TARGET', '644', PACKED, 1],
    ['dateless', '644', 1, 1],
    ['drop', '3775', INSTALLED],
    ['hooks', '755', INSTALLED],
    ['hooks/run', '755', PACKED, 1],
    ['link', '777', PACKED, 1],
    ['setuid', '4755', PACKED, 2],
    ['twin', '4755', PACKED, 2],
  ])
})
