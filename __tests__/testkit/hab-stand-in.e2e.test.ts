import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { STUDIO, serve, TARGET, temporaryFolder, testBuilder } from '../habitat/hab/fixtures.ts'
import { FURTHER_LAYOUTS, layOut, SEEN_LAYOUTS } from '../habitat/hab/layouts.ts'
import { FROM_SOURCE, INSTALLED, LICENCE, NO_SUDO, RECORDED } from './hab-recording.ts'
import { standInScript } from './hab-stand-in.ts'
import { choosePlan } from './hab-stand-in-plan.ts'
import { writeHart } from './hart.ts'
import { missingPrograms } from './machine.ts'
import { originKey, writePublicKey } from './origin-key.ts'

const noPrograms = missingPrograms('bash', 'xz', 'tar')
const isRoot = process.getuid?.() === 0

interface Place {
  hab: string
  home: string
  fsRoot: string
}

async function place(version = '2.1.78'): Promise<Place> {
  const folder = await temporaryFolder()
  const [hab, home, fsRoot] = ['hab', 'home', 'root'].map(name => join(folder, name)) as [
    string,
    string,
    string,
  ]
  await writeFile(hab, standInScript({ version }))
  await chmod(hab, 0o755)
  for (const each of [home, fsRoot]) await mkdir(each)
  return { hab, home, fsRoot }
}

interface Call {
  env?: Readonly<Record<string, string>>
  cwd?: string
  uid?: number
}

async function run({ hab, home, fsRoot }: Place, args: readonly string[], { env, cwd, uid }: Call = {}) {
  const variables = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    HAB_LICENSE: 'accept-no-persist',
    ...(args[1] === 'install' ? { FS_ROOT: fsRoot } : {}),
    ...env,
  }
  const child = spawn(hab, args, { env: variables, cwd, uid, gid: uid, stdio: 'pipe' })
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { stdout, stderr, status: status as number }
}

const caches = ({ home, fsRoot }: Place) => join(isRoot ? fsRoot : home, isRoot ? 'hab/cache' : '.hab/cache')

const WEB = 'acme/web/1.0.0/20260101000000'
const BUSYBOX = 'core/busybox-static/1.35.0/20260101000000'

/** A hart of acme/web, which needs busybox. */
function webHart(folder: string): Promise<string> {
  return writeHart(folder, {
    key: originKey('acme'),
    package: { ident: WEB, target: TARGET, files: { 'hooks/run': 'run' }, deps: [BUSYBOX] },
  })
}

