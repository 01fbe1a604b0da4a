/**
 * Writes the tables of inputs and outputs into README.md from the files action.yml: `npm run readme`. With `--check`
 * it only says whether they are up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'

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
  return replace(
    replace(readme, 'inputs', path, table(['Input', 'What it says', 'Default'], inputRows)),
    'outputs',
    path,
    table(['Output', 'What it is'], outputRows),
  )
}

function replace(text: string, name: string, path: string, content: string): string {
  const [start, end] = [`<!-- ${name} of ${path} -->`, `<!-- end of ${name} -->`]
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
  const readme = readFileSync(path, 'utf8')
  const current = ['action.yml', 'deploy/action.yml', 'remove/action.yml'].reduce(
    (text, action) =>
      withTables(text, readFileSync(new URL(`../${action}`, import.meta.url), 'utf8'), action),
    readme,
  )
  if (!process.argv.includes('--check')) writeFileSync(path, current)
  else if (current !== readme) {
    console.error('README.md is not what the files action.yml say: run "npm run readme" and commit it.')
    process.exitCode = 1
  }
}
