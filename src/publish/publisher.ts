import type { NamedTarball } from '../image/tarball.ts'

/** A tarball that can be had somewhere. */
export interface PublishedTarball extends NamedTarball {
  location: Location
}

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
export type ImagePublisher = (tarballs: readonly NamedTarball[]) => Promise<readonly Location[]>

/** Puts a tarball there. */
export type Publisher = (tarball: NamedTarball) => Promise<Location>

/** For images that are one tarball. */
export function publishOne(publish: Publisher): ImagePublisher {
  return async ([tarball]) => [await publish(tarball!)]
}
