import { randomUUID } from 'node:crypto'
import { countHostPorts, servicePortsOf } from './marathon-server-ports.ts'
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

/** How an app's tasks do, by its label `behaviour` or by `settings.behaviours`. */
export type Behaviour =
  /** Staged, running, healthy. */
  | 'runs'
  /** Run and fail at once. */
  | 'fails'
  /** Run and end at once, with status 0. */
  | 'ends'
  /** Fail before they run. */
  | 'cannot-fetch'
  /** Are healthy for a while and fail then. */
  | 'flaps'
  | 'unhealthy'
  /** Never get beyond staging. */
  | 'hangs'
  /** No offer is good enough. */
  | 'unplaced'
  /** Run, and go on when they are killed. */
  | 'immortal'

export interface StoredTask {
  id: string
  appId: string
  version: string
  host: string
  slaveId: string
  ports: number[]
  stagedAt: string
  startedAt?: string
  /** Killing shows in no state: Marathon does not ask Mesos for TASK_KILLING. */
  state: 'TASK_STAGING' | 'TASK_RUNNING' | 'TASK_FAILED' | 'TASK_FINISHED'
  killed?: true
  health?: { alive: boolean; consecutiveFailures: number; lastFailureCause?: string; since?: string }
  /** Ticks since it was launched. */
  age: number
  real?: RealTask
}

export interface StoredApp {
  definition: Json
  version: string
  lastConfigChangeAt: string
  lastScalingAt: string
  /** What `versionInfo` says about both instead: a cancelled deployment restores older ones. */
  shownInfo?: { lastConfigChangeAt: string; lastScalingAt: string }
  versions: Map<string, Json>
  tasks: StoredTask[]
  lastTaskFailure?: Json
  /** Offers that were looked at for it, and how many of them were of use. */
  offers: { used: number; lastUsedAt?: string }
  /** Removed, and gone when its tasks are. */
  stopping: boolean
}

export interface StoredDeployment {
  id: string
  version: string
  appId: string
  /** The app before; undefined where there was none. */
  original: Pick<StoredApp, 'definition' | 'lastConfigChangeAt' | 'lastScalingAt'> | undefined
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
  /** They stay when they are empty. */
  const groups = new Set<string>()
  let deployments: StoredDeployment[] = []
  const outputs = new Map<string, { stdout: string; stderr: string }>()
  const settings = {
    failureMessage: 'Command exited with status 1',
    rejections: { InsufficientPorts: 2 } as Record<string, number>,
    offers: 2,
    delay: 0,
    /** By app, for those without a label. */
    behaviours: {} as Record<string, Behaviour>,
  }
  let lastTime = 0

  /** No two changes have the same. */
  function timestamp(): string {
    lastTime = Math.max(now(), lastTime + 1)
    return new Date(lastTime).toISOString()
  }

