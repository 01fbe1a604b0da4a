import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { localPath } from '../testkit/fetcher.ts'
import { writeHart } from '../testkit/hart.ts'
import { BUSYBOX, missingPrograms, programPath } from '../testkit/machine.ts'
import { type MarathonVersion, refuseApp } from '../testkit/marathon-server-rules.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import type { PackageSpec } from '../testkit/package-entries.ts'
import type { App } from './agent.ts'
import {
  finishedTogether,
  inShell,
  makePlace,
  type Place,
  problemsOf,
  type Run,
  type RunOptions,
  runCli,
  STAND_INS,
  sha256,
  snapshot,
} from './run-cli.ts'

const RELEASE = '20240102030405'
const lines = Array.from({ length: 100_000 }, (_, n) => `${n} ${Math.imul(n, 2_654_435_761).toString(36)}\n`)
// Of several blocks.
const large: PackageSpec = {
  ident: `acme/large/1.0/${RELEASE}`,
  files: {
    'lib/large.so': lines.join(''),
    'lib/alias.so': { symlink: 'large.so' },
    lib64: { symlink: 'lib' },
  },
}
const tools: PackageSpec = {
  ident: `shared/tools/1.0/${RELEASE}`,
  files: {
    'bin/tool': '#!/bin/sh\n',
    'bin/twin': { hardlink: 'bin/tool' },
    'bin/setuid': { content: '#!/bin/sh\n', mode: 0o4750, uid: 42, gid: 43 },
    'var/spool': { directory: true, mode: 0o1777 },
    'var/own': { directory: true, mode: 0o2750, uid: 42, gid: 42 },
    'var/own/private': { content: 'x', mode: 0o600, uid: 42, gid: 42 },
    'share/größe': 'not ASCII',
    [`share/${'long/'.repeat(40)}file`]: 'far down',
  },
}
const web = (version: string): PackageSpec => ({
  ident: `acme/web/${version}/${RELEASE}`,
  files: {
    'hooks/run': '#!/bin/sh\n',
    'bin/web': version,
    lib: { symlink: `/hab/pkgs/${large.ident}/lib` },
    etc: { symlink: '/etc' },
  },
  deps: [large.ident, tools.ident],
  exports: { port: 'port' },
  metafiles: { 'default.toml': 'port = 8000\n' },
})
const [WEB, NEXT] = [web('1.0'), web('1.1')]

const finished = finishedTogether()
let source: Place
beforeAll(async () => {
  source = await makePlace(finished)
  for (const spec of [large, tools, WEB, NEXT]) {
    const key = originKey(spec.ident.split('/')[0]!)
    await writePublicKey(source.keys, key)
    await writeHart(source.artifacts, { key, package: spec })
  }
})

/** Exports into the usual folder of a place, with the compressed packages that the exports before it kept. */
function runExport(
  place: Place,
  { ident }: PackageSpec,
  args: string[] = [],
  options: RunOptions = {},
): Promise<Run> {
  const folders = ['--artifacts', source.artifacts, '--keys', source.keys]
  const env = { XDG_CACHE_HOME: join(source.root, 'kept') }
  return runCli(place, [ident, ...folders, ...STAND_INS, ...args], { env, ...options })
}

function appOf(run: Run): App {
  expect(run, run.stderr).toMatchObject({ status: 0 })
  return JSON.parse(run.stdout)
}

const urisOf = ({ fetch }: App) => fetch!.map(({ uri }) => uri)
const layersIn = (place: Place) => join(place.work, 'results/layers')

/** What the table after an export says about layers. */
function rowOf({ stderr }: Run, name: string): string | undefined {
  const row = stderr.split('\n').find(line => line.startsWith(`${name} `))
  return row?.slice(name.length).trim()
}

