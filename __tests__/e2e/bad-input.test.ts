import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type BuilderServer, startBuilder } from '../testkit/builder-server.ts'
import { type HartOptions, makeHart, writeHart } from '../testkit/hart.ts'
import { cannotBecomeOrdinary, cannotChroot, ORDINARY_USER } from '../testkit/machine.ts'
import { noise } from '../testkit/noise.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import { type PackageSpec, packageEntries } from '../testkit/package-entries.ts'
import type { TarEntry } from '../testkit/tar.ts'
import { xz } from '../testkit/xz.ts'
import {
  cacheIn,
  type Finished,
  finishedTogether,
  IN_HOME,
  inShell,
  makePlace,
  type Place,
  problemsOf,
  type Run,
  runCli,
  STAND_INS,
  snapshot,
  startCli,
  writeLargeHart,
} from './run-cli.ts'

const RELEASE = '20240101000000'
const IDENT = `acme/web/1.0/${RELEASE}`
const HART = `acme-web-1.0-${RELEASE}-x86_64-linux.hart`
const TOP = `hab/pkgs/${IDENT}`
const key = originKey('acme')
const web: PackageSpec = { ident: IDENT, files: { 'hooks/run': '#!/bin/sh\n', 'bin/web': 'web' } }

async function placeWithKey(finished?: Finished): Promise<Place> {
  const place = await makePlace(finished)
  await writePublicKey(place.keys, key)
  return place
}

function optionsOf({ artifacts, keys }: Place): string[] {
  return ['--artifacts', artifacts, '--keys', keys, ...STAND_INS]
}

/** Runs what must fail with status 1 for some reasons, and checks that nothing is printed or left behind. */
async function expectFailure(
  place: Place,
  args: readonly string[],
  reasons: readonly (readonly (string | RegExp)[])[],
  options: Parameters<typeof runCli>[2] = {},
): Promise<void> {
  const before = snapshot(place.root)
  const run = await runCli(place, args, options)
  expectFailed(run, reasons.length)
  const problems = problemsOf(run)
  for (const [n, texts] of reasons.entries()) {
    for (const text of texts) expect(problems[n]).toMatch(text)
  }
  expect(snapshot(place.root)).toEqual(before)
}

/** Checks that a run printed nothing but so many problems, a line each. */
function expectFailed(run: Run, problems: number): void {
  expect(run).toMatchObject({ status: 1, stdout: '' })
  expect(problemsOf(run)).toHaveLength(problems)
  expect(run.stderr).not.toMatch(/^\s+at |node:internal/m)
}

/** A hart of the web package with other entries behind its own. */
function withEntries(...added: TarEntry[]): HartOptions {
  return { key, entries: [...packageEntries(web), ...added] }
}

function withMetafiles(metafiles: PackageSpec['metafiles']): HartOptions {
  return { key, package: { ...web, metafiles } }
}

const zeros = Buffer.alloc(12 << 20)
const noMounts = cannotChroot()

