/**
 * What hab-stand-in.ts runs. It does what is known of hab's own doing (habitat-sh/habitat, components/hab and
 * components/common/src/command/package/install.rs, components/studio, components/plan-build), as far as an
 * export needs it, on real harts: licence, caches, channels, tokens, keys, signatures, FS_ROOT; plans are run by
 * bash, without a studio.
 */
import { spawnSync } from 'node:child_process'
import { createHash, createPublicKey, verify } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { blake2b256 } from './blake2b.ts'
import { makeHart } from './hart.ts'
import { keyFromSeed } from './origin-key.ts'
import type { PackageFile } from './package-entries.ts'
import { readTar, type TarEntry } from './tar.ts'
import { unxz } from './xz.ts'

class Fatal extends Error {
  readonly status: number
  constructor(message: string, status = 1) {
    super(message)
    this.status = status
  }
}

const { HAB_STAND_IN_VERSION, HAB_STAND_IN_RECORD, HAB_STAND_IN_PATH, HAB_STAND_IN_CLOCK, ...env } =
  process.env as Record<string, string>
const isRoot = process.getuid?.() === 0
const fsRoot = env.FS_ROOT || '/'
const hab = isRoot ? join(fsRoot, 'hab') : join(env.HOME ?? '/', '.hab')
const caches = { artifacts: join(hab, 'cache/artifacts'), keys: join(hab, 'cache/keys') }
const target = process.arch === 'arm64' ? 'aarch64-linux' : 'x86_64-linux'

async function main(args: string[]): Promise<void> {
  if (HAB_STAND_IN_RECORD) {
    // What sh and node add is not the caller's.
    const { PWD: _, OLDPWD: _2, SHLVL: _3, ...given } = env
    const call = { args, env: given, cwd: process.cwd(), uid: process.getuid?.() }
    appendFileSync(HAB_STAND_IN_RECORD, `${JSON.stringify(call)}\n`)
  }
  if (args[0] === '--version') return console.log(`hab ${HAB_STAND_IN_VERSION}`)
  checkLicense()
  const [subject, command, ...rest] = args
  if (subject === 'pkg' && command === 'install') return install(rest)
  if (subject === 'pkg' && command === 'build') return build(rest)
  throw new Fatal(`the stand-in has no ${args.join(' ')}`, 2)
}

function checkLicense(): void {
  if (/^(0\.[0-7]\d?\.)/.test(HAB_STAND_IN_VERSION!)) return
  if (['accept', 'accept-no-persist'].includes(env.HAB_LICENSE ?? '')) return
  if (existsSync(join(hab, 'accepted-licenses/habitat'))) return
  console.log('+---------------------------------------------+\n            Chef License Acceptance\n')
  throw new Fatal('License agreements not accepted')
}

// hab pkg install

interface Described {
  ident: { origin: string; name: string; version: string; release: string }
  checksum: string
  tdeps: Described['ident'][]
}

async function install(args: string[]): Promise<void> {
  const options: Record<string, string> = {}
  const specs: string[] = []
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!
    if (word === '--channel' || word === '--url') options[word] = args[++i]!
    else if (!word.startsWith('-')) specs.push(word)
  }
  const url = options['--url'] ?? (env.HAB_BLDR_URL || 'https://bldr.habitat.sh')
  const channel = options['--channel'] ?? (env.HAB_BLDR_CHANNEL || 'stable')
  mkdirSync(caches.artifacts, { recursive: true })
  mkdirSync(caches.keys, { recursive: true })
  for (const spec of specs) {
    console.log(`» Installing ${spec}`)
    const count = existsSync(spec)
      ? await installFile(spec, url, channel)
      : await installIdent(spec, url, channel)
    console.log(`★ Install of ${spec} complete with ${count} new packages installed.`)
  }
}

async function installFile(path: string, url: string, channel: string): Promise<number> {
  const members = await readHart(path)
  const ident = textOf(members, 'IDENT').trim()
  const tdeps = textOf(members, 'TDEPS').split('\n').filter(Boolean)
  copyFileSync(path, artifactOf(ident))
  let count = 0
  for (const dep of [...tdeps.reverse(), ident]) count += await installBuild(dep, url, channel)
  return count
}

