import { setting } from '../lib/setting.ts'
import { nameOf, type Setting } from './setting.ts'
import type { SettingValues } from './setting-values.ts'

/**
 * Refuses settings that have no effect beside another: whoever wrote them expects one.
 * @param rows that a person may have chosen
 * @param cause the other, as `setting` names it
 * @param instead what to write in its place for them to have an effect
 */
export function refuseIdle(
  values: SettingValues,
  rows: readonly Setting[],
  cause: string,
  instead?: string,
): void {
  for (const row of rows) {
    if (!values.chosen(row)) continue
    const advice = instead === undefined ? '' : `, or write ${instead}`
    values.problem(`${setting(nameOf(row))}: has no effect with ${cause}. Remove it${advice}.`)
  }
}
