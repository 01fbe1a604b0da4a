import { lstat, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MesosizeError } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { formatKeyName } from '../package/origin-key.ts'
import type { BuilderChannel } from '../package/request.ts'
import { buildAdvice } from './build-advice.ts'
import { callHab, type Hab, pick } from './command.ts'
import { type LastBuild, readFailedBuild, readLastBuild } from './last-build.ts'
import { findPlan, type Plan, warnOfIgnored } from './plan.ts'
import { parseSecretKey, type SecretOriginKey } from './secret-key.ts'

export interface BuildRequest {
  /** The plan's folder, as the person wrote it. */
  plan: string
  /** The working folder, absolute: what the build sees, and where `results` appears. */
  cwd: string
  /** The text of the secret origin key. */
  originKey: string
  /** The origin, instead of the plan's. */
  origin?: string
  /** Where the build's dependencies come from. */
  from: BuilderChannel
  /** Where Habitat's own packages come from. */
  base: BuilderChannel
  /** This user. */
  uid: number
  gid: number
}

/** The channels that a build's tools come from, where the job sets them. */
const BUILD_CHANNELS = ['HAB_REFRESH_CHANNEL', 'HAB_FALLBACK_CHANNEL', 'HAB_INTERNAL_BLDR_CHANNEL']

/**
 * `hab pkg build`. The secret key is in the workspace's key cache while hab runs, and the public half stays there
 * for the installation. Unless this user is root, hab calls itself again through `sudo -E`
 * (components/hab/src/command/studio/enter.rs), and so with the few variables that it was given.
 * @throws MesosizeError KEY_FORMAT, KEY_ORIGIN, PLAN_…, BUILD_ENVIRONMENT, HAB_BUILD, BUILD_RESULT
 */
export async function buildPackage(hab: Hab, request: BuildRequest, report: Reporter): Promise<LastBuild> {
  const key = parseSecretKey(request.originKey, 'origin-key')
  const plan = await findPlan(request.plan, request.cwd, hab.release.target)
  checkOrigin(key, request.origin, plan)
  warnOfIgnored(plan, hab.release.target, report)
  const { origin } = key.name
  const own = { HAB_ORIGIN: origin, HAB_ORIGIN_KEYS: origin, ...studioVariables(hab.env, request) }
  checkStudioVariables({ ...own, HAB_BLDR_URL: request.from.url, HAB_BLDR_CHANNEL: request.from.channel })

  const results = join(request.cwd, 'results')
  const before = await stampsOf(results)
  const secretFile = join(hab.workspace.keys, `${formatKeyName(key.name)}.sig.key`)
  for (const folder of hab.workspace.publicKeys)
    await writeFile(join(folder, `${formatKeyName(key.name)}.pub`), key.publicText)
  await writeFile(secretFile, key.secretText, { mode: 0o400 })
  const more = { ...own, HAB_CACHE_KEY_PATH: hab.workspace.keys }
  const result = await callHab(hab, ['pkg', 'build', plan.folder], request.from, more, request.cwd).finally(
    () => rm(secretFile, { force: true }),
  )
  await takeOver(results, hab, request)
  const after = await stampsOf(results)
  if (result.status !== 0) {
    const failedNow = after.failed !== before.failed
    const ident = failedNow ? await readFailedBuild(results) : undefined
    const about = { origin, from: request.from, hadToken: hab.token !== undefined }
    throw new MesosizeError(
      'HAB_BUILD',
      `"hab pkg build ${plan.folder}"${ident ? ` (${ident})` : ''} failed with exit status ${result.status}. ${buildAdvice(result, about)} The last lines of its log:\n${result.tail}`,
    )
  }
  if (after.last === undefined || after.last === before.last) {
    throw new MesosizeError(
      'BUILD_RESULT',
      `hab built the plan ${JSON.stringify(plan.folder)}, but ${join(results, 'last_build.env')} ${after.last ? 'is of an earlier build' : 'does not exist'}. Check that the plan does not set pkg_output_path, nor the job HAB_OUTPUT_PATH.`,
    )
  }
  return readLastBuild(results)
}

function checkOrigin({ name }: SecretOriginKey, wanted: string | undefined, plan: Plan): void {
  const origin = wanted ?? plan.origin
  if (origin === undefined || origin === name.origin) return
  const said = wanted === undefined ? `the plan's pkg_origin` : 'the input origin'
  throw new MesosizeError(
    'KEY_ORIGIN',
    `origin-key is a key of the origin ${name.origin}, but ${said} is ${JSON.stringify(origin)}. ` +
      `Use a key of that origin, or write "origin: ${name.origin}" to build the package for ${name.origin}.`,
  )
}

/**
 * The studio itself is of Habitat's own packages, yet hab takes it from the channel `base` of the same Builder as the
 * rest, or in 1.6 from `stable`, whatever HAB_BLDR_CHANNEL is; only this variable names another channel
 * (components/hab/src/exec.rs).
 */
function studioVariables(env: Hab['env'], { from, base }: BuildRequest): Record<string, string | undefined> {
  const secrets = Object.keys(env).filter(name => name.startsWith('HAB_STUDIO_SECRET_'))
  const named = base.url === from.url && base.channel !== 'base' ? base.channel : undefined
  const given = pick(env, [...BUILD_CHANNELS, ...secrets])
  return { ...given, HAB_INTERNAL_BLDR_CHANNEL: given.HAB_INTERNAL_BLDR_CHANNEL || named }
}

/** hab-studio hands these to the build without quotes (components/studio/bin/hab-studio.sh, chroot_env). */
function checkStudioVariables(variables: Readonly<Record<string, string | undefined>>): void {
  const broken = Object.keys(variables).filter(name => /[\s*?[\]]/.test(variables[name] ?? ''))
  if (broken.length === 0) return
  throw new MesosizeError(
    'BUILD_ENVIRONMENT',
    `${broken.join(', ')}: hab cannot hand a value with white space or any of "* ? [ ]" to a build. Use a value without them, such as its base64.`,
  )
}

/** When hab last wrote its two reports. */
async function stampsOf(results: string) {
  const [last, failed] = await Promise.all(
    ['last_build.env', 'pre_build.env'].map(async name => {
      const stats = await stat(join(results, name), { bigint: true }).catch(() => undefined)
      return stats && `${stats.ino}:${stats.ctimeNs}`
    }),
  )
  return { last, failed }
}

/** What the build left as root becomes this user's, as far as it is not; later steps need to read and remove it. */
async function takeOver(results: string, hab: Hab, { uid, gid }: BuildRequest): Promise<void> {
  if (uid === 0) return
  const names = await readdir(results).catch(() => [])
  const paths = [results, ...names.map(name => join(results, name))]
  const owners = await Promise.all(
    paths.map(async path => (await lstat(path).catch(() => undefined))?.uid ?? uid),
  )
  if (owners.every(owner => owner === uid)) return
  const args = ['-n', 'chown', '-hR', `${uid}:${gid}`, '--', results]
  // If even this fails, what cannot be read is reported.
  await hab.run({ program: 'sudo', args, env: { PATH: hab.env.PATH ?? '' } }, () => {}).catch(() => {})
}
