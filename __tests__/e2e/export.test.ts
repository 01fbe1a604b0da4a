import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { examplePackages, makeExample } from '../../examples/make.ts'
import { writeHart } from '../testkit/hart.ts'
import { missingPrograms } from '../testkit/machine.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import type { PackageSpec } from '../testkit/package-entries.ts'
import {
  CLI,
  EXAMPLES,
  type Finished,
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
  withUmask,
  writeLargeHart,
} from './run-cli.ts'

const RELEASE = '20240101000000'
const NAME = `example-hello-1.0.0-${RELEASE}`
const HELLO = ['example/hello', ...STAND_INS]

const service: PackageSpec = {
  ident: `acme/web/2.0.0/${RELEASE}`,
  files: {
    'bin/web': '#!/bin/sh\n',
    'bin/web-twin': { hardlink: 'bin/web' },
    'bin/web-alias': { symlink: 'web' },
    'hooks/run': '#!/bin/sh\n',
    'share/private': { content: 'x', mode: 0o640 },
    'share/größe': 'not ASCII',
    [`share/${'long/'.repeat(40)}file`]: 'far down',
  },
  exports: { port: 'port' },
  metafiles: { 'default.toml': 'port = 8000\n' },
}
const second: PackageSpec = { ident: `acme/worker/1.0/${RELEASE}`, files: { 'hooks/run': '#!/bin/sh\n' } }
const library: PackageSpec = { ident: `acme/lib/1.0/${RELEASE}`, files: { 'lib/lib.so': 'elf' } }

/** A place whose artifact cache holds these packages. @returns it and the options that name its folders */
async function placeWith(
  packages: PackageSpec[],
  finished?: Finished,
): Promise<{ place: Place; options: string[] }> {
  const place = await makePlace(finished)
  const key = originKey('acme')
  await writePublicKey(place.keys, key)
  for (const spec of packages) await writeHart(place.artifacts, { key, package: spec })
  return { place, options: ['--artifacts', place.artifacts, '--keys', place.keys, ...STAND_INS] }
}

/**
 * Installs the packages of a place and what stands in for hab's own as hab does: directories have the time of
 * installation, and files are the user's who installs. @returns the folder that holds `hab/pkgs`
 */
function install(place: Place): string {
  const fsRoot = join(place.root, 'installed')
  mkdirSync(fsRoot)
  for (const folder of [place.artifacts, join(EXAMPLES, 'artifacts')]) {
    for (const file of readdirSync(folder)) {
      execFileSync('/bin/sh', [
        '-c',
        'tail -n +6 "$0" | xz -d | tar -xp --no-same-owner --delay-directory-restore -C "$1"',
        join(folder, file),
        fsRoot,
      ])
    }
  }
  execFileSync('find', [fsRoot, '-type', 'd', '-exec', 'touch', '-d', '@1800000000', '{}', '+'])
  return fsRoot
}

function appOf(run: Run) {
  expect(run).toMatchObject({ status: 0 })
  return JSON.parse(run.stdout)
}

/** GNU tar's words about each member. */
function list(tarball: string): string[] {
  const args = ['-tvzf', tarball, '--numeric-owner', '--full-time', '--quoting-style=literal']
  return execFileSync('tar', args, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, TZ: 'UTC', LC_ALL: 'C' },
  })
    .trimEnd()
    .split('\n')
}

function pathsOf(tarball: string): string[] {
  return execFileSync('tar', ['-tzf', tarball, '--quoting-style=literal'], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')
}

/** Unpacks as an ordinary user would. */
function unpack(tarball: string, folder: string): string {
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '--no-same-owner', '-C', folder])
  return folder
}

const noTar = missingPrograms('tar')
const noXz = missingPrograms('tar', 'xz')

const finished = finishedTogether()
let kept: string
beforeAll(async () => {
  kept = (await makePlace(finished)).root
})

/** Exports the example in a place of its own, with the compressed packages that the runs before it kept. */
async function exportHello(...args: string[]): Promise<{ run: Run; place: Place }> {
  const place = await makePlace()
  return { run: await runHello(place, args), place }
}

