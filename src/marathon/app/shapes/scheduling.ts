import * as v from 'valibot'
import { atLeast, instancesProblem, secondsProblem, wholeNumber } from '../rules.ts'
import { oneOf, ruled, shape, text } from './shape.ts'

// The number of tasks, and how they are replaced (types/app.raml, types/unreachableStrategy.raml).

const seconds = ruled<number>(secondsProblem)
/** The limit of Scala's durations, 292 years. */
const longSeconds = v.optional(ruled<number>(wholeNumber(0, 9_223_372_036, '300')), 0)
const share = ruled<number>(value =>
  typeof value === 'number' && value >= 0 && value <= 1
    ? undefined
    : 'must be a number from 0 to 1, and both of minimumHealthCapacity and maximumOverCapacity must be given',
)

const UNREACHABLE = shape({ inactiveAfterSeconds: longSeconds, expungeAfterSeconds: longSeconds })

export const SCHEDULING = {
  instances: v.optional(ruled<number>(instancesProblem), 1),
  killSelection: v.optional(oneOf('YOUNGEST_FIRST', 'OLDEST_FIRST')),
  taskKillGracePeriodSeconds: v.optional(seconds),
  backoffSeconds: v.optional(seconds),
  backoffFactor: v.optional(ruled<number>(atLeast(1, '1.15'))),
  maxLaunchDelaySeconds: v.optional(seconds),
  upgradeStrategy: v.optional(shape({ minimumHealthCapacity: share, maximumOverCapacity: share })),
  // Marathon treats any text other than "disabled" as an object without fields.
  unreachableStrategy: v.optional(
    v.lazy(input =>
      typeof input === 'string' && /^disabled$/i.test(input) ? text('"disabled"') : UNREACHABLE,
    ),
  ),
  residency: v.optional(
    shape({
      relaunchEscalationTimeoutSeconds: v.optional(
        ruled<number>(wholeNumber(0, Number.MAX_SAFE_INTEGER, '3600')),
      ),
      taskLostBehavior: v.optional(oneOf('WAIT_FOREVER', 'RELAUNCH_AFTER_TIMEOUT')),
    }),
  ),
}
