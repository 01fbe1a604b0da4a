import { type FullIdent, formatIdent } from '../habitat/ident.ts'

/** A tarball that is ready to be published. */
export interface TarballFile {
  path: string
  /** Its file name, ORIGIN-NAME-VERSION-RELEASE.tgz. */
  name: string
  /** Bytes. */
  size: number
  /** Lower-case hex. */
  sha256: string
  ident: FullIdent
}

/** The file name of the tarball of a service's package. */
export function tarballName(ident: FullIdent): string {
  return `${formatIdent(ident).replaceAll('/', '-')}.tgz`
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
}

/** Puts a tarball where agents, or at least people, can fetch it. */
export type Publisher = (tarball: TarballFile) => Promise<Location>
