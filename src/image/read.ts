import { on, once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { ReadEntry } from 'tar'
// From 'tar' the bundler would take a bundle, which hides the packages whose licences it must add.
import { Parser } from 'tar/parse'
import type { Entry } from '../codec/tar/entry.ts'
import { MesosizeError, messageOf } from '../lib/errors.ts'

/** Far more than any image has; a tarball of a few MiB may unpack to terabytes. */
export const MOST_BYTES = 64 * 2 ** 30
const MOST_ENTRIES = 2_000_000
/** Linux's PATH_MAX. */
const LONGEST_PATH = 4096

/**
 * The entries of a tarball, read back with a reader that shares nothing with the one that wrote them. A file's
 * content can be read until the next entry is requested.
 * @param compressed the bytes of the file
 * @param name what the tarball is called in errors
 * @throws MesosizeError TARBALL_UNREADABLE, or what `compressed` throws
 */
export async function* readTarball(
  compressed: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Entry> {
  const parser = new Parser({
    strict: true,
    // It gets what gzip held, whose size is limited here. A gzip inside that would not be.
    maxDecompressionRatio: 0,
    zstd: false,
  })
  const stopped = new AbortController()
  const { signal } = stopped
  const found = on(parser, 'entry', { close: ['end'], signal })
  parser.on('ignoredEntry', ({ path, type }: ReadEntry) => parser.abort(new Error(unexpected(path, type))))

  const feeding = pipeline(
    Readable.from(compressed),
    createGunzip(),
    async chunks => {
      let bytes = 0
      for await (const chunk of chunks) {
        bytes += chunk.length
        if (bytes > MOST_BYTES) throw new Error(`it unpacks to more than ${MOST_BYTES / 2 ** 30} GiB`)
        if (!parser.write(chunk)) await once(parser, 'drain', { signal })
      }
      parser.end()
    },
    { signal },
  )
  // The parser itself takes a tar that stops between two entries for a whole one.
  let ended = false
  parser.on('eof', () => {
    ended = true
  })
  let current: ReadEntry | undefined
  // Whoever waits for an entry, or for the rest of one, must learn that it will not come.
  signal.addEventListener('abort', () => current?.destroy())
  feeding.catch(error => stopped.abort(error))
  parser.on('error', error => stopped.abort(error))

  async function* contentOf(entry: ReadEntry): AsyncGenerator<Uint8Array> {
    try {
      yield* entry
    } catch (thrown) {
      throw unreadable(name, signal.aborted ? signal.reason : thrown)
    }
  }

  let entries = 0
  try {
    for await (const [entry] of found as AsyncIterable<[ReadEntry]>) {
      if (++entries > MOST_ENTRIES) throw new Error(`it has more than ${MOST_ENTRIES} entries`)
      current = entry
      yield entryOf(entry, contentOf(entry))
      entry.resume()
    }
    await feeding
    if (!ended) throw new Error('Truncated input')
  } catch (thrown) {
    throw unreadable(name, signal.aborted ? signal.reason : thrown)
  } finally {
    stopped.abort()
  }
}

function entryOf(entry: ReadEntry, content: AsyncIterable<Uint8Array>): Entry {
  const path = entry.path.replace(/\/+$/, '')
  if (path.length > LONGEST_PATH) throw new Error(`it has a path of ${path.length} characters`)
  if (path.startsWith('/') || path.split('/').some(part => part === '..' || part === '.' || part === '')) {
    throw new Error(`it has the path ${JSON.stringify(entry.path)}`)
  }
  const common = {
    path,
    mode: (entry.mode ?? 0) & 0o7777,
    mtime: Math.floor((entry.mtime?.getTime() ?? 0) / 1000),
  }
  switch (entry.type) {
    case 'File':
    case 'OldFile':
    case 'ContiguousFile':
      return { ...common, type: 'file', size: entry.size, content }
    case 'Directory':
      return { ...common, type: 'directory' }
    case 'SymbolicLink':
      return { ...common, type: 'symlink', target: entry.linkpath ?? '' }
    case 'Link':
      return { ...common, type: 'hardlink', target: entry.linkpath ?? '' }
    default:
      throw new Error(unexpected(entry.path, entry.type))
  }
}

function unexpected(path: string, type: string): string {
  return `it has ${JSON.stringify(path)}, which is not a file, folder or link but ${JSON.stringify(type)}`
}

function unreadable(name: string, thrown: unknown): Error {
  if (thrown instanceof MesosizeError) return thrown
  const { code } = thrown as NodeJS.ErrnoException
  const problem =
    code === 'Z_BUF_ERROR' || /Truncated input/.test(messageOf(thrown))
      ? 'it is truncated'
      : code === 'Z_DATA_ERROR' || code === 'TAR_BAD_ARCHIVE'
        ? `it is not a tarball compressed with gzip, or it is damaged (${messageOf(thrown)})`
        : messageOf(thrown)
  return new MesosizeError(
    'TARBALL_UNREADABLE',
    `${name} cannot be read: ${problem}. Give a tarball that an export wrote, or export it again.`,
    { cause: thrown },
  )
}
