import { doubt, refused } from './problem.ts'
import { items, repeated, rule } from './rule.ts'

// Ports of the host: portDefinitions, and the older ports (api/v2/validation/AppValidation.scala,
// state/PortDefinition.scala).

const UNIQUE_NUMBER =
  'is also the number of another port, but numbers must be unique: one entry of portDefinitions may have the protocol "udp,tcp"'

export const PORT_RULES = [
  rule(['portDefinitions'], function* ({ portDefinitions }) {
    for (const { index, key, first } of repeated(portDefinitions, ({ name }) => name)) {
      yield refused(
        `portDefinitions[${index}].name`,
        key,
        `is also the name of portDefinitions[${first}]: port names must be unique`,
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
          'starts with a digit, which Marathon 1.4 refuses: start it with a letter, as in "http"',
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
      yield refused('ports', undefined, 'cannot be combined with portDefinitions: remove it')
    }
  }),
]