describe('a hart that cannot be trusted or read', () => {
  const again = /(Fetch|Build|build)/
  const HARTS: readonly [title: string, hart: () => Promise<Buffer>, texts: readonly (string | RegExp)[]][] =
    [
      ['is empty', async () => Buffer.alloc(0), [/header/, again]],
      [
        'ends in its header',
        async () => (await makeHart({ key, package: web })).subarray(0, 100),
        [/header/, again],
      ],
      [
        'ends in its body',
        async () => (await makeHart({ key, package: web })).subarray(0, -100),
        [/BLAKE2b hash [0-9a-f]{64}/, again],
      ],
      [
        'has a bit changed',
        async () => {
          const hart = await makeHart({ key, package: web })
          hart[hart.length - 50]! ^= 1
          return hart
        },
        [/damaged or was changed/, again],
      ],
      [
        'was signed with another key than it says',
        () => makeHart({ key: originKey('mallory'), package: web, header: { keyName: key.name } }),
        [/signature .* not made with the key acme-20240101000000/, /do not use it/],
      ],
      [
        'was signed for another body',
        () => makeHart({ key, package: web, signedHash: 'f'.repeat(64) }),
        ['f'.repeat(64), again],
      ],
      [
        'is of another origin than its signer',
        () => makeHart({ key: originKey('stand-in'), package: web }),
        [IDENT, /signed by the origin stand-in/, /Fetch it from/],
      ],
      [
        'has a header with lines of 10 MB',
        () => makeHart({ key, package: web, header: { keyName: 'x'.repeat(10 << 20) } }),
        [/header .* does not end within 4096 bytes/, again],
      ],
      ['is another kind of file', async () => Buffer.from('PK\x03\x04\n\n\n\n\n'), [/not "HART-1"/, again]],
      [
        'is not xz inside',
        () => makeHart({ key, body: Buffer.from('this is not an xz stream, but it is signed') }),
        [/not in the xz format/, again],
      ],
      [
        'has a truncated xz stream, as signed',
        () => makeHart({ key, body: xz(randomBytes(100_000)).subarray(0, 50_000) }),
        [/is truncated/, again],
      ],
      [
        'is not tar inside',
        () => makeHart({ key, tar: Buffer.from('no tar, but much text. '.repeat(100)) }),
        [/archive .* malformed/, /checksum of a header/, again],
      ],
      [
        'is empty inside',
        () => makeHart({ key, entries: [] }),
        [/does not contain a package/, /Build it again/],
      ],
      [
        'unpacks to more than allowed',
        () => makeHart({ key, package: { ...web, files: { ...web.files, bomb: zeros } } }),
        [/more than 10000000 bytes/, /--max-package-size/],
      ],
      [
        'unpacks to more than allowed, all of it behind the end of the archive',
        () => makeHart({ key, tar: zeros }),
        [/more than 10000000 bytes/, /--max-package-size/],
      ],
      [
        'leads out of the package',
        () => makeHart(withEntries({ path: `${TOP}/../../../../../etc/cron.d/x`, content: 'x' })),
        ['hab/pkgs/acme/web/1.0/20240101000000/../../../../../etc/cron.d/x', again],
      ],
      [
        'has an absolute path',
        () => makeHart(withEntries({ path: '/etc/passwd', content: 'x' })),
        ['"/etc/passwd"', /absolute/, again],
      ],
      [
        'writes into another package',
        () => makeHart(withEntries({ path: 'hab/pkgs/core/glibc/2.35/20240101000000/lib/x', content: 'x' })),
        ['hab/pkgs/core/glibc', /outside/, again],
      ],
      [
        'writes through a symlink',
        () =>
          makeHart(
            withEntries(
              { path: `${TOP}/share`, type: 'symlink', linkname: '/etc' },
              { path: `${TOP}/share/passwd`, content: 'x' },
            ),
          ),
        [`${TOP}/share/passwd`, /through the symlink/, again],
      ],
      [
        'has a hardlink to another package',
        () => makeHart(withEntries({ path: `${TOP}/x`, type: 'link', linkname: 'hab/pkgs/core/x/1/y/z' })),
        ['"hab/pkgs/core/x/1/y/z"', again],
      ],
      [
        'has a character device',
        () =>
          makeHart(withEntries({ path: `${TOP}/zero`, type: 'character-device', devmajor: 1, devminor: 5 })),
        [`${TOP}/zero`, /character device/, again],
      ],
      [
        'has a named pipe',
        () => makeHart(withEntries({ path: `${TOP}/pipe`, type: 'fifo' })),
        [`${TOP}/pipe`, /fifo/, again],
      ],
      [
        'has an entry twice',
        () => makeHart(withEntries({ path: `${TOP}/bin/web`, content: 'another' })),
        [`${TOP}/bin/web`, /twice/, again],
      ],
      [
        'has an IDENT that disagrees with its paths',
        () => makeHart(withMetafiles({ IDENT: `acme/web/2.0/${RELEASE}\n` })),
        [`acme/web/2.0/${RELEASE}`, `${IDENT} was expected`, again],
      ],
      ['has no IDENT', () => makeHart(withMetafiles({ IDENT: undefined })), ['IDENT', again]],
      [
        'has a newline in its IDENT',
        () => makeHart(withMetafiles({ IDENT: `${IDENT}\nacme/x/1/${RELEASE}\n` })),
        [/IDENT/, /more than one line/, again],
      ],
      [
        'contains a NUL in a metafile',
        () => makeHart(withMetafiles({ SVC_USER: 'hab\0root\n' })),
        [/SVC_USER/, /"hab\\u0000root\\n"/, again],
      ],
      [
        'has a colon in the name of its user',
        () => makeHart(withMetafiles({ SVC_USER: 'x:0:0' })),
        [/SVC_USER/, /"x:0:0"/, again],
      ],
      [
        'has no target that Habitat knows',
        () => makeHart(withMetafiles({ TARGET: 'mips-irix\n' })),
        ['"mips-irix"', /Use one of x86_64-linux/],
      ],
      [
        'has a relative dependency',
        () => makeHart(withMetafiles({ TDEPS: '../../etc\n' })),
        [/TDEPS/, /"\.\.\/\.\.\/etc"/, again],
      ],
      [
        'depends on itself',
        () => makeHart({ key, package: { ...web, deps: [IDENT] } }),
        [/lists itself/, IDENT, again],
      ],
    ]
  /** Whose file is spoiled, each of an origin of its own. */
  const KEYS: readonly [title: string, origin: string, text: string][] = [
    ['is not a key', 'broken', 'SIG-PUB-1\nnonsense'],
    ['is another key', 'renamed', originKey('renamed', '20230101000000').publicKeyText],
  ]
  const unsigned = originKey('unknown')
  const webOf = (origin: string) => ({
    key: originKey(origin),
    package: { ...web, ident: IDENT.replace('acme', origin) },
  })

  const finished = finishedTogether()
  let place: Place
  let builder: BuilderServer
  const pathOf = (title: string) => join(place.artifacts, `${title.replaceAll(/\W+/g, '-')}.hart`)
  const keyOf = (origin: string) => join(place.keys, `${originKey(origin).name}.pub`)
  const runs: { run: Run; harts: number }[] = []
  let changed: boolean
  // An export reports at most ten failures, all at once.
  beforeAll(async () => {
    place = await placeWithKey(finished)
    builder = await startBuilder()
    finished(() => builder.close())
    for (const [title, hart] of HARTS) await writeFile(pathOf(title), await hart())
    for (const [title, origin, text] of KEYS) {
      await writeFile(pathOf(title), await makeHart(webOf(origin)))
      await writeFile(keyOf(origin), text)
    }
    await writeFile(pathOf('has no key'), await makeHart(webOf('unknown')))
    const before = snapshot(place.root)
    const titles = [...HARTS, ...KEYS].map(([title]) => title)
    const left = [...titles, 'has no key'].map(pathOf)
    while (left.length > 0) {
      const harts = left.splice(0, 10)
      const args = [...harts, ...optionsOf(place), '--url', builder.url, '--max-package-size', '10MB']
      runs.push({ run: await runCli(place, args), harts: harts.length })
    }
    changed = !isDeepStrictEqual(snapshot(place.root), before)
  })

  /** Checks that just one problem is about a file, and what it says. */
  function expectProblem(path: string, texts: readonly (string | RegExp)[]): void {
    const problems = runs.flatMap(({ run }) => problemsOf(run)).filter(problem => problem.includes(path))
    expect(problems).toHaveLength(1)
    for (const text of texts) expect(problems[0]).toMatch(text)
  }

  test('is reported on one line, together with the others, and nothing is left behind', () => {
    for (const { run, harts } of runs) expectFailed(run, harts)
    expect(changed).toBe(false)
  })

  test.each(HARTS)('%s', (title, _, texts) => expectProblem(pathOf(title), texts))

  test('is signed with a key that nobody has', () => {
    expectProblem(unsigned.name, [unsigned.name, place.keys, builder.url, /--keys/])
  })

  test.each(KEYS)('the file of its key %s', (_, origin) => expectProblem(keyOf(origin), []))
})