  /** The service ports that no app has, from the flag --local_port_min on. */
  function* freePorts(): Generator<number, number> {
    const taken = new Set([...apps.values()].flatMap(({ definition }) => servicePortsOf(definition)))
    for (let port = 10_000; ; port++) if (!taken.has(port)) yield port
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
    const time = timestamp()
    const original = app && !app.stopping ? app : undefined
    const definition = wanted && normalized(wanted, version, original?.definition, freePorts())
    const actions = actionsFor(original?.definition, definition)
    const locks = deployments.filter(({ appId }) => appId === id)
    if (locks.length > 0 && !force) {
      // What is refused only now has been stored already.
      if (definition && actions.length > 0) original?.versions.set(time, definition)
      const text = `App is locked by one or more deployments. Override with the option '?force=true'. View details at '/v2/deployments/<DEPLOYMENT_ID>'.`
      return message(409, text, { deployments: locks.map(lock => ({ id: lock.id })) })
    }
    deployments = deployments.filter(({ appId }) => appId !== id)
    const deployment: StoredDeployment = {
      id: randomUUID(),
      version: time,
      appId: id,
      original: original && {
        definition: original.definition,
        lastConfigChangeAt: original.lastConfigChangeAt,
        lastScalingAt: original.lastScalingAt,
      },
      actions,
      // An app is started with no task, which takes no time.
      currentStep: actions[0] === 'StartApplication' ? 2 : 1,
      unseen: version === '1.10' ? 0 : 2,
    }
    if (!definition) {
      if (app) app.stopping = true
    } else if (deployment.actions.length > 0) {
      const scaled = original !== undefined && deployment.actions[0] === 'ScaleApplication'
      apps.set(id, {
        tasks: [],
        versions: new Map(),
        offers: { used: 0 },
        ...app,
        definition,
        version: time,
        lastScalingAt: time,
        lastConfigChangeAt: scaled ? app!.lastConfigChangeAt : time,
        shownInfo: undefined,
        stopping: false,
      })
      apps.get(id)!.versions.set(time, definition)
      for (const group of ancestorsOf(id)) groups.add(group)
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

  /** Cancels a deployment by one that puts back what was before. */
  function revert({ appId, original }: StoredDeployment): Reply | StoredDeployment {
    const changed = restore(appId, original?.definition, true)
    const app = apps.get(appId)
    if (app && original && 'actions' in changed && changed.actions.length > 0) {
      const { lastConfigChangeAt, lastScalingAt } = original
      app.shownInfo = { lastConfigChangeAt, lastScalingAt }
    }
    return changed
  }

  /**
   * What a dry run says that `change` would do, as its actions. It compares the ports as they are sent, takes every
   * app that it is given for a change, and does not check the whole tree of groups.
   */
  function plan(id: string, wanted: Json): Reply | string[] {
    const refused = refuseApp(wanted, version)
    if (refused) return refused
    const original = apps.get(id)?.definition
    const actions = actionsFor(original, normalized(wanted, version))
    return actions.length > 0 ? actions : ['RestartApplication']
  }

  /** state/Group.scala */
  function clash(id: string): Reply | undefined {
    const taken = groups.has(id) || ancestorsOf(id).some(group => apps.has(group))
    const text = 'Groups and Applications may not have the same identifier.'
    return taken
      ? message(422, 'Object is not valid', { details: [{ path: '/', errors: [text] }] })
      : undefined
  }

  /** @param dead whose place it takes */
  function launch(app: StoredApp, dead?: StoredTask): void {
    const { definition } = app
    const task: StoredTask = {
      id: dead ? nextAttempt(dead.id) : firstAttempt(definition.id),
      appId: definition.id,
      version: app.version,
      host: '127.0.0.1',
      slaveId: 'a3f2c9d4-7b1e-4c55-9a60-0d2b6c8e1f00-S1',
      ports: Array.from(
        { length: countHostPorts(definition) },
        () => 31_000 + Math.floor(Math.random() * 1000),
      ),
      stagedAt: timestamp(),
      state: 'TASK_STAGING',
      age: 0,
    }
    outputs.set(task.id, { stdout: '', stderr: '' })
    if (dead) app.tasks.splice(app.tasks.indexOf(dead), 1, task)
    else app.tasks.push(task)
    app.offers = { used: app.offers.used + 1, lastUsedAt: task.stagedAt }
    if (start) {
      void start(definition).then(
        real => run(app, task, real),
        error => end(app, task, 'TASK_FAILED', `Failed to launch container: ${error.message}`),
      )
    }
  }

  function firstAttempt(appId: string): string {
    const name = appId.slice(1).replaceAll('/', '_')
    return version === '1.10' ? `${name}.instance-${randomUUID()}._app.1` : `${name}.${randomUUID()}`
  }

  function nextAttempt(id: string): string {
    return id.replace(/\d+$/, attempt => String(Number(attempt) + 1))
  }

  function run(app: StoredApp, task: StoredTask, real: RealTask): void {
    task.real = real
    task.ports = Object.values(real.ports)
    task.state = 'TASK_RUNNING'
    task.startedAt = timestamp()
    void real.ended.then(({ status }) => {
      if (task.killed) return
      if (status === 0) end(app, task, 'TASK_FINISHED', 'Command exited with status 0')
      else end(app, task, 'TASK_FAILED', `Command exited with status ${status}`)
    })
  }

  function end(app: StoredApp, task: StoredTask, state: 'TASK_FAILED' | 'TASK_FINISHED', text: string): void {
    if (!app.tasks.includes(task)) return
    keep(task)
    task.state = state
    // Until another takes its place; older ones forget it at once.
    if (version !== '1.10') app.tasks.splice(app.tasks.indexOf(task), 1)
    if (state === 'TASK_FINISHED') return
    if (!task.real) outputs.get(task.id)!.stderr += `${text}\n`
    app.lastTaskFailure = {
      appId: task.appId,
      host: task.host,
      message: text,
      state,
      taskId: task.id,
      timestamp: timestamp(),
      version: task.version,
      slaveId: task.slaveId,
    }
  }

  function kill(app: StoredApp, task: StoredTask): void {
    if (task.killed) return
    task.killed = true
    const gone = () => {
      keep(task)
      app.tasks.splice(app.tasks.indexOf(task), 1)
    }
    if (task.real) void task.real.terminate().then(gone)
    else if (behaviourOf(app) !== 'immortal' || isDead(task)) gone()
  }

  /** What a task has written stays in its sandbox. */
  function keep({ id, real }: StoredTask): void {
    if (real) outputs.set(id, { stdout: real.output('stdout'), stderr: real.output('stderr') })
  }

  function behaviourOf({ definition }: Pick<StoredApp, 'definition'>): Behaviour {
    return definition.labels.behaviour ?? settings.behaviours[definition.id] ?? 'runs'
  }

  function advance(app: StoredApp, task: StoredTask): void {
    const behaviour = behaviourOf({ definition: app.versions.get(task.version) ?? app.definition })
    const [check] = app.definition.healthChecks
    task.age++
    if (task.real) {
      if (check) {
        void task.real.health().then(status => {
          task.health = result(task, check, status !== undefined && status >= 200 && status < 400)
        })
      }
      return
    }
    if (start || task.killed || behaviour === 'hangs') return
    if (task.state === 'TASK_STAGING') {
      if (behaviour === 'cannot-fetch') {
        const text = "Failed to fetch all URIs for container 'c' with exit status: 256"
        end(app, task, 'TASK_FAILED', text)
      } else {
        task.state = 'TASK_RUNNING'
        task.startedAt = timestamp()
      }
    } else if (behaviour === 'fails' || (behaviour === 'flaps' && task.age > 6)) {
      end(app, task, 'TASK_FAILED', settings.failureMessage)
    } else if (behaviour === 'ends') {
      end(app, task, 'TASK_FINISHED', 'Command exited with status 0')
    } else if (check) {
      task.health = result(task, check, behaviour !== 'unhealthy')
    }
  }

  /** The executor, which carries out MESOS_* checks, tells Marathon no more than whether the task is healthy. */
  function result({ health }: StoredTask, { protocol }: Json, alive: boolean): StoredTask['health'] {
    const since = (health?.alive === alive ? health.since : undefined) ?? timestamp()
    if (alive || protocol.startsWith('MESOS_')) return { alive, consecutiveFailures: 0, since }
    const consecutiveFailures = (health?.consecutiveFailures ?? 0) + 1
    return { alive, consecutiveFailures, lastFailureCause: '503 Service Unavailable', since }
  }

  function converge(app: StoredApp): void {
    // A newer deployment does not wait for what an older one has not got to run.
    for (const task of app.tasks.filter(each => !isCurrent(app, each))) {
      if (isDead(task) || task.state === 'TASK_STAGING') kill(app, task)
    }
    const dead = app.tasks.filter(isDead)
    for (const task of app.tasks.filter(each => !isDead(each))) advance(app, task)
    if (app.stopping) {
      for (const task of [...app.tasks]) kill(app, task)
      return
    }
    const { instances } = app.definition
    // Those that have only just died are not missed yet.
    const current = app.tasks.filter(task => isCurrent(app, task) && !dead.includes(task))
    if (behaviourOf(app) !== 'unplaced') {
      for (let missing = instances - current.length; missing > 0; missing--) launch(app, dead.shift())
    }
    const well = current.filter(task => isWell(app, task))
    if (well.length >= instances) {
      for (const task of app.tasks.filter(each => !isCurrent(app, each))) kill(app, task)
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
      if (action === 'StopApplication' ? !app : !app || settled(app)) deployment.currentStep++
      return deployment.currentStep <= deployment.actions.length
    })
  }

  function settled(app: StoredApp): boolean {
    const { tasks, definition } = app
    return (
      tasks.length === definition.instances && tasks.every(task => isCurrent(app, task) && isWell(app, task))
    )
  }

  /** How many tasks an app has in the queue: those that are staged are in it until they run. */
  function queued(app: StoredApp): number {
    const running = app.tasks.filter(task => isCurrent(app, task) && task.state === 'TASK_RUNNING')
    return Math.max(app.definition.instances - running.length, 0)
  }

  /** The deployments that an answer names. */
  function listed(): StoredDeployment[] {
    const seen = deployments.filter(({ unseen }) => unseen === 0)
    for (const deployment of deployments) deployment.unseen = Math.max(deployment.unseen - 1, 0)
    return seen
  }

  function cancel(deployment: StoredDeployment): void {
    deployments = deployments.filter(each => each !== deployment)
  }

  return {
    version,
    apps,
    groups,
    outputs,
    settings,
    deployments: () => deployments,
    listed,
    app: (id: string) => {
      const app = apps.get(id)
      return app?.stopping ? undefined : app
    },
    behaviourOf,
    change,
    plan,
    restore,
    revert,
    cancel,
    kill,
    queued,
    tick,
    timestamp,
  }
}

export type Cluster = ReturnType<typeof createCluster>

/** The groups above an app: of `/a/b/c` these are `/a` and `/a/b`. */
function ancestorsOf(id: string): string[] {
  const parts = id.split('/').slice(1, -1)
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)
}

export function isDead({ state }: StoredTask): boolean {
  return state === 'TASK_FAILED' || state === 'TASK_FINISHED'
}

function isCurrent({ lastConfigChangeAt }: StoredApp, { version }: StoredTask): boolean {
  return version >= lastConfigChangeAt
}

export function isWell({ definition }: StoredApp, { state, health }: StoredTask): boolean {
  return state === 'TASK_RUNNING' && (definition.healthChecks.length === 0 || health?.alive === true)
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
