import type { Exported } from '../../../src/export/exported.ts'
import { type NamedTarball, nameTarball } from '../../../src/image/tarball.ts'
import type { AppDefinition } from '../../../src/marathon/app/validate.ts'
import type { PublishedTarball } from '../../../src/publish/publisher.ts'
import { packedParts } from '../../image/fixtures.ts'

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

const ident = { origin: 'acme', name: 'web', version: '1.0.0', release: '20240101000000' }

interface About extends Partial<Omit<PublishedTarball, 'parts'>> {
  packages?: readonly string[]
}

/** The tarball of an export. @param about what is not as usual */
export function tarball(about: About = {}): PublishedTarball {
  const packages = ['acme/web/1.0.0/20240101000000', 'core/glibc/2.35/20240101000000']
  const location = {
    ...{ uri: URI, assetId: 17, artifactId: 18, page: 'https://github.com/acme/shop/releases/tag/v1' },
  }
  return { ...named({ isLayer: false, size: 3_000_000, sha256: SHA256, packages }), location, ...about }
}

/** A layer of an export, with the SHA-256 of a digit. */
export function layer(digit: string, about: About = {}): PublishedTarball {
  const { packages = [], ...others } = about
  const layer = named({ isLayer: true, size: 1_000_000, sha256: digit.repeat(64), packages })
  const location = { uri: `https://files.example/layers/${layer.name}`, existing: true }
  return { ...layer, location, ...others }
}

function named({
  isLayer,
  size,
  sha256,
  packages,
}: Required<Pick<About, 'isLayer' | 'size' | 'sha256' | 'packages'>>): NamedTarball {
  const parts = packedParts(['root filesystem', ...packages])
  const tarball = nameTarball({ isLayer, size, sha256, parts, path: '' }, ident)
  return { ...tarball, path: `/srv/results/${tarball.file}` }
}

/** What an export made. @param about what is not as usual */
export function exported(about: Partial<Exported> = {}): Exported {
  return {
    ident,
    tarballs: [tarball()],
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
