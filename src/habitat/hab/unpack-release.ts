import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { ReadEntry } from 'tar'
import { messageOf } from '../../lib/errors.ts'

/** Far more than a release of hab has: one program of some 30 MB. */
export const MOST_RELEASE_BYTES = 512 << 20
const MOST_ENTRIES = 1_000
const DEEPEST = 32

const TOO_LARGE = `it unpacks to more than ${MOST_RELEASE_BYTES >> 20} MiB`
const FILES = ['File', 'OldFile', 'ContiguousFile']
const REFUSED: Record<string, string> = {
  CharacterDevice: 'a character device',
  BlockDevice: 'a block device',
  FIFO: 'a named pipe',
}

/** Why an archive cannot be used, without its name: "it …". */
export class UnusableArchive extends Error {}

/**
 * Unpacks a release of hab, a gzipped tar, without owners, times and modes. It must have a single top-level
 * folder, with files, folders, and links that stay inside it.
 * @param folder must be empty; what was unpacked before a problem stays in it
 * @returns the name of the archive's one folder
 * @throws UnusableArchive
 */
export async function unpackRelease(archive: Uint8Array, folder: string): Promise<string> {
  // Loaded only where it is needed. From 'tar' the bundler would take a bundle, which hides the packages whose licences
  // it must add.
  const { UnpackSync } = await import('tar/unpack')
  const problems: string[] = []
  const contents = new Contents()
  const unpack = new UnpackSync({
    cwd: folder,
    strict: true,
    preserveOwner: false,
    noMtime: true,
    maxDepth: DEEPEST,
    // It is given the contents of the gzip, which are counted here. A gzip nested in them would not be.
    maxDecompressionRatio: 0,
    zstd: false,
    filter(_path, found) {
      const entry = found as ReadEntry
      const problem = contents.add(entry)
      if (problem) problems.push(problem)
      // No set-uid files, and no folders that cannot be removed again.
      entry.mode = entry.type === 'Directory' ? 0o755 : 0o644
      return problems.length === 0
    },
  })
  unpack.on('error', error => problems.push(`it cannot be unpacked: ${messageOf(error)}`))
  // It skips entries that it does not know, and names too long for it: the entry that follows would get a wrong name.
  unpack.on('ignoredEntry', ({ meta, path, type }: ReadEntry) =>
    problems.push(meta ? 'it has a name or another header that is too long' : unknownType(path, type)),
  )
  let ended = false
  unpack.on('eof', () => {
    ended = true
  })
  try {
    await pipeline(Readable.from([archive]), createGunzip(), async chunks => {
      let bytes = 0
      for await (const chunk of chunks) {
        bytes += chunk.length
        if (bytes > MOST_RELEASE_BYTES) problems.push(TOO_LARGE)
        // It would keep anything after the end in memory.
        else if (!ended) unpack.write(chunk)
        if (problems.length > 0) return
      }
      unpack.end()
    })
  } catch (error) {
    problems.push(isTruncated(error) ? 'it is truncated' : `it cannot be unpacked: ${messageOf(error)}`)
  }
  const top = contents.top
  if (problems.length === 0 && top !== undefined) return top
  throw new UnusableArchive(problems[0] ?? 'expected a single top-level folder, found nothing')
}

/** The contents of an archive, as far as it has been read. */
class Contents {
  top: string | undefined
  private entries = 0
  private bytes = 0
  private readonly files = new Set<string>()

  /** @returns what is wrong with the entry, if anything is */
  add({ path, type, size, linkpath = '' }: ReadEntry): string | undefined {
    const quoted = JSON.stringify(path)
    if (++this.entries > MOST_ENTRIES) return `it has more than ${MOST_ENTRIES} entries`
    this.bytes += size
    if (this.bytes > MOST_RELEASE_BYTES) return TOO_LARGE
    if (REFUSED[type]) return `it has ${REFUSED[type]}, ${quoted}`
    const isFolder = type === 'Directory'
    const isLink = type === 'Link' || type === 'SymbolicLink'
    if (!isFolder && !isLink && !FILES.includes(type)) return unknownType(path, type)
    if (path.startsWith('/')) return `it has the absolute path ${quoted}`
    const parts = path.split('/')
    if (parts.includes('..')) return `it has a path with "..", ${quoted}`
    // As "tar -c ./folder" writes it, which has the folder itself as an entry too.
    const [top, ...below] = parts.filter(part => part !== '.' && part !== '')
    if (top === undefined) return undefined
    if (below.length === 0 && !isFolder) return `expected a single top-level folder, found the file ${quoted}`
    this.top ??= top
    if (top !== this.top) {
      return `expected a single top-level folder, found ${JSON.stringify(this.top)} and ${JSON.stringify(top)}`
    }
    if (isLink) {
      // A hard link's target is a path in the archive; a symlink's is relative to its own folder.
      const target = posix.join(type === 'Link' ? '.' : posix.dirname(path), linkpath)
      const inside = target === top || target.startsWith(`${top}/`)
      if (linkpath.startsWith('/') || !inside) {
        return `it has a link that leads out of its folder, ${quoted} to ${JSON.stringify(linkpath)}`
      }
    }
    if (isFolder) return undefined
    const name = below.join('/')
    if (this.files.has(name)) return `it has ${quoted} twice`
    this.files.add(name)
    return undefined
  }
}

function unknownType(path: string, type: string): string {
  return `it has an entry of the unknown type ${JSON.stringify(type)}, ${JSON.stringify(path)}`
}

function isTruncated(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR'
}
