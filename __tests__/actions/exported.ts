import type { Exported } from '../../src/export.ts'
import type { AppDefinition } from '../../src/marathon/validate.ts'

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

/** What an export made. @param about what is not as usual */
export function exported(about: Partial<Exported> = {}): Exported {
  const name = 'acme-web-1.0.0-20240101000000.tgz'
  return {
    ident: { origin: 'acme', name: 'web', version: '1.0.0', release: '20240101000000' },
    tarball: { path: `/srv/results/${name}`, name, size: 3_000_000, sha256: SHA256 },
    location: { uri: URI, assetId: 17, artifactId: 18, page: 'https://github.com/acme/shop/releases/tag/v1' },
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
