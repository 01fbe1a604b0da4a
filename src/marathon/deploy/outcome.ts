import type { TaskFailure } from '../api/tasks.ts'
import type { Endpoint } from './endpoints.ts'

/**
 * How a deployment ended:
 * - finished: the new version runs, healthy where there are health checks
 * - unchanged: this very definition ran already, and runs well
 * - superseded: someone changed or removed the app meanwhile
 * - rolled-back: someone cancelled the deployment, and Marathon put back what was before
 * - failed: the new version's tasks fail, or Marathon gave up
 * - timed-out: it was still under way after the time that it had
 * - cancelled: this program was told to stop; Marathon goes on
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
  /** What happened, why, and what was done about it: the first line says it all, further ones give the details. */
  message: string
  appId: string
  deploymentId: string
  /** Of the app that this deployment made; for `unchanged` the one that ran already. */
  version: string
  /** Where the tasks of a deployment that succeeded can be reached. */
  endpoints: readonly Endpoint[]
  /** The last task that failed, or else one that is not healthy: whose output tells why. */
  culprit?: Culprit
}

/** A task by what its sandbox is found. */
export type Culprit = Pick<TaskFailure, 'taskId' | 'host' | 'slaveId'>

export function isSuccess(state: DeployState): boolean {
  return state === 'finished' || state === 'unchanged'
}
