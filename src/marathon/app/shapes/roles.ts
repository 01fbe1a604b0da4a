import * as v from 'valibot'
import { roleProblem } from '../rules.ts'
import { list, ruled, text } from './shape.ts'

export const ROLES = {
  role: v.optional(ruled<string>(roleProblem)),
  acceptedResourceRoles: v.optional(list(text('"*"'), '["*"]')),
}
