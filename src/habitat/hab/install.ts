import { copyFile, readdir } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { setTimeout as timer } from 'node:timers/promises'
import { MesosizeError } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { formatIdent } from '../package/ident.ts'
import type { BuilderChannel, PackageRequest } from '../package/request.ts'
import { type Asked, advice } from './advice.ts'
import { callHab, type Hab, type HabResult } from './command.ts'
import { readComplaint } from './complaint.ts'

export interface InstallTools {
  report: Reporter
  /** Reads the ident in a hart that hab has verified. */
  readIdent: (hart: string) => Promise<string>
  /** Waits; in milliseconds. */
  sleep?: (milliseconds: number) => Promise<unknown>
}

/** What is read from the workspace's FS_ROOT after the installation. */
export interface InstalledRequest {
  fsRoot: string
  target: string
  /** Idents, also for harts. */
  packages: readonly string[]
  supervisor: string
  launcher: string
  /** The artifact cache of an ordinary user; root's is in FS_ROOT (components/core/src/fs.rs). */
  artifacts: readonly string[]
}

type Wanted = Pick<PackageRequest, 'packages' | 'supervisor' | 'launcher' | 'builder' | 'base' | 'keys'>

/** Core packages that every image needs; most packages depend on the first, few on the second. */
const IMAGE_TOOLS = ['busybox-static', 'cacerts']

/**
 * Installs everything that an image needs into the workspace's FS_ROOT, as the current user: the requested packages,
 * and Habitat's own, by default those of hab's own release. Packages from the same channel are installed in one call.
 * @returns the request, in terms of the installed packages
 * @throws MesosizeError HAB_INSTALL
 */
export async function installForExport(
  hab: Hab,
  wanted: Wanted,
  tools: InstallTools,
): Promise<InstalledRequest> {
  const { builder, base } = wanted
  const pins = hab.release.packages
  const supervisor = wanted.supervisor ?? formatIdent(pins.supervisor)
  const launcher = wanted.launcher ?? formatIdent(pins.launcher)
  const own = [supervisor, launcher]
  for (const folder of wanted.keys) await copyPublicKeys(folder, hab.workspace.publicKeys)
  const ofBase = {
    url: [builder.url === base.url ? 'url' : 'base-pkgs-url'],
    channel: ['base-pkgs-channel'],
  }
  if (builder.url === base.url && builder.channel === base.channel) {
    const ofBoth = { url: ['url'], channel: ['channel', 'base-pkgs-channel'] }
    await installPackages(hab, [...wanted.packages, ...own], base, tools, ofBoth)
  } else {
    await installPackages(hab, wanted.packages, builder, tools)
    await installPackages(hab, own, base, tools, ofBase)
  }
  const missing = await missingTools(hab.workspace.fsRoot)
  if (missing.length > 0) await installPackages(hab, missing, base, tools, ofBase)

  const identOf = async (spec: string) => (isAbsolute(spec) ? tools.readIdent(spec) : spec)
  return {
    fsRoot: hab.workspace.fsRoot,
    target: hab.release.target,
    packages: await Promise.all(wanted.packages.map(identOf)),
    supervisor: await identOf(supervisor),
    launcher: await identOf(launcher),
    artifacts: [hab.workspace.artifacts],
  }
}

const OF_PACKAGES = { url: ['url'], channel: ['channel'] }

/**
 * `hab pkg install` into the workspace's FS_ROOT. Install hooks are not run: they expect the package at `/hab`,
 * and would change the build machine instead of the image; the Supervisor runs them when it starts the service
 * (components/common/src/command/package/install.rs).
 * @param specs idents, or absolute paths of harts
 * @param settings the settings that name the source, for errors
 * @throws MesosizeError HAB_INSTALL
 */
export async function installPackages(
  hab: Hab,
  specs: readonly string[],
  from: BuilderChannel,
  { report, sleep = timer }: InstallTools,
  settings: Asked['settings'] = OF_PACKAGES,
): Promise<void> {
  const place = ['--url', from.url, '--channel', from.channel]
  const args = ['pkg', 'install', '--ignore-install-hook', ...place, ...specs]
  const install = () => callHab(hab, args, from, { FS_ROOT: hab.workspace.fsRoot })
  let result = await install()
  // hab itself retries downloads five times, but no other requests; installed packages stay installed.
  if (result.status !== 0 && readComplaint(result.lines)?.kind === 'network') {
    report.note(`hab could not reach ${from.url}; trying once more in ${PAUSE / 1000} s.`)
    await sleep(PAUSE)
    result = await install()
  }
  if (result.status !== 0) throw failed(result, specs, { from, settings, hadToken: hab.token !== undefined })
}

const PAUSE = 10_000

function failed({ status, lines, tail }: HabResult, specs: readonly string[], asked: Asked): MesosizeError {
  const { url, channel } = asked.from
  return new MesosizeError(
    'HAB_INSTALL',
    `"hab pkg install ${specs.map(shown).join(' ')}" from the channel ${channel} of ${url} failed with exit status ${status}. ${advice(readComplaint(lines), asked)} Last lines of its output:\n${tail}`,
  )
}

function shown(spec: string): string {
  return /^[\w./+~-]+$/.test(spec) ? spec : JSON.stringify(spec)
}

async function copyPublicKeys(folder: string, caches: readonly string[]): Promise<void> {
  // The folder that HAB_CACHE_KEY_PATH names may not exist.
  const names = (await readdir(folder).catch(() => [])).filter(name => name.endsWith('.pub'))
  for (const name of names) {
    for (const cache of caches) await copyFile(join(folder, name), join(cache, name))
  }
}

async function missingTools(fsRoot: string): Promise<string[]> {
  const pkgs = join(fsRoot, 'hab/pkgs')
  const origins = await readdir(pkgs)
  const names = (await Promise.all(origins.map(origin => readdir(join(pkgs, origin))))).flat()
  return IMAGE_TOOLS.filter(name => !names.includes(name)).map(name => `core/${name}`)
}
