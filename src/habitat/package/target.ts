import { MesosizeError } from '../../lib/errors.ts'

/** The targets of Habitat (components/core/src/package/target.rs). */
export const TARGETS = [
  'x86_64-linux',
  'x86_64-linux-kernel2',
  'aarch64-linux',
  'x86_64-windows',
  'aarch64-windows',
  'x86_64-darwin',
  'aarch64-darwin',
] as const

/** The targets whose packages a Mesos agent can run. */
export const LINUX_TARGETS: readonly string[] = TARGETS.filter(target => target.includes('-linux'))

/** @throws MesosizeError TARGET_UNKNOWN */
export function checkTarget(target: string, where: string): string {
  if (!(TARGETS as readonly string[]).includes(target)) {
    throw new MesosizeError(
      'TARGET_UNKNOWN',
      `${where} has the target ${JSON.stringify(target)}, which Habitat does not know. Use one of ${TARGETS.join(', ')}.`,
    )
  }
  return target
}
