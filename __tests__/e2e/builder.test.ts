import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type BuilderServer, type ServedPackage, startBuilder } from '../testkit/builder-server.ts'
import { makeHart } from '../testkit/hart.ts'
import { cannotBecomeOrdinary } from '../testkit/machine.ts'
import { originKey } from '../testkit/origin-key.ts'
import type { PackageSpec } from '../testkit/package-entries.ts'
import {
  cacheIn,
  type Finished,
  IN_HOME,
  makePlace,
  type Place,
  problemsOf,
  type Run,
  type RunOptions,
  runCli,
} from './run-cli.ts'

const RELEASE = '20240101000000'
const TOKEN = '_Qk9YLTEKYmxkci0yMDE3MDkyNzAyMzcxNApzZWNyZXQ='
const WEB = `acme/web/1.0.0/${RELEASE}`
const LIBRARY = `acme/lib/2.0.0/${RELEASE}`
const BUSYBOX = `core/busybox-static/1.36.1/${RELEASE}`
const CACERTS = `core/cacerts/2024.1/${RELEASE}`
const SUPERVISOR = `chef/hab-sup/2.0.400/${RELEASE}`
const LAUNCHER = `chef/hab-launcher/19000/${RELEASE}`

/** What an export of acme/web needs, and no more. */
const NEEDED = [WEB, LIBRARY, BUSYBOX, CACERTS, SUPERVISOR, LAUNCHER]

const applets = ['sh', 'unshare', 'mount', 'chroot', 'tar', 'gzip'].map(
  name => [`bin/${name}`, { symlink: 'busybox' }] as const,
)
const specs: (PackageSpec & Pick<ServedPackage, 'channels'>)[] = [
  { ident: WEB, files: { 'hooks/run': '#!/bin/sh\n' }, deps: [LIBRARY], channels: ['stable', 'base'] },
  { ident: `acme/web/1.1.0/${RELEASE}`, files: { 'hooks/run': '' }, channels: ['unstable'] },
  { ident: LIBRARY, files: { 'lib/x.so': 'x'.repeat(100_000) }, channels: ['base'] },
  { ident: `acme/lib/3.0.0/${RELEASE}`, files: { 'lib/x.so': 'newer' }, channels: ['base'] },
  { ident: BUSYBOX, files: { 'bin/busybox': 'elf', ...Object.fromEntries(applets) }, channels: ['base'] },
  { ident: CACERTS, files: { 'ssl/cert.pem': 'certificates' }, channels: ['base'] },
  { ident: SUPERVISOR, files: { 'bin/hab-sup': 'elf' }, deps: [BUSYBOX, CACERTS], channels: ['base'] },
  { ident: LAUNCHER, files: { 'bin/hab-launch': 'elf' }, channels: ['base'] },
  { ident: `core/hab-sup/1.6.1244/${RELEASE}`, files: { 'bin/hab-sup': 'elf' }, channels: ['base'] },
]
const keys = Object.fromEntries(
  ['acme', 'core', 'chef'].map(origin => {
    const { name, publicKeyText } = originKey(origin)
    return [name, publicKeyText]
  }),
)
const served: Promise<ServedPackage[]> = Promise.all(
  specs.map(async ({ channels, ...spec }) => ({
    ident: spec.ident,
    hart: await makeHart({ key: originKey(spec.ident.split('/')[0]!), package: spec }),
    channels,
    tdeps: [...(spec.deps ?? [])],
  })),
)

/** A Builder with all packages. @param change what is not usual about some of them */
async function builderWith(
  change: (each: ServedPackage) => Partial<ServedPackage> = () => ({}),
  finished: Finished = onTestFinished,
): Promise<BuilderServer> {
  const packages = (await served).map(each => ({ ...each, ...change(each) }))
  const builder = await startBuilder({ packages, keys, token: TOKEN })
  finished(builder.close)
  return builder
}

function exportWeb(place: Place, builder: BuilderServer, args: string[] = [], options: RunOptions = {}) {
  return runCli(place, ['acme/web', '--url', builder.url, ...args], { ...options, wrapper: IN_HOME })
}

/** What is in a folder, by name; nothing where there is none. */
function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : []
}

function fileOf(ident: string): string {
  return `${ident.replaceAll('/', '-')}-x86_64-linux.hart`
}

function downloads(builder: BuilderServer): string[] {
  return builder.requests.flatMap(({ path }) => /pkgs\/(.*)\/download/.exec(path)?.[1] ?? []).sort()
}

/** Everything that a run shows and leaves, where no token may be. */
function traces(run: Run, place: Place): string {
  const files = readdirSync(place.root, { recursive: true, withFileTypes: true }).filter(each =>
    each.isFile(),
  )
  const texts = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
  return [run.stdout, run.stderr, ...texts].join('\n')
}

