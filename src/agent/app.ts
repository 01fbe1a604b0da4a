import * as v from 'valibot'
import { MesosizeError } from '../lib/errors.ts'
import { isObject } from '../lib/is-object.ts'
import { setting } from '../lib/setting.ts'
import { shellWord } from '../lib/shell-quote.ts'
import { canonicalId } from '../marathon/app/app-id.ts'
import { effectiveNetworks } from '../marathon/app/checks/effective.ts'
import type { JsonObject } from '../marathon/app/request.ts'
import { APP, type App as Definition } from '../marathon/app/shapes/app.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import { type Artifact, artifactsOf } from './artifacts.ts'
import { type PortWish, portsOf } from './ports.ts'

export type HealthCheck = NonNullable<NonNullable<Definition['healthChecks']>[number]>

/** What an agent needs to know of an app, Marathon's defaults filled in. */
export interface App {
  /** With a slash at its beginning. */
  id: string
  /** The last part of the id. */
  name: string
  /** Program and arguments. */
  command: readonly [string, ...string[]]
  /** The account that runs it. */
  user: string
  /** Those that a person gave; secrets are left out. */
  env: Readonly<Record<string, string>>
  labels: Readonly<Record<string, string>>
  resources: { cpus: number; mem: number; disk: number; gpus: number }
  artifacts: readonly Artifact[]
  ports: readonly PortWish[]
  healthChecks: readonly HealthCheck[]
  /** Milliseconds from SIGTERM to SIGKILL. */
  grace: number
  /** Fields of the definition that have no effect here, although the app may need what they give. */
  ignored: readonly string[]
}

/** Mesos' command executor: src/launcher/executor.cpp. */
const DEFAULT_GRACE_SECONDS = 3
/** DC/OS' own for Marathon's `--mesos_user`. */
const DEFAULT_USER = 'root'

/**
 * Reads a definition that has passed `validateApp`.
 * @param peers addresses of Supervisors, `HOST:PORT`, whose ring the service joins
 * @throws MesosizeError APP_NOT_RUNNABLE if it cannot run outside a cluster
 */
export function readApp(definition: AppDefinition, peers: readonly string[] = []): App {
  const app = v.parse(APP, definition) as Definition
  const { cpus, mem, disk, gpus } = app
  const id = canonicalId(definition.id)
  return {
    id,
    name: id.slice(id.lastIndexOf('/') + 1),
    command: commandOf(app, definition, peers),
    user: app.user ?? DEFAULT_USER,
    env: Object.fromEntries(
      Object.entries(app.env ?? {}).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value]] : [],
      ),
    ),
    labels: app.labels ?? {},
    resources: { cpus, mem, disk, gpus },
    artifacts: artifactsOf(app),
    ports: portsOf(app),
    healthChecks: (app.healthChecks ?? []).filter(check => check !== undefined),
    grace: (app.taskKillGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) * 1000,
    ignored: ignoredFields(app),
  }
}

function commandOf(
  { cmd, args, container }: Definition,
  { labels }: JsonObject,
  peers: readonly string[],
): App['command'] {
  if (container?.docker) {
    throw notRunnable(
      'container.docker: the app runs in a Docker image, which "mesosize run" does not do. Use "docker run".',
    )
  }
  const isOurs = isObject(labels) && labels['mesosize.ident'] !== undefined && cmd !== undefined
  if (peers.length > 0 && !isOurs) {
    throw notRunnable(
      `${setting('peer')}: only an app that Mesosize exported has a Supervisor that can join a ring. Leave peers out.`,
    )
  }
  if (cmd !== undefined)
    return ['sh', '-c', [cmd, ...peers.map(peer => shellWord(`--peer=${peer}`))].join(' ')]
  return args as [string, ...string[]]
}

function notRunnable(message: string): MesosizeError {
  return new MesosizeError('APP_NOT_RUNNABLE', message)
}

function ignoredFields(app: Definition): string[] {
  const { container, env = {}, gpus, readinessChecks, check, executor } = app
  return [
    effectiveNetworks(app).some(({ mode }) => mode !== 'host') && 'networks',
    container?.volumes?.length && 'container.volumes',
    Object.values(env).some(value => typeof value !== 'string') && 'secrets in env',
    gpus > 0 && 'gpus',
    executor && executor !== '//cmd' && 'executor',
    readinessChecks?.length && 'readinessChecks',
    check !== undefined && 'check',
  ].filter(name => typeof name === 'string')
}
