import type { Exported, ExportedTarball } from '../../../src/export/exported.ts'
import type { AppDefinition } from '../../../src/marathon/app/validate.ts'

const SHA256 = 'ab'.repeat(32)
const URI = 'https://files.example/acme-web-1.0.0-20240101000000.tgz'

const app = {
  id: '/acme/web',
  cmd: 'true',
  portDefinitions: [
    { port: 0, name: 'http', protocol: 'tcp' },
    { port: 0, name: 'gossip', protocol: 'udp,tcp' },
  ],
} as unknown as AppDefinition

/** The tarball of an export. @param about what is not as usual */
export function tarball(about: Partial<ExportedTarball> = {}): ExportedTarball {
  const name = 'acme-web-1.0.0-20240101000000.tgz'
  return {
    path: `/srv/results/${name}`,
    name,
    size: 3_000_000,
    sha256: SHA256,
    packages: ['acme/web/1.0.0/20240101000000', 'core/glibc/2.35/20240101000000'],
    location: { uri: URI, assetId: 17, artifactId: 18, page: 'https://github.com/acme/shop/releases/tag/v1' },
    ...about,
  }
}

/** A layer of an export, with the SHA-256 of a digit. */
export function layer(digit: string, about: Partial<ExportedTarball> = {}): ExportedTarball {
  const sha256 = digit.repeat(64)
  const name = `sha256-${sha256}.tgz`
  return {
    path: `/srv/results/layers/${name}`,
    name,
    size: 1_000_000,
    sha256,
    packages: [],
    location: { uri: `https://files.example/layers/${name}`, kept: true },
    ...about,
  }
}

/** What an export made. @param about what is not as usual */
export function exported(about: Partial<Exported> = {}): Exported {
  return {
    ident: { origin: 'acme', name: 'web', version: '1.0.0', release: '20240101000000' },
    image: { tarball: tarball() },
    app,
    appPath: '/srv/results/acme-web-1.0.0-20240101000000.json',
    appText: `${JSON.stringify(app, null, 2)}\n`,
    packages: [
      { ident: 'acme/web/1.0.0/20240101000000', size: 2_000_000, packed: 1_000_000 },
      { ident: 'core/glibc/2.35/20240101000000', size: 4_000_000, packed: 2_000_000 },
    ],
    ...about,
  }
}
