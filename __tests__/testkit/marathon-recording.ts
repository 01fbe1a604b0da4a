import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A request to the real Marathon 1.11, and its answer. */
export interface Recorded {
  /** Counts from 1: the line in the file. */
  line: number
  scene: string
  note?: string
  /** A body that is text was sent as it is. */
  request: { method: string; path: string; body?: unknown }
  status: number
  headers: Record<string, string>
  body: unknown
}

/** All of them, in the order in which they were sent. */
export function readRecording(): Recorded[] {
  const file = join(import.meta.dirname, 'recordings/marathon-1.11-api.jsonl')
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map((text, index) => ({ ...JSON.parse(text), line: index + 1 }))
}

/** One place in which an answer is not as the recorded one. */
export interface Deviation {
  /** Such as `/app/tasks(0)/state`. */
  path: string
  recorded: unknown
  seen: unknown
}

/**
 * Compares two answers field by field: which there are, of what type, and with which values where these are not times,
 * ids, addresses, ports of the host or times that something took.
 */
export function* deviations(recorded: unknown, seen: unknown, path = ''): Generator<Deviation> {
  if (Array.isArray(recorded) && Array.isArray(seen) && recorded.length === seen.length) {
    for (const [index, each] of recorded.entries()) {
      yield* deviations(each, seen[index], `${path}(${index})`)
    }
  } else if (isRecord(recorded) && isRecord(seen)) {
    for (const key of new Set([...Object.keys(recorded), ...Object.keys(seen)])) {
      yield* deviations(recorded[key], seen[key], `${path}/${key}`)
    }
  } else if (masked(recorded, path) !== masked(seen, path)) {
    yield { path, recorded, seen }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>'],
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-\d{4}|-S\d+)?/g, '<id>'],
  [/\bagent-\d+\b/g, '<id>'],
  [/\b127\.0\.0\.1:\d+\b/g, '<address>'],
]

/** A value as text, without what differs from one cluster and one moment to the next. */
function masked(value: unknown, path: string): string {
  const isHostPort = /\/tasks\(\d+\)\/ports\(\d+\)$/.test(path)
  if (typeof value === 'number' && (isHostPort || /Seconds$/.test(path))) return '<number>'
  const text = JSON.stringify(value) ?? 'absent'
  return MASKS.reduce((shown, [pattern, mask]) => shown.replace(pattern, mask), text)
}
