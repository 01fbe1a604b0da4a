/**
 * What an image holds, as it is read back from its tarballs: the JSON of `mesosize inspect --json`. Everything in it
 * comes from the tarballs and is as hostile as they are.
 */
export interface ImageContents {
  /** Of the app definition that led to the tarballs; absent where a tarball was given. */
  app?: InspectedApp
  /** The service's ident, `origin/name/version/release`; absent where `launch` does not name one. */
  service?: string
  /** Such as `x86_64-linux`. */
  target?: string
  /** How `launch` starts the service; absent where the image is not one of Mesosize. */
  start?: StartPlan
  /** In the order in which agents unpack them. */
  tarballs: readonly InspectedTarball[]
  /** In the order of the tarballs. */
  packages: readonly InspectedPackage[]
  /** What belongs to no package: `launch` and the skeleton of the root filesystem. */
  generated: readonly InspectedFile[]
  /** The image's /etc/passwd and /etc/group. */
  users: readonly { name: string; uid: number; gid: number }[]
  groups: readonly { name: string; gid: number }[]
}

export interface InspectedApp {
  id: string
  cmd?: string
  user?: string
  /** Port definitions or mappings, in Marathon's order. */
  ports: readonly { name?: string; port: number; protocol: string }[]
  healthChecks: readonly { protocol: string; path?: string; port?: string }[]
}

export interface StartPlan {
  /** Absolute paths in the image. */
  launcher: string
  supervisor: string
  /** What the app definition's `cmd` gives to the Supervisor, as the shell reads it; empty for a tarball alone. */
  arguments: string
}

export interface InspectedTarball {
  /** A path or a URI, without credentials. */
  from: string
  /** Bytes of the file. */
  size: number
  /** Bytes of the files in it, unpacked. */
  unpacked: number
  /** Lower-case hex. */
  sha256: string
  entries: number
}

export interface InspectedPackage {
  /** `origin/name/version/release` */
  ident: string
  origin: string
  name: string
  version: string
  release: string
  /** Index in `tarballs`. */
  tarball: number
  /** Bytes of its files, unpacked. */
  size: number
  /** Direct dependencies, and all of them: idents. */
  deps: readonly string[]
  tdeps: readonly string[]
  /** From its MANIFEST; absent where that does not have them. Several licences may be in one text. */
  licenses: readonly string[]
  description?: string
  upstream?: string
  source?: string
  /** Whether a Supervisor can start it. */
  runnable: boolean
  svcUser?: string
  svcGroup?: string
  /** Seconds. */
  shutdownTimeout?: number
  /** Names of its hooks, such as `run`, `init`, `health-check`. */
  hooks: readonly string[]
  /** Public name to dotted path in the configuration. */
  exports: readonly { name: string; path: string }[]
  /** Port numbers. */
  exposes: readonly number[]
  binds: readonly { name: string; exports: readonly string[]; optional: boolean }[]
  /** Sorted by path. */
  files: readonly InspectedFile[]
}

export interface InspectedFile {
  /** Inside the package, or in the tarball for what belongs to none. */
  path: string
  type: 'file' | 'directory' | 'symlink' | 'hardlink'
  /** Bytes; 0 for anything but a file. */
  size: number
  /** Permission bits with setuid, setgid and sticky. */
  mode: number
  /** Of a link. */
  target?: string
  /** Of a file's content, lower-case hex. */
  sha256?: string
}
