import * as v from 'valibot'
import { portProblem } from '../rules.ts'
import { LABELS } from './environment.ts'
import { boolean, list, oneOf, ruled, shape } from './shape.ts'

// Ports of the host: portDefinitions, and the older ports (types/network.raml, types/stringTypes.raml LegacyName).

export const PORT = ruled<number>(portProblem)
/** The index of a port among those of the app. */
export const PORT_INDEX = ruled<number>(
  value => portProblem(value) && "must be the index of one of the app's ports, counted from 0",
)
export const PORT_NAME = ruled<string>(value =>
  typeof value === 'string' && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(value)
    ? undefined
    : 'must be lower-case letters, digits and inner "-", such as "http"',
)
export const PROTOCOL = oneOf('tcp', 'udp', 'udp,tcp')

export const PORTS = {
  portDefinitions: v.optional(
    list(
      shape({
        port: v.optional(PORT, 0),
        name: v.optional(PORT_NAME),
        protocol: v.optional(PROTOCOL, 'tcp'),
        labels: LABELS,
      }),
      '[{"port": 0, "name": "http"}]',
    ),
  ),
  ports: v.optional(
    list(
      ruled<number>(value =>
        Number.isInteger(value) && Math.abs(value as number) < 2 ** 31
          ? undefined
          : 'must be a whole number, such as 0, which lets Marathon choose',
      ),
      '[0]',
    ),
  ),
  requirePorts: v.optional(boolean),
}
