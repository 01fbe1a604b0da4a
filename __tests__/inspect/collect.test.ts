import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readTarball } from '../../src/image/read.ts'
import { collectTarball, type TarballContents } from '../../src/inspect/collect.ts'
import { ImageLimits } from '../../src/inspect/limits.ts'
import type { PackageSpec } from '../testkit/package-entries.ts'
import { pieces } from '../testkit/pieces.ts'
import { type TarEntry, tarOf } from '../testkit/tar.ts'
import { imageMembers } from './images.ts'

const LIBRARY: PackageSpec = { ident: 'acme/library/2.1/20240101000000', files: { 'lib/a.so': 'library' } }
const WEB: PackageSpec = {
  ident: 'acme/web/1.0/20240203040506',
  deps: [LIBRARY.ident],
  exports: { http: 'server.port' },
  exposes: [8080],
  svcUser: 'web',
  shutdownTimeout: 20,
  metafiles: {
    BINDS: 'db=host port\n',
    BINDS_OPTIONAL: 'cache=port\n',
    MANIFEST:
      '# acme / web\nA web server\n\n* __License__: MIT \n* __Upstream URL__: [https://acme.example/](https://acme.example/)\n\n# Plan\n',
  },
  files: {
    'hooks/run': '#!/bin/sh\n',
    'hooks/health-check': '#!/bin/sh\n',
    'bin/su': { content: 'setuid', mode: 0o4755 },
    'bin/sudo': { hardlink: 'bin/su' },
    'bin/link': { symlink: '../lib' },
  },
}

