import * as v from 'valibot'
import { atLeast, instancesProblem, secondsProblem, wholeNumber } from '../rules.ts'
import { refused } from './problem.ts'
import { rule } from './rule.ts'
import { oneOf, ruled, shape, text } from './shape.ts'

// How many tasks there are, and how they change (types/app.raml, types/unreachableStrategy.raml,
// state/UnreachableStrategy.scala, api/v2/validation/SchedulingValidation.scala).

const seconds = ruled<number>(secondsProblem)
/** Scala's durations end after 292 years. */
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
  // Any other text than "disabled" is an object without fields to Marathon.
  unreachableStrategy: v.optional(
    v.lazy(input => (/^disabled$/i.test(String(input)) ? text('"disabled"') : UNREACHABLE)),
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

export const SCHEDULING_RULES = [
  rule(['unreachableStrategy'], function* ({ unreachableStrategy }) {
    if (typeof unreachableStrategy !== 'object') return
    const { inactiveAfterSeconds, expungeAfterSeconds } = unreachableStrategy
    if (inactiveAfterSeconds > expungeAfterSeconds) {
      yield refused(
        'unreachableStrategy.inactiveAfterSeconds',
        inactiveAfterSeconds,
        `must not be more than expungeAfterSeconds, which is ${expungeAfterSeconds}${expungeAfterSeconds === 0 ? ' where it is not given' : ''}`,
      )
    }
  }),

  rule(['labels', 'instances'], function* ({ labels, instances }) {
    if (isSingle(labels) && instances > 1) {
      yield refused('instances', instances, 'must be 0 or 1 with the label MARATHON_SINGLE_INSTANCE_APP')
    }
  }),

  rule(['labels', 'upgradeStrategy'], function* ({ labels, upgradeStrategy }) {
    if (!isSingle(labels)) return
    for (const [name, value] of Object.entries(upgradeStrategy ?? {})) {
      if (value !== 0) {
        yield refused(
          `upgradeStrategy.${name}`,
          value,
          'must be 0 with the label MARATHON_SINGLE_INSTANCE_APP',
        )
      }
    }
  }),

  rule(['container', 'upgradeStrategy', 'unreachableStrategy'], function* (app) {
    const isResident = app.container?.volumes?.some(volume => volume?.persistent)
    if (!isResident) return
    const over = app.upgradeStrategy?.maximumOverCapacity
    if (over) {
      yield refused(
        'upgradeStrategy.maximumOverCapacity',
        over,
        'must be 0 for an app with persistent volumes: each task has its own',
      )
    }
    if (typeof app.unreachableStrategy === 'object') {
      yield refused(
        'unreachableStrategy',
        undefined,
        'must be "disabled" for an app with persistent volumes: its tasks cannot be replaced elsewhere',
      )
    }
  }),
]

function isSingle(labels: Readonly<Record<string, string>> | undefined): boolean {
  return labels?.MARATHON_SINGLE_INSTANCE_APP === 'true'
}
