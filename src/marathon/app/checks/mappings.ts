import * as v from 'valibot'
import { effectiveNetworks } from './effective.ts'
import { LABELS } from './environment.ts'
import { PORT, PORT_NAME, PROTOCOL } from './ports.ts'
import { refused } from './problem.ts'
import { items, repeated, rule } from './rule.ts'
import { list, shape, text } from './shape.ts'

// Ports of a container: container.portMappings, and the older container.docker.portMappings
// (types/appContainer.raml, api/v2/validation/AppValidation.scala).

export const PORT_MAPPINGS = v.optional(
  list(
    shape({
      containerPort: v.optional(PORT, 0),
      hostPort: v.optional(PORT),
      servicePort: v.optional(PORT, 0),
      name: v.optional(PORT_NAME),
      protocol: v.optional(PROTOCOL, 'tcp'),
      labels: LABELS,
      networkNames: v.optional(list(text('"dcos"'), '["dcos"]')),
    }),
    '[{"containerPort": 8080, "name": "http"}]',
  ),
)

export const MAPPING_RULES = [
  rule(['container', 'ipAddress'], function* ({ container, ipAddress }) {
    if (container?.portMappings === undefined) return
    const twice = 'cannot stand beside container.portMappings: remove it'
    if (container.docker?.portMappings?.length) {
      yield refused('container.docker.portMappings', undefined, twice)
    }
    if (ipAddress?.discovery?.ports?.length) yield refused('ipAddress.discovery.ports', undefined, twice)
  }),

  rule(['container', 'networks', 'ipAddress'], function* (app) {
    const networks = effectiveNetworks(app)
    const isOnHost = networks.every(({ mode }) => mode === 'host')
    const containerNetworks = networks.filter(({ mode }) => mode === 'container')
    for (const [at, mappings] of [
      // Marathon drops these on the network of the host before it looks at them.
      ['container.portMappings', isOnHost ? [] : app.container?.portMappings],
      ['container.docker.portMappings', app.container?.docker?.portMappings],
    ] as const) {
      for (const { index, key, first } of repeated(mappings, ({ name }) => name)) {
        yield refused(
          `${at}[${index}].name`,
          key,
          `is the name of ${at}[${first}] too: names of ports must be unique`,
        )
      }
      if (isOnHost) continue
      for (const [index, { hostPort, networkNames = [] }] of items(mappings)) {
        if (networkNames.some(name => !networks.some(network => network.name === name))) {
          yield refused(
            `${at}[${index}].networkNames`,
            networkNames,
            'must be names of the app\'s networks with the mode "container"',
          )
        } else if (containerNetworks.length > 1 && hostPort !== undefined && networkNames.length !== 1) {
          yield refused(
            `${at}[${index}].networkNames`,
            networkNames,
            'must be the one network whose port is mapped to hostPort, where the app has several',
          )
        }
      }
    }
  }),
]
