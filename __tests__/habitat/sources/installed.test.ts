import { spawnSync } from 'node:child_process'
import {
  chmod,
  link,
  lutimes,
  mkdir,
  mkdtemp,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decodeXz } from '../../../src/codec/xz/xz.ts'
import { parseFullIdent, parseIdent } from '../../../src/habitat/package/ident.ts'
import { HartPackages } from '../../../src/habitat/sources/harts.ts'
import { InstalledPackages } from '../../../src/habitat/sources/installed.ts'
import { KeyRing } from '../../../src/habitat/sources/key-ring.ts'
import { silent } from '../../../src/lib/report.ts'
import { makeHart } from '../../testkit/hart.ts'
import { missingPrograms } from '../../testkit/machine.ts'
import { originKey, writePublicKey } from '../../testkit/origin-key.ts'
import { packageEntries } from '../../testkit/package-entries.ts'
import { tarOf } from '../../testkit/tar.ts'
import { drain, failure, read } from '../reading.ts'

const id = 'acme/app/1.0/20240102030405'
const ident = parseFullIdent(id)
let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'installed-'))
})
afterEach(() => rm(root, { recursive: true }))

async function install(ident: string, files: Record<string, string> = {}): Promise<string> {
  const path = join(root, 'hab/pkgs', ident)
  const all = { IDENT: ident, TARGET: 'x86_64-linux', ...files }
  for (const [name, text] of Object.entries(all)) {
    await mkdir(join(path, name, '..'), { recursive: true })
    await writeFile(join(path, name), text)
  }
  return path
}

describe('the newest installed build', () => {
  test('by version and release, and nothing that is still being installed', async () => {
    for (const build of ['1.9/20250101000000', '1.10/20230101000000', '1.10/20240101000000']) {
      await install(`acme/app/${build}`)
    }
    await mkdir(join(root, 'hab/pkgs/acme/app/1.10/.hab-pkg-installXYZ'))
    await mkdir(join(root, 'hab/pkgs/acme/app/.hidden'))
    await writeFile(join(root, 'hab/pkgs/acme/app/README'), '')
    await symlink('20240101000000', join(root, 'hab/pkgs/acme/app/1.10/20260101000000'))
    const installed = new InstalledPackages(root)
    expect(await installed.newest(parseIdent('acme/app'))).toEqual({
      ident: parseFullIdent('acme/app/1.10/20240101000000'),
      source: 'installed package',
    })
    expect((await installed.newest(parseIdent('acme/app/1.9')))?.ident.release).toBe('20250101000000')
    expect(await installed.newest(parseIdent('acme/app/2'))).toBeUndefined()
    expect(await installed.newest(parseIdent('acme/other'))).toBeUndefined()
  })

  test('where nothing is installed', async () => {
    expect(await new InstalledPackages(join(root, 'missing')).newest(parseIdent('acme/app'))).toBeUndefined()
    expect(await new InstalledPackages(join(root, 'missing')).open(ident)).toBeUndefined()
  })
})

