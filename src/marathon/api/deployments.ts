import * as v from 'valibot'
import { list, readValue, text, truth, whole } from '../../lib/json.ts'
import { each, fields, maybe, word } from '../../lib/lenient-json.ts'
import { readStarted, type Started, unexpected } from './apps.ts'
import type { Marathon, MarathonRequest } from './client.ts'

/** A deployment in progress (types/deployment.raml). */
export interface Deployment {
  id: string
  affectedApps: readonly string[]
  /** Counted from 1; 0 before the first. */
  currentStep: number
  totalSteps: number
  currentActions: readonly DeploymentAction[]
}

export interface DeploymentAction {
  /** Marathon's name for it, such as ScaleApplication. */
  action: string
  app: string
  /** The last results of readiness checks: the check's name, and the status and body of the response. */
  readiness: readonly { name: string; ready: boolean; lastResponse?: string }[]
}

/** What a deployment, or one step of it, does to an app; the key is `type` in old versions. */
export const ACTION = v.pipe(
  fields({
    action: maybe(word),
    type: maybe(word),
    app: v.fallback(word, ''),
    readinessCheckResults: each(
      v.pipe(
        fields({
          name: v.fallback(text, ''),
          ready: v.fallback(truth, false),
          lastResponse: fields({ status: maybe(whole()), body: maybe(text) }),
        }),
        v.transform(({ name, ready, lastResponse: { status, body } }) => {
          const parts = [status, body?.slice(0, 200)].filter(part => part !== undefined)
          return { name, ready, lastResponse: parts.length > 0 ? parts.join(' ') : undefined }
        }),
      ),
    ),
  }),
  v.transform(
    ({ action, type, app, readinessCheckResults: readiness }): DeploymentAction => ({
      action: action ?? type ?? '',
      app,
      readiness,
    }),
  ),
)

const DEPLOYMENT = fields({
  id: v.fallback(word, ''),
  affectedApps: each(word),
  currentStep: v.fallback(whole(), 0),
  totalSteps: v.fallback(whole(), 0),
  currentActions: each(ACTION),
})

/** The deployments in progress that the user may see. */
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
  const { value } = readValue(list(DEPLOYMENT), body)
  if (!value) throw unexpected('deployments')
  return value
}

/**
 * Ends a deployment and starts one that undoes it.
 * @throws MarathonError MARATHON_NOT_FOUND if it is not in progress
 */
export async function revertDeployment(marathon: Marathon, id: string): Promise<Started> {
  const path = `/v2/deployments/${encodeURIComponent(id)}`
  return readStarted(await marathon.send({ method: 'DELETE', path, what: `undo the deployment ${id}` }))
}
