import { isObject, type JsonObject, type JsonValue } from '../request.ts'
import { countProblem, portProblem, secondsProblem } from '../rules.ts'
import { portCount } from './ports.ts'
import { checked, list, type Problem } from './problem.ts'

const MARATHON_PROTOCOLS = ['HTTP', 'HTTPS', 'TCP']
const MESOS_PROTOCOLS = ['MESOS_HTTP', 'MESOS_HTTPS', 'MESOS_TCP']
const PROTOCOLS = [...MARATHON_PROTOCOLS, ...MESOS_PROTOCOLS, 'COMMAND']

/** healthChecks (api/v2/validation/AppValidation.scala, types/healthCheck.raml). */
export function* healthProblems(app: JsonObject): Generator<Problem> {
  const ports = portCount(app)
  yield* list('/healthChecks', app.healthChecks, (path, check) => checkProblems(path, check, ports))
  const checks = Array.isArray(app.healthChecks) ? app.healthChecks.filter(isObject) : []
  const byMesos = checks.filter(({ protocol }) => MESOS_PROTOCOLS.includes(protocol as string))
  if (byMesos.length > 1) {
    yield {
      path: '/healthChecks',
      problem: `has ${byMesos.length} checks by Mesos (${MESOS_PROTOCOLS.join(', ')}): keep one`,
    }
  }
}

function* checkProblems(path: string, check: JsonValue, ports: number): Generator<Problem> {
  if (!isObject(check)) {
    yield {
      path,
      value: check,
      problem: 'must be an object such as {"protocol": "MESOS_HTTP", "portIndex": 0}',
    }
    return
  }
  const { portIndex, port } = check
  const protocol = check.protocol ?? 'HTTP'
  if (!PROTOCOLS.includes(protocol as string)) {
    yield { path: `${path}/protocol`, value: protocol, problem: `must be one of ${PROTOCOLS.join(', ')}` }
  } else if (protocol === 'COMMAND') {
    const command = isObject(check.command) ? check.command.value : undefined
    if (typeof command !== 'string' || command === '') {
      yield {
        path: `${path}/command`,
        problem: 'must be {"value": "the command line"} with the protocol COMMAND',
      }
    }
  } else if ((portIndex ?? port ?? null) === null && ports !== 1) {
    yield {
      path,
      problem: `must say which of the app's ${ports} ports it asks: add portIndex, counted from 0`,
    }
  }
  yield* checked(`${path}/portIndex`, portIndex, value =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) < ports
      ? undefined
      : `must be the place of one of the app's ${ports} ports, counted from 0`,
  )
  yield* checked(`${path}/port`, port, portProblem)
  yield* checked(`${path}/path`, check.path, value =>
    typeof value === 'string' ? undefined : 'must be text, such as "/health"',
  )
  for (const name of ['gracePeriodSeconds', 'intervalSeconds', 'timeoutSeconds', 'delaySeconds']) {
    yield* checked(`${path}/${name}`, check[name], secondsProblem)
  }
  yield* checked(`${path}/maxConsecutiveFailures`, check.maxConsecutiveFailures, countProblem)
}
