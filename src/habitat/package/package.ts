import type { Entry } from '../../codec/tar/entry.ts'
import type { FullIdent } from './ident.ts'

/** What a build says about itself in its metafiles and tree: everything later stages need besides its bytes. */
export interface PackageMetadata {
  ident: FullIdent
  /** Such as `x86_64-linux`. */
  target: string
  /** Direct run-time dependencies. */
  deps: readonly FullIdent[]
  /** All run-time dependencies, direct ones included, dependents before dependencies as the build wrote them. */
  tdeps: readonly FullIdent[]
  /** EXPORTS: public name to dotted path in the configuration. */
  exports: ReadonlyMap<string, string>
  /** EXPOSES: port numbers, resolved when the package was built. */
  exposes: readonly number[]
  /** BINDS and BINDS_OPTIONAL, by name. */
  binds: readonly PackageBind[]
  /** Whether its PACKAGE_TYPE is `native`: built against the build machine's system, with `hab pkg build -N`. */
  native: boolean
  /** SVC_USER and SVC_GROUP; absent for packages that are not services. */
  svcUser?: string
  svcGroup?: string
  /** SHUTDOWN_TIMEOUT, seconds. */
  shutdownTimeout?: number
  /** The text of default.toml, empty where there is none. */
  defaultConfig: string
  /** Whether it has a run hook, so that a Supervisor can start it. */
  runnable: boolean
  /** Executables of its PATH directories, as paths inside the package such as `bin/redis-server`. */
  binaries: readonly string[]
  /** Files and directories with setuid, setgid or sticky bits, which not every unpacking keeps. */
  special: readonly SpecialMember[]
  /** Bytes of all regular files. */
  size: number
}

/** Another service that a package reads the exports of, by the name that `--bind` gives to it. */
export interface PackageBind {
  name: string
  /** What that service must export. */
  exports: readonly string[]
  optional: boolean
}

export interface SpecialMember {
  /** Inside the package. */
  path: string
  mode: number
}

/** A build that is at hand: what it says about itself, and its files. */
export interface Package {
  metadata: PackageMetadata
  /** Names its entries, all of them and their content, for ever; absent where nothing does. */
  contentKey?: string
  /**
   * Its members as they are in every image, wherever the package comes from: parents before children, siblings by
   * name, the package's own directory first; directories dated by the release; with paths such as
   * `hab/pkgs/core/redis/7.2.4/20240102030405/bin/redis-server`. Each call reads again.
   */
  entries(): AsyncIterable<Entry>
}

/** Everything that goes into one root filesystem. */
export interface Closure {
  target: string
  /** The package that the Supervisor starts. */
  service: Package
  /** The packages that were asked for, the service among them. */
  requested: readonly Package[]
  supervisor: Package
  launcher: Package
  busybox: Package
  cacerts: Package
  /** Every package once, dependencies before dependents. */
  packages: readonly Package[]
  /** Where the service was found. */
  found: FoundAt
}

/** Where a build was found, in words that may be shown to anyone: no path, no credentials. */
export interface FoundAt {
  /** A Builder's URL, or what kind of local place it was. */
  source: string
  /** The Builder channel that it was looked up in. */
  channel?: string
}