async function installIdent(spec: string, url: string, channel: string): Promise<number> {
  const [origin, ...rest] = spec.split('/')
  const full = rest.length === 3
  const found = await describe(
    url,
    full ? `pkgs/${spec}` : `channels/${origin}/${channel}/pkgs/${rest.join('/')}/latest`,
    `${spec} not found in channel ${channel}`,
  )
  let count = 0
  for (const dep of [...found.tdeps].reverse()) count += await installBuild(join4(dep), url, channel)
  return count + (await installBuild(join4(found.ident), url, channel))
}

/** @returns how many packages are new: one or none */
async function installBuild(ident: string, url: string, channel: string): Promise<number> {
  const place = join(fsRoot, 'hab/pkgs', ident)
  if (existsSync(join(place, 'IDENT'))) {
    console.log(`→ Using ${ident}`)
    return 0
  }
  const artifact = artifactOf(ident)
  if (!existsSync(artifact)) {
    const { checksum } = await describe(url, `pkgs/${ident}`, `${ident} not found in channel ${channel}`)
    console.log(`↓ Downloading ${ident}`)
    const body = await request(url, `pkgs/${ident}/download`, ident)
    if (blake2b256(body) !== checksum) throw new Fatal(`Invalid checksum for ${ident}`)
    writeFileSync(artifact, body)
  }
  await verifyHart(artifact, url)
  const members = await readHart(artifact)
  if (textOf(members, 'IDENT').trim() !== ident) throw new Fatal(`${artifact} is not ${ident}`)
  if (textOf(members, 'TARGET').trim() !== target) throw new Fatal(`${ident} is not for ${target}`)
  unpack(members, ident, place)
  console.log(`✓ Installed ${ident}`)
  return 1
}

/**
 * Unpacked beside its place, then renamed, as hab does, and as the crate that it unpacks with does
 * (alexcrichton/tar-rs, src/archive.rs and src/entry.rs, keeping modes and times): directories last and with the
 * time of their making, whatever the archive says; everything the installing user's; files and symlinks with their
 * own times, of which 0 becomes 1; setuid, setgid and sticky bits kept; hard links as hard links.
 */
function unpack(members: readonly TarEntry[], ident: string, place: string): void {
  mkdirSync(dirname(place), { recursive: true })
  const temporary = mkdtempSync(join(dirname(place), '.hab-pkg-install'))
  const pathOf = (name: string) => join(temporary, name)
  for (const { path, type, mode, mtime, linkname = '', content = '' } of members) {
    const [full, time] = [pathOf(path), mtime || 1]
    if (type === 'directory') continue
    mkdirSync(dirname(full), { recursive: true })
    if (type === 'symlink') {
      symlinkSync(linkname, full)
      lutimesSync(full, time, time)
    } else if (type === 'link') {
      linkSync(pathOf(linkname), full)
    } else {
      writeFileSync(full, content)
      utimesSync(full, time, time)
      chmodSync(full, mode!)
    }
  }
  const directories = members.filter(({ type }) => type === 'directory')
  for (const { path, mode } of directories.sort((a, b) => (a.path < b.path ? 1 : -1))) {
    mkdirSync(pathOf(path), { recursive: true })
    chmodSync(pathOf(path), mode!)
  }
  if (HAB_STAND_IN_CLOCK) setTimes(temporary, Number(HAB_STAND_IN_CLOCK))
  renameSync(pathOf(join('hab/pkgs', ident)), place)
  rmSync(temporary, { recursive: true })
}

/** As if all directories had been made at a time, seconds since the epoch. */
function setTimes(top: string, time: number): void {
  for (const member of readdirSync(top, { recursive: true, withFileTypes: true })) {
    if (member.isDirectory()) utimesSync(join(member.parentPath, member.name), time, time)
  }
}

