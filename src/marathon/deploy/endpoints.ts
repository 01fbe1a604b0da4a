import { isObject } from '../../lib/is-object.ts'
import type { App } from '../api/apps.ts'

/** A port of a task on the host that runs it. */
export interface Endpoint {
  /** The name of the port definition, or its index if it has no name. */
  name: string
  host: string
  port: number
  taskId: string
}

/** The ports of all tasks, ordered by port definition, then by task. */
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
