import * as v from 'valibot'
import { secondsProblem, wholeNumber } from '../rules.ts'
import { effectivePorts } from './effective.ts'
import { PORT_NAME } from './ports.ts'
import { refused } from './problem.ts'
import { items, rule } from './rule.ts'
import { boolean, list, oneOf, ruled, shape, text } from './shape.ts'

// readinessChecks (types/readinessCheck.raml, api/v2/validation/AppValidation.scala).

const status = ruled<number>(wholeNumber(-(2 ** 31), 2 ** 31 - 1, '200'))

export const READINESS = {
  readinessChecks: v.optional(
    list(
      shape({
        name: v.optional(text('"ready"', 1)),
        protocol: v.optional(oneOf('HTTP', 'HTTPS'), 'HTTP'),
        path: v.optional(text('"/ready"', 1, 1024)),
        portName: v.optional(PORT_NAME, 'http-api'),
        intervalSeconds: v.optional(ruled<number>(secondsProblem), 30),
        timeoutSeconds: v.optional(ruled<number>(wholeNumber(1, 2 ** 31 - 1, '10')), 10),
        httpStatusCodesForReady: v.optional(
          v.pipe(list(status, '[200]'), v.minLength(1, 'must not be empty: leave it out, or write [200]')),
        ),
        preserveLastResponse: v.optional(boolean),
      }),
      '[{"portName": "http", "path": "/ready"}]',
    ),
  ),
}

export const READINESS_RULES = [
  rule(['readinessChecks'], function* ({ readinessChecks = [] }) {
    if (readinessChecks.length > 1) {
      yield refused('readinessChecks', undefined, `has ${readinessChecks.length} checks: keep one`)
    }
    for (const [index, { timeoutSeconds, intervalSeconds }] of items(readinessChecks)) {
      if (timeoutSeconds < intervalSeconds) continue
      yield refused(
        `readinessChecks[${index}].timeoutSeconds`,
        timeoutSeconds,
        `must be less than intervalSeconds, which is ${intervalSeconds}`,
      )
    }
  }),

  rule(
    ['readinessChecks', 'portDefinitions', 'ports', 'networks', 'ipAddress', 'container'],
    function* (app) {
      const { ports } = effectivePorts(app)
      // One that could not be read may have had the name.
      if (ports.includes(undefined)) return
      const names = ports.flatMap(port => port?.name ?? [])
      for (const [index, { portName }] of items(app.readinessChecks)) {
        if (names.includes(portName)) continue
        yield refused(
          `readinessChecks[${index}].portName`,
          portName,
          `must be the name of one of the app's ports${names.length > 0 ? `: ${names.join(', ')}` : ', which have none'}`,
        )
      }
    },
  ),
]
