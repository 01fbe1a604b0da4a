import { isAbsolute } from 'node:path'
import type { ExportRequest } from '../../export/request.ts'
import {
  checkHabChannel,
  checkHabVersion,
  findPlan,
  habTarget,
  isExactVersion,
  parseMirrorUrl,
  parseSecretKey,
} from '../../habitat/hab/index.ts'
import { setting } from '../../lib/setting.ts'
import { refuseIdle } from '../../settings/idle.ts'
import { HAB, NAMED, PACKAGES } from '../../settings/rows/packages.ts'
import type { ValuesOf } from '../../settings/setting.ts'
import type { SettingValues } from '../../settings/setting-values.ts'
import type { HabRequest } from './install-hab.ts'

/** What is built. */
export interface PlanRequest {
  folder: string
  originKey: string
  origin?: string
}

/** How hab is installed. */
export interface HabUse extends HabRequest {
  acceptLicense: boolean
}

type HabValues = ValuesOf<typeof HAB>

/** Reads what is built, if anything is. */
export async function readPlan(
  values: SettingValues,
  { plan, originKey }: HabValues,
  origin: string | undefined,
): Promise<PlanRequest | undefined> {
  const named = values.written(NAMED.packages)
  if (plan === undefined) {
    if (!named) {
      values.problem(
        `${setting('package')}: neither ${setting('package')} nor ${setting('plan')} is given. Write ${setting('package', 'core/redis')}, or ${setting('plan', '.')}.`,
      )
    } else {
      refuseIdle(values, [HAB.originKey], setting('package'), setting('plan', '.'))
    }
    return undefined
  }
  if (named) values.problem(`${setting('plan')}: a package is given too. Keep one of the two.`)
  if (originKey === undefined) {
    values.problem(
      `${setting('origin-key')}: a build needs the key that signs it, and pull requests from forks get no secrets. Write ${setting('origin-key', `\${{ secrets.HAB_ORIGIN_KEY }}`)}.`,
    )
  } else {
    // Installing hab is a waste of time for anyone who cannot build.
    await values.attempt(() => parseSecretKey(originKey, setting('origin-key')))
  }
  await values.attempt(() => findPlan(plan, process.cwd(), habTarget(process.platform, process.arch)))
  return { folder: plan, originKey: originKey ?? '', origin }
}

/** Reads how hab is installed, if it is used. */
export async function readHab(
  values: SettingValues,
  { useHab, version, releaseChannel, mirror, acceptLicense, plan }: HabValues,
  { packages, builder, target }: ExportRequest,
): Promise<HabUse | undefined> {
  if (!useHab) {
    if (plan !== undefined) {
      values.problem(
        `${setting('use-hab')}: a plan is built by hab. Leave ${setting('use-hab')} out, or name a package instead of the plan.`,
      )
    }
    const idle = [HAB.version, HAB.releaseChannel, HAB.mirror, HAB.acceptLicense]
    refuseIdle(values, idle, setting('use-hab', 'false'), setting('use-hab', 'true'))
    return undefined
  }
  if (values.written(PACKAGES.artifacts)) {
    values.problem(
      `${setting('artifacts')}: hab does not look there. Write ${setting('use-hab', 'false')}, or name the harts as ${setting('package')}.`,
    )
  }
  const own = await values.attempt(() => habTarget(process.platform, process.arch))
  if (own !== undefined && target !== undefined && target !== own) {
    values.problem(
      `${setting('target')}: hab installs packages for the runner that it is on, ${own}, and not for ${target}. Write ${setting('target', own)}, or ${setting('use-hab', 'false')}.`,
    )
  }
  if (plan === undefined && !packages.some(isAbsolute)) {
    // hab unpacks the packages.
    refuseIdle(values, [PACKAGES.maxPackageSize], setting('use-hab', 'true'), setting('use-hab', 'false'))
  }
  await values.attempt(() => checkHabVersion(version))
  await values.attempt(() => checkHabChannel(releaseChannel))
  await values.attempt(() => parseMirrorUrl(mirror))
  if (isExactVersion(version)) {
    refuseIdle(values, [HAB.releaseChannel], setting('hab-version', version))
  }
  return { version, channel: releaseChannel, mirror, builder: builder.url, acceptLicense }
}