/** Two exports, with a layer per package and with two layers. Tests may add to the folder of the first. */
let first: { place: Place; run: Run; files: Record<string, string> }
let auto: { place: Place; run: Run }
beforeAll(async () => {
  const exported = async (layers: string) => {
    const place = await makePlace(finished)
    const run = await runExport(place, WEB, [layers])
    return { place, run, files: snapshot(place.work) }
  }
  first = await exported('--layers=package')
  auto = await exported('--layers')
})

describe('into the folder of an export before', () => {
  test('the first has put its layers under the names of what they are', () => {
    const { place, run, files } = first
    // Habitat's own four, three packages, and what is generated.
    expect(rowOf(run, 'Layers')).toBe(`8 in ${layersIn(place)}, 0 of them kept`)
    expect(Object.keys(files).sort()).toEqual(
      [
        'results',
        `results/acme-web-1.0-${RELEASE}.json`,
        'results/layers',
        ...urisOf(appOf(run)).map(uri => localPath(uri).slice(place.work.length + 1)),
      ].sort(),
    )
    const names = Object.keys(files).filter(path => path.startsWith('results/layers/'))
    for (const path of names) {
      const [, mode, digest] = files[path]!.split(' ')
      expect({ path, mode }).toEqual({ path: `results/layers/sha256-${digest}.tgz`, mode: '644' })
    }
  })

  test('a second one finds all layers there', async () => {
    const second = await runExport(first.place, WEB, ['--layers=package'])
    expect(rowOf(second, 'Layers')).toBe(`8 in ${layersIn(first.place)}, 8 of them kept`)
    expect(rowOf(second, 'New')).toMatch(/^0 B \(0 bytes\)/)
    expect(second.stdout).toBe(first.run.stdout)
    expect(snapshot(first.place.work)).toEqual(first.files)
  })

  test('one that fails in the middle of its layers leaves existing ones as they were', async () => {
    // Room for the small layers, and not for the large one.
    const run = await runExport(first.place, NEXT, ['--layers=package'], {
      wrapper: inShell(`trap '' XFSZ; ulimit -f 200; exec "$@"`),
    })
    expect(run).toMatchObject({ status: 1, stdout: '' })
    expect(problemsOf(run)).toEqual([expect.stringMatching(/^There is no room for the tarball in .*EFBIG/)])
    expect(snapshot(first.place.work)).toEqual(first.files)
  })

  test('one of another version adds its own layers alone', async () => {
    const run = await runExport(first.place, NEXT, ['--layers=package'])
    const [old, uris] = [first.run, run].map(each => urisOf(appOf(each))) as [string[], string[]]
    expect(rowOf(run, 'Layers')).toContain('6 of them kept')
    const added = uris.filter(uri => !old.includes(uri))
    expect(added).toHaveLength(2)
    const sizes = added.map(uri => lstatSync(localPath(uri)).size)
    expect(rowOf(run, 'New')).toContain(`(${sizes.reduce((sum, size) => sum + size)} bytes)`)
    expect(readdirSync(layersIn(first.place))).toHaveLength(10)
  })

  test('one of another service has the layers of packages that come along in both', async () => {
    const hello = appOf(await runExport(first.place, { ident: 'example/hello' }, ['--layers=package']))
    expect(urisOf(hello).filter(uri => urisOf(appOf(first.run)).includes(uri))).toHaveLength(4)
  })
})

test('layers are the same with one thread and with four, from a cache and without', async () => {
  const names = async (...args: string[]) =>
    urisOf(
      appOf(await runExport(await makePlace(), WEB, ['--layers', '--uri-base', 'https://a.test', ...args])),
    )
  const usual = await names('--no-cache', '--jobs', '4')
  expect(usual).toHaveLength(2)
  const cache = ['--cache', join((await makePlace()).root, 'cache')]
  expect(await names('--jobs', '1', ...cache)).toEqual(usual)
  expect(await names(...cache)).toEqual(usual)
})

