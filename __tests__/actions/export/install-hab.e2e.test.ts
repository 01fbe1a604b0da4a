import { execFileSync } from 'node:child_process'
import { createHash, type Hash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type HabRequest, installHab } from '../../../src/actions/export/install-hab.ts'
import { commandRunner } from '../../../src/actions/shared/run-command.ts'
import { decodeXz } from '../../../src/codec/xz/xz.ts'
import { hartIdent } from '../../../src/habitat/hab/hart-ident.ts'
import { installForExport } from '../../../src/habitat/hab/install.ts'
import { makeWorkspace } from '../../../src/habitat/hab/workspace.ts'
import { formatIdent, parseIdent } from '../../../src/habitat/package/ident.ts'
import { InstalledPackages } from '../../../src/habitat/sources/installed.ts'
import { createFetch } from '../../../src/http/fetch.ts'
import { silent } from '../../../src/lib/report.ts'
import { wordSettings } from '../../../src/lib/setting.ts'
import { EXPORT } from '../../../src/settings/tables.ts'
import { inputWording } from '../../../src/settings/wording.ts'
import { OWN, SERVED, serve, TARGET, temporaryFolder, testBuilder } from '../../habitat/hab/fixtures.ts'
import { failure } from '../../habitat/reading.ts'
import { missingPrograms } from '../../testkit/machine.ts'
import { type PackagesMirror, startPackagesMirror } from '../../testkit/packages-mirror.ts'

wordSettings(inputWording(EXPORT))

const unsupported = process.platform !== 'linux' ? 'hab is for Linux runners' : missingPrograms('xz')

let mirror: PackagesMirror
let toolCache: string
let temporary: string
let notes: string[]

beforeEach(async () => {
  notes = []
  mirror = await startPackagesMirror({
    releases: [
      { version: '1.6.1245', origin: 'core' },
      { version: '1.6.1247', origin: 'core' },
      { version: '2.0.500' },
      { version: '2.1.78', targets: ['riscv-linux'] },
    ],
    channels: { stable: '2.0.500', unstable: '2.1.78' },
  })
  const folder = await temporaryFolder()
  ;[toolCache, temporary] = [join(folder, 'tool cache'), join(folder, 'temp')]
  await mkdir(temporary)
  vi.stubEnv('RUNNER_TOOL_CACHE', toolCache)
  vi.stubEnv('RUNNER_TEMP', temporary)
  vi.stubEnv('no_proxy', '*')
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await mirror.close()
})

function install(request: Partial<HabRequest> = {}) {
  return installHab(
    { version: 'latest', channel: 'stable', mirror: mirror.url, builder: 'http://127.0.0.1:1', ...request },
    {
      fetch: createFetch({ version: '1' }),
      report: { ...silent, note: text => notes.push(text) },
      retry: { sleep: async () => {}, tries: 2 },
    },
  )
}

/** What is installed, and that nothing else is left. */
async function installed(): Promise<string[]> {
  expect(await readdir(temporary)).toEqual([])
  return readdir(join(toolCache, 'hab')).catch(() => [])
}

