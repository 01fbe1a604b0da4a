import { randomBytes } from 'node:crypto'
import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

// `.NAME.PID-RANDOM.partial`
const PARTIAL = /^\.(?<name>.+)\.(?<pid>\d+)-[0-9a-f]{12}\.partial$/

/** Milliseconds after which what nobody has touched is left over: whoever makes it touches it more often. */
export const STALE = 60 * 60 * 1000

/**
 * What a file or folder is called while it is made, beside its place. Each call gives another name.
 * @param name that it will have
 */
export function partialName(name: string): string {
  return `.${name}.${process.pid}-${randomBytes(6).toString('hex')}.partial`
}

/**
 * Removes from a folder what runs left that were killed: partial files and folders of this user that have not been
 * touched for an hour, unless their process is still running on this machine. Links are not followed. Nothing is thrown:
 * what cannot be removed stays for the next run.
 * @param names matches the names that they were to have
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

/** Whether nobody has touched a file or folder of this user for an hour. */
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
