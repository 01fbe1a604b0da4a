import { isObject } from '../../lib/is-object.ts'
import type { App } from '../api/apps.ts'

/** A port of a task on the host that runs it. */
export interface Endpoint {
  /** Of the port definition; its number in the definition where it has none. */
  name: string
  host: string
  port: number
  taskId: string
}

/** The ports of all tasks, in the order of the port definitions and, in each, of the tasks. */
export function endpointsOf({ definition, tasks }: App): Endpoint[] {
  const { portDefinitions } = definition
  const names = (Array.isArray(portDefinitions) ? portDefinitions : []).map(port =>
    isObject(port) && typeof port.name === 'string' ? port.name : undefined,
  )
  return tasks
    .flatMap(({ id, host, ports }) =>
      ports.map((port, index) => ({
        index,
        endpoint: { name: names[index] ?? String(index), host, port, taskId: id },
      })),
    )
    .sort((a, b) => a.index - b.index)
    .map(({ endpoint }) => endpoint)
}