function runHello(place: Place, args: string[] = [], { env, ...options }: RunOptions = {}): Promise<Run> {
  return runCli(place, [...HELLO, ...args], { ...options, env: { XDG_CACHE_HOME: kept, ...env } })
}

describe('the example', () => {
  test('is exported by npm run example with nothing but Node', async () => {
    const place = await makePlace()
    for (const part of ['dist', 'examples', 'package.json'])
      cpSync(join(EXAMPLES, '..', part), join(place.work, part), { recursive: true })
    const { scripts } = JSON.parse(readFileSync(join(place.work, 'package.json'), 'utf8'))
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', scripts.example], {
      cwd: place.work,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: place.home, TMPDIR: place.tmp },
    })
    expect(stderr).not.toContain('mesosize:')
    expect(status).toBe(0)

    const results = join(place.work, 'results')
    expect(readdirSync(results).sort()).toEqual([`${NAME}.json`, `${NAME}.tgz`])
    expect(stdout).toBe(readFileSync(join(results, `${NAME}.json`), 'utf8'))
    expect(JSON.parse(stdout)).toMatchObject({
      id: '/example/hello',
      cpus: 0.5,
      mem: 256,
      disk: 0,
      instances: 1,
    })
    expect(readdirSync(place.home)).toEqual([])
    expect(readdirSync(place.tmp)).toEqual([])
  })

  test('is described by one object with --json, and by nothing else with --quiet', async () => {
    const { run, place } = await exportHello('--json', '--quiet')
    expect(run).toMatchObject({ status: 0, stderr: '' })
    const tarballPath = join(place.work, 'results', `${NAME}.tgz`)
    const appPath = join(place.work, 'results', `${NAME}.json`)
    const app = JSON.parse(readFileSync(appPath, 'utf8'))
    const { packages, ...result } = JSON.parse(run.stdout)
    expect(result).toEqual({
      app,
      appPath,
      appId: '/example/hello',
      tarballPath,
      tarballName: `${NAME}.tgz`,
      sha256: sha256(readFileSync(tarballPath)),
      size: statSync(tarballPath).size,
      uri: app.fetch[0].uri,
      ident: `example/hello/1.0.0/${RELEASE}`,
      version: '1.0.0',
      release: RELEASE,
      ports: app.portDefinitions,
    })
    expect(packages).toHaveLength(5)
  })

  describe('with --output-dir', () => {
    const finished = finishedTogether()
    let place: Place
    let output: string
    let tarball: string
    let run: Run
    beforeAll(async () => {
      place = await makePlace(finished)
      output = join(place.work, 'a b/c')
      tarball = join(output, `${NAME}.tgz`)
      mkdirSync(output, { recursive: true })
      writeFileSync(tarball, 'of an earlier export')
      writeFileSync(join(output, 'other'), 'of somebody else')
      run = await runHello(place, ['--output-dir', 'a b/c'], { env: { FORCE_COLOR: '1' } })
    })

    test('goes where that says, and over what was there', () => {
      expect(appOf(run).fetch[0].uri).toBe(pathToFileURL(tarball).href)
      expect(readdirSync(place.work)).toEqual(['a b'])
      expect(readdirSync(output).sort()).toEqual([`${NAME}.json`, `${NAME}.tgz`, 'other'])
      expect(readFileSync(tarball).readUInt16BE()).toBe(0x1f8b)
      expect(readFileSync(join(output, 'other'), 'utf8')).toBe('of somebody else')
      expect(statSync(tarball).mode & 0o777).toBe(0o644)
    })

    test('ends with a table on stderr, without escape sequences if that is not a terminal', () => {
      const bytes = readFileSync(tarball)
      const lines = run.stderr.split('\n')
      const table = lines.slice(lines.findIndex(line => line.startsWith('Package ')))
      expect(table.slice(0, 6).map(line => line.split(/ {2,}/))).toEqual([
        ['Package', `example/hello/1.0.0/${RELEASE}`],
        ['Tarball', tarball],
        ['Size', expect.stringMatching(new RegExp(`^\\d+\\.\\d KiB \\(${bytes.length} bytes\\)$`))],
        ['SHA-256', sha256(bytes)],
        ['Packages', expect.stringMatching(/^5, /)],
        ['App', join(output, `${NAME}.json`)],
      ])
      expect(table[7]).toMatch(/^Largest packages +unpacked +in the tarball$/)
      const largest = table.slice(8, 13).map(line => line.split(' ')[0])
      expect(largest).toHaveLength(5)
      expect(largest[0]).toBe(`stand-in/hab-sup/0.1.0/${RELEASE}`)
      expect(run.stderr).toMatch(/^Resolving: .*\nPacking: 5 packages /m)
      expect(run.stderr).not.toMatch(/[\x1b\r]/)
    })
  })

  const older = otherNode()
  test.skipIf(typeof older !== 'object')(
    `gives the same under ${typeof older === 'object' ? `Node ${older.version}` : `another Node (${older})`}`,
    async () => {
      const { path: node } = older as OtherNode
      const uriBase = ['--uri-base', 'https://files.example.com']
      const { run: here } = await exportHello(...uriBase)
      // With nothing that the first Node has compressed.
      const there = await runCli(await makePlace(), [...HELLO, ...uriBase], { node })
      expect(appOf(there).labels['mesosize.sha256']).toMatch(/^[0-9a-f]{64}$/)
      expect(there.stdout).toBe(here.stdout)
    },
  )
})

