import { MesosizeError } from '../../lib/errors.ts'
import { Lines } from './lines.ts'
import { readTail } from './tail.ts'
import type { TaskFile } from './task-file.ts'

export interface FollowTools {
  /** Called with lines as they arrive. */
  print(lines: readonly string[]): Promise<void>
  /** Called with a sentence that readers of the lines should know. */
  note(text: string): void
  /** Called with the reason why nothing can be read at the moment; once, until the reason changes. */
  fail(error: MesosizeError): void
  /** Whether the task has ended, so that the file is complete. */
  hasEnded(): boolean
  /** Waits between two polls. Rejects to stop following. */
  pause(): Promise<void>
}

/**
 * Prints the last lines of a file and everything added to it, until its task has ended. If the file cannot be read,
 * because the task has not started yet or its agent does not answer, it tries again. If the file starts over, as after
 * a log rotation, reading continues at its new beginning.
 * @param open finds the file
 * @param count number of earlier lines
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
