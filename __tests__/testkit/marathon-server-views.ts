import { isOnNetwork, servicePortsOf } from './marathon-server-ports.ts'
import type { Json, MarathonVersion } from './marathon-server-rules.ts'
import {
  type Cluster,
  isDead,
  type StoredApp,
  type StoredDeployment,
  type StoredTask,
} from './marathon-server-state.ts'

export const FRAMEWORK_ID = 'a3f2c9d4-7b1e-4c55-9a60-0d2b6c8e1f00-0000'

const VERSIONS: Record<MarathonVersion, string> = { '1.4': '1.4.13', '1.5': '1.5.15', '1.10': '1.10.26' }

/**
 * types/enrichedTask.raml
 * @param alone in the list of all tasks, which alone has the service ports in 1.10
 */
export function taskView(
  task: StoredTask,
  app: StoredApp,
  { version }: Pick<Cluster, 'version'>,
  alone = false,
): Json {
  const dead = isDead(task)
  const ran = task.startedAt !== undefined
  return {
    id: task.id,
    appId: task.appId,
    host: task.host,
    slaveId: task.slaveId,
    ports: dead ? [] : task.ports,
    servicePorts: version === '1.10' && !alone ? [] : servicePortsOf(app.definition),
    ipAddresses: ran || version !== '1.10' ? [{ ipAddress: addressOf(task, app), protocol: 'IPv4' }] : [],
    localVolumes: [],
    ...(!dead && { stagedAt: task.stagedAt, version: task.version }),
    ...(!dead && ran && { startedAt: task.startedAt }),
    state: task.state,
    ...(version === '1.10' && { role: '*', healthCheckResults: [] }),
    ...(task.health && !dead && { healthCheckResults: [healthView(task, version)] }),
  }
}

function healthView({ id, health, startedAt }: StoredTask, version: MarathonVersion): Json {
  const { alive, consecutiveFailures, lastFailureCause, since } = health!
  if (version !== '1.10') {
    return {
      taskId: id,
      alive,
      consecutiveFailures,
      firstSuccess: startedAt,
      lastFailureCause: lastFailureCause ?? null,
    }
  }
  return {
    alive,
    consecutiveFailures,
    instanceId: `instance [${id.replace(/\._app\.\d+$/, '')}]`,
    ...(alive && { firstSuccess: since, lastSuccess: since }),
    ...(lastFailureCause !== undefined && { lastFailure: since, lastFailureCause }),
  }
}

/** A definition as Marathon gives it: since 1.5 without what is empty. */
export function definitionView({ definition }: StoredApp, { version }: Pick<Cluster, 'version'>): Json {
  if (version === '1.4') {
    const portDefinitions = definition.portDefinitions.map((port: Json) => ({ labels: {}, ...port }))
    return { ...definition, portDefinitions }
  }
  const isEmpty = (value: unknown) =>
    typeof value === 'object' && value !== null && Object.keys(value).length === 0
  const { labels, portDefinitions, ...rest } = definition
  const onHost = !isOnNetwork(definition)
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => !isEmpty(value))),
    labels,
    ...(onHost && { portDefinitions }),
  }
}

/** Not the same for any two tasks of a network that gives each an address. */
function addressOf({ host, id }: StoredTask, { definition, tasks }: StoredApp): string {
  const mode = isOnNetwork(definition) ? definition.networks[0].mode : 'host'
  return mode === 'container' ? `9.0.0.${2 + tasks.findIndex(task => task.id === id)}` : host
}