describe('packages that do not fit together', () => {
  test('lack several dependencies: each is reported on its own line', async () => {
    const builder = await startBuilder()
    onTestFinished(builder.close)
    const place = await placeWithKey()
    const deps = ['a', 'b'].map(name => `acme/${name}/1.0/${RELEASE}`)
    await writeHart(place.artifacts, { key, package: { ...web, deps } })
    await expectFailure(
      place,
      ['acme/web', ...optionsOf(place), '--url', builder.url],
      deps.map(dep => [dep, `which ${IDENT} needs`, /--artifacts/, /--url/]),
    )
  })

  test('cannot be found at all', async () => {
    const builder = await startBuilder()
    onTestFinished(builder.close)
    const place = await placeWithKey()
    const args = ['acme/nothing', ...optionsOf(place), '--url', builder.url, '--channel', 'stable']
    await expectFailure(place, args, [['acme/nothing', 'stable', builder.url, /--channel/]])
  })
})

describe('a file in the artifact cache that another ident names', () => {
  test('is not taken for what its name says', async () => {
    const place = await placeWithKey()
    await writeFile(
      join(place.artifacts, HART),
      await makeHart({ key, package: { ...web, ident: `acme/web/6.6/${RELEASE}` } }),
    )
    await expectFailure(place, [IDENT, ...optionsOf(place)], [[HART, `acme/web/6.6/${RELEASE}`, IDENT]])
  })
})

