import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder, and those above it if needed. It ends where a parent exists and the folder cannot be made in it;
 * node's `recursive` would try again forever, for example below /proc.
 * @param mode of the folders that are made
 * @returns the topmost folder that was made, or undefined if all were there
 * @throws what the file system throws
 */
export async function makeFolder(path: string, mode?: number): Promise<string | undefined> {
  try {
    await mkdir(path, mode)
    return path
  } catch (error) {
    if (await isFolder(path)) return undefined
    const parent = dirname(path)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error
    const made = await makeFolder(parent, mode)
    await mkdir(path, mode).catch(async error => {
      // Another process may have made it.
      if (!(await isFolder(path))) throw error
    })
    return made ?? path
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}
