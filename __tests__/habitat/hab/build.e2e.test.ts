import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeXz } from '../../../src/codec/xz/xz.ts'
import { type BuildRequest, buildPackage as buildReporting } from '../../../src/habitat/hab/build.ts'
import type { Hab } from '../../../src/habitat/hab/command.ts'
import { hartIdent } from '../../../src/habitat/hab/hart-ident.ts'
import { installPackages } from '../../../src/habitat/hab/install.ts'
import { formatIdent, parseFullIdent } from '../../../src/habitat/package/ident.ts'
import { openHart } from '../../../src/habitat/sources/hart.ts'
import { InstalledPackages } from '../../../src/habitat/sources/installed.ts'
import { KeyRing } from '../../../src/habitat/sources/key-ring.ts'
import { silent } from '../../../src/lib/report.ts'
import { wordSettings } from '../../../src/lib/setting.ts'
import { EXPORT } from '../../../src/settings/tables.ts'
import { inputWording } from '../../../src/settings/wording.ts'
import { type Finished, finishedTogether } from '../../e2e/run-cli.ts'
import type { BuilderServer } from '../../testkit/builder-server.ts'
import { recordedCalls } from '../../testkit/hab-stand-in.ts'
import { missingPrograms } from '../../testkit/machine.ts'
import { originKey } from '../../testkit/origin-key.ts'
import { failure } from '../reading.ts'
import {
  GLIBC,
  REDIS,
  running,
  SERVED,
  STUDIO,
  serve,
  standInHab,
  type TestHab,
  temporaryFolder,
  testBuilder,
} from './fixtures.ts'
import { layOut, SEEN_LAYOUTS } from './layouts.ts'

const noPrograms =
  process.getuid?.() !== 0 ? 'needs root, as a build does' : missingPrograms('bash', 'xz', 'tar')

// hab is the actions' alone.
wordSettings(inputWording(EXPORT))

const key = originKey('acme')

let builder: BuilderServer
let from: BuildRequest['from']

beforeAll(async () => {
  builder = await testBuilder(undefined, afterAll)
  await serve(builder, 'base', [STUDIO, ...SERVED])
  from = { url: builder.url, channel: 'base' }
})

const PLAN = `
pkg_name=app
pkg_origin=acme
pkg_version=1.0
do_build() { echo "compiling $pkg_name"; }
do_install() { mkdir -p "$pkg_prefix/bin"; echo program >"$pkg_prefix/bin/app"; }
`

async function project(plan = PLAN, finished?: Finished): Promise<string> {
  const cwd = await temporaryFolder(finished)
  await mkdir(join(cwd, 'habitat/hooks'), { recursive: true })
  await writeFile(join(cwd, 'habitat/plan.sh'), plan)
  await writeFile(join(cwd, 'habitat/hooks/run'), 'exec app')
  return cwd
}

const buildPackage = (hab: Hab, request: BuildRequest) => buildReporting(hab, request, silent)

const requestFor = (cwd: string, more: Partial<BuildRequest> = {}): BuildRequest => ({
  plan: '.',
  cwd,
  originKey: key.secretKeyText,
  from,
  base: from,
  uid: 0,
  gid: 0,
  ...more,
})

