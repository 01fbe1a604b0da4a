import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { localPath } from '../testkit/fetcher.ts'
import { programPath } from '../testkit/machine.ts'
import { freePorts } from '../testkit/ports.ts'
import { killProcessesIn, terminateTree } from './processes.ts'

/** What a stand-in for Marathon and a Mesos agent reads of an app definition. */
export interface App {
  id: string
  cmd: string
  user: string
  cpus: number
  mem: number
  disk: number
  taskKillGracePeriodSeconds: number
  fetch?: { uri: string; extract: boolean; destPath: string }[]
  uris?: string[]
  env: Record<string, string | { secret: string }>
  secrets?: Record<string, { source: string }>
  labels: Record<string, string>
  portDefinitions: { name: string; protocol: string }[]
  healthChecks: { portIndex: number; path: string }[]
}

export interface Cluster {
  /** Everything in the tasks' PATH: programs of this machine, by the names that they have there. */
  programs: Record<string, string>
  /** What the fetcher unpacks with: tar in Mesos 1.0 to 1.6, libarchive from 1.7. */
  fetcher: 'tar' | 'libarchive'
  /** Of the fetcher and of the tasks. */
  umask: '022' | '077'
  /** 0750 from Mesos 1.6. */
  sandboxMode: 0o750 | 0o755
  /** Whether the isolator filesystem/linux gives each task a mount namespace, whose mounts are slaves. */
  filesystemLinux: boolean
  /** Marathon's flag --env_vars_prefix. */
  envVarsPrefix: string
  /** Values in the cluster's secret store, by their paths. */
  secrets?: Record<string, string>
  /** A capability that tasks cannot have, such as sys_admin. */
  withheld?: string
}

export interface Task {
  /** Of the process to which the command was given. */
  pid: number
  sandbox: string
  /** The numbers that Marathon gave, by the names of the port definitions. */
  ports: Record<string, number>
  /** How the process to which the command was given came to its end. */
  ended: Promise<End>
  /** What it has written so far to a stream, which the agent keeps in the sandbox. */
  output(stream: 'stdout' | 'stderr'): string
  /** The HTTP status of the app's health check, or undefined where nobody answers. */
  health(): Promise<number | undefined>
  /** Waits for something to come true; throws with the task's output if it ends instead, or never comes true. */
  until(holds: () => Promise<boolean>): Promise<void>
  /** Ends it, with SIGKILL after the app's grace period. */
  terminate(): Promise<End>
}

export interface End {
  status: number | null
  signal: NodeJS.Signals | null
}

/** Runs a task of an app in a new sandbox in a folder, as Marathon and a Mesos agent do. */
export async function runTask(app: App, cluster: Cluster, folder: string): Promise<Task> {
  const sandbox = makeSandbox(app, cluster, folder)
  fetchArtifacts(app, cluster, sandbox)
  const ports = await freePorts(app.portDefinitions.length)

  const streams = ['stdout', 'stderr'].map(name => openSync(join(sandbox, name), 'a'))
  const [program, ...words] = [
    ...(cluster.filesystemLinux ? [path('unshare'), '--mount', '--propagation', 'slave'] : []),
    ...asTaskUser(app, cluster, ['sh', '-c', app.cmd]),
  ]
  const child = spawn(program!, words, {
    cwd: sandbox,
    env: taskEnvironment(app, cluster, sandbox, ports),
    stdio: ['ignore', ...streams],
    // setsid(2)
    detached: true,
  })
  for (const stream of streams) closeSync(stream)
  const ended = once(child, 'exit').then(([status, signal]): End => ({ status, signal }))

  const output = (stream: string) => readFileSync(join(sandbox, stream), 'utf8')
  return {
    pid: child.pid!,
    sandbox,
    ports: Object.fromEntries(app.portDefinitions.map(({ name }, index) => [name, ports[index]!])),
    ended,
    output,
    async health() {
      const { portIndex, path } = app.healthChecks[0]!
      return (await ask(ports[portIndex]!, path))?.status
    },
    async until(holds) {
      const deadline = Date.now() + 250_000
      while (!(await holds())) {
        if (Date.now() > deadline || child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`did not come true; stdout:\n${output('stdout')}\nstderr:\n${output('stderr')}`)
        }
        await sleep(50)
      }
    },
    async terminate() {
      const grace = setTimeout(() => killProcessesIn(sandbox), app.taskKillGracePeriodSeconds * 1000)
      terminateTree(child.pid!)
      const end = await ended
      clearTimeout(grace)
      return end
    },
  }
}

