import * as v from 'valibot'
import { isObject, type JsonValue } from '../request.ts'
import { secondsProblem } from '../rules.ts'
import { effectivePorts } from './effective.ts'
import { PORT, PORT_INDEX } from './ports.ts'
import { refused } from './problem.ts'
import { rule } from './rule.ts'
import { list, oneOf, ruled, shape, strictShape, text } from './shape.ts'

// check, whose outcome Mesos reports and does nothing about (types/check.raml, types/mesosCommand.raml,
// raml/CheckConversion.scala).

const seconds = v.optional(ruled<number>(secondsProblem))
const EXAMPLE = '{"shell": "test -f ready"}'

const SHELL = shape({ shell: text('"test -f ready"', 1) })
const ARGUMENTS = shape({
  argv: v.pipe(list(text('"test"'), '["test", "-f", "ready"]'), v.minLength(1, 'must have a program')),
})
const command = v.lazy(input =>
  isObject(input as JsonValue) && (input as { argv?: unknown }).argv != null && !v.is(SHELL, input)
    ? ARGUMENTS
    : SHELL,
)

export const CHECK = {
  check: v.optional(
    shape({
      http: v.optional(
        shape({
          path: v.optional(text('"/ready"', 1, 1024)),
          scheme: v.optional(oneOf('HTTP', 'HTTPS'), 'HTTP'),
          port: v.optional(PORT),
          portIndex: v.optional(PORT_INDEX),
        }),
      ),
      tcp: v.optional(shape({ port: v.optional(PORT), portIndex: v.optional(PORT_INDEX) })),
      exec: v.optional(strictShape({ command }, `{"command": ${EXAMPLE}}`)),
      intervalSeconds: seconds,
      timeoutSeconds: seconds,
      delaySeconds: seconds,
    }),
  ),
}

export const CHECK_RULES = [
  rule(['check'], function* ({ check }) {
    if (check === undefined) return
    const { http, tcp, exec } = check
    if ([http, tcp, exec].filter(kind => kind !== undefined).length !== 1) {
      yield refused(
        'check',
        undefined,
        `must have exactly one of http, tcp and exec, such as {"exec": {"command": ${EXAMPLE}}}`,
      )
    }
    if (http?.scheme === 'HTTPS') {
      yield refused('check.http.scheme', 'HTTPS', 'must be "HTTP": Marathon knows no other for a check')
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
        `must be the place of one of the app's ports, counted from 0: it has ${length}`,
      )
    }
  }),
]
