import { createHash, type Hash } from 'node:crypto'
import { closeSync, constants, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Entry } from '../../codec/tar/entry.ts'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import { type FullIdent, packagePath, releaseTime } from '../package/ident.ts'
import { isOfThisMachine } from './as-installed.ts'

// Characters. Hashing the text of each file separately takes several times as long.
const TOLD_AT_ONCE = 1 << 16
const PIECE = 1 << 16
/** Members of a tree between two turns of the event loop, in which a signal is heard. */
const MEMBERS_A_TURN = 200

/**
 * @param end called after the last entry with the fingerprint of the tree. It covers the sizes and modification times
 *   of files, which installing preserves, but not their content; nor the times of directories, which are those of the
 *   installation
 */
export async function* tree(
  root: string,
  ident: FullIdent,
  end: (fingerprint: string) => void,
): AsyncGenerator<Entry> {
  const hash = createHash('sha256')
  try {
    let members = 0
    for (const entry of walk(root, ident, hash)) {
      if (++members % MEMBERS_A_TURN === 0) await nextTurn()
      yield entry
    }
    end(hash.digest('hex'))
  } catch (error) {
    throw unreadable((error as NodeJS.ErrnoException).path ?? join(root, packagePath(ident)), error)
  }
}

/**
 * The tree of a package, parents before children, siblings by name; a hart's entries are put into the same form. File
 * system calls are synchronous, because a tree has thousands of members and asynchronous calls take several times as
 * long.
 * @param hash updated with everything in the entries that is known without reading files
 */
function* walk(root: string, ident: FullIdent, hash: Hash): Generator<Entry> {
  const top = packagePath(ident)
  const released = releaseTime(ident)
  /** The first path of each file with several links. */
  const seen = new Map<string, string>()
  /** Paths still to visit, the next one last. */
  const ahead = [top]
  let told = ''
  for (let path = ahead.pop(); path !== undefined; path = ahead.pop()) {
    const full = `${root}/${path}`
    const stats = lstatSync(full)
    if (!stats.isDirectory() && isOfThisMachine(path.slice(top.length + 1))) continue
    const common = { path, mode: stats.mode & 0o7777, mtime: Math.floor(stats.mtimeMs / 1000) }
    // Neither paths nor link targets can contain a NUL.
    told += `${path}\0${stats.mode}\0${stats.isDirectory() ? '' : stats.mtimeMs}\0`
    if (stats.isDirectory()) {
      yield { ...common, type: 'directory', mtime: released }
      for (const name of readdirSync(full).sort().reverse()) {
        if (name.includes('\uFFFD')) throw unpackable(join(full, name), 'its name is not UTF-8')
        ahead.push(`${path}/${name}`)
      }
    } else if (stats.isSymbolicLink()) {
      const target = readlinkSync(full)
      if (target.includes('\uFFFD')) throw unpackable(full, 'it is a link to a name that is not UTF-8')
      told += `${target}\0`
      yield { ...common, type: 'symlink', mode: 0o777, target }
    } else if (stats.isFile()) {
      const inode = stats.nlink > 1 ? inodeOf(full) : undefined
      const first = inode && seen.get(inode)
      told += `${stats.size}\0${first ?? ''}\0`
      if (first !== undefined) yield { ...common, type: 'hardlink', target: first }
      else {
        if (inode !== undefined) seen.set(inode, path)
        const { size, ctimeMs: changed } = stats
        yield {
          ...common,
          type: 'file',
          size,
          content: contentOf(full, size),
          file: { path: full, size, changed },
        }
      }
    } else {
      throw unpackable(full, 'it is neither a file, a directory nor a link')
    }
    if (told.length > TOLD_AT_ONCE) {
      hash.update(told)
      told = ''
    }
  }
  hash.update(told)
}

/** Inode numbers may exceed what a double can represent. */
function inodeOf(path: string): string {
  const { dev, ino } = lstatSync(path, { bigint: true })
  return `${dev}:${ino}`
}

/** Opens the file only when it is read; most consumers read `file` directly. */
function* contentOf(path: string, size: number): Generator<Uint8Array> {
  try {
    // A file was found here earlier; a link must not be followed, wherever it leads, nor a pipe's writer waited for.
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const piece = Buffer.alloc(Math.min(size + 1, PIECE))
      for (let done = 0; ; ) {
        const length = readSync(file, piece, 0, piece.length, null)
        if (length === 0 && done !== size) throw changed(path)
        if (length === 0) return
        done += length
        yield piece.subarray(0, length)
      }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** What to throw for an error of the file system. */
export function unreadable(path: string, error: unknown): unknown {
  if (error instanceof MesosizeError) return error
  return new MesosizeError(
    'FILE_UNREADABLE',
    `${JSON.stringify(path)} cannot be read: ${messageOf(error)}. Run as the user who installed it.`,
  )
}

/** What to throw if a package is not what it was before. */
export function changed(path: string): MesosizeError {
  return new MesosizeError(
    'CONTENT_CHANGED',
    `The installed package changed in ${JSON.stringify(path)} during the export. Run the export again.`,
  )
}

function unpackable(path: string, problem: string): MesosizeError {
  return new MesosizeError(
    'FILE_UNPACKABLE',
    `${JSON.stringify(path)} cannot be packed: ${problem}. Install the package again.`,
  )
}
