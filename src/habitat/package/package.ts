import type { Entry } from '../../codec/tar/entry.ts'
import type { FullIdent } from './ident.ts'
import type { PlanDescription } from './manifest.ts'

/** A build's metadata, from its metafiles and tree: everything that later stages need besides its bytes. */
export interface PackageMetadata {
  ident: FullIdent
  /** Such as `x86_64-linux`. */
  target: string
  /** Direct run-time dependencies. */
  deps: readonly FullIdent[]
  /** All run-time dependencies, including direct ones, dependents before dependencies, as the build wrote them. */
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
  /** What its MANIFEST says. */
  plan: PlanDescription
  /** The text of default.toml; empty if there is none. */
  defaultConfig: string
  /** Whether it has a run hook, so that a Supervisor can start it. */
  runnable: boolean
  /** Executables of its PATH directories, as paths inside the package such as `bin/redis-server`. */
  binaries: readonly string[]
  /** Files and directories with setuid, setgid or sticky bits, which not every unpacker keeps. */
  special: readonly SpecialMember[]
  /** Total size of all regular files, bytes. */
  size: number
}

/** Another service whose exports a package reads, under the name used in `--bind`. */
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

/** A build that can be read: its metadata and its files. */
export interface Package {
  metadata: PackageMetadata
  /** Permanently identifies all its entries and their content; absent if nothing does. */
  contentKey?: string
  /**
   * Reads the digests of its hart; absent or undefined if there is none.
   * @throws MesosizeError if it cannot be read, or is another one by now
   */
  hartDigests?(): Promise<HartDigests | undefined>
  /**
   * Its entries, the same in every image, wherever the package comes from: parents before children, siblings by name,
   * the package's own directory first; directories dated by the release; with paths such as
   * `hab/pkgs/core/redis/7.2.4/20240102030405/bin/redis-server`. Each call reads them again.
   */
  entries(): AsyncIterable<Entry>
}

/** Digests of a whole hart, header and body, lower-case hex: what `sha256sum` and `b2sum -l 256` print. */
export interface HartDigests {
  sha256: string
  /** Also the checksum that Builder gives. */
  blake2b256: string
}

/** Everything that goes into one root filesystem. */
export interface Closure {
  target: string
  /** The package that the Supervisor starts. */
  service: Package
  /** The requested packages, including the service. */
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

/** Where a build was found, safe to publish: without paths and credentials. */
export interface FoundAt {
  /** The URL of a Builder, or the kind of local source. */
  source: string
  /** The Builder channel in which it was looked up. */
  channel?: string
}
