import { effectiveNetworks } from './effective.ts'
import { refused } from './problem.ts'
import { items, repeated, rule } from './rule.ts'

// Ports of a container: container.portMappings, and the older container.docker.portMappings
// (api/v2/validation/AppValidation.scala).

export const MAPPING_RULES = [
  rule(['container', 'ipAddress'], function* ({ container, ipAddress }) {
    if (container?.portMappings === undefined) return
    const twice = 'cannot be combined with container.portMappings: remove it'
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
      // On the network of the host, Marathon drops these without checking them.
      ['container.portMappings', isOnHost ? [] : app.container?.portMappings],
      ['container.docker.portMappings', app.container?.docker?.portMappings],
    ] as const) {
      for (const { index, key, first } of repeated(mappings, ({ name }) => name)) {
        yield refused(
          `${at}[${index}].name`,
          key,
          `is also the name of ${at}[${first}]: port names must be unique`,
        )
      }
      if (isOnHost) continue
      for (const [index, { hostPort, networkNames = [] }] of items(mappings)) {
        if (networkNames.some(name => !networks.some(network => network.name === name))) {
          yield refused(
            `${at}[${index}].networkNames`,
            networkNames,
            'must be names of networks of the app with the mode "container"',
          )
        } else if (containerNetworks.length > 1 && hostPort !== undefined && networkNames.length !== 1) {
          yield refused(
            `${at}[${index}].networkNames`,
            networkNames,
            'must be the one network whose port is mapped to hostPort, because the app has several',
          )
        }
      }
    }
  }),
]
