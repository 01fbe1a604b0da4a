import type { JsonObject } from './request.ts'

/**
 * The Supervisor's own ports. The control gateway listens only on 127.0.0.1, but two Supervisors on one agent would
 * still conflict.
 */
const SUPERVISOR_PORTS = [
  // One entry, because Marathon requires unique numbers and gossip needs both protocols on the same one.
  { name: 'gossip', protocol: 'udp,tcp' },
  { name: 'gateway', protocol: 'tcp' },
  { name: 'ctl', protocol: 'tcp' },
] as const

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
  const taken = new Set<string>(SUPERVISOR_PORTS.map(port => port.name))
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

/**
 * The app's portDefinitions, all with numbers chosen by Marathon; those of the service come first, so that PORT0 is its
 * first port.
 * @returns the definitions, and the index of the Supervisor's HTTP gateway among them
 */
export function definePorts(servicePorts: readonly string[]): { definitions: JsonObject[]; gateway: number } {
  const ports = [...servicePorts.map(name => ({ name, protocol: 'tcp' })), ...SUPERVISOR_PORTS]
  return {
    definitions: ports.map(({ name, protocol }) => ({ port: 0, name, protocol })),
    gateway: ports.findIndex(({ name }) => name === 'gateway'),
  }
}