describe.skipIf(noPrograms)('the stand-in for hab prints what hab 2.1.78 printed', () => {
  test.each([...RECORDED, ...FROM_SOURCE].filter(({ call }) => isRoot || call === 'install'))(
    '$call: $name',
    async ({ call, spec, answer, refused, stdout, stderr, status }) => {
      const builder = await testBuilder()
      if (answer) builder.fault({ kind: 'status', times: 100, ...answer })
      const url = refused ? 'http://127.0.0.1:1' : builder.url
      const hab = await place()
      const file = await webHart(hab.home)
      const from = ['--ignore-install-hook', '--url', url, '--channel', 'base']
      const args = call === 'install' ? [...from, spec.replace('FILE', file)] : ['.']
      // A build does not ask there for its studio.
      const env = { HAB_BLDR_URL: url, HAB_BLDR_CHANNEL: 'acme-prod' }
      const printed = await run(hab, ['pkg', call, ...args], { env, cwd: hab.home })
      const own = (words: string) => words.replaceAll('x86_64-linux', TARGET).replaceAll('FILE', file)
      expect(printed).toEqual({ stdout: own(stdout), stderr: own(stderr), status })
    },
  )

  test('install: a hart and what it needs', async () => {
    const hab = await place()
    const file = await webHart(hab.home)
    const cache = caches(hab)
    for (const origin of ['acme', 'core']) await writePublicKey(join(cache, 'keys'), originKey(origin))
    const package_ = { ident: BUSYBOX, target: TARGET, files: { 'bin/busybox': 'busybox' } }
    const busybox = await writeHart(hab.home, { key: originKey('core'), package: package_ })
    await mkdir(join(cache, 'artifacts'), { recursive: true })
    await copyFile(busybox, join(cache, 'artifacts', `${BUSYBOX.replaceAll('/', '-')}-${TARGET}.hart`))
    const args = ['--ignore-install-hook', '--url', 'http://127.0.0.1:1', '--channel', 'base', file]
    const printed = await run(hab, ['pkg', 'install', ...args])
    expect(printed).toEqual({ stdout: INSTALLED.replaceAll('FILE', file), stderr: '', status: 0 })
  })

  test('without the licence', async () => {
    const hab = await place()
    const printed = await run(hab, ['pkg', 'install', 'core/nothing'], { env: { HAB_LICENSE: '' } })
    expect(printed).toEqual({ ...LICENCE, status: 1 })
  })

  test.skipIf(!isRoot)('build: without sudo, as an ordinary user', async () => {
    const hab = await place()
    for (const path of [join(hab.home, '..'), hab.home]) await chmod(path, 0o755)
    const printed = await run(hab, ['pkg', 'build', '.'], { env: { PATH: '/nowhere' }, uid: 65534 })
    expect(printed).toEqual({ ...NO_SUDO, status: 1 })
  })
})

describe.skipIf(noPrograms || !isRoot)('the stand-in builds the plan that hab-plan-build loaded', () => {
  test.each(SEEN_LAYOUTS)('of %j: %s, not %j', async (files, loads, others) => {
    const builder = await testBuilder()
    await serve(builder, 'base', [{ ...STUDIO, ident: STUDIO.ident.replace('2.0.500', '2.1.78') }])
    const hab = await place()
    const cwd = await layOut(files)
    const keys = join(hab.home, 'keys')
    await mkdir(keys)
    const key = originKey('acme')
    await writeFile(join(keys, `${key.name}.sig.key`), key.secretKeyText)
    const env = { HAB_BLDR_URL: builder.url, HAB_ORIGIN: 'acme', HAB_CACHE_KEY_PATH: keys }
    const { status, stdout, stderr } = await run(hab, ['pkg', 'build', '.'], { env, cwd })
    const lines = stdout.split('\n')
    const loaded = lines.filter(line => line.startsWith('   : Loading '))
    if (loads === undefined) {
      expect({ status, loaded }).toEqual({ status: 42, loaded: [] })
      expect(lines.slice(-3)).toEqual(['   unknown: Build time: 0m0s', '   unknown: Exiting on error', ''])
      expect(lines.at(-4)).toMatch(
        others.length > 1
          ? /^ERROR: A Plan file was found in the following paths: .*\. Only one is allowed at a time$/
          : /^ERROR: Plan file not found in any of these paths: /,
      )
      return
    }
    expect({ status, loaded }).toEqual({ status: 0, loaded: [`   : Loading ${join(cwd, loads)}`] })
    const warning = `There is a plan.sh inside ${TARGET} and outside as well. Using the plan in ${TARGET}.`
    expect(stderr.split('\n')[0]).toBe(others.length > 0 ? `   : WARN ${warning}` : '')
    const hart = expect.stringMatching(/^acme-app-1\.0-.*\.hart$/)
    expect(await readdir(join(cwd, 'results'))).toContainEqual(hart)
  })

  test.each(FURTHER_LAYOUTS)('by the source, of %j: %s', async (files, loads) => {
    const cwd = await layOut(files)
    if (loads === undefined) expect(() => choosePlan(cwd, TARGET)).toThrow(/^(A Plan|Plan) file /)
    else expect(choosePlan(cwd, TARGET)).toBe(join(cwd, loads))
  })
})
