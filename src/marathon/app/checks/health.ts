import type { App } from '../shapes/app.ts'
import { effectivePorts } from './effective.ts'
import { type Problem, refused } from './problem.ts'
import { items, rule } from './rule.ts'

// healthChecks (api/v2/validation/AppValidation.scala, raml/HealthCheckConversion.scala, which fails with 500 on
// anything that the checks before it have let pass).

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
          'is only for checks by Mesos in containers of the type "DOCKER": remove it',
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
          ? 'needs a port of the app, which has none: add one to portDefinitions, or to container.portMappings on a network other than that of the host'
          : portIndex === undefined
            ? `must specify which of the app's ${ports.length} ports it uses: add portIndex, counted from 0`
            : `must be the index of one of the app's ports, counted from 0: it has ${ports.length}`,
      )
    }
  }),

  rule(['healthChecks', 'portDefinitions', 'ports', 'networks', 'ipAddress', 'container'], function* (app) {
    // Marathon removes duplicate checks.
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
      yield refused(`${at}.${name}`, check[name], 'cannot be combined with a command: remove it')
    }
  }
}
