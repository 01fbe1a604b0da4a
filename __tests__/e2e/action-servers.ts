import { onTestFinished } from 'vitest'
import { type BuilderServer, type ServedPackage, startBuilder } from '../testkit/builder-server.ts'
import { makeHart } from '../testkit/hart.ts'
import { missingPrograms } from '../testkit/machine.ts'
import { originKey } from '../testkit/origin-key.ts'
import type { PackageSpec } from '../testkit/package-entries.ts'
import { type PackagesMirror, startPackagesMirror } from '../testkit/packages-mirror.ts'
import type { Finished } from './run-cli.ts'

/** Why no hab can be installed here, or undefined where it can. */
export const noHab =
  process.platform !== 'linux'
    ? 'hab is for Linux runners'
    : missingPrograms('tar', 'xz', 'gzip', 'bash', 'sh')

export const TARGET = process.arch === 'arm64' ? 'aarch64-linux' : 'x86_64-linux'

const RELEASE = '20240101000000'
export const WEB = `acme/web/1.0.0/${RELEASE}`
export const WEB_TARBALL = `acme-web-1.0.0-${RELEASE}.tgz`
export const LIBRARY = `acme/lib/2.0.0/${RELEASE}`
export const BUSYBOX = `core/busybox-static/1.36.1/${RELEASE}`
export const CACERTS = `core/cacerts/2024.1/${RELEASE}`
export const SUPERVISOR = 'chef/hab-sup/2.0.500/20250102030405'
export const LAUNCHER = 'chef/hab-launcher/18000/20250102030405'

/** What builds need. */
const STUDIO = 'chef/hab-studio/2.0.500/20250102030405'

/** What the image of acme/web holds. */
export const IMAGE = [WEB, LIBRARY, BUSYBOX, CACERTS, SUPERVISOR, LAUNCHER]

const applets = ['sh', 'unshare', 'mount', 'chroot', 'tar', 'gzip'].map(
  name => [`bin/${name}`, { symlink: 'busybox' }] as const,
)

export const webSpec: PackageSpec = {
  ident: WEB,
  files: {
    'bin/web': '#!/bin/sh\n',
    'hooks/run': '#!/bin/sh\n',
    'default.toml': 'port = 8000\n',
  },
  deps: [LIBRARY],
  exports: { port: 'port' },
  exposes: [8000],
}
const specs: PackageSpec[] = [
  webSpec,
  { ident: LIBRARY, files: { 'lib/x.so': 'x'.repeat(100_000) } },
  { ident: BUSYBOX, files: { 'bin/busybox': 'elf', ...Object.fromEntries(applets) } },
  { ident: CACERTS, files: { 'ssl/cert.pem': 'certificates' } },
  { ident: SUPERVISOR, files: { 'bin/hab-sup': 'elf' }, deps: [BUSYBOX, CACERTS] },
  { ident: LAUNCHER, files: { 'bin/hab-launch': 'elf' } },
  { ident: STUDIO, files: { 'bin/hab-studio': 'sh' } },
]
const keys = Object.fromEntries(
  ['acme', 'core', 'chef'].map(origin => {
    const { name, publicKeyText } = originKey(origin)
    return [name, publicKeyText]
  }),
)
const served: Promise<ServedPackage[]> = Promise.all(specs.map(serve))

async function serve(spec: PackageSpec): Promise<ServedPackage> {
  return {
    ident: spec.ident,
    target: TARGET,
    hart: await makeHart({ key: originKey(spec.ident.split('/')[0]!), package: { ...spec, target: TARGET } }),
    channels: ['base'],
    tdeps: [...(spec.deps ?? [])],
  }
}

/** A Builder that has everything an image of acme/web needs. @param more what else it has */
export async function startActionBuilder(
  token?: string,
  finished: Finished = onTestFinished,
  more: readonly PackageSpec[] = [],
): Promise<BuilderServer> {
  const all = [...(await served), ...(await Promise.all(more.map(serve)))]
  const packages = all.map(each => ({ ...each, needsToken: token !== undefined }))
  const builder = await startBuilder({ packages, keys, token })
  finished(builder.close)
  return builder
}

/** A mirror of hab's releases; its hab is the stand-in. @param clock as in StandInOptions */
export async function startHabMirror(
  finished: Finished = onTestFinished,
  record?: string,
  clock?: number,
): Promise<PackagesMirror> {
  const mirror = await startPackagesMirror({
    releases: [{ version: '2.0.500' }],
    channels: { stable: '2.0.500' },
    standIn: { record, clock },
  })
  finished(mirror.close)
  return mirror
}

/** Inputs with which acme/web comes through hab. */
export function throughHab(builder: BuilderServer, mirror: PackagesMirror): Record<string, string> {
  return {
    package: 'acme/web',
    'builder-url': builder.url,
    'hab-mirror': mirror.url,
    'accept-license': 'true',
    target: TARGET,
  }
}

/** Inputs with which it comes straight from Builder. */
export function straight(builder: BuilderServer): Record<string, string> {
  return {
    package: 'acme/web',
    'use-hab': 'false',
    'builder-url': builder.url,
    target: TARGET,
  }
}
