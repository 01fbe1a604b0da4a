import type { Part } from '../codec/tar/entry.ts'
import { dashedIdent, type FullIdent } from '../habitat/package/ident.ts'

// A tarball of an image on its way. Each stage adds what it learns: it is planned, packed, named, and at last
// published (publish/publisher.ts). An image is a list of tarballs, in the order in which agents unpack them: one
// that is the whole image, or its layers.

/** A tarball as an image is divided into it. */
export interface PlannedTarball {
  /**
   * Whether it is a layer, which images share: it is named by its bytes, lies where the layers of all exports do, is
   * never replaced, and is cached by agents. Otherwise it is the whole image, and named after the service.
   */
  isLayer: boolean
  parts: readonly Part[]
}

/** A tarball that is a file; of its parts, only names and sizes are left. */
export interface PackedTarball extends Omit<PlannedTarball, 'parts'> {
  path: string
  /** Bytes of the file. */
  size: number
  /** Lower-case hex. */
  sha256: string
  parts: readonly PackedPart[]
}

export interface PackedPart extends Pick<Part, 'name'> {
  /** Bytes of its compressed members. */
  packed: number
}

/** A tarball that is ready to be published. */
export interface NamedTarball extends PackedTarball {
  /** Its file name: `tarballName`, or that of its bytes. */
  name: string
  /** Its path below the output folder. */
  file: string
  /** The service's. */
  ident: FullIdent
}

/** Where layers lie in the output folder, together with those of other exports. */
export const LAYERS_FOLDER = 'layers'

/** @param ident the service's */
export function nameTarball<T extends PackedTarball>(tarball: T, ident: FullIdent): T & NamedTarball {
  const name = tarball.isLayer ? layerName(tarball.sha256) : tarballName(ident)
  return { ...tarball, ident, name, file: tarball.isLayer ? `${LAYERS_FOLDER}/${name}` : name }
}

/** The tarball that is the whole image; undefined if the image is layers. */
export function wholeImage<T extends { isLayer: boolean }>(tarballs: readonly T[]): T | undefined {
  return tarballs.find(({ isLayer }) => !isLayer)
}

/** The file name of the tarball of a service's package. */
export function tarballName(ident: FullIdent): string {
  return `${dashedIdent(ident)}.tgz`
}

/** The file name of a layer. Files of this name are identical wherever they are. */
function layerName(sha256: string): string {
  return `sha256-${sha256}.tgz`
}
