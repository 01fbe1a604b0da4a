import { isObject, type JsonObject, type JsonValue } from '../request.ts'
import { cpusProblem, diskProblem, instancesProblem, memProblem, secondsProblem } from '../rules.ts'
import { checked, list, type Problem } from './problem.ts'

/** Resources, placement and the pace of changes (types/app.raml, api/v2/validation/SchedulingValidation.scala). */
export function* schedulingProblems(app: JsonObject): Generator<Problem> {
  yield* checked('/cpus', app.cpus, cpusProblem)
  yield* checked('/mem', app.mem, memProblem)
  yield* checked('/disk', app.disk, diskProblem)
  yield* checked('/instances', app.instances, instancesProblem)
  yield* checked('/taskKillGracePeriodSeconds', app.taskKillGracePeriodSeconds, secondsProblem)
  yield* list('/constraints', app.constraints, (path, constraint) =>
    checked(path, constraint, constraintProblem),
  )
  yield* upgradeProblems(app.upgradeStrategy)
}

const OPERATORS = ['UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'UNLIKE', 'MAX_PER', 'IS']

function constraintProblem(constraint: JsonValue): string | undefined {
  if (
    !Array.isArray(constraint) ||
    constraint.length < 2 ||
    constraint.length > 3 ||
    !constraint.every(part => typeof part === 'string')
  ) {
    return 'must be a list of two or three texts, such as ["hostname", "UNIQUE"]'
  }
  const [field, operator, value] = constraint as string[]
  const name = operator!.toUpperCase()
  if (field === '') return 'must start with a field, such as "hostname"'
  if (!OPERATORS.includes(name)) return `must have one of ${OPERATORS.join(', ')} in its second place`
  if (name === 'UNIQUE') return value === undefined ? undefined : 'must have no value: UNIQUE takes none'
  if (name === 'GROUP_BY' && value === undefined) return undefined
  if (!value) return `must have a value in its third place: ${name} needs one`
  return ['GROUP_BY', 'MAX_PER'].includes(name) && !/^[+-]?\d+$/.test(value)
    ? `must have a whole number in its third place, such as "2": ${name} needs one`
    : undefined
}

function* upgradeProblems(strategy: JsonValue | undefined): Generator<Problem> {
  if (strategy === undefined || strategy === null) return
  for (const name of ['minimumHealthCapacity', 'maximumOverCapacity']) {
    const value = isObject(strategy) ? strategy[name] : undefined
    if (typeof value === 'number' && value >= 0 && value <= 1) continue
    yield {
      path: `/upgradeStrategy/${name}`,
      value,
      problem: 'must be a number from 0 to 1, and both must be given',
    }
  }
}
