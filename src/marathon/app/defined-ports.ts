import { isObject } from '../../lib/is-object.ts'
import type { JsonObject, JsonValue } from './request.ts'

/**
 * The ports of a definition, in Marathon's order: `portDefinitions` on the network of the host, `portMappings` of the
 * container on any other. Fields that are not what Marathon would have there count as missing.
 */
export function definedPorts(app: JsonObject): JsonObject[] {
  if (isOnHost(app)) return objectsOf(app.portDefinitions)
  const container = objectOf(app.container)
  return objectsOf(container?.portMappings ?? objectOf(container?.docker)?.portMappings)
}

/** By `networks`, or by the field for it in Marathon 1.4. */
function isOnHost({ networks, container }: JsonObject): boolean {
  const old = objectOf(objectOf(container)?.docker)?.network
  if (Array.isArray(networks) && networks.length > 0) {
    return objectsOf(networks).every(({ mode }) => mode === 'host')
  }
  return old !== 'BRIDGE' && old !== 'USER'
}

function objectsOf(value: JsonValue | undefined): JsonObject[] {
  return (Array.isArray(value) ? value : []).map(each => objectOf(each) ?? {})
}

function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return isObject(value) ? (value as JsonObject) : undefined
}
