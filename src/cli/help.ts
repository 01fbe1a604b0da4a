import { type Option, optionGroups } from '../request/options.ts'

const WIDTH = 100
/** Where the explanations begin. */
const COLUMN = 31

const VARIABLES: readonly (readonly [name: string, help: string])[] = [
  ['HAB_ORIGIN', 'origin of a package that is named without one'],
  ['NO_COLOR', 'no colours; FORCE_COLOR brings them back, on terminals alone'],
]

const STATUSES: readonly (readonly [status: string, help: string])[] = [
  ['0', 'exported'],
  ['1', 'failed'],
  ['2', 'the request cannot be carried out as written; every problem is listed'],
]

const EXAMPLES: readonly string[] = [
  'mesosize core/redis > redis.json',
  'mesosize core/redis/7.2.4 --mem 512 --uri-base https://files.example.com/mesos > redis.json',
  'mesosize results/acme-web-1.2.0-20240102030405-x86_64-linux.hart --config web.toml > web.json',
]

/** The text for `--help`, at most 100 columns wide. */
export function helpText(): string {
  const variables = optionGroups
    .flatMap(group => group.options)
    .flatMap(({ env, name }) => (env ? [[env, `stands in for --${name}`] as const] : []))
  return [
    'Usage: mesosize <PKG_IDENT | FILE.hart>... [options] > app.json',
    '',
    ...wrap(
      'Exports Habitat packages as a tarball that a Mesos agent runs, and prints the Marathon app definition ' +
        'that runs it. The first package that has a run hook is the service that starts; the others are in the image.',
      WIDTH,
    ),
    ...optionGroups.flatMap(({ heading, options }) => [
      '',
      `${heading}:`,
      ...options.flatMap(option => entry(usageOf(option), explanationOf(option))),
    ]),
    '',
    'A PKG is an identifier, origin/name[/version[/release]], or the path of a hart.',
    'Of an option that is given twice the last counts, unless it says "repeatable".',
    '',
    'Environment (an empty variable counts as unset):',
    ...[...variables, ...VARIABLES].flatMap(([name, help]) => entry(`  ${name}`, help)),
    '',
    'Exit status:',
    ...STATUSES.flatMap(([status, help]) => entry(`  ${status}`, help)),
    '',
    'Examples:',
    ...EXAMPLES.map(example => `  ${example}`),
    '',
  ].join('\n')
}

function usageOf({ name, short, value }: Option): string {
  return `  ${short ? `-${short},` : '   '} --${name}${value ? ` ${value}` : ''}`
}

function explanationOf(option: Option): string {
  const details = [
    option.choices && `one of ${option.choices.join(', ')}`,
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
