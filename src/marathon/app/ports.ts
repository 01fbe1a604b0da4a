import type { JsonObject } from './request.ts'

/**
 * The Supervisor's own ports. The control gateway listens on 127.0.0.1 alone, but two Supervisors on one agent
 * would still want the same number.
 */
const SUPERVISOR_PORTS = [
  // One entry, because Marathon wants each number once and gossip needs both protocols on the same.
  { name: 'gossip', protocol: 'udp,tcp' },
  { name: 'gateway', protocol: 'tcp' },
  { name: 'ctl', protocol: 'tcp' },
] as const

/** The variable in which Marathon tells a task the number of a named port. */
export function portVariable(portName: string): string {
  return `PORT_${portName.toUpperCase()}`
}

/**
 * Gives each export a port name of its own, of letters and digits alone: a "-" would make a variable that sh
 * cannot read. A name that is fit as it is stays; the others are made fit, and numbered where that name is taken.
 * @returns port names by export, in the order given
 */
export function namePorts(exports: readonly string[]): Map<string, string> {
  const taken = new Set<string>(SUPERVISOR_PORTS.map(port => port.name))
  const kept = exports.filter(name => fitName(name) === name && !taken.has(name))
  for (const name of kept) taken.add(name)
  return new Map(
    exports.map(name => {
      if (kept.includes(name)) return [name, name]
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
 * The app's portDefinitions, every number Marathon's to choose: the service's first, so that PORT0 is its.
 * @returns them, and the place of the Supervisor's HTTP gateway among them
 */
export function definePorts(servicePorts: readonly string[]): { definitions: JsonObject[]; gateway: number } {
  const ports = [...servicePorts.map(name => ({ name, protocol: 'tcp' })), ...SUPERVISOR_PORTS]
  return {
    definitions: ports.map(({ name, protocol }) => ({ port: 0, name, protocol })),
    gateway: ports.findIndex(({ name }) => name === 'gateway'),
  }
}
