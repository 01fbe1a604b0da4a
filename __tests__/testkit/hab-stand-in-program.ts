/**
 * What hab-stand-in.ts runs. It does and prints what hab 2.1.78 was seen to do and print, and where nobody has
 * looked, what its source says (habitat-sh/habitat, components/hab, components/common/src/command/package/install.rs,
 * components/builder-api-client), as far as an export needs it, on real harts: licence, caches, channels, tokens,
 * keys, signatures, FS_ROOT.
 */
import { createPublicKey, verify } from 'node:crypto'
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
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { basename, dirname, join } from 'node:path'
import { blake2b256 } from './blake2b.ts'
import { begin, Ended, end, Fatal, fatal, status, warn } from './hab-stand-in-ui.ts'
import { readTar, type TarEntry } from './tar.ts'
import { unxz } from './xz.ts'

// Both importing this module and fetch load much that a call does not need, and would double the time it takes.
const { get, STATUS_CODES } = process.getBuiltinModule('node:http')

const {
  HAB_STAND_IN_VERSION,
  HAB_STAND_IN_RECORD,
  HAB_STAND_IN_PATH,
  HAB_STAND_IN_CLOCK,
  NODE_COMPILE_CACHE: _,
  ...env
} = process.env as Record<string, string>
const isRoot = process.getuid?.() === 0
let fsRoot = env.FS_ROOT || '/'
const hab = isRoot ? join(fsRoot, 'hab') : join(env.HOME ?? '/', '.hab')
let caches = cachesIn(hab)
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
  if (subject === 'pkg' && command === 'build') {
    const { build } = await import('./hab-stand-in-build.ts')
    return build(rest, standIn)
  }
  throw new Fatal(`the stand-in has no ${args.join(' ')}`, 2)
}

const standIn = {
  version: HAB_STAND_IN_VERSION!.split('/')[0]!,
  target,
  env,
  path: HAB_STAND_IN_PATH!,
  keys: caches.keys,
  async installInto(root: string, spec: string, channel: string, publicKeys: readonly string[] = []) {
    const own = [fsRoot, caches] as const
    ;[fsRoot, caches] = [root, cachesIn(join(root, 'hab'))]
    try {
      for (const folder of Object.values(caches)) mkdirSync(folder, { recursive: true })
      for (const file of publicKeys) copyFileSync(file, join(caches.keys, basename(file)))
      return await installIdent(spec, { url: env.HAB_BLDR_URL || BUILDER, channel })
    } finally {
      ;[fsRoot, caches] = own
    }
  },
  linesOf(root: string, ident: string, metafile: string): string[] {
    const path = join(root, 'hab/pkgs', ident, metafile)
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []
  },
}

function cachesIn(folder: string) {
  return { artifacts: join(folder, 'cache/artifacts'), keys: join(folder, 'cache/keys') }
}

/** Word for word from components/hab/src/license.rs, and as seen in chef/chef#15683. */
function checkLicense(): void {
  if (/^(0\.[0-7]\d?\.)/.test(HAB_STAND_IN_VERSION!)) return
  if (['accept', 'accept-no-persist'].includes(env.HAB_LICENSE ?? '')) return
  if (existsSync(join(hab, 'accepted-licenses/habitat'))) return
  const rule = '+---------------------------------------------+'
  const prompt = 'Do you accept the 1 product license? [yes/No/quit] '
  process.stdout.write(`${rule}

            Chef License Acceptance


Before you can continue, 1 product license must be accepted.
View the license at https://www.chef.io/end-user-license-agreement

License that needs accepting:

  * Habitat

${prompt}
If you do not accept this license you will not be able to use Chef products.

${prompt}
${rule}

`)
  throw new Fatal('License agreement not accepted')
}

// hab pkg install

const BUILDER = 'https://bldr.habitat.sh'

interface From {
  url: string
  channel: string
}

async function install(args: string[]): Promise<void> {
  const options: Record<string, string> = {}
  const specs: string[] = []
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!
    if (word === '--channel' || word === '--url') options[word] = args[++i]!
    else if (!word.startsWith('-')) specs.push(word)
  }
  const from: From = {
    url: options['--url'] ?? (env.HAB_BLDR_URL || BUILDER),
    channel: options['--channel'] ?? (env.HAB_BLDR_CHANNEL || 'base'),
  }
  mkdirSync(caches.artifacts, { recursive: true })
  mkdirSync(caches.keys, { recursive: true })
  for (const spec of specs) await (existsSync(spec) ? installFile(spec, from) : installIdent(spec, from))
}

async function installFile(path: string, from: From): Promise<string> {
  begin(`Installing ${path}`)
  const ident = textOf(await readHart(path), 'IDENT').trim()
  copyFileSync(path, artifactOf(ident))
  return installBuild(ident, from)
}

async function installIdent(spec: string, from: From): Promise<string> {
  begin(`Installing ${spec}`)
  return installBuild(spec.split('/').length === 4 ? spec : await latest(spec, from), from)
}

async function latest(spec: string, { url, channel }: From): Promise<string> {
  status('☁ Determining', `latest version of ${spec} in the '${channel}' channel`)
  try {
    return await latestIn(channel, spec, url)
  } catch (error) {
    if (!(error instanceof Refusal && error.answer === 404)) throw error
    await recommendChannels(spec, { url, channel })
    throw new Fatal('Package not found. ')
  }
}

