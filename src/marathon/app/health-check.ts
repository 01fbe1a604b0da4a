import type { JsonObject } from './request.ts'

// Times in seconds. The Supervisor runs the health-check hook every 30 seconds, and answers 500 until the first run:
// asking more often shows sooner that a new task is healthy, and nine failures correspond to three runs of the hook.
const TIMES = {
  gracePeriodSeconds: 300,
  intervalSeconds: 10,
  timeoutSeconds: 5,
  maxConsecutiveFailures: 9,
}

/** Asks the Supervisor's HTTP gateway for the result of the package's own health check. */
export function serviceHealthCheck(service: string, group: string, gateway: number): JsonObject {
  return {
    protocol: 'MESOS_HTTP',
    portIndex: gateway,
    path: `/services/${service}/${group}/health`,
    ...TIMES,
  }
}

/** Only checks that the gateway answers, because Marathon cannot send it a token. */
export function gatewayHealthCheck(gateway: number): JsonObject {
  return { protocol: 'MESOS_TCP', portIndex: gateway, ...TIMES }
}
