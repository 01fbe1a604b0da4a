import type { FindingKind, State } from './state.ts'

const KINDS: readonly FindingKind[] = ['crash', 'hang', 'memory', 'escape', 'unsound']

/** The states of targets as a Markdown table. */
export function table(states: ReadonlyMap<string, State>): string {
  const rows = [...states].map(([name, state]) => [name, ...cells(state)])
  const head = ['Target', 'Inputs', 'Read', 'Refused', 'In ways', ...KINDS, 'Slowest (ms)', 'Peak (MiB)']
  const sums = rows.reduce<number[]>((sums, row) => row.map((cell, i) => (sums[i] ?? 0) + Number(cell)), [])
  const total = ['all', ...sums.slice(1, -2).map(String), '', '']
  return [head, head.map(() => '---'), ...rows, ...(rows.length > 1 ? [total] : [])]
    .map(row => `| ${row.join(' | ')} |`)
    .join('\n')
}

function cells({ tried, accepted, outcomes, findings, slowest, peak }: State): string[] {
  const seen = (kind: FindingKind) =>
    findings.reduce((sum, each) => sum + (each.kind === kind ? each.count : 0), 0)
  const found = KINDS.map(seen)
  const refused = tried - accepted - found.reduce((sum, count) => sum + count, 0)
  return [
    tried,
    accepted,
    Math.max(0, refused),
    Object.keys(outcomes).length,
    ...found,
    Math.round(slowest.milliseconds),
    peak >> 20,
  ].map(String)
}
