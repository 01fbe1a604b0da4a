import { refused } from './problem.ts'
import { rule } from './rule.ts'

// container (api/v2/validation/AppValidation.scala).

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
