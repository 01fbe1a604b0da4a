import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, type } from 'node:os'
import { dirname } from 'node:path'
import type { Deployment } from './layers.ts'
import { type Outcome, type Summary, summarize } from './rounds.ts'

/** The average of the last minute when this program started. */
export const LOAD = loadavg()[0]!

/** The results of a benchmark, as written to a file. */
export interface Results {
  title: string
  /** What was measured, and how, in a sentence or two. */
  about: string
  machine: string
  date: string
  /** Why the numbers do not count; empty if they do. */
  doubts: readonly string[]
}

/** Results for whole processes. */
export interface TimeResults extends Results {
  summary: readonly Summary[]
  outcomes: readonly Outcome[]
}

/** Results for transfers to agents. */
export interface ByteResults extends Results {
  deployments: readonly Deployment[]
}

/**
 * Writes the results as JSON and as Markdown.
 * @param path without extension
 * @param doubts why the numbers do not count, if they do not
 * @returns the Markdown
 */
export function writeResults(
  path: string,
  doubts: readonly string[],
  found:
    | Pick<TimeResults, 'title' | 'about' | 'outcomes'>
    | Pick<ByteResults, 'title' | 'about' | 'deployments'>,
): string {
  const where = { machine: machine(), date: new Date().toISOString().slice(0, 10), doubts }
  const results =
    'outcomes' in found ? { ...found, ...where, summary: summarize(found.outcomes) } : { ...found, ...where }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.json`, `${JSON.stringify(results, null, 2)}\n`)
  const text = markdown(results)
  writeFileSync(`${path}.md`, text)
  return text
}

export function markdown(results: TimeResults | ByteResults): string {
  const { title, about, machine, date, doubts } = results
  const isTime = 'summary' in results
  return [
    `### ${title}`,
    '',
    about,
    '',
    ...(doubts.length > 0 ? [`**Not a valid run:** ${doubts.join('; ')}.`, ''] : []),
    ...(isTime ? timeTable(results.summary) : byteTable(results.deployments)),
    '',
    isTime
      ? `Medians of all rounds, of memory the maximum; ratios are the medians of those within each round, with the lowest and the highest. ${machine}, ${date}.`
      : `${machine}, ${date}.`,
    '',
  ].join('\n')
}

function timeTable(summary: readonly Summary[]): string[] {
  const rows = summary.map(each => [
    each.name,
    ratioWithSpread(each),
    `${each.wall.toFixed(each.wall < 1 ? 3 : 1)} s`,
    `${each.cpu.toFixed(each.cpu < 1 ? 2 : 1)} s`,
    megabytes(each.peak, 0),
    each.size === undefined ? '' : megabytes(each.size, 1),
    each.relativeSize === undefined ? '' : each.relativeSize.toFixed(3),
  ])
  return table(['', 'Times as fast', 'Time', 'CPU time', 'Peak memory', 'Tarball', 'Relative size'], rows)
}

/** Such as "5.37 (5.21 to 5.42)". */
export function ratioWithSpread({ speed, speeds }: Pick<Summary, 'speed' | 'speeds'>): string {
  const text = (ratio: number) => ratio.toFixed(ratio < 10 ? 2 : 1)
  if (speed === undefined) return ''
  return speeds ? `${text(speed)} (${text(speeds[0])} to ${text(speeds[1])})` : text(speed)
}

function byteTable(deployments: readonly Deployment[]): string[] {
  const rows = deployments.map(({ name, files, total, added }) => [
    name,
    `${files}`,
    megabytes(total, 1),
    megabytes(added, added < 1e6 ? 3 : 1),
    `${((100 * added) / total).toFixed(1)} %`,
  ])
  return table(['', 'Files', 'In all', 'New', 'Share'], rows)
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = head.map((_, column) => (column === 0 ? '---' : '---:'))
  return [head, line, ...rows].map(cells => `| ${cells.join(' | ')} |`)
}

export function megabytes(bytes: number, digits: number): string {
  return `${(bytes / 1e6).toFixed(digits)} MB`
}

/** With the load that it had before anything ran. */
function machine(): string {
  const { version } = process
  const tar = firstLine('tar', '--version')
  return `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}, ${type()} ${release()}, Node ${version.slice(1)}, ${tar}, load ${LOAD.toFixed(2)} at the start`
}

function firstLine(program: string, option: string): string {
  return execFileSync(program, [option], { encoding: 'utf8' }).split('\n')[0]!
}
