import * as v from 'valibot'
import { LABELS } from './environment.ts'
import { PORT, PORT_NAME, PROTOCOL } from './ports.ts'
import { list, shape, text } from './shape.ts'

// Ports of a container: container.portMappings, and the older container.docker.portMappings
// (types/appContainer.raml).

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
