import { portVariable } from '../marathon/app/ports.ts'
import type { App } from './app.ts'
import type { Port } from './ports.ts'
import { AGENT_PATH } from './programs.ts'

/** Where the task's ports are. */
export const HOST = '127.0.0.1'

/**
 * The environment of a task. Sources: TaskBuilder.scala and EnvironmentHelper.scala in Marathon, slave.cpp and
 * containerizer.cpp in Mesos. Left out is what only an executor needs, and what differs from one cluster to another.
 */
export function taskEnvironment(
  app: App,
  { taskId, sandbox, ports }: { taskId: string; sandbox: string; ports: readonly Port[] },
): Record<string, string> {
  const { cpus, mem, disk, gpus } = app.resources
  const numbers = ports.map(({ number }) => String(number))
  return {
    PATH: AGENT_PATH,
    ...marathonPorts(ports, numbers),
    MESOS_DIRECTORY: sandbox,
    MESOS_SANDBOX: sandbox,
    MESOS_TASK_ID: taskId,
    MARATHON_APP_ID: app.id,
    MARATHON_APP_VERSION: new Date().toISOString(),
    MARATHON_APP_RESOURCE_CPUS: decimal(cpus),
    MARATHON_APP_RESOURCE_MEM: decimal(mem),
    MARATHON_APP_RESOURCE_DISK: decimal(disk),
    MARATHON_APP_RESOURCE_GPUS: String(gpus),
    ...labelVariables(app.labels),
    ...app.env,
  }
}

function marathonPorts(ports: readonly Port[], numbers: readonly string[]): Record<string, string> {
  return {
    HOST,
    ...(numbers[0] !== undefined && { PORT: numbers[0] }),
    PORTS: numbers.join(),
    ...Object.fromEntries(numbers.map((number, index) => [`PORT${index}`, number])),
    ...Object.fromEntries(
      ports.map(({ declared, number }) => [`PORT_${declared || number}`, String(number)]),
    ),
    ...Object.fromEntries(
      ports.flatMap(({ name, number }) => (name === undefined ? [] : [[portVariable(name), String(number)]])),
    ),
  }
}

/** Marathon leaves out values of 512 characters or more. */
function labelVariables(labels: App['labels']): Record<string, string> {
  const named = Object.entries(labels)
    .filter(([, value]) => value.length < 512)
    .map(([key, value]) => [key.toUpperCase().replace(/[^A-Z0-9_]/g, '_'), value] as const)
  return {
    MARATHON_APP_LABELS: named.map(([name]) => name).join(' '),
    ...Object.fromEntries(named.map(([name, value]) => [`MARATHON_APP_LABEL_${name}`, value])),
  }
}

/** A Scala double as text. */
function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value)
}
