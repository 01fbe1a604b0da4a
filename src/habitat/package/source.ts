import type { MesosizeError } from '../../lib/errors.ts'
import type { FullIdent, PackageIdent } from './ident.ts'
import type { FoundAt, Package } from './package.ts'
import type { BuilderChannel } from './request.ts'

/** A source of packages: harts, or installed packages. */
export interface PackageSource {
  /**
   * The newest build that matches an ident; for a full ident, that build, whether or not it exists.
   * @param from where to ask if there is no local build
   */
  newest(ident: PackageIdent, from: BuilderChannel): Promise<FoundBuild | undefined>
  /**
   * A build's files and metadata, checked to be of this build.
   * @returns undefined if the build was not found
   */
  open(ident: FullIdent, from: BuilderChannel): Promise<Package | undefined>
  /** A package that was given as a file. */
  openFile(path: string): Promise<Package>
  /**
   * The error for a package that is not there, in terms of where this source looks.
   * @param what its ident, or several as alternatives
   * @param from where it was asked for
   * @param neededBy what depends on it; absent where somebody asked for the package itself
   * @returns PACKAGE_NOT_FOUND or, for a dependency, DEPENDENCY_MISSING
   */
  missing(what: string, from: BuilderChannel, neededBy?: FullIdent): MesosizeError
  /** What `newest` and `open` passed over though it may be a build of an ident. */
  refusals(ident: PackageIdent): readonly Refusal[]
}

/** A local hart that may be the requested package but cannot be used. */
export interface Refusal {
  /** Of the hart. */
  path: string
  reason: MesosizeError
}

export interface FoundBuild extends FoundAt {
  ident: FullIdent
}
