import * as v from 'valibot'
import { MesosizeError } from '../../lib/errors.ts'
import { setting } from '../../lib/setting.ts'
import { effectiveNetworks } from './checks/effective.ts'
import { type AppPort, portDefinitions } from './ports.ts'
import type { AppRequest, JsonObject, NetworkRequest } from './request.ts'
import { APP, type App } from './shapes/app.ts'

const HOST: NetworkRequest = { mode: 'host' }

/** Marathon's modes, by ours. */
const MODES = { host: 'host', bridge: 'container/bridge', container: 'container' } as const

/**
 * The fields for an app's network and its ports on it. On the host and on a bridge, Marathon chooses all numbers, and
 * on a bridge the container's is that of the host, so that `PORT_<NAME>` is right on both sides of it, and so is the
 * gossip address that a Supervisor announces. Where each task has an address, the ports are the package's own.
 * @throws MesosizeError CONFIG_INVALID, with every port that needs a number and has none
 */
export function networkFields(ports: readonly AppPort[], network: NetworkRequest = HOST): JsonObject {
  switch (network.mode) {
    case 'host':
      return { portDefinitions: portDefinitions(ports) }
    case 'bridge':
      return {
        networks: [{ mode: MODES.bridge }],
        container: mappings(ports.map(port => [port, { containerPort: 0, hostPort: 0 }])),
      }
    case 'container':
      return {
        networks: [{ mode: MODES.container, name: network.name }],
        container: mappings(
          ownNumbers(ports, network).map(([port, containerPort]) => [port, { containerPort }]),
        ),
      }
  }
}

function mappings(ports: readonly (readonly [AppPort, JsonObject])[]): JsonObject {
  const portMappings = ports.map(([{ name, protocol, labels, servicePort }, numbers]) => ({
    ...numbers,
    ...(servicePort !== undefined && { servicePort }),
    name,
    protocol,
    ...(labels && { labels: { ...labels } }),
  }))
  return { type: 'MESOS', portMappings }
}

function ownNumbers(ports: readonly AppPort[], network: NetworkRequest): (readonly [AppPort, number])[] {
  const missing = ports.filter(({ number }) => number === undefined)
  if (missing.length > 0) {
    const names = missing.map(({ exported, name }) => JSON.stringify(exported ?? name)).join(', ')
    throw new MesosizeError(
      'CONFIG_INVALID',
      `${writtenAs(network)}: tasks listen on the package's own ports, but neither default.toml nor the configuration has a number for ${names}. Set one with ${setting('config')}.`,
    )
  }
  return ports.map(port => [port, port.number!])
}

/**
 * Checks that a patch has not replaced the network for which the ports were written: Marathon would drop them silently.
 * @param app with the patch applied
 * @throws MesosizeError APP_INVALID
 */
export function checkNetwork(app: JsonObject, { network = HOST }: Pick<AppRequest, 'network'>): void {
  const read = v.safeParse(APP, app)
  // What cannot be read is reported with all other problems.
  if (!read.success) return
  const [patched = { mode: MODES.host, name: undefined }] = effectiveNetworks(read.output as App)
  if (patched.mode === MODES[network.mode]) return
  const instead = {
    host: 'host',
    'container/bridge': 'bridge',
    container: `container:${patched.name ?? 'NAME'}`,
  }[patched.mode]
  throw new MesosizeError(
    'APP_INVALID',
    `The patch changes the network to "${patched.mode}", on which the app's ports and its health check would have to be others. Leave it out of the patch, and write ${setting('network', instead)}.`,
  )
}

function writtenAs(network: NetworkRequest): string {
  return setting('network', network.mode === 'container' ? `container:${network.name}` : network.mode)
}