async function expectFailure(place: Place, run: Run, ...texts: (string | RegExp)[]): Promise<void> {
  expect(run).toMatchObject({ status: 1, stdout: '' })
  const problems = problemsOf(run)
  expect(problems).toHaveLength(1)
  for (const text of texts) expect(problems[0]).toMatch(text)
  expect(run.stderr).not.toMatch(/^\s+at /m)
  expect(existsSync(join(place.work, 'results'))).toBe(false)
  expect(readdirSync(place.tmp)).toEqual([])
  // Harts that came whole may stay; nothing else.
  expect(NEEDED.map(fileOf)).toEqual(expect.arrayContaining(namesIn(cacheIn(place, 'artifacts'))))
}

const noHome = IN_HOME.length > 0 ? cannotBecomeOrdinary() : undefined

describe.skipIf(noHome !== undefined)(
  `an export from Builder with empty caches${noHome ? ` (${noHome})` : ''}`,
  () => {
    test('downloads what it needs and no more, once', async () => {
      const [place, builder] = [await makePlace(), await builderWith()]
      // Folders that are named are read, and not written to. Variables count less than options.
      const args = ['--artifacts', place.artifacts, '--keys', place.keys, '-c', 'base']
      const run = await exportWeb(place, builder, args, { env: { HAB_BLDR_CHANNEL: 'unstable' } })
      expect(run).toMatchObject({ status: 0 })
      expect([...readdirSync(place.artifacts), ...readdirSync(place.keys)]).toEqual([])
      expect(JSON.parse(run.stdout).labels).toMatchObject({
        'mesosize.ident': WEB,
        'mesosize.channel': 'base',
        'mesosize.source': expect.stringContaining(builder.url),
      })
      expect(downloads(builder)).toEqual([...NEEDED].sort())
      for (const name of Object.keys(keys)) {
        const [, origin, revision] = /^(.*)-(\d+)$/.exec(name)!
        expect(builder.count(new RegExp(`/origins/${origin}/keys/${revision}$`))).toBe(1)
        expect(readFileSync(join(cacheIn(place, 'keys'), `${name}.pub`), 'utf8')).toBe(keys[name])
      }
      expect(namesIn(cacheIn(place, 'keys'))).toHaveLength(Object.keys(keys).length)
      expect(namesIn(cacheIn(place, 'artifacts'))).toEqual(NEEDED.map(fileOf).sort())
      for (const { ident, hart } of await served) {
        const file = join(cacheIn(place, 'artifacts'), fileOf(ident))
        if (NEEDED.includes(ident)) expect(readFileSync(file).equals(hart)).toBe(true)
      }
      expect(readdirSync(place.home)).toEqual(['.hab'])
      expect(builder.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true)
      expect(builder.requests.every(({ headers }) => /^mesosize\/\d/.test(headers['user-agent']!))).toBe(true)

      // The next one downloads nothing.
      const second = await exportWeb(place, builder)
      expect(JSON.parse(second.stdout).labels['mesosize.sha256']).toBe(
        JSON.parse(run.stdout).labels['mesosize.sha256'],
      )
      expect(downloads(builder)).toHaveLength(NEEDED.length)
      expect(builder.count(/keys/)).toBe(Object.keys(keys).length)

      // Nor the one after that, except for a hart that was damaged meanwhile.
      const path = join(cacheIn(place, 'artifacts'), fileOf(LIBRARY))
      const bytes = readFileSync(path)
      writeFileSync(path, bytes.subarray(0, -1))
      builder.requests.length = 0
      const third = await exportWeb(place, builder)
      expect(third).toMatchObject({ status: 0 })
      expect(third.stderr).toMatch(new RegExp(`^warning: .*${fileOf(LIBRARY)}.*again`, 'm'))
      expect(downloads(builder)).toEqual([LIBRARY])
      expect(readFileSync(path).equals(bytes)).toBe(true)
    })

    test('takes HAB_BLDR_URL and HAB_BLDR_CHANNEL', async () => {
      const [place, builder] = [await makePlace(), await builderWith()]
      const env = { HAB_BLDR_URL: builder.url, HAB_BLDR_CHANNEL: 'unstable' }
      const run = await runCli(place, ['acme/web'], { env, wrapper: IN_HOME })
      expect(JSON.parse(run.stdout).labels).toMatchObject({
        'mesosize.ident': `acme/web/1.1.0/${RELEASE}`,
        'mesosize.channel': 'unstable',
      })
    })

    test('takes hab’s own packages from their own Builder and channel', async () => {
      const place = await makePlace()
      const [builder, base] = [await builderWith(), await builderWith(() => ({ channels: ['current'] }))]
      const args = ['--base-pkgs-url', base.url, '--base-pkgs-channel', 'current']
      expect(await exportWeb(place, builder, args)).toMatchObject({ status: 0 })
      expect(downloads(builder)).toEqual([WEB, LIBRARY].sort())
      expect(downloads(base)).toEqual([SUPERVISOR, LAUNCHER, BUSYBOX, CACERTS].sort())
    })
  },
)

