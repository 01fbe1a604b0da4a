import { randomUUID } from 'node:crypto'
import {
  type Json,
  type Loose,
  type MarathonVersion,
  message,
  normalized,
  type Reply,
  refuseApp,
} from './marathon-server-rules.ts'

/** A task whose command really runs; `runTask` of the launch tests makes such ones. */
export interface RealTask {
  ports: Record<string, number>
  ended: Promise<{ status: number | null }>
  /** The HTTP status of the app's health check, or undefined where nobody answers. */
  health(): Promise<number | undefined>
  output(stream: 'stdout' | 'stderr'): string
  terminate(): Promise<unknown>
}

/** How an app's tasks do, by its label `behaviour`. */
export type Behaviour =
  /** Staged, running, healthy. */
  | 'runs'
  /** Run and fail at once. */
  | 'fails'
  /** Are healthy for a while and fail then. */
  | 'flaps'
  | 'unhealthy'
  /** Never get beyond staging. */
  | 'hangs'
  /** No offer is good enough. */
  | 'unplaced'

export interface StoredTask {
  id: string
  appId: string
  version: string
  host: string
  slaveId: string
  ports: number[]
  stagedAt: string
  startedAt?: string
  state: 'TASK_STAGING' | 'TASK_RUNNING' | 'TASK_KILLING'
  health?: { alive: boolean; consecutiveFailures: number; lastFailureCause?: string }
  /** Ticks since it was launched. */
  age: number
  real?: RealTask
}

export interface StoredApp {
  definition: Json
  version: string
  lastConfigChangeAt: string
  lastScalingAt: string
  versions: Map<string, Json>
  tasks: StoredTask[]
  lastTaskFailure?: Json
  /** Removed, and gone when its tasks are. */
  stopping: boolean
}

export interface StoredDeployment {
  id: string
  version: string
  appId: string
  /** The definition before; undefined where there was no app. */
  original: Json | undefined
  actions: string[]
  currentStep: number
  /** How many more times it is left out of answers (MARATHON-8566). */
  unseen: number
}

export interface ClusterOptions {
  version: MarathonVersion
  now: () => number
  start?: (definition: Json) => Promise<RealTask>
}

