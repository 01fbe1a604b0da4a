import type { TomlTable } from 'smol-toml'
import type { BuilderChannel } from '../../habitat/package/request.ts'

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }
export type JsonObject = { [key: string]: JsonValue }

/** A port of the service: an export's name, or any name with the port's dotted path in the configuration. */
export interface PortRequest {
  name: string
  path?: string
}

/** Marathon's, in shares of the instances, 0 to 1. */
export interface UpgradeStrategy {
  /** That stay healthy during a deployment. */
  minimumHealthCapacity: number
  /** That may run in addition. */
  maximumOverCapacity: number
}

/** A directory or file that the service sees in its file tree. */
export interface VolumeRequest {
  /** An absolute path on the agent, or a path in the sandbox. */
  source: string
  /** An absolute path in the image. */
  path: string
  readOnly: boolean
}

/** The network of the tasks; `name` is that of a network of the cluster, which gives each task an address. */
export type NetworkRequest = { mode: 'host' } | { mode: 'bridge' } | { mode: 'container'; name: string }

/** A label of one port. */
export interface PortLabel {
  /** The port's name in Marathon, or that of its export. */
  port: string
  key: string
  value: string
}

/** The number at which a load balancer offers a port. */
export interface ServicePortRequest {
  /** As in `PortLabel`. */
  port: string
  /** 1 to 65535. */
  number: number
}

/** How Supervisors update the service by themselves. */
export interface UpdateRequest {
  /** The Supervisor's flag; there is no request for its `none`. */
  strategy: 'at-once' | 'rolling'
  from: BuilderChannel
  /** Whether the export has a Builder token, which is never written to the app. */
  token: boolean
}

/** What the user requested for the app definition. */
export interface AppRequest {
  /** The app's id; derived from the package's ident if absent. */
  id?: string
  /** The group of a derived id; by default the package's origin. */
  appGroup?: string
  /** CPU shares, MiB of memory, MiB of disk, number of tasks. */
  cpus: number
  mem: number
  disk: number
  instances: number
  env: Readonly<Record<string, string>>
  labels: Readonly<Record<string, string>>
  /** Variables of the task whose values are in the cluster's secret store: the secret's path there, by variable. */
  secrets?: Readonly<Record<string, string>>
  /** The same for values of the package's own configuration, by their dotted path. */
  configSecrets?: Readonly<Record<string, string>>
  /** The package's own configuration, which overrides its default.toml. */
  config?: TomlTable
  /** Write the seed-era `uris` instead of `fetch`. */
  legacyUris: boolean
  /** The Supervisor's flags of the same names. */
  peers: readonly string[]
  group: string
  topology?: 'standalone' | 'leader'
  binds: readonly string[]
  updates?: UpdateRequest
  /** The service's ports, if they cannot be derived correctly from its exports; empty to derive them. */
  ports: readonly PortRequest[]
  /** That of the host by default. */
  network?: NetworkRequest
  portLabels?: readonly PortLabel[]
  servicePorts?: readonly ServicePortRequest[]
  healthCheck: boolean
  /** The cluster's Marathon runs with `--env_vars_prefix` of this value. */
  envVarsPrefix?: string
  volumes?: readonly VolumeRequest[]
  /** URIs of what agents fetch besides the image. */
  fetch?: readonly string[]
  /** Roles whose resources the app accepts; Marathon's default if empty. */
  acceptedRoles?: readonly string[]
  upgrade?: UpgradeStrategy
  /** Milliseconds from SIGTERM to SIGKILL; derived from the package if absent. */
  killGracePeriod?: number
  /** Each consists of a field, an operator, and a value for operators that take one. */
  constraints?: readonly (readonly string[])[]
  /** RFC 7396 merge patch, applied last. */
  patch?: JsonObject
}
