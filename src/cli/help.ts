import type { Option } from '../settings/option.ts'
import { type CommandName, commands } from './commands.ts'

const WIDTH = 100
/** Where the explanations begin. */
const COLUMN = 31

/**
 * The text for `--help`, at most 100 columns wide.
 * @param name of the command; that of an export tells of the others too
 */
export function helpText(name: CommandName = 'export'): string {
  const { usage, about, options, notes, variables, statuses, examples } = commands[name]
  const standIns = options.groups
    .flatMap(group => group.options)
    .flatMap(({ env, name }) => (env ? [[env, `stands in for --${name}`] as const] : []))
  return [
    `Usage: ${usage}`,
    '',
    ...wrap(about, WIDTH),
    ...(name === 'export' ? listOfCommands() : []),
    ...options.groups.flatMap(({ heading, options }) => [
      '',
      `${heading}:`,
      ...options.flatMap(option => entry(usageOf(option), explanationOf(option))),
    ]),
    '',
    ...notes,
    '',
    'Environment (an empty variable counts as unset):',
    ...[...standIns, ...variables].flatMap(([name, help]) => entry(`  ${name}`, help)),
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
    'Commands (mesosize COMMAND --help tells of each):',
    ...Object.entries(commands).flatMap(([name, { summary }]) => entry(`  ${name}`, summary)),
  ]
}

function usageOf({ name, short, value, alone }: Option): string {
  const shown = alone === undefined ? ` ${value}` : `[=${value}]`
  return `  ${short ? `-${short},` : '   '} --${name}${value ? shown : ''}`
}

function explanationOf(option: Option): string {
  const details = [
    option.choices && `one of ${option.choices.join(', ')}`,
    option.alone && `alone: ${option.alone}`,
    option.repeatable && 'repeatable',
    option.default !== undefined && `default: ${option.default}${option.unit ? ` ${option.unit}` : ''}`,
    option.defaultOf && `default: that of --${option.defaultOf}`,
    option.env && `env: ${option.env}`,
  ].filter(detail => typeof detail === 'string')
  return details.length > 0 ? `${option.help} (${details.join('; ')})` : option.help
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
