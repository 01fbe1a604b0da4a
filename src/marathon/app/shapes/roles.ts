import * as v from 'valibot'
import { list, ruled, text } from './shape.ts'

// Mesos roles (Mesos: common/roles.cpp).

export const ROLES = {
  role: v.optional(ruled<string>(roleProblem)),
  acceptedResourceRoles: v.optional(list(text('"*"'), '["*"]')),
}

function roleProblem(value: unknown): string | undefined {
  return typeof value === 'string' && /^(?!-|\.{1,2}$)[^\t-\r \x7f]+$/.test(value)
    ? undefined
    : 'must be a Mesos role without spaces that does not start with "-", such as "dev"'
}
