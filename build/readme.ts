/**
 * Writes the tables of inputs and outputs into README.md from the files action.yml, and those of the benchmarks from
 * their results: `npm run readme`. With `--check` it only says whether they are up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'

/** What the README has tables of. */
export const ACTIONS = ['action.yml', 'deploy/action.yml', 'remove/action.yml']
export const RESULTS = ['installed', 'again', 'harts', 'layers', 'cold', 'growth', 'startup'].map(
  name => `bench/results/${name}.md`,
)

interface Action {
  inputs: Record<string, { description: string; default?: string }>
  outputs: Record<string, { description: string }>
}

/**
 * The README with the tables of an action in it, each between its two markers.
 * @param actionText of its action.yml
 * @param path of that, from the top
 * @throws Error if a marker is missing
 */
export function withTables(readme: string, actionText: string, path = 'action.yml'): string {
  const { inputs, outputs }: Action = parse(actionText)
  const inputRows = Object.entries(inputs).map(([name, input]) => [
    code(name),
    input.description,
    input.default === undefined ? '' : code(input.default),
  ])
  const outputRows = Object.entries(outputs).map(([name, output]) => [code(name), output.description])
  const tables = [
    ['inputs', table(['Input', 'What it says', 'Default'], inputRows)],
    ['outputs', table(['Output', 'What it is'], outputRows)],
  ] as const
  return tables.reduce(
    (text, [name, content]) =>
      replace(text, `<!-- ${name} of ${path} -->`, `<!-- end of ${name} -->`, content),
    readme,
  )
}

/**
 * The README with what a benchmark wrote, between its two markers.
 * @param path of the benchmark's file, from the top
 * @throws Error if a marker is missing
 */
export function withResults(readme: string, results: string, path: string): string {
  return replace(readme, `<!-- ${path} -->`, `<!-- end of ${path} -->`, results.trim())
}

function replace(text: string, start: string, end: string, content: string): string {
  const from = text.indexOf(start)
  const to = text.indexOf(end, from)
  if (from < 0 || to < from) throw new Error(`README.md needs ${start} and, after it, ${end}`)
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function code(text: string): string {
  return `\`${text}\``
}

if (import.meta.main) {
  const path = new URL('../README.md', import.meta.url)
  const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
  const readme = read('README.md')
  const tables = ACTIONS.reduce((text, action) => withTables(text, read(action), action), readme)
  const current = RESULTS.reduce((text, results) => withResults(text, read(results), results), tables)
  if (!process.argv.includes('--check')) writeFileSync(path, current)
  else if (current !== readme) {
    console.error(
      'README.md is not what the files action.yml and the benchmarks say: run "npm run readme" and commit it.',
    )
    process.exitCode = 1
  }
}
