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
  /** Harts that `newest` and `open` skipped although they may be builds of an ident. */
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
