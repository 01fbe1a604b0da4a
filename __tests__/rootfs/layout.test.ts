import { describe, expect, test } from 'vitest'
import type { Entry, Part } from '../../src/codec/tar/entry.ts'
import type { Closure } from '../../src/habitat/package/package.ts'
import { layOut } from '../../src/rootfs/layout.ts'
import { collect, IDENTS, makeClosure, makePackage } from './handmade.ts'

async function entriesOf(part: Part): Promise<Entry[]> {
  return collect(part.entries())
}

async function generated(closure: Closure = makeClosure()): Promise<Map<string, Entry>> {
  const entries = await entriesOf(layOut(closure)[0]!)
  return new Map(entries.map(entry => [entry.path, entry]))
}

async function textOf(entry: Entry | undefined): Promise<string> {
  if (entry?.type !== 'file') throw new Error(`no file: ${entry?.path}`)
  const text = Buffer.concat(await collect(entry.content))
  expect(text.length).toBe(entry.size)
  return text.toString()
}

describe('the parts', () => {
  test('are the generated files, then the packages in the order of the closure', () => {
    expect(layOut(makeClosure()).map(part => part.name)).toEqual([
      'root filesystem',
      IDENTS.busybox,
      IDENTS.cacerts,
      IDENTS.launcher,
      IDENTS.supervisor,
      IDENTS.service,
    ])
  })

  test('contain every parent directory, before its contents, and no path twice', async () => {
    const closure = makeClosure({
      others: [makePackage('core/redis/7/20240101000000'), makePackage('core/redis/7/20240202000000')],
    })
    const seen = new Set<string>()
    for (const part of layOut(closure)) {
      for (const { path } of await entriesOf(part)) {
        expect(seen, path).not.toContain(path)
        const parent = path.slice(0, Math.max(path.lastIndexOf('/'), 0))
        if (parent) expect(seen, `the parent of ${path}`).toContain(parent)
        seen.add(path)
      }
    }
    expect(seen).toContain('rootfs/hab/pkgs/core/redis/7/20240202000000')
  })

  test("a package's entries move under rootfs/ unchanged, read as they are asked for", async () => {
    let read = 0
    const counting = makePackage('core/counting/1/20240101000000')
    const closure = makeClosure({
      others: [
        makePackage('core/tools/1/20240101000000', {
          members: [
            { path: 'bin/tool', text: 'body', mode: 0o4755 },
            { path: 'bin/twin', hardlink: 'bin/tool', mode: 0o4755 },
            { path: 'bin/link', target: '/hab/pkgs/core/x/1/20240101000000/bin/x', mode: 0o777 },
          ],
        }),
        {
          ...counting,
          async *entries() {
            for await (const entry of counting.entries()) {
              read++
              yield entry
              read++
            }
          },
        },
      ],
    })
    const parts = layOut(closure)
    const top = 'rootfs/hab/pkgs/core/tools/1/20240101000000'
    expect(await entriesOf(parts.find(part => part.name.startsWith('core/tools'))!)).toEqual([
      { type: 'directory', path: top, mode: 0o755, mtime: 1 },
      {
        type: 'file',
        path: `${top}/bin/tool`,
        mode: 0o4755,
        mtime: 1,
        size: 4,
        content: [Buffer.from('body')],
      },
      {
        type: 'hardlink',
        path: `${top}/bin/twin`,
        target: `${top}/bin/tool`,
        mode: 0o4755,
        mtime: 1,
      },
      {
        type: 'symlink',
        path: `${top}/bin/link`,
        target: '/hab/pkgs/core/x/1/20240101000000/bin/x',
        mode: 0o777,
        mtime: 1,
      },
    ])
    expect(read).toBe(0)
    for await (const _ of parts.find(part => part.name.startsWith('core/counting'))!.entries()) break
    expect(read).toBe(1)
  })
})

describe('the generated files', () => {
  test("are sorted, and dated by the service's release", async () => {
    const entries = [...(await generated()).values()]
    expect(entries.map(entry => entry.path)).toEqual(entries.map(entry => entry.path).sort())
    for (const entry of entries) {
      expect(entry).toMatchObject({ mtime: Date.UTC(2024, 1, 29, 12, 34, 56) / 1000 })
    }
  })

  test.each<[string, Partial<Entry>]>([
    ['launch', { type: 'file', mode: 0o755 }],
    ['rootfs', { type: 'directory', mode: 0o755 }],
    ['rootfs/bin/busybox', { type: 'symlink', target: `/hab/pkgs/${IDENTS.busybox}/bin/busybox` }],
    ['rootfs/bin/sh', { type: 'symlink', target: `/hab/pkgs/${IDENTS.busybox}/bin/busybox` }],
    ['rootfs/dev', { type: 'directory', mode: 0o755 }],
    ['rootfs/etc/group', { type: 'file', mode: 0o644 }],
    ['rootfs/etc/mtab', { type: 'symlink', target: '/proc/self/mounts' }],
    ['rootfs/etc/passwd', { type: 'file', mode: 0o644 }],
    ['rootfs/etc/ssl', { type: 'symlink', target: `/hab/pkgs/${IDENTS.cacerts}/ssl` }],
    ['rootfs/hab/pkgs/example/hello-web/1.2.3', { type: 'directory', mode: 0o755 }],
    ['rootfs/proc', { type: 'directory' }],
    ['rootfs/root', { type: 'directory', mode: 0o700 }],
    ['rootfs/run', { type: 'directory', mode: 0o755 }],
    ['rootfs/sys', { type: 'directory' }],
    ['rootfs/tmp', { type: 'directory', mode: 0o1777 }],
    ['rootfs/var/log', { type: 'directory', mode: 0o755 }],
    ['rootfs/var/tmp', { type: 'directory', mode: 0o1777 }],
  ])('%s', async (path, expected) => {
    expect((await generated()).get(path)).toMatchObject(expected)
  })

  test('know of no host but localhost and look names up in files, hosts in DNS too', async () => {
    const files = await generated()
    expect(files.has('rootfs/etc/resolv.conf')).toBe(false)
    expect((await textOf(files.get('rootfs/etc/hosts'))).match(/\S+$/gm)).toEqual(['localhost', 'localhost'])
    const nsswitch = await textOf(files.get('rootfs/etc/nsswitch.conf'))
    expect(nsswitch).toMatch(/^passwd: files$/m)
    expect(nsswitch).toMatch(/^hosts: files dns$/m)
  })

  test("leave the packages' own directories to the packages", async () => {
    for (const path of (await generated()).keys()) expect(path).not.toContain(IDENTS.service)
  })

  test('are the same each time', async () => {
    const texts = async () =>
      Promise.all([...(await generated()).values()].map(e => (e.type === 'file' ? textOf(e) : e)))
    expect(await texts()).toEqual(await texts())
  })
})

test('packages without the programs that are needed of them are all named', () => {
  const closure = makeClosure({ launcher: { binaries: [] }, supervisor: { binaries: ['bin/hab-sup.bak'] } })
  expect(() => layOut(closure)).toThrow(
    expect.objectContaining({
      code: 'PROGRAM_MISSING',
      message: expect.stringContaining(
        `${IDENTS.launcher} has no hab-launch; ${IDENTS.supervisor} has no hab-sup`,
      ),
    }),
  )
})
