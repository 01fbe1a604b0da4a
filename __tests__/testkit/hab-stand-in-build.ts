/**
 * `hab pkg build` of the stand-in: hab's own way to root and to its studio (components/hab/src/command/studio/enter.rs,
 * components/hab/src/exec.rs, components/studio), and hab-plan-build (components/plan-build). The plan is run by bash
 * on this machine, without a chroot.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { blake2b256 } from './blake2b.ts'
import { choosePlan, PlanBuildError } from './hab-stand-in-plan.ts'
import { begin, Ended, end, Fatal, fatal, status, warn } from './hab-stand-in-ui.ts'
import { makeHart } from './hart.ts'
import { keyFromSeed } from './origin-key.ts'
import type { PackageFile } from './package-entries.ts'

/** What a build needs of the rest of the stand-in. */
export interface StandInHab {
  /** Without a release. */
  version: string
  target: string
  env: Readonly<Record<string, string>>
  /** The script that is called as hab. */
  path: string
  /** This user's key cache. */
  keys: string
  /**
   * Installs into another root, with caches of its own.
   * @param publicKeys paths of files for its key cache
   * @returns the full ident
   */
  installInto(root: string, spec: string, channel: string, publicKeys?: readonly string[]): Promise<string>
  /** The lines of a metafile of a package in that root. */
  linesOf(root: string, ident: string, metafile: string): string[]
}

// `hab-plan-build` sources the plan where it lies, and runs its phases where the sources are.
const PLAN = `
set -e
cd "$PLAN_CONTEXT"
pkg_svc_user=hab
pkg_svc_group=hab
. "$1"
[ -z "$HAB_ORIGIN" ] || pkg_origin=$HAB_ORIGIN
later=
if [ -z "$pkg_version" ] && declare -F pkg_version >/dev/null; then
  pkg_version=__pkg__version__unset__
  later=$(pkg_version)
fi
case $2 in
  describe)
    printf '%s\\0' "$pkg_origin" "$pkg_name" "$pkg_version" "\${later:-$pkg_version}" "\${pkg_deps[*]}" \\
      "$pkg_svc_run" "$pkg_svc_user" "$pkg_svc_group" ;;
  run)
    cd "$SRC_PATH"
    for phase in do_build do_install; do
      if declare -F "$phase" >/dev/null; then echo "   $pkg_name: $phase"; "$phase"; fi
    done ;;
esac
`

const OTHER_CHANNEL = /^(core|chef|chef-platform)\//
const UNSET = '__pkg__version__unset__'