describe('an installed package', () => {
  test('belongs to root, with its modes, times, links and order', async () => {
    const path = await install(id, { 'bin/app': 'abc', 'a-b': '', 'a/b': '' })
    await chmod(join(path, 'bin/app'), 0o4755)
    await chmod(join(path, 'a'), 0o1777)
    await link(join(path, 'bin/app'), join(path, 'bin/twin'))
    await symlink('../../../elsewhere', join(path, 'bin/link'))
    await symlink('/etc/passwd', join(path, 'passwd'))
    await utimes(join(path, 'bin/app'), 1, 1700000000.9)
    const opened = await new InstalledPackages(root).open(ident)
    const entries = await read(opened!.entries())
    const top = `hab/pkgs/${id}`
    expect(entries.map(entry => entry.path.slice(top.length))).toEqual([
      '',
      '/IDENT',
      '/TARGET',
      '/a',
      '/a/b',
      '/a-b',
      '/bin',
      '/bin/app',
      '/bin/link',
      '/bin/twin',
      '/passwd',
    ])
    const at = (path: string) => entries.find(entry => entry.path === `${top}${path}`)
    expect(at('/a')).toMatchObject({ type: 'directory', mode: 0o1777 })
    expect(at('/bin/app')).toMatchObject({
      type: 'file',
      mode: 0o4755,
      mtime: 1700000000,
      size: 3,
      content: 'abc',
    })
    expect(at('/bin/twin')).toMatchObject({ type: 'hardlink', target: `${top}/bin/app` })
    expect(at('/bin/link')).toMatchObject({ type: 'symlink', target: '../../../elsewhere', mode: 0o777 })
    expect(at('/passwd')).toMatchObject({ type: 'symlink', target: '/etc/passwd' })
    // Each pass gives the same, hardlinks too.
    expect(await read(opened!.entries())).toEqual(entries)
  })

  test('has files that are read in pieces', async () => {
    const text = 'seven.\n'.repeat(30_000)
    await install(id, { 'default.toml': `# ${text}`, 'share/text': text })
    const opened = await new InstalledPackages(root).open(ident)
    const entries = await read(opened!.entries())
    expect(entries.find(entry => entry.path.endsWith('/share/text'))).toMatchObject({ content: text })
    expect(opened!.metadata.defaultConfig).toBe(`# ${text}`)
  })

  test.each<[string, Record<string, string>, string, string]>([
    ['without IDENT', { IDENT: '' }, 'METAFILE_INVALID', 'IDENT'],
    ['with another IDENT', { IDENT: 'acme/app/1.0/20250101000000' }, 'IDENT_MISMATCH', '20250101000000'],
    ['with an unknown target', { TARGET: 'x' }, 'TARGET_UNKNOWN', '"x"'],
  ])('%s is refused', async (_, files, code, problem) => {
    await install(id, files)
    const error = await failure(new InstalledPackages(root).open(ident))
    expect(error.code).toBe(code)
    expect(error.message).toContain(id)
    expect(error.message).toContain(problem)
  })

  test('with a socket in it is refused', async () => {
    const path = await install(id)
    const server = createServer()
    await new Promise<void>(resolve => server.listen(join(path, 'socket'), resolve))
    const error = await failure(new InstalledPackages(root).open(ident))
    server.close()
    expect(error.code).toBe('FILE_UNPACKABLE')
    expect(error.message).toContain(`${path}/socket`)
  })

  test.skipIf(process.platform !== 'linux')('with names that are not UTF-8 is refused', async () => {
    const path = await install(id)
    await writeFile(Buffer.concat([Buffer.from(`${path}/caf`), Buffer.from([0xe9])]), '')
    expect((await failure(new InstalledPackages(root).open(ident))).code).toBe('FILE_UNPACKABLE')
  })

  test.skipIf(process.platform !== 'linux')(
    'with a link to a name that is not UTF-8 is refused',
    async () => {
      const path = await install(id)
      await symlink(Buffer.from([0x61, 0xff]), join(path, 'link'))
      const error = await failure(new InstalledPackages(root).open(ident))
      expect(error.code).toBe('FILE_UNPACKABLE')
      expect(error.message).toContain(`${path}/link`)
    },
  )

  test('that vanishes while it is read', async () => {
    const path = await install(id, { 'z/file': 'x' })
    const opened = await new InstalledPackages(root).open(ident)
    const reading = (async () => {
      for await (const entry of opened!.entries()) {
        if (entry.path.endsWith('/TARGET')) await rm(join(path, 'z'), { recursive: true })
      }
    })()
    const error = await failure(reading)
    expect(error.code).toBe('FILE_UNREADABLE')
    expect(error.message).toContain(join(path, 'z'))
  })

  test('whose file vanishes before it is read', async () => {
    const path = await install(id, { 'z/file': 'x' })
    const opened = await new InstalledPackages(root).open(ident)
    const reading = (async () => {
      for await (const entry of opened!.entries()) {
        if (!entry.path.endsWith('/z/file') || entry.type !== 'file') continue
        await rm(join(path, 'z/file'))
        await drain(entry.content as AsyncIterable<Uint8Array>)
      }
    })()
    expect((await failure(reading)).code).toBe('FILE_UNREADABLE')
  })
})

test('a hart is refused', async () => {
  const error = await failure((async () => new InstalledPackages(root).openFile('/some.hart'))())
  expect(error.code).toBe('HART_WITH_FS_ROOT')
  expect(error.message).toContain('/some.hart')
})

