import { effectivePorts } from './effective.ts'
import { refused } from './problem.ts'
import { items, rule } from './rule.ts'

// readinessChecks (api/v2/validation/AppValidation.scala).

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
      // A port that could not be read may have had the name.
      if (ports.includes(undefined)) return
      const names = ports.flatMap(port => port?.name ?? [])
      for (const [index, { portName }] of items(app.readinessChecks)) {
        if (names.includes(portName)) continue
        yield refused(
          `readinessChecks[${index}].portName`,
          portName,
          `must be the name of one of the app's ports${names.length > 0 ? `: ${names.join(', ')}` : ', but they have no names'}`,
        )
      }
    },
  ),
]
