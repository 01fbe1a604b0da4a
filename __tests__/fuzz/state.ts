import { readFileSync } from 'node:fs'

/** What the process that tries inputs has done so far, for one target; it goes on from here if it is started again. */
export interface State {
  /** The input that is being tried, or was the last; -1 before the first. */
  index: number
  /** How many were tried. */
  tried: number
  /** How often each way to end was seen: what targets return, and the codes of errors. */
  outcomes: Record<string, number>
  /** Inputs that were not refused. */
  accepted: number
  findings: Finding[]
  /** Milliseconds in all, and of the input that took longest. */
  spent: number
  slowest: { index: number; milliseconds: number }
  /** The most memory that the process had, bytes. */
  peak: number
}

/**
 * - crash: something else than a MesosizeError was thrown, or the process ended
 * - hang: an input took too long, or would never have ended
 * - memory: the process took too much
 * - escape: something was written outside of the given folder
 * - unsound: an input was read, to something that it must not be read to
 */
export type FindingKind = 'crash' | 'hang' | 'memory' | 'escape' | 'unsound'

export interface Finding {
  kind: FindingKind
  /** Of the first input; what happened with it. */
  index: number
  details: string
  /** How often the same was seen. */
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

/** What is in a file of a state; nothing yet where there is none. It may be half written by a process that has crashed. */
export function readState(file: string): State {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return structuredClone(NOTHING_YET)
  }
}

/** Adds a finding, or counts one that was there already. @returns whether it is new */
export function addFinding(state: State, kind: FindingKind, details: string): boolean {
  const known = state.findings.find(
    each => each.kind === kind && summaryOf(each.details) === summaryOf(details),
  )
  if (known) known.count++
  else state.findings.push({ kind, index: state.index, details, count: 1 })
  return !known
}

/** By which findings are taken for the same: where it happened, if that is known, else what. */
export function summaryOf(details: string): string {
  const where = /^ +at .*\/src\/.*$/m.exec(details)?.[0]
  return where?.trim() ?? details.split('\n')[0]!.replaceAll(/\d+/g, 'N')
}
