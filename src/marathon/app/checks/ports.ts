import * as v from 'valibot'
import { portProblem } from '../rules.ts'
import { LABELS } from './environment.ts'
import { doubt, refused } from './problem.ts'
import { items, repeated, rule } from './rule.ts'
import { boolean, list, oneOf, ruled, shape } from './shape.ts'

// Ports of the host: portDefinitions, and the older ports (types/network.raml, types/stringTypes.raml LegacyName,
// api/v2/validation/AppValidation.scala, state/PortDefinition.scala).

export const PORT = ruled<number>(portProblem)
/** The place of a port among those of the app. */
export const PORT_INDEX = ruled<number>(
  value => portProblem(value) && "must be the place of one of the app's ports, counted from 0",
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

const UNIQUE_NUMBER =
  'is the number of another port too, and numbers must be unique: one entry of portDefinitions may have the protocol "udp,tcp"'

export const PORT_RULES = [
  rule(['portDefinitions'], function* ({ portDefinitions }) {
    for (const { index, key, first } of repeated(portDefinitions, ({ name }) => name)) {
      yield refused(
        `portDefinitions[${index}].name`,
        key,
        `is the name of portDefinitions[${first}] too: names of ports must be unique`,
      )
    }
    for (const { index, key } of repeated(portDefinitions, ({ port }) => port || undefined)) {
      yield refused(`portDefinitions[${index}].port`, key, UNIQUE_NUMBER)
    }
    for (const [index, { name }] of items(portDefinitions)) {
      if (name !== undefined && /^\d/.test(name)) {
        yield doubt(
          `portDefinitions[${index}].name`,
          name,
          'starts with a digit, which Marathon 1.4 refuses: let it start with a letter, such as "http"',
        )
      }
    }
  }),

  rule(['ports'], function* ({ ports }) {
    for (const { index, key } of repeated(ports, port => port || undefined)) {
      yield refused(`ports[${index}]`, key, UNIQUE_NUMBER)
    }
    for (const [index, port] of items(ports)) {
      if (port < 0) yield refused(`ports[${index}]`, port, 'must not be negative: 0 lets Marathon choose')
    }
  }),

  rule(['ports', 'portDefinitions'], function* ({ ports, portDefinitions }) {
    if (ports === undefined || portDefinitions === undefined) return
    if ([...ports, ...portDefinitions].includes(undefined)) return
    const numbers = portDefinitions.map(definition => definition?.port)
    if (JSON.stringify(numbers) !== JSON.stringify(ports)) {
      yield refused('ports', undefined, 'cannot stand beside portDefinitions: remove it')
    }
  }),
]
