import type { JsonObject } from './request.ts'

// Times in seconds. The Supervisor runs the health-check hook every 30 seconds and answers 500 until it first
// has: asking more often shows a new task healthy sooner, and nine failures are three runs of the hook.
const TIMES = {
  gracePeriodSeconds: 300,
  intervalSeconds: 10,
  timeoutSeconds: 5,
  maxConsecutiveFailures: 9,
}

/** Asks the Supervisor's HTTP gateway what the package's own health check says. */
export function serviceHealthCheck(service: string, group: string, gateway: number): JsonObject {
  return {
    protocol: 'MESOS_HTTP',
    portIndex: gateway,
    path: `/services/${service}/${group}/health`,
    ...TIMES,
  }
}

/** Asks only whether the gateway answers at all: Marathon has no way to send it a token. */
export function gatewayHealthCheck(gateway: number): JsonObject {
  return { protocol: 'MESOS_TCP', portIndex: gateway, ...TIMES }
}
