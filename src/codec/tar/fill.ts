import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { MesosizeError, messageOf } from '../../lib/errors.ts'
import { type Block, contentChanged, type Hole } from './blocks.ts'

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
  try {
    readWhole(hole, target)
  } catch (error) {
    if (error instanceof MesosizeError) throw error
    throw new MesosizeError(
      'FILE_UNREADABLE',
      `${JSON.stringify(hole.file)} cannot be read: ${messageOf(error)}. Run as a user who may read it.`,
    )
  }
}

function readWhole({ file, size, position, offset, length }: Hole, target: Uint8Array): void {
  // A file was found here earlier; a link must not be followed, wherever it leads.
  const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const found = fstatSync(handle).size
    if (found !== size) throw contentChanged(file, size, `${found}`)
    for (let done = 0; done < length; ) {
      const count = readSync(handle, target, offset + done, length - done, position + done)
      if (count === 0) throw contentChanged(file, size, `${position + done}`)
      done += count
    }
  } finally {
    closeSync(handle)
  }
}
