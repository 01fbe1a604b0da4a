import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Entry } from '../entry.ts'
import { MesosizeError, messageOf } from '../errors.ts'
import {
  compareBuilds,
  type FullIdent,
  formatIdent,
  type PackageIdent,
  packagePath,
  satisfies,
} from './ident.ts'
import { readMetadata } from './metadata.ts'
import type { FoundAt, Package } from './package.ts'
import type { FoundBuild, PackageSource } from './source.ts'

/** Packages that `hab pkg install` wrote under a root's hab/pkgs, perhaps as an ordinary user. */
export class InstalledPackages implements PackageSource {
  readonly #root: string
  readonly #found: FoundAt
  readonly #opened = new Map<string, Promise<Package | undefined>>()

  /**
   * @param root what hab calls FS_ROOT
   * @param found where they were installed from
   */
  constructor(root: string, found: FoundAt = { source: 'installed package' }) {
    this.#root = root
    this.#found = found
  }

  async newest(wanted: PackageIdent): Promise<FoundBuild | undefined> {
    const base = join(this.#root, 'hab/pkgs', wanted.origin, wanted.name)
    const builds: FullIdent[] = []
    for (const version of await foldersIn(base)) {
      for (const release of await foldersIn(join(base, version))) {
        const build = { origin: wanted.origin, name: wanted.name, version, release }
        // Others, such as .hab-pkg-install…, are installations that have not ended.
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
    const entries = () => tree(root, path)
    return { metadata: await readMetadata(entries(), `the installed package ${formatIdent(ident)}`), entries }
  }

  openFile(path: string): Promise<Package> {
    throw new MesosizeError(
      'HART_WITH_FS_ROOT',
      `${path} is a hart, and --fs-root reads installed packages. Leave one of them out.`,
    )
  }
}

async function* tree(root: string, path: string): AsyncGenerator<Entry> {
  try {
    yield* walk(root, path, new Map())
  } catch (error) {
    throw unreadable((error as NodeJS.ErrnoException).path ?? join(root, path), error)
  }
}

/**
 * The tree below a path, parents before children, siblings by name. Everything belongs to root, whoever
 * installed it: an ordinary user's installation is the same package.
 * @param seen first path of each file with several links, by device and inode
 */
async function* walk(root: string, path: string, seen: Map<string, string>): AsyncGenerator<Entry> {
  const full = join(root, path)
  const stats = await lstat(full, { bigint: true })
  const common = {
    path,
    mode: Number(stats.mode) & 0o7777,
    uid: 0,
    gid: 0,
    mtime: Number(stats.mtimeMs / 1000n),
  }
  if (stats.isDirectory()) {
    yield { ...common, type: 'directory' }
    for (const name of (await readdir(full)).sort()) {
      if (name.includes('\uFFFD')) throw unpackable(join(full, name), 'its name is not UTF-8')
      yield* walk(root, `${path}/${name}`, seen)
    }
  } else if (stats.isSymbolicLink()) {
    const target = await readlink(full)
    if (target.includes('\uFFFD')) throw unpackable(full, 'it is a link to a name that is not UTF-8')
    yield { ...common, type: 'symlink', mode: 0o777, target }
  } else if (stats.isFile()) {
    const inode = `${stats.dev}:${stats.ino}`
    const first = seen.get(inode)
    if (first !== undefined) {
      yield { ...common, type: 'hardlink', target: first }
      return
    }
    if (stats.nlink > 1n) seen.set(inode, path)
    yield { ...common, type: 'file', size: Number(stats.size), content: contentOf(full) }
  } else {
    throw unpackable(full, 'it is neither a file, a directory nor a link')
  }
}

/** Opens the file only when it is read: most are only listed. */
async function* contentOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 1 << 20 })
  } catch (error) {
    throw unreadable(path, error)
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

function unreadable(path: string, error: unknown): unknown {
  if (error instanceof MesosizeError) return error
  return new MesosizeError(
    'FILE_UNREADABLE',
    `${JSON.stringify(path)} cannot be read: ${messageOf(error)}. Run as the user who installed it.`,
  )
}

function unpackable(path: string, problem: string): MesosizeError {
  return new MesosizeError(
    'FILE_UNPACKABLE',
    `${JSON.stringify(path)} cannot be packed: ${problem}. Install the package again.`,
  )
}
