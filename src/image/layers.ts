import type { Part } from '../codec/tar/entry.ts'
import { formatIdent } from '../habitat/package/ident.ts'
import type { Closure } from '../habitat/package/package.ts'
import type { PlannedTarball } from './tarball.ts'

/** `auto`: what is built together with the service, and everything else. `package`: each package by itself. */
export const LAYERINGS = ['auto', 'package'] as const
export type Layering = (typeof LAYERINGS)[number]

/** Mesos passes all URIs to its fetcher in one environment variable, for which Linux allows 128 KiB. */
const MOST_LAYERS = 150

/**
 * Divides a root filesystem into the tarballs of an image, in the order in which they have to be unpacked. The first
 * layer holds everything generated, including the parents of all packages, so that no directory is in two layers;
 * packages are disjoint, and nothing in one lies under a symlink of another.
 * @param parts as `layOut` gives them: what is generated, then a part per package
 * @param layering absent if one tarball is to be the whole image
 */
export function divide(
  parts: readonly Part[],
  closure: Closure,
  layering: Layering | undefined,
): PlannedTarball[] {
  if (layering === undefined) return [{ isLayer: false, parts }]
  const generated = parts.slice(0, 1)
  const packages = parts.slice(1)
  const layers =
    layering === 'package'
      ? [generated, ...onePerPackage(packages, closure)]
      : withService(generated, packages, closure)
  return layers.map(parts => ({ isLayer: true, parts }))
}

function withService(generated: readonly Part[], packages: readonly Part[], closure: Closure): Part[][] {
  const changing = namesOfChanging(closure)
  return [
    [...generated, ...packages.filter(({ name }) => changing.has(name))],
    packages.filter(({ name }) => !changing.has(name)),
  ]
}

/** The service, and what comes from the origins of the requested packages, unless Habitat's own come from there. */
function namesOfChanging({
  packages,
  service,
  requested,
  supervisor,
  launcher,
  busybox,
  cacerts,
}: Closure): Set<string> {
  const base = [supervisor, launcher, busybox, cacerts].map(({ metadata }) => metadata.ident.origin)
  const own = requested.map(({ metadata }) => metadata.ident.origin).filter(origin => !base.includes(origin))
  const changing = packages.filter(each => each === service || own.includes(each.metadata.ident.origin))
  return new Set(changing.map(({ metadata }) => formatIdent(metadata.ident)))
}

/** If that would be too many layers, the smallest packages share one. */
function onePerPackage(parts: readonly Part[], { packages }: Closure): Part[][] {
  const most = MOST_LAYERS - 1
  if (parts.length <= most) return parts.map(part => [part])
  const sizes = new Map(packages.map(({ metadata }) => [formatIdent(metadata.ident), metadata.size]))
  const bySize = parts.toSorted((a, b) => sizes.get(b.name)! - sizes.get(a.name)!)
  const small = new Set(bySize.slice(most - 1))
  return [
    ...parts.filter(part => !small.has(part)).map(part => [part]),
    parts.filter(part => small.has(part)),
  ]
}
