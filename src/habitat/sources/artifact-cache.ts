import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import { dashedIdent, type FullIdent, type PackageIdent } from '../package/ident.ts'

/** The name of a build's hart in an artifact cache (habitat-sh/habitat, components/core/src/package/ident.rs). */
export function artifactName(ident: FullIdent, target: string): string {
  return `${dashedIdent(ident)}-${target}.hart`
}

/**
 * Looks for the hart of an exact build.
 * @param folders artifact caches; the first that has it wins, and missing folders are skipped
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
 * Whether a hart may be a build of an ident, judging by its name. Origin, name and version may contain dashes, so only
 * the ident in the hart is conclusive.
 */
export function mayBeBuildOf(path: string, ident: PackageIdent, target: string): boolean {
  const name = basename(path)
  return name.startsWith(`${dashedIdent(ident)}-`) && name.endsWith(`-${target}.hart`)
}

/**
 * The harts that may be builds of an ident, judging by their names.
 * @param folders artifact caches; missing ones are skipped
 * @returns paths, by folder and then by name
 * @throws MesosizeError ARTIFACTS_UNREADABLE
 */
export async function candidates(
  folders: readonly string[],
  ident: PackageIdent,
  target: string,
): Promise<string[]> {
  const found: string[] = []
  for (const folder of folders) {
    for (const name of (await list(folder)).sort()) {
      if (!mayBeBuildOf(name, ident, target)) continue
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

/** Whether a path is a regular file, possibly through a symlink. */
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
