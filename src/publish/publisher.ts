import { type FullIdent, formatIdent } from '../habitat/package/ident.ts'

/** A tarball that is ready to be published: a whole image, or a layer of one. */
export interface TarballFile {
  path: string
  /** Its file name, `tarballName` or `layerName`. */
  name: string
  /** Bytes. */
  size: number
  /** Lower-case hex. */
  sha256: string
  /** The service's. */
  ident: FullIdent
}

/** The file name of the tarball of a service's package. */
export function tarballName(ident: FullIdent): string {
  return `${formatIdent(ident).replaceAll('/', '-')}.tgz`
}

/** The file name of a layer, which is that of its bytes: whatever is under it anywhere, is the same. */
export function layerName(sha256: string): string {
  return `sha256-${sha256}.tgz`
}

/** Where layers lie in the output folder, those of other exports beside them. */
export const LAYERS_FOLDER = 'layers'

/** Where a tarball can be had. */
export interface Location {
  /** The fetch URI for the app definition. */
  uri: string
  /** GitHub's numbers of what holds it, where it is one of these. */
  assetId?: number
  artifactId?: number
  /** A web page where a person finds it. */
  page?: string
  /** Whether it was there already, so that agents may have it too. */
  kept?: boolean
}

/**
 * Puts an image where agents, or at least people, can fetch it: its one tarball, or its layers, of which those that
 * are there already are kept. No layer is ever replaced or deleted, for any app that was published may use it.
 * @returns where each of them is
 */
export type ImagePublisher = (tarballs: readonly TarballFile[]) => Promise<readonly Location[]>

/** Puts a tarball there. */
export type Publisher = (tarball: TarballFile) => Promise<Location>

/** For images that are one tarball. */
export function publishOne(publish: Publisher): ImagePublisher {
  return async ([tarball]) => [await publish(tarball!)]
}
