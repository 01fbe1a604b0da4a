import { UsageError } from '../../lib/errors.ts'
import type { Setting, SettingTable } from '../setting.ts'
import { SettingValues } from '../setting-values.ts'
import type { Environment, Source } from '../source.ts'
import type { ProjectFile } from './file.ts'
import { type Door, fileSource } from './source.ts'

/** Stands for the origin that the unread part of a file may give. */
const SOME_ORIGIN = 'origin'

/**
 * Refuses a project file with mistakes, together with every setting that is wrong by itself. What is missing, or
 * contradicts something else, might only seem to without the settings that could not be read.
 * @param table the settings of the command or the action
 * @param written arguments or inputs
 * @throws UsageError
 */
export async function checkProjectFile(
  { problems, common, services, deploy, remove }: ProjectFile,
  table: SettingTable,
  { written, env, door }: { written: Source; env: Environment; door: Door },
): Promise<void> {
  if (problems.length === 0) return
  const all = new Set([...written.problems, ...problems])
  const rows = table.flatMap(group => Object.values<Setting>(group.rows))
  for (const settings of [common, ...services, deploy, remove]) {
    const values = new SettingValues(written, env, SOME_ORIGIN, fileSource(written, [settings], door))
    for (const row of new Set([...rows, ...settings.keys()])) {
      if (door(row) && values.written(row)) await values.read({ row })
    }
    for (const problem of values.problems) all.add(problem)
  }
  throw new UsageError([...all])
}
