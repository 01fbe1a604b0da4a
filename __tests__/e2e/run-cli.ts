import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blake2b } from 'hash-wasm'
import { afterAll, onTestFinished } from 'vitest'
import { makeHart } from '../testkit/hart.ts'
import { ORDINARY_USER } from '../testkit/machine.ts'
import { originKey } from '../testkit/origin-key.ts'
import { type PackageSpec, packageEntries } from '../testkit/package-entries.ts'
import { tarOf } from '../testkit/tar.ts'
import { xzStored } from '../testkit/xz.ts'

const REPOSITORY = join(import.meta.dirname, '../..')

/** The shipped bundle. */
export const CLI = join(REPOSITORY, 'dist/cli.js')
export const EXAMPLES = join(REPOSITORY, 'examples')
/** Where node keeps the compiled code of bundles, which spares each start a tenth of its work. */
export const COMPILED = join(REPOSITORY, 'node_modules/.cache/bundles')

/** What stands in for hab's own packages: the example's supervisor and launcher, and all they need. */
export const STAND_INS = [
  ...['--sup-pkg', 'stand-in/hab-sup', '--launcher-pkg', 'stand-in/hab-launcher'],
  ...['--artifacts', join(EXAMPLES, 'artifacts'), '--keys', join(EXAMPLES, 'keys')],
]

/** Folders of one test. */
export interface Place {
  /** Everything else is in here. */
  root: string
  home: string
  tmp: string
  /** The working folder, so that the output's default is `work/results`. */
  work: string
  artifacts: string
  keys: string
}

/** Does something when what it was made for is finished: `onTestFinished` of a test, or what `finishedTogether` gives. */
export type Finished = (cleanUp: () => Promise<void>) => void

/** For what several tests share. To be called where tests are described, for a hook cannot add another hook. */
export function finishedTogether(): Finished {
  const cleanUps: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const cleanUp of cleanUps) await cleanUp()
  })
  return cleanUp => void cleanUps.push(cleanUp)
}

/** Empty folders, removed when the test is finished. */
export async function makePlace(finished: Finished = onTestFinished): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'mesosize-e2e-'))
  finished(() => rm(root, { recursive: true, force: true }))
  const [home, tmp, work, artifacts, keys] = ['home', 'tmp', 'work', 'artifacts', 'keys'].map(name =>
    join(root, name),
  ) as [string, string, string, string, string]
  for (const folder of [home, tmp, work, artifacts, keys]) await mkdir(folder)
  return { root, home, tmp, work, artifacts, keys }
}

export interface RunOptions {
  /** Added to an environment that holds PATH, HOME and TMPDIR and lets no request leave the machine. */
  env?: Record<string, string>
  cwd?: string
  /** The program to run the bundle with, instead of the node that runs this test. */
  node?: string
  /** Words before the program's, such as `taskset -c 0`. */
  wrapper?: readonly string[]
  /** Sources of modules that are loaded before the bundle. */
  preload?: readonly string[]
  /** Whether the test writes to its standard input, which otherwise is empty. */
  typed?: boolean
}

export interface Run {
  status: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Runs the bundle to its end. */
export function runCli(place: Place, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return startCli(place, args, options).ended
}

/** Starts the bundle. */
export function startCli(
  place: Place,
  args: readonly string[],
  {
    env,
    cwd = place.work,
    node = process.execPath,
    wrapper = [],
    preload = [],
    typed = false,
  }: RunOptions = {},
): { child: ChildProcess; ended: Promise<Run> } {
  const imports = preload.flatMap(source => [
    '--import',
    `data:text/javascript,${encodeURIComponent(source)}`,
  ])
  // Each run starts cold, unless the test gives it a cache.
  const cache = mkdtempSync(join(tmpdir(), 'mesosize-cache-'))
  const [program, ...words] = [...wrapper, node, ...imports, CLI, ...args]
  const child = spawn(program!, words, {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOME: place.home,
      TMPDIR: place.tmp,
      XDG_CACHE_HOME: cache,
      NODE_COMPILE_CACHE: COMPILED,
      // Nobody listens there: a test that needs a Builder brings its own.
      HAB_BLDR_URL: 'http://127.0.0.1:1',
      ...env,
    },
    stdio: [typed ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', text => {
      output[name] += text
    })
  }
  const ended = once(child, 'close').then(([status, signal]) => {
    rmSync(cache, { recursive: true, force: true })
    return { status, signal, ...output }
  })
  return { child, ended }
}

/** A module that makes the bundle believe it has so many CPUs; it starts as many threads, up to its own limit. */
export function withCpus(count: number): string {
  return `import os from 'node:os'
    import { syncBuiltinESMExports } from 'node:module'
    os.availableParallelism = () => ${count}
    syncBuiltinESMExports()`
}

/** A wrapper that runs the program, which is "$@", in a line of shell. */
export function inShell(line: string): string[] {
  return ['/bin/sh', '-c', line, 'sh']
}

export function withUmask(umask: string): string[] {
  return inShell(`umask ${umask}; exec "$@"`)
}

/**
 * A wrapper with which the program keeps what it downloads in the home folder of its test: for root, that is in /hab
 * of this machine.
 */
export const IN_HOME = process.getuid?.() === 0 ? ORDINARY_USER : []

/** The folder of what is downloaded then. */
export function cacheIn({ home }: Pick<Place, 'home'>, name: 'artifacts' | 'keys'): string {
  return join(home, '.hab/cache', name)
}

/**
 * Writes the hart of a large package without the time that real compression and the testkit's own hash would take.
 * @returns its path
 */
export async function writeLargeHart(
  dir: string,
  spec: PackageSpec,
  compress: (bytes: Uint8Array) => Buffer = xzStored,
): Promise<string> {
  const key = originKey(spec.ident.split('/')[0]!)
  const body = compress(await tarOf(packageEntries(spec)))
  const path = join(dir, `${spec.ident.replaceAll('/', '-')}-x86_64-linux.hart`)
  await writeFile(path, await makeHart({ key, body, signedHash: await blake2b(body, 256) }))
  return path
}

/** What the program says is wrong, a line each. */
export function problemsOf({ stderr }: Run): string[] {
  const prefix = 'mesosize: '
  return stderr
    .split('\n')
    .filter(line => line.startsWith(prefix))
    .map(line => line.slice(prefix.length))
}

/** Everything below a folder: for each path what it is, its permissions and a digest of its content. */
export function snapshot(folder: string): Record<string, string> {
  const members = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(
    members.map(member => {
      const path = join(folder, member)
      const stats = lstatSync(path)
      const mode = (stats.mode & 0o7777).toString(8)
      if (stats.isSymbolicLink()) return [member, `link to ${readlinkSync(path)}`]
      return [member, stats.isDirectory() ? `folder ${mode}` : `file ${mode} ${sha256(readFileSync(path))}`]
    }),
  )
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
