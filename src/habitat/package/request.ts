import type { FoundAt } from './package.ts'

/** Which packages a person asked for, and where to look for them. */
export interface PackageRequest {
  /** Package idents, or absolute paths of harts; at least one. */
  packages: readonly string[]
  /** Idents or absolute paths of harts that replace the default supervisor and launcher. */
  supervisor?: string
  launcher?: string
  /** The `hab` program, named likewise: it goes into the image, and its version pins the supervisor's. */
  hab?: string
  target: string
  /** Where the requested packages come from, and where hab's own do. URLs without a trailing slash. */
  builder: BuilderChannel
  base: BuilderChannel
  /** Habitat personal access token; sent to the Builder hosts alone. */
  token?: string
  /** Artifact caches and folders of origin keys, besides Habitat's own. */
  artifacts: readonly string[]
  keys: readonly string[]
  /** Read installed packages under this folder's hab/pkgs instead of harts. */
  fsRoot?: string
  /** Where the packages under `fsRoot` were installed from, if that is known. */
  installedFrom?: FoundAt
  /** The most bytes that one package may unpack to. */
  maxPackageSize: number
}

export interface BuilderChannel {
  url: string
  channel: string
}
