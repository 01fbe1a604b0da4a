import type { App } from '../shapes/app.ts'
import { items } from './rule.ts'

// How Marathon combines the old and the new fields before it checks them (api/v2/AppNormalization.scala,
// raml/Apps.scala).

type Networked = Pick<App, 'networks' | 'ipAddress' | 'container'>

interface EffectiveNetwork {
  mode: 'host' | 'container' | 'container/bridge'
  name?: string
  /** The field that specifies it. */
  place: string
}

/** Marathon's own default for `--mesos_bridge_name`. */
const BRIDGE = 'mesos-bridge'

/** The networks that an app gets from the new fields or the old ones; empty for the network of the host. */
export function effectiveNetworks({ networks, ipAddress, container }: Networked): EffectiveNetwork[] {
  if (networks !== undefined && networks.length > 0) {
    return [...items(networks)].map(([index, { mode, name }]) => ({
      mode,
      name,
      place: `networks[${index}].name`,
    }))
  }
  const old = container?.docker?.network
  const name = ipAddress?.networkName
  const place = ipAddress ? 'ipAddress.networkName' : 'container.docker.network'
  switch (old) {
    case 'HOST':
    case 'NONE':
      return []
    case 'BRIDGE':
      return [{ mode: 'container/bridge', place }]
    case 'USER':
      return [{ mode: 'container', name, place }]
  }
  if (ipAddress === undefined) return []
  return [name === BRIDGE ? { mode: 'container/bridge', place } : { mode: 'container', name, place }]
}

/**
 * The ports to which health checks and readiness checks refer: those of the host, or, on other networks, those of the
 * container. If there are none, Marathon adds one named "default".
 * @returns the ports, and whether a check without `portIndex` uses the first
 */
export function effectivePorts(app: Networked & Pick<App, 'ports' | 'portDefinitions'>): {
  /** A port that could not be read is undefined. */
  ports: readonly ({ readonly name?: string } | undefined)[]
  firstByDefault: boolean
} {
  const definitions = app.portDefinitions ?? app.ports?.map(() => ({}))
  if (effectiveNetworks(app).every(({ mode }) => mode === 'host')) {
    return {
      ports: definitions ?? [{ name: 'default' }],
      firstByDefault: (app.portDefinitions?.length ?? 0) > 0,
    }
  }
  if (app.container === undefined && app.ipAddress === undefined) {
    return { ports: [], firstByDefault: (app.portDefinitions?.length ?? 0) > 0 }
  }
  const discovered = app.ipAddress?.discovery?.ports
  const mappings =
    app.container?.portMappings ??
    app.container?.docker?.portMappings ??
    (discovered?.length ? discovered : [{ name: 'default' }])
  const more = Math.max(0, (definitions?.length ?? 0) - mappings.length)
  return { ports: [...mappings, ...Array.from({ length: more }, () => ({}))], firstByDefault: true }
}
