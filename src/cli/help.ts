import { optionsOf, type Setting } from '../settings/setting.ts'
import { type CommandName, type CommandPage, commands } from './commands.ts'

const WIDTH = 100
/** The column where explanations begin. */
const COLUMN = 31

/**
 * The text for `--help`, at most 100 columns wide.
 * @param name of the command; the help of the export lists the others too
 */
export function helpText(name: CommandName = 'export'): string {
  const { usage, about, table, notes, variables, statuses, examples } = commands[name]
  const groups = table.map(group => ({ heading: group.heading, options: optionsOf([group]) }))
  const standIns = groups
    .flatMap(group => group.options)
    .flatMap(({ variable, option }) =>
      variable ? [[variable, `used if --${option} is not given`] as const] : [],
    )
  return [
    `Usage: ${usage}`,
    '',
    ...wrap(about, WIDTH),
    ...(name === 'export' ? listOfCommands() : []),
    ...groups
      .filter(({ options }) => options.length > 0)
      .flatMap(({ heading, options }) => [
        '',
        `${heading}:`,
        ...options.flatMap(option => entry(usageOf(option), explanationOf(option))),
      ]),
    ...(notes.length > 0 ? ['', ...notes] : []),
    ...environment([...standIns, ...variables]),
    '',
    'Exit status:',
    ...statuses.flatMap(([status, help]) => entry(`  ${status}`, help)),
    '',
    'Examples:',
    ...examples.map(example => `  ${example}`),
    '',
  ].join('\n')
}

function listOfCommands(): string[] {
  return [
    '',
    'Commands (run mesosize COMMAND --help for details):',
    ...Object.entries(commands).flatMap(([name, { summary }]) => entry(`  ${name}`, summary)),
  ]
}

function environment(variables: CommandPage['variables']): string[] {
  if (variables.length === 0) return []
  return [
    '',
    'Environment (an empty variable counts as unset):',
    ...variables.flatMap(([name, help]) => entry(`  ${name}`, help)),
  ]
}

type Option = ReturnType<typeof optionsOf>[number]

function usageOf(row: Option): string {
  const name = `  ${row.short ? `-${row.short},` : '   '} --${row.option}`
  if (row.form === 'flag') return name
  return 'alone' in row && row.alone !== undefined ? `${name}[=${row.value}]` : `${name} ${row.value}`
}

/** What an option does. */
export function effectOf(row: Setting): string {
  const help = row.help.replaceAll('`', '"')
  // The option turns off what the row describes.
  return row.form === 'flag' && row.default === 'true' ? `do not ${help}` : help
}

function explanationOf(row: Option): string {
  const text = effectOf(row)
  const details = [...detailsOf(row), row.variable && `env: ${row.variable}`].filter(Boolean)
  return details.length > 0 ? `${text} (${details.join('; ')})` : text
}

function detailsOf(row: Option): (string | undefined)[] {
  switch (row.form) {
    case 'flag':
      return []
    case 'lines':
    case 'pairs':
      return ['repeatable']
    default:
      return [
        row.choices && `one of ${row.choices.join(', ')}`,
        row.alone && `alone: ${row.alone}`,
        row.default !== undefined ? `default: ${row.default}${row.unit ? ` ${row.unit}` : ''}` : undefined,
        row.defaultOf && `default: that of --${row.defaultOf.option}`,
        row.secret && row.variable && 'prefer the variable, which ps does not show',
      ]
  }
}

function entry(usage: string, explanation: string): string[] {
  const indent = ' '.repeat(COLUMN)
  const [first = '', ...rest] = wrap(explanation, WIDTH - COLUMN)
  const continued = rest.map(line => indent + line)
  return usage.length < COLUMN - 1
    ? [usage.padEnd(COLUMN) + first, ...continued]
    : [usage, indent + first, ...continued]
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return [...lines, line]
}