describe('bad usage', () => {
  test('is reported with all problems at once, and ends with status 2', async () => {
    const place = await makePlace()
    const before = snapshot(place.root)
    const run = await runCli(place, [
      ...['acme/web', 'x', '--mem', 'much', '--cpu=-1', '--instnaces', '3', '--url', 'ftp://x', '--env', 'x'],
      ...[
        '--keys',
        '/no/such',
        '--target',
        'x86_64-windows',
        '--patch',
        'none.json',
        '--uri',
        'x',
        '--uri-base',
      ],
    ])
    expect(run).toMatchObject({ status: 2, stdout: '' })
    const problems = problemsOf(run)
    for (const text of [
      /"x" has no origin/,
      /--mem: "much"/,
      /--cpu: "-1"/,
      /--instnaces.*--instances\?/,
      /--url: "ftp:\/\/x"/,
      /--env: "x"/,
      /--keys: "\/no\/such"/,
      /--target: "x86_64-windows"/,
      /--patch: "none.json"/,
      /--uri: "x"/,
      /--uri-base: needs a value/,
    ]) {
      expect(problems.filter(problem => text.test(problem))).toHaveLength(1)
    }
    expect(problems).toHaveLength(11)
    expect(run.stderr).toMatch(/See mesosize --help\.\n$/)
    expect(snapshot(place.root)).toEqual(before)
  })

  test.each([
    ['deploy --timout 5m', 'mesosize deploy --help'],
    ['export core/redis --quux', 'mesosize export --help'],
    ['help depoly', 'mesosize --help'],
    ['depoly', 'mesosize --help'],
  ])('ends with the help of its own command: %s', async (line, help) => {
    const { status, stderr } = await runCli(await makePlace(), line.split(' '))
    expect(status).toBe(2)
    expect(stderr.endsWith(`\nSee ${help}.\n`)).toBe(true)
  })

  test('a folder that is gone', async () => {
    const place = await makePlace()
    const wrapper = ['sh', '-c', 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', 'sh']
    const { status, stderr } = await runCli(place, ['example/hello'], { wrapper })
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'mesosize: The current folder does not exist any more. Change to another one, and try again.\n',
    })
  })

  test.each<[string, string[], RegExp]>([
    ['no package', [], /no package given/],
    ['a hart that is not there', ['nothing.hart'], /"nothing\.hart" does not exist/],
    ['control characters', ['core/\x1b[31mred'], /^"core\/(\\u001b|\\x1b)\[31mred"/],
  ])('%s', async (_, args, text) => {
    const run = await runCli(await makePlace(), args)
    expect(run).toMatchObject({ status: 2, stdout: '' })
    expect(problemsOf(run)).toEqual([expect.stringMatching(text)])
    expect(run.stderr).not.toContain('\x1b')
  })
})

