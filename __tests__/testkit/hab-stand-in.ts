import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { shellQuote } from '../../src/lib/shell-quote.ts'
import { originKey } from './origin-key.ts'

/** Where node keeps the stand-in's compiled code, so that each call takes half the time. */
const COMPILED = join(import.meta.dirname, '../../node_modules/.cache/hab-stand-in')

export interface StandInOptions {
  version: string
  /** 14 digits. */
  release?: string
  /** A file to which each call appends a line of JSON, a StandInCall. */
  record?: string
  /** What the clock shows when it installs, seconds since the epoch; the machine's where absent. */
  clock?: number
}

/** One call of the stand-in. */
export interface StandInCall {
  args: string[]
  env: Record<string, string>
  cwd: string
  uid: number
}

/**
 * A script that can be called as `hab` and says that it is a stand-in. It does what Habitat's `hab`
 * does for `hab --version`, `hab pkg install` and `hab pkg build`; see hab-stand-in-program.ts.
 */
export function standInScript({
  version,
  release = '20250102030405',
  record,
  clock,
}: StandInOptions): string {
  const program = join(import.meta.dirname, 'hab-stand-in-program.ts')
  return `#!/bin/sh
# A stand-in for Habitat's hab, for tests.
HAB_STAND_IN_VERSION=${version}/${release}
HAB_STAND_IN_RECORD=${record === undefined ? '' : shellQuote(record)}
HAB_STAND_IN_PATH=$0
HAB_STAND_IN_CLOCK=${clock ?? ''}
NODE_COMPILE_CACHE=${shellQuote(COMPILED)}
export HAB_STAND_IN_VERSION HAB_STAND_IN_RECORD HAB_STAND_IN_PATH HAB_STAND_IN_CLOCK NODE_COMPILE_CACHE
exec ${shellQuote(process.execPath)} --no-warnings ${shellQuote(program)} "$@"
`
}

/** The calls that were recorded, without the variables that the stand-in itself sets. */
export function recordedCalls(record: string): StandInCall[] {
  const lines = readFileSync(record, 'utf8').split('\n').filter(Boolean)
  return lines.map(line => JSON.parse(line))
}

export interface StandInInstallation {
  /** A folder that all may enter, for the FS_ROOT and the user's home. */
  root: string
  /** As in StandInOptions. */
  clock: number
  /** Who installs; the caller needs root to be somebody else. */
  uid: number
}

/**
 * Installs packages as `hab pkg install FILE` does, all that they need being among them, so without a Builder.
 * @returns the FS_ROOT, a new folder in `root`
 */
export async function installWithStandIn(
  packages: readonly { ident: string; hart: Uint8Array }[],
  { root, clock, uid }: StandInInstallation,
): Promise<string> {
  const home = await mkdtemp(join(root, 'home-'))
  const fsRoot = join(home, 'root')
  const cache = join(uid === 0 ? join(fsRoot, 'hab') : join(home, '.hab'), 'cache')
  const [artifacts, keys] = [join(cache, 'artifacts'), join(cache, 'keys')]
  for (const folder of [fsRoot, artifacts, keys]) mkdirSync(folder, { recursive: true })
  for (const origin of new Set(packages.map(({ ident }) => ident.split('/')[0]!))) {
    const { name, publicKeyText } = originKey(origin)
    writeFileSync(join(keys, `${name}.pub`), publicKeyText)
  }
  const harts = packages.map(({ ident, hart }) => {
    const path = join(artifacts, `${ident.replaceAll('/', '-')}-${TARGET}.hart`)
    writeFileSync(path, hart)
    return path
  })
  for (const path of [home, fsRoot, join(home, '.hab'), cache, artifacts, keys, ...harts]) {
    if (uid !== process.getuid?.() && existsSync(path)) chownSync(path, uid, uid)
  }
  // Directories that a hart only implies are made with the user's umask; a hart that hab built has none such.
  const script = `umask 022\n${standInScript({ version: '2.1.78', clock })}`
  const env = { PATH: process.env.PATH, HOME: home, FS_ROOT: fsRoot, HAB_LICENSE: 'accept-no-persist' }
  const args = ['pkg', 'install', '--ignore-install-hook', '--url', 'http://127.0.0.1:1', ...harts]
  const options = { env, cwd: home, encoding: 'utf8', uid, gid: uid } as const
  const { status, stderr } = spawnSync('sh', ['-c', script, 'hab', ...args], options)
  if (status !== 0) throw new Error(`the stand-in ended with ${status}: ${stderr}`)
  return fsRoot
}

const TARGET = process.arch === 'arm64' ? 'aarch64-linux' : 'x86_64-linux'