async function latestIn(channel: string, spec: string, url: string): Promise<string> {
  const [origin, ...rest] = spec.split('/')
  const path = `channels/${origin}/${channel}/pkgs/${rest.join('/')}/latest`
  const { ident } = JSON.parse((await request(url, path)).toString())
  return [ident.origin, ident.name, ident.version, ident.release].join('/')
}

async function recommendChannels(spec: string, { url, channel }: From): Promise<void> {
  const [origin] = spec.split('/')
  const list = await request(url, `channels/${origin}`).catch(() => '[]')
  const channels: { name: string }[] = JSON.parse(list.toString())
  const found: string[] = []
  for (const { name } of channels) {
    const ident = await latestIn(name, spec, url).catch(() => undefined)
    if (ident !== undefined) found.push(`  ${ident} in the '${name}' channel`)
  }
  if (found.length === 0) return
  warn(`No releases of ${spec} exist in the '${channel}' channel`)
  warn('The following releases were found:')
  for (const line of found) warn(line)
}

/** Everything is fetched and verified before anything is unpacked. @returns the ident */
async function installBuild(ident: string, { url }: From): Promise<string> {
  const wanted: { ident: string; members: TarEntry[] }[] = []
  if (isInstalled(ident)) {
    status('→ Using', ident)
  } else {
    const members = await fetchHart(ident, url)
    for (const dep of textOf(members, 'TDEPS').split('\n').filter(Boolean).reverse()) {
      if (isInstalled(dep)) {
        status('→ Using', dep)
      } else {
        wanted.push({ ident: dep, members: await fetchHart(dep, url) })
      }
    }
    wanted.push({ ident, members })
  }
  for (const each of wanted) {
    unpack(each.members, each.ident, placeOf(each.ident))
    status('✓ Installed', each.ident)
  }
  end(`Install of ${ident} complete with ${wanted.length} new packages installed.`)
  return ident
}

function placeOf(ident: string): string {
  return join(fsRoot, 'hab/pkgs', ident)
}

function isInstalled(ident: string): boolean {
  return existsSync(join(placeOf(ident), 'IDENT'))
}

async function fetchHart(ident: string, url: string) {
  const artifact = artifactOf(ident)
  if (!existsSync(artifact)) {
    status('↓ Downloading', `${ident} for ${target}`)
    writeFileSync(artifact, await download(ident, url))
  }
  status('☛ Verifying', ident)
  await verifyHart(artifact, url)
  const members = await readHart(artifact)
  if (textOf(members, 'IDENT').trim() !== ident) throw new Fatal(`${artifact} is not ${ident}`)
  if (textOf(members, 'TARGET').trim() !== target) throw new Fatal(`${ident} is not for ${target}`)
  return members
}

/** Tried again five times, though not what Builder refuses; hab's pauses are left out. */
async function download(ident: string, url: string): Promise<Buffer> {
  for (let again = 5; ; again--) {
    try {
      return await request(url, `pkgs/${ident}/download`)
    } catch (error) {
      const refused = error instanceof Refusal && error.answer < 500
      if (again > 0 && !refused) continue
      const indent = ' '.repeat(38)
      throw new Fatal(
        `When applicable, we try once, then re-attempt 5 times to
${indent}download a package. Unfortunately, we failed to download
${indent}${ident} for ${target}. Last error: ${(error as Error).message}`,
      )
    }
  }
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
    status('↓ Downloading', `${name} public origin key`)
    writeFileSync(keyFile, await request(url, `origins/${origin}/keys/${revision}`))
    status('☑ Cached', `${name} public origin key`)
  }
  const raw = Buffer.from(readFileSync(keyFile, 'utf8').split('\n')[3]!, 'base64')
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw])
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  const hash = signed.subarray(64)
  if (!verify(null, hash, key, signed.subarray(0, 64))) throw new Fatal('Crypto error: Verification failed')
  const computed = blake2b256(bodyOf(path))
  if (computed !== hash.toString()) {
    throw new Fatal(
      `Crypto error: Habitat artifact is invalid, hashes don't match (expected: ${hash}, computed: ${computed})`,
    )
  }
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

/** Builder has answered, and not with what was asked for. */
class Refusal extends Fatal {
  readonly answer: number
  constructor(answer: number, body: string) {
    const text = answer === 401 ? 'Please check that you have specified a valid Personal Access Token.' : body
    super(`[${answer} ${STATUS_CODES[answer]}]${text && ` ${text}`}`)
    this.answer = answer
  }
}

async function request(url: string, path: string): Promise<Buffer> {
  const headers: Record<string, string> = env.HAB_AUTH_TOKEN
    ? { authorization: `Bearer ${env.HAB_AUTH_TOKEN}` }
    : {}
  const address = `${url}/v1/depot/${path}?target=${target}`
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get(address, { headers }, resolve).once('error', reject),
  ).catch(() => {
    // Why it could not be sent, hab does not say.
    throw new Fatal(`error sending request for url (${address})`)
  })
  const chunks: Buffer[] = []
  try {
    for await (const chunk of response) chunks.push(chunk)
  } catch {
    throw new Fatal('Failed to read response body, request or response body error')
  }
  const body = Buffer.concat(chunks)
  const status = response.statusCode!
  if (status < 200 || status > 299) throw new Refusal(status, body.toString())
  return body
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Ended)) fatal((error as Error).message)
  process.exitCode = error instanceof Ended || error instanceof Fatal ? error.status : 70
}
