import type { Json } from './marathon-server-rules.ts'

// Ports of an app and of its tasks, as Marathon 1.11 was seen to give them on each network.

/** Whether an app is on another network than that of the host. */
export function isOnNetwork({ networks = [] }: Json): boolean {
  return networks.some(({ mode = 'container' }: Json) => mode !== 'host')
}

/** The service ports of an app, in order; those of the definitions are their numbers. */
export function servicePortsOf(app: Json): number[] {
  return isOnNetwork(app)
    ? mappingsOf(app).map(({ servicePort = 0 }) => servicePort)
    : (app.portDefinitions ?? []).map(({ port = 0 }: Json) => port)
}

export function mappingsOf(app: Json): Json[] {
  return app.container?.portMappings ?? [{ name: 'default', containerPort: 0, hostPort: 0 }]
}

/** The app's ports with what Marathon fills in; those of the other kind are dropped without a word. */
export function normalizedPorts(app: Json, choose: (index: number) => number): Json {
  const filled = ({ labels, ...port }: Json) => ({
    protocol: 'tcp',
    ...port,
    ...(Object.keys(labels ?? {}).length > 0 && { labels }),
  })
  if (isOnNetwork(app)) {
    const portMappings = mappingsOf(app).map((mapping, index) => ({
      containerPort: 0,
      ...filled(mapping),
      servicePort: mapping.servicePort || choose(index),
    }))
    return { portDefinitions: [], container: { type: 'DOCKER', volumes: [], ...app.container, portMappings } }
  }
  const definitions = app.portDefinitions ??
    app.ports?.map((port: number) => ({ port })) ?? [{ port: 0, name: 'default' }]
  return {
    portDefinitions: definitions.map((definition: Json, index: number) => ({
      ...filled(definition),
      port: definition.port || choose(index),
    })),
  }
}

/** Ports of the host that a task gets. */
export function countHostPorts(app: Json): number {
  if (!isOnNetwork(app)) return app.portDefinitions.length
  return mappingsOf(app).filter(({ hostPort }) => hostPort !== undefined).length
}
