import { refused } from './problem.ts'
import { rule } from './rule.ts'

// The number of tasks, and how they are replaced (state/UnreachableStrategy.scala,
// api/v2/validation/SchedulingValidation.scala).

export const SCHEDULING_RULES = [
  rule(['unreachableStrategy'], function* ({ unreachableStrategy }) {
    if (typeof unreachableStrategy !== 'object') return
    const { inactiveAfterSeconds, expungeAfterSeconds } = unreachableStrategy
    if (inactiveAfterSeconds > expungeAfterSeconds) {
      yield refused(
        'unreachableStrategy.inactiveAfterSeconds',
        inactiveAfterSeconds,
        `must not be more than expungeAfterSeconds, which is ${expungeAfterSeconds}${expungeAfterSeconds === 0 ? ' by default' : ''}`,
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
