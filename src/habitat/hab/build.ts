import { lstat, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MesosizeError } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { setting } from '../../lib/setting.ts'
import { formatKeyName } from '../package/origin-key.ts'
import type { BuilderChannel } from '../package/request.ts'
import { buildAdvice } from './build-advice.ts'
import { callHab, type Hab, pick } from './command.ts'
import { type LastBuild, readFailedBuild, readLastBuild } from './last-build.ts'
import { findPlan, type Plan, warnOfIgnored } from './plan.ts'
import { parseSecretKey, type SecretOriginKey } from './secret-key.ts'

export interface BuildRequest {
  /** The plan's folder, as the user wrote it. */
  plan: string
  /** The working folder, absolute: all that the build sees, and where `results` appears. */
  cwd: string
  /** The text of the secret origin key. */
  originKey: string
  /** The origin, instead of the plan's. */
  origin?: string
  /** Where the build's dependencies come from. */
  from: BuilderChannel
  /** Where Habitat's own packages come from. */
  base: BuilderChannel
  /** The current user. */
  uid: number
  gid: number
}

/** The channels for a build's tools, if the job sets them. */
const BUILD_CHANNELS = ['HAB_REFRESH_CHANNEL', 'HAB_FALLBACK_CHANNEL', 'HAB_INTERNAL_BLDR_CHANNEL']

/**
 * `hab pkg build`. The secret key is in the workspace's key cache only while hab runs; the public key stays there
 * for the installation. Unless the user is root, hab runs itself again through `sudo -E`
 * (components/hab/src/command/studio/enter.rs), and so with the few variables that it was given.
 * @throws MesosizeError KEY_FORMAT, KEY_ORIGIN, PLAN_…, BUILD_ENVIRONMENT, HAB_BUILD, BUILD_RESULT
 */
export async function buildPackage(hab: Hab, request: BuildRequest, report: Reporter): Promise<LastBuild> {
  const key = parseSecretKey(request.originKey, setting('origin-key'))
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
      `"hab pkg build ${plan.folder}"${ident ? ` (${ident})` : ''} failed with exit status ${result.status}. ${buildAdvice(result, about)} Last lines of its log:\n${result.tail}`,
    )
  }
  if (after.last === undefined || after.last === before.last) {
    throw new MesosizeError(
      'BUILD_RESULT',
      `hab built the plan ${JSON.stringify(plan.folder)}, but ${join(results, 'last_build.env')} ${after.last ? 'is from an earlier build' : 'does not exist'}. Check that the plan does not set pkg_output_path and the job does not set HAB_OUTPUT_PATH.`,
    )
  }
  return readLastBuild(results)
}

function checkOrigin({ name }: SecretOriginKey, wanted: string | undefined, plan: Plan): void {
  const origin = wanted ?? plan.origin
  if (origin === undefined || origin === name.origin) return
  const said = wanted === undefined ? `the plan's pkg_origin` : setting('origin')
  throw new MesosizeError(
    'KEY_ORIGIN',
    `${setting('origin-key')}: is a key of the origin ${name.origin}, but ${said} is ${JSON.stringify(origin)}. ` +
      `Use a key of that origin, or write ${setting('origin', name.origin)} to build the package for ${name.origin}.`,
  )
}

/**
 * The studio is one of Habitat's own packages, but hab takes it from the channel `base` of the same Builder as the
 * rest, or in 1.6 from `stable`, whatever HAB_BLDR_CHANNEL is; only this variable selects another channel
 * (components/hab/src/exec.rs).
 */
function studioVariables(env: Hab['env'], { from, base }: BuildRequest): Record<string, string | undefined> {
  const secrets = Object.keys(env).filter(name => name.startsWith('HAB_STUDIO_SECRET_'))
  const named = base.url === from.url && base.channel !== 'base' ? base.channel : undefined
  const given = pick(env, [...BUILD_CHANNELS, ...secrets])
  return { ...given, HAB_INTERNAL_BLDR_CHANNEL: given.HAB_INTERNAL_BLDR_CHANNEL || named }
}

/** hab-studio passes these to the build unquoted (components/studio/bin/hab-studio.sh, chroot_env). */
function checkStudioVariables(variables: Readonly<Record<string, string | undefined>>): void {
  const broken = Object.keys(variables).filter(name => /[\s*?[\]]/.test(variables[name] ?? ''))
  if (broken.length === 0) return
  throw new MesosizeError(
    'BUILD_ENVIRONMENT',
    `${broken.join(', ')}: hab cannot pass a value with white space or any of "* ? [ ]" to a build. Use a value without them, such as its base64.`,
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

/** Gives this user the files that the build left to root: later steps need to read and remove them. */
async function takeOver(results: string, hab: Hab, { uid, gid }: BuildRequest): Promise<void> {
  if (uid === 0) return
  const names = await readdir(results).catch(() => [])
  const paths = [results, ...names.map(name => join(results, name))]
  const owners = await Promise.all(
    paths.map(async path => (await lstat(path).catch(() => undefined))?.uid ?? uid),
  )
  if (owners.every(owner => owner === uid)) return
  const args = ['-n', 'chown', '-hR', `${uid}:${gid}`, '--', results]
  // If this fails too, the error comes from whatever cannot be read.
  await hab.run({ program: 'sudo', args, env: { PATH: hab.env.PATH ?? '' } }, () => {}).catch(() => {})
}