interface OtherNode {
  path: string
  version: string
}

/** Another Node than the one that runs the tests, such as the machine's own, or why there is none. */
function otherNode(): OtherNode | string {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => !folder.includes('node_modules'))
  for (const folder of folders) {
    const path = join(folder, 'node')
    const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
    if (status !== 0) continue
    const version = stdout.trim().slice(1)
    const [major = 0, minor = 0] = version.split('.').map(Number)
    const supported = major > 20 || (major === 20 && minor >= 18)
    if (supported && version !== process.versions.node) return { path, version }
  }
  return 'needs a second Node, 20.18 or later, on the PATH'
}

describe('which packages', () => {
  test('the first of several that has a run hook starts; the others are in the image', async () => {
    const { place, options } = await placeWith([library, second, service])
    const app = appOf(await runCli(place, ['acme/lib', 'acme/worker', 'acme/web', ...options]))
    expect(app.id).toBe('/acme/worker')
    const paths = pathsOf(join(place.work, `results/acme-worker-1.0-${RELEASE}.tgz`))
    for (const { ident } of [library, second, service])
      expect(paths).toContain(`rootfs/hab/pkgs/${ident}/IDENT`)
  })

  test('harts as files, and their dependencies too', async () => {
    const { place, options } = await placeWith([library])
    const elsewhere = join(place.root, 'harts')
    await writePublicKey(place.keys, originKey('acme'))
    const app = await writeHart(elsewhere, {
      key: originKey('acme'),
      package: { ...service, deps: [library.ident] },
    })
    const lib = await writeHart(elsewhere, { key: originKey('acme'), package: library })
    // Under another name than its own: what counts is the IDENT inside.
    renameSync(lib, join(elsewhere, 'lib.hart'))
    const without = options.slice(2)
    const run = await runCli(place, [app, '../harts/lib.hart', ...without])
    expect(appOf(run).labels).toMatchObject({ 'mesosize.ident': service.ident, 'mesosize.source': 'hart' })
    expect(pathsOf(join(place.work, `results/acme-web-2.0.0-${RELEASE}.tgz`))).toContain(
      `rootfs/hab/pkgs/${library.ident}/lib/lib.so`,
    )
  })

  test('every package as a file, with no artifact cache and no key cache but --keys', async () => {
    const place = await makePlace()
    await makeExample({ artifactsDir: place.artifacts, keysDir: place.keys })
    const hart = (name: string) =>
      join(place.artifacts, readdirSync(place.artifacts).find(file => file.includes(name))!)
    const names = ['hello', 'busybox', 'cacerts'].map(hart)
    const hab = ['--sup-pkg', hart('hab-sup'), '--launcher-pkg', hart('hab-launcher')]
    const run = await runCli(place, [...names, ...hab, '--keys', place.keys])
    expect(appOf(run).labels['mesosize.ident']).toBe(`example/hello/1.0.0/${RELEASE}`)
  })

  test('HAB_ORIGIN stands before a name without origin', async () => {
    const place = await makePlace()
    const app = appOf(
      await runCli(place, ['hello', ...STAND_INS], { env: { HAB_ORIGIN: 'example', XDG_CACHE_HOME: kept } }),
    )
    expect(app.id).toBe('/example/hello')
  })

  test.skipIf(noXz !== undefined)(
    `installed packages give what their harts give${noXz ? ` (${noXz})` : ''}`,
    async () => {
      const owned = { content: '', mode: 0o4750, uid: 42, gid: 43 }
      const files = { ...service.files, 'share/owned': owned, 'a/twin': { hardlink: 'bin/web' } }
      const { place, options } = await placeWith([library, { ...service, files, deps: [library.ident] }])
      const fsRoot = install(place)
      const tarballs = ['harts', 'tree'].map(name => join(place.work, name, `acme-web-2.0.0-${RELEASE}.tgz`))
      appOf(await runCli(place, ['acme/web', ...options, '--output-dir', 'harts']))
      const run = await runCli(place, [
        ...['acme/web', '--fs-root', fsRoot, '--output-dir', 'tree'],
        ...['--sup-pkg', 'stand-in/hab-sup', '--launcher-pkg', 'stand-in/hab-launcher'],
      ])
      expect(appOf(run).labels['mesosize.source']).toBe('installed package')
      const [harts, tree] = tarballs.map(list)
      expect(tree).toEqual(harts)
      const [one, other] = tarballs.map(tarball => sha256(readFileSync(tarball)))
      expect(other).toBe(one)
    },
  )
})