describe.skipIf(unsupported)('hab', () => {
  test.each([
    ['latest', '2.0.500', 'chef'],
    ['^2', '2.0.500', 'chef'],
    ['1.6.1245', '1.6.1245', 'core'],
  ])('%s is installed from the mirror', async (version, expected, origin) => {
    const release = await install({ version })
    expect(release).toMatchObject({ version: expected, target: TARGET })
    expect(release.path).toBe(join(toolCache, 'hab', expected, TARGET, 'hab'))
    const { supervisor, launcher } = release.packages
    expect(formatIdent(supervisor)).toBe(`${origin}/hab-sup/${expected}/20250102030405`)
    expect(formatIdent(launcher)).toBe(`${origin}/hab-launcher/18000/20250102030405`)
    expect(execFileSync(release.path, ['--version'], { encoding: 'utf8' })).toContain(expected)
    expect(await installed()).toEqual([expected])
  })

  test('is unpacked without any external program', async () => {
    vi.stubEnv('PATH', temporary)
    expect((await install()).version).toBe('2.0.500')
    expect(await installed()).toEqual(['2.0.500'])
  })

  test('of a range is looked up at Builder, and the mirror must have it', async () => {
    const builder = await testBuilder()
    await serve(
      builder,
      'stable',
      ['1.6.1245', '1.6.1247', '1.6.2000'].map(version => ({ ident: `core/hab/${version}/20240101000000` })),
    )
    expect((await install({ version: '1.6', builder: builder.url })).version).toBe('1.6.1247')
    expect(builder.requests.map(({ path }) => path).sort()).toEqual([
      '/v1/depot/pkgs/chef/hab/versions',
      '/v1/depot/pkgs/core/hab/versions',
    ])
  })

  test('is taken from the tool cache the second time, an exact version without a question', async () => {
    const first = await install({ version: '1.6.1245' })
    const count = mirror.requests.length
    expect(await install({ version: '1.6.1245' })).toEqual(first)
    expect(mirror.requests).toHaveLength(count)
    await install({ version: 'latest' })
    mirror.requests.length = 0
    await install({ version: '^2' })
    expect(mirror.requests).toEqual(['/files/stable/habitat/latest/manifest.json'])
  })

  test('without a network, a range is met by an installed version', async () => {
    await install({ version: '1.6.1245' })
    await mirror.close()
    expect((await install({ version: '^1.6' })).version).toBe('1.6.1245')
    notes.length = 0
    const error = await failure(install())
    expect(error.code).toBe('HTTP_NETWORK')
    expect(error.message).toContain('hab-mirror')
    expect(notes).toEqual([expect.stringMatching(/ECONNREFUSED.* Trying again in \d+ s\.$/)])
  })

  test('that something else put into the tool cache is not trusted', async () => {
    const place = join(toolCache, 'hab/1.6.1245', TARGET)
    await mkdir(place, { recursive: true })
    await writeFile(join(place, 'hab'), 'not executable')
    await writeFile(`${place}.complete`, '')
    const release = await install({ version: '1.6.1245' })
    expect(execFileSync(release.path, ['--version'], { encoding: 'utf8' })).toContain('1.6.1245')
  })

  test('needs the folder that the runner names', async () => {
    vi.stubEnv('RUNNER_TOOL_CACHE', '')
    const error = await failure(install())
    expect(error.code).toBe('NOT_IN_WORKFLOW')
    expect(error.message).toMatch(
      /^The variable RUNNER_TOOL_CACHE is not set, .* Write use-hab: false, which/,
    )
    expect(mirror.requests).toEqual([])
  })

  test('may come from a mirror with a path', async () => {
    expect((await install({ mirror: `${mirror.url}/files/` })).version).toBe('2.0.500')
  })

  test('whose sum is another is not installed', async () => {
    mirror.fault({ on: /sha256sum$/, kind: 'body', body: `${'0'.repeat(64)}  hab-${TARGET}.tar.gz\n` })
    const error = await failure(install())
    expect(error.code).toBe('HAB_CHECKSUM')
    const archive = await fetch(`${mirror.url}/files/habitat/2.0.500/hab-${TARGET}.tar.gz`)
    const actual = createHash('sha256')
      .update(await archive.bytes())
      .digest('hex')
    for (const sum of ['0'.repeat(64), actual]) expect(error.message).toContain(sum)
    expect(await installed()).toEqual([])
  })

  test('is unpacked from the bytes that were checked, which are in no file that could change', async () => {
    const files: string[][] = []
    const hashes: Hash = Object.getPrototypeOf(createHash('sha256'))
    const { digest } = hashes
    vi.spyOn(hashes, 'digest').mockImplementation(function (this: Hash, ...args: unknown[]) {
      const inside = readdirSync(temporary, { recursive: true, withFileTypes: true })
      files.push(inside.filter(entry => entry.isFile()).map(entry => entry.name))
      return Reflect.apply(digest, this, args)
    })
    await install()
    expect(files).toEqual([[]])
  })

  test.each([
    ['the sums are a web page', { on: /sum$/, kind: 'body', body: '<html>' }, 'HAB_CHECKSUM'],
    ['the manifest is a web page', { on: /manifest/, kind: 'body', body: '<html>' }, 'HAB_MANIFEST'],
    ['the archive is gone', { on: /tar\.gz$/, kind: 'status', status: 404 }, 'HTTP_STATUS'],
    ['the archive is cut off each time', { on: /tar\.gz$/, kind: 'reset' }, 'HTTP_NETWORK'],
    ['the mirror fails each time', { on: /manifest/, kind: 'status', status: 502 }, 'HTTP_STATUS'],
  ] as const)('is not installed where %s', async (_, fault, code) => {
    mirror.fault(fault)
    expect((await failure(install())).code).toBe(code)
    expect(await installed()).toEqual([])
  })

  test.each([
    ['the archive is cut off once', { on: /tar\.gz$/, kind: 'reset', times: 1 }],
    ['the mirror fails once', { on: /sum$/, kind: 'status', status: 503, times: 1 }],
  ] as const)('is installed where %s', async (_, fault) => {
    mirror.fault(fault)
    expect((await install()).version).toBe('2.0.500')
    expect(await installed()).toEqual(['2.0.500'])
  })

  test.each([404, 403])(
    'that does not exist is an error that names existing ones, for status %i',
    async status => {
      mirror.fault({ on: /9\.9\.9/, kind: 'status', status })
      const error = await failure(install({ version: '9.9.9' }))
      expect(error.code).toBe('HAB_VERSION_NOT_FOUND')
      expect(error.message).toContain(`no hab 9.9.9 for ${TARGET}`)
      expect(error.message).toContain('2.0.500')
      expect(await installed()).toEqual([])
    },
  )

  test.each([
    ['a version not built for this target', { version: '2.1.78' }, 'HAB_VERSION_NOT_FOUND', '2.1.78'],
    ['a channel that does not exist', { channel: 'lts' }, 'HAB_CHANNEL', '"lts"'],
    ['a channel that is a path', { channel: '../x' }, 'HAB_CHANNEL', '"../x"'],
    ['a mirror with a password', { mirror: 'https://me:hunter2@mirror' }, 'HAB_MIRROR', 'mirror'],
    ['a mirror that is not a URL', { mirror: 'packages' }, 'HAB_MIRROR', '"packages"'],
    ['a version that is none', { version: 'newest' }, 'HAB_VERSION', '"newest"'],
  ])('is not %s', async (_, request, code, words) => {
    const error = await failure(install(request))
    expect(error.code).toBe(code)
    expect(error.message).toContain(words)
    expect(error.message).not.toContain('hunter2')
    expect(await installed()).toEqual([])
  })

  test.each([
    [
      'two folders',
      [
        { path: 'a/hab', content: 'x' },
        { path: 'b/hab', content: 'x' },
      ],
      'expected a single top-level folder, found "a" and "b"',
    ],
    ['no program', [{ path: 'hab-1/README', content: 'x' }], 'no program'],
    ['a link out', [{ path: 'hab-1/hab', type: 'symlink', linkname: '/bin/sh' }], 'leads out of its folder'],
    [
      'a link',
      [
        { path: 'hab-1/hab-1', content: 'x' },
        { path: 'hab-1/hab', type: 'symlink', linkname: 'hab-1' },
      ],
      'no program',
    ],
  ] as const)('is not an archive with %s', async (_, members, words) => {
    const broken = await startPackagesMirror({
      releases: [{ version: '2.0.500', members }],
      channels: { stable: '2.0.500' },
    })
    try {
      const error = await failure(install({ mirror: broken.url }))
      expect(error.code).toBe('HAB_ARCHIVE')
      expect(error.message).toContain(words)
      expect(await installed()).toEqual([])
    } finally {
      await broken.close()
    }
  })

  test('installs packages, which are then read', async () => {
    const builder = await testBuilder()
    await serve(builder, 'stable', [
      ...SERVED,
      ...OWN.map(spec => ({ ...spec, ident: spec.ident.replace('launcher/2.0.500', 'launcher/18000') })),
    ])
    const from = { url: builder.url, channel: 'stable' }
    const workspace = await makeWorkspace(temporary)
    const env = { PATH: process.env.PATH }
    const hab = { release: await install(), workspace, run: commandRunner(), env, license: 'accept' }
    const readIdent = (hart: string) => hartIdent(hart, decodeXz, 1 << 30)
    const request = await installForExport(
      hab,
      { packages: ['core/redis'], builder: from, base: from, keys: [] },
      { report: silent, readIdent },
    )
    const packages = new InstalledPackages(request.fsRoot)
    for (const spec of [...request.packages, request.supervisor, request.launcher]) {
      const build = await packages.newest(parseIdent(spec))
      expect((await packages.open(build!.ident))!.metadata.target, spec).toBe(TARGET)
    }
    // Its log is a group in which nothing is a workflow command.
    const log = vi
      .mocked(process.stdout.write)
      .mock.calls.map(([text]) => text.toString())
      .join('')
    expect(log).toMatch(
      /::group::hab pkg install .*core\/redis.*\n::stop-commands::(\S+)\n[\s\S]*Install of core\/redis[\s\S]*\n::\1::\n[\s\S]*::endgroup::/,
    )
    await rm(workspace.path, { recursive: true })
  })
})
