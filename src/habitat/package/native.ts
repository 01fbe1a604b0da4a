import type { Reporter } from '../../lib/report.ts'
import { formatIdent } from './ident.ts'
import type { Package } from './package.ts'

/** Warns of packages that need more than Habitat's packages, because an image contains nothing else. */
export function warnOfNative(packages: readonly Package[], report: Reporter): void {
  const natives = packages.filter(({ metadata }) => metadata.native)
  if (natives.length === 0) return
  const idents = natives.map(({ metadata }) => formatIdent(metadata.ident)).join(', ')
  const [are, they, their] =
    natives.length === 1
      ? ['is a native package', 'it was', 'its']
      : ['are native packages', 'they were', 'their']
  report.warn(
    `${idents} ${are} (PACKAGE_TYPE): ${they} built against the libraries of the system on the build machine, which are not in the image, so ${their} programs will not start unless they are scripts or statically linked. ` +
      'Build without --native-package (-N), and list the Habitat packages of these libraries in pkg_deps.',
  )
}
