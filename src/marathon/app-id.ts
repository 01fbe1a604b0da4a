import type { PackageIdent } from '../habitat/ident.ts'
import { RESERVED_IDS } from './rules.ts'

/**
 * Makes an app id `/origin/name` from a package's identifier, whose parts may have upper case, "_" and "-"
 * in places where Marathon takes none.
 */
export function appIdOf({ origin, name }: PackageIdent): string {
  const last = segment(name)
  return `/${segment(origin)}/${RESERVED_IDS.includes(last) ? `${last}-app` : last}`
}

function segment(text: string): string {
  return (
    text
      .toLowerCase()
      .replaceAll('_', '-')
      .replace(/^-+|-+$/g, '') || 'app'
  )
}
