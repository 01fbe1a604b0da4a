import { canonicalId } from '../app-id.ts'
import { cluster, refused } from './problem.ts'
import { items, rule } from './rule.ts'

// Mesos roles (state/ResourceRole.scala, util/RoleSettings.scala).

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