/** The answer to a GET request on this machine, or undefined where nobody answers. */
export async function ask(port: number, path: string): Promise<{ status: number; text: string } | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`)
    return { status: response.status, text: await response.text() }
  } catch {
    return undefined
  }
}

function makeSandbox({ user }: App, { sandboxMode }: Cluster, folder: string): string {
  const sandbox = mkdtempSync(join(realpathSync(folder), 'sandbox-'))
  chmodSync(sandbox, sandboxMode)
  execFileSync('chown', [`${user}:`, sandbox])
  return sandbox
}

/** The fetcher: src/launcher/fetcher.cpp in Mesos. */
function fetchArtifacts(app: App, cluster: Cluster, sandbox: string): void {
  // Marathon makes the one of the other, and says nothing of a name then.
  const artifacts = app.fetch ?? app.uris!.map(uri => ({ uri, extract: true, destPath: basename(uri) }))
  for (const { uri, extract, destPath } of artifacts) {
    const file = join(sandbox, destPath)
    runAs(['cp', localPath(uri), file])
    if (!extract) continue
    runAs(
      cluster.fetcher === 'tar'
        ? ['tar', '-C', sandbox, '-xf', file]
        : // libarchive with ARCHIVE_EXTRACT_TIME alone: no owners, no modes beyond the umask.
          ['bsdtar', '-x', '--no-same-permissions', '--no-same-owner', '-C', sandbox, '-f', file],
    )
  }

  function runAs(command: readonly string[]): void {
    const [program, ...words] = asTaskUser(app, cluster, command)
    execFileSync(program!, words, { env: { PATH: process.env.PATH, LC_ALL: 'C' } })
  }
}

function asTaskUser({ user }: App, { umask, withheld }: Cluster, command: readonly string[]): string[] {
  return [
    ...[path('setpriv'), `--reuid=${user}`, `--regid=${groupOf(user)}`, '--clear-groups'],
    ...(withheld ? [`--bounding-set=-${withheld}`] : []),
    ...[path('dash'), '-c', 'umask "$0" && exec "$@"', umask, ...command],
  ]
}

function groupOf(user: string): string {
  return execFileSync('id', ['-g', user], { encoding: 'utf8' }).trim()
}

/** Sources: Marathon's TaskBuilder and EnvironmentHelper; Mesos' slave.cpp; what DC/OS sets on its agents. */
function taskEnvironment(
  app: App,
  cluster: Cluster,
  sandbox: string,
  ports: readonly number[],
): NodeJS.ProcessEnv {
  const taskId = `${app.id.slice(1).replaceAll('/', '_')}.8b6e2ab4-6a4c-11ef-9f3a-0242ac110002`
  const prefixed = {
    HOST: '127.0.0.1',
    PORT: ports[0],
    PORTS: ports.join(),
    ...Object.fromEntries(ports.map((port, index) => [`PORT${index}`, port])),
    ...Object.fromEntries(ports.map(port => [`PORT_${port}`, port])),
    ...Object.fromEntries(
      app.portDefinitions.map(({ name }, index) => [`PORT_${name.toUpperCase()}`, ports[index]]),
    ),
  }
  const labels = Object.entries(app.labels).map(
    ([key, value]) => [key.toUpperCase().replace(/[^A-Z0-9_]/g, '_'), value] as const,
  )
  const environment = {
    PATH: linkPrograms(cluster, sandbox),
    SHELL: '/usr/bin/bash',
    LD_LIBRARY_PATH: '/opt/mesosphere/lib',
    SASL_PATH: '/opt/mesosphere/lib/sasl2',
    LIBPROCESS_IP: '127.0.0.1',
    LIBPROCESS_PORT: 0,
    MESOS_AGENT_ENDPOINT: '127.0.0.1:5051',
    MESOS_ALLOCATION_ROLE: '*',
    MESOS_CHECKPOINT: 1,
    MESOS_DIRECTORY: sandbox,
    MESOS_DOMAIN_SOCKET: `${sandbox}-agent.sock`,
    MESOS_SANDBOX: sandbox,
    MESOS_EXECUTOR_AUTHENTICATION_TOKEN: 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln',
    MESOS_EXECUTOR_ID: taskId,
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: '5secs',
    MESOS_FRAMEWORK_ID: '4f0d2b1e-6a4c-11ef-9f3a-0242ac110002-0000',
    MESOS_HTTP_COMMAND_EXECUTOR: 0,
    MESOS_RECOVERY_TIMEOUT: '15mins',
    MESOS_SLAVE_ID: '4f0d2b1e-6a4c-11ef-9f3a-0242ac110002-S1',
    MESOS_SLAVE_PID: 'slave(1)@127.0.0.1:5051',
    MESOS_SUBSCRIPTION_BACKOFF_MAX: '2secs',
    MESOS_TASK_ID: taskId,
    MESOS_NATIVE_JAVA_LIBRARY: '/opt/mesosphere/lib/libmesos.so',
    MESOS_NATIVE_LIBRARY: '/opt/mesosphere/lib/libmesos.so',
    MARATHON_APP_ID: app.id,
    MARATHON_APP_VERSION: '2024-01-02T03:04:05.678Z',
    MARATHON_APP_RESOURCE_CPUS: app.cpus,
    MARATHON_APP_RESOURCE_MEM: app.mem,
    MARATHON_APP_RESOURCE_DISK: app.disk,
    MARATHON_APP_RESOURCE_GPUS: 0,
    MARATHON_APP_LABELS: labels.map(([key]) => key).join(' '),
    ...Object.fromEntries(labels.map(([key, value]) => [`MARATHON_APP_LABEL_${key}`, value])),
    ...Object.fromEntries(
      Object.entries(prefixed).map(([name, value]) => [cluster.envVarsPrefix + name, value]),
    ),
    ...Object.fromEntries(
      Object.entries(app.env).map(([name, value]) => [name, variableValue(value, app, cluster)]),
    ),
  }
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]))
}

/** The value of a variable, which DC/OS' plugin for secrets takes from the store as the task starts. */
function variableValue(value: App['env'][string], { secrets }: App, cluster: Cluster): string {
  if (typeof value === 'string') return value
  const found = cluster.secrets?.[secrets![value.secret]!.source]
  if (found === undefined) throw new Error(`the secret store has no ${value.secret}`)
  return found
}

function linkPrograms({ programs }: Cluster, sandbox: string): string {
  const folder = mkdtempSync(`${sandbox}-programs-`)
  chmodSync(folder, 0o755)
  for (const [name, program] of Object.entries(programs)) symlinkSync(path(program), join(folder, name))
  return folder
}

function path(program: string): string {
  if (isAbsolute(program)) return program
  const found = programPath(program)
  if (found === undefined) throw new Error(`${program} is not in PATH`)
  return found
}