test.skipIf(missingPrograms('tar'))('a package is the same installed and as a hart', async () => {
  const key = originKey('acme')
  await writePublicKey(root, key)
  const spec = {
    ident: id,
    deps: ['core/a/1/20240101000000'],
    exports: { port: 'server.port' },
    exposes: [8080],
    shutdownTimeout: 5,
    files: {
      'bin/app': 'abc',
      'bin/alias': { symlink: 'app' },
      'bin/twin': { hardlink: 'bin/app' },
      'hooks/run': '#!/bin/sh\n',
      'default.toml': '[server]\nport = 8080\n',
      'share/Ünïcödé': 'ü',
      [`share/${'long/'.repeat(30)}file`]: 'deep',
      'share/setuid': { content: 'x', mode: 0o4755 },
      spool: { directory: true as const, mode: 0o1777 },
    },
  }
  const members = packageEntries(spec)
  const tar = await tarOf(members)
  await writeFile(join(root, 'app.hart'), await makeHart({ key, tar }))
  const { status, stderr } = spawnSync('tar', ['-xpf', '-', '-C', root], { input: tar })
  expect(status, String(stderr)).toBe(0)
  // Hardlinks come last here, and so change the times of their directories again.
  for (const { path, mtime } of members) await lutimes(join(root, path), mtime!, mtime!)

  const installed = await new InstalledPackages(root).open(ident)
  const harts = new HartPackages({
    target: 'x86_64-linux',
    searched: [],
    caches: [],
    storeIn: root,
    keys: new KeyRing({ folders: [root] }),
    builder: () => expect.fail('no Builder is needed'),
    decodeXz,
    maxPackageSize: 1 << 24,
    report: silent,
  })
  const hart = await harts.openFile(join(root, 'app.hart'))
  const sorted = (entries: { path: string }[]) => entries.sort((a, b) => (a.path < b.path ? -1 : 1))
  expect(sorted(await read(installed!.entries()))).toEqual(sorted(await read(hart.entries())))
  const comparable = ({ binaries, special, ...rest }: typeof hart.metadata) => ({
    ...rest,
    binaries: [...binaries].sort(),
    special: sorted([...special]),
  })
  expect(comparable(installed!.metadata)).toEqual(comparable(hart.metadata))
})

describe('what tells the content of an installed package from others', () => {
  const MADE = 1_700_000_000

  /** The same tree each time, as from one hart. */
  async function build(): Promise<string> {
    const path = await install(id, { 'bin/app': 'abc', 'share/text': 'text' })
    await symlink('app', join(path, 'bin/link'))
    for (const name of ['IDENT', 'TARGET', 'bin/app', 'share/text', 'bin', 'share', '.']) {
      await utimes(join(path, name), MADE, MADE)
    }
    await lutimes(join(path, 'bin/link'), MADE, MADE)
    return path
  }

  async function keyOf(): Promise<string | undefined> {
    return (await new InstalledPackages(root).open(ident))?.contentKey
  }

  /** Done to the tree with the folder's times put back, so that only the change itself can tell. */
  async function changeQuietly(path: string, change: (path: string) => Promise<unknown>): Promise<void> {
    await change(path)
    for (const folder of ['bin', 'share', '.']) await utimes(join(path, folder), MADE, MADE)
  }

  test('is equal wherever and whenever it is installed', async () => {
    await build()
    const first = await keyOf()
    expect(first).toContain(id)
    await rm(root, { recursive: true })
    root = await mkdtemp(join(tmpdir(), 'installed-'))
    await build()
    expect(await keyOf()).toBe(first)
    // Reading is no change.
    await drain((await new InstalledPackages(root).open(ident))!.entries())
    expect(await keyOf()).toBe(first)
  })

  test.each<[string, (path: string) => Promise<unknown>]>([
    ['a file of another content', path => writeFile(join(path, 'share/text'), 'TEXT')],
    [
      'a file of another length',
      async path => {
        await writeFile(join(path, 'share/text'), 'texts')
        await utimes(join(path, 'share/text'), MADE, MADE)
      },
    ],
    ['a file of another time', path => utimes(join(path, 'share/text'), MADE, MADE + 0.001)],
    ['another mode', path => chmod(join(path, 'share/text'), 0o755)],
    [
      'a link to elsewhere',
      async path => {
        await rm(join(path, 'bin/link'))
        await symlink('App', join(path, 'bin/link'))
        await lutimes(join(path, 'bin/link'), MADE, MADE)
      },
    ],
    ['one file fewer', path => rm(join(path, 'share/text'))],
    [
      'one file more',
      async path => {
        await writeFile(join(path, 'share/more'), '')
        await utimes(join(path, 'share/more'), MADE, MADE)
      },
    ],
    [
      'a hardlink instead of a file',
      async path => {
        await rm(join(path, 'share/text'))
        await link(join(path, 'bin/app'), join(path, 'share/text'))
      },
    ],
    ['another name', path => rename(join(path, 'share/text'), join(path, 'share/Text'))],
  ])('is another with %s', async (_, change) => {
    const path = await build()
    const before = await keyOf()
    await changeQuietly(path, change)
    expect(await keyOf()).not.toBe(before)
  })

  test('must not change while it is exported', async () => {
    const path = await build()
    const opened = await new InstalledPackages(root).open(ident)
    await writeFile(join(path, 'share/text'), 'TEXT')
    const error = await failure(drain(opened!.entries()))
    expect(error.code).toBe('CONTENT_CHANGED')
    expect(error.message).toContain(path)
  })
})
