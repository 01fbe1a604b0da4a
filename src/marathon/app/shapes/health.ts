import * as v from 'valibot'
import { countProblem, secondsProblem, wholeNumber } from '../rules.ts'
import { PORT, PORT_INDEX } from './ports.ts'
import { boolean, list, oneOf, ruled, shape, strictShape, text } from './shape.ts'

// healthChecks (types/healthCheck.raml).

const PROTOCOLS = ['HTTP', 'HTTPS', 'TCP', 'COMMAND', 'MESOS_HTTP', 'MESOS_HTTPS', 'MESOS_TCP'] as const
const seconds = ruled<number>(secondsProblem)
const EXAMPLE = '{"protocol": "MESOS_HTTP", "path": "/health", "portIndex": 0}'

export const HEALTH = {
  healthChecks: v.optional(
    list(
      shape({
        protocol: v.optional(oneOf(...PROTOCOLS), 'HTTP'),
        command: v.optional(strictShape({ value: text('"test -f ready"') }, '{"value": "test -f ready"}')),
        path: v.optional(text('"/health"')),
        port: v.optional(PORT),
        portIndex: v.optional(PORT_INDEX),
        ipProtocol: v.optional(oneOf('IPv4', 'IPv6'), 'IPv4'),
        ignoreHttp1xx: v.optional(boolean),
        gracePeriodSeconds: v.optional(seconds, 300),
        intervalSeconds: v.optional(seconds, 60),
        delaySeconds: v.optional(seconds, 15),
        maxConsecutiveFailures: v.optional(ruled<number>(countProblem), 3),
        // The only one without a minimum.
        timeoutSeconds: v.optional(ruled<number>(wholeNumber(-(2 ** 31), 2 ** 31 - 1, '20')), 20),
      }),
      `[${EXAMPLE}]`,
    ),
  ),
}
