import type { Json, MarathonVersion } from './marathon-server-rules.ts'
import type { Cluster, StoredApp, StoredDeployment, StoredTask } from './marathon-server-state.ts'

export const FRAMEWORK_ID = 'a3f2c9d4-7b1e-4c55-9a60-0d2b6c8e1f00-0000'

const VERSIONS: Record<MarathonVersion, string> = { '1.4': '1.4.13', '1.5': '1.5.15', '1.10': '1.10.26' }

/** types/enrichedTask.raml */
export function taskView(task: StoredTask, app: StoredApp): Json {
  return {
    id: task.id,
    appId: task.appId,
    host: task.host,
    slaveId: task.slaveId,
    ports: task.ports,
    servicePorts: app.definition.portDefinitions.map(({ port }: Json) => port),
    ipAddresses: [{ ipAddress: task.host, protocol: 'IPv4' }],
    localVolumes: [],
    stagedAt: task.stagedAt,
    ...(task.startedAt && { startedAt: task.startedAt }),
    state: task.state,
    version: task.version,
    ...(task.health && {
      healthCheckResults: [
        { taskId: task.id, firstSuccess: task.startedAt, lastFailureCause: null, ...task.health },
      ],
    }),
  }
}

/** An app with all that can be embedded in it; without any `embed`, Marathon gives the counts and deployments. */
export function appView(app: StoredApp, cluster: Cluster, embed: readonly string[]): Json {
  const { definition, version, lastConfigChangeAt, lastScalingAt, tasks } = app
  const wants = (name: string) =>
    embed.length === 0 || embed.includes(`app.${name}`) || embed.includes(`apps.${name}`)
  return {
    ...definition,
    version,
    versionInfo: { lastConfigChangeAt, lastScalingAt },
    ...(wants('counts') && {
      tasksStaged: tasks.filter(({ state }) => state === 'TASK_STAGING').length,
      tasksRunning: tasks.filter(({ state }) => state === 'TASK_RUNNING').length,
      tasksHealthy: tasks.filter(({ health }) => health?.alive === true).length,
      tasksUnhealthy: tasks.filter(({ health }) => health?.alive === false).length,
    }),
    ...(wants('deployments') && {
      deployments: cluster
        .listed()
        .filter(({ appId }) => appId === definition.id)
        .map(({ id }) => ({ id })),
    }),
    ...(wants('lastTaskFailure') && app.lastTaskFailure && { lastTaskFailure: app.lastTaskFailure }),
    ...(wants('tasks') && { tasks: tasks.map(task => taskView(task, app)) }),
    ...(wants('readiness') && { readinessCheckResults: [] }),
  }
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
  'InsufficientCpus',
  'InsufficientMemory',
  'InsufficientDisk',
  'InsufficientGpus',
  'InsufficientPorts',
]

/** types/queue.raml, raml/QueueInfoConversion.scala */
export function queueView(cluster: Cluster): Json {
  const { rejections, offers, delay } = cluster.settings
  const waiting = [...cluster.apps.values()].filter(app => !app.stopping && cluster.missing(app) > 0)
  return {
    queue: waiting.map(app => {
      let left = offers
      const steps = FUNNEL.map(reason => {
        const declined = rejections[reason] ?? 0
        const step = { reason, declined, processed: left }
        left -= declined
        return step
      })
      return {
        app: { ...app.definition, version: app.version },
        count: cluster.missing(app),
        delay: { timeLeftSeconds: delay, overdue: delay === 0 },
        since: app.version,
        processedOffersSummary: {
          processedOffersCount: offers,
          unusedOffersCount: offers,
          rejectSummaryLastOffers: steps,
          rejectSummaryLaunchAttempt: steps,
        },
      }
    }),
  }
}

export function infoView(version: MarathonVersion, leader: string): Json {
  return {
    name: 'marathon',
    version: VERSIONS[version],
    frameworkId: FRAMEWORK_ID,
    leader,
    elected: true,
    marathon_config: { mesos_user: 'root', env_vars_prefix: null, features: [] },
    zookeeper_config: { zk: 'zk://localhost:2181/marathon' },
    http_config: { http_port: 8080, https_port: 8443 },
  }
}

/** A group with the apps and groups below it. */
export function groupView(id: string, cluster: Cluster): Json {
  const prefix = id === '/' ? '/' : `${id}/`
  const below = [...cluster.apps.keys()].filter(app => app.startsWith(prefix) && cluster.app(app))
  const groups = new Set(
    below
      .map(app => app.slice(prefix.length).split('/'))
      .flatMap(([first, ...rest]) => (rest.length > 0 ? `${prefix}${first}` : [])),
  )
  return {
    id,
    version:
      below
        .map(app => cluster.apps.get(app)!.version)
        .sort()
        .at(-1) ?? '1970-01-01T00:00:00.000Z',
    dependencies: [],
    pods: [],
    apps: below
      .filter(app => !app.slice(prefix.length).includes('/'))
      .map(app => appView(cluster.apps.get(app)!, cluster, ['group.apps'])),
    groups: [...groups].map(group => groupView(group, cluster)),
  }
}
