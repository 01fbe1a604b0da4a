import { inOrderOfNeed } from '../../lib/dependency-order.ts'
import { MesosizeError } from '../../lib/errors.ts'
import { formatIdent } from './ident.ts'
import type { Package } from './package.ts'

/**
 * Orders packages so that each comes after its dependencies, and otherwise keeps their order.
 * @throws MesosizeError DEPENDENCY_CYCLE, naming the cycle
 */
export function inDependencyOrder(packages: readonly Package[]): Package[] {
  const byIdent = new Map(packages.map(build => [formatIdent(build.metadata.ident), build]))
  return inOrderOfNeed(
    byIdent.values(),
    ({ metadata }) =>
      [...metadata.deps, ...metadata.tdeps].flatMap(ident => byIdent.get(formatIdent(ident)) ?? []),
    circle =>
      new MesosizeError(
        'DEPENDENCY_CYCLE',
        `Packages depend on each other in a circle: ${circle.map(({ metadata }) => formatIdent(metadata.ident)).join(' -> ')}. Build them again.`,
      ),
  )
}
