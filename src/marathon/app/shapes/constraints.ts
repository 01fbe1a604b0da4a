import * as v from 'valibot'
import { list, text } from './shape.ts'

// Where tasks may run (types/constraint.raml).

export const CONSTRAINT_EXAMPLE = '["hostname", "UNIQUE"]'

export const CONSTRAINTS = {
  constraints: v.optional(list(list(text('"hostname"'), CONSTRAINT_EXAMPLE), `[${CONSTRAINT_EXAMPLE}]`)),
}
