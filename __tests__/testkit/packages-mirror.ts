import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { type StandInOptions, standInScript } from './hab-stand-in.ts'
import { type TarEntry, tarOf } from './tar.ts'

export interface ServedRelease {
  version: string
  /** 14 digits. */
  release?: string
  /** Of hab's own packages: `core` in 1.6, `chef` since 2.0.156. */
  origin?: string
  /** Both Linux targets where absent. */
  targets?: readonly string[]
  /** The archive's members instead of the usual folder with `hab` in it. */
  members?: readonly TarEntry[]
}

export interface PackagesMirrorOptions {
  releases: readonly ServedRelease[]
  /** The newest version of each channel. */
  channels: Readonly<Record<string, string>>
  /** How the `hab` in the archives behaves. */
  standIn?: Omit<StandInOptions, 'version' | 'release'>
}

/** How answers to the paths that `on` matches go wrong. */
export type MirrorFault = { on: RegExp; times?: number } & (
  | { kind: 'status'; status: number }
  /** Sends half of the body, then resets the connection. */
  | { kind: 'reset' }
  | { kind: 'body'; body: string }
)

export interface PackagesMirror {
  url: string
  /** Paths. */
  requests: string[]
  fault(fault: MirrorFault): void
  close(): Promise<void>
}

const TARGETS = ['x86_64-linux', 'aarch64-linux']

/**
 * What packages.chef.io has of hab, on loopback: `/files/CHANNEL/habitat/latest/…` and `/files/habitat/VERSION/…`,
 * each with hab-TARGET.tar.gz, its .sha256sum, and manifest.json (habitat-sh/habitat, components/hab/install.sh).
 */
export async function startPackagesMirror(options: PackagesMirrorOptions): Promise<PackagesMirror> {
  const files = new Map<string, Buffer>()
  for (const served of options.releases) {
    const channels = Object.keys(options.channels).filter(name => options.channels[name] === served.version)
    const folders = [`habitat/${served.version}`, ...channels.map(name => `${name}/habitat/latest`)]
    for (const [name, body] of await releaseFiles(served, options)) {
      for (const folder of folders) files.set(`/files/${folder}/${name}`, body)
    }
  }
  const requests: string[] = []
  const faults: MirrorFault[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    requests.push(path)
    const fault = faults.find(({ on, times }) => on.test(path) && times !== 0)
    if (fault?.times !== undefined) fault.times--
    const body = fault?.kind === 'body' ? Buffer.from(fault.body) : files.get(path)
    if (fault?.kind === 'status') return void response.writeHead(fault.status).end()
    if (!body) return void response.writeHead(404).end('Not Found')
    response.writeHead(200, { 'content-length': body.length })
    if (fault?.kind === 'reset') {
      response.write(body.subarray(0, body.length >> 1), () => response.socket?.resetAndDestroy())
    } else {
      response.end(body)
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fault: fault => void faults.push({ ...fault }),
    close() {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

async function releaseFiles(
  { version, release = '20250102030405', origin = 'chef', targets = TARGETS, members }: ServedRelease,
  { standIn }: PackagesMirrorOptions,
): Promise<[string, Buffer][]> {
  const listed = (target: string) =>
    ['hab', 'hab-launcher', 'hab-sup', 'hab-studio'].map(name => {
      const launcher = name === 'hab-launcher' ? '18000' : version
      return target && `${origin}/${name}/${launcher}/${release}`
    })
  const manifest = {
    schema_version: '1',
    version,
    sha: '0123456789abcdef',
    packages: Object.fromEntries(targets.map(target => [target, listed(target)])),
  }
  const all: [string, Buffer][] = [['manifest.json', Buffer.from(JSON.stringify(manifest))]]
  for (const target of targets) {
    const top = `hab-${version}-${release}-${target}`
    const script = standInScript({ ...standIn, version, release })
    const usual: TarEntry[] = [
      { path: top, type: 'directory', mode: 0o755 },
      { path: `${top}/hab`, content: script, mode: 0o755 },
    ]
    const archive = gzipSync(await tarOf(members ?? usual))
    const sum = createHash('sha256').update(archive).digest('hex')
    all.push([`hab-${target}.tar.gz`, archive])
    all.push([`hab-${target}.tar.gz.sha256sum`, Buffer.from(`${sum}  hab-${target}.tar.gz\n`)])
  }
  return all
}
