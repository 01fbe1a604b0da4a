import type { FoundAt } from './package.ts'

/** Which packages the user requested, and where to look for them. */
export interface PackageRequest {
  /** Package idents, or absolute paths of harts; at least one. */
  packages: readonly string[]
  /** Idents or absolute paths of harts that replace the default supervisor and launcher. */
  supervisor?: string
  launcher?: string
  /** The `hab` program, in the same form: it goes into the image, and its version pins the supervisor's. */
  hab?: string
  target: string
  /** Where the requested packages come from, and where Habitat's own come from. URLs without a trailing slash. */
  builder: BuilderChannel
  base: BuilderChannel
  /** Habitat personal access token, sent only to the Builder hosts. */
  token?: string
  /** Artifact caches and folders of origin keys, in addition to Habitat's own. */
  artifacts: readonly string[]
  keys: readonly string[]
  /** Read installed packages under this folder's hab/pkgs instead of harts. */
  fsRoot?: string
  /** Where the packages under `fsRoot` were installed from, if known. */
  installedFrom?: FoundAt
  /** Limit of the unpacked size of one package, bytes. */
  maxPackageSize: number
}

export interface BuilderChannel {
  url: string
  channel: string
}