describe('an app that Marathon would refuse', () => {
  test('is not printed, and no tarball is left of it', async () => {
    const place = await placeWithKey()
    await writeHart(place.artifacts, { key, package: web })
    writeFileSync(join(place.work, 'patch.json'), '{"cpus": -1, "instances": "many"}')
    const args = ['acme/web', ...optionsOf(place), '--patch', 'patch.json']
    await expectFailure(place, args, [
      [/Marathon would refuse/],
      [/cpus: -1 .* at least 0,/],
      [/instances: "many" must be a whole number/],
      [/patch/],
    ])
  })
})

describe('an output folder', () => {
  async function placeWithHart(files: PackageSpec['files'] = {}): Promise<{ place: Place; args: string[] }> {
    const place = await placeWithKey()
    await writeLargeHart(place.artifacts, { ...web, files: { ...web.files, ...files } })
    return { place, args: ['acme/web', ...optionsOf(place)] }
  }

  test('under a file', async () => {
    const { place, args } = await placeWithHart()
    writeFileSync(join(place.work, 'file'), '')
    const output = join(place.work, 'file/results')
    await expectFailure(place, [...args, '--output-dir', output], [[output, /ENOTDIR/, /--output-dir/]])
  })

  const noUsers = cannotBecomeOrdinary()
  test.skipIf(noUsers !== undefined)(`that may not be written${noUsers ? ` (${noUsers})` : ''}`, async () => {
    const { place, args } = await placeWithHart()
    const output = join(place.work, 'closed')
    mkdirSync(output)
    chmodSync(output, 0o555)
    const reason = [output, /EACCES|permission denied/, /--output-dir/]
    await expectFailure(place, [...args, '--output-dir', output], [reason], { wrapper: ORDINARY_USER })
  })

  test.skipIf(noMounts !== undefined)(
    `on a disk that gets full${noMounts ? ` (${noMounts})` : ''}`,
    async () => {
      const { place, args } = await placeWithHart({ noise: noise('web', 4 << 20) })
      const output = join(place.work, 'small')
      mkdirSync(output)
      const reason = [output, /ENOSPC|no space left/, /Free some space/, /--output-dir/]
      await expectFailureOnFullDisk(place, output, [...args, '--output-dir', output], reason)
    },
  )
})

test.skipIf(noMounts !== undefined)(
  `an artifact cache on a disk that gets full${noMounts ? ` (${noMounts})` : ''}`,
  async () => {
    const place = await makePlace()
    await writePublicKey(place.keys, key)
    const files = { ...web.files, noise: noise('web', 4 << 20) }
    const hart = readFileSync(await writeLargeHart(place.tmp, { ...web, files }))
    const builder = await startBuilder({ packages: [{ ident: IDENT, hart, channels: ['base'] }] })
    onTestFinished(builder.close)
    const args = ['acme/web', ...optionsOf(place), '--url', builder.url]
    const folder = cacheIn(place, 'artifacts')
    mkdirSync(folder, { recursive: true })
    const reason = [join(folder, HART), /ENOSPC|no space left/, /Free some space/]
    await expectFailureOnFullDisk(place, folder, args, reason)
  },
)

