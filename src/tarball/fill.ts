import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { MesosizeError, messageOf } from '../errors.ts'
import { BLOCK_SIZE, type Block, contentChanged, type Hole } from './blocks.ts'

const scratch = new Uint8Array(BLOCK_SIZE)

/**
 * Reads what a block lacks. It waits for the disk, so it belongs on a thread of its own; there it costs far less
 * than asynchronous reading, because most files are small.
 * @returns the whole block, there until the next call
 * @throws MesosizeError FILE_UNREADABLE, CONTENT_CHANGED
 */
export function fillHoles({ length, bytes, holes }: Block): Uint8Array {
  if (holes.length === 0) return bytes
  let end = 0
  let used = 0
  const putKnown = (until: number) => {
    scratch.set(bytes.subarray(used, used + until - end), end)
    used += until - end
  }
  for (const hole of holes) {
    putKnown(hole.offset)
    read(hole)
    end = hole.offset + hole.length
  }
  putKnown(length)
  return scratch.subarray(0, length)
}

function read(hole: Hole): void {
  try {
    readWhole(hole)
  } catch (error) {
    if (error instanceof MesosizeError) throw error
    throw new MesosizeError(
      'FILE_UNREADABLE',
      `${JSON.stringify(hole.file)} cannot be read: ${messageOf(error)}. Run as a user who may read it.`,
    )
  }
}

function readWhole({ file, size, position, offset, length }: Hole): void {
  // A file was found here; a link is none, wherever it leads.
  const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const found = fstatSync(handle).size
    if (found !== size) throw contentChanged(file, size, `${found}`)
    for (let done = 0; done < length; ) {
      const count = readSync(handle, scratch, offset + done, length - done, position + done)
      if (count === 0) throw contentChanged(file, size, `${position + done}`)
      done += count
    }
  } finally {
    closeSync(handle)
  }
}
