import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import { makeFolder } from '../../lib/make-folder.ts'
import type { JobEnvironment, Run } from './run.ts'

/** The folders of one run, removed after it. */
export interface Workspace {
  /** Contains all the others. */
  path: string
  /** The home folder that hab sees; its caches of harts and keys are under `.hab`. */
  home: string
  /** The artifact cache that hab fills as an ordinary user. */
  artifacts: string
  /** The key cache of a build, which contains the secret key while the build runs. */
  keys: string
  /** The key caches that an installation searches, as an ordinary user and as root. */
  publicKeys: readonly string[]
  /** FS_ROOT of `hab pkg install`. */
  fsRoot: string
}

/**
 * Creates the folders of one run, which only the current user can enter.
 * @param temporary the job's folder for temporary files
 */
export async function makeWorkspace(temporary: string): Promise<Workspace> {
  const path = await mkdtemp(join(temporary, 'mesosize-'))
  const home = join(path, 'home')
  const artifacts = join(home, '.hab/cache/artifacts')
  const keys = join(home, '.hab/cache/keys')
  const fsRoot = join(path, 'root')
  const publicKeys = [keys, join(fsRoot, 'hab/cache/keys')]
  for (const folder of publicKeys) await makeFolder(folder)
  return { path, home, artifacts, keys, publicKeys, fsRoot }
}

export interface RemoveOptions {
  /** The job's folder for temporary files; nothing outside it is removed. */
  temporary: string
  run: Run
  env: JobEnvironment
  isRoot: boolean
}

/**
 * Removes the folders of a run, including files that a build left there as root.
 * @param path of the workspace, which may already be gone
 * @throws MesosizeError WORKSPACE_LEFT
 */
export async function removeWorkspace(path: string, options: RemoveOptions): Promise<void> {
  const { temporary, run, env, isRoot } = options
  const inside = relative(temporary, path)
  if (!/^mesosize-[^/]+$/.test(inside)) {
    throw new MesosizeError(
      'WORKSPACE_LEFT',
      `${path} is not a folder created in ${temporary}, so it is not removed. Remove it yourself if you do not need it.`,
    )
  }
  try {
    // Packages contain read-only folders, from which nothing can be removed.
    await makeWritable(path)
    await rm(path, { recursive: true, force: true })
  } catch (error) {
    // --one-file-system: a killed build may have left file systems mounted, which must not be emptied.
    const args = ['-n', 'rm', '-rf', '--one-file-system', '--', path]
    const status = isRoot
      ? 1
      : await run({ program: 'sudo', args, env: { PATH: env.PATH ?? '' } }, () => {}).catch(() => 1)
    if (status === 0) return
    throw new MesosizeError(
      'WORKSPACE_LEFT',
      `${path} cannot be removed: ${messageOf(error)}. Remove it as root; it contains packages and, if a build was killed, possibly the origin key.`,
      { cause: error },
    )
  }
}

async function makeWritable(folder: string): Promise<void> {
  const members = await readdir(folder, { withFileTypes: true }).catch(async error => {
    if (error.code === 'ENOENT') return []
    await chmod(folder, 0o700)
    return readdir(folder, { withFileTypes: true })
  })
  for (const member of members) {
    if (!member.isDirectory()) continue
    const path = join(folder, member.name)
    await chmod(path, 0o700)
    await makeWritable(path)
  }
}
