import type { PackageMetadata } from '../../../src/habitat/package/package.ts'
import { type Reporter, silent } from '../../../src/lib/report.ts'
import type { AppImage, FetchedTarball } from '../../../src/marathon/app/image.ts'
import type { AppRequest } from '../../../src/marathon/app/request.ts'

/** The command line's defaults. */
export function appRequest(changes: Partial<AppRequest> = {}): AppRequest {
  return {
    cpus: 0.5,
    mem: 256,
    disk: 0,
    instances: 1,
    env: {},
    labels: {},
    legacyUris: false,
    peers: [],
    group: 'default',
    binds: [],
    ports: [],
    healthCheck: true,
    ...changes,
  }
}

export function service(changes: Partial<PackageMetadata> = {}): PackageMetadata {
  return {
    ident: { origin: 'acme', name: 'my-web', version: '1.0.0', release: '20240102030405' },
    target: 'x86_64-linux',
    deps: [],
    tdeps: [],
    exports: new Map(),
    exposes: [],
    binds: [],
    native: false,
    plan: {},
    defaultConfig: '',
    runnable: true,
    binaries: [],
    special: [],
    size: 0,
    ...changes,
  }
}

/** The name of the tarball of `service`. */
export const TARBALL_NAME = 'acme-my-web-1.0.0-20240102030405.tgz'

/** @param uri where it is fetched */
export function tarball(uri = `https://files.example.com/${TARBALL_NAME}`): FetchedTarball {
  const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
  return { isLayer: false, size: 1000, sha256, location: { uri } }
}

/** An image that is one tarball. */
export const image: AppImage = {
  found: { source: 'https://builder.example.com', channel: 'stable' },
  tarballs: [tarball()],
}

/** A reporter that keeps what it is told. */
export function listener(): Reporter & { notes: string[]; warnings: string[] } {
  const notes: string[] = []
  const warnings: string[] = []
  return { ...silent, notes, warnings, note: text => notes.push(text), warn: text => warnings.push(text) }
}
