import fc from 'fast-check'
import { somewhere } from './bytes.ts'

/** Text that readers stumble over. */
export const AWKWARD: readonly string[] = [
  '',
  ' ',
  '\n',
  '\r\n',
  '\t',
  '\0',
  '\x1b[31m',
  '\x85',
  '\ufeff',
  '\u202e',
  '\u2028',
  '\ud800',
  'ü',
  '日本',
  '"',
  "'",
  '\\',
  '`id`',
  '$(id)',
  '%',
  '..',
  '/',
  '=',
  ':',
  '.',
  '-',
  '#',
  '0',
  '-1',
  '65536',
  '4294967296',
  '99999999999999999999',
  '1e400',
  'NaN',
  'null',
  'true',
  '__proto__',
  'constructor',
  '::error::x',
  '##[error]x',
  'x'.repeat(300),
]

/** Rarely so many that quadratic algorithms become very slow. */
const many = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 2, max: 20 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 20_000 }) },
)

interface Edit {
  at: number
  kind: 'replace' | 'insert' | 'drop' | 'double' | 'repeat line' | 'drop line' | 'number lines'
  word: string
  times: number
}

/**
 * Text with one to four changes of words and lines.
 * @param words what may be inserted, besides `AWKWARD`
 */
export function changedText(original: string, words: readonly string[] = []): fc.Arbitrary<string> {
  const edit: fc.Arbitrary<Edit> = fc.record({
    at: somewhere,
    kind: fc.constantFrom(
      'replace',
      'replace',
      'insert',
      'drop',
      'double',
      'repeat line',
      'drop line',
      'number lines',
    ),
    word: fc.oneof(
      fc.constantFrom(...AWKWARD, ...words),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({ maxLength: 8 }),
    ),
    times: many,
  })
  return fc.array(edit, { minLength: 1, maxLength: 4 }).map(edits => edits.reduce(edited, original))
}

function edited(before: string, { at, kind, word, times }: Edit): string {
  if (kind === 'repeat line' || kind === 'drop line' || kind === 'number lines') {
    const lines = before.split('\n')
    const index = at % lines.length
    const line = lines[index]!
    const copies = { 'drop line': 0, 'repeat line': times, 'number lines': times }[kind]
    const numbered = (n: number) => (kind === 'number lines' ? line.replace(/\w+/, `$&${n}`) : line)
    return lines.toSpliced(index, 1, ...Array.from({ length: copies }, (_, n) => numbered(n))).join('\n')
  }
  const tokens = before.match(/\w+|\s|[^\w\s]/g) ?? []
  const index = at % (tokens.length + 1)
  const token = tokens[index] ?? ''
  const instead = { replace: [word], insert: [word, token], drop: [], double: [token, token] }[kind]
  return tokens.toSpliced(index, 1, ...instead).join('')
}
