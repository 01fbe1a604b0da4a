import { setting } from '../../lib/setting.ts'
import type { PublishRequest } from '../../publish/request.ts'
import { refuseIdle } from '../../settings/idle.ts'
import { PUBLISH, TARGETS } from '../../settings/rows/publish.ts'
import type { SettingValues } from '../../settings/setting-values.ts'
import { readTarget } from './publisher.ts'

/** Reads where the image goes; if that adds problems to `values`, the target is `none`. */
export async function readPublishRequest(values: SettingValues): Promise<PublishRequest> {
  const { size } = values.problems
  const request = await readTarget(values)
  const usable = values.problems.size === size
  await refuseOtherTargets(values)
  return usable ? request : { to: 'none' }
}

async function refuseOtherTargets(values: SettingValues): Promise<void> {
  const { to } = await values.read(PUBLISH)
  // Anything not allowed has been reported already.
  if (to === undefined) return
  for (const [target, group] of Object.entries(TARGETS)) {
    if (group === undefined || target === to) continue
    refuseIdle(values, Object.values(group.rows), setting('publish', to), setting('publish', target))
  }
}