describe('the app definition', () => {
  test.each([
    ['--layers', 2],
    ['--layers=package', 8],
  ])('with %s is one that Marathon takes, with a fetch URI for each of %i layers', async (option, count) => {
    const place = await makePlace()
    const run = await runExport(place, WEB, [option, '--uri-base', 'https://files.example.com/layers/'])
    const app = appOf(run)
    expect(readFileSync(join(place.work, `results/acme-web-1.0-${RELEASE}.json`), 'utf8')).toBe(run.stdout)
    for (const version of ['1.4', '1.5', '1.10'] satisfies MarathonVersion[]) {
      expect(refuseApp(app, version)).toBeUndefined()
    }
    expect(app.labels).toEqual({
      'mesosize.ident': WEB.ident,
      'mesosize.layers': `${count}`,
      'mesosize.source': 'artifact cache',
    })
    expect(app.fetch).toHaveLength(count)
    const names = urisOf(app).map(uri => uri.replace('https://files.example.com/layers/', ''))
    expect(names.toSorted()).toEqual(readdirSync(layersIn(place)).sort())
    expect(run.stderr).not.toContain('No URI is known')
  })

  test('has the URIs of files if no others are known, and stderr says so', () => {
    const { place, run } = auto
    for (const uri of urisOf(appOf(run))) {
      expect(uri.startsWith(`${pathToFileURL(layersIn(place)).href}/sha256-`)).toBe(true)
    }
    expect(run.stderr).toMatch(/^note: No URI is known for the layers, .*--uri-base/m)
  })
})

test.each([
  [['--layers=none'], /^--layers: "none" /],
  [['--layers', 'package'], /^--layers: .* Write --layers=package\.$/],
  [['--layers', '--uri', 'https://a.test/a.tgz'], /^--uri and --layers: /],
])('%j is refused in a line', async (args, problem) => {
  const place = await makePlace()
  const run = await runExport(place, WEB, args)
  expect(run).toMatchObject({ status: 2, stdout: '' })
  expect(problemsOf(run)).toEqual([expect.stringMatching(problem)])
  expect(readdirSync(place.work)).toEqual([])
})

const noRoot = process.getuid?.() === 0 ? undefined : 'needs root to set owners'
const missing = noRoot ?? missingPrograms('bsdtar', 'busybox', 'dash', 'gzip', 'rm', 'tar')

