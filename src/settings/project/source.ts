import { CACHE, URIS } from '../rows/output.ts'
import { HAB, NAMED, PACKAGES } from '../rows/packages.ts'
import { RELEASE } from '../rows/publish.ts'
import type { Setting } from '../setting.ts'
import type { Source } from '../source.ts'
import type { FileSettings } from './file.ts'

/** Settings of which only one can be given, so that one of them replaces the others of a lower rank. */
const ALTERNATIVES: readonly (readonly Setting[])[] = [
  [URIS.uri, URIS.uriBase, URIS.uriTemplate],
  [CACHE.folder, CACHE.kept],
  [NAMED.packages, HAB.plan],
  [RELEASE.tag, RELEASE.id],
]

/** Which settings a front door has. */
export type Door = (row: Setting) => boolean

/** The command line also has these two, without options. */
export const commandLineDoor: Door = row =>
  row.option !== undefined || row === NAMED.packages || row === PACKAGES.origin

export const actionDoor: Door = row => row.input !== undefined

/**
 * The project file as a source of settings. What the other door alone has does not count.
 * @param written what outranks the file: arguments or inputs
 * @param tables of the file, the first of which counts
 */
export function fileSource(written: Source, tables: readonly FileSettings[], door: Door): Source {
  return {
    problems: [],
    given(row) {
      if (!door(row)) return undefined
      const group = ALTERNATIVES.find(rows => rows.includes(row))?.filter(door) ?? [row]
      if (group.some(each => written.given(each))) return undefined
      const table = tables.find(each => group.some(alternative => each.has(alternative)))
      // A service may have both: the action builds its plan, and the command line, which does not, exports its package.
      return row === NAMED.packages && door(HAB.plan) && table?.has(HAB.plan) ? undefined : table?.get(row)
    },
  }
}

/** The origin of packages that are named without one, if the file gives it. */
export function originIn(tables: readonly FileSettings[]): string | undefined {
  return tables.find(table => table.has(PACKAGES.origin))?.get(PACKAGES.origin)?.[0]?.text
}
