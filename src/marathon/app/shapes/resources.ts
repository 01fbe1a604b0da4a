import * as v from 'valibot'
import { atLeast, countProblem, diskProblem, memProblem } from '../rules.ts'
import { ruled, shape, strictShape } from './shape.ts'

// The resources of a task (types/app.raml, types/resources.raml).

/** The only text allowed is Mesos' "unlimited", in lower case. */
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
