import * as v from 'valibot'
import { countProblem, secondsProblem, wholeNumber } from '../rules.ts'
import type { App } from './app.ts'
import { effectivePorts } from './effective.ts'
import { PORT, PORT_INDEX } from './ports.ts'
import { type Problem, refused } from './problem.ts'
import { items, rule } from './rule.ts'
import { boolean, list, oneOf, ruled, shape, strictShape, text } from './shape.ts'

// healthChecks (types/healthCheck.raml, api/v2/validation/AppValidation.scala, raml/HealthCheckConversion.scala, which
// fails with 500 where the checks before it have let something pass).

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
        // The one without a least value.
        timeoutSeconds: v.optional(ruled<number>(wholeNumber(-(2 ** 31), 2 ** 31 - 1, '20')), 20),
      }),
      `[${EXAMPLE}]`,
    ),
  ),
}

type HealthCheck = NonNullable<NonNullable<App['healthChecks']>[number]>

export const HEALTH_RULES = [
  rule(['healthChecks'], function* ({ healthChecks }) {
    for (const [index, check] of items(healthChecks)) yield* commandProblems(`healthChecks[${index}]`, check)
  }),

  rule(['healthChecks', 'container'], function* ({ healthChecks, container }) {
    for (const [index, { protocol, ipProtocol }] of items(healthChecks)) {
      if (ipProtocol === 'IPv6' && !(protocol.startsWith('MESOS_') && container?.type === 'DOCKER')) {
        yield refused(
          `healthChecks[${index}].ipProtocol`,
          ipProtocol,
          'is only for checks by Mesos of containers of the type "DOCKER": remove it',
        )
      }
    }
  }),

  rule(['healthChecks', 'portDefinitions', 'ports', 'networks', 'ipAddress', 'container'], function* (app) {
    const { ports, firstByDefault } = effectivePorts(app)
    for (const [index, { protocol, command, port, portIndex }] of items(app.healthChecks)) {
      if (protocol === 'COMMAND' || command) continue
      const asked = portIndex ?? (firstByDefault && port === undefined ? 0 : undefined)
      if (asked === undefined) {
        if (port !== undefined || ports.length === 1) continue
      } else if (asked < ports.length) continue
      yield refused(
        `healthChecks[${index}]${portIndex === undefined ? '' : '.portIndex'}`,
        portIndex,
        ports.length === 0
          ? 'asks for a port of the app, which has none: add one to portDefinitions, or to container.portMappings on a network other than that of the host'
          : portIndex === undefined
            ? `must say which of the app's ${ports.length} ports it asks: add portIndex, counted from 0`
            : `must be the place of one of the app's ports, counted from 0: it has ${ports.length}`,
      )
    }
  }),

  rule(['healthChecks', 'portDefinitions', 'ports', 'networks', 'ipAddress', 'container'], function* (app) {
    // Marathon keeps checks that are the same once.
    const { firstByDefault } = effectivePorts(app)
    const different = new Set(
      [...items(app.healthChecks)]
        .filter(([, { protocol, command }]) => protocol.startsWith('MESOS_') && !command)
        .map(([, check]) => {
          const first = firstByDefault && check.port === undefined
          return JSON.stringify({ ...check, portIndex: check.portIndex ?? (first ? 0 : undefined) })
        }),
    )
    if (different.size > 1) {
      yield refused(
        'healthChecks',
        undefined,
        `has ${different.size} checks by Mesos (MESOS_HTTP, MESOS_HTTPS, MESOS_TCP): keep one`,
      )
    }
  }),
]

function* commandProblems(at: string, check: HealthCheck): Generator<Problem> {
  const { protocol, command } = check
  if (protocol === 'COMMAND' && !command) {
    yield refused(
      `${at}.command`,
      undefined,
      'must be {"value": "the command line"} with the protocol "COMMAND"',
    )
  }
  if (!command) return
  if (protocol !== 'COMMAND') {
    yield refused(
      `${at}.command`,
      undefined,
      `needs the protocol "COMMAND", not ${JSON.stringify(protocol)}: change it, or remove the command`,
    )
  }
  for (const name of ['path', 'port'] as const) {
    if (check[name] !== undefined) {
      yield refused(`${at}.${name}`, check[name], 'cannot stand beside a command: remove it')
    }
  }
}
