import { setting } from '../../lib/setting.ts'
import type { PublishRequest } from '../../publish/request.ts'
import { refuseIdle } from '../../settings/idle.ts'
import { PUBLISH, TARGETS } from '../../settings/rows/publish.ts'
import type { Setting } from '../../settings/setting.ts'
import type { SettingValues } from '../../settings/setting-values.ts'
import { readTarget } from './publisher.ts'

/**
 * Reads where the image goes. If that adds problems to `values`, the target is `none`, or a server whose URL can still
 * be checked.
 */
export async function readPublishRequest(values: SettingValues): Promise<PublishRequest> {
  const { size } = values.problems
  const request = await readTarget(values)
  const usable = values.problems.size === size
  await refuseOtherTargets(values)
  return usable || (request.to === 'http' && request.uploadUrl !== '') ? request : { to: 'none' }
}

async function refuseOtherTargets(values: SettingValues): Promise<void> {
  const { to } = await values.read(PUBLISH)
  if (to === undefined) {
    // The target has been reported already. Its settings are checked, whichever it was meant to be.
    const rows = Object.values(TARGETS).flatMap(group => Object.values<Setting>(group?.rows ?? {}))
    for (const row of rows) if (values.written(row)) await values.read({ row })
    return
  }
  for (const [target, group] of Object.entries(TARGETS)) {
    if (group === undefined || target === to) continue
    refuseIdle(values, Object.values(group.rows), setting('publish', to), setting('publish', target))
  }
}
