import { chown, lstat, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { decodeXz } from '../../../src/codec/xz/xz.ts'
import { hartIdent } from '../../../src/habitat/hab/hart-ident.ts'
import { installForExport, installPackages } from '../../../src/habitat/hab/install.ts'
import { formatIdent, parseFullIdent, parseIdent } from '../../../src/habitat/package/ident.ts'
import { InstalledPackages } from '../../../src/habitat/sources/installed.ts'
import { silent } from '../../../src/lib/report.ts'
import { wordSettings } from '../../../src/lib/setting.ts'
import { EXPORT } from '../../../src/settings/tables.ts'
import { inputWording } from '../../../src/settings/wording.ts'
import { recordedCalls } from '../../testkit/hab-stand-in.ts'
import { writeHart } from '../../testkit/hart.ts'
import { missingPrograms } from '../../testkit/machine.ts'
import { originKey, writePublicKey } from '../../testkit/origin-key.ts'
import { failure } from '../reading.ts'
import {
  BUSYBOX,
  CACERTS,
  GLIBC,
  OWN,
  REDIS,
  running,
  SERVED,
  serve,
  standInHab,
  TARGET,
  testBuilder,
} from './fixtures.ts'

const noPrograms = missingPrograms('xz', 'tar')

// hab is the actions' alone.
wordSettings(inputWording(EXPORT))

const SUP = 'chef/hab-sup/2.0.500/20250102030405'
const LAUNCHER = 'chef/hab-launcher/2.0.500/20250102030405'

const pauses: number[] = []
const tools = {
  report: silent,
  readIdent: (hart: string) => hartIdent(hart, decodeXz, 1 << 30),
  sleep: async (milliseconds: number) => pauses.push(milliseconds),
}

describe.skipIf(noPrograms)('hab pkg install', () => {
  test('installs what an image needs, and InstalledPackages reads it', async () => {
    const builder = await testBuilder()
    await serve(builder, 'stable', [...SERVED, ...OWN])
    const from = { url: builder.url, channel: 'stable' }
    const hab = await standInHab()
    const installed = await installForExport(
      hab,
      { packages: ['core/redis'], builder: from, base: from, keys: [] },
      tools,
    )
    expect(installed).toEqual({
      fsRoot: hab.workspace.fsRoot,
      target: TARGET,
      packages: ['core/redis'],
      supervisor: SUP,
      launcher: LAUNCHER,
      artifacts: [join(hab.workspace.home, '.hab/cache/artifacts')],
    })
    const packages = new InstalledPackages(installed.fsRoot)
    const found = await packages.newest(parseIdent('core/redis'))
    const redis = await packages.open(found!.ident)
    expect(redis!.metadata).toMatchObject({ exposes: [6379], runnable: true, target: TARGET })
    expect(redis!.metadata.tdeps.map(formatIdent)).toEqual([GLIBC])
    for (const ident of [GLIBC, BUSYBOX, CACERTS, SUP, LAUNCHER]) {
      expect(await packages.open(parseFullIdent(ident)), ident).toBeDefined()
    }
    // The supervisor brought busybox, so only the certificates had to be asked for.
    const asked = recordedCalls(hab.record).map(({ args }) => args.slice(7))
    expect(asked).toEqual([['core/redis', SUP, LAUNCHER], ['core/cacerts']])
  })

  test('gets an environment of its own, and names its channel', async () => {
    const builder = await testBuilder('secret-token')
    await serve(builder, 'unstable', SERVED)
    const env = {
      PATH: process.env.PATH,
      https_proxy: 'http://127.0.0.1:9',
      HAB_CACHE_KEY_PATH: '/elsewhere',
      HAB_BLDR_CHANNEL: 'other',
      GITHUB_TOKEN: 'not for hab',
      INPUT_ORIGIN_KEY: 'not for hab',
    }
    const hab = await standInHab({ env, token: 'secret-token' })
    const from = { url: builder.url, channel: 'unstable' }
    await installPackages(hab, ['core/redis'], from, tools)
    const [call] = recordedCalls(hab.record)
    const place = ['--url', builder.url, '--channel', 'unstable']
    expect(call!.args).toEqual(['pkg', 'install', '--ignore-install-hook', ...place, 'core/redis'])
    const { _: _last, ...given } = call!.env
    expect(given).toEqual({
      PATH: env.PATH,
      https_proxy: env.https_proxy,
      HOME: hab.workspace.home,
      FS_ROOT: hab.workspace.fsRoot,
      HAB_AUTH_TOKEN: 'secret-token',
      HAB_BLDR_URL: builder.url,
      HAB_BLDR_CHANNEL: 'unstable',
      HAB_LICENSE: 'accept-no-persist',
      HAB_NOCOLORING: 'true',
      HAB_NONINTERACTIVE: 'true',
    })
    expect(builder.requests.every(({ headers }) => headers.authorization === 'Bearer secret-token')).toBe(
      true,
    )
  })

  test('asks two Builders where hab has its packages from another', async () => {
    const [ours, theirs] = [await testBuilder(), await testBuilder()]
    await serve(ours, 'acme-prod', SERVED)
    await serve(theirs, 'base', [...SERVED, ...OWN])
    const hab = await standInHab()
    await installForExport(
      hab,
      {
        packages: ['core/redis'],
        builder: { url: ours.url, channel: 'acme-prod' },
        base: { url: theirs.url, channel: 'base' },
        keys: [],
      },
      tools,
    )
    const calls = recordedCalls(hab.record)
    expect(calls.map(({ args }) => args.slice(4, 7).concat(args.slice(7)))).toEqual([
      [ours.url, '--channel', 'acme-prod', 'core/redis'],
      [theirs.url, '--channel', 'base', SUP, LAUNCHER],
      [theirs.url, '--channel', 'base', 'core/cacerts'],
    ])
  })

  test('installs a hart of an origin whose key only this job has', async () => {
    const builder = await testBuilder()
    await serve(builder, 'stable', [...SERVED, ...OWN])
    const hab = await standInHab()
    const ident = 'private/app/1.0/20240101000000'
    const key = originKey('private')
    const keys = join(hab.folder, 'keys')
    await writePublicKey(keys, key)
    const hart = await writeHart(join(hab.folder, "it's $HOME"), {
      key,
      package: { ident, target: TARGET, files: { 'hooks/run': 'run' }, deps: [GLIBC] },
    })
    const from = { url: builder.url, channel: 'stable' }
    const wanted = { packages: [hart], builder: from, base: from }
    const installed = await installForExport(hab, { ...wanted, keys: [keys] }, tools)
    expect(installed.packages).toEqual([ident])
    expect(await new InstalledPackages(installed.fsRoot).open(parseFullIdent(ident))).toBeDefined()
  })

  test.each([
    [
      'of a name that is not there',
      {},
      ['core/nothing'],
      / The channel stable of \S+ has no core\/nothing for this target\. Check the name, channel and builder-url, or, if /,
    ],
    [
      'of a channel that it is not in',
      { channel: 'lts' },
      ['core/redis'],
      / The channel lts of .* or use a channel that hab lists below.*\n.*redis\/7\.2\.4\/\d+ in the 'stable' channel/s,
    ],
  ])('%s says what to check', async (_, place, specs, words) => {
    const builder = await testBuilder()
    await serve(builder, 'stable', SERVED)
    const hab = await standInHab()
    const from = { url: builder.url, channel: 'stable', ...place }
    const error = await failure(installPackages(hab, specs, from, tools))
    expect(error.code).toBe('HAB_INSTALL')
    expect(error.message).toMatch(words)
    expect(recordedCalls(hab.record)).toHaveLength(1)
  })

  test.each([
    [
      'no token',
      undefined,
      { status: 401 },
      /Builder asks for a personal access token for core\/redis\/.* give it as builder-token\./,
    ],
    [
      'a stale token',
      'stale-token',
      { status: 401 },
      /Builder does not accept the token in builder-token: .* Create a new one at http:\/\/\S+\/#\/profile\./,
    ],
    [
      'a token without a licence key',
      'stale-token',
      { status: 403, body: 'No valid license key found.' },
      /Builder gives core\/redis\/\S+ only to accounts that have a licence key\. Add yours at /,
    ],
    [
      'the token of a stranger',
      'stale-token',
      { status: 403 },
      /refuses core\/redis\/\S+\. Check builder-url, and that the token in builder-token belongs to a member/,
    ],
  ])('of what is not for everyone, with %s', async (_, token, answer, words) => {
    const builder = await testBuilder('secret-token')
    await serve(builder, 'stable', SERVED)
    builder.fault({ kind: 'status', ...answer, on: /redis.*download/ })
    const hab = await standInHab({ token })
    const error = await failure(
      installPackages(hab, ['core/redis'], { url: builder.url, channel: 'stable' }, tools),
    )
    expect(error.message).toMatch(words)
    expect(error.message).not.toContain('stale-token')
  })

  test('names the settings for what it could not get', async () => {
    const builder = await testBuilder()
    await serve(builder, 'acme-prod', SERVED)
    const hab = await standInHab()
    const wanted = {
      packages: ['core/redis'],
      builder: { url: builder.url, channel: 'acme-prod' },
      base: { url: builder.url, channel: 'base' },
      keys: [],
      supervisor: 'chef/hab-sup',
    }
    const one = await failure(installForExport(hab, wanted, tools))
    expect(one.message).toMatch(
      / has no chef\/hab-sup .* Check the name, base-packages-channel and builder-url,/,
    )
    const base = { url: builder.url, channel: 'acme-prod' }
    const both = await failure(installForExport(hab, { ...wanted, base }, tools))
    expect(both.message).toMatch(/ Check the name, channel or base-packages-channel and builder-url,/)
    const [ours, theirs] = [builder, await testBuilder()]
    const other = { ...wanted, builder: { url: ours.url, channel: 'acme-prod' } }
    const away = await failure(
      installForExport(hab, { ...other, base: { url: theirs.url, channel: 'base' } }, tools),
    )
    expect(away.message).toMatch(/ Check the name, base-packages-channel and base-packages-url,/)
  })

  test('tries once more after a failure of the network, and continues where it was', async () => {
    const builder = await testBuilder()
    await serve(builder, 'stable', SERVED)
    builder.fault({ kind: 'status', status: 503, on: /redis\/latest/ })
    const hab = await standInHab()
    pauses.length = 0
    const specs = ['core/cacerts', 'core/redis']
    await installPackages(hab, specs, { url: builder.url, channel: 'stable' }, tools)
    expect(recordedCalls(hab.record)).toHaveLength(2)
    expect(builder.count(/cacerts.*download/)).toBe(1)
    expect(pauses).toEqual([10_000])
  })

  test('leaves it to hab to try downloads again', async () => {
    const builder = await testBuilder()
    await serve(builder, 'stable', SERVED)
    builder.fault({ kind: 'status', status: 503, on: /redis.*download/, times: 5 })
    const hab = await standInHab()
    await installPackages(hab, ['core/redis'], { url: builder.url, channel: 'stable' }, tools)
    expect(recordedCalls(hab.record)).toHaveLength(1)
  })

  test('gives up after that', async () => {
    const hab = await standInHab()
    const error = await failure(
      installPackages(hab, ['core/redis'], { url: 'http://127.0.0.1:1', channel: 'stable' }, tools),
    )
    expect(error.message).toContain('Check builder-url and the network: ')
    expect(recordedCalls(hab.record)).toHaveLength(2)
  })

  test('shows what hab says about a damaged package', async () => {
    const builder = await testBuilder()
    await serve(builder, 'stable', SERVED)
    builder.fault({ kind: 'corrupt', on: /redis.*download/ })
    const hab = await standInHab()
    const from = { url: builder.url, channel: 'stable' }
    const error = await failure(installPackages(hab, ['core/redis'], from, tools))
    expect(error.message).toMatch(
      / A package is damaged, .*\n.*Habitat artifact is invalid, hashes don't match/s,
    )
    expect(await readdir(join(hab.workspace.fsRoot, 'hab'))).toEqual(['cache'])
  })

  test('without the licence does not install', async () => {
    const hab = await standInHab({ license: undefined })
    const from = { url: 'http://127.0.0.1:1', channel: 'stable' }
    const error = await failure(installPackages(hab, ['core/redis'], from, tools))
    expect(error.message).toContain('Write "accept-license: true" if you accept')
    expect(error.message).toContain('✗✗✗ License agreement not accepted')
  })

  test.skipIf(process.getuid?.() !== 0)('as an ordinary user leaves no caches in the root', async () => {
    const builder = await testBuilder()
    await serve(builder, 'stable', SERVED)
    const hab = await standInHab()
    const { workspace, folder } = hab
    await writeFile(hab.record, '')
    await mkdir(join(workspace.home, '.hab/cache/artifacts'), { recursive: true })
    for (const path of [
      folder,
      join(folder, 'runner temp'),
      hab.record,
      ...[workspace.path, workspace.home, workspace.fsRoot],
      ...['.hab', '.hab/cache', '.hab/cache/keys', '.hab/cache/artifacts'].map(p => join(workspace.home, p)),
      ...['hab', 'hab/cache', 'hab/cache/keys'].map(p => join(workspace.fsRoot, p)),
    ]) {
      await chown(path, 65534, 65534)
    }
    const from = { url: builder.url, channel: 'stable' }
    await installPackages({ ...hab, run: running(65534) }, ['core/redis'], from, tools)
    const [call] = recordedCalls(hab.record)
    expect(call!.uid).toBe(65534)
    expect(await readdir(join(workspace.fsRoot, 'hab/cache/keys'))).toEqual([])
    expect(await readdir(workspace.keys)).toEqual(['core-20240101000000.pub'])
    const stats = await lstat(join(workspace.fsRoot, 'hab/pkgs', REDIS, 'lib'))
    expect([stats.uid, stats.mode & 0o777]).toEqual([65534, 0o555])
  })
})
