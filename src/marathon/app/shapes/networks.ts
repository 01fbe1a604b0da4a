import * as v from 'valibot'
import { networkNameProblem } from '../rules.ts'
import { LABELS } from './environment.ts'
import { PORT, PORT_NAME, PROTOCOL } from './ports.ts'
import { list, oneOf, ruled, shape, text } from './shape.ts'

// networks, and the older ipAddress (types/network.raml).

const NAME = ruled<string>(networkNameProblem)

const DISCOVERY_PORT = shape({
  number: v.optional(PORT, 0),
  name: PORT_NAME,
  protocol: v.optional(PROTOCOL, 'tcp'),
  labels: LABELS,
})

export const NETWORKS = {
  networks: v.optional(
    list(
      shape({
        mode: v.optional(oneOf('container', 'container/bridge', 'host'), 'container'),
        name: v.optional(NAME),
        labels: LABELS,
      }),
      '[{"mode": "container/bridge"}]',
    ),
  ),
  ipAddress: v.optional(
    shape({
      networkName: v.optional(text('"dcos"', 1)),
      discovery: v.optional(
        shape({ ports: v.optional(list(DISCOVERY_PORT, '[{"number": 80, "name": "http"}]')) }),
      ),
      groups: v.optional(list(text('"web"'), '["web"]')),
      labels: LABELS,
    }),
  ),
}