/** The apps, tasks and deployments of one Marathon; time passes by `tick`. */
export function createCluster({ version, now, start }: ClusterOptions) {
  const apps = new Map<string, StoredApp>()
  let deployments: StoredDeployment[] = []
  const outputs = new Map<string, { stdout: string; stderr: string }>()
  const settings = {
    failureMessage: 'Command exited with status 1',
    rejections: { InsufficientPorts: 2 } as Record<string, number>,
    offers: 2,
    delay: 0,
  }
  let lastTime = 0

  /** No two changes have the same. */
  function timestamp(): string {
    lastTime = Math.max(now(), lastTime + 1)
    return new Date(lastTime).toISOString()
  }

  /**
   * Deploys a definition, or the removal of an app.
   * @returns an answer that refuses it, or the deployment
   */
  function change(id: string, wanted: Json | undefined, force: boolean): Reply | StoredDeployment {
    const app = apps.get(id)
    if (wanted) {
      const refused = refuseApp(wanted, version) ?? clash(id)
      if (refused) return refused
    }
    const locks = deployments.filter(({ appId }) => appId === id)
    if (locks.length > 0 && !force) {
      const text = `App is locked by one or more deployments. Override with the option '?force=true'. View details at '/v2/deployments/<DEPLOYMENT_ID>'.`
      return message(409, text, { deployments: locks.map(lock => ({ id: lock.id })) })
    }
    deployments = deployments.filter(({ appId }) => appId !== id)
    const time = timestamp()
    const original = app && !app.stopping ? app.definition : undefined
    const definition = wanted && normalized(wanted, version, original)
    const deployment: StoredDeployment = {
      id: randomUUID(),
      version: time,
      appId: id,
      original,
      actions: actionsFor(original, definition),
      currentStep: 1,
      unseen: version === '1.10' ? 0 : 2,
    }
    if (!definition) {
      if (app) app.stopping = true
    } else if (deployment.actions.length > 0) {
      const scaled = original !== undefined && deployment.actions[0] === 'ScaleApplication'
      apps.set(id, {
        tasks: [],
        versions: new Map(),
        ...app,
        definition,
        version: time,
        lastScalingAt: time,
        lastConfigChangeAt: scaled ? app!.lastConfigChangeAt : time,
        stopping: false,
      })
      apps.get(id)!.versions.set(time, definition)
    }
    if (deployment.actions.length > 0) deployments.push(deployment)
    return deployment
  }

  /** Deploys a definition that was there before. */
  function restore(id: string, old: Json | undefined, force: boolean): Reply | StoredDeployment {
    // In 1.4 it has beside `fetch` what stands for it in older answers, which nobody may send.
    const { uris: _, ...definition } = old ?? {}
    return change(id, old && definition, force)
  }

  /** What `change` would do, as its actions. */
  function plan(id: string, wanted: Json): Reply | string[] {
    const original = apps.get(id)?.definition
    return (
      refuseApp(wanted, version) ?? clash(id) ?? actionsFor(original, normalized(wanted, version, original))
    )
  }

  /** state/Group.scala */
  function clash(id: string): Reply | undefined {
    const taken = [...apps.keys()].some(other => other.startsWith(`${id}/`) || id.startsWith(`${other}/`))
    const text = 'Groups and Applications may not have the same identifier.'
    return taken
      ? message(422, 'Object is not valid', { details: [{ path: '/', errors: [text] }] })
      : undefined
  }

  function launch(app: StoredApp): void {
    const { definition } = app
    const id = `${definition.id.slice(1).replaceAll('/', '_')}.${randomUUID()}`
    const task: StoredTask = {
      id,
      appId: definition.id,
      version: app.version,
      host: '127.0.0.1',
      slaveId: 'a3f2c9d4-7b1e-4c55-9a60-0d2b6c8e1f00-S1',
      ports: definition.portDefinitions.map(() => 31_000 + Math.floor(Math.random() * 1000)),
      stagedAt: timestamp(),
      state: 'TASK_STAGING',
      age: 0,
    }
    outputs.set(id, { stdout: '', stderr: '' })
    app.tasks.push(task)
    if (start) {
      void start(definition).then(
        real => run(app, task, real),
        error => fail(app, task, `Failed to launch container: ${error.message}`),
      )
    }
  }

  function run(app: StoredApp, task: StoredTask, real: RealTask): void {
    task.real = real
    task.ports = Object.values(real.ports)
    task.state = 'TASK_RUNNING'
    task.startedAt = timestamp()
    void real.ended.then(({ status }) => {
      if (task.state !== 'TASK_KILLING') fail(app, task, `Command exited with status ${status}`)
    })
  }

  function fail(app: StoredApp, task: StoredTask, text: string): void {
    if (!app.tasks.includes(task)) return
    keep(task)
    app.tasks.splice(app.tasks.indexOf(task), 1)
    if (!task.real) outputs.get(task.id)!.stderr += `${text}\n`
    app.lastTaskFailure = {
      appId: task.appId,
      host: task.host,
      message: text,
      state: 'TASK_FAILED',
      taskId: task.id,
      timestamp: timestamp(),
      version: task.version,
      slaveId: task.slaveId,
    }
  }

  function kill(app: StoredApp, task: StoredTask): void {
    if (task.state === 'TASK_KILLING') return
    task.state = 'TASK_KILLING'
    const gone = () => {
      keep(task)
      app.tasks.splice(app.tasks.indexOf(task), 1)
    }
    if (task.real) void task.real.terminate().then(gone)
    else gone()
  }

  /** What a task has written stays in its sandbox. */
  function keep({ id, real }: StoredTask): void {
    if (real) outputs.set(id, { stdout: real.output('stdout'), stderr: real.output('stderr') })
  }

  function advance(app: StoredApp, task: StoredTask): void {
    const behaviour = behaviourOf(app.versions.get(task.version) ?? app.definition)
    const checked = app.definition.healthChecks.length > 0
    task.age++
    if (task.real) {
      if (checked) {
        void task.real.health().then(status => {
          const alive = status !== undefined && status >= 200 && status < 400
          task.health = {
            alive,
            consecutiveFailures: alive ? 0 : (task.health?.consecutiveFailures ?? 0) + 1,
          }
        })
      }
      return
    }
    if (start || task.state === 'TASK_KILLING' || behaviour === 'hangs') return
    if (task.state === 'TASK_STAGING') {
      task.state = 'TASK_RUNNING'
      task.startedAt = timestamp()
      return
    }
    if (behaviour === 'fails' || (behaviour === 'flaps' && task.age > 6)) {
      fail(app, task, settings.failureMessage)
    } else if (checked && behaviour === 'unhealthy') {
      const consecutiveFailures = (task.health?.consecutiveFailures ?? 0) + 1
      task.health = { alive: false, consecutiveFailures, lastFailureCause: '503 Service Unavailable' }
    } else if (checked) {
      task.health = { alive: true, consecutiveFailures: 0 }
    }
  }

  function converge(app: StoredApp): void {
    for (const task of [...app.tasks]) advance(app, task)
    if (app.stopping) {
      for (const task of [...app.tasks]) kill(app, task)
      return
    }
    const { instances } = app.definition
    const current = app.tasks.filter(task => task.version >= app.lastConfigChangeAt)
    if (behaviourOf(app.definition) !== 'unplaced') {
      for (let missing = instances - current.length; missing > 0; missing--) launch(app)
    }
    const well = current.filter(task => isWell(app, task))
    if (well.length >= instances) {
      for (const task of app.tasks.filter(each => !current.includes(each))) kill(app, task)
      for (const task of current.slice(instances)) kill(app, task)
    }
  }

  function tick(): void {
    for (const [id, app] of apps) {
      converge(app)
      if (app.stopping && app.tasks.length === 0) apps.delete(id)
    }
    deployments = deployments.filter(deployment => {
      const app = apps.get(deployment.appId)
      const action = deployment.actions[deployment.currentStep - 1]
      const done =
        action === 'StartApplication' || (action === 'StopApplication' ? !app : !app || settled(app))
      if (done) deployment.currentStep++
      return deployment.currentStep <= deployment.actions.length
    })
  }

  function settled(app: StoredApp): boolean {
    const { tasks, definition, lastConfigChangeAt } = app
    return (
      tasks.length === definition.instances &&
      tasks.every(task => task.version >= lastConfigChangeAt && isWell(app, task))
    )
  }

  /** How many tasks an app waits for. */
  function missing(app: StoredApp): number {
    const current = app.tasks.filter(task => task.version >= app.lastConfigChangeAt)
    return Math.max(app.definition.instances - current.length, 0)
  }

  /** The deployments that an answer tells of. */
  function listed(): StoredDeployment[] {
    const seen = deployments.filter(({ unseen }) => unseen === 0)
    for (const deployment of deployments) deployment.unseen = Math.max(deployment.unseen - 1, 0)
    return seen
  }

  function cancel(deployment: StoredDeployment): void {
    deployments = deployments.filter(each => each !== deployment)
  }

  return {
    apps,
    outputs,
    settings,
    deployments: () => deployments,
    listed,
    app: (id: string) => {
      const app = apps.get(id)
      return app?.stopping ? undefined : app
    },
    change,
    plan,
    restore,
    cancel,
    kill,
    missing,
    tick,
    timestamp,
  }
}

export type Cluster = ReturnType<typeof createCluster>

export function isWell({ definition }: StoredApp, { state, health }: StoredTask): boolean {
  return state === 'TASK_RUNNING' && (definition.healthChecks.length === 0 || health?.alive === true)
}

function behaviourOf({ labels }: Json): Behaviour {
  return labels.behaviour ?? 'runs'
}

/** The steps of a deployment, one action each. */
function actionsFor(original: Json | undefined, definition: Json | undefined): string[] {
  if (!definition) return ['StopApplication']
  if (!original) return ['StartApplication', 'ScaleApplication']
  if (JSON.stringify(sorted(original)) === JSON.stringify(sorted(definition))) return []
  const { instances: _a, ...before } = original
  const { instances: _b, ...after } = definition
  return JSON.stringify(sorted(before)) === JSON.stringify(sorted(after))
    ? ['ScaleApplication']
    : ['RestartApplication']
}

function sorted(value: Loose): Loose {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sorted(value[key])]),
  )
}
