import type { JsonObject, NetworkRequest } from './request.ts'

/** A port of an app. */
export interface AppPort {
  /** Its name in Marathon: letters and digits. */
  name: string
  /** The name of the export or request that it comes from; absent for the Supervisor's. */
  exported?: string
  protocol: 'tcp' | 'udp,tcp'
  /** Where it listens if Marathon does not choose; undefined if the configuration has no number. */
  number?: number
  labels?: Readonly<Record<string, string>>
  /** The number at which a load balancer offers it; Marathon chooses one if absent. */
  servicePort?: number
}

/** The Supervisor's ports, with its own default numbers. */
const SUPERVISOR_PORTS: readonly AppPort[] = [
  // One entry, because Marathon requires unique numbers and gossip needs both protocols on the same one.
  { name: 'gossip', protocol: 'udp,tcp', number: 9638 },
  { name: 'gateway', protocol: 'tcp', number: 9631 },
]
/** The control gateway listens only on 127.0.0.1, but on the network of the host two Supervisors would conflict. */
const CONTROL: AppPort = { name: 'ctl', protocol: 'tcp', number: 9632 }

export function supervisorPorts({ mode }: NetworkRequest = { mode: 'host' }): readonly AppPort[] {
  return mode === 'host' ? [...SUPERVISOR_PORTS, CONTROL] : SUPERVISOR_PORTS
}

/** The variable in which Marathon passes the number of a named port to a task. */
export function portVariable(portName: string): string {
  return `PORT_${portName.toUpperCase()}`
}

/**
 * Gives each export a unique port name that consists of letters and digits, because a "-" would lead to a variable
 * that sh cannot read. Valid names are kept; others are made valid, and numbered if the name is taken.
 * @returns port names by export, in the order given
 */
export function namePorts(exports: readonly string[]): Map<string, string> {
  const taken = new Set<string>(supervisorPorts().map(port => port.name))
  const kept = new Set(exports.filter(name => fitName(name) === name && !taken.has(name)))
  for (const name of kept) taken.add(name)
  return new Map(
    exports.map(name => {
      if (kept.has(name)) return [name, name]
      const fit = fitName(name)
      let free = fit
      for (let n = 2; taken.has(free); n++) free = `${fit}${n}`
      taken.add(free)
      return [name, free]
    }),
  )
}

function fitName(name: string): string {
  const letters = name.toLowerCase().replace(/[^a-z0-9]/g, '')
  return /^[a-z]/.test(letters) ? letters : `port${letters}`
}

/** The ports as portDefinitions. Without `requirePorts`, `port` is the service port, and the host's is Marathon's choice. */
export function portDefinitions(ports: readonly AppPort[]): JsonObject[] {
  return ports.map(({ name, protocol, labels, servicePort = 0 }) => ({
    port: servicePort,
    name,
    protocol,
    ...(labels && { labels: { ...labels } }),
  }))
}
