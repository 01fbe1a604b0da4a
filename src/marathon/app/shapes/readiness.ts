import * as v from 'valibot'
import { secondsProblem, wholeNumber } from '../rules.ts'
import { PORT_NAME } from './ports.ts'
import { boolean, list, oneOf, ruled, shape, text } from './shape.ts'

// readinessChecks (types/readinessCheck.raml).

const status = ruled<number>(wholeNumber(-(2 ** 31), 2 ** 31 - 1, '200'))

export const READINESS = {
  readinessChecks: v.optional(
    list(
      shape({
        name: v.optional(text('"ready"', 1)),
        protocol: v.optional(oneOf('HTTP', 'HTTPS'), 'HTTP'),
        path: v.optional(text('"/ready"', 1, 1024)),
        portName: v.optional(PORT_NAME, 'http-api'),
        intervalSeconds: v.optional(ruled<number>(secondsProblem), 30),
        timeoutSeconds: v.optional(ruled<number>(wholeNumber(1, 2 ** 31 - 1, '10')), 10),
        httpStatusCodesForReady: v.optional(
          v.pipe(list(status, '[200]'), v.minLength(1, 'must not be empty: leave it out, or write [200]')),
        ),
        preserveLastResponse: v.optional(boolean),
      }),
      '[{"portName": "http", "path": "/ready"}]',
    ),
  ),
}