describe.skipIf(noTar !== undefined)(`the tarball, read by GNU tar${noTar ? ` (${noTar})` : ''}`, () => {
  const own = `rootfs/hab/pkgs/${service.ident}`
  const finished = finishedTogether()
  let place: Place
  let tarball: string
  let unpacked: string
  let paths: string[]
  let lines: string[]

  beforeAll(async () => {
    const owned = { content: '', mode: 0o4750, uid: 42, gid: 43 }
    const web = { ...service, files: { ...service.files, 'share/owned': owned }, deps: [library.ident] }
    const { place: made, options } = await placeWith([library, web], finished)
    place = made
    appOf(await runCli(place, ['acme/web', ...options], { wrapper: withUmask('077') }))
    tarball = join(place.work, `results/acme-web-2.0.0-${RELEASE}.tgz`)
    unpacked = unpack(tarball, join(place.root, 'unpacked'))
    paths = pathsOf(tarball)
    lines = list(tarball)
  })

  test('has launch and rootfs/, every path once and after its parents', () => {
    expect(paths[0]).toBe('launch')
    const seen = new Set<string>()
    for (const path of paths.map(each => each.replace(/\/$/, ''))) {
      expect(path).toMatch(/^(launch$|rootfs$|rootfs\/)/)
      expect(seen).not.toContain(path)
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
      if (parent !== '') expect(seen).toContain(parent)
      seen.add(path)
    }
  })

  test('has nothing of the build host, no caches and no keys', () => {
    expect(paths.filter(path => /hab\/cache|\.pub$|\.sig\.key$|\.hart$/.test(path))).toEqual([])
    for (const folder of [place.root, EXAMPLES]) {
      expect(lines.join('\n')).not.toContain(folder)
      expect(spawnSync('grep', ['-rlF', folder, unpacked], { encoding: 'utf8' }).stdout).toBe('')
    }
  })

  test('has names of any length and language', () => {
    expect(readFileSync(join(unpacked, own, 'share/größe'), 'utf8')).toBe('not ASCII')
    expect(readFileSync(join(unpacked, own, 'share', 'long/'.repeat(40), 'file'), 'utf8')).toBe('far down')
  })

  test.each([
    ['launch', '-rwxr-xr-x 0/0'],
    ['rootfs/', 'drwxr-xr-x 0/0'],
    ['rootfs/dev/', 'drwxr-xr-x 0/0'],
    ['rootfs/etc/passwd', '-rw-r--r-- 0/0'],
    ['rootfs/proc/', 'drwxr-xr-x 0/0'],
    ['rootfs/root/', 'drwx------ 0/0'],
    ['rootfs/sys/', 'drwxr-xr-x 0/0'],
    ['rootfs/tmp/', 'drwxrwxrwt 0/0'],
    ['rootfs/var/tmp/', 'drwxrwxrwt 0/0'],
    [`${own}/bin/web`, '-rwxr-xr-x 0/0'],
    [`${own}/bin/web-twin link to ${own}/bin/web`, 'hrwxr-xr-x 0/0'],
    [`${own}/bin/web-alias -> web`, 'lrwxrwxrwx 0/0'],
    [`rootfs/bin/web -> /hab/pkgs/${service.ident}/bin/web`, 'lrwxrwxrwx 0/0'],
    [`${own}/share/private`, '-rw-r----- 0/0'],
    [`${own}/share/owned`, '-rwsr-x--- 0/0'],
  ])('has %s as %s', (path, modeAndOwner) => {
    const line = lines.find(each => each.endsWith(` ${path}`))
    expect(line?.split(/ +/).slice(0, 2).join(' ')).toBe(modeAndOwner)
    expect(line).toContain(' 2024-01-01 00:00:00 ')
  })

  test('has nothing in /dev, /proc and /sys', () => {
    expect(paths.filter(path => /^rootfs\/(dev|proc|sys)\/./.test(path))).toEqual([])
  })
})

