import * as v from 'valibot'
import { LINUX_INFO } from './linux.ts'
import { PORT_MAPPINGS } from './mappings.ts'
import { refused } from './problem.ts'
import { rule } from './rule.ts'
import { boolean, list, oneOf, shape, strictShape, text } from './shape.ts'
import { VOLUME } from './volumes.ts'

// container (types/appContainer.raml, api/v2/validation/AppValidation.scala).

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

export const CONTAINER_RULES = [
  rule(['container'], function* ({ container }) {
    if (container === undefined) return
    const { type, docker } = container
    if (type === 'DOCKER' && docker === undefined) {
      yield refused(
        'container.docker',
        undefined,
        'is missing: give it an image, or write the type "MESOS", which needs none',
      )
    }
    if (docker?.credential) {
      yield refused(
        'container.docker.credential',
        undefined,
        'is not supported since Marathon 1.5: use pullConfig',
      )
    }
    if (type === 'MESOS') {
      for (const name of ['network', 'parameters', 'portMappings'] as const) {
        const value = docker?.[name]
        if (value === undefined || (name === 'parameters' && value.length === 0)) continue
        yield refused(
          `container.docker.${name}`,
          undefined,
          'is only for containers of the type "DOCKER": remove it, or write networks and container.portMappings',
        )
      }
    }
  }),

  rule(['container', 'secrets'], function* ({ container, secrets = {} }) {
    const secret = container?.docker?.pullConfig?.secret
    if (secret === undefined) return
    const at = 'container.docker.pullConfig'
    if (container!.type === 'DOCKER') {
      yield refused(at, undefined, 'is only for containers of the type "MESOS": remove it')
    } else if (!Object.hasOwn(secrets, secret)) {
      yield refused(`${at}.secret`, secret, 'is not among the app\'s "secrets": add it there')
    }
  }),
]