/** An app with all that can be embedded in it; without any `embed`, Marathon gives the counts and deployments. */
export function appView(app: StoredApp, cluster: Cluster, embed: readonly string[]): Json {
  const { definition, version, lastConfigChangeAt, lastScalingAt, shownInfo, tasks } = app
  const wants = (name: string) =>
    embed.length === 0 || embed.includes(`app.${name}`) || embed.includes(`apps.${name}`)
  return {
    ...definitionView(app, cluster),
    version,
    versionInfo: shownInfo ?? { lastConfigChangeAt, lastScalingAt },
    ...(wants('counts') && countsView(tasks, name => `tasks${name[0]!.toUpperCase()}${name.slice(1)}`)),
    ...(wants('deployments') && {
      deployments: cluster
        .listed()
        .filter(({ appId }) => appId === definition.id)
        .map(({ id }) => ({ id })),
    }),
    ...(wants('lastTaskFailure') && app.lastTaskFailure && { lastTaskFailure: app.lastTaskFailure }),
    ...(wants('tasks') && { tasks: tasks.map(task => taskView(task, app, cluster)) }),
    ...(wants('readiness') && { readinessCheckResults: [] }),
    ...(embed.includes('app.taskStats') && { tasksStats: statsView(app) }),
  }
}

function countsView(tasks: readonly StoredTask[], nameOf = (name: string) => name): Json {
  const counts = {
    staged: tasks.filter(({ state }) => state === 'TASK_STAGING').length,
    running: tasks.filter(({ state }) => state === 'TASK_RUNNING').length,
    healthy: tasks.filter(task => !isDead(task) && task.health?.alive === true).length,
    unhealthy: tasks.filter(task => !isDead(task) && task.health?.alive === false).length,
  }
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [nameOf(name), count]))
}

/** types/taskStats.raml; nothing of kinds that no task is of. */
function statsView({ tasks, lastScalingAt, lastConfigChangeAt }: StoredApp): Json {
  const live = tasks.filter(task => !isDead(task))
  const kinds = {
    startedAfterLastScaling: live.filter(({ version }) => version >= lastScalingAt),
    withLatestConfig: live.filter(({ version }) => version >= lastConfigChangeAt),
    withOutdatedConfig: live.filter(({ version }) => version < lastConfigChangeAt),
    totalSummary: live,
  }
  const stats = (some: readonly StoredTask[]) => ({
    counts: countsView(some),
    ...(some.some(({ startedAt }) => startedAt !== undefined) && {
      lifeTime: { averageSeconds: 1.5, medianSeconds: 1.5 },
    }),
  })
  return Object.fromEntries(
    Object.entries(kinds)
      .filter(([, some]) => some.length > 0)
      .map(([name, some]) => [name, { stats: stats(some) }]),
  )
}

/** types/deployment.raml */
export function deploymentView(deployment: StoredDeployment): Json {
  const { id, version, appId, actions, currentStep } = deployment
  const view = (action: string) => ({ action, app: appId })
  return {
    id,
    version,
    affectedApps: [appId],
    affectedPods: [],
    steps: actions.map(action => ({ actions: [view(action)] })),
    currentActions: [{ ...view(actions[currentStep - 1]!), readinessCheckResults: [] }],
    currentStep,
    totalSteps: actions.length,
  }
}

/** In this order Marathon looks for a reason; an offer that was declined is not looked at for the next. */
const FUNNEL = [
  'UnfulfilledRole',
  'UnfulfilledConstraint',
  'NoCorrespondingReservationFound',
  'AgentMaintenance',
  'InsufficientCpus',
  'InsufficientMemory',
  'InsufficientDisk',
  'InsufficientGpus',
  'InsufficientPorts',
  'DeclinedScarceResources',
]

/** types/queue.raml, raml/QueueInfoConversion.scala */
export function queueView(cluster: Cluster): Json {
  const { rejections, offers, delay } = cluster.settings
  const waiting = [...cluster.apps.values()].filter(app => !app.stopping && cluster.queued(app) > 0)
  return {
    queue: waiting.map(app => {
      const unused = cluster.behaviourOf(app) === 'unplaced' ? offers : 0
      const processed = app.offers.used + unused
      const { lastUsedAt } = app.offers
      return {
        app: { ...definitionView(app, cluster), ...versionOf(app) },
        count: cluster.queued(app),
        ...(cluster.version === '1.10' && { role: '*' }),
        delay: { timeLeftSeconds: delay, overdue: delay === 0 && !app.tasks.some(isDead) },
        since: app.version,
        processedOffersSummary: {
          processedOffersCount: processed,
          unusedOffersCount: unused,
          ...(lastUsedAt !== undefined && { lastUsedOfferAt: lastUsedAt }),
          ...(unused > 0 && { lastUnusedOfferAt: app.version }),
          // The last ones alone, and of these none that was of use.
          rejectSummaryLastOffers: funnel(unused, unused > 0 ? rejections : {}),
          rejectSummaryLaunchAttempt: funnel(processed, unused > 0 ? rejections : {}),
        },
      }
    }),
  }
}

