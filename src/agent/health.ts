import type { HealthCheck } from './app.ts'

export type HealthRules = Pick<
  HealthCheck,
  'gracePeriodSeconds' | 'intervalSeconds' | 'maxConsecutiveFailures' | 'protocol'
>

/** Milliseconds between two probes as long as a task has never been healthy: a person waits for it. */
const EAGER = 250
const EAGER_COMMAND = 1000

export interface Health {
  healthy: boolean
  /** Whether an agent or Marathon would kill the task now. */
  lost: boolean
  /** Milliseconds until the next probe. */
  pause: number
}

/**
 * The rules by which results of probes become a task's health. As on an agent, failures count only after the first
 * success or after the grace period, and only those in a row. Unlike an agent's, probes before that do not wait
 * for the interval. Sources: checks/health_checker.cpp in Mesos, core/health in Marathon.
 * @returns takes a result, and the milliseconds since the task's start
 */
export function healthRules(rules: HealthRules): (passed: boolean, age: number) => Health {
  const { gracePeriodSeconds, intervalSeconds, maxConsecutiveFailures, protocol } = rules
  const interval = Math.max(1, intervalSeconds) * 1000
  // By Mesos, 0 means none; by Marathon, that failures do not matter.
  const byMesos = protocol === 'COMMAND' || protocol.startsWith('MESOS_')
  const most = maxConsecutiveFailures || (byMesos ? 1 : Number.POSITIVE_INFINITY)
  const eager = protocol === 'COMMAND' ? EAGER_COMMAND : EAGER
  let wasHealthy = false
  let failures = 0
  return (passed, age) => {
    if (passed) {
      wasHealthy = true
      failures = 0
      return { healthy: true, lost: false, pause: interval }
    }
    if (!wasHealthy && age < gracePeriodSeconds * 1000) {
      return { healthy: false, lost: false, pause: Math.min(eager, interval) }
    }
    failures++
    return { healthy: false, lost: failures >= most, pause: interval }
  }
}
