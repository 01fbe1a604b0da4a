import { formatIdent } from '../../habitat/package/ident.ts'
import type { PackageMetadata } from '../../habitat/package/package.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import type { AppRequest } from './request.ts'

/** The architecture of almost every cluster, of which nothing needs to be said. */
const USUAL = 'x86_64'

/** The label of an image that does not run on usual agents. */
export function targetLabel({ target }: PackageMetadata): Record<string, string> {
  return architectureOf(target) === USUAL ? {} : { 'mesosize.target': target }
}

/**
 * Notes that only some agents can run the app, unless it has constraints. Agents do not tell Marathon their
 * architecture, so it takes an attribute that the cluster's operator has given them.
 */
export function noteArchitecture(
  { ident, target }: PackageMetadata,
  { constraints = [], patch }: Pick<AppRequest, 'constraints' | 'patch'>,
  report: Reporter,
): void {
  const architecture = architectureOf(target)
  if (architecture === USUAL || constraints.length > 0 || patch?.constraints !== undefined) return
  report.note(
    `${formatIdent(ident)} runs only on ${architecture} agents. If the cluster also has others, start the agents with an attribute such as arch:${architecture}, and write ${setting('constraint', `arch:LIKE:${architecture}`)}.`,
  )
}

function architectureOf(target: string): string {
  return target.slice(0, target.indexOf('-'))
}
