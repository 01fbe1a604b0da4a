import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { builtin } from './builtin.ts'

// `.NAME.PID-RANDOM.partial`
const PARTIAL = /^\.(?<name>.+)\.(?<pid>\d+)-[0-9a-f]{12}\.partial$/

/** Milliseconds without a change after which a partial file counts as left over: whoever writes it changes it more often. */
export const STALE = 60 * 60 * 1000

/**
 * The name of a file or folder while it is being made, next to its final place. Each call returns another one.
 * @param name its final name
 */
export function partialName(name: string): string {
  return `.${name}.${process.pid}-${builtin.crypto.randomBytes(6).toString('hex')}.partial`
}

/**
 * Removes the partial files and folders that killed runs left in a folder: those of this user that have not been changed
 * for an hour and whose process no longer runs on this machine. Links are not followed. It never throws: what cannot be
 * removed stays for the next run.
 * @param names matches their final names
 */
export async function sweepPartials(folder: string, names: RegExp): Promise<void> {
  for (const entry of await readdir(folder).catch(() => [])) {
    const { name = '', pid } = PARTIAL.exec(entry)?.groups ?? {}
    const path = join(folder, entry)
    if (names.test(name) && (await isLeftOver(path)) && !isRunning(Number(pid))) {
      await rm(path, { recursive: true, force: true }).catch(() => {})
    }
  }
}

/** Whether a file or folder belongs to this user and has not been changed for an hour. */
export async function isLeftOver(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined)
  if (stats === undefined || stats.isSymbolicLink()) return false
  // Windows has no users in this sense.
  const isOurs = process.getuid === undefined || stats.uid === process.getuid()
  return isOurs && Date.now() - stats.mtimeMs > STALE
}

/** Whether another process has this number. In containers, each run may have the same one. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
