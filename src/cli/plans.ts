import { listPlans, type PlansRequest, type RepositoryPlan } from '../habitat/plans/plans.ts'
import { formatTable } from '../lib/terminal/format.ts'
import { visible } from '../lib/visible.ts'
import { asUsage } from './as-usage.ts'
import { print } from './print.ts'
import type { Session } from './session.ts'

export interface PlansCommand extends PlansRequest {
  json: boolean
}

/** @returns the exit status */
export async function showPlans({ json, ...request }: PlansCommand, { report }: Session): Promise<number> {
  const list = () => listPlans(process.cwd(), request)
  const { plans, skipped } = await asUsage(['CHANGES_UNKNOWN'], list)
  for (const reason of skipped) report.note(reason)
  for (const { folder, unread } of plans) {
    for (const part of unread) {
      report.note(`${folder}: cannot read ${part}; the plan may depend on more than is listed.`)
    }
  }
  // One line: it becomes the output of a step.
  await print(json ? `${JSON.stringify(plans)}\n` : formatPlans(plans))
  return 0
}

function formatPlans(plans: readonly RepositoryPlan[]): string {
  if (plans.length === 0) return ''
  const rows = plans.map(({ folder, origin = '?', name = '?', dependsOn, changed }) => [
    visible(folder),
    visible(`${origin}/${name}`),
    changed === undefined ? '' : changed ? 'changed' : 'depends on a change',
    dependsOn.length === 0 ? '' : visible(`after ${dependsOn.join(', ')}`),
  ])
  return formatTable(rows)
    .map(line => `${line.trimEnd()}\n`)
    .join('')
}
