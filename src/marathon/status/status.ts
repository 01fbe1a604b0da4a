import pMap from 'p-map'
import type { Fetch } from '../../http/fetch.ts'
import { isObject } from '../../lib/is-object.ts'
import type { App } from '../api/apps.ts'
import { hasEnded, type Task, type TaskFailure } from '../api/tasks.ts'
import type { JsonObject } from '../app/request.ts'
import { type Endpoint, endpointsOf } from '../deploy/endpoints.ts'
import { numberInstances } from '../logs/instances.ts'
import { askRunningPackage, strategyOf } from './running-package.ts'
import { askService, type ServiceHealth, serviceUrl } from './service-health.ts'

/** The status of an app, for people and, as JSON, for programs. */
export interface AppStatus {
  id: string
  /** The version of its definition. */
  version: string
  /** The package that it runs, for apps exported by Mesosize; with a strategy, the one that each task starts with. */
  package?: string
  /** Present if Supervisors update the service by themselves. */
  strategy?: 'at-once' | 'rolling'
  /**
   * - deploying: a deployment is changing it
   * - suspended: it is set to have no instances
   * - waiting: fewer instances run than wanted
   * - unhealthy: all instances run, but not all are healthy
   */
  state: 'running' | 'deploying' | 'suspended' | 'waiting' | 'unhealthy'
  /** `healthy` and `unhealthy` only if there are health checks. */
  instances: { wanted: number; staged: number; running: number; healthy?: number; unhealthy?: number }
  deployments: readonly string[]
  tasks: readonly TaskStatus[]
  lastFailure?: TaskFailure
}

export interface TaskStatus {
  /** Counted from 1, the oldest task first. */
  number: number
  id: string
  host: string
  /** Mesos' name, such as TASK_RUNNING; reported by Marathon since 1.4. */
  state?: string
  /** The app's version when the task was started. */
  version: string
  /** Whether it runs the current definition of the app. */
  current: boolean
  startedAt?: string
  endpoints: readonly Pick<Endpoint, 'name' | 'host' | 'port'>[]
  /** The result of Marathon's health checks, if there are any; `unknown` before the first. */
  health?: 'healthy' | 'unhealthy' | 'unknown'
  /** Marathon's description of the last failed check. */
  healthFailure?: string
  /** What Habitat's Supervisor reports, for apps exported by Mesosize. */
  service?: ServiceHealth
  /** The output of the package's health-check hook, if any. */
  serviceOutput?: string
  /** With a strategy, the package that the Supervisor reports; absent if it does not answer. */
  package?: string
}

/** Supervisors. An app may have thousands of tasks, on a few agents. */
const ASKED_AT_ONCE = 16

type Instance = ReturnType<typeof numberInstances>[number]

/**
 * The detailed status of an app, for which the Supervisor of each task is asked about its service.
 * @throws the signal's reason if it was aborted
 */
export async function statusOf(
  app: App,
  { fetch, signal }: { fetch: Fetch; signal?: AbortSignal },
): Promise<AppStatus> {
  const { definition, version, deployments, lastTaskFailure } = app
  const id = typeof definition.id === 'string' ? definition.id : ''
  const all = endpointsOf(app)
  const made = packageOf(definition)
  const strategy = made === undefined ? undefined : strategyOf(definition)
  const look = async (task: Instance): Promise<TaskStatus> => {
    const endpoints = all.filter(({ taskId }) => taskId === task.id)
    const healthUrl = serviceUrl(definition, endpoints, '/health')
    const url = strategy && serviceUrl(definition, endpoints, '')
    const [answer, running] = await Promise.all([
      healthUrl && askService(fetch, healthUrl, signal),
      url && askRunningPackage(fetch, url, signal),
    ])
    const started = versionOf(task, app)
    return {
      number: task.number,
      id: task.id,
      host: task.host,
      state: task.state,
      version: started,
      current: Date.parse(started) >= Date.parse(app.changedIn),
      startedAt: task.startedAt,
      endpoints: endpoints.map(({ name, host, port }) => ({ name, host, port })),
      ...(app.healthChecked && !hasEnded(task) && marathonHealth(task)),
      service: answer?.health,
      serviceOutput: answer?.output,
      package: running,
    }
  }
  return {
    id,
    version,
    package: made,
    strategy,
    state: stateOf(app),
    instances: {
      wanted: app.instances,
      staged: app.staged,
      running: app.running,
      ...(app.healthChecked && { healthy: app.healthy, unhealthy: app.unhealthy }),
    },
    deployments,
    tasks: await pMap(numberInstances(app), look, { concurrency: ASKED_AT_ONCE }),
    lastFailure: lastTaskFailure,
  }
}

/** For an ended task, Marathon reports the version only with its failure; otherwise the current one is assumed. */
function versionOf({ id, version }: Task, { version: current, lastTaskFailure }: App): string {
  if (version !== '') return version
  return lastTaskFailure?.taskId === id && lastTaskFailure.version !== '' ? lastTaskFailure.version : current
}

function stateOf({ deployments, instances, running, healthChecked, healthy }: App): AppStatus['state'] {
  if (deployments.length > 0) return 'deploying'
  if (instances === 0) return 'suspended'
  if (running < instances) return 'waiting'
  return healthChecked && healthy < instances ? 'unhealthy' : 'running'
}

function marathonHealth({ healthCheckResults }: Task): Pick<TaskStatus, 'health' | 'healthFailure'> {
  if (healthCheckResults.length === 0) return { health: 'unknown' }
  const failing = healthCheckResults.find(({ alive }) => !alive)
  return failing ? { health: 'unhealthy', healthFailure: failing.lastFailureCause } : { health: 'healthy' }
}

function packageOf({ labels }: JsonObject): string | undefined {
  const ident = isObject(labels) ? labels['mesosize.ident'] : undefined
  return typeof ident === 'string' ? ident : undefined
}
