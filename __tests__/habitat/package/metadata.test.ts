import { describe, expect, test } from 'vitest'
import type { Entry } from '../../../src/codec/tar/entry.ts'
import { readTar } from '../../../src/codec/tar/read.ts'
import { readMetadata } from '../../../src/habitat/package/metadata.ts'
import type { PackageMetadata } from '../../../src/habitat/package/package.ts'
import { packageEntries } from '../../../src/habitat/sources/archive.ts'
import {
  type PackageFile,
  type PackageSpec,
  packageEntries as specEntries,
} from '../../testkit/package-entries.ts'
import { pieces } from '../../testkit/pieces.ts'
import { tarOf } from '../../testkit/tar.ts'
import { failure } from '../reading.ts'

const name = '/cache/some.hart'
const ident = 'acme/app/1.0/20240102030405'

async function metadata(spec: Omit<PackageSpec, 'ident'>): Promise<PackageMetadata> {
  const tar = await tarOf(specEntries({ ident, ...spec }))
  return readMetadata(packageEntries(readTar(pieces(tar), name, 1 << 30), name), name)
}

const full = (text: string) => {
  const [origin, name, version, release] = text.split('/')
  return { origin, name, version, release }
}

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('')

describe('what a package says about itself', () => {
  test('with nothing but what every package has', async () => {
    expect(await metadata({ metafiles: { MANIFEST: undefined } })).toEqual({
      ident: full(ident),
      target: 'x86_64-linux',
      deps: [],
      tdeps: [],
      exports: new Map(),
      exposes: [],
      binds: [],
      native: false,
      svcUser: undefined,
      svcGroup: undefined,
      shutdownTimeout: undefined,
      plan: {},
      defaultConfig: '',
      runnable: false,
      binaries: [],
      special: [],
      // IDENT and TARGET with their newlines.
      size: ident.length + 'x86_64-linux'.length + 2,
    })
  })

  test.each<[string, Record<string, PackageFile>, PackageMetadata['plan']]>([
    [
      'a MANIFEST',
      { MANIFEST: '# a / b\nAn app\n\n* __License__: MIT \n' },
      { description: 'An app', license: 'MIT' },
    ],
    ['a MANIFEST that is too long', { MANIFEST: `# a / b\n${'x'.repeat(1 << 20)}` }, {}],
    ['a MANIFEST that is a link', { MANIFEST: { symlink: '/etc/passwd' } }, {}],
    ['a MANIFEST that is a folder', { MANIFEST: { directory: true } }, {}],
  ])('with %s', async (_, files, plan) => {
    expect((await metadata({ metafiles: { MANIFEST: undefined }, files })).plan).toEqual(plan)
  })

  test('with everything', async () => {
    const lib = 'acme/lib/2/20240101000000'
    const libc = 'core/glibc/2.39/20240101000000'
    const got = await metadata({
      target: 'aarch64-linux',
      deps: [lib],
      tdeps: [lib, libc, lib],
      exports: { port: 'server.port', 'admin-port': 'a.b' },
      exposes: [8080, 443],
      svcUser: 'www-data',
      svcGroup: '_app',
      shutdownTimeout: 30,
      files: {
        'default.toml': '[server]\nport = 8080\n',
        'hooks/run': '#!/bin/sh\n',
        'bin/app': 'elf',
        'bin/alias': { symlink: 'app' },
        'bin/twin': { hardlink: 'bin/app' },
        'bin/README': { content: 'x', mode: 0o644 },
        'bin/deeper/tool': { content: 'x', mode: 0o755 },
        'sbin/appd': { content: 'x', mode: 0o4755 },
        // In no directory of PATH, though its name begins like one.
        binx: { content: 'x', mode: 0o755 },
        'lib/lib.so': { content: 'x', mode: 0o755 },
        tmp: { directory: true, mode: 0o1777 },
      },
    })
    expect(got).toMatchObject({
      target: 'aarch64-linux',
      deps: [full(lib)],
      tdeps: [full(lib), full(libc)],
      exposes: [8080, 443],
      svcUser: 'www-data',
      svcGroup: '_app',
      shutdownTimeout: 30,
      defaultConfig: '[server]\nport = 8080\n',
      runnable: true,
    })
    // In one order whatever the build wrote: Habitat's is random.
    expect([...got.exports]).toEqual([
      ['admin-port', 'a.b'],
      ['port', 'server.port'],
    ])
    expect([...got.binaries].sort()).toEqual(['bin/alias', 'bin/app', 'bin/twin', 'sbin/appd'])
    expect(got.special).toEqual([
      { path: 'sbin/appd', mode: 0o4755 },
      { path: 'tmp', mode: 0o1777 },
    ])
  })

  test.each<[string, Record<string, string>, PackageMetadata['binds']]>([
    [
      'of both kinds, by name',
      { BINDS: 'queue=port\ndatabase=port host\n', BINDS_OPTIONAL: 'cache=port\n' },
      [
        { name: 'cache', exports: ['port'], optional: true },
        { name: 'database', exports: ['port', 'host'], optional: false },
        { name: 'queue', exports: ['port'], optional: false },
      ],
    ],
    // pkg_binds=([any]="")
    ['that want no export', { BINDS: 'any=\n' }, [{ name: 'any', exports: [], optional: false }]],
    [
      'with blanks and empty lines',
      { BINDS: '\r\n a_b-C1=x \t y \r\n\r\n' },
      [{ name: 'a_b-C1', exports: ['x', 'y'], optional: false }],
    ],
    [
      'in both files, which the Supervisor takes for required',
      { BINDS: 'a=port\n', BINDS_OPTIONAL: 'a=host\nb=host\n' },
      [
        { name: 'a', exports: ['port'], optional: false },
        { name: 'b', exports: ['host'], optional: true },
      ],
    ],
    ['of empty files', { BINDS: '', BINDS_OPTIONAL: '\n' }, []],
  ])('with binds %s', async (_, metafiles, binds) => {
    expect((await metadata({ metafiles })).binds).toEqual(binds)
  })

  test.each([
    ['hooks/run', true],
    ['run', true],
    ['hooks/run.sh', false],
    ['hooks/init', false],
    ['bin/run', false],
  ])('with %s, runnable: %s', async (file, runnable) => {
    expect((await metadata({ files: { [file]: '#!/bin/sh\n' } })).runnable).toBe(runnable)
  })

  // The Supervisor copies either file and makes the copy executable (components/sup/src/manager/service.rs); a plan
  // with hooks/run.sh gives the first without accounts, one with pkg_svc_run the second.
  test.each([
    ['hooks/run', 0o644],
    ['run', 0o644],
  ])('with %s that is not executable, and no SVC_USER, still runnable', async (file, mode) => {
    const files = { [file]: { content: '#!/bin/sh\n', mode } }
    const got = await metadata({ files, metafiles: { SVC_USER: undefined, SVC_GROUP: undefined } })
    expect(got).toMatchObject({ runnable: true, svcUser: undefined, svcGroup: undefined })
  })

  test('with a folder of that name, not runnable', async () => {
    const files = { run: { directory: true }, 'hooks/run': { directory: true } } as const
    expect((await metadata({ files })).runnable).toBe(false)
  })

  test.each([
    ['native\n', true],
    [' native \r\n', true],
    ['standard\n', false],
    ['', false],
    [undefined, false],
  ])('with the PACKAGE_TYPE %j, native: %s', async (type, native) => {
    expect((await metadata({ metafiles: { PACKAGE_TYPE: type } })).native).toBe(native)
  })

  test('in the line ends of Windows, with blanks and empty lines', async () => {
    const got = await metadata({
      metafiles: {
        IDENT: `  ${ident}\r\n\r\n`,
        TARGET: 'x86_64-linux',
        TDEPS: '\r\n core/a/1/20240101000000 \r\n\r\ncore/b/1/20240101000000',
        EXPORTS: ' a = b.c \r\nd=e=f\r\n',
        EXPOSES: ' 80\t443  ',
      },
    })
    expect(got.tdeps.map(dependency => dependency.name)).toEqual(['a', 'b'])
    expect([...got.exports]).toEqual([
      ['a', 'b.c'],
      ['d', 'e=f'],
    ])
    expect(got.exposes).toEqual([80, 443])
  })

  test.each([
    ['its own folders alone', `/hab/pkgs/${ident}/bin:/hab/pkgs/core/x/1/20240101000000/sbin`, ['bin/a']],
    ['with slashes behind', `/hab/pkgs/${ident}/bin/:/hab/pkgs/${ident}/sbin//`, ['bin/a', 'sbin/b']],
    ['nothing of others', '/hab/pkgs/core/x/1/20240101000000/bin:/usr/bin:bin:', []],
    ['nothing that leaves the package', `/hab/pkgs/${ident}/../../bin:/hab/pkgs/${ident}x/bin`, []],
    ['nothing', '', []],
  ])('in PATH: %s', async (_, PATH, binaries) => {
    const files = { 'bin/a': 'x', 'sbin/b': 'x' }
    expect((await metadata({ files, metafiles: { PATH } })).binaries).toEqual(binaries)
  })

  test('is read without the content of other files', async () => {
    const common = { mode: 0o644, mtime: 0 }
    const text = (content: string) => ({ size: content.length, content: [Buffer.from(content)] })
    const unread = (): Iterable<Uint8Array> => {
      throw new Error('was read')
    }
    async function* entries(): AsyncGenerator<Entry> {
      const root = `hab/pkgs/${ident}`
      yield { ...common, type: 'directory', path: root }
      yield { ...common, type: 'file', path: `${root}/IDENT`, ...text(ident) }
      yield { ...common, type: 'file', path: `${root}/TARGET`, ...text('x86_64-linux') }
      yield {
        ...common,
        type: 'file',
        path: `${root}/huge`,
        size: 1e12,
        content: { [Symbol.iterator]: () => unread()[Symbol.iterator]() },
      }
      // Not the package's own, for all its name.
      yield { ...common, type: 'file', path: `${root}/share/IDENT`, ...text('other/app/1/20240101000000') }
    }
    expect(await readMetadata(entries(), name)).toMatchObject({ ident: full(ident), size: 1e12 + 65 })
  })
})

