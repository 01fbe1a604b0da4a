import { discard } from '../../lib/discard.ts'
import { MesosizeError } from '../../lib/errors.ts'
import type { Entry, LocalFile } from './entry.ts'
import { encodeHeader, padding } from './write-header.ts'

/** Large enough that cutting costs next to nothing in size, small enough to keep every thread busy. */
export const BLOCK_SIZE = 1 << 20

/** A piece of an archive, at most BLOCK_SIZE bytes. */
export interface Block {
  /** Bytes, including the holes. */
  length: number
  /** What is known of it: everything but the holes, joined. It owns its memory. */
  bytes: Uint8Array
  /** What still has to be read, by whichever thread compresses the block. In order. */
  holes: readonly Hole[]
}

/** Bytes of a block that lie in a file of this machine. */
export interface Hole {
  file: LocalFile
  /** Where they lie in the file, and where they belong in the block. */
  position: number
  offset: number
  length: number
}

/** Content that is a file, to be read later. */
interface FileContent {
  file: LocalFile
  length: number
}

/**
 * Writes entries as tar and cuts what comes out into blocks of BLOCK_SIZE bytes, the last one shorter. The
 * blocks depend on the entries alone, not on the pieces in which their content arrives. There is no end of
 * archive: several runs of blocks make one archive.
 * @throws MesosizeError CONTENT_CHANGED if a file's content is not as long as its size says
 */
export async function* tarBlocks(entries: Iterable<Entry> | AsyncIterable<Entry>): AsyncGenerator<Block> {
  const known = new Uint8Array(BLOCK_SIZE)
  let used = 0
  let holes: Hole[] = []
  let length = 0
  const cut = () => {
    const block = { length, bytes: known.slice(0, used), holes }
    used = 0
    holes = []
    length = 0
    return block
  }
  for await (const piece of tarPieces(entries)) {
    for (let start = 0; start < piece.length; ) {
      const count = Math.min(piece.length - start, BLOCK_SIZE - length)
      if (piece instanceof Uint8Array) {
        known.set(piece.subarray(start, start + count), used)
        used += count
      } else {
        holes.push({ file: piece.file, position: start, offset: length, length: count })
      }
      length += count
      start += count
      if (length === BLOCK_SIZE) yield cut()
    }
  }
  if (length > 0) yield cut()
  discard(known)
}

async function* tarPieces(
  entries: Iterable<Entry> | AsyncIterable<Entry>,
): AsyncGenerator<Uint8Array | FileContent> {
  for await (const entry of entries) {
    yield encodeHeader(entry)
    if (entry.type !== 'file') continue
    if (entry.file !== undefined) yield { file: entry.file, length: entry.size }
    else {
      let written = 0
      for await (const piece of entry.content) {
        written += piece.length
        if (written > entry.size) break
        yield piece
      }
      if (written !== entry.size) {
        throw contentChanged(entry.path, entry.size, written > entry.size ? 'more' : `${written}`)
      }
    }
    yield padding(entry.size)
  }
}

/** @param found how many bytes were there, in words */
function contentChanged(path: string, size: number, found: string): MesosizeError {
  return new MesosizeError(
    'CONTENT_CHANGED',
    `${JSON.stringify(path)} should have ${size} bytes but gave ${found}: it changed while it was read. Run the export again.`,
  )
}