async function verifyHart(path: string, url: string): Promise<void> {
  const [, name = '', , encoded = ''] = readFileSync(path, 'latin1').split('\n', 5)
  const signed = Buffer.from(encoded, 'base64')
  const keyFile = join(caches.keys, `${name}.pub`)
  if (!existsSync(keyFile)) {
    const [, origin, revision] = /^(.+)-(\d{14})$/.exec(name) ?? []
    console.log(`↓ Downloading ${name} public origin key`)
    writeFileSync(keyFile, await request(url, `origins/${origin}/keys/${revision}`, name))
  }
  const raw = Buffer.from(readFileSync(keyFile, 'utf8').split('\n')[3]!, 'base64')
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw])
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  const hash = signed.subarray(64)
  if (!verify(null, hash, key, signed.subarray(0, 64))) throw new Fatal('Verification failed')
  if (blake2b256(bodyOf(path)) !== hash.toString())
    throw new Fatal("Habitat artifact is invalid, hashes don't match")
}

function bodyOf(path: string): Buffer {
  const bytes = readFileSync(path)
  let start = 0
  for (let line = 0; line < 5; line++) start = bytes.indexOf('\n', start) + 1
  return bytes.subarray(start)
}

function readHart(path: string) {
  return readTar(unxz(bodyOf(path)))
}

function textOf(members: Awaited<ReturnType<typeof readTar>>, name: string): string {
  const member = members.find(({ path }) => new RegExp(`^/?hab/pkgs/([^/]+/){4}${name}$`).test(path))
  return member?.content === undefined ? '' : Buffer.from(member.content).toString()
}

function artifactOf(ident: string): string {
  return join(caches.artifacts, `${ident.replaceAll('/', '-')}-${target}.hart`)
}

function join4({ origin, name, version, release }: Described['ident']): string {
  return [origin, name, version, release].join('/')
}

async function describe(url: string, path: string, missing: string): Promise<Described> {
  return JSON.parse((await request(url, path, missing)).toString())
}

const PHRASES: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
}

async function request(url: string, path: string, what: string): Promise<Buffer> {
  const headers: Record<string, string> = env.HAB_AUTH_TOKEN
    ? { authorization: `Bearer ${env.HAB_AUTH_TOKEN}` }
    : {}
  const response = await fetch(`${url}/v1/depot/${path}?target=${target}`, { headers }).catch(() => {
    throw new Fatal(`error sending request for url (${url}): connection refused`)
  })
  if (!response.ok) {
    const text =
      response.status === 401 ? 'Please check that you have specified a valid Personal Access Token.' : what
    throw new Fatal(`[${response.status} ${PHRASES[response.status] ?? ''}] ${text}`)
  }
  return Buffer.from(await response.arrayBuffer())
}

// hab pkg build

const PLAN = `
set -e
. "$1/plan.sh"
[ -z "$HAB_ORIGIN" ] || pkg_origin=$HAB_ORIGIN
case $2 in
  describe) printf '%s\\n' "$pkg_origin" "$pkg_name" "$pkg_version" "\${pkg_deps[*]}" ;;
  run) for phase in do_build do_install; do if declare -F "$phase" >/dev/null; then echo "   $pkg_name: $phase"; "$phase"; fi; done ;;
esac
`