export async function build(args: readonly string[], hab: StandInHab): Promise<void> {
  if (process.getuid?.() !== 0) return throughSudo(hab)
  const studio = mkdtempSync(join(tmpdir(), 'hab-stand-in-studio-'))
  try {
    await installStudio(hab, studio)
    const plan = args.at(-1)!
    // As hab-studio does it: the words of the command line come from an unquoted echo.
    if (/[\s"'$`\\;&|<>()*?]/.test(plan)) throw new Fatal(`the studio would read ${plan} as shell`, 2)
    importKeys(hab)
    await planBuild(resolve(plan), hab, studio)
  } finally {
    rmSync(studio, { recursive: true })
  }
}

function throughSudo({ env, path, keys }: StandInHab): void {
  const folder = (env.PATH ?? '').split(':').find(name => existsSync(join(name, 'sudo')))
  if (folder === undefined) {
    warn("Could not find the `sudo' command, is it in your PATH?")
    warn(
      'Running Habitat Studio requires root or administrator privileges. Please retry this command as a super user or use a privilege-granting facility such as sudo.',
    )
    console.log()
    throw new Fatal('Root or administrator permissions required to complete operation')
  }
  const { status: ended } = spawnSync(
    join(folder, 'sudo'),
    ['-p', '[sudo hab-studio] password for %u: ', '-E', path, ...process.argv.slice(2)],
    { stdio: 'inherit', env: { ...env, HAB_CACHE_KEY_PATH: env.HAB_CACHE_KEY_PATH || keys } },
  )
  process.exitCode = ended ?? 1
}

/** command_from_min_pkg: HAB_BLDR_CHANNEL does not count, and every failure is tried again five times, at once. */
async function installStudio({ version, env, installInto }: StandInHab, studio: string): Promise<void> {
  const old = version.startsWith('1.') || version.startsWith('0.')
  const ident = `${old ? 'core' : 'chef'}/hab-studio/${version}`
  const channel = env.HAB_INTERNAL_BLDR_CHANNEL || (old ? 'stable' : 'base')
  status('∵ Missing', `package for ${ident}`)
  for (let again = 5; ; again--) {
    try {
      await installInto(studio, ident, channel)
      return
    } catch (error) {
      if (again === 0) throw new Fatal(`Failed to install package ${ident} - ${(error as Error).message}`)
    }
  }
}

/** hab-studio-type-default.sh, finish_setup: the studio gets the keys of HAB_ORIGIN_KEYS, or of HAB_ORIGIN. */
function importKeys({ env, keys }: StandInHab): void {
  console.log('   hab-studio: Creating Studio at /hab/studios/src (default)')
  for (const origin of (env.HAB_ORIGIN_KEYS || env.HAB_ORIGIN || '').split(',').filter(Boolean)) {
    console.log(`   hab-studio: Importing '${origin}' secret origin key`)
    const file = secretKeyOf(origin, env.HAB_CACHE_KEY_PATH || keys)
    if (file === undefined) {
      console.log(`Error exporting ${origin} key\n
Habitat was unable to export your secret signing key. Please
verify that you have a signing key for ${origin} present in either
~/.hab/cache/keys (if running via sudo) or /hab/cache/keys
(if running as root). You can test this by running:

    hab origin key export --type secret ${origin}

This test will print your signing key to the console or error
if it cannot find the key. To create a signing key, you can run: ${''}

    hab origin key generate ${origin}

You'll also be prompted to create an origin signing key when ${''}
you run 'hab setup'.
`)
      throw new Ended(1)
    }
    begin('Importing origin key from standard input')
    end(`Imported secret origin key ${basename(file, '.sig.key')}.`)
  }
}

async function planBuild(context: string, hab: StandInHab, studio: string): Promise<void> {
  const known = { name: '' }
  try {
    await buildPlan(context, hab, studio, known)
  } catch (error) {
    if (!(error instanceof PlanBuildError)) throw error
    if (error.message !== '') console.log(`ERROR: ${error.message}`)
    const name = known.name || 'unknown'
    console.log(`   ${name}: Build time: 0m0s\n   ${name}: Exiting on error`)
    throw new Ended(error.status)
  }
}

async function buildPlan(context: string, hab: StandInHab, studio: string, known: { name: string }) {
  const { target, env } = hab
  const plan = choosePlan(context, target)
  const folder = dirname(plan)
  console.log(`   : Loading ${plan}`)
  const bash = (what: 'describe' | 'run', prefix: string) => runBash(what, plan, context, prefix, env)
  const described = bash('describe', '').split('\0')
  const [origin = '', name = '', early = '', version = '', deps = ''] = described
  const [svcRun = '', svcUser = '', svcGroup = ''] = described.slice(5)
  known.name = name
  console.log(`   ${name}: Plan loaded\n   ${name}: Validating plan metadata`)
  for (const [variable, value] of Object.entries({ pkg_name: name, pkg_origin: origin })) {
    if (value === '') throw new PlanBuildError(`Failed to build. '${variable}' must be set.`)
  }
  const release = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const results = resolve('results')
  mkdirSync(join(results, 'logs'), { recursive: true })
  console.log(`   ${name}: hab-plan-build setup\n   ${name}: Writing pre_build file`)
  writeFileSync(join(results, 'pre_build.env'), [...identLines(origin, name, early, release), ''].join('\n'))
  const cache = env.HAB_CACHE_KEY_PATH || hab.keys
  const key = secretKeyOf(origin, cache)
  if (key === undefined) {
    throw new PlanBuildError(`Signing origin key '${origin}' not found in ${cache}, aborting`, 35)
  }
  const resolved = await resolveDeps(name, deps.split(' ').filter(Boolean), hab, studio)

  const prefix = mkdtempSync(join(tmpdir(), 'hab-stand-in-'))
  try {
    const log = bash('run', prefix)
    writeFileSync(join(results, 'logs', `${name}.log`), log)
    if (version === UNSET) {
      const why = `Plan did not set 'pkg_version' and did not call 'update_pkg_version()' before the 'do_prepare()' build phase.`
      throw new PlanBuildError(why, 2)
    }
    const files = { ...treeOf(prefix), ...shippedWith(folder) }
    const runHook = existsSync(join(folder, 'hooks/run'))
    if (!runHook && svcRun !== '') files.run = { content: `#!/bin/sh\nexec ${svcRun} 2>&1\n`, mode: 0o644 }
    // A run hook with an ending becomes one without, but no mark of a service.
    const service = runHook || svcRun !== ''
    const hart = await makeHart({
      key: keyFromSeed(basename(key, '.sig.key'), seedOf(join(cache, key))),
      package: {
        ident: [origin, name, version, release].join('/'),
        target,
        files,
        deps: resolved,
        tdeps: [...new Set([...resolved, ...resolved.flatMap(dep => hab.linesOf(studio, dep, 'TDEPS'))])],
        metafiles: {
          SVC_USER: service ? `${svcUser}\n` : undefined,
          SVC_GROUP: service ? `${svcGroup}\n` : undefined,
        },
      },
    })
    const artifact = `${[origin, name, version, release].join('-')}-${target}.hart`
    writeFileSync(join(results, artifact), hart)
    rmSync(join(results, 'pre_build.env'))
    const report = [
      ...identLines(origin, name, version, release),
      `pkg_target=${target}`,
      `pkg_artifact=${artifact}`,
      `pkg_sha256sum=${createHash('sha256').update(hart).digest('hex')}`,
      `pkg_blake2bsum=${blake2b256(hart)}`,
    ]
    writeFileSync(join(results, 'last_build.env'), [...report, ''].join('\n'))
    console.log(`   ${name}: I love it when a plan.sh comes together.`)
  } finally {
    rmSync(prefix, { recursive: true })
  }
}

function identLines(origin: string, name: string, version: string, release: string): string[] {
  return [
    `pkg_origin=${origin}`,
    `pkg_name=${name}`,
    `pkg_version=${version}`,
    `pkg_release=${release}`,
    `pkg_ident=${[origin, name, version, release].join('/')}`,
  ]
}

function runBash(
  what: 'describe' | 'run',
  plan: string,
  context: string,
  prefix: string,
  env: StandInHab['env'],
): string {
  const {
    status: ended,
    stdout,
    stderr,
  } = spawnSync('bash', ['--norc', '-c', PLAN, 'plan', plan, what], {
    cwd: context,
    env: {
      PATH: env.PATH,
      HAB_ORIGIN: env.HAB_ORIGIN ?? '',
      pkg_prefix: prefix,
      PLAN_CONTEXT: dirname(plan),
      SRC_PATH: context,
    },
    encoding: 'utf8',
  })
  if (what === 'run') process.stdout.write(stdout)
  process.stderr.write(stderr)
  if (ended !== 0) throw new PlanBuildError(what === 'run' ? '' : 'Failed to load Plan', ended ?? 1)
  return stdout
}

/** _install_dependency: hab's own origins have a channel of their own, and there is one to fall back on. */
async function resolveDeps(name: string, deps: readonly string[], hab: StandInHab, studio: string) {
  const { env } = hab
  const cache = env.HAB_CACHE_KEY_PATH || hab.keys
  const publicKeys = existsSync(cache) ? readdirSync(cache).filter(file => file.endsWith('.pub')) : []
  const install = (dep: string, channel: string) =>
    hab
      .installInto(
        studio,
        dep,
        channel,
        publicKeys.map(file => join(cache, file)),
      )
      .catch(error => {
        fatal((error as Error).message)
        return undefined
      })
  const resolved: string[] = []
  console.log(`   ${name}: Resolving run dependencies`)
  for (const dep of deps) {
    const channel = OTHER_CHANNEL.test(dep)
      ? env.HAB_REFRESH_CHANNEL || 'base'
      : env.HAB_BLDR_CHANNEL || 'base'
    const fallback = env.HAB_FALLBACK_CHANNEL || 'stable'
    let ident = await install(dep, channel)
    if (ident === undefined && channel !== fallback) {
      console.log(`   ${name}: Trying to install '${dep}' from '${fallback}'`)
      ident = await install(dep, fallback)
    }
    if (ident === undefined)
      throw new PlanBuildError(`Resolving '${dep}' failed, should this be built first?`)
    console.log(`   ${name}: Resolved dependency '${dep}' to ${ident}`)
    resolved.push(ident)
  }
  return resolved
}

/** The file of the newest secret key of an origin. */
function secretKeyOf(origin: string, cache: string): string | undefined {
  const names = existsSync(cache) ? readdirSync(cache) : []
  return names
    .filter(name => name.startsWith(`${origin}-`) && name.endsWith('.sig.key'))
    .sort()
    .at(-1)
}

function seedOf(file: string): Buffer {
  const [, , , encoded = ''] = readFileSync(file, 'utf8').split('\n')
  return Buffer.from(encoded, 'base64').subarray(0, 32)
}

/** What the builder itself takes from the folder of the plan that it loaded. */
function shippedWith(folder: string): Record<string, PackageFile> {
  const files: Record<string, PackageFile> = {}
  for (const name of ['default.toml', 'config', 'hooks']) {
    const path = join(folder, name)
    if (!existsSync(path)) continue
    if (statSync(path).isFile()) files[name] = readFileSync(path)
    else if (name === 'hooks') Object.assign(files, hooksIn(path))
    else Object.assign(files, treeOf(path, `${name}/`))
  }
  return files
}

/** The Supervisor knows no endings, so hooks lose theirs. */
function hooksIn(folder: string): Record<string, PackageFile> {
  const hooks: Record<string, PackageFile> = {}
  for (const [path, file] of Object.entries(treeOf(folder, 'hooks/'))) {
    const target = path.replace(/\.[^.]*$/, '')
    if (target in hooks) {
      throw new PlanBuildError(
        `Multiple hook files found for ${basename(target)} hook. No more than one hook file permitted per lifecycle hook.`,
      )
    }
    hooks[target] = file
  }
  return hooks
}

function treeOf(top: string, prefix = ''): Record<string, PackageFile> {
  const members = readdirSync(top, { recursive: true, withFileTypes: true }).filter(member => member.isFile())
  return Object.fromEntries(
    members.map(member => {
      const path = join(member.parentPath, member.name)
      return [prefix + path.slice(top.length + 1), readFileSync(path)]
    }),
  )
}