async function collect(members: readonly TarEntry[], limits?: ImageLimits): Promise<TarballContents> {
  const bytes = gzipSync(await tarOf(members))
  return collectTarball(readTarball(pieces(bytes), 'web.tgz'), 3, 'web.tgz', limits)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

describe('the packages in a tarball', () => {
  test('have what their metafiles and files say', async () => {
    const { packages } = await collect(imageMembers([WEB, LIBRARY]))
    const [web, library] = packages
    expect(packages).toHaveLength(2)
    expect(web).toMatchObject({
      ident: WEB.ident,
      ...{ origin: 'acme', name: 'web', version: '1.0', release: '20240203040506' },
      tarball: 3,
      deps: [LIBRARY.ident],
      tdeps: [LIBRARY.ident],
      licenses: ['MIT'],
      description: 'A web server',
      upstream: 'https://acme.example/',
      runnable: true,
      svcUser: 'web',
      svcGroup: 'hab',
      shutdownTimeout: 20,
      exports: [{ name: 'http', path: 'server.port' }],
      exposes: [8080],
      binds: [
        { name: 'cache', exports: ['port'], optional: true },
        { name: 'db', exports: ['host', 'port'], optional: false },
      ],
    })
    expect(web!.hooks.toSorted()).toEqual(['health-check', 'run'])
    expect(library).toMatchObject({ ident: LIBRARY.ident, deps: [], runnable: false, hooks: [], binds: [] })
  })

  test('have their files with types, modes, links and digests, by path', async () => {
    const { packages } = await collect(imageMembers([WEB, LIBRARY]))
    const { files, size } = packages[0]!
    const paths = files.map(({ path }) => path)
    expect(paths).toEqual(paths.toSorted())
    const at = (wanted: string) => files.find(({ path }) => path === wanted)
    expect(at('bin')).toEqual({ path: 'bin', type: 'directory', size: 0, mode: 0o755 })
    expect(at('bin/su')).toEqual({
      ...{ path: 'bin/su', type: 'file', size: 6, mode: 0o4755, sha256: sha256('setuid') },
    })
    expect(at('bin/link')).toMatchObject({ type: 'symlink', size: 0, target: '../lib' })
    expect(at('bin/sudo')).toMatchObject({
      ...{ type: 'hardlink', size: 0, target: `rootfs/hab/pkgs/${WEB.ident}/bin/su` },
    })
    // Metafiles are read on the way, and are still files.
    expect(at('IDENT')).toMatchObject({ sha256: sha256(`${WEB.ident}\n`) })
    expect(size).toBe(files.reduce((sum, file) => sum + file.size, 0))
  })
})

test('what belongs to no package is generated, and the texts that say how the image starts are there', async () => {
  const members = imageMembers([LIBRARY])
  const { generated, texts, entries, unpacked } = await collect(members)
  expect(generated.map(({ path }) => path)).toEqual([
    ...['launch', 'rootfs', 'rootfs/etc/group', 'rootfs/etc/passwd'],
  ])
  expect(Object.fromEntries(texts)).toEqual({
    launch: members[0]!.content,
    'rootfs/etc/group': members[2]!.content,
    'rootfs/etc/passwd': members[3]!.content,
  })
  expect(entries).toBe(members.length)
  const sizes = members.map(({ content = '' }) => Buffer.from(content).length)
  expect(unpacked).toBe(sizes.reduce((sum, size) => sum + size, 0))
})

test('a text of more than 1 MiB is a file without its text', async () => {
  const long = 'x'.repeat((1 << 20) + 1)
  const { generated, texts } = await collect([{ path: 'launch', content: long }])
  expect(generated).toMatchObject([{ path: 'launch', size: long.length, sha256: sha256(long) }])
  expect([...texts.keys()]).toEqual([])
})

describe('a tarball that no export writes is refused, where', () => {
  test('a package is in two places', async () => {
    const [top, ...rest] = imageMembers([LIBRARY]).slice(4)
    const other = imageMembers([WEB]).slice(4)
    const members = [top!, ...rest, ...other, { ...rest.at(-1)!, path: `${top!.path}/late` }]
    await expect(collect(members)).rejects.toThrow(
      'web.tgz was not written by an export: it has the files of acme/library/2.1/20240101000000 in several places.',
    )
  })

  test.each([
    ['a package says that it is another', { IDENT: `${WEB.ident}\n` }, 'IDENT_MISMATCH'],
    ['a package has no IDENT', { IDENT: undefined }, 'METAFILE_INVALID'],
    ['its dependencies are not idents', { DEPS: '../../etc\n' }, 'METAFILE_INVALID'],
  ])('%s', async (_, metafiles, code) => {
    const members = imageMembers([{ ...LIBRARY, metafiles }])
    await expect(collect(members)).rejects.toMatchObject({ code })
    await expect(collect(members)).rejects.toThrow(/acme\/library.* in web\.tgz/)
  })
})

describe('what is kept of an image has a limit for', () => {
  const refusal = (what: string) => ({
    code: 'TARBALL_UNREADABLE',
    message: expect.stringMatching(`^web\\.tgz was not written by an export: .* more than ${what}\\.`),
  })

  test('packages, in all layers together', async () => {
    const limits = new ImageLimits()
    const { packages } = await collect(imageMembers([LIBRARY]), limits)
    for (let count = 1; count < 2000; count++) limits.add(packages[0]!, 'web.tgz')
    await expect(collect(imageMembers([WEB]), limits)).rejects.toMatchObject(refusal('2000 packages'))
  })

  test('names', async () => {
    const limits = new ImageLimits()
    const add = (path: string) => limits.add({ path, type: 'file', size: 0, mode: 0o644 }, 'web.tgz')
    for (let count = 0; count < 15; count++) add('a'.repeat(2 ** 24))
    add('a'.repeat(2 ** 24 - 2 ** 17))
    // Each of these characters is six in a page.
    expect(() => add('<'.repeat(2 ** 15))).toThrow(expect.objectContaining(refusal('256 MiB')))
    for (const members of [imageMembers([LIBRARY]).slice(0, 1), imageMembers([LIBRARY]).slice(4)])
      await expect(collect(members, limits)).rejects.toMatchObject(refusal('256 MiB'))
  })
})
