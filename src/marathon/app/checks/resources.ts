import { cluster, doubt, refused } from './problem.ts'
import { rule } from './rule.ts'

// The resources of a task (types/app.raml, types/resources.raml).

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
