import { execFileSync } from 'node:child_process'
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
import { installWithStandIn } from '../../testkit/hab-stand-in.ts'
import { makeHart } from '../../testkit/hart.ts'
import { missingPrograms } from '../../testkit/machine.ts'
import { originKey, writePublicKey } from '../../testkit/origin-key.ts'
import { bytesOf, drain, failure, read } from '../reading.ts'

const id = 'acme/app/1.0/20240102030405'
// date -u -d '2024-01-02 03:04:05' +%s
const RELEASED = 1704164645
const MADE = 1_700_000_000
const TARGET = process.arch === 'arm64' ? 'aarch64-linux' : 'x86_64-linux'
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
  test('has its modes, links and order, the times of its files, and directories of its release', async () => {
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
    for (const entry of entries.filter(({ type }) => type === 'directory')) expect(entry.mtime).toBe(RELEASED)
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

  test('is without the status of a hook, which hab left when it ran the hook on this machine', async () => {
    const path = await install(id, { 'hooks/install': 'exit 0\n', 'share/INSTALL_HOOK_STATUS': 'x' })
    const before = await new InstalledPackages(root).open(ident)
    for (const name of ['INSTALL_HOOK_STATUS', 'UNINSTALL_HOOK_STATUS'])
      await writeFile(join(path, name), '0')
    const after = await new InstalledPackages(root).open(ident)
    expect(await read(after!.entries())).toEqual(await read(before!.entries()))
    expect(after!.contentKey).toBe(before!.contentKey)
    expect((await read(after!.entries())).map(({ path }) => path)).toContain(
      `hab/pkgs/${id}/share/INSTALL_HOOK_STATUS`,
    )
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

  test.skipIf(missingPrograms('mkfifo'))('whose file becomes a pipe fails without waiting', async () => {
    await install(id, { file: 'x' })
    const opened = await new InstalledPackages(root).open(ident)
    const reading = (async () => {
      for await (const entry of opened!.entries()) {
        if (entry.type !== 'file' || !entry.path.endsWith('/file')) continue
        await rm(join(root, entry.path))
        execFileSync('mkfifo', [join(root, entry.path)])
        await drain(entry.content as AsyncIterable<Uint8Array>)
      }
    })()
    expect((await failure(reading)).code).toBe('CONTENT_CHANGED')
  })

  test('lets signals be heard while many files are read', async () => {
    const path = await install(id)
    await Promise.all(Array.from({ length: 1000 }, (_, n) => writeFile(join(path, `${n}`), '')))
    const opened = await new InstalledPackages(root).open(ident)
    let turns = 0
    const count = () => {
      turns++
      turn = setImmediate(count)
    }
    let turn = setImmediate(count)
    await drain(opened!.entries())
    clearImmediate(turn)
    expect(turns).toBeGreaterThan(3)
  })
})

test('a hart is refused', async () => {
  const error = await failure((async () => new InstalledPackages(root).openFile('/some.hart'))())
  expect(error.code).toBe('HART_WITH_FS_ROOT')
  expect(error.message).toContain('/some.hart')
})

test.skipIf(missingPrograms('xz'))('a package is the same installed and as a hart', async () => {
  const key = originKey('acme')
  await chmod(root, 0o755)
  await writePublicKey(root, key)
  const spec = {
    ident: id,
    target: TARGET,
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
      'share/setuid': { content: 'x', mode: 0o4755, uid: 1234 },
      spool: { directory: true as const, mode: 0o1777 },
    },
  }
  const hart = await makeHart({ key, package: spec })
  await writeFile(join(root, 'app.hart'), hart)
  const user = { root, clock: MADE, uid: process.getuid!() }
  const fsRoot = await installWithStandIn([{ ident: id, hart }], user)

  const installed = await new InstalledPackages(fsRoot).open(ident)
  const harts = new HartPackages({
    target: TARGET,
    searched: [],
    caches: [],
    storeIn: root,
    temporary: root,
    keys: new KeyRing({ folders: [root] }),
    builder: () => expect.fail('no Builder is needed'),
    decodeXz,
    maxPackageSize: 1 << 24,
    report: silent,
  })
  const given = await harts.openFile(join(root, 'app.hart'))
  expect(await read(installed!.entries())).toEqual(await read(given.entries()))
  expect(installed!.metadata).toEqual(given.metadata)
})

describe('what tells the content of an installed package from others', () => {
  /** The same tree each time, as hab makes it from one hart. */
  async function build(installed = MADE): Promise<string> {
    const path = await install(id, { 'bin/app': 'abc', 'share/text': 'text' })
    await symlink('app', join(path, 'bin/link'))
    for (const name of ['IDENT', 'TARGET', 'bin/app', 'share/text']) {
      await utimes(join(path, name), MADE, MADE)
    }
    for (const name of ['bin', 'share', '.']) await utimes(join(path, name), installed, installed)
    await lutimes(join(path, 'bin/link'), MADE, MADE)
    return path
  }

  async function keyOf(): Promise<string | undefined> {
    return (await new InstalledPackages(root).open(ident))?.contentKey
  }

  test('is equal wherever and whenever it is installed', async () => {
    await build()
    const first = await keyOf()
    expect(first).toContain(id)
    await rm(root, { recursive: true })
    root = await mkdtemp(join(tmpdir(), 'installed-'))
    await build(MADE + 86_400)
    expect(await keyOf()).toBe(first)
    // Reading does not change anything.
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
    ['another mode of a directory', path => chmod(join(path, 'share'), 0o700)],
    ['one directory more', path => mkdir(join(path, 'share/more'))],
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
    await change(path)
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

  test('is not read through a link that took the place of a file', async () => {
    await build()
    await writeFile(join(root, 'secret'), 'secret')
    const opened = await new InstalledPackages(root).open(ident)
    const reading = (async () => {
      for await (const entry of opened!.entries()) {
        if (entry.type !== 'file') continue
        await rm(join(root, entry.path))
        await symlink(join(root, 'secret'), join(root, entry.path))
        return (await bytesOf(entry.content)).toString()
      }
    })()
    expect((await failure(reading)).code).toBe('FILE_UNREADABLE')
  })
})
