import { MesosizeError } from '../../lib/errors.ts'
import { forAll } from '../../lib/for-all.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import { interruptible } from '../../lib/signals.ts'
import { withDependencies } from './dependencies.ts'
import { Finder, type Root } from './finder.ts'
import { habPackages } from './hab-packages.ts'
import { formatIdent, satisfies } from './ident.ts'
import { warnOfNative } from './native.ts'
import { inDependencyOrder } from './order.ts'
import type { Closure, Package, PackageMetadata } from './package.ts'
import type { PackageRequest } from './request.ts'
import type { PackageSource } from './source.ts'

/**
 * Finds everything that one root filesystem needs: the requested packages, Habitat's own supervisor and launcher,
 * busybox and the CA certificates, and the dependencies of all of them.
 * @param checkService called with the service before anything else is looked up; may throw
 * @throws MesosizeError PACKAGE_NOT_FOUND, DEPENDENCY_MISSING, DEPENDENCIES_TOO_MANY, DEPENDENCY_CYCLE,
 *   TARGET_MISMATCH, NOT_RUNNABLE, or what the source throws
 */
export async function resolveClosure(
  request: PackageRequest,
  source: PackageSource,
  report: Reporter,
  checkService: (service: PackageMetadata) => void = () => {},
): Promise<Closure> {
  const phase = report.phase('Resolving')
  const finder = new Finder(source)
  const requested = await forAll(request.packages, request.packages.length, spec =>
    finder.find(spec, request.builder),
  )
  const service = requested.find(root => root.package.metadata.runnable) ?? notRunnable(requested)
  checkService(service.package.metadata)
  const { supervisor, launcher, program } = await habPackages(request, finder)
  const users = [supervisor, launcher, ...requested]
  const busybox = await finder.findTool('busybox-static', users, request.base)
  const cacerts = await finder.findTool('cacerts', users, request.base)
  const asked = program ? [...requested, program] : requested
  phase.done(asked.map(root => identOf(root.package)).join(', '))

  const roots = [...asked, supervisor, launcher, busybox, cacerts]
  const packages = await withDependencies(roots, source, report)
  const ordered = await interruptible(() => {
    checkTargets(packages, request.target)
    warnOfNative(packages, report)
    return inDependencyOrder(packages)
  })
  return {
    target: request.target,
    service: service.package,
    requested: [...new Set(asked.map(root => root.package))],
    supervisor: supervisor.package,
    launcher: launcher.package,
    busybox: busybox.package,
    cacerts: cacerts.package,
    packages: ordered,
    found: service.found,
  }
}

function notRunnable(requested: readonly Root[]): never {
  throw new MesosizeError(
    'NOT_RUNNABLE',
    `There is nothing to start: ${requested.map(root => identOf(root.package)).join(', ')} has no run hook. ` +
      'Name a package that is a service, or add hooks/run or pkg_svc_run to the plan.',
  )
}

function checkTargets(packages: readonly Package[], target: string): void {
  const others = packages.filter(({ metadata }) => metadata.target !== target)
  if (others.length === 0) return
  const lines = others.slice(0, MOST_SHOWN).map(other => {
    const dependents = packages.filter(dependent => needs(dependent, other)).map(identOf)
    const who = dependents.length > 0 ? `, which ${someOf(dependents)} needs,` : ''
    return `${identOf(other)}${who} is for ${other.metadata.target}, but the export is for ${target}.`
  })
  const more = others.length > lines.length ? ` So are ${others.length - lines.length} more.` : ''
  throw new MesosizeError(
    'TARGET_MISMATCH',
    `${lines.join('\n')}${more} Use packages for one target, and name it with ${setting('target')}.`,
  )
}

const MOST_SHOWN = 10
const MOST_DEPENDENTS = 3

function someOf(dependents: readonly string[]): string {
  const more = dependents.length > MOST_DEPENDENTS ? ' and others' : ''
  return `${dependents.slice(0, MOST_DEPENDENTS).join(' and ')}${more}`
}

function needs({ metadata: { deps, tdeps } }: Package, other: Package): boolean {
  const { ident } = other.metadata
  return [deps, tdeps].some(list => list.some(dependency => satisfies(dependency, ident)))
}

function identOf(build: Package): string {
  return formatIdent(build.metadata.ident)
}
