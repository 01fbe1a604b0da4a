import { existsSync, readdirSync, readlinkSync } from 'node:fs'

const OWN = '/proc/self/fd'

/** The files of a folder, or one file, that this process has open; none where there is no /proc. */
export function openFilesBelow(place: string): string[] {
  if (!existsSync(OWN)) return []
  return readdirSync(OWN).flatMap(fd => {
    try {
      const path = readlinkSync(`${OWN}/${fd}`)
      return path.startsWith(place) ? [path] : []
    } catch {
      return []
    }
  })
}
