/** A word of bash; `value` is undefined if it depends on more than plain variables. */
export interface Word {
  /** As written. */
  text: string
  value: string | undefined
}

/**
 * Characters of a word that are read. Without a limit, each of many open quotes would read the rest of the text, and
 * deep nesting would exhaust the stack.
 */
const LONGEST_WORD = 1024

type Variables = ReadonlyMap<string, string>

/**
 * Reads words of bash without executing anything: quotes, backslashes, comments, and `$name` of known variables. Words
 * with any other expansion, or of 1024 characters or more, have no value.
 * @param start where the first word may begin
 * @param whole the elements of an array, up to its `)`; otherwise one word
 * @returns the words, and where reading stopped
 * @see Bash Reference Manual, 3.1.2 Quoting and 3.5 Shell Expansions
 */
export function readWords(
  text: string,
  start: number,
  variables: Variables,
  whole: 'array' | 'word',
): { words: Word[]; end: number } {
  const words: Word[] = []
  let at = start
  while (at < text.length) {
    if (whole === 'array') at = skipBlanks(text, at)
    const word = wordAt(text, at)
    const value = word.length < LONGEST_WORD ? plainValue(word, variables) : undefined
    if (word !== '') words.push({ text: word, value })
    at += word.length
    // After a word, anything but a blank ends it all.
    if (whole === 'word' || !/\s/.test(text[at] ?? ')')) break
  }
  return { words, end: at }
}

/** A comment begins where a word could. */
const BLANKS = /(?:\s|\\\n|#[^\n]*)*/y

function skipBlanks(text: string, start: number): number {
  BLANKS.lastIndex = start
  return start + BLANKS.exec(text)![0].length
}

function wordAt(text: string, start: number): string {
  const rest = text.slice(start, start + LONGEST_WORD)
  let end = 0
  while (end < rest.length && !/[\s;&|<>()]/.test(rest[end]!)) end = endOfPart(rest, end)
  return rest.slice(0, end)
}

/** Where the part of a word that begins here ends: a character, or something with an end of its own. */
function endOfPart(text: string, at: number): number {
  const two = text.slice(at, at + 2)
  if (two === '$(') return endOfPair(text, at + 2, '(', ')')
  if (two === '${') return endOfPair(text, at + 2, '{', '}')
  switch (text[at]) {
    case '\\':
      return at + 2
    case "'":
    case '`':
      return after(text.indexOf(text[at]!, at + 1), text)
    case '"':
      return endOfDoubleQuotes(text, at + 1)
    default:
      return at + 1
  }
}

function endOfDoubleQuotes(text: string, start: number): number {
  let at = start
  while (at < text.length && text[at] !== '"') at = text[at] === "'" ? at + 1 : endOfPart(text, at)
  return at + 1
}

function endOfPair(text: string, start: number, open: string, close: string): number {
  let depth = 1
  let at = start
  while (at < text.length && depth > 0) {
    if (text[at] === open) depth++
    if (text[at] === close) depth--
    at = depth > 0 && /["'\\]/.test(text[at]!) ? endOfPart(text, at) : at + 1
  }
  return at
}

function after(index: number, text: string): number {
  return index < 0 ? text.length : index + 1
}

const PARTS = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\]+)/gs
/** What bash would expand further, where it is not quoted. */
const EXPANDED = /[*?[\]{}~`]/

function plainValue(word: string, variables: Variables): string | undefined {
  let value = ''
  for (const [, single, double, escaped, plain] of word.matchAll(PARTS)) {
    const expanded =
      single ??
      escaped?.replace('\n', '') ??
      (double === undefined
        ? expand(plain!, variables, EXPANDED)
        : expand(double.replace(/\\\n/g, ''), variables, /[`\\]/))
    if (expanded === undefined) return undefined
    value += expanded
  }
  return value
}

function expand(text: string, variables: Variables, forbidden: RegExp): string | undefined {
  let known = true
  const rest = text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced, bare) => {
    const value = variables.get(braced ?? bare)
    known &&= value !== undefined
    return ''
  })
  if (!known || rest.includes('$') || forbidden.test(rest)) return undefined
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced, bare) => variables.get(braced ?? bare)!)
}
