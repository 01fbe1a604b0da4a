import { readFileSync } from 'node:fs'

/** Progress on one target. A process that is started again continues from here. */
export interface State {
  /** Index of the current or last input; -1 before the first. */
  index: number
  /** Number of inputs so far. */
  tried: number
  /** Number of times that each outcome was seen: what the target returned, or the code of the error. */
  outcomes: Record<string, number>
  /** Number of inputs that were not refused. */
  accepted: number
  findings: Finding[]
  /** Milliseconds of all inputs, and of the slowest. */
  spent: number
  slowest: { index: number; milliseconds: number }
  /** Peak memory of the process, bytes. */
  peak: number
}

/**
 * - crash: an exception other than MesosizeError, or the end of the process
 * - hang: an input took too long, or would never have ended
 * - memory: the process used too much
 * - escape: something was written outside the folder
 * - unsound: the result, or the message of the refusal, failed a check of the target
 */
export type FindingKind = 'crash' | 'hang' | 'memory' | 'escape' | 'unsound'

export interface Finding {
  kind: FindingKind
  /** Index of the first input with this finding. */
  index: number
  details: string
  /** Number of inputs with it. */
  count: number
}

export const NOTHING_YET: State = {
  index: -1,
  tried: 0,
  outcomes: {},
  accepted: 0,
  findings: [],
  spent: 0,
  slowest: { index: -1, milliseconds: 0 },
  peak: 0,
}

/** Reads a state file, which may be missing or half written. */
export function readState(file: string): State {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return structuredClone(NOTHING_YET)
  }
}

/** Adds a finding, or counts one more of a known one. @returns whether it is new */
export function addFinding(state: State, kind: FindingKind, details: string): boolean {
  const known = state.findings.find(
    each => each.kind === kind && summaryOf(each.details) === summaryOf(details),
  )
  if (known) known.count++
  else state.findings.push({ kind, index: state.index, details, count: 1 })
  return !known
}

/** Findings with the same summary are the same: where it happened, if known, otherwise what happened. */
export function summaryOf(details: string): string {
  const where = /^ +at .*\/src\/.*$/m.exec(details)?.[0]
  return where?.trim() ?? details.split('\n')[0]!.replaceAll(/\d+/g, 'N')
}
