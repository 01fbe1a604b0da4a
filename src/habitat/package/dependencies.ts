import { MesosizeError } from '../../lib/errors.ts'
import { forAll } from '../../lib/for-all.ts'
import type { Reporter } from '../../lib/report.ts'
import type { Root } from './finder.ts'
import { type FullIdent, formatIdent } from './ident.ts'
import type { Package } from './package.ts'
import { findOrExplain } from './refusals.ts'
import type { BuilderChannel } from './request.ts'
import type { PackageSource } from './source.ts'

/** Of an image. The largest services need a few hundred; a chain in which each package needs another never ends. */
export const MOST_PACKAGES = 2_000

// Enough to hide Builder's latency behind the verification of downloaded packages.
const OPEN_AT_ONCE = 8

/** A package, and where its dependencies come from. */
type Dependent = Pick<Root, 'package' | 'from'>

interface Dependency {
  ident: FullIdent
  from: BuilderChannel
  neededBy: FullIdent
}

/**
 * Opens everything that some packages depend on.
 * @returns the packages and their dependencies, each build once
 * @throws MesosizeError DEPENDENCY_MISSING, naming the first ten and the packages that need them, DEPENDENCIES_TOO_MANY,
 *   or what the source throws
 */
export async function withDependencies(
  roots: readonly Dependent[],
  source: PackageSource,
  report: Reporter,
): Promise<Package[]> {
  const opened = new Map<string, Package>()
  // One round is enough if TDEPS are complete, as Habitat writes them.
  for (let dependents = roots; dependents.length > 0; ) {
    for (const dependent of dependents)
      opened.set(formatIdent(dependent.package.metadata.ident), dependent.package)
    const dependencies = dependenciesOf(dependents, opened)
    if (dependencies.length === 0) break
    if (opened.size + dependencies.length > MOST_PACKAGES) throw tooMany(dependencies.at(-1)!)
    const phase = report.phase('Reading dependencies', dependencies.length, 'packages')
    dependents = await forAll(dependencies, OPEN_AT_ONCE, async ({ ident, from, neededBy }) => {
      const found = await findOrExplain(source, [ident], async () => {
        const opened = await source.open(ident, from)
        if (!opened) throw source.missing(formatIdent(ident), from, neededBy)
        return opened
      })
      phase.advance(1)
      return { package: found, from }
    })
    phase.done(`${dependencies.length} packages`)
  }
  return [...opened.values()]
}

/** The dependencies of some packages that are not opened yet, each build once. */
function dependenciesOf(
  dependents: readonly Dependent[],
  opened: ReadonlyMap<string, Package>,
): Dependency[] {
  const wanted = new Map<string, Dependency>()
  for (const { package: dependent, from } of dependents) {
    const { ident: neededBy, deps, tdeps } = dependent.metadata
    for (const ident of [...deps, ...tdeps]) {
      const id = formatIdent(ident)
      if (!opened.has(id) && !wanted.has(id)) wanted.set(id, { ident, from, neededBy })
    }
  }
  return [...wanted.values()]
}

function tooMany({ ident, neededBy }: Dependency): MesosizeError {
  return new MesosizeError(
    'DEPENDENCIES_TOO_MANY',
    `The image would need more than ${MOST_PACKAGES} packages, such as ${formatIdent(ident)}, which ${formatIdent(neededBy)} needs. No service needs so many. Check the dependencies of that package, and build it again.`,
  )
}