describe('the app definition', () => {
  test('says what the tarball is, with the file:// URI if no other is known, which stderr notes', async () => {
    const { run, place } = await exportHello('--label', 'team=web', '--label', 'empty=')
    const tarball = join(place.work, 'results', `${NAME}.tgz`)
    const app = appOf(run)
    expect(app.labels).toEqual({
      'mesosize.ident': `example/hello/1.0.0/${RELEASE}`,
      'mesosize.sha256': sha256(readFileSync(tarball)),
      'mesosize.source': 'artifact cache',
      team: 'web',
      empty: '',
    })
    expect(app.fetch).toEqual([{ uri: `file://${tarball}`, extract: false, destPath: `${NAME}.tgz` }])
    expect(run.stderr).toMatch(new RegExp(`^note: .*file://${tarball}.*--uri`, 'm'))
  })

  describe('with --uri, resources and a patch', () => {
    const finished = finishedTogether()
    let run: Run
    beforeAll(async () => {
      const place = await makePlace(finished)
      const patch = {
        cpus: 2,
        healthChecks: null,
        constraints: [['hostname', 'UNIQUE']],
        labels: { team: 'ops' },
      }
      writeFileSync(join(place.work, 'patch.json'), JSON.stringify(patch))
      const resources = ['--cpu', '1.5', '--mem=512', '--disk', '10', '--instances=3', '--app-id', '/x/y']
      const uri = ['--uri', 'https://f.example.com/a?b=c']
      run = await runHello(place, [...resources, ...uri, '--label', 'team=web', '--patch', 'patch.json'])
    })

    test('has that URI', () => {
      const uri = 'https://f.example.com/a?b=c'
      expect(appOf(run).fetch).toEqual([{ uri, extract: false, destPath: `${NAME}.tgz` }])
      expect(run.stderr).not.toContain('No URI is known')
    })

    test('has the resources, and is patched last', () => {
      const app = appOf(run)
      expect(app).toMatchObject({ id: '/x/y', cpus: 2, mem: 512, disk: 10, instances: 3 })
      expect(app.constraints).toEqual([['hostname', 'UNIQUE']])
      expect(app.labels).toMatchObject({ team: 'ops', 'mesosize.source': 'artifact cache' })
      expect(app).not.toHaveProperty('healthChecks')
    })
  })

  test('of harts for aarch64, made on any machine, is for agents of that kind', async () => {
    const place = await makePlace()
    for (const spec of examplePackages()) {
      const key = originKey(spec.ident.split('/')[0]!)
      await writePublicKey(place.keys, key)
      // Of the usual target there is a newer one, which must not be taken.
      await writeHart(place.artifacts, { key, package: { ...spec, target: 'aarch64-linux' } })
      const newer = spec.ident.replace(/\d{14}$/, '20300101000000')
      await writeHart(place.artifacts, { key, package: { ...spec, ident: newer, deps: [] } })
    }
    const args = ['--artifacts', place.artifacts, '--keys', place.keys, ...STAND_INS.slice(0, 4)]
    const where = ['--target', 'aarch64-linux', '--constraint', 'arch:LIKE:aarch64']
    const app = appOf(await runCli(place, ['example/hello', ...args, ...where]))
    expect(app.labels).toMatchObject({
      'mesosize.ident': `example/hello/1.0.0/${RELEASE}`,
      'mesosize.target': 'aarch64-linux',
    })
    expect(app.constraints).toEqual([['arch', 'LIKE', 'aarch64']])
    const tree = unpack(join(place.work, `results/${NAME}.tgz`), join(place.root, 'unpacked'))
    expect(readFileSync(join(tree, 'launch'), 'utf8')).toContain("target='aarch64-linux'")
    for (const spec of examplePackages()) {
      const metafile = join(tree, 'rootfs/hab/pkgs', spec.ident, 'TARGET')
      expect(readFileSync(metafile, 'utf8').trim()).toBe('aarch64-linux')
    }
  })

  describe('with --uri-base, --uris and --config', () => {
    const finished = finishedTogether()
    let app: ReturnType<typeof appOf>
    beforeAll(async () => {
      const place = await makePlace(finished)
      writeFileSync(join(place.work, 'hello.toml'), 'greeting = "Grüezi"\n[server]\nthreads = 4\n')
      const env = ['--env', 'HAB_HELLO={"server":{"threads":8}}', '--env', 'LOG=debug=1']
      const uris = ['--uris', '--uri-base', 'https://f.example.com/m']
      app = appOf(await runHello(place, ['--config', 'hello.toml', ...env, ...uris]))
    })

    test('has the URI in the old field', () => {
      expect(app.uris).toEqual([`https://f.example.com/m/${NAME}.tgz`])
      expect(app).not.toHaveProperty('fetch')
    })

    test('joins the file, the package variable and the ports that Marathon gives', () => {
      expect(app.env.LOG).toBe('debug=1')
      expect(JSON.parse(app.env.HAB_HELLO)).toEqual({
        greeting: 'Grüezi',
        server: { threads: 8, port: '$PORT_HTTP' },
      })
      expect(app.portDefinitions[0]).toEqual({ port: 0, name: 'http', protocol: 'tcp' })
    })
  })
})

