import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { MesosizeError } from '../../lib/errors.ts'
import { hasSetting, setting } from '../../lib/setting.ts'
import {
  compareBuilds,
  type FullIdent,
  formatIdent,
  type PackageIdent,
  packagePath,
  satisfies,
} from '../package/ident.ts'
import { readMetadata } from '../package/metadata.ts'
import type { FoundAt, Package } from '../package/package.ts'
import type { FoundBuild, PackageSource, Refusal } from '../package/source.ts'
import { findArtifact } from './artifact-cache.ts'
import { hartDigests } from './hart.ts'
import { changed, tree, unreadable } from './tree.ts'

/** Packages that `hab pkg install` wrote under a root's hab/pkgs, possibly as an ordinary user. */
export class InstalledPackages implements PackageSource {
  readonly #root: string
  readonly #found: FoundAt
  readonly #artifacts: readonly string[]
  readonly #opened = new Map<string, Promise<Package | undefined>>()

  /**
   * @param root the FS_ROOT of hab
   * @param found where they were installed from
   * @param artifacts the artifact caches in which hab may have left their harts, for digests
   */
  constructor(
    root: string,
    found: FoundAt = { source: 'installed package' },
    artifacts: readonly string[] = [],
  ) {
    this.#root = root
    this.#found = found
    this.#artifacts = artifacts
  }

  async newest(wanted: PackageIdent): Promise<FoundBuild | undefined> {
    const base = join(this.#root, 'hab/pkgs', wanted.origin, wanted.name)
    const builds: FullIdent[] = []
    for (const version of await foldersIn(base)) {
      for (const release of await foldersIn(join(base, version))) {
        const build = { origin: wanted.origin, name: wanted.name, version, release }
        // Other folders, such as .hab-pkg-install…, are unfinished installations.
        if (/^\d{14}$/.test(release) && satisfies(build, wanted)) builds.push(build)
      }
    }
    const ident = builds.sort(compareBuilds).at(-1)
    return ident && { ident, ...this.#found }
  }

  open(ident: FullIdent): Promise<Package | undefined> {
    const id = formatIdent(ident)
    const opened = this.#opened.get(id) ?? this.#read(ident)
    this.#opened.set(id, opened)
    return opened
  }

  async #read(ident: FullIdent): Promise<Package | undefined> {
    const root = this.#root
    const path = packagePath(ident)
    if (!(await isFolder(join(root, path)))) return undefined
    let fingerprint = ''
    const metadata = await readMetadata(
      tree(root, ident, found => {
        fingerprint = found
      }),
      `the installed package ${formatIdent(ident)}`,
    )
    return {
      metadata,
      contentKey: `installed ${formatIdent(ident)} ${fingerprint}`,
      hartDigests: async () => {
        const hart = await findArtifact(this.#artifacts, ident, metadata.target)
        return hart === undefined ? undefined : hartDigests(hart)
      },
      entries: () =>
        tree(root, ident, found => {
          if (found !== fingerprint) throw changed(join(root, path))
        }),
    }
  }

  missing(what: string, _from: unknown, neededBy?: FullIdent): MesosizeError {
    const pkgs = join(this.#root, 'hab/pkgs')
    const advice = hasSetting('fs-root')
      ? `Install it there with hab (FS_ROOT), or name another root with ${setting('fs-root')}.`
      : `hab has not installed it; write ${setting('use-hab', 'false')} to get packages without hab.`
    return neededBy === undefined
      ? new MesosizeError(
          'PACKAGE_NOT_FOUND',
          `There is no package ${what} installed under ${pkgs}. ${advice}`,
        )
      : new MesosizeError(
          'DEPENDENCY_MISSING',
          `${what}, which ${formatIdent(neededBy)} needs, is not installed under ${pkgs}. ${advice}`,
        )
  }

  refusals(): readonly Refusal[] {
    return []
  }

  openFile(path: string): Promise<Package> {
    throw new MesosizeError(
      'HART_WITH_FS_ROOT',
      `${path} is a hart, but ${setting('fs-root')} reads installed packages. Leave one of them out.`,
    )
  }
}

async function foldersIn(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.filter(entry => entry.isDirectory()).map(entry => entry.name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw unreadable(path, error)
  }
}

async function isFolder(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(error => {
    if (error.code === 'ENOENT') return undefined
    throw unreadable(path, error)
  })
  return stats?.isDirectory() ?? false
}
