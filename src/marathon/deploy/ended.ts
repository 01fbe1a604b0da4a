import type { Marathon } from '../api/client.ts'
import { type DeployTools, pauses, systemClock } from './clock.ts'
import { observe } from './observe.ts'

/**
 * Waits until a deployment has ended.
 * @param timeout milliseconds
 * @returns whether it ended in time
 * @throws as `observe`
 */
export async function awaitEnd(
  marathon: Marathon,
  appId: string,
  deploymentId: string,
  timeout: number,
  { signal, clock = systemClock }: DeployTools,
): Promise<boolean> {
  const deadline = clock.now() + timeout
  const pause = pauses()
  // It must be missing twice; see `waitForDeployment`.
  for (let absences = 0; ; ) {
    const seen = await observe(marathon, appId, deploymentId, signal)
    if (typeof seen !== 'string') absences = seen.underWay ? 0 : absences + 1
    if (absences >= 2) return true
    if (clock.now() >= deadline) return false
    await clock.sleep(absences === 1 ? 1_000 : pause.next().value, signal)
  }
}
