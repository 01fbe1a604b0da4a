import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, release, type } from 'node:os'
import { dirname } from 'node:path'
import { type Outcome, type Summary, summarize } from './rounds.ts'

/** What a benchmark found, as it is written to a file. */
export interface Results {
  title: string
  /** What was measured, and how, in a sentence or two. */
  about: string
  machine: string
  date: string
  summary: readonly Summary[]
  outcomes: readonly Outcome[]
}

/**
 * Writes what was found as JSON and as Markdown.
 * @param path without the names' endings
 * @returns the Markdown
 */
export function writeResults(path: string, found: Pick<Results, 'title' | 'about' | 'outcomes'>): string {
  const { outcomes, ...rest } = found
  const date = new Date().toISOString().slice(0, 10)
  const results: Results = { ...rest, machine: machine(), date, summary: summarize(outcomes), outcomes }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.json`, `${JSON.stringify(results, null, 2)}\n`)
  const text = markdown(results)
  writeFileSync(`${path}.md`, text)
  return text
}

export function markdown({ title, about, machine, date, summary }: Results): string {
  const rows = summary.map(each => [
    each.name,
    each.speed === undefined ? '' : each.speed.toFixed(each.speed < 10 ? 2 : 1),
    `${each.wall.toFixed(each.wall < 1 ? 3 : 1)} s`,
    `${each.cpu.toFixed(each.cpu < 1 ? 2 : 1)} s`,
    `${Math.round(each.peak / 1e6)} MB`,
    each.size === undefined ? '' : `${(each.size / 1e6).toFixed(1)} MB`,
    each.relativeSize === undefined ? '' : each.relativeSize.toFixed(3),
  ])
  const head = ['', 'Times as fast', 'Time', 'CPU time', 'Peak memory', 'Tarball', 'Relative size']
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
  return [
    `### ${title}`,
    '',
    about,
    '',
    ...lines.map(cells => `| ${cells.join(' | ')} |`),
    '',
    `Medians of all rounds, of memory the maximum; ratios are the medians of those within each round. ${machine}, ${date}.`,
    '',
  ].join('\n')
}

function machine(): string {
  const { version } = process
  const tar = firstLine('tar', '--version')
  return `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}, ${type()} ${release()}, Node ${version.slice(1)}, ${tar}`
}

function firstLine(program: string, option: string): string {
  return execFileSync(program, [option], { encoding: 'utf8' }).split('\n')[0]!
}