describe.skipIf(missing)(`unpacked by the app's command${missing ? ` (SKIPPED: ${missing})` : ''}`, () => {
  const LAUNCH = / && exec sh \.\/launch$/
  let apps: Record<'one' | 'auto' | 'package', App>
  beforeAll(async () => {
    const one = await runExport(await makePlace(finished), WEB)
    apps = { one: appOf(one), auto: appOf(auto.run), package: appOf(first.run) }
  })

  /** Fetches and unpacks as an agent does, with nothing but these programs. @returns the sandbox */
  function unpack({ fetch, cmd }: App, root: string, programs: Record<string, string>): string {
    const [sandbox, bin] = [mkdtempSync(join(root, 'sandbox-')), mkdtempSync(join(root, 'bin-'))]
    for (const [name, program] of Object.entries(programs)) {
      symlinkSync(program.startsWith('/') ? program : programPath(program)!, join(bin, name))
    }
    // In some other order.
    for (const { uri, destPath } of fetch!.toReversed()) copyFileSync(localPath(uri), join(sandbox, destPath))
    expect(cmd).toMatch(LAUNCH)
    const { status, stderr } = spawnSync(join(bin, 'sh'), ['-c', cmd.replace(LAUNCH, '')], {
      cwd: sandbox,
      encoding: 'utf8',
      env: { PATH: bin, LC_ALL: 'C' },
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    return sandbox
  }

  /** Everything that unpacking makes, but for the times of folders, which change as they are filled. */
  function treeOf(folder: string): Record<string, unknown> {
    const tree: Record<string, unknown> = {}
    const byInode = new Map<number, string>()
    // Node's own recursive listing goes through symlinks.
    const walk = (below: string) => {
      for (const member of readdirSync(join(folder, below)).sort()) {
        const name = join(below, member)
        const path = join(folder, name)
        const stats = lstatSync(path)
        const { uid, gid, ino, nlink, mtimeMs } = stats
        const common = { mode: stats.mode.toString(8), uid, gid }
        if (stats.isDirectory()) {
          tree[name] = common
          walk(name)
        } else if (stats.isSymbolicLink()) {
          tree[name] = { ...common, target: readlinkSync(path) }
        } else {
          if (!byInode.has(ino)) byInode.set(ino, name)
          const digest = sha256(readFileSync(path))
          tree[name] = { ...common, mtimeMs, digest, nlink, first: byInode.get(ino) }
        }
      }
    }
    walk('')
    return tree
  }

  const busybox = { sh: BUSYBOX, tar: BUSYBOX, gzip: BUSYBOX, rm: BUSYBOX }
  test.each<[string, Record<string, string>]>([
    ['dash, GNU tar', { sh: 'dash', tar: 'tar', gzip: 'gzip', rm: 'rm' }],
    ['busybox', busybox],
    ['dash, bsdtar', { sh: 'dash', tar: 'bsdtar', rm: 'rm' }],
  ])('layers give the tree of the single tarball, owners and modes too: %s', async (_, programs) => {
    const { root } = await makePlace()
    const whole = treeOf(unpack(apps.one, root, programs))
    const tool = `rootfs/hab/pkgs/${tools.ident}`
    expect(whole[`${tool}/bin/setuid`]).toMatchObject({ mode: '104750', uid: 0, gid: 0 })
    expect(whole[`${tool}/var/own`]).toMatchObject({ mode: '42750', uid: 0, gid: 0 })
    expect(whole[`${tool}/bin/twin`]).toMatchObject({ nlink: 2, first: `${tool}/bin/tool` })
    expect(whole['rootfs/root']).toMatchObject({ mode: '40700' })
    expect(Object.keys(whole).filter(name => name.endsWith('.tgz'))).toEqual([])

    expect(treeOf(unpack(apps.auto, root, programs))).toEqual(whole)
    expect(treeOf(unpack(apps.package, root, programs))).toEqual(whole)
  })

  test('each layer is a whole archive by itself, and has a path that no other has', async () => {
    const { root } = await makePlace()
    const paths = apps.package.fetch!.map(({ uri }, index) => {
      const folder = join(root, `${index}`)
      mkdirSync(folder)
      const args = ['-tzf', localPath(uri), '--quoting-style=literal']
      const { status, stdout, stderr } = spawnSync('tar', args, { encoding: 'utf8' })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      return stdout.trimEnd().split('\n')
    })
    expect(paths[0]).toContain('launch')
    expect(new Set(paths.flat()).size).toBe(paths.flat().length)
    for (const path of paths.slice(1).flat())
      expect(path).toMatch(/^rootfs\/hab\/pkgs\/\S+?\/\S+?\/\S+?\/\d{14}\//)
  })

  test('a layer that is torn ends the task before anything is launched', async () => {
    const { root } = await makePlace()
    const sandbox = mkdtempSync(join(root, 'sandbox-'))
    const { fetch, cmd } = apps.package
    for (const { uri, destPath } of fetch!) copyFileSync(localPath(uri), join(sandbox, destPath))
    const last = join(sandbox, fetch!.at(-1)!.destPath)
    writeFileSync(last, readFileSync(last).subarray(0, 100))
    // What is launched would be this, were it not for the torn layer.
    const standIn = cmd.replace(LAUNCH, ' && echo launched')
    const { status, stdout } = spawnSync('dash', ['-c', standIn], { cwd: sandbox, encoding: 'utf8' })
    expect(status).toBeGreaterThan(0)
    expect(stdout).toBe('')
  })
})
