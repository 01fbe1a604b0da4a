import type { Entry } from '../entry.ts'
import { MesosizeError } from '../errors.ts'
import { encodeHeader, padding } from './header.ts'

/** Large enough that cutting costs next to nothing in size, small enough to keep every thread busy. */
export const BLOCK_SIZE = 1 << 20

/**
 * Writes entries as tar and cuts what comes out into blocks of BLOCK_SIZE bytes, the last one shorter. The
 * blocks depend on the entries alone, not on the pieces in which their content arrives. There is no end of
 * archive: several runs of blocks make one archive.
 * @throws MesosizeError CONTENT_CHANGED if a file's content is not as long as its size says
 */
export async function* tarBlocks(
  entries: Iterable<Entry> | AsyncIterable<Entry>,
): AsyncGenerator<Uint8Array> {
  let block = new Uint8Array(BLOCK_SIZE)
  let length = 0
  for await (const piece of tarBytes(entries)) {
    for (let start = 0; start < piece.length; ) {
      const count = Math.min(piece.length - start, BLOCK_SIZE - length)
      block.set(piece.subarray(start, start + count), length)
      length += count
      start += count
      if (length === BLOCK_SIZE) {
        yield block
        block = new Uint8Array(BLOCK_SIZE)
        length = 0
      }
    }
  }
  // A copy, so that the block owns its memory and can be handed to another thread.
  if (length > 0) yield block.slice(0, length)
}

async function* tarBytes(entries: Iterable<Entry> | AsyncIterable<Entry>): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) {
    yield encodeHeader(entry)
    if (entry.type !== 'file') continue
    let written = 0
    for await (const piece of entry.content) {
      written += piece.length
      if (written > entry.size) break
      yield piece
    }
    if (written !== entry.size) {
      throw new MesosizeError(
        'CONTENT_CHANGED',
        `${JSON.stringify(entry.path)} should have ${entry.size} bytes but gave ${written > entry.size ? 'more' : written}: it changed while it was read. Run the export again.`,
      )
    }
    yield padding(entry.size)
  }
}