describe('a package is refused', () => {
  const dep = 'core/a/1/20240101000000'
  test.each<[string, Record<string, string | undefined>, string, string[]]>([
    ['without IDENT', { IDENT: undefined }, 'METAFILE_INVALID', ['IDENT', '""']],
    ['with an empty IDENT', { IDENT: '\n' }, 'METAFILE_INVALID', ['IDENT', '""']],
    ['with an IDENT that is not full', { IDENT: 'acme/app' }, 'METAFILE_INVALID', ['IDENT', '"acme/app"']],
    [
      'with an IDENT of two lines',
      { IDENT: `${ident}\n${ident}` },
      'METAFILE_INVALID',
      ['IDENT', 'more than one line'],
    ],
    ['with a NUL in IDENT', { IDENT: `${ident}\0` }, 'METAFILE_INVALID', ['IDENT', '\\u0000']],
    [
      'with a newline in IDENT',
      { IDENT: 'acme/app/1.0\n/20240102030405' },
      'METAFILE_INVALID',
      ['IDENT', '\\n'],
    ],
    [
      'with another IDENT than its path',
      { IDENT: 'acme/app/1.0/20240102030406' },
      'IDENT_MISMATCH',
      ['acme/app/1.0/20240102030406', ident],
    ],
    [
      'with an IDENT of another origin',
      { IDENT: 'core/app/1.0/20240102030405' },
      'IDENT_MISMATCH',
      ['core/app/1.0/20240102030405', ident],
    ],
    ['without TARGET', { TARGET: undefined }, 'TARGET_UNKNOWN', [ident, '""']],
    [
      'with an unknown TARGET',
      { TARGET: 'sparc-solaris' },
      'TARGET_UNKNOWN',
      [ident, '"sparc-solaris"', 'x86_64-linux'],
    ],
    ['with dependencies that are not full', { DEPS: 'core/a' }, 'METAFILE_INVALID', ['DEPS', '"core/a"']],
    [
      'with transitive dependencies that are not full',
      { TDEPS: `${dep}\ncore/b/1` },
      'METAFILE_INVALID',
      ['TDEPS', '"core/b/1"'],
    ],
    [
      'with a dependency that is a path',
      { TDEPS: '../../../etc' },
      'METAFILE_INVALID',
      ['TDEPS', '"../../../etc"'],
    ],
    ['with a NUL in TDEPS', { TDEPS: `${dep}\0` }, 'METAFILE_INVALID', ['TDEPS', '\\u0000']],
    ['that drives a terminal', { TDEPS: `${dep}\x1b[2J` }, 'METAFILE_INVALID', ['TDEPS', '\\u001b[2J']],
    ['with a carriage return in a line', { DEPS: `core/a\r${dep}` }, 'METAFILE_INVALID', ['DEPS', '\\r']],
    ['that depends on itself', { DEPS: ident }, 'DEPENDENCY_ON_ITSELF', [ident]],
    ['that depends on itself by TDEPS', { TDEPS: `${dep}\n${ident}` }, 'DEPENDENCY_ON_ITSELF', [ident]],
    [
      'with an export without a path',
      { EXPORTS: 'port' },
      'METAFILE_INVALID',
      ['EXPORTS', '"port"', 'name=path'],
    ],
    [
      'with an export without a name',
      { EXPORTS: '=server.port' },
      'METAFILE_INVALID',
      ['EXPORTS', '"=server.port"'],
    ],
    ['with an export of nothing', { EXPORTS: 'port=' }, 'METAFILE_INVALID', ['EXPORTS', '"port="']],
    ['with a NUL in EXPORTS', { EXPORTS: 'a=b\0' }, 'METAFILE_INVALID', ['EXPORTS', '\\u0000']],
    ['with words for ports', { EXPOSES: '80 http' }, 'METAFILE_INVALID', ['EXPOSES', '"http"', '65535']],
    ['with port 0', { EXPOSES: '0' }, 'METAFILE_INVALID', ['EXPOSES', '"0"']],
    ['with port 65536', { EXPOSES: '65536' }, 'METAFILE_INVALID', ['EXPOSES', '"65536"']],
    ['with a port below zero', { EXPOSES: '-1' }, 'METAFILE_INVALID', ['EXPOSES', '"-1"']],
    ['with a port in hex', { EXPOSES: '0x50' }, 'METAFILE_INVALID', ['EXPOSES', '"0x50"']],
    ['with a port with an exponent', { EXPOSES: '1e3' }, 'METAFILE_INVALID', ['EXPOSES', '"1e3"']],
    [
      'with ports on two lines',
      { EXPOSES: '80\n443' },
      'METAFILE_INVALID',
      ['EXPOSES', 'more than one line'],
    ],
    ['with a bind that is only a name', { BINDS: 'database' }, 'METAFILE_INVALID', ['BINDS', '"database"']],
    ['with a bind without a name', { BINDS: '=port' }, 'METAFILE_INVALID', ['BINDS', '"=port"']],
    [
      'with a bind that --bind cannot name',
      { BINDS: 'a:b=port' },
      'METAFILE_INVALID',
      ['BINDS', '"a:b=port"'],
    ],
    ['with a bind with a blank', { BINDS: 'a b=port' }, 'METAFILE_INVALID', ['BINDS', '"a b=port"']],
    ['with a bind that has another =', { BINDS: 'a=b=c' }, 'METAFILE_INVALID', ['BINDS', '"a=b=c"']],
    [
      'with an export that turns the reading order',
      { BINDS_OPTIONAL: 'a=\u202e' },
      'METAFILE_INVALID',
      ['BINDS_OPTIONAL'],
    ],
    [
      'with a bind that drives a terminal',
      { BINDS: 'a=\x1b[2J' },
      'METAFILE_INVALID',
      ['BINDS', '\\u001b[2J'],
    ],
    ['with a bind twice', { BINDS: 'a=port\na=host' }, 'METAFILE_INVALID', ['BINDS', '"a"', 'twice']],
    [
      'with a bind of a long name',
      { BINDS: `${'a'.repeat(256)}=port` },
      'METAFILE_INVALID',
      ['BINDS', 'aaa'],
    ],
    [
      'with more exports than any service has',
      { EXPORTS: lines(1001, index => `p${index}=p${index}`) },
      'METAFILE_INVALID',
      ['EXPORTS', 'more than 1000 exports'],
    ],
    [
      'with an export of a long name',
      { EXPORTS: `${'p'.repeat(256)}=p` },
      'METAFILE_INVALID',
      ['EXPORTS', 'at most 255'],
    ],
    [
      'with more ports than any service has',
      { EXPOSES: Array.from({ length: 1001 }, (_, index) => index + 1).join(' ') },
      'METAFILE_INVALID',
      ['EXPOSES', 'more than 1000 ports'],
    ],
    [
      'with more dependencies than any package has',
      { TDEPS: lines(2001, index => `core/p${index}/1/20240102030405`) },
      'METAFILE_INVALID',
      ['TDEPS', 'more than 2000 packages'],
    ],
    [
      'with one dependency very often',
      { DEPS: lines(2001, () => 'core/p/1/20240102030405') },
      'METAFILE_INVALID',
      ['DEPS', 'more than 2000 packages'],
    ],
    [
      'with more binds than anyone could list',
      { BINDS_OPTIONAL: Array.from({ length: 101 }, (_, i) => `b${i}=port`).join('\n') },
      'METAFILE_INVALID',
      ['BINDS_OPTIONAL', 'more than 100 binds'],
    ],
    [
      'with a bind that wants more than anyone could list',
      { BINDS: `a=${'port '.repeat(101)}` },
      'METAFILE_INVALID',
      ['BINDS', 'more than 100 exports'],
    ],
    [
      'with a user that has a colon',
      { SVC_USER: 'root:x:0:0' },
      'METAFILE_INVALID',
      ['SVC_USER', '"root:x:0:0"'],
    ],
    ['with a group that has a slash', { SVC_GROUP: '../x' }, 'METAFILE_INVALID', ['SVC_GROUP', '"../x"']],
    ['with a user that has a newline', { SVC_USER: 'a\nroot' }, 'METAFILE_INVALID', ['SVC_USER', '\\n']],
    ['with a user that has a blank', { SVC_USER: 'a b' }, 'METAFILE_INVALID', ['SVC_USER', '"a b"']],
    ['with a user that is an option', { SVC_USER: '-x' }, 'METAFILE_INVALID', ['SVC_USER', '"-x"']],
    ['with a user that is too long', { SVC_USER: 'u'.repeat(33) }, 'METAFILE_INVALID', ['SVC_USER', 'uuu']],
    [
      'with a timeout that is none',
      { SHUTDOWN_TIMEOUT: 'soon' },
      'METAFILE_INVALID',
      ['SHUTDOWN_TIMEOUT', '"soon"'],
    ],
    [
      'with a timeout below zero',
      { SHUTDOWN_TIMEOUT: '-1' },
      'METAFILE_INVALID',
      ['SHUTDOWN_TIMEOUT', '"-1"'],
    ],
    [
      'with a timeout beyond all',
      { SHUTDOWN_TIMEOUT: '9'.repeat(40) },
      'METAFILE_INVALID',
      ['SHUTDOWN_TIMEOUT', '999'],
    ],
    ['with PATH on two lines', { PATH: '/a\n/b' }, 'METAFILE_INVALID', ['PATH', 'more than one line']],
    [
      'with a metafile of 2 MB',
      { TDEPS: 'x'.repeat(2_000_000) },
      'METAFILE_INVALID',
      ['TDEPS', '2000000 bytes', '1048576'],
    ],
    ['with a line of 1 MB', { TDEPS: 'x'.repeat(1_000_000) }, 'METAFILE_INVALID', ['TDEPS', 'xxx']],
  ])('%s', async (_, metafiles, code, parts) => {
    const error = await failure(metadata({ metafiles }))
    expect(error.code).toBe(code)
    for (const part of [name, ...parts]) expect(error.message).toContain(part)
  })

  test.each(['IDENT', 'TARGET', 'TDEPS', 'BINDS', 'BINDS_OPTIONAL', 'SVC_USER', 'default.toml'])(
    'with a %s that is a link, which would be read as if it were not there',
    async file => {
      const link = await failure(
        metadata({ metafiles: { [file]: undefined }, files: { [file]: { symlink: 'bin/x' } } }),
      )
      expect(link.code).toBe('METAFILE_INVALID')
      expect(link.message).toContain(`${file} of ${name} is a symlink`)
      const hard = metadata({
        metafiles: { [file]: undefined },
        files: { [file]: { hardlink: 'x' }, x: 'core/x/1/20240101000000' },
      })
      expect((await failure(hard)).message).toContain('is a hardlink')
      const folder = metadata({ metafiles: { [file]: undefined }, files: { [file]: { directory: true } } })
      expect((await failure(folder)).message).toContain('is a directory')
    },
  )
})
