import { canonicalId } from '../app-id.ts'
import { pathIdProblem, RESERVED_IDS } from '../rules.ts'
import { refused } from './problem.ts'
import { items, rule } from './rule.ts'

// The app's id and the ids of its dependencies (state/PathId.scala).

export const IDENTITY_RULES = [
  rule(['id'], function* ({ id }) {
    const canonical = canonicalId(id)
    if (canonical === '/') {
      yield refused('id', id, 'must name an app, such as /web/shop, not the root of all groups')
    } else if (isReserved(canonical)) {
      yield refused('id', id, `must not end in one of ${RESERVED_IDS.join(', ')}: Marathon's own URLs do`)
    }
  }),

  rule(['dependencies'], function* ({ dependencies }) {
    for (const [index, id] of items(dependencies)) {
      const parts = id.split('/').filter(part => part !== '')
      const isPath = parts.every(part => part === '.' || pathIdProblem(part) === undefined)
      const at = `dependencies[${index}]`
      if (!isPath) {
        yield refused(at, id, 'must be the id of an app or a group, such as /web/database')
      } else if (isReserved(id) || /^\.{1,2}$/.test(parts.at(-1) ?? '')) {
        yield refused(
          at,
          id,
          `must not end in one of ${RESERVED_IDS.join(', ')}, . and ..: write the whole id, such as /web/database`,
        )
      }
    }
  }),

  rule(['id', 'dependencies'], function* ({ id, dependencies }) {
    const own = `${canonicalId(id)}/`
    for (const [index, dependency] of items(dependencies)) {
      const other = canonicalId(dependency)
      if (own.startsWith(other === '/' ? other : `${other}/`)) {
        yield refused(
          `dependencies[${index}]`,
          dependency,
          'must not be the app itself or a group that contains it: it would wait for itself',
        )
      }
    }
  }),
]

function isReserved(id: string): boolean {
  return RESERVED_IDS.includes(id.slice(id.lastIndexOf('/') + 1))
}
