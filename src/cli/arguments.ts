import { parseArgs } from 'node:util'
import { nearest } from '../lib/nearest.ts'
import { visible } from '../lib/visible.ts'
import type { Arguments, Given, Positional } from '../settings/arguments.ts'
import type { Option, OptionTable } from '../settings/option.ts'

/** Tells options from other words, and collects what is wrong with the options' form. */
export function readArguments(argv: readonly string[], table: OptionTable): Arguments {
  const options = new Map<string, Given[]>()
  const positionals: Positional[] = []
  const problems: string[] = []
  let unknown: OptionToken | undefined
  let alone: Option | undefined
  for (const token of tokenize(argv, table)) {
    if (token.kind === 'positional' && alone?.choices?.includes(token.value)) {
      problems.push(`--${alone.name}: its value is written behind "=". Write --${alone.name}=${token.value}.`)
    } else if (token.kind === 'positional') {
      positionals.push({ text: token.value, doubtful: unknown !== undefined && unknown.value === undefined })
    }
    alone = undefined
    if (token.kind !== 'option') {
      unknown = undefined
      continue
    }
    // `-mem` is the group -m -e -m to parseArgs, and one mistake to the person.
    if (unknown?.index === token.index) continue
    const option = table.named(token.name)
    unknown = option ? undefined : token
    if (token.value === undefined && option?.alone !== undefined) alone = option
    const problem = option ? problemOfForm(token, option) : unknownOption(token, argv[token.index]!, table)
    if (problem) problems.push(problem)
    else if (option) options.set(option.name, [...(options.get(option.name) ?? []), givenBy(token, option)])
  }
  return { options, positionals, problems }
}

type Token = NonNullable<ReturnType<typeof tokensOf>>[number]
type OptionToken = Extract<Token, { kind: 'option' }>

function tokensOf(args: readonly string[], table: OptionTable) {
  return parseArgs({
    args: [...args],
    options: Object.fromEntries(
      optionsOf(table).map(({ name, short, value, alone }) => [
        name,
        {
          type: value && alone === undefined ? 'string' : 'boolean',
          multiple: true,
          ...(short ? { short } : {}),
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
function tokenize(argv: readonly string[], table: OptionTable, from = 0): Token[] {
  const tokens = tokensOf(argv.slice(from), table).map(token => ({ ...token, index: token.index + from }))
  const at = tokens.findIndex(
    token => token.kind === 'option' && token.inlineValue === false && looksLikeOption(token.value, table),
  )
  if (at < 0) return tokens
  const swallower = tokens[at] as OptionToken
  return [
    ...tokens.slice(0, at),
    { ...swallower, value: undefined, inlineValue: undefined },
    ...tokenize(argv, table, swallower.index + 1),
  ]
}

function looksLikeOption(text: string, table: OptionTable): boolean {
  const shorts = optionsOf(table).flatMap(({ short }) => (short ? [`-${short}`] : []))
  return text.startsWith('--') || shorts.includes(text)
}

function optionsOf({ groups }: OptionTable): Option[] {
  return groups.flatMap(group => group.options)
}

function problemOfForm({ rawName, value }: OptionToken, option: Option): string | undefined {
  if (option.value === undefined) {
    return value === undefined
      ? undefined
      : `${rawName}: it takes no value. Write --${option.name} alone, or leave it out.`
  }
  const { name, alone } = option
  if (value || (value === undefined && alone !== undefined)) return undefined
  return alone === undefined
    ? `${rawName}: its value is missing. Write --${name} ${option.value}, or leave it out.`
    : `${rawName}: its value is missing. Write --${name}=${option.value}, or --${name} alone for ${alone}.`
}

function givenBy({ rawName, value = '' }: OptionToken, { alone = '' }: Option): Given {
  // `-c=base` is to parseArgs the value `=base`; hab's own parser drops the sign.
  const text = rawName.startsWith('--') ? value : value.replace(/^=/, '')
  return { source: rawName, text: text || alone }
}

/** Names the option without its value: `-ZTOKEN` may be a secret behind a slip of the finger. */
function unknownOption(token: OptionToken, written: string, table: OptionTable): string {
  const meant = nearest(written.replace(/^-+/, '').replace(/=.*$/s, ''), table.names)
  return `${visible(token.rawName)}: there is no such option. ${meant ? `Did you mean --${meant}?` : 'See --help.'}`
}
