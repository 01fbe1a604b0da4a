import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fetch } from '../http/fetch.ts'
import type { Reporter } from '../lib/report.ts'
import { formatDuration } from '../lib/terminal/format.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import { findAccount } from './account.ts'
import { readApp } from './app.ts'
import { FetchCache } from './fetch-cache.ts'
import { describeOutcome, Instance, type Outcome, type Stream } from './instance.ts'
import { type Claim, claimPorts } from './ports.ts'
import { makeSandboxFolder } from './sandbox.ts'

/** What to run, and for how long. */
export interface RunRequest {
  app: AppDefinition
  instances: number
  /** Addresses of Supervisors whose ring the service joins, `HOST:PORT`. */
  peers: readonly string[]
  /** Stop as soon as all instances are healthy, at the latest after this time, in milliseconds; otherwise run until stopped. */
  untilHealthy?: number
  /** Leave the sandboxes there. */
  keep: boolean
}

/** What happens during a run, for those who watch it. */
export interface RunEvents {
  line(instance: Instance, stream: Stream, line: string): void
  healthy(instance: Instance): void
  ended(instance: Instance, outcome: Outcome): void
}

export interface RunTools {
  fetch: Fetch
  report: Reporter
  events: RunEvents
  /** Keep the colours of what the service writes. */
  colours: boolean
  /** Stops the run gracefully. */
  signal: AbortSignal
  /** Ends it at once. */
  hardSignal: AbortSignal
  /** Does something during the run, with the first instance once it is healthy; the run stops afterwards. */
  meanwhile?: (instance: Instance) => Promise<void>
}

export interface RunResult {
  instances: readonly Instance[]
  /** Why the run has failed, as a sentence for each instance that is to blame. */
  problems: readonly { instance: Instance; problem: string }[]
  /** The folder of the sandboxes, if they are kept. */
  sandboxes?: string
}

/**
 * Does with an app what a Mesos agent does, on this machine, which must be Linux, as root.
 * @throws MesosizeError if the app cannot be started; the signal's reason if it was aborted before it was
 */
export async function runApp(request: RunRequest, tools: RunTools): Promise<RunResult> {
  const app = readApp(request.app, request.peers)
  if (app.ignored.length > 0) {
    tools.report.warn(
      `The app has ${app.ignored.join(', ')}, which "mesosize run" does not provide. It starts without them.`,
    )
  }
  const account = await findAccount(app.user)
  const claims: Claim[] = []
  const folder = await makeSandboxFolder(request.keep)
  try {
    for (let count = 0; count < request.instances; count++) claims.push(await claimPorts(app.ports))
    const instances = claims.map(({ ports }, index) => {
      const instance: Instance = new Instance({
        app,
        name: `${app.name}-${index + 1}`,
        account,
        ports,
        folder: folder.path,
        colours: tools.colours,
        onLine: (stream, line) => tools.events.line(instance, stream, line),
      })
      return instance
    })
    const problems = await runInstances(instances, request, tools)
    return { instances, problems, sandboxes: request.keep ? folder.path : undefined }
  } finally {
    for (const claim of claims) claim.release()
    await folder.close()
  }
}

/** Runs them until all have ended, whatever the reason. @returns why the run has failed */
async function runInstances(
  instances: readonly Instance[],
  request: RunRequest,
  { signal, hardSignal, events, fetch, meanwhile }: RunTools,
): Promise<RunResult['problems']> {
  const problems: RunResult['problems'][number][] = []
  const stopAll = () => {
    for (const instance of instances) instance.stop()
  }
  const killAll = () => {
    for (const instance of instances) instance.kill()
  }
  signal.throwIfAborted()
  signal.addEventListener('abort', stopAll)
  hardSignal.addEventListener('abort', killAll)
  const cache = new FetchCache(join(userInfo().homedir, '.cache/mesosize/fetched'))
  const ends = instances.map(async instance => {
    const outcome = await instance.run({ fetch, cache, signal })
    events.ended(instance, outcome)
    const problem = problemOf(instance, outcome, request)
    if (problem !== undefined) problems.push({ instance, problem })
  })
  for (const instance of instances) void instance.healthy.then(() => events.healthy(instance))
  const [first] = instances
  const allHealthy = Promise.all(instances.map(({ healthy }) => healthy))
  const late = new AbortController()
  try {
    const all = Promise.all(ends)
    if (request.untilHealthy !== undefined) {
      const timeout = request.untilHealthy
      // The first that ends has failed: it was to become healthy.
      const inTime = await Promise.race([
        allHealthy.then(() => true),
        all.then(() => true),
        ...ends.map(end => end.then(() => true)),
        sleep(timeout, false, { signal: late.signal }),
      ])
      if (!inTime) problems.push(...latecomers(instances, timeout))
    } else if (meanwhile && first) {
      await Promise.race([all, allHealthy.then(() => meanwhile(first))])
    } else {
      await all
    }
  } finally {
    late.abort()
    stopAll()
    await Promise.allSettled(ends)
    signal.removeEventListener('abort', stopAll)
    hardSignal.removeEventListener('abort', killAll)
  }
  return problems
}

function latecomers(instances: readonly Instance[], timeout: number): RunResult['problems'] {
  return instances
    .filter(({ healthyAfter }) => healthyAfter === undefined)
    .map(instance => ({
      instance,
      problem: `was not healthy within ${formatDuration(timeout)}. ${instance.complaint ?? 'Nothing has been fetched and started yet.'}`,
    }))
}

/** What is wrong with an end, as a phrase that follows the instance's name. */
function problemOf(
  { healthyAfter }: Instance,
  outcome: Outcome,
  { untilHealthy }: RunRequest,
): string | undefined {
  const { status, stopped, unhealthy } = outcome
  if (unhealthy === undefined && (stopped !== undefined || (untilHealthy === undefined && status === 0))) {
    return undefined
  }
  const before = stopped === undefined && healthyAfter === undefined ? ', before it was healthy' : ''
  return `${describeOutcome(outcome)}${before}`
}