describe.skipIf(noHome !== undefined)('the token', () => {
  test('after --auth, before HAB_AUTH_TOKEN, opens what needs one, and is shown nowhere', async () => {
    const place = await makePlace()
    const builder = await builderWith(() => ({ needsToken: true }))
    const run = await exportWeb(place, builder, [`--auth=${TOKEN}`], { env: { HAB_AUTH_TOKEN: 'another' } })
    expect(run).toMatchObject({ status: 0 })
    expect(new Set(builder.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set([`Bearer ${TOKEN}`]),
    )
    expect(traces(run, place)).not.toContain(TOKEN)
  })

  test('in HAB_AUTH_TOKEN opens what needs one, and is not sent to where Builder redirects', async () => {
    const place = await makePlace()
    const [builder, storage] = [await builderWith(() => ({ needsToken: true })), await builderWith()]
    builder.fault({ kind: 'redirect', to: storage.url, on: /download/, times: NEEDED.length })
    const run = await exportWeb(place, builder, [], { env: { HAB_AUTH_TOKEN: TOKEN } })
    expect(run).toMatchObject({ status: 0 })
    expect(downloads(storage)).toEqual([...NEEDED].sort())
    expect(storage.requests.filter(({ headers }) => JSON.stringify(headers).includes(TOKEN))).toEqual([])
    expect(builder.requests.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(true)
    expect(traces(run, place)).not.toContain(TOKEN)
  })

  test('is asked for where hab’s own packages need one', async () => {
    const place = await makePlace()
    const builder = await builderWith(({ ident }) => ({ needsToken: ident.startsWith('chef/') }))
    const env = { HAB_AUTH_TOKEN: 'of-somebody-else' }
    const run = await exportWeb(place, builder, [], { env })
    await expectFailure(
      place,
      run,
      ...[SUPERVISOR, /403 Forbidden/, /and the given token is not one/, /HAB_AUTH_TOKEN/],
      ...[`${builder.url}/#/profile`, /core\/hab-sup/],
    )
    expect(traces(run, place)).not.toContain('of-somebody-else')
  })
})

describe.skipIf(noHome !== undefined).concurrent('a Builder that fails', () => {
  /** Of one of several tests that run at the same time. */
  async function placeAndBuilder(finished: Finished): Promise<[Place, BuilderServer]> {
    return [await makePlace(finished), await builderWith(undefined, finished)]
  }

  test('for a while: 502, connections cut off and bodies too short are tried again', async ({
    onTestFinished,
  }) => {
    const [place, builder] = await placeAndBuilder(onTestFinished)
    builder.fault({ kind: 'status', status: 502, on: /web\/latest/ })
    builder.fault({ kind: 'hang up', on: /origins\/core\/keys/ })
    builder.fault({ kind: 'reset', after: 60, on: /lib.*download/ })
    builder.fault({ kind: 'length', by: 10, on: /hab-sup.*download/ })
    builder.fault({ kind: 'status', status: 429, headers: { 'retry-after': '1' }, on: /cacerts.*download/ })
    const run = await exportWeb(place, builder)
    expect(run).toMatchObject({ status: 0 })
    expect(builder.count(/web\/latest/)).toBe(2)
    expect(builder.count(/origins\/core\/keys/)).toBe(2)
    for (const name of ['lib', 'hab-sup', 'cacerts']) {
      expect(builder.count(new RegExp(`/${name}/.*download`))).toBe(2)
    }
    expect(builder.count(/busybox-static.*download/)).toBe(1)
    expect(namesIn(cacheIn(place, 'artifacts'))).toEqual(NEEDED.map(fileOf).sort())
  })

  test.for<[string, (builder: BuilderServer) => void, (string | RegExp)[]]>([
    [
      'a web page instead of a key',
      builder => builder.fault({ kind: 'html', on: /keys/, times: 9 }),
      [/acme-20240101000000/, /answered with "text\/html/, /--keys/],
    ],
    [
      'a hart with one bit changed',
      builder => builder.fault({ kind: 'corrupt', on: /web.*download/ }),
      [WEB, /checksum [0-9a-f]{64}/, /Try again/],
    ],
    [
      'a redirect to another protocol',
      builder => builder.fault({ kind: 'redirect', to: 'file:///etc/passwd', on: /web.*download/ }),
      [/redirects to "file:\/\/\/etc\/passwd"/, /Check the address/],
    ],
    [
      'always 500',
      builder => builder.fault({ kind: 'status', status: 500, on: /web\/latest/, times: 99 }),
      [/500 Internal Server Error/, /Try again later/, /Tried 5 times/],
    ],
  ])('%s', async ([, fail, texts], { onTestFinished }) => {
    const [place, builder] = await placeAndBuilder(onTestFinished)
    fail(builder)
    await expectFailure(place, await exportWeb(place, builder), ...texts)
  })

  test('a package that is in another channel', async ({ onTestFinished }) => {
    const [place, builder] = await placeAndBuilder(onTestFinished)
    const run = await exportWeb(place, builder, ['--channel', 'production'])
    await expectFailure(place, run, 'acme/web', 'production', builder.url, /--channel/)
    expect(namesIn(cacheIn(place, 'keys'))).toEqual([])
  })

  test('one that is not there', async ({ onTestFinished }) => {
    const [place, builder] = await placeAndBuilder(onTestFinished)
    await builder.close()
    await expectFailure(
      place,
      await exportWeb(place, builder),
      /ECONNREFUSED/,
      builder.url,
      /proxy variables/,
    )
  })
})
