import * as v from 'valibot'
import { atLeast, countProblem, diskProblem, memProblem } from '../rules.ts'
import { cluster, doubt, refused } from './problem.ts'
import { rule } from './rule.ts'
import { ruled, shape, strictShape } from './shape.ts'

// What a task takes of its agent (types/app.raml, types/resources.raml).

/** Mesos' word for no limit is the only text; its case counts. */
const limit = ruled<number | 'unlimited'>(value =>
  value === 'unlimited' || typeof value === 'number' ? undefined : 'must be a number or "unlimited"',
)
const amount = v.optional(ruled<number>(atLeast(0, '0.1')))

export const RESOURCES = {
  cpus: v.optional(ruled<number>(atLeast(0, '0.5')), 1),
  mem: v.optional(ruled<number>(memProblem), 128),
  disk: v.optional(ruled<number>(diskProblem), 0),
  gpus: v.optional(ruled<number>(countProblem), 0),
  executorResources: v.optional(shape({ cpus: amount, mem: amount, disk: amount })),
  resourceLimits: v.optional(
    strictShape({ cpus: v.optional(limit), mem: v.optional(limit) }, '{"cpus": "unlimited", "mem": 512}'),
  ),
}

export const RESOURCE_RULES = [
  rule(['cpus'], function* ({ cpus }) {
    if (cpus < 0.001) yield doubt('cpus', cpus, 'is below 0.001, which Marathon 1.9 and older refuse')
  }),

  rule(['cpus', 'mem', 'resourceLimits'], function* ({ cpus, mem, resourceLimits }) {
    const requested = { cpus, mem }
    for (const name of ['cpus', 'mem'] as const) {
      const most = resourceLimits?.[name]
      if (typeof most === 'number' && most < requested[name]) {
        yield refused(
          `resourceLimits.${name}`,
          most,
          `must be at least the ${name} of the app, which is ${requested[name]}`,
        )
      }
    }
  }),

  rule(['gpus', 'container'], function* ({ gpus, container }) {
    if (gpus === 0) return
    if (container?.type === 'DOCKER') {
      yield refused('gpus', gpus, 'cannot be given to a container of the type "DOCKER": make it "MESOS"')
    } else {
      yield cluster('gpus', gpus, 'needs a Marathon that runs with --enable_features gpu_resources')
    }
  }),
]
