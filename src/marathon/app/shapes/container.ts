import * as v from 'valibot'
import { LINUX_INFO } from './linux.ts'
import { PORT_MAPPINGS } from './mappings.ts'
import { boolean, list, oneOf, shape, strictShape, text } from './shape.ts'
import { VOLUME } from './volumes.ts'

// container (types/appContainer.raml).

const DOCKER = shape({
  image: text('"nginx:1.27"', 1),
  network: v.optional(oneOf('BRIDGE', 'HOST', 'NONE', 'USER')),
  forcePullImage: v.optional(boolean),
  privileged: v.optional(boolean),
  parameters: v.optional(
    list(
      shape({ key: text('"hostname"', 1), value: text('"web"') }),
      '[{"key": "hostname", "value": "web"}]',
    ),
  ),
  portMappings: PORT_MAPPINGS,
  credential: v.optional(
    strictShape({ principal: text('"ci"'), secret: v.optional(text('"password"')) }, '{"principal": "ci"}'),
  ),
  pullConfig: v.optional(strictShape({ secret: text('"docker-config"') }, '{"secret": "docker-config"}')),
})

export const CONTAINER = {
  container: v.optional(
    shape({
      type: v.optional(oneOf('MESOS', 'DOCKER'), 'DOCKER'),
      docker: v.optional(DOCKER),
      portMappings: PORT_MAPPINGS,
      volumes: v.optional(
        list(VOLUME, '[{"containerPath": "/data", "hostPath": "/srv/data", "mode": "RO"}]'),
      ),
      linuxInfo: LINUX_INFO,
    }),
  ),
}
