import type { FullIdent } from '../habitat/package/ident.ts'
import type { PackedTarball } from '../image/tarball.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import type { PublishedTarball } from '../publish/publisher.ts'
import { GENERATED } from '../rootfs/layout.ts'

/** What an export made. */
export interface Exported {
  /** The service's. */
  ident: FullIdent
  /** The image, in the order in which agents unpack it. */
  tarballs: readonly PublishedTarball[]
  app: AppDefinition
  /** The file of the app definition, and the text in it. */
  appPath: string
  appText: string
  /** The file of the SBOM, if one was wanted. */
  sbomPath?: string
  /** `size`: bytes unpacked; `packed`: bytes in the tarballs. */
  packages: readonly { ident: string; size: number; packed: number }[]
}

/** Idents of the packages in a tarball. */
export function packagesIn({ parts }: Pick<PackedTarball, 'parts'>): string[] {
  return parts.map(({ name }) => name).filter(name => name !== GENERATED)
}

/**
 * Bytes of all layers, and of the new ones: what an export uploads, and what an agent downloads that still has the
 * layers of earlier exports.
 */
export function layerBytes(layers: readonly PublishedTarball[]): { total: number; added: number } {
  const sum = (some: readonly PublishedTarball[]) => some.reduce((sum, { size }) => sum + size, 0)
  return { total: sum(layers), added: sum(layers.filter(({ location }) => !location.existing)) }
}
