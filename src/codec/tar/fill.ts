import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import type { Block, Hole } from './blocks.ts'

/**
 * Assembles a whole block, reading what it lacks. It waits for the disk, so it belongs on a thread of its own;
 * there it costs far less than asynchronous reading, because most files are small.
 * @param target where the block goes; at least as long
 * @throws MesosizeError FILE_UNREADABLE, CONTENT_CHANGED
 */
export function fillHoles({ length, bytes, holes }: Block, target: Uint8Array): void {
  let end = 0
  let used = 0
  const putKnown = (until: number) => {
    target.set(bytes.subarray(used, used + until - end), end)
    used += until - end
  }
  for (const hole of holes) {
    putKnown(hole.offset)
    read(hole, target)
    end = hole.offset + hole.length
  }
  putKnown(length)
}

function read(hole: Hole, target: Uint8Array): void {
  const { path } = hole.file
  try {
    if (readWhole(hole, target)) return
  } catch (error) {
    throw new MesosizeError(
      'FILE_UNREADABLE',
      `${JSON.stringify(path)} cannot be read: ${messageOf(error)}. Run as a user who may read it.`,
    )
  }
  throw new MesosizeError(
    'CONTENT_CHANGED',
    `${JSON.stringify(path)} changed while it was exported. Run the export again.`,
  )
}

/** @returns whether the file is still the one that was found */
function readWhole({ file, position, offset, length }: Hole, target: Uint8Array): boolean {
  // A file was found here earlier; a link must not be followed, wherever it leads, nor a pipe's writer waited for.
  const handle = openSync(file.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    for (let done = 0; done < length; ) {
      const count = readSync(handle, target, offset + done, length - done, position + done)
      if (count === 0) return false
      done += count
    }
    // After the reading, so that a change during it is noticed too.
    const { size, ctimeMs } = fstatSync(handle)
    return size === file.size && ctimeMs === file.changed
  } finally {
    closeSync(handle)
  }
}
