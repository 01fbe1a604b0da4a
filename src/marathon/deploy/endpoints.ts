import type { App } from '../api/apps.ts'
import type { Task } from '../api/tasks.ts'
import { definedPorts } from '../app/defined-ports.ts'
import type { JsonObject } from '../app/request.ts'

/** A port of a task. */
export interface Endpoint {
  /** The name of the port in the app definition, or its index if it has no name. */
  name: string
  /** The host that runs the task, or the task's own address if the host has no port for it. */
  host: string
  port: number
  taskId: string
}

/** The ports of all tasks, ordered by port definition, then by task. */
export function endpointsOf({ definition, tasks }: App): Endpoint[] {
  const defined = definedPorts(definition)
  return tasks
    .flatMap(task => placesOf(task, defined))
    .sort((a, b) => a.index - b.index)
    .map(({ index, task, ...place }) => {
      const { name } = defined[index] ?? {}
      return { name: typeof name === 'string' ? name : String(index), ...place, taskId: task.id }
    })
}

type Place = Pick<Endpoint, 'host' | 'port'> & { index: number; task: Task }

/** Marathon lists only ports of the host; a mapping without one is reached at the task's own address. */
function placesOf(task: Task, defined: readonly JsonObject[]): Place[] {
  const all = [...defined.entries()]
  const onHost = all.filter(([, each]) => !isOwn(each)).map(([index]) => index)
  const places = task.ports.map((port, place) => ({
    index: onHost[place] ?? place,
    host: task.host,
    port,
    task,
  }))
  const host = addressOf(task)
  if (host === undefined) return places
  const own = all.flatMap(([index, each]) => {
    const { containerPort: port } = each
    // Nobody outside can know the number that Marathon gives in place of 0.
    return isOwn(each) && typeof port === 'number' && port > 0 ? [{ index, host, port, task }] : []
  })
  return [...places, ...own]
}

function isOwn({ containerPort, hostPort }: JsonObject): boolean {
  return typeof containerPort === 'number' && typeof hostPort !== 'number'
}

/** As it is written in a URL. */
function addressOf({ ipAddresses }: Task): string | undefined {
  const address = (ipAddresses.find(({ protocol }) => protocol === 'IPv4') ?? ipAddresses[0])?.ipAddress
  return address?.includes(':') ? `[${address}]` : address
}