const noScript = missingPrograms('script', 'xz')

test.skipIf(noScript !== undefined)(
  `a terminal gets coloured bars, and the file of standard output none of them${noScript ? ` (${noScript})` : ''}`,
  async () => {
    const place = await makePlace()
    // Enough that a bar is drawn several times, ten a second.
    const files = { ...service.files, noise: randomBytes(24 << 20) }
    await writeLargeHart(place.artifacts, { ...service, files })
    // Of harts, most is packed before the bar is drawn.
    const packages = ['--fs-root', install(place), ...STAND_INS.slice(0, 4)]
    const words = [process.execPath, CLI, 'acme/web', '--no-cache', ...packages]
    const command = `${words.map(word => `'${word}'`).join(' ')} >app.json`
    const { status, stdout: screen } = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: place.work,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: place.home, TERM: 'xterm', SHELL: '/bin/sh' },
    })
    expect(status).toBe(0)
    expect(screen).toMatch(/\rPacking {2}\[\x1b\[36m#+\x1b\[39m\x1b\[2m-+\x1b\[22m\] .*%.*MiB of .*\x1b\[K/)
    expect(screen).toMatch(/\r\x1b\[K\x1b\[32mPacking:\x1b\[39m 5 packages/)
    expect(screen).toContain('Package   acme/web/2.0.0')
    expect(JSON.parse(readFileSync(join(place.work, 'app.json'), 'utf8')).id).toBe('/acme/web')
  },
)

test('a standard output that cannot be written is reported on one line, and the results stay', async () => {
  const place = await makePlace()
  const run = await runHello(place, [], { wrapper: inShell('exec "$@" >/dev/full') })
  expect(run.status).toBe(1)
  expect(problemsOf(run)).toEqual([expect.stringMatching(/ENOSPC.*results\/example-hello.*\.json/)])
  expect(run.stderr).not.toMatch(/^\s+at /m)
  expect(readdirSync(join(place.work, 'results'))).toHaveLength(2)
})
