import type { MesosizeError } from '../../lib/errors.ts'
import type { FullIdent, PackageIdent } from './ident.ts'
import type { FoundAt, Package } from './package.ts'
import type { BuilderChannel } from './request.ts'

/** Somewhere that packages are found: harts, or installed packages. */
export interface PackageSource {
  /**
   * The newest build that an ident asks for; with a full ident, that one, whether it is there or not.
   * @param from where to ask if there is none at hand
   */
  newest(ident: PackageIdent, from: BuilderChannel): Promise<FoundBuild | undefined>
  /**
   * A build's files and what it says about itself, checked to be this build.
   * @returns undefined if the build is nowhere
   */
  open(ident: FullIdent, from: BuilderChannel): Promise<Package | undefined>
  /** A package that was given as a file. */
  openFile(path: string): Promise<Package>
  /** What `newest` and `open` passed over though it may be a build of an ident. */
  refusals(ident: PackageIdent): readonly Refusal[]
}

/** A hart at hand that cannot be used, although it may be what was asked for. */
export interface Refusal {
  /** Of the hart. */
  path: string
  reason: MesosizeError
}

export interface FoundBuild extends FoundAt {
  ident: FullIdent
}
