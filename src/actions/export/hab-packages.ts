import { homedir } from 'node:os'
import { decodeXz } from '../../codec/xz/xz.ts'
import {
  buildPackage,
  type Hab,
  hartIdent,
  type InstalledRequest,
  installForExport,
  licenseVariable,
  makeWorkspace,
} from '../../habitat/hab/index.ts'
import type { FoundAt } from '../../habitat/package/package.ts'
import type { PackageRequest } from '../../habitat/package/request.ts'
import type { Reporter } from '../../lib/report.ts'
import { commandRunner } from '../shared/run-command.ts'
import type { Steps } from '../shared/steps.ts'
import { type InstallHabTools, installHab } from './install-hab.ts'
import type { ExportAction } from './request.ts'

export interface HabTools extends InstallHabTools {
  env: Readonly<Record<string, string | undefined>>
  /** The job's folder for temporary files. */
  temporary: string
  /** Called with the workspace before anything is in it, so that it is removed whatever happens. */
  onWorkspace: (path: string) => void
}

type Installed = InstalledRequest & Pick<PackageRequest, 'installedFrom'>

/**
 * Installs hab, and makes a workspace for it.
 * @param token for Builder
 * @returns a function that gets the packages of an export
 */
export async function openHab(
  wanted: NonNullable<ExportAction['hab']>,
  token: string | undefined,
  steps: Steps,
  tools: HabTools,
): Promise<(action: ExportAction) => Promise<Installed>> {
  const { env, temporary } = tools
  const workspace = await makeWorkspace(temporary)
  tools.onWorkspace(workspace.path)
  const release = await steps.grouped('Install hab', () => installHab(wanted, tools))
  const isRoot = process.getuid?.() === 0
  const consent = { accept: wanted.acceptLicense, env, home: homedir(), isRoot }
  const license = await licenseVariable(release.version, consent)
  const hab = { release, workspace, run: commandRunner(tools.signal), env, license, token }
  return action => getPackages(action, hab, steps, tools.report)
}

/**
 * Gets the packages of an export with hab: builds the plan if there is one, and installs everything that the image
 * needs into the root of this run.
 * @returns the request in terms of the installed packages
 */
async function getPackages(
  { request, plan }: ExportAction,
  hab: Hab,
  steps: Steps,
  report: Reporter,
): Promise<Installed> {
  const built = plan && (await steps.timed('Build the plan', () => build(hab, plan, request, report)))
  const packages = built ? [built.hart] : request.packages
  const readIdent = (hart: string) => hartIdent(hart, decodeXz, request.maxPackageSize)
  const { supervisor, launcher, builder, base, keys } = request
  const installed = await steps.timed('Install the packages', () =>
    installForExport(hab, { packages, supervisor, launcher, builder, base, keys }, { report, readIdent }),
  )
  return { ...installed, installedFrom: built ? { source: 'plan' } : foundAt(request) }
}

function build(
  hab: Hab,
  plan: NonNullable<ExportAction['plan']>,
  { builder, base }: PackageRequest,
  report: Reporter,
) {
  const wanted = {
    plan: plan.folder,
    originKey: plan.originKey,
    origin: plan.origin,
    cwd: process.cwd(),
    from: builder,
    base,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
  }
  return buildPackage(hab, wanted, report)
}

function foundAt({ packages, builder }: PackageRequest): FoundAt {
  return packages.some(name => name.startsWith('/'))
    ? { source: 'hart' }
    : { source: builder.url, channel: builder.channel }
}
