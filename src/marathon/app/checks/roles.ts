import * as v from 'valibot'
import { canonicalId } from '../app-id.ts'
import { cluster, refused } from './problem.ts'
import { items, rule } from './rule.ts'
import { list, ruled, text } from './shape.ts'

// Mesos roles (state/ResourceRole.scala, util/RoleSettings.scala; Mesos: common/roles.cpp).

export const ROLES = {
  role: v.optional(ruled<string>(roleProblem)),
  acceptedResourceRoles: v.optional(list(text('"*"'), '["*"]')),
}

export const ROLE_RULES = [
  rule(['id', 'role'], function* ({ id, role }) {
    const [, group, ...below] = canonicalId(id).split('/')
    if (role === undefined || role === '*' || (below.length > 0 && role === group)) return
    yield cluster(
      'role',
      role,
      `must be the name of the app's first group or the --mesos_role of Marathon, which is "*" unless it is set`,
    )
  }),

  rule(['role', 'acceptedResourceRoles'], function* ({ role, acceptedResourceRoles }) {
    if (acceptedResourceRoles?.length === 0) {
      yield refused('acceptedResourceRoles', [], 'must not be empty: leave it out, or write ["*"]')
    }
    for (const [index, accepted] of items(acceptedResourceRoles)) {
      if (accepted === '*' || accepted === role) continue
      const at = `acceptedResourceRoles[${index}]`
      if (role !== undefined)
        yield refused(at, accepted, `must be "*" or the app's role, ${JSON.stringify(role)}`)
      else {
        yield cluster(
          at,
          accepted,
          'must be "*" or the --mesos_role of Marathon, which is "*" unless it is set',
        )
      }
    }
  }),

  rule(['role', 'container'], function* ({ role, container }) {
    const isResident = container?.volumes?.some(volume => volume?.persistent)
    if (!isResident || (role !== undefined && role !== '*')) return
    const problem = 'an app with persistent volumes must have a role other than "*"'
    if (role === '*') yield refused('role', role, `must not be "*": ${problem}`)
    else {
      yield cluster(
        'role',
        undefined,
        `is missing: ${problem}, by this field or by the --mesos_role of Marathon`,
      )
    }
  }),
]

function roleProblem(value: unknown): string | undefined {
  return typeof value === 'string' && /^(?!-|\.{1,2}$)[^\t-\r \x7f]+$/.test(value)
    ? undefined
    : 'must be a Mesos role without spaces that does not start with "-", such as "dev"'
}