async function build(args: string[]): Promise<void> {
  if (!isRoot) return throughSudo()
  const plan = args.at(-1)!
  // As hab-studio does it: the words of the command line come from an unquoted echo.
  if (/[\s"'$`\\;&|<>()*?]/.test(plan)) throw new Fatal(`the studio would read ${plan} as shell`, 2)
  const context = ['plan.sh', 'habitat/plan.sh'].find(name => existsSync(join(plan, name)))
  if (context === undefined) throw new Fatal(`Plan file not found at ${plan}`, 42)
  const folder = resolve(plan, dirname(context))
  const [origin = '', name = '', version = '', deps = ''] = bash(folder, 'describe', '').split('\n')
  const release = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const ident = [origin, name, version, release].join('/')
  const results = resolve('results')
  const key = signingKey(origin)

  mkdirSync(join(results, 'logs'), { recursive: true })
  const values = [
    `pkg_origin=${origin}`,
    `pkg_name=${name}`,
    `pkg_version=${version}`,
    `pkg_release=${release}`,
  ]
  writeFileSync(join(results, 'pre_build.env'), [...values, `pkg_ident=${ident}`, ''].join('\n'))
  const prefix = mkdtempSync(join(tmpdir(), 'hab-stand-in-'))
  try {
    console.log(`   ${name}: Loading ${folder}/plan.sh`)
    const log = bash(folder, 'run', prefix)
    writeFileSync(join(results, 'logs', `${name}.log`), log)
    const files = { ...treeOf(prefix), ...shippedWith(folder) }
    const hart = await makeHart({
      key,
      package: { ident, target, files, deps: deps.split(' ').filter(Boolean) },
    })
    const artifact = `${ident.replaceAll('/', '-')}-${target}.hart`
    writeFileSync(join(results, artifact), hart)
    rmSync(join(results, 'pre_build.env'))
    const sha256 = createHash('sha256').update(hart).digest('hex')
    writeFileSync(
      join(results, 'last_build.env'),
      [
        ...values,
        `pkg_target=${target}`,
        `pkg_ident=${ident}`,
        `pkg_artifact=${artifact}`,
        `pkg_sha256sum=${sha256}`,
        `pkg_blake2bsum=${blake2b256(hart)}`,
        '',
      ].join('\n'),
    )
    console.log(`   ${name}: I love it when a plan.sh comes together.`)
  } finally {
    rmSync(prefix, { recursive: true })
  }
}

function throughSudo(): void {
  const sudo = (env.PATH ?? '').split(':').find(folder => existsSync(join(folder, 'sudo')))
  if (sudo === undefined) {
    console.error("∅ Could not find the `sudo' command, is it in your PATH?")
    throw new Fatal('Root or administrator permissions required to complete operation')
  }
  const { status } = spawnSync(
    join(sudo, 'sudo'),
    ['-p', '[sudo hab-studio] password for %u: ', '-E', HAB_STAND_IN_PATH!, ...process.argv.slice(2)],
    { stdio: 'inherit', env: { ...env, HAB_CACHE_KEY_PATH: env.HAB_CACHE_KEY_PATH || caches.keys } },
  )
  process.exitCode = status ?? 1
}

function bash(folder: string, what: 'describe' | 'run', prefix: string): string {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', PLAN, 'plan', folder, what], {
    cwd: folder,
    env: { PATH: env.PATH, HAB_ORIGIN: env.HAB_ORIGIN ?? '', pkg_prefix: prefix, PLAN_CONTEXT: folder },
    encoding: 'utf8',
  })
  if (what === 'run') process.stdout.write(stdout)
  process.stderr.write(stderr)
  if (status !== 0) throw new Fatal('Exiting on error', status ?? 1)
  return stdout
}

/** The newest key of an origin, as plan-build looks for one. */
function signingKey(origin: string) {
  const cache = env.HAB_CACHE_KEY_PATH || caches.keys
  const names = existsSync(cache) ? readdirSync(cache) : []
  const file = names
    .filter(name => name.startsWith(`${origin}-`) && name.endsWith('.sig.key'))
    .sort()
    .at(-1)
  if (file === undefined) {
    throw new Fatal(`Signing origin key '${origin}' not found in ${cache}, aborting`, 35)
  }
  const [, , , encoded = ''] = readFileSync(join(cache, file), 'utf8').split('\n')
  return keyFromSeed(basename(file, '.sig.key'), Buffer.from(encoded, 'base64').subarray(0, 32))
}

/** What the builder itself takes from a plan's folder. */
function shippedWith(folder: string): Record<string, PackageFile> {
  const files: Record<string, PackageFile> = {}
  for (const name of ['default.toml', 'config', 'hooks']) {
    const path = join(folder, name)
    if (!existsSync(path)) continue
    if (statSync(path).isFile()) files[name] = readFileSync(path)
    else Object.assign(files, treeOf(path, `${name}/`))
  }
  return files
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

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(`✗✗✗\n✗✗✗ ${(error as Error).message}\n✗✗✗`)
  process.exitCode = error instanceof Fatal ? error.status : 70
}
