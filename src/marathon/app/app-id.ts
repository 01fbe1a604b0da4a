import type { PackageIdent } from '../../habitat/package/ident.ts'
import { RESERVED_IDS } from './rules.ts'

/**
 * Creates an app id `/origin/name` from a package's identifier, whose parts may contain upper case, "_" and "-"
 * where Marathon does not allow them.
 * @param group used instead of the origin
 */
export function appIdOf({ origin, name }: PackageIdent, group = `/${segment(origin)}`): string {
  const last = segment(name)
  return `${group}/${RESERVED_IDS.includes(last) ? `${last}-app` : last}`
}

function segment(text: string): string {
  return (
    text
      .toLowerCase()
      .replaceAll('_', '-')
      .replace(/^-+|-+$/g, '') || 'app'
  )
}

/** An id as Marathon stores it: absolute, without empty parts, and with `..` resolved (state/PathId.scala). */
export function canonicalId(id: string): string {
  const parts: string[] = []
  for (const part of id.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}
