import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '../lib/terminal/format.ts'
import { Lines } from '../marathon/logs/lines.ts'
import type { Account } from './account.ts'
import type { App, HealthCheck } from './app.ts'
import { type Container, type End, startContainer } from './container.ts'
import { taskEnvironment } from './environment.ts'
import { type FetchTools, fetchArtifact } from './fetch.ts'
import { healthRules } from './health.ts'
import type { Port } from './ports.ts'
import { describeCheck, probe } from './probe.ts'
import { makeSandbox, type Sandbox } from './sandbox.ts'

export type Stream = 'stdout' | 'stderr'

/** How an instance ended. */
export interface Outcome extends End {
  /** Milliseconds from its start. */
  after: number
  /** Milliseconds from SIGTERM, if it was asked to stop. */
  stopped?: number
  /** Whether it had to be killed, because it did not stop. */
  killed: boolean
  /** Why an agent would have killed it. */
  unhealthy?: string
}

export interface InstanceOptions {
  app: App
  /** Such as `hello-1`. */
  name: string
  account: Account
  ports: readonly Port[]
  /** Of the sandboxes. */
  folder: string
  /** Keep the colours of what it writes. */
  colours: boolean
  onLine(stream: Stream, line: string): void
}

/** Milliseconds after which a task without a health check has started well: it did not crash at once. */
const STEADY = 2000
/** Lines of its output that are remembered. */
const LAST_LINES = 20

/** A task of an app. */
export class Instance {
  readonly name: string
  readonly ports: readonly Port[]
  /** The last lines of its output. */
  readonly last: string[] = []
  /** Milliseconds from the start. */
  healthyAfter?: number
  /** What the last probe of a health check found, as a sentence. */
  complaint?: string
  outcome?: Outcome
  /** When it becomes healthy for the first time; pending if it never does. */
  readonly healthy: Promise<void>
  readonly #options: InstanceOptions
  readonly #taskId: string
  readonly #begun = performance.now()
  readonly #over = new AbortController()
  #container?: Container
  #becameHealthy = () => {}
  #stopping?: { since: number; timer: NodeJS.Timeout }
  #killed = false
  #unhealthy?: string

  constructor(options: InstanceOptions) {
    this.#options = options
    this.name = options.name
    this.ports = options.ports
    this.#taskId = `${options.app.id.slice(1).replaceAll('/', '_')}.${randomUUID()}`
    this.healthy = new Promise(resolve => {
      this.#becameHealthy = resolve
    })
  }

  /**
   * Fetches, starts the command, and waits for its end.
   * @throws MesosizeError if it cannot be started, and the signal's reason if it was aborted before
   */
  async run(tools: FetchTools): Promise<Outcome> {
    const { app, account, folder, name } = this.#options
    const signal = AbortSignal.any([tools.signal, this.#over.signal])
    const sandbox = await makeSandbox(folder, name, account)
    try {
      for (const artifact of app.artifacts)
        await fetchArtifact(artifact, sandbox.path, account, { ...tools, signal })
      signal.throwIfAborted()
    } catch (error) {
      for (const file of Object.values(sandbox.files)) file.destroy()
      throw error
    }
    const env = taskEnvironment(app, { taskId: this.#taskId, sandbox: sandbox.path, ports: this.ports })
    const container = startContainer({ command: app.command, account, sandbox: sandbox.path, env })
    this.#container = container
    for (const stream of ['stdout', 'stderr'] as const) this.#read(container, stream, sandbox)
    const watching = this.#watch(container)
    const end = await container.ended
    clearTimeout(this.#stopping?.timer)
    const outcome = {
      ...end,
      after: performance.now() - this.#begun,
      ...(this.#stopping && { stopped: performance.now() - this.#stopping.since }),
      killed: this.#killed,
      unhealthy: this.#unhealthy,
    }
    this.outcome = outcome
    this.#over.abort()
    await watching
    return outcome
  }

  /** Stops it gracefully, or what is still fetched for it; kills it after the app's grace period. */
  stop(): void {
    if (this.#stopping || this.outcome) return
    const timer = setTimeout(() => this.kill(), this.#options.app.grace)
    this.#stopping = { since: performance.now(), timer }
    if (this.#container) this.#container.terminate()
    else this.#over.abort()
  }

  kill(): void {
    this.stop()
    if (this.outcome || !this.#container) return
    this.#killed = true
    this.#container.kill()
  }

  /** How to run a shell in it. @throws Error if it has ended */
  async shell() {
    if (!this.#container) throw new Error('it has not started yet')
    return this.#container.shell()
  }

  #read(container: Container, stream: Stream, { files }: Sandbox): void {
    const lines = new Lines({ colours: this.#options.colours })
    const show = (complete: string[]) => {
      for (const line of complete) {
        this.last.push(line)
        if (this.last.length > LAST_LINES) this.last.shift()
        this.#options.onLine(stream, line)
      }
    }
    container[stream].on('data', (bytes: Buffer) => {
      files[stream].write(bytes)
      show(lines.push(bytes))
    })
    container[stream].on('end', () => {
      files[stream].end()
      show(lines.end())
    })
  }

  /** Follows its health as long as it runs. Does not throw. */
  async #watch(container: Container): Promise<void> {
    const isThere = await container.started().then(
      () => true,
      () => false,
    )
    if (!isThere) return
    const { healthChecks } = this.#options.app
    const passed = new Set<HealthCheck>()
    const pass = (check: HealthCheck) => {
      passed.add(check)
      if (passed.size === healthChecks.length) this.#isHealthy()
    }
    if (healthChecks.length === 0) {
      await sleep(STEADY, undefined, { signal: this.#over.signal }).then(
        () => this.#isHealthy(),
        () => {},
      )
    }
    await Promise.all(healthChecks.map(check => this.#check(check, container, () => pass(check))))
  }

  async #check(check: HealthCheck, container: Container, pass: () => void): Promise<void> {
    const judge = healthRules(check)
    const { signal } = this.#over
    const asked = describeCheck(check, this)
    const since = performance.now()
    for (let failures = 0; ; ) {
      const problem = await probe(check, { ports: this.ports, container }, signal)
      if (signal.aborted || this.#stopping) return
      const { healthy, lost, pause } = judge(problem === undefined, performance.now() - since)
      failures = healthy ? 0 : failures + 1
      this.complaint = healthy ? undefined : `The health check ${asked} ${problem}.`
      if (healthy) pass()
      if (lost) {
        this.#unhealthy = this.complaint
        return this.stop()
      }
      try {
        await sleep(pause, undefined, { signal })
      } catch {
        return
      }
    }
  }

  #isHealthy(): void {
    if (this.healthyAfter !== undefined || this.#stopping) return
    this.healthyAfter = performance.now() - this.#begun
    this.#becameHealthy()
  }
}

/** What became of an instance, as a phrase that follows its name. */
export function describeOutcome({ status, signal, after, stopped, killed, unhealthy }: Outcome): string {
  const how = signal === undefined ? `status ${status}` : signal
  if (unhealthy !== undefined) return `is unhealthy, and an agent would kill it. ${unhealthy}`
  if (stopped === undefined) return `ended with ${how} after ${formatDuration(after)}`
  if (killed) return `had not stopped ${formatDuration(stopped)} after SIGTERM, and was killed`
  return `stopped with ${how}, ${formatDuration(stopped)} after SIGTERM`
}
