import { builtin } from '../lib/builtin.ts'
import { nearest } from '../lib/nearest.ts'
import { visible } from '../lib/visible.ts'
import type { Arguments, Positional } from '../settings/arguments.ts'
import { inputsOf, optionsOf, type Setting, type SettingTable } from '../settings/setting.ts'
import type { Given, Source } from '../settings/source.ts'

type Option = Setting & { option: string }

/** The options of a command line as the source of settings. */
export function optionSource({ options, problems }: Arguments): Source {
  return { given: ({ option = '' }) => options.get(option), problems }
}

/** Separates options from other arguments, and collects what is wrong with the options' form. */
export function readArguments(argv: readonly string[], table: SettingTable): Arguments {
  const known = optionsOf(table)
  const options = new Map<string, Given[]>()
  const positionals: Positional[] = []
  const problems: string[] = []
  let unknown: OptionToken | undefined
  let alone: Option | undefined
  for (const token of tokenize(argv, known)) {
    if (token.kind === 'positional' && choicesOf(alone)?.includes(token.value)) {
      const { option } = alone!
      problems.push(`--${option}: takes its value after "=". Write --${option}=${token.value}.`)
    } else if (token.kind === 'positional') {
      positionals.push({ text: token.value, doubtful: unknown !== undefined && unknown.value === undefined })
    }
    alone = undefined
    if (token.kind !== 'option') {
      unknown = undefined
      continue
    }
    // parseArgs reads `-mem` as -m -e -m, but it is a single mistake.
    if (unknown?.index === token.index) continue
    const row = known.find(({ option }) => option === token.name)
    unknown = row ? undefined : token
    if (token.value === undefined && row && aloneOf(row) !== undefined) alone = row
    const problem = row ? problemOfForm(token, row) : unknownOption(token, argv[token.index]!, table)
    if (problem) problems.push(problem)
    else if (row) options.set(row.option, [...(options.get(row.option) ?? []), givenBy(token, row)])
  }
  return { options, positionals, problems }
}

type Token = NonNullable<ReturnType<typeof tokensOf>>[number]
type OptionToken = Extract<Token, { kind: 'option' }>

function tokensOf(args: readonly string[], known: readonly Option[]) {
  return builtin.util.parseArgs({
    args: [...args],
    options: Object.fromEntries(
      known.map(row => [
        row.option,
        {
          type: row.form !== 'flag' && aloneOf(row) === undefined ? 'string' : 'boolean',
          multiple: true,
          ...(row.short ? { short: row.short } : {}),
        },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens
}

/**
 * The tokens of parseArgs, which lets an option swallow whatever follows. That is right for `--mem -1`, whose
 * number is then found wrong; in `--mem --cpu 1` it is the value that is missing.
 */
function tokenize(argv: readonly string[], known: readonly Option[], from = 0): Token[] {
  const tokens = tokensOf(argv.slice(from), known).map(token => ({ ...token, index: token.index + from }))
  const at = tokens.findIndex(
    token => token.kind === 'option' && token.inlineValue === false && looksLikeOption(token.value, known),
  )
  if (at < 0) return tokens
  const swallower = tokens[at] as OptionToken
  return [
    ...tokens.slice(0, at),
    { ...swallower, value: undefined, inlineValue: undefined },
    ...tokenize(argv, known, swallower.index + 1),
  ]
}

function looksLikeOption(text: string, known: readonly Option[]): boolean {
  const shorts = known.flatMap(({ short }) => (short ? [`-${short}`] : []))
  return text.startsWith('--') || shorts.includes(text)
}

/** The value of an option when given alone. */
function aloneOf(row: Option): string | undefined {
  return 'alone' in row ? row.alone : undefined
}

function choicesOf(row: Option | undefined): readonly string[] | undefined {
  return row && 'choices' in row ? row.choices : undefined
}

function problemOfForm({ rawName, value }: OptionToken, row: Option): string | undefined {
  const { option } = row
  if (row.form === 'flag') {
    return value === undefined
      ? undefined
      : `${rawName}: takes no value. Write --${option} alone, or leave it out.`
  }
  const alone = aloneOf(row)
  if (value || (value === undefined && alone !== undefined)) return undefined
  return alone === undefined
    ? `${rawName}: needs a value. Write --${option} ${row.value}, or leave it out.`
    : `${rawName}: needs a value. Write --${option}=${row.value}, or --${option} alone for ${alone}.`
}

function givenBy({ rawName, value = '' }: OptionToken, row: Option): Given {
  if (row.form === 'flag') return { source: rawName, text: row.default === 'true' ? 'false' : 'true' }
  // parseArgs reads `-c=base` as the value `=base`; hab's own parser drops the sign.
  const text = rawName.startsWith('--') ? value : value.replace(/^=/, '')
  return { source: rawName, text: text || (aloneOf(row) ?? '') }
}

/**
 * Names the option without its value: `-ZTOKEN` may be a secret after a mistyped option. People who come from the
 * action write the names of inputs.
 */
function unknownOption(token: OptionToken, written: string, table: SettingTable): string {
  const known = optionsOf(table)
  const name = written.replace(/^-+/, '').replace(/=.*$/s, '')
  if (inputsOf(table).some(({ option, input }) => option === undefined && input === name)) {
    return `${visible(token.rawName)}: is an input of the action, but not an option. Leave it out.`
  }
  const byName = new Map([
    ...known.flatMap(({ input, option }) => (input ? [[input, option] as const] : [])),
    ...known.map(({ option }) => [option, option] as const),
  ])
  const meant = byName.get(nearest(name, [...byName.keys()]) ?? '')
  return `${visible(token.rawName)}: unknown option.${meant ? ` Did you mean --${meant}?` : ''}`
}
