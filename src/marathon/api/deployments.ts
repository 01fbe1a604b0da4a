import { readStarted, type Started, unexpected } from './apps.ts'
import type { Marathon, MarathonRequest } from './client.ts'
import { integer, list, object, text, word } from './reading.ts'

/** A deployment that is under way (types/deployment.raml). */
export interface Deployment {
  id: string
  affectedApps: readonly string[]
  /** Counted from 1; 0 before the first. */
  currentStep: number
  totalSteps: number
  currentActions: readonly DeploymentAction[]
}

export interface DeploymentAction {
  /** Marathon's word, such as ScaleApplication. */
  action: string
  app: string
  /** The last answers to readiness checks: the check's name, and the status or what else there is to say. */
  readiness: readonly { name: string; ready: boolean; lastResponse?: string }[]
}

/** The deployments that are under way, of those that may be seen. */
export async function listDeployments(
  marathon: Marathon,
  options: Pick<MarathonRequest, 'tries'> = {},
): Promise<Deployment[]> {
  const body = await marathon.send({
    ...options,
    method: 'GET',
    path: '/v2/deployments',
    what: 'list the deployments',
  })
  if (!Array.isArray(body)) throw unexpected('deployments')
  return body.map(read)
}

/**
 * Ends a deployment and starts one that undoes it.
 * @throws MarathonError MARATHON_NOT_FOUND if it is not under way
 */
export async function revertDeployment(marathon: Marathon, id: string): Promise<Started> {
  const path = `/v2/deployments/${encodeURIComponent(id)}`
  return readStarted(await marathon.send({ method: 'DELETE', path, what: `undo the deployment ${id}` }))
}

/** What a deployment, or a part of one, does to an app; the key is `type` in old answers. */
export function readAction(value: unknown): DeploymentAction {
  const action = object(value) ?? {}
  return {
    action: word(action.action) ?? word(action.type) ?? '',
    app: word(action.app) ?? '',
    readiness: list(action.readinessCheckResults).map(result => {
      const { name, ready, lastResponse } = object(result) ?? {}
      const { status, body } = object(lastResponse) ?? {}
      const parts = [integer(status), text(body)?.slice(0, 200)].filter(part => part !== undefined)
      return {
        name: text(name) ?? '',
        ready: ready === true,
        lastResponse: parts.length > 0 ? parts.join(' ') : undefined,
      }
    }),
  }
}

function read(value: unknown): Deployment {
  const deployment = object(value) ?? {}
  return {
    id: word(deployment.id) ?? '',
    affectedApps: list(deployment.affectedApps).flatMap(app => word(app) ?? []),
    currentStep: integer(deployment.currentStep) ?? 0,
    totalSteps: integer(deployment.totalSteps) ?? 0,
    currentActions: list(deployment.currentActions).map(readAction),
  }
}
