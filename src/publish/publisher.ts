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
  /** Whether a layer was there already, so that agents may have it too. */
  kept?: boolean
}

/**
 * Puts the tarballs of an image where agents, or at least people, can fetch them. Existing layers are
 * kept, and none is ever replaced or deleted, for any app that was published may use it.
 * @returns the same tarballs, in their order
 */
export type Publisher = (tarballs: readonly NamedTarball[]) => Promise<readonly PublishedTarball[]>

/** A publisher that calls the tarball of a whole image by another name, by which it is found again; layers keep theirs. */
export function withPrefix(prefix: string, publish: Publisher): Publisher {
  return async tarballs => {
    const called = tarballs.map(each => (each.isLayer ? each : { ...each, name: prefix + each.name }))
    const published = await publish(called)
    return published.map(each => (each.isLayer ? each : { ...each, name: each.name.slice(prefix.length) }))
  }
}
