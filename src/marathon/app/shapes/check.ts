import * as v from 'valibot'
import { isObject } from '../../../lib/is-object.ts'
import { secondsProblem } from '../rules.ts'
import { PORT, PORT_INDEX } from './ports.ts'
import { list, oneOf, ruled, shape, strictShape, text } from './shape.ts'

// check, whose result Mesos only reports (types/check.raml, types/mesosCommand.raml).

const seconds = v.optional(ruled<number>(secondsProblem))

export const COMMAND_EXAMPLE = '{"shell": "test -f ready"}'

const SHELL = shape({ shell: text('"test -f ready"', 1) })
const ARGUMENTS = shape({
  argv: v.pipe(list(text('"test"'), '["test", "-f", "ready"]'), v.minLength(1, 'must have a program')),
})
const command = v.lazy(input =>
  isObject(input) && input.argv != null && !v.is(SHELL, input) ? ARGUMENTS : SHELL,
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
      exec: v.optional(strictShape({ command }, `{"command": ${COMMAND_EXAMPLE}}`)),
      intervalSeconds: seconds,
      timeoutSeconds: seconds,
      delaySeconds: seconds,
    }),
  ),
}
