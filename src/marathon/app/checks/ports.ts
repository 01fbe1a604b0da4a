import { isObject, type JsonObject, type JsonValue } from '../request.ts'
import { portNameProblem, portProblem } from '../rules.ts'
import { labelProblems } from './environment.ts'
import { checked, list, type Problem, repeated } from './problem.ts'

const PROTOCOLS: readonly JsonValue[] = ['tcp', 'udp', 'udp,tcp']

/** portDefinitions, and the older ports (api/v2/validation/AppValidation.scala, types/network.raml). */
export function* portProblems({ portDefinitions, ports }: JsonObject): Generator<Problem> {
  yield* list('/portDefinitions', portDefinitions, definitionProblems)
  yield* repeated(
    '/portDefinitions',
    portDefinitions,
    item => (isObject(item) ? item.name : undefined),
    first => `is the name of ${first} too: names of ports must be unique`,
  )
  yield* repeated(
    '/portDefinitions',
    portDefinitions,
    item => (isObject(item) && item.port !== 0 ? item.port : undefined),
    first =>
      `is the number of ${first} too: numbers must be unique; one entry may have the protocol "udp,tcp"`,
  )
  yield* list('/ports', ports, (path, port) => checked(path, port, portProblem))
  if (
    Array.isArray(ports) &&
    ports.length > 0 &&
    Array.isArray(portDefinitions) &&
    portDefinitions.length > 0
  ) {
    yield { path: '/ports', problem: 'cannot stand beside portDefinitions: remove it' }
  }
}

function* definitionProblems(path: string, definition: JsonValue): Generator<Problem> {
  if (!isObject(definition)) {
    yield { path, value: definition, problem: 'must be an object such as {"port": 0, "name": "http"}' }
    return
  }
  yield* checked(`${path}/port`, definition.port, portProblem)
  yield* checked(`${path}/name`, definition.name, portNameProblem)
  yield* checked(`${path}/protocol`, definition.protocol, value =>
    PROTOCOLS.includes(value) ? undefined : 'must be "tcp", "udp" or "udp,tcp"',
  )
  yield* labelProblems(`${path}/labels`, definition.labels)
}

/** How many ports a health check can point at: of the container where it has mappings, or else of the host. */
export function portCount({ container, portDefinitions, ports }: JsonObject): number {
  const docker = isObject(container) && isObject(container.docker) ? container.docker : {}
  const mappings = (isObject(container) && container.portMappings) || docker.portMappings
  // Where an app says nothing of ports, Marathon gives it one.
  const counted = [mappings, portDefinitions, ports].find(Array.isArray)
  return counted ? counted.length : 1
}
