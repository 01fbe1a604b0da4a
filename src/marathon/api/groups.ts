import type { AppDefinition } from '../app/validate.ts'
import { appPath } from './apps.ts'
import type { Marathon } from './client.ts'
import { type DeploymentAction, readAction } from './deployments.ts'
import { list, object } from './reading.ts'

/**
 * Asks Marathon what it would do to deploy an app, without doing it. The app stands alone in its group there, so
 * that only its own steps count; those of its neighbours are left out.
 * @returns the steps in which something happens to the app
 */
export async function planSteps(marathon: Marathon, app: AppDefinition): Promise<DeploymentAction[][]> {
  const id = `/${app.id.replace(/^\/+/, '')}`
  const group = id.slice(0, id.lastIndexOf('/'))
  const body = await marathon.send({
    method: 'PUT',
    path: appPath(group).replace('/v2/apps/', '/v2/groups/').replace(/\/$/, ''),
    query: [['dryRun', 'true']],
    body: { apps: [{ ...app, id }] },
    what: `plan a deployment of ${app.id}`,
  })
  return list(object(body)?.steps)
    .map(step =>
      list(object(step)?.actions)
        .map(readAction)
        .filter(action => action.app === id),
    )
    .filter(actions => actions.length > 0)
}
