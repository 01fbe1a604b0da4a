import type { Fetch } from '../../http/fetch.ts'
import { isObject } from '../../lib/is-object.ts'
import type { App } from '../api/apps.ts'
import { hasEnded, type Task, type TaskFailure } from '../api/tasks.ts'
import type { JsonObject } from '../app/request.ts'
import { type Endpoint, endpointsOf } from '../deploy/endpoints.ts'
import { numberInstances } from '../logs/instances.ts'
import { askRunningPackage, strategyOf } from './running-package.ts'
import { askService, type ServiceHealth, serviceUrl } from './service-health.ts'

/** How an app is, human-readable and, as JSON, for programs. */
export interface AppStatus {
  id: string
  /** Of its definition. */
  version: string
  /** What it runs, where Mesosize has made it; with a strategy, what each task starts with. */
  package?: string
  /** Where Supervisors take up newer releases by themselves. */
  strategy?: 'at-once' | 'rolling'
  /**
   * - deploying: a deployment is changing it
   * - suspended: it is set to have no instances
   * - waiting: it has fewer running than it should
   * - unhealthy: they run, and not all of them are healthy
   */
  state: 'running' | 'deploying' | 'suspended' | 'waiting' | 'unhealthy'
  /** `healthy` and `unhealthy` only where there are health checks. */
  instances: { wanted: number; staged: number; running: number; healthy?: number; unhealthy?: number }
  deployments: readonly string[]
  tasks: readonly TaskStatus[]
  lastFailure?: TaskFailure
}

export interface TaskStatus {
  /** Counts from 1, the oldest task first. */
  number: number
  id: string
  host: string
  /** Mesos' word, such as TASK_RUNNING; Marathon tells it since 1.4. */
  state?: string
  /** Of the app, when the task was started. */
  version: string
  /** Whether it runs what the app is defined to run now. */
  current: boolean
  startedAt?: string
  endpoints: readonly Pick<Endpoint, 'name' | 'host' | 'port'>[]
  /** What Marathon's health checks say, where there are any; `unknown` before the first. */
  health?: 'healthy' | 'unhealthy' | 'unknown'
  /** What Marathon says about the last check that failed. */
  healthFailure?: string
  /** What Habitat's Supervisor says, for apps that Mesosize has made. */
  service?: ServiceHealth
  /** What the package's health-check hook printed, where it printed anything. */
  serviceOutput?: string
  /** With a strategy, what the Supervisor says it runs; absent where it does not answer. */
  package?: string
}

/**
 * Looks at an app from near: asks the Supervisor of each task how its service is.
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
  const tasks = numberInstances(app).map(async task => {
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
  })
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
    tasks: await Promise.all(tasks),
    lastFailure: lastTaskFailure,
  }
}

/** Of a task that has ended Marathon tells only by its failure which it was; another in its place is a current one. */
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
