import type { NamedTarball } from '../image/tarball.ts'

/** A tarball that is available somewhere. */
export interface PublishedTarball extends NamedTarball {
  location: Location
}

/** Where a tarball is available. */
export interface Location {
  /** The fetch URI for the app definition. */
  uri: string
  /** GitHub's id of the asset or artifact, if it is one. */
  assetId?: number
  artifactId?: number
  /** A web page where a person finds it. */
  page?: string
  /** Whether a layer was there already, so that agents may have it too. */
  existing?: boolean
}

/** An image's SBOM as a file. */
export interface SbomFile {
  /** The name under which it is published. */
  name: string
  path: string
  /** Bytes. */
  size: number
  /** Lower-case hex. */
  sha256: string
}

/**
 * Puts the tarballs of an image where agents, or at least people, can fetch them. Existing layers are
 * kept, and none is ever replaced or deleted, since any app may use it.
 * @param sbom is put beside the tarball by those that have a place for it
 * @returns the same tarballs, in their order
 */
export type Publisher = (
  tarballs: readonly NamedTarball[],
  sbom?: SbomFile,
) => Promise<readonly PublishedTarball[]>

/** A publisher that puts a prefix before the name of a whole image's tarball, to find it again; layers keep theirs. */
export function withPrefix(prefix: string, publish: Publisher): Publisher {
  return async (tarballs, sbom) => {
    const called = tarballs.map(each => (each.isLayer ? each : { ...each, name: prefix + each.name }))
    const published = await publish(called, sbom && { ...sbom, name: prefix + sbom.name })
    return published.map(each => (each.isLayer ? each : { ...each, name: each.name.slice(prefix.length) }))
  }
}
