import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { MesosizeError } from '../lib/errors.ts'
import { effectiveNetworks } from '../marathon/app/checks/effective.ts'
import type { App as Definition } from '../marathon/app/shapes/app.ts'

/** A port that an app asks for. */
export interface PortWish {
  /** The field, for messages. */
  place: string
  name?: string
  protocol: 'tcp' | 'udp' | 'udp,tcp'
  /** The number in the definition, 0 if there is none; it also names a variable. */
  declared: number
  /** Whether it must be that number. */
  fixed: boolean
}

export interface Port extends PortWish {
  number: number
}

/** Ports of a run. Others that run at the same time get other ones. */
export interface Claim {
  ports: Port[]
  release(): void
}

/** What agents offer unless told otherwise, which is below what the kernel gives to clients. */
const FIRST = 31_000
const COUNT = 1001

/** The ports of an app. A container's are those of this machine, because its network is not made here. */
export function portsOf(app: Definition): PortWish[] {
  if (effectiveNetworks(app).every(({ mode }) => mode === 'host')) {
    const fixed = app.requirePorts === true
    const [field, definitions] =
      app.portDefinitions === undefined && app.ports !== undefined
        ? (['ports', app.ports.map(port => ({ port, protocol: 'tcp' as const, name: undefined }))] as const)
        : (['portDefinitions', app.portDefinitions ?? [DEFAULT]] as const)
    return definitions.flatMap((each, index) => {
      if (each === undefined) return []
      const { name, protocol, port = 0 } = each
      const place = `${field}[${index}]`
      return [{ place, name, protocol, declared: port, fixed: fixed && port > 0 }]
    })
  }
  const { container } = app
  const mappings = container?.portMappings ?? container?.docker?.portMappings ?? [DEFAULT]
  return mappings.flatMap((each, index) => {
    if (each === undefined) return []
    const declared = 'containerPort' in each ? each.containerPort : 0
    const place = `container.portMappings[${index}]`
    return [{ place, name: each.name, protocol: each.protocol, declared, fixed: declared > 0 }]
  })
}

/** Marathon's, where a definition says nothing. */
const DEFAULT = { port: 0, name: 'default', protocol: 'tcp' } as const

/**
 * Chooses numbers for ports, each free for TCP and for UDP.
 * @throws MesosizeError RUN_PORT if a fixed one is in use, or none is free
 */
export async function claimPorts(wishes: readonly PortWish[]): Promise<Claim> {
  const locks: Server[] = []
  const release = () => {
    for (const lock of locks) lock.close()
  }
  const take = async (number: number) => {
    const lock = await lockPort(number)
    if (!lock) return false
    locks.push(lock)
    return isFree(number)
  }
  try {
    const ports: Port[] = []
    for (const wish of wishes) {
      if (wish.fixed && !(await take(wish.declared))) throw inUse(wish)
      ports.push({ ...wish, number: wish.fixed ? wish.declared : await chooseFree(take) })
    }
    return { ports, release }
  } catch (error) {
    release()
    throw error
  }
}

async function chooseFree(take: (number: number) => Promise<boolean>): Promise<number> {
  const first = Math.floor(Math.random() * COUNT)
  for (let step = 0; step < COUNT; step++) {
    const number = FIRST + ((first + step) % COUNT)
    if (await take(number)) return number
  }
  throw new MesosizeError(
    'RUN_PORT',
    `No port from ${FIRST} to ${FIRST + COUNT - 1} is free on this machine. Stop what uses them.`,
  )
}

function inUse({ place, name, declared }: PortWish): MesosizeError {
  const named = name === undefined ? '' : ` (${name})`
  return new MesosizeError(
    'RUN_PORT',
    `${place}: port ${declared}${named} is in use on this machine, and the app needs this very port. Stop what uses it ("ss -lntup" lists it), or write 0, so that a free one is chosen.`,
  )
}

/**
 * Keeps other runs from choosing the same number before the service listens on it: an abstract socket, which leaves no
 * file and ends with this process (unix(7)).
 */
async function lockPort(number: number): Promise<Server | undefined> {
  const lock = createServer()
  try {
    await once(lock.listen(`\0mesosize/port/${number}`), 'listening')
    return lock.unref()
  } catch {
    return undefined
  }
}

/** Whether nobody listens on a port of this machine, for TCP or UDP. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const socket = createSocket('udp4')
  try {
    await once(server.listen(port, '0.0.0.0'), 'listening')
    await once(socket.bind(port, '0.0.0.0'), 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
    socket.close()
  }
}
