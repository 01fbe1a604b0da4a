import { MesosizeError } from '../../lib/errors.ts'
import { Lines } from './lines.ts'
import { readTail } from './tail.ts'
import type { TaskFile } from './task-file.ts'

export interface FollowTools {
  /** Given lines as they come. */
  print(lines: readonly string[]): Promise<void>
  /** Called with what a reader of the lines should know, a full sentence. */
  note(text: string): void
  /** Called with the reason why nothing can be read just now; once, until the reason changes. */
  fail(error: MesosizeError): void
  /** Whether the task has ended, so that what is there now is all. */
  hasEnded(): boolean
  /** Waits between two looks. Rejects when nobody wants to follow any longer. */
  pause(): Promise<void>
}

/**
 * Prints the last lines of a file and all that is added to it, until its task has ended. What cannot be read, as
 * when the task has not started yet or its agent does not answer, is tried again. Where the file was started again, as
 * a log rotation does, reading goes on at its new beginning.
 * @param open finds the file
 * @param count lines of the past
 * @throws what `print` and `pause` throw
 */
export async function followFile(
  open: () => Promise<TaskFile>,
  count: number,
  { print, note, fail, hasEnded, pause }: FollowTools,
): Promise<void> {
  const lines = new Lines()
  let file: TaskFile | undefined
  let offset = 0

  async function look(): Promise<{ bytes: Uint8Array; isAnew: boolean }> {
    if (!file) {
      const opened = await open()
      const tail = await readTail(opened, count)
      file = opened
      offset = tail.end
      return { bytes: tail.bytes, isAnew: false }
    }
    const piece = await file.read(offset)
    if (piece.offset < offset) {
      offset = 0
      return { bytes: Buffer.alloc(0), isAnew: true }
    }
    offset += piece.data.length
    return { bytes: piece.data, isAnew: false }
  }

  let failure: string | undefined
  for (;;) {
    const isLast = hasEnded()
    const seen = await look().catch(thrown => {
      if (!(thrown instanceof MesosizeError)) throw thrown
      return thrown
    })
    if (seen instanceof MesosizeError) {
      if (seen.message !== failure) fail(seen)
      failure = seen.message
      if (isLast) break
    } else {
      failure = undefined
      if (seen.isAnew) {
        await print(lines.end())
        note('The file was rotated or emptied; the last lines before that may be missing.')
      } else if (seen.bytes.length > 0) {
        await print(lines.push(seen.bytes))
        continue
      } else if (isLast) {
        break
      }
    }
    await pause()
  }
  await print(lines.end())
}