describe.skipIf(noPrograms)('hab pkg build', () => {
  describe('once', () => {
    const finished = finishedTogether()
    const env = {
      PATH: process.env.PATH,
      HAB_REFRESH_CHANNEL: 'base-2025',
      HAB_STUDIO_SECRET_REGISTRY: 'for-the-plan',
      HAB_ORIGIN: 'other',
      FS_ROOT: '/elsewhere',
      GITHUB_TOKEN: 'not for hab',
    }
    let cwd: string
    let hab: TestHab
    let build: Awaited<ReturnType<typeof buildPackage>>
    /** The secret key while hab runs. */
    let during: { mode: number; text: string }

    beforeAll(async () => {
      cwd = await project(PLAN, finished)
      hab = await standInHab({ env, token: 'secret-token' }, finished)
      const run: Hab['run'] = async (command, onOutput) => {
        const path = join(hab.workspace.keys, `${key.name}.sig.key`)
        during = { mode: (await stat(path)).mode & 0o777, text: await readFile(path, 'utf8') }
        return running()(command, onOutput)
      }
      build = await buildPackage({ ...hab, run }, requestFor(cwd))
    })

    test('has the secret key only while hab runs, readable by nobody else', async () => {
      expect(during).toEqual({ mode: 0o400, text: key.secretKeyText })
      expect(await readdir(hab.workspace.keys)).toEqual([`${key.name}.pub`])
      expect(await readFile(join(hab.workspace.keys, `${key.name}.pub`), 'utf8')).toBe(key.publicKeyText)
    })

    test('gets an environment of its own', () => {
      const [call] = recordedCalls(hab.record)
      expect(call).toMatchObject({ args: ['pkg', 'build', '.'], cwd })
      const { _: _last, ...given } = call!.env
      expect(given).toEqual({
        PATH: env.PATH,
        HOME: hab.workspace.home,
        HAB_AUTH_TOKEN: 'secret-token',
        HAB_BLDR_CHANNEL: 'base',
        HAB_BLDR_URL: from.url,
        HAB_CACHE_KEY_PATH: hab.workspace.keys,
        HAB_LICENSE: 'accept-no-persist',
        HAB_NOCOLORING: 'true',
        HAB_NONINTERACTIVE: 'true',
        HAB_ORIGIN: 'acme',
        HAB_ORIGIN_KEYS: 'acme',
        HAB_REFRESH_CHANNEL: 'base-2025',
        HAB_STUDIO_SECRET_REGISTRY: 'for-the-plan',
      })
    })

    test('makes a signed hart, which is what it says, and which hab then installs', async () => {
      const ident = formatIdent(build.ident)
      expect(ident).toMatch(/^acme\/app\/1\.0\/\d{14}$/)
      expect(build.hart).toMatch(new RegExp(`^${cwd}/results/acme-app-1.0-`))
      const keys = new KeyRing({ folders: [hab.workspace.keys] })
      const hart = await openHart(build.hart, keys)
      await hart.close()
      expect(hart.signer).toEqual({ origin: 'acme', revision: '20240101000000' })

      const readIdent = (hart: string) => hartIdent(hart, decodeXz, 1 << 30)
      await installPackages(hab, [build.hart], from, { report: silent, readIdent })
      const installed = await new InstalledPackages(hab.workspace.fsRoot).open(parseFullIdent(ident))
      expect(installed!.metadata).toMatchObject({ runnable: true, binaries: ['bin/app'] })
    })
  })

  test('removes the secret key also when hab cannot be started', async () => {
    const hab = await standInHab({ run: () => Promise.reject(new Error('no such program')) })
    await expect(buildPackage(hab, requestFor(await project()))).rejects.toThrow('no such program')
    expect(await readdir(hab.workspace.keys)).toEqual([`${key.name}.pub`])
  })

  test('refuses variables that the studio would tear apart, without showing them', async () => {
    const hab = await standInHab({ env: { HAB_STUDIO_SECRET_A: 'two words', HAB_STUDIO_SECRET_B: 'ok' } })
    const error = await failure(buildPackage(hab, requestFor(await project())))
    expect(error.code).toBe('BUILD_ENVIRONMENT')
    expect(error.message).toMatch(/^HAB_STUDIO_SECRET_A: /)
    expect(error.message).not.toContain('two words')
  })

  test.each([
    ['the plan', PLAN, undefined, `the plan's pkg_origin is "acme". `],
    ['the input', PLAN.replace('acme', 'other'), 'third', 'origin is "third". '],
  ])('refuses a key of another origin than that of %s', async (_, plan, origin, said) => {
    const { secretKeyText } = originKey('other')
    const request = requestFor(await project(plan), { originKey: secretKeyText, origin })
    const error = await failure(buildPackage(await standInHab(), request))
    expect(error.code).toBe('KEY_ORIGIN')
    expect(error.message).toContain(`origin-key: is a key of the origin other, but ${said}`)
    expect(error.message).not.toContain(secretKeyText.split('\n')[3])
  })

  test.each([
    ['the input says so', PLAN, 'other'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: shell
    ['the plan leaves it open', PLAN.replace('=acme', '=${HAB_ORIGIN:-acme}'), undefined],
    ['the plan has none', PLAN.replace('pkg_origin=acme', ''), undefined],
  ])('builds for the origin of the key where %s', async (_, plan, origin) => {
    const request = requestFor(await project(plan), { originKey: originKey('other').secretKeyText, origin })
    expect((await buildPackage(await standInHab(), request)).ident.origin).toBe('other')
  })

  test('that fails is named by its ident and the last lines of its log', async () => {
    const failing = PLAN.replace(
      'echo "compiling $pkg_name"',
      'for i in $(seq 100); do echo "line $i"; done; printf "\\033[31mundefined reference\\033[0m\\n" >&2; return 7',
    )
    const error = await failure(buildPackage(await standInHab(), requestFor(await project(failing))))
    expect(error.code).toBe('HAB_BUILD')
    expect(error.message).toMatch(
      /^"hab pkg build \." \(acme\/app\/1\.0\/\d{14}\) failed with exit status 7\./,
    )
    expect(error.message).toMatch(/^ {2}undefined reference$/m)
    expect(error.message).toContain('line 100')
    expect(error.message).not.toContain('line 50\n')
    expect(error.message.split('\n').length).toBeLessThan(20)
  })

  test('without a signing key reports it', async () => {
    const hab = await standInHab()
    const run: Hab['run'] = async (command, onOutput) => {
      await rm(join(hab.workspace.keys, `${key.name}.sig.key`))
      return running()(command, onOutput)
    }
    const error = await failure(buildPackage({ ...hab, run }, requestFor(await project())))
    expect(error.message).toContain(
      'failed with exit status 1. hab found no key to sign with. Check that the plan',
    )
  })

  test('that fails before its version is known is named without one', async () => {
    const later = PLAN.replace('pkg_version=1.0', 'pkg_version() { echo 2.0; }')
    const failing = later.replace('echo "compiling $pkg_name"', 'return 1')
    const error = await failure(buildPackage(await standInHab(), requestFor(await project(failing))))
    expect(error.message).toMatch(
      /^"hab pkg build \." \(acme\/app\) failed with exit status 1\. Correct the plan\. /,
    )
    const build = await buildPackage(await standInHab(), requestFor(await project(later)))
    expect(build.ident.version).toBe('2.0')
  })

  test('of a version with "~" and "+" is read and installed', async () => {
    const cwd = await project(PLAN.replace('pkg_version=1.0', "pkg_version='0.2.0-rc.1+b~2'"))
    const hab = await standInHab()
    const build = await buildPackage(hab, requestFor(cwd))
    expect(formatIdent(build.ident)).toMatch(/^acme\/app\/0\.2\.0-rc\.1\+b~2\/\d{14}$/)
    const readIdent = (hart: string) => hartIdent(hart, decodeXz, 1 << 30)
    await installPackages(hab, [build.hart], from, { report: silent, readIdent })
    expect(await new InstalledPackages(hab.workspace.fsRoot).open(build.ident)).toBeDefined()
  })

  test.each([
    // Its package has no SVC_USER and SVC_GROUP.
    ['hooks/run.sh', '', { svcUser: undefined, svcGroup: undefined }],
    ['hooks/run', '', { svcUser: 'hab', svcGroup: 'hab' }],
    // A file `run` that is not executable.
    ['readme', 'pkg_svc_run="app -x"\npkg_svc_user=web', { svcUser: 'web', svcGroup: 'hab' }],
  ])('of a plan with %s and %j is a service', async (file, more, accounts) => {
    const cwd = await temporaryFolder()
    await mkdir(join(cwd, 'hooks'))
    await writeFile(join(cwd, file), 'exec app')
    await writeFile(join(cwd, 'plan.sh'), `${PLAN}${more}\n`)
    const hab = await standInHab()
    const build = await buildPackage(hab, requestFor(cwd))
    const readIdent = (hart: string) => hartIdent(hart, decodeXz, 1 << 30)
    await installPackages(hab, [build.hart], from, { report: silent, readIdent })
    const installed = await new InstalledPackages(hab.workspace.fsRoot).open(build.ident)
    expect(installed!.metadata).toMatchObject({ runnable: true, ...accounts })
    const run = file === 'readme' ? 'run' : 'hooks/run'
    const { mode } = await stat(join(hab.workspace.fsRoot, 'hab/pkgs', formatIdent(build.ident), run))
    expect(mode & 0o777).toBe(file === 'readme' ? 0o644 : 0o755)
  })

  test('warns once of plans that hab ignores', async () => {
    const [files, loads, ignored] = SEEN_LAYOUTS.find(([, builds, others]) => builds && others.length > 0)!
    const cwd = await layOut(files)
    const warnings: string[] = []
    const report = { ...silent, warn: (text: string) => void warnings.push(text) }
    const request = requestFor(cwd, { originKey: originKey('top').secretKeyText })
    // The key is of the plan that is ignored.
    const error = await failure(buildReporting(await standInHab(), request, report))
    expect(error.code).toBe('KEY_ORIGIN')
    expect(warnings).toEqual([])
    await buildReporting(await standInHab(), { ...request, origin: 'top' }, report)
    expect(warnings).toEqual([expect.stringContaining(`has ${loads}, so hab builds that`)])
    expect(warnings[0]).toContain(`ignores ${ignored[0]}.`)
  })

  test('resolves what the plan depends on', async () => {
    const plan = `${PLAN}pkg_deps=(core/redis)\n`
    const hab = await standInHab()
    const build = await buildPackage(hab, requestFor(await project(plan)))
    const readIdent = (hart: string) => hartIdent(hart, decodeXz, 1 << 30)
    await installPackages(hab, [build.hart], from, { report: silent, readIdent })
    const installed = await new InstalledPackages(hab.workspace.fsRoot).open(build.ident)
    expect(installed!.metadata.deps.map(formatIdent)).toEqual([REDIS])
    expect(installed!.metadata.tdeps.map(formatIdent)).toEqual([REDIS, GLIBC])
  })

  test('of a plan with a dependency that does not exist reports it', async () => {
    const plan = `${PLAN}pkg_deps=(acme/nothing)\n`
    const error = await failure(buildPackage(await standInHab(), requestFor(await project(plan))))
    expect(error.message).toMatch(
      / hab could not install acme\/nothing, which the plan depends on\. The channel base of \S+ has no acme\/nothing for this target\. Check the name, channel and builder-url,/,
    )
  })

  test('does not blame the plan where Builder refuses the studio', async () => {
    const closed = await testBuilder('good-token')
    await serve(closed, 'base', [STUDIO])
    closed.fault({
      kind: 'status',
      status: 403,
      body: 'No valid license key found.',
      on: /hab-studio/,
      times: 6,
    })
    const request = requestFor(await project(), { from: { url: closed.url, channel: 'acme-prod' } })
    const hab = await standInHab({ token: 'good-token' })
    const error = await failure(buildPackage(hab, request))
    expect(error.message).toMatch(
      / hab could not install chef\/hab-studio\/2\.0\.500, .* did not get as far as the plan\. /,
    )
    for (const word of ['builder-token', 'builder-url', 'whatever channel says', 'base-packages-channel']) {
      expect(error.message).toContain(word)
    }
    expect(error.message).not.toContain('Correct the plan')
    expect(error.message).not.toContain('good-token')
  })

  test.each([
    ['base-packages-channel', 'lts', {}, undefined, 'lts'],
    ['nothing', 'base', {}, undefined, undefined],
    [
      'the job, which goes first',
      'lts',
      { HAB_INTERNAL_BLDR_CHANNEL: 'acceptance' },
      undefined,
      'acceptance',
    ],
    ['nothing that holds for another Builder', 'lts', {}, 'https://base.example', undefined],
  ])('takes the studio from the channel that %s names', async (_, channel, job, url, expected) => {
    const own = await testBuilder()
    await serve(own, expected ?? 'base', [STUDIO])
    const hab = await standInHab({ env: { PATH: process.env.PATH, ...job } })
    const place = { url: own.url, channel: 'acme-prod' }
    const base = { url: url ?? own.url, channel }
    await buildPackage(hab, requestFor(await project(), { from: place, base }))
    expect(recordedCalls(hab.record)[0]!.env.HAB_INTERNAL_BLDR_CHANNEL).toBe(expected)
    expect(own.count(new RegExp(`/chef/${expected ?? 'base'}/pkgs/hab-studio/2.0.500/latest`))).toBe(1)
  })

  test('does not take the results of an earlier build for its own', async () => {
    const cwd = await project()
    const hab = await standInHab()
    await buildPackage(hab, requestFor(cwd))
    const idle: Hab = { ...hab, run: async () => 0 }
    const stale = await failure(buildPackage(idle, requestFor(cwd)))
    expect(stale.code).toBe('BUILD_RESULT')
    expect(stale.message).toContain('earlier build')
    const nothing = await failure(buildPackage(idle, requestFor(await project())))
    expect(nothing.message).toContain('does not exist')
    // Nor the report of one that failed.
    await writeFile(join(cwd, 'results/pre_build.env'), 'pkg_ident=acme/old/1.0/20200101000000\n')
    const broken = await failure(buildPackage({ ...hab, run: async () => 1 }, requestFor(cwd)))
    expect(broken.message).not.toContain('acme/old')
    await expect(buildPackage(hab, requestFor(cwd))).resolves.toBeDefined()
  })

  test('as an ordinary user goes through sudo, and the results belong to the user', async () => {
    const cwd = await project()
    const hab = await standInHab()
    const tools = await asSudoer(hab, cwd)
    const build = await buildPackage(
      { ...hab, env: { PATH: `${tools}:${process.env.PATH}` }, run: running(65534) },
      requestFor(cwd, { uid: 65534, gid: 65534 }),
    )
    const calls = (await readFile(join(tools, 'calls'), 'utf8')).trim().split('\n')
    expect(calls[0]).toMatch(/ -E .*hab pkg build \.$/)
    expect(calls[1]).toBe(`-n chown -hR 65534:65534 -- ${cwd}/results`)
    expect(calls).toHaveLength(2)
    expect((await stat(build.hart)).isFile()).toBe(true)
  })

  test('as an ordinary user without sudo says what runner is needed', async () => {
    const cwd = await project()
    const hab = await standInHab()
    await asSudoer(hab, cwd)
    const env = { PATH: '/nowhere' }
    const run = running(65534)
    const noSudo: Hab['run'] = async (command, onOutput) =>
      command.program === 'sudo' ? 1 : run(command, onOutput)
    const request = requestFor(cwd, { uid: 65534, gid: 65534 })
    const error = await failure(buildPackage({ ...hab, env, run: noSudo }, request))
    expect(error.message).toContain('call sudo without a password')
  })
})

/**
 * Lets an ordinary user call hab, and stands in for sudo: it records its arguments, and where hab would go on as
 * root, it leaves what a build leaves. @returns the folder to put on PATH
 */
async function asSudoer(hab: TestHab, cwd: string): Promise<string> {
  const tools = join(hab.folder, 'tools')
  await mkdir(tools)
  await writeFile(
    join(tools, 'sudo'),
    `#!/bin/sh
echo "$*" >>${tools}/calls
while [ "$1" != pkg ] && [ "$1" != chown ] && [ $# -gt 0 ]; do shift; done
[ "$1" = chown ] && exit 0
mkdir -p results
printf '%s' hart >results/acme-app-1.0-20240101000000-x.hart
sha=$(sha256sum results/*.hart | cut -d' ' -f1)
b2=$(b2sum -l 256 results/*.hart | cut -d' ' -f1)
printf '%s\\n' pkg_origin=acme pkg_name=app pkg_version=1.0 pkg_release=20240101000000 \\
  pkg_ident=acme/app/1.0/20240101000000 pkg_artifact=acme-app-1.0-20240101000000-x.hart \\
  pkg_sha256sum=$sha pkg_blake2bsum=$b2 >results/last_build.env
`,
  )
  await chmod(join(tools, 'sudo'), 0o755)
  await writeFile(join(tools, 'calls'), '')
  await writeFile(hab.record, '')
  for (const path of [join(tools, 'calls'), hab.record]) await chmod(path, 0o666)
  for (const path of [hab.folder, join(hab.folder, 'runner temp'), hab.workspace.path, cwd])
    await chmod(path, 0o755)
  await mkdir(join(cwd, 'results'))
  await chmod(join(cwd, 'results'), 0o777)
  // Something that a build left there as root.
  await writeFile(join(cwd, 'results/old.log'), '')
  return tools
}
