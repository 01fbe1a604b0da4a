/**
 * Generates the parts of the documents and the action.yml files that come from the table of settings, the help, and the
 * benchmark results: `npm run docs`. With `--check`, it only checks that they are up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'
import { type CommandName, commands } from '../src/cli/commands.ts'
import { helpText } from '../src/cli/help.ts'
import { inputDefault, inputsOf, type SettingTable } from '../src/settings/setting.ts'
import { DEPLOY, EXPORT, REMOVE } from '../src/settings/tables.ts'
import { describe, withInputs } from './action-inputs.ts'
import { barChart } from './chart.ts'

/** The actions, each with the settings that are its inputs. */
export const ACTIONS: Readonly<Record<string, SettingTable>> = {
  'action.yml': EXPORT,
  'deploy/action.yml': DEPLOY,
  'remove/action.yml': REMOVE,
}

/** The benchmark results, in the order of docs/speed.md. */
export const RESULTS = [
  'summary',
  'installed',
  'again',
  'harts',
  'services',
  'busy',
  'action',
  'agent',
  'layers',
  'cold',
  'growth',
  'startup',
].map(name => `bench/results/${name}.md`)

type Read = (path: string) => string

/** Every file that is generated, completely or partly, as it should be. @param read returns the current text */
export function generate(read: Read): Map<string, string> {
  const files = new Map(
    Object.entries(ACTIONS).map(([path, table]) => [path, withInputs(read(path), table)] as const),
  )
  files.set(
    'docs/action.md',
    actionPage(read('docs/action.md'), path => files.get(path) ?? read(path)),
  )
  files.set('docs/cli.md', replace(read('docs/cli.md'), 'help', '', help()))
  files.set(
    'docs/speed.md',
    replace(read('docs/speed.md'), 'results', '', RESULTS.map(path => read(path).trim()).join('\n\n')),
  )
  files.set('docs/speed.svg', speedChart(read))
  return files
}

function actionPage(page: string, read: Read): string {
  return Object.entries(ACTIONS).reduce((text, [path, settings]) => {
    const { outputs }: { outputs: Record<string, { description: string }> } = parse(read(path))
    const rows = Object.entries(outputs).map(([name, { description }]) => [code(name), description])
    const withTables = replace(text, 'inputs', ` of ${path}`, inputTables(settings))
    return replace(withTables, 'outputs', ` of ${path}`, table(['Output', 'Description'], rows))
  }, page)
}

function inputTables(settings: SettingTable): string {
  return settings
    .map(group => ({ group, rows: inputsOf([group]) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ group, rows }) => {
      const cells = rows.map(row => {
        const usual = inputDefault(row)
        return [code(row.input), describe(row), usual === undefined ? '' : code(usual)]
      })
      const when = group.when ? ['', `Only for ${group.when}.`] : []
      const head = ['Input', 'Description', 'Default']
      return [`#### ${group.heading}`, ...when, '', table(head, cells)].join('\n')
    })
    .join('\n\n')
}

function help(): string {
  return Object.keys(commands)
    .map(name => `### ${name}\n\n\`\`\`text\n${helpText(name as CommandName).trimEnd()}\n\`\`\``)
    .join('\n\n')
}

function speedChart(read: Read): string {
  const bars = ['installed', 'harts'].flatMap(name => {
    const { summary } = JSON.parse(read(`bench/results/${name}.json`)) as {
      summary: { name: string; speed?: number }[]
    }
    return summary.map(each => ({
      // Escaped for the tables.
      name: each.name.replaceAll('\\|', '|'),
      value: each.speed ?? 1,
      own: each.name.startsWith('Mesosize'),
    }))
  })
  return barChart(
    'Export of 60 packages',
    'times as fast as the shell way in the same run; longer is better',
    bars,
  )
}

/** A page with new content between two of its markers. @throws Error if a marker is missing */
export function replace(page: string, name: string, of: string, content: string): string {
  const start = `<!-- ${name}${of} -->`
  const from = page.indexOf(start)
  const to = page.indexOf(`<!-- end of ${name} -->`, from)
  if (from < 0 || to < from) throw new Error(`the page needs ${start} and, after it, its end`)
  return `${page.slice(0, from + start.length)}\n\n${content}\n\n${page.slice(to)}`
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
  const at = (path: string) => new URL(`../${path}`, import.meta.url)
  const read = (path: string) => {
    try {
      return readFileSync(at(path), 'utf8')
    } catch {
      return ''
    }
  }
  const stale = [...generate(read)].filter(([path, text]) => read(path) !== text)
  if (!process.argv.includes('--check')) for (const [path, text] of stale) writeFileSync(at(path), text)
  else if (stale.length > 0) {
    console.error(
      `Out of date: ${stale.map(([path]) => path).join(', ')}. Run "npm run docs" and commit them.`,
    )
    process.exitCode = 1
  }
}
