import { MesosizeError } from '../../lib/errors.ts'
import { getApp } from '../api/apps.ts'
import type { Marathon } from '../api/client.ts'
import type { TaskFailure } from '../api/tasks.ts'
import type { JsonObject } from '../app/request.ts'
import { type CheckOptions, checkApp } from './check.ts'
import type { DeployTools } from './clock.ts'
import { diagnose, formatFailure } from './diagnose.ts'
import { endpointsOf } from './endpoints.ts'
import type { DeployResult, DeployState } from './outcome.ts'
import { deployProgress } from './progress.ts'
import { startDeployment } from './start.ts'
import type { StartedDeployment } from './started-deployment.ts'
import { undo } from './undo.ts'
import { type Ending, endedText, waitForDeployment } from './wait.ts'

export interface DeployOptions extends CheckOptions {
  /** Cancel the deployments that are changing the app, instead of waiting for them. */
  force?: boolean
  /** Time limit of the deployment, milliseconds; fifteen minutes by default. */
  timeout?: number
  /** Number of ended tasks after which the deployment counts as failed: 3 by default; 0: never. */
  failFast?: number
  /** Whether to roll back a failed deployment: to the old version, or to no app. True by default. */
  rollback?: boolean
}

/**
 * Deploys an app and waits until it runs.
 * @returns the outcome, good or bad, of a deployment that was started
 * @throws MesosizeError if it could not be started: APP_INVALID, APP_UNFETCHABLE, MARATHON_..., HTTP_...; if the
 *   credentials become invalid while it is in progress; the signal's reason if aborted before it was started
 */
export async function deployApp(
  marathon: Marathon,
  definition: JsonObject,
  options: DeployOptions,
  tools: DeployTools,
): Promise<DeployResult> {
  const { force = false, timeout = 900_000, failFast = 3, rollback = true } = options
  const app = checkApp(definition, options, tools.report)
  const before = await getApp(marathon, app.id)
  const started = await startDeployment(marathon, app, before, { force, timeout }, tools)
  const deployment: StartedDeployment = { ...started, app, before }
  const instances = typeof app.instances === 'number' ? app.instances : 1
  const progress = deployProgress(tools.report, app.id, instances)
  let outcome: DeployState = 'cancelled'
  try {
    const ending = await waitForDeployment(marathon, deployment, { timeout, failFast }, progress, tools)
    const result = await conclude(marathon, deployment, ending, { timeout, rollback }, tools)
    outcome = result.state
    return result
  } catch (error) {
    const continues = `The deployment ${started.deploymentId} of ${app.id} continues in Marathon`
    if (tools.signal?.aborted) {
      return {
        ...common(deployment),
        state: 'cancelled',
        message: `${continues}; Mesosize has stopped waiting for it.`,
      }
    }
    throw error instanceof MesosizeError
      ? new MesosizeError(error.code, `${error.message} ${continues}.`, { cause: error })
      : error
  } finally {
    progress.done(outcome)
  }
}

function common({ app, deploymentId, version }: StartedDeployment) {
  return { appId: app.id, deploymentId, version, endpoints: [] }
}

async function conclude(
  marathon: Marathon,
  deployment: StartedDeployment,
  ending: Ending,
  { timeout, rollback }: { timeout: number; rollback: boolean },
  tools: DeployTools,
): Promise<DeployResult> {
  const { id } = deployment.app
  const result = common(deployment)
  switch (ending.kind) {
    case 'finished':
    case 'unchanged': {
      const { app } = ending
      const tasks = `${app.running} task${app.running === 1 ? '' : 's'}${app.healthChecked ? `, ${app.healthy} healthy` : ''}`
      const message =
        ending.kind === 'finished'
          ? `${id} runs in its new version ${app.version}: ${tasks}.`
          : `${id} already has this definition, in its version ${app.version}, and runs: ${tasks}.`
      return { ...result, state: ending.kind, message, version: app.version, endpoints: endpointsOf(app) }
    }
    case 'superseded':
      return {
        ...result,
        state: 'superseded',
        message: ending.app
          ? `Someone has changed ${id} in the meantime, to its version ${ending.app.version}: this deployment no longer applies.`
          : `Someone has removed ${id} in the meantime: this deployment no longer applies.`,
      }
    case 'rolled-back':
      return {
        ...result,
        state: 'rolled-back',
        message: `Someone has cancelled the deployment ${deployment.deploymentId}, and Marathon ${ending.app ? `has restored the previous version of ${id}` : `has removed ${id} again`}.`,
      }
  }
  const { lines, culprit, underWay } = await diagnose(marathon, deployment, tools)
  const undone = rollback
    ? await undo(marathon, deployment, tools)
    : `${id} is left as it is, and Marathon keeps trying${underWay ? `; its deployment ${deployment.deploymentId} locks it until then` : ''}.`
  const head = reason(ending, id, timeout)
  const details = lines.filter(line => !head.includes(line))
  return {
    ...result,
    state: ending.kind === 'timed-out' ? 'timed-out' : 'failed',
    message: [head, ...details.map(line => `  ${line}`), undone].join('\n'),
    culprit: culprit ?? (ending.kind === 'failing' ? lastOf(ending.failures) : undefined),
  }
}

function reason(
  ending: Extract<Ending, { kind: 'failing' | 'unwell' | 'timed-out' }>,
  id: string,
  timeout: number,
): string {
  switch (ending.kind) {
    case 'failing': {
      const { failures } = ending
      return `${id} does not stay up: ${endedText(failures)}. ${formatFailure(lastOf(failures))}`
    }
    case 'unwell': {
      const { running, instances, healthChecked, healthy } = ending.app
      return `Marathon has ended the deployment of ${id}, but ${running} of ${instances} tasks run${healthChecked ? ` and ${healthy} are healthy` : ''}.`
    }
    case 'timed-out':
      return `${id} was not up after ${Math.round(timeout / 1000)} seconds.${ending.problem === undefined ? '' : ` ${ending.problem}`}`
  }
}

/** The most informative failure: the last one with a cause. */
function lastOf(failures: readonly TaskFailure[]): TaskFailure {
  return failures.findLast(({ message }) => message !== '') ?? failures.at(-1)!
}
