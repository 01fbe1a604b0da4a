import * as v from 'valibot'
import { isObject } from '../../lib/is-object.ts'
import { each, fields } from '../../lib/lenient-json.ts'
import type { JsonObject, JsonValue } from '../app/request.ts'
import type { AppDefinition } from '../app/validate.ts'
import { appPath, getApp } from './apps.ts'
import type { Marathon } from './client.ts'
import { ACTION, type DeploymentAction } from './deployments.ts'
import { MarathonError } from './errors.ts'

const STEPS = fields({ steps: each(fields({ actions: each(ACTION) })) })

/**
 * Asks Marathon how it would deploy an app, without deploying it. The request contains only this app of the group, and
 * steps for its neighbours are ignored.
 *
 * A dry run checks the definition, but neither whether the id collides with other apps or groups nor whether a
 * deployment locks the app. It treats every app in the request as changed: if nothing changes, the result is
 * meaningless.
 * @param current the app as Marathon returns it, if it exists
 * @returns the steps that affect the app
 */
export async function planSteps(
  marathon: Marathon,
  app: AppDefinition,
  current: JsonObject | undefined,
): Promise<DeploymentAction[][]> {
  const id = `/${app.id.replace(/^\/+/, '')}`
  const group = id.slice(0, id.lastIndexOf('/'))
  const body = await marathon.send({
    method: 'PUT',
    path: groupPath(group),
    query: [['dryRun', 'true']],
    body: { apps: [{ ...(current ? withPortsOf(current, app) : app), id }] },
    what: `plan a deployment of ${app.id}`,
  })
  return v
    .parse(STEPS, body)
    .steps.map(({ actions }) => actions.filter(action => action.app === id))
    .filter(actions => actions.length > 0)
}

/**
 * Why an id is not free for a new app, as a phrase that follows "there is": an app cannot be below another, or have the
 * id of a group, even an empty one (state/Group.scala).
 * @throws as `Marathon.send`
 */
export async function whatTakes(marathon: Marathon, id: string): Promise<string | undefined> {
  const parts = id.split('/').slice(1, -1)
  const above = parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)
  const apps = await Promise.all(above.map(id => getApp(marathon, id)))
  const app = above.find((_, index) => apps[index] !== undefined)
  if (app !== undefined) return `an app ${app}, and no app can be below another`
  return (await hasGroup(marathon, id)) ? `a group ${id}, and no app can have the id of a group` : undefined
}

async function hasGroup(marathon: Marathon, id: string): Promise<boolean> {
  const query = [['embed', 'group.groups']] as const
  try {
    await marathon.send({ method: 'GET', path: groupPath(id), query, what: `show the group ${id}` })
    return true
  } catch (error) {
    if (error instanceof MarathonError && error.code === 'MARATHON_NOT_FOUND') return false
    throw error
  }
}

function groupPath(id: string): string {
  return appPath(id).replace('/v2/apps/', '/v2/groups/').replace(/\/$/, '')
}

/**
 * A definition with the service ports that Marathon has chosen for the app. A deployment keeps them if the definition
 * leaves the choice to Marathon, but a dry run compares ports as they are sent.
 */
function withPortsOf(current: JsonObject, app: JsonObject): JsonObject {
  const { ports, portDefinitions, container } = app
  const chosen = portsIn(current.portDefinitions, 'port')
  if (isObject(container) && Array.isArray(container.portMappings)) {
    const had = isObject(current.container) ? current.container.portMappings : undefined
    const portMappings = filled(container.portMappings, 'servicePort', portsIn(had, 'servicePort'))
    return { ...app, container: { ...container, portMappings } }
  }
  if (Array.isArray(portDefinitions)) {
    return { ...app, portDefinitions: filled(portDefinitions, 'port', chosen) }
  }
  if (Array.isArray(ports)) return { ...app, ports: ports.map((port, index) => port || (chosen[index] ?? 0)) }
  // Marathon's default if no ports are given.
  return chosen.length === 1 ? { ...app, portDefinitions: current.portDefinitions! } : app
}

function portsIn(definitions: JsonValue | undefined, key: string): JsonValue[] {
  return (Array.isArray(definitions) ? definitions : []).map(each => (isObject(each) ? (each[key] ?? 0) : 0))
}

function filled(definitions: JsonValue[], key: string, chosen: readonly JsonValue[]): JsonValue[] {
  return definitions.map((each, index) =>
    isObject(each) && !each[key] && chosen[index] ? { ...each, [key]: chosen[index] } : each,
  )
}
