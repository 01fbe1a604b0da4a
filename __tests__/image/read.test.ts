import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readTarball } from '../../src/image/read.ts'
import { gnuLongName, headerBlock, type RawBlocks, type TarEntry, tarOf } from '../testkit/tar.ts'

const sound: TarEntry[] = [
  { path: 'launch', content: '#!/bin/sh\n', mode: 0o755, mtime: 1_700_000_000 },
  { path: 'rootfs', type: 'directory', mode: 0o755 },
  { path: 'rootfs/größe', content: 'x'.repeat(70_000), mode: 0o4755 },
  { path: 'rootfs/alias', type: 'symlink', linkname: '../../etc' },
  { path: 'rootfs/twin', type: 'link', linkname: 'rootfs/größe' },
  { path: `rootfs/${'long/'.repeat(50)}file`, content: 'far down' },
]

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(bytes: Uint8Array, piece = 1000) {
  const found: Record<string, unknown>[] = []
  for await (const entry of readTarball(inPieces(bytes, piece), 'web.tgz')) {
    const pieces: Uint8Array[] = []
    if (entry.type === 'file') for await (const piece of entry.content) pieces.push(Uint8Array.from(piece))
    const content = entry.type === 'file' ? { content: Buffer.concat(pieces).toString() } : {}
    found.push({ ...entry, ...content })
  }
  return found
}

const problemOf = (bytes: Uint8Array) =>
  read(bytes).then(
    () => 'none',
    error => `${error.code}: ${error.message}`,
  )

test.each([1, 1000, 1 << 20])('a tarball that comes in pieces of %i bytes is read whole', async piece => {
  const found = await read(gzipSync(await tarOf(sound)), piece)
  expect(found.map(({ path, type, mode, mtime }) => [path, type, mode, mtime])).toEqual([
    ['launch', 'file', 0o755, 1_700_000_000],
    ['rootfs', 'directory', 0o755, 0],
    ['rootfs/größe', 'file', 0o4755, 0],
    ['rootfs/alias', 'symlink', 0o644, 0],
    ['rootfs/twin', 'hardlink', 0o644, 0],
    [`rootfs/${'long/'.repeat(50)}file`, 'file', 0o644, 0],
  ])
  expect(found[2]!.content).toBe('x'.repeat(70_000))
  expect([found[3]!.target, found[4]!.target]).toEqual(['../../etc', 'rootfs/größe'])
})

test('content that nobody reads is passed over', async () => {
  const paths: string[] = []
  for await (const { path } of readTarball(inPieces(gzipSync(await tarOf(sound)), 500), 'web.tgz'))
    paths.push(path)
  expect(paths).toHaveLength(sound.length)
})

test('several gzip members one after another are one tarball', async () => {
  const tar = await tarOf(sound)
  const members = Buffer.concat([gzipSync(tar.subarray(0, 1000)), gzipSync(tar.subarray(1000))])
  expect(await read(members)).toHaveLength(sound.length)
})

test('a reader that stops early leaves nothing waiting', async () => {
  let ended = false
  async function* endless() {
    try {
      const bytes = gzipSync(await tarOf([...sound, { path: 'big', content: 'y'.repeat(5_000_000) }]), {
        level: 0,
      })
      yield* inPieces(bytes, 1000)
    } finally {
      ended = true
    }
  }
  for await (const _ of readTarball(endless(), 'web.tgz')) break
  await expect.poll(() => ended, { timeout: 60_000 }).toBe(true)
})

const bad: [what: string, members: (TarEntry | RawBlocks)[], problem: string][] = [
  [
    'a named pipe',
    [{ path: 'pipe', type: 'fifo' }],
    'it has "pipe", which is not a file, folder or link but "FIFO"',
  ],
  [
    'a device',
    [{ path: 'dev', type: 'block-device' }],
    'it has "dev", which is not a file, folder or link but "BlockDevice"',
  ],
  ['a path that leads out', [{ path: '../x' }], 'it has the path "../x"'],
  ['a path that leads out further down', [{ path: 'a/../../x' }], 'it has the path "a/../../x"'],
  ['an absolute path', [{ path: '/etc/passwd' }], 'it has the path "/etc/passwd"'],
  ['an unknown type', [{ raw: headerBlock({ name: 'odd', typeflag: 'S' }) }], '"odd"'],
  ['a very long path', [gnuLongName('a/'.repeat(3000)), { path: 'a' }], 'it has a path of 5999 characters'],
]

test.each(bad)('%s is refused', async (_, members, problem) => {
  const found = await problemOf(gzipSync(await tarOf(members)))
  expect(found).toMatch(/^TARBALL_UNREADABLE: web\.tgz cannot be read: /)
  expect(found).toContain(problem)
})

test('what is not a tarball is refused', async () => {
  const whole = gzipSync(await tarOf(sound))
  const tar = await tarOf(sound)
  expect(await problemOf(whole.subarray(0, whole.length - 20))).toContain('it is truncated')
  expect(await problemOf(gzipSync(tar.subarray(0, tar.length - 3000)))).toContain('it is truncated')
  expect(await problemOf(Buffer.from('PK\u0003\u0004 a zip'))).toContain(
    'it is not a tarball compressed with gzip',
  )
  expect(await problemOf(gzipSync('only text'))).toContain('it is not a tarball compressed with gzip')
  expect(await problemOf(Buffer.alloc(0))).toContain('TARBALL_UNREADABLE')
  const damaged = Buffer.from(whole)
  damaged[whole.length >> 1]! ^= 0xff
  expect(await problemOf(damaged)).toContain('TARBALL_UNREADABLE')
})
