import type { Agents, TaskPlace } from './agents.ts'
import { Lines } from './lines.ts'
import { openTaskFile, type Stream, type TaskFile } from './task-file.ts'

/** The end of a file. */
export interface Tail {
  bytes: Uint8Array
  /** The offset after them. */
  end: number
}

/** Bytes; no more of a file's end is read, however long its lines are. */
const MOST = 1024 * 1024
/** Bytes; the first read of the end takes one response of the agent. */
const STEP = 64 * 1024
const NEWLINE = 10

/**
 * The last lines of a task's output, safe to show, the oldest first.
 * @throws MesosizeError SANDBOX_GONE, AGENT_..., HTTP_...
 */
export async function lastLines(
  task: TaskPlace,
  stream: Stream,
  count: number,
  agents: Agents,
): Promise<string[]> {
  const { bytes } = await readTail(await openTaskFile(task, stream, agents), count)
  const lines = new Lines()
  return [...lines.push(bytes), ...lines.end()].slice(-count)
}

/** Reads this many lines from the end of a file, or fewer if they are very long. */
export async function readTail(file: TaskFile, count: number): Promise<Tail> {
  const end = await file.size()
  let bytes = Buffer.alloc(0)
  for (let size = STEP; ; size *= 4) {
    const from = Math.max(0, end - Math.min(size, MOST))
    bytes = Buffer.concat([await readRange(file, from, end - bytes.length), bytes])
    const start = startOfLast(bytes, count)
    if (start > 0 || from === 0) return { bytes: bytes.subarray(start), end }
    // The first line is incomplete.
    if (size >= MOST) return { bytes: bytes.subarray(bytes.indexOf(NEWLINE) + 1), end }
  }
}

async function readRange(file: TaskFile, from: number, to: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for (let offset = from; offset < to; ) {
    const piece = await file.read(offset)
    // The file started over in the meantime.
    if (piece.offset < offset || piece.data.length === 0) break
    const data = piece.data.subarray(0, to - offset)
    pieces.push(data)
    offset += data.length
  }
  return Buffer.concat(pieces)
}

/** Where the last lines begin; 0 if there are no more lines. */
function startOfLast(bytes: Buffer, count: number): number {
  if (count === 0) return bytes.length
  // The newline at the very end does not begin a line.
  let at = bytes.length - 1
  for (let found = 0; found < count; found++) {
    if (at <= 0) return 0
    at = bytes.lastIndexOf(NEWLINE, at - 1)
    if (at < 0) return 0
  }
  return at + 1
}
