import type { FullIdent } from '../habitat/package/ident.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import type { Location } from '../publish/publisher.ts'

/** What an export made. */
export interface Exported {
  /** The service's. */
  ident: FullIdent
  image: ExportedImage
  app: AppDefinition
  /** The file of the app definition, and the text in it. */
  appPath: string
  appText: string
  /** `size`: bytes unpacked; `packed`: bytes in the tarballs. */
  packages: readonly { ident: string; size: number; packed: number }[]
}

/** One tarball, or layers in the order in which agents unpack them. */
export type ExportedImage = { tarball: ExportedTarball } | { layers: readonly ExportedTarball[] }

export interface ExportedTarball {
  path: string
  name: string
  /** Bytes. */
  size: number
  /** Lower-case hex. */
  sha256: string
  /** Idents of the packages in it. */
  packages: readonly string[]
  location: Location
}

/**
 * Bytes of all layers, and of those that were nowhere before: what an export uploads, and what an agent downloads
 * that still has the layers of the exports before.
 */
export function layerBytes(layers: readonly ExportedTarball[]): { total: number; added: number } {
  const sum = (some: readonly ExportedTarball[]) => some.reduce((sum, { size }) => sum + size, 0)
  return { total: sum(layers), added: sum(layers.filter(({ location }) => !location.kept)) }
}
