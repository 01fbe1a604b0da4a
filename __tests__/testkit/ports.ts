import { isFree } from '../../src/agent/ports.ts'

/** For each of Vitest's workers, below the ports that the kernel gives to those that ask for any. */
const RANGE = 700
const FIRST = 20_000 + RANGE * (Number(process.env.VITEST_POOL_ID ?? 0) % 16)
// Other runs on this machine have the same workers.
let next = Math.floor(Math.random() * RANGE)

/** A port on which nobody listens, and which no other test is given soon. */
export async function freePort(): Promise<number> {
  const port = FIRST + (next++ % RANGE)
  return (await isFree(port)) ? port : freePort()
}

export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) ports.push(await freePort())
  return ports
}

/**
 * An address of this machine on which nobody else listens, so that a server that has stopped is not followed by
 * another on its port. Only Linux has others than the first.
 */
export function ownLoopback(): string {
  const byte = () => 1 + Math.floor(Math.random() * 254)
  return process.platform === 'linux' ? `127.${byte()}.${byte()}.${byte()}` : '127.0.0.1'
}
