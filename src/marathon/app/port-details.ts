import { MesosizeError } from '../../lib/errors.ts'
import { nearest } from '../../lib/nearest.ts'
import { setting } from '../../lib/setting.ts'
import type { AppPort } from './ports.ts'
import type { AppRequest } from './request.ts'

/**
 * Gives ports the labels and service ports that were asked for, by the port's name in Marathon or that of its export.
 * @throws MesosizeError CONFIG_INVALID, with every name that no port has, and every detail that is given twice
 */
export function withDetails(
  ports: readonly AppPort[],
  { portLabels = [], servicePorts = [] }: Pick<AppRequest, 'portLabels' | 'servicePorts'>,
): AppPort[] {
  const detailed = ports.map(port => ({ ...port }))
  const problems: string[] = []
  const find = (name: string, written: string) => {
    const found =
      detailed.find(port => port.name === name) ?? detailed.find(({ exported }) => exported === name)
    if (!found) problems.push(`${written}: the app has no port ${JSON.stringify(name)}.${known(name, ports)}`)
    return found
  }
  for (const { port, key, value } of portLabels) {
    const written = setting('port-label', `${port}:${key}=${value}`)
    const found = find(port, written)
    if (!found) continue
    if (found.labels && Object.hasOwn(found.labels, key)) {
      problems.push(`${written}: the port has this label already. Keep one of them.`)
    }
    found.labels = { ...found.labels, [key]: value }
  }
  for (const { port, number } of servicePorts) {
    const written = setting('service-port', `${port}=${number}`)
    const found = find(port, written)
    if (!found) continue
    if (found.servicePort !== undefined) {
      problems.push(
        `${written}: the port has the service port ${found.servicePort} already. Keep one of them.`,
      )
    }
    found.servicePort = number
  }
  if (problems.length > 0) throw new MesosizeError('CONFIG_INVALID', problems.join('\n'))
  return detailed
}

function known(name: string, ports: readonly AppPort[]): string {
  const names = ports.map(port => port.name)
  const meant = nearest(name, names)
  return meant === undefined
    ? ` Its ports are ${names.join(', ')}.`
    : ` Did you mean ${JSON.stringify(meant)}?`
}
