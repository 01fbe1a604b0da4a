import { MesosizeError } from '../../lib/errors.ts'
import { type App, getApp } from '../api/apps.ts'
import type { Marathon } from '../api/client.ts'
import { type Deployment, listDeployments } from '../api/deployments.ts'

/** The state of a deployment at one moment. */
export interface Observation {
  /** Present if it is listed. */
  deployment?: Deployment
  /** Whether it is in progress, according to the list or the app; a user may not be allowed to see both. */
  underWay: boolean
  app?: App
}

/** Errors that waiting does not fix: credentials that are no longer valid, or not sufficient. */
const LASTING: ReadonlySet<string> = new Set(['MARATHON_LOGIN', 'MARATHON_FORBIDDEN', 'DCOS_LOGIN'])

/**
 * Looks once.
 * @returns an error message if Marathon did not answer, or not as expected
 * @throws MesosizeError if looking again will not help; the signal's reason
 */
export async function observe(
  marathon: Marathon,
  appId: string,
  deploymentId: string,
  signal: AbortSignal | undefined,
): Promise<Observation | string> {
  try {
    const once = { tries: 1 }
    // Not at the same time: the app must not be older than the list that no longer has its deployment.
    const deployments = await listDeployments(marathon, once)
    const app = await getApp(marathon, appId, once)
    const deployment = deployments.find(({ id }) => id === deploymentId)
    const underWay = deployment !== undefined || app?.deployments.includes(deploymentId) === true
    return { deployment, underWay, app }
  } catch (error) {
    signal?.throwIfAborted()
    if (!(error instanceof MesosizeError) || LASTING.has(error.code)) throw error
    return error.message
  }
}
