import { MesosizeError } from '../../lib/errors.ts'
import { formatIdent } from './ident.ts'
import type { Package } from './package.ts'

/**
 * Orders packages so that each comes after its dependencies, and otherwise keeps their order.
 * @throws MesosizeError DEPENDENCY_CYCLE, naming the cycle
 */
export function inDependencyOrder(packages: readonly Package[]): Package[] {
  const byIdent = new Map(packages.map(build => [formatIdent(build.metadata.ident), build]))
  const ordered = new Set<Package>()
  const path: string[] = []

  const visit = (ident: string) => {
    const build = byIdent.get(ident)
    if (build === undefined || ordered.has(build)) return
    if (path.includes(ident)) {
      const circle = [...path.slice(path.indexOf(ident)), ident].join(' -> ')
      throw new MesosizeError(
        'DEPENDENCY_CYCLE',
        `Packages depend on each other in a circle: ${circle}. Build them again.`,
      )
    }
    path.push(ident)
    for (const dependency of [...build.metadata.deps, ...build.metadata.tdeps]) visit(formatIdent(dependency))
    path.pop()
    ordered.add(build)
  }

  for (const ident of byIdent.keys()) visit(ident)
  return [...ordered]
}
