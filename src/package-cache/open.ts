import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { messageOf } from '../lib/errors.ts'
import { makeFolder } from '../lib/make-folder.ts'
import type { Reporter } from '../lib/report.ts'
import { hasSetting, setting } from '../lib/setting.ts'
import { CacheFolder } from './folder.ts'

/** The package cache that a person asked for. */
export interface PackageCacheRequest {
  /** By default the user's own. */
  folder?: string
  /** Bytes. */
  size: number
}

/**
 * Opens the package cache.
 * @param encoding as in CacheFolderOptions
 * @returns undefined if it is not wanted, or cannot be used, which is then noted
 */
export async function openPackageCache(
  wanted: PackageCacheRequest | undefined,
  encoding: string,
  report: Reporter,
): Promise<CacheFolder | undefined> {
  if (!wanted) return undefined
  const folder = resolve(wanted.folder ?? defaultCacheFolder(process.env, homedir(), process.platform))
  if (!(await prepareCacheFolder(folder, report))) return undefined
  return new CacheFolder({ folder, limit: wanted.size, encoding, report })
}

/** Where packages are kept by default: the platform's folder for caches. */
export function defaultCacheFolder(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  platform: NodeJS.Platform,
): string {
  const { XDG_CACHE_HOME: xdg = '', LOCALAPPDATA: local } = env
  // According to the XDG base directory specification, relative paths are ignored.
  if (isAbsolute(xdg)) return join(xdg, 'mesosize')
  if (platform === 'darwin') return join(home, 'Library/Caches/mesosize')
  if (platform === 'win32') return join(local || join(home, 'AppData/Local'), 'mesosize/cache')
  return join(home, '.cache/mesosize')
}

/**
 * Creates the folder if needed, only for its user, and checks whether it can be trusted: whoever can write there
 * decides what is in the next tarball.
 * @returns whether it can be used; if not, that has been noted
 */
export async function prepareCacheFolder(folder: string, report: Reporter): Promise<boolean> {
  const problem = await problemOf(folder).catch(messageOf)
  if (problem) {
    const advice = hasSetting('cache')
      ? `Name another folder with ${setting('cache')}, or turn the cache off with ${setting('no-cache')}.`
      : `Turn the cache off with ${setting('no-cache')}.`
    report.note(`The package cache ${folder} is not used: ${problem}. ${advice}`)
  }
  return !problem
}

async function problemOf(folder: string): Promise<string | undefined> {
  await makeFolder(folder, 0o700)
  const { uid, mode } = await stat(folder)
  // Windows has neither.
  if (process.getuid === undefined) return undefined
  if (uid !== process.getuid()) return `it belongs to another user (${uid})`
  if (mode & 0o002) return 'anyone can write to it'
  return undefined
}
