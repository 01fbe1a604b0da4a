import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import { dashedIdent, type FullIdent, type PackageIdent } from '../package/ident.ts'

/** The name of a build's hart in an artifact cache (habitat-sh/habitat, components/core/src/package/ident.rs). */
export function artifactName(ident: FullIdent, target: string): string {
  return `${dashedIdent(ident)}-${target}.hart`
}

/**
 * Looks for the hart of an exact build.
 * @param folders artifact caches, the first that has it wins; those that do not exist are passed over
 * @returns its path
 * @throws MesosizeError ARTIFACTS_UNREADABLE
 */
export async function findArtifact(
  folders: readonly string[],
  ident: FullIdent,
  target: string,
): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, artifactName(ident, target))
    if (await isFile(path, folder)) return path
  }
  return undefined
}

/**
 * The harts that may be builds of an ident, by their names. It is no more than a filter: origin, name and
 * version may hold dashes themselves, so the caller must read the ident in each.
 * @param folders artifact caches; those that do not exist are passed over
 * @returns paths, by folder and then by name
 * @throws MesosizeError ARTIFACTS_UNREADABLE
 */
export async function candidates(
  folders: readonly string[],
  ident: PackageIdent,
  target: string,
): Promise<string[]> {
  const prefix = `${dashedIdent(ident)}-`
  const suffix = `-${target}.hart`
  const found: string[] = []
  for (const folder of folders) {
    for (const name of (await list(folder)).sort()) {
      if (!name.startsWith(prefix) || !name.endsWith(suffix)) continue
      const path = join(folder, name)
      if (await isFile(path, folder)) found.push(path)
    }
  }
  return found
}

function list(folder: string): Promise<string[]> {
  return readdir(folder).catch(error => {
    if (isMissing(error)) return []
    throw unreadable(folder, error)
  })
}

/** Whether a path is a regular file, perhaps through a symlink. */
async function isFile(path: string, folder: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    if (isMissing(error)) return false
    throw unreadable(folder, error)
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

function unreadable(folder: string, cause: unknown): MesosizeError {
  return new MesosizeError(
    'ARTIFACTS_UNREADABLE',
    `The artifact cache ${JSON.stringify(folder)} cannot be read: ${messageOf(cause)}. Correct its permissions, or leave it out.`,
    { cause },
  )
}
