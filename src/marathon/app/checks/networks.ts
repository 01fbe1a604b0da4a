import { effectiveNetworks } from './effective.ts'
import { cluster, refused } from './problem.ts'
import { items, repeated, rule } from './rule.ts'

// networks, and the older ipAddress and container.docker.network (api/v2/validation/NetworkValidation.scala,
// api/v2/AppNormalization.scala).

export const NETWORK_RULES = [
  rule(['networks'], function* ({ networks = [] }) {
    for (const [index, { mode, name, labels = {} }] of items(networks)) {
      const at = `networks[${index}]`
      if (mode !== 'container' && name !== undefined) {
        yield refused(`${at}.name`, name, `cannot be given to a network of the mode "${mode}": remove it`)
      }
      if (mode === 'host' && Object.keys(labels).length > 0) {
        yield refused(
          `${at}.labels`,
          undefined,
          'cannot be given to a network of the mode "host": remove them',
        )
      }
    }
    for (const { index, key, first } of repeated(networks, ({ name }) => name)) {
      yield refused(`networks[${index}].name`, key, `is also the name of networks[${first}]: remove one`)
    }
    const modes = networks.flatMap(network => network?.mode ?? [])
    const unnamed = networks.filter(network => network?.mode === 'container' && network.name === undefined)
    if (modes.length > 1 && modes.some(mode => mode !== 'container')) {
      yield refused(
        'networks',
        undefined,
        'must be one network of the mode "host", one of "container/bridge", or one or more of "container"',
      )
    } else if (unnamed.length > 1) {
      yield refused('networks', undefined, 'has more than one network without a name: name them')
    }
  }),

  rule(['networks', 'ipAddress', 'container'], function* ({ networks = [], ipAddress, container }) {
    const old = container?.docker?.network
    if (networks.length > 0 && ipAddress !== undefined) {
      yield refused('ipAddress', undefined, 'cannot be combined with networks: remove it')
    }
    if (networks.length > 0 && old !== undefined) {
      yield refused('container.docker.network', old, 'cannot be combined with networks: remove it')
    }
    if (
      container?.type === 'DOCKER' &&
      networks.filter(network => network?.mode === 'container').length > 1
    ) {
      yield refused('networks', undefined, 'must be a single network for a container of the type "DOCKER"')
    }
    if (old === 'NONE') {
      yield refused('container.docker.network', old, 'must be "BRIDGE", "HOST" or "USER"')
    }
    if (ipAddress?.discovery !== undefined && container?.type === 'DOCKER') {
      yield refused(
        'ipAddress.discovery',
        undefined,
        'cannot be given to a container of the type "DOCKER": write container.portMappings instead',
      )
    }
  }),

  rule(['networks', 'ipAddress', 'container'], function* (app) {
    const [nameless] = effectiveNetworks(app).filter(({ mode, name }) => mode === 'container' && !name)
    if (nameless) {
      yield cluster(
        nameless.place,
        undefined,
        'must be given, unless Marathon runs with --default_network_name',
      )
    }
  }),

  rule(['ipAddress', 'ports', 'portDefinitions'], function* ({ ipAddress, ports, portDefinitions }) {
    if (ipAddress === undefined) return
    const given = { ports, portDefinitions }
    for (const name of ['ports', 'portDefinitions'] as const) {
      if (!given[name]?.length) continue
      yield refused(
        'ipAddress',
        undefined,
        `cannot be combined with ${name}, which are ports of the host: remove one of them; for an address of its own together with ports, write networks and container.portMappings`,
      )
    }
  }),
]
