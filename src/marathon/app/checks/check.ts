import { COMMAND_EXAMPLE } from '../shapes/check.ts'
import { effectivePorts } from './effective.ts'
import { refused } from './problem.ts'
import { rule } from './rule.ts'

// check (raml/CheckConversion.scala).

export const CHECK_RULES = [
  rule(['check'], function* ({ check }) {
    if (check === undefined) return
    const { http, tcp, exec } = check
    if ([http, tcp, exec].filter(kind => kind !== undefined).length !== 1) {
      yield refused(
        'check',
        undefined,
        `must have exactly one of http, tcp and exec, such as {"exec": {"command": ${COMMAND_EXAMPLE}}}`,
      )
    }
    if (http?.scheme === 'HTTPS') {
      yield refused(
        'check.http.scheme',
        'HTTPS',
        'must be "HTTP": Marathon supports no other scheme for a check',
      )
    }
  }),

  rule(['check', 'portDefinitions', 'ports', 'networks', 'ipAddress', 'container'], function* (app) {
    for (const kind of ['http', 'tcp'] as const) {
      const portIndex = app.check?.[kind]?.portIndex
      const { length } = effectivePorts(app).ports
      if (portIndex === undefined || portIndex < length) continue
      yield refused(
        `check.${kind}.portIndex`,
        portIndex,
        `must be the index of one of the app's ports, counted from 0: it has ${length}`,
      )
    }
  }),
]
