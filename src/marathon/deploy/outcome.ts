import type { TaskFailure } from '../api/tasks.ts'
import type { Endpoint } from './endpoints.ts'

/**
 * How a deployment ended:
 * - finished: the new version runs, and is healthy if there are health checks
 * - unchanged: the same definition was already deployed, and runs well
 * - superseded: someone changed or removed the app in the meantime
 * - rolled-back: someone cancelled the deployment, and Marathon restored the previous state
 * - failed: the new version's tasks fail, or Marathon gave up
 * - timed-out: it was still in progress at the time limit
 * - cancelled: this program was stopped; Marathon continues
 */
export type DeployState =
  | 'finished'
  | 'unchanged'
  | 'superseded'
  | 'rolled-back'
  | 'failed'
  | 'timed-out'
  | 'cancelled'

export interface DeployResult {
  state: DeployState
  /** What happened, why, and what was done about it: a summary in the first line, details in the others. */
  message: string
  appId: string
  deploymentId: string
  /** The app's version that this deployment created; for `unchanged`, the existing one. */
  version: string
  /** The addresses of the tasks, after a successful deployment. */
  endpoints: readonly Endpoint[]
  /** The last task that failed, or else an unhealthy one; its output may explain the failure. */
  culprit?: Culprit
}

/** What identifies a task's sandbox. */
export type Culprit = Pick<TaskFailure, 'taskId' | 'host' | 'slaveId'>

export function isSuccess(state: DeployState): boolean {
  return state === 'finished' || state === 'unchanged'
}