/** Gives the program a small disk of its own at a folder, and checks besides that it leaves it empty. */
async function expectFailureOnFullDisk(
  place: Place,
  folder: string,
  args: readonly string[],
  reason: readonly (string | RegExp)[],
): Promise<void> {
  const left = join(place.root, 'left')
  writeFileSync(left, '')
  const line = `mount -t tmpfs -o size=2m tmpfs ${folder} && "$@"; status=$?; ls -A ${folder} >${left}; exit $status`
  await expectFailure(place, args, [reason], {
    wrapper: ['unshare', '--mount', ...inShell(line), ...IN_HOME],
  })
  expect(readFileSync(left, 'utf8')).toBe('')
}

describe('a signal', () => {
  const STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

  /** Checks that the program ended by a signal that was sent in the middle of something, and left none of it behind. */
  async function expectStopped(signal: keyof typeof STATUS, run: () => Promise<Run>, place: Place) {
    const before = snapshot(place.root)
    const ended = await run()
    expect(ended).toMatchObject({ status: STATUS[signal], signal: null, stdout: '' })
    expect(ended.stderr).toMatch(new RegExp(`^Stopped by ${signal}; nothing was written\\.\\n$`, 'm'))
    expect(ended.stderr).not.toMatch(/^\s+at |^mesosize:/m)
    expect(snapshot(place.root)).toEqual(before)
  }

  test('SIGINT or SIGTERM while a hart is downloaded', async () => {
    const place = await placeWithKey()
    const hart = await makeHart({
      key,
      package: { ...web, files: { ...web.files, noise: noise('web', 500_000) } },
    })
    const builder = await startBuilder({ packages: [{ ident: IDENT, hart, channels: ['base'] }] })
    onTestFinished(builder.close)
    const folder = cacheIn(place, 'artifacts')
    mkdirSync(folder, { recursive: true })
    const partial = () =>
      readdirSync(folder)
        .filter(name => name.includes('partial'))
        .map(name => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
    const args = ['acme/web', ...optionsOf(place), '--url', builder.url]
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      builder.fault({ kind: 'stall', milliseconds: 600_000, on: /download/ })
      const interrupt = async () => {
        const { child, ended } = startCli(place, args, { wrapper: IN_HOME })
        await expect.poll(partial).toEqual([expect.closeTo(hart.length >> 1, -5)])
        child.kill(signal)
        return ended
      }
      await expectStopped(signal, interrupt, place)
    }

    const second = await runCli(place, args, { wrapper: IN_HOME })
    expect(second).toMatchObject({ status: 0 })
    expect(readdirSync(folder)).toEqual([HART])
  })

  /** A module by which the program gets the signal when a file of more than 1 MiB is in a folder. */
  const signalled = (signal: string, folder: string) => `
    import { existsSync, readdirSync, statSync } from 'node:fs'
    import { isMainThread } from 'node:worker_threads'
    const look = () => {
      const files = existsSync(folder) ? readdirSync(folder, { recursive: true }) : []
      const sizes = files.map(file => statSync(folder + '/' + file, { throwIfNoEntry: false })?.size ?? 0)
      if (sizes.every(size => size < 1 << 20)) return
      clearInterval(timer)
      process.kill(process.pid, ${JSON.stringify(signal)})
    }
    const folder = ${JSON.stringify(folder)}
    const timer = isMainThread ? setInterval(look, 1).unref() : undefined`

  test.each<[string, string[], (keyof typeof STATUS)[]]>([
    ['with a cache of packages', [], ['SIGINT', 'SIGTERM', 'SIGHUP']],
    ['without', ['--no-cache'], ['SIGINT']],
  ])('while the tarball is packed, %s', async (_, more, signals) => {
    const place = await placeWithKey()
    await writeLargeHart(place.artifacts, { ...web, files: { ...web.files, noise: noise('web', 8 << 20) } })
    const results = join(place.work, 'results')
    const args = ['acme/web', ...optionsOf(place), ...more]
    for (const signal of signals) {
      const interrupt = () => runCli(place, args, { preload: [signalled(signal, results)] })
      await expectStopped(signal, interrupt, place)
    }

    expect(await runCli(place, args)).toMatchObject({ status: 0 })
    expect(readdirSync(results)).toHaveLength(2)
  })
})