function funnel(processed: number, rejections: Record<string, number>): Json[] {
  let left = processed
  return FUNNEL.map(reason => {
    const declined = rejections[reason] ?? 0
    const step = { reason, declined, processed: left }
    left -= declined
    return step
  })
}

function versionOf({ version, lastConfigChangeAt, lastScalingAt, shownInfo }: StoredApp): Json {
  return { version, versionInfo: shownInfo ?? { lastConfigChangeAt, lastScalingAt } }
}

export function infoView(version: MarathonVersion, leader: string): Json {
  return {
    name: 'marathon',
    version: VERSIONS[version],
    buildref: 'unknown',
    elected: true,
    leader,
    frameworkId: FRAMEWORK_ID,
    marathon_config: {
      access_control_allow_origin: null,
      checkpoint: true,
      decline_offer_duration: 120_000,
      default_network_name: null,
      env_vars_prefix: null,
      executor: '//cmd',
      failover_timeout: 604_800,
      features: [],
      framework_name: 'marathon',
      ha: true,
      hostname: '127.0.0.1',
      launch_token: 100,
      launch_token_refresh_interval: 30_000,
      leader_proxy_connection_timeout_ms: 5_000,
      leader_proxy_read_timeout_ms: 10_000,
      local_port_max: 20_000,
      local_port_min: 10_000,
      maintenance_mode: true,
      master: '127.0.0.1:5050',
      max_instances_per_offer: 5,
      mesos_bridge_name: 'mesos-bridge',
      mesos_heartbeat_failure_threshold: 5,
      mesos_heartbeat_interval: 15_000,
      mesos_leader_ui_url: 'http://127.0.0.1:5050',
      mesos_role: '*',
      mesos_user: 'root',
      min_revive_offers_interval: 5_000,
      new_group_enforce_role: 'Off',
      offer_matching_timeout: 3_000,
      on_elected_prepare_timeout: 180_000,
      reconciliation_initial_delay: 15_000,
      reconciliation_interval: 600_000,
      scale_apps_initial_delay: 15_000,
      scale_apps_interval: 300_000,
      store_cache: true,
      task_launch_confirm_timeout: 300_000,
      task_launch_timeout: 300_000,
      task_lost_expunge_initial_delay: 300_000,
      task_lost_expunge_interval: 30_000,
      task_reservation_timeout: 20_000,
      webui_url: null,
    },
    zookeeper_config: {
      zk: 'zk://127.0.0.1:2181/marathon',
      zk_compression: true,
      zk_compression_threshold: 65_536,
      zk_connection_timeout: 10_000,
      zk_max_node_size: 1_024_000,
      zk_max_versions: 50,
      zk_session_timeout: 10_000,
      zk_timeout: 10_000,
    },
    http_config: { http_port: 8080, https_port: 8443 },
  }
}

/** A group with the apps and groups below it. */
export function groupView(id: string, cluster: Cluster): Json {
  const prefix = id === '/' ? '/' : `${id}/`
  const isChild = (other: string) => other.startsWith(prefix) && !other.slice(prefix.length).includes('/')
  const apps = [...cluster.apps.keys()].filter(app => cluster.app(app))
  const versions = apps.filter(app => app.startsWith(prefix)).map(app => cluster.app(app)!.version)
  return {
    id,
    version: versions.sort().at(-1) ?? '1970-01-01T00:00:00.000Z',
    dependencies: [],
    pods: [],
    apps: apps.filter(isChild).map(app => appView(cluster.app(app)!, cluster, ['group.apps'])),
    groups: [...cluster.groups].filter(isChild).map(group => groupView(group, cluster)),
  }
}
