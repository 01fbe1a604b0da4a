/**
 * Why `java.util.regex.Pattern`, and so Marathon, cannot read a regular expression. JavaScript and Java each accept
 * expressions that the other does not: "{", and "a*+", "(?i)a", "[a-z&&[^b]]". Comments under the flag x are treated as
 * part of the expression, and a look-behind may have any length, because this differs between versions of Java.
 * @returns the problem as a clause, such as `"(" is not closed`, or undefined
 */
export function javaRegexProblem(pattern: string): string | undefined {
  try {
    new Syntax(withoutQuoting(pattern)).whole()
    return undefined
  } catch (error) {
    if (error instanceof Unreadable) return error.message
    if (error instanceof RangeError) return 'it is nested too deeply'
    throw error
  }
}

class Unreadable extends Error {}

function fail(problem: string): never {
  throw new Unreadable(problem)
}

/** In `\Q...\E`, every character is literal. */
function withoutQuoting(pattern: string): string {
  return pattern.replace(/\\(?:Q(.*?)(?:\\E|$)|.)/gs, (all, quoted?: string) =>
    quoted === undefined ? all : quoted.replace(/[^A-Za-z0-9\s]/g, '\\$&'),
  )
}

const FLAGS = /(?<flags>[idmsuxcU]*(?:-[idmsuxcU]*)?)(?<end>[:)])/y
const GROUP_NAME = /([A-Za-z][A-Za-z0-9]*)>/y
const REPETITION = /\{(\d+)(?:,(\d*))?\}/y
const CHARACTER_ESCAPE =
  /0[0-3]?[0-7]{1,2}|x[0-9A-Fa-f]{2}|x\{0*(?:10|[0-9A-Fa-f])?[0-9A-Fa-f]{1,4}\}|u[0-9A-Fa-f]{4}|N\{[^}]+\}|c.|[aefnrt]|[^A-Za-z0-9]/suy
/** Escapes for classes of characters; and escapes for positions and line breaks, which no class can contain. */
const CLASS_ESCAPE = /[dDhHsSvVwW]/y
const PLACE_ESCAPE = /b\{g\}|[AbBGRXzZ]/y
const NAMED = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 } as const

const CATEGORIES =
  'Cn|L[ultmo1CD]?|M[nec]?|N[dlo]?|Z[slp]?|C[cfos]?|P[dsecoif]?|S[mcko]?|all|ASCII|Alnum|Alpha|Blank|Cntrl|Digit|Graph|Lower|Print|Punct|Space|Upper|XDigit'
const PROPERTY = new RegExp(`^(?:${CATEGORIES}|java[A-Z][A-Za-z]+|(?:In|Is)[\\w -]+|[A-Za-z_]+=[\\w -]+)$`)

/** A parser for the grammar of Pattern. */
class Syntax {
  readonly #text: string
  readonly #names = new Set<string>()
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): void {
    this.#alternatives()
    if (this.#at < this.#text.length) fail('")" closes nothing')
  }

  #alternatives(): void {
    do this.#sequence()
    while (this.#take('|'))
  }

  #sequence(): void {
    for (;;) {
      const next = this.#peek()
      if (next === '' || next === '|' || next === ')') return
      if ('*+?'.includes(next)) fail(`"${next}" repeats nothing`)
      this.#element(next)
    }
  }

  #element(next: string): void {
    if (next === '(') {
      if (this.#group() === 'flags') return
    } else if (next === '[') this.#class()
    else if (next === '\\') this.#escape()
    else if (next !== '{') this.#at += next.length
    this.#repetition()
  }

  #repetition(): void {
    const next = this.#peek()
    if (next === '{') {
      const [, least, most] = this.#match(REPETITION) ?? fail('"{" must be followed by numbers and "}"')
      const limits = [least!, most || least!].map(Number)
      if (limits[0]! > limits[1]! || limits[1]! >= 2 ** 31) fail(`"{${least},${most}}" is not a range`)
    } else if (next !== '' && '*+?'.includes(next)) this.#at++
    else return
    this.#take('?') || this.#take('+')
  }

  #group(): 'group' | 'flags' {
    this.#at++
    if (this.#take('?')) {
      if (this.#take('<')) {
        if (!this.#take('=') && !this.#take('!')) this.#name()
      } else if (![':', '=', '!', '>'].some(kind => this.#take(kind))) {
        const { end } =
          this.#match(FLAGS)?.groups ?? fail('"(?" does not begin a kind of group that Java supports')
        if (end === ')') return 'flags'
      }
    }
    this.#alternatives()
    if (!this.#take(')')) fail('"(" is not closed')
    return 'group'
  }

  #name(): void {
    const [, name] = this.#match(GROUP_NAME) ?? fail('a group must have a name of letters and digits')
    if (this.#names.has(name!)) fail(`two groups have the name ${name}`)
    this.#names.add(name!)
  }

  /** @param within whether this is the right-hand side of "&&", which ends at the "]" of the enclosing class */
  #class(within = false): void {
    if (!within) {
      this.#at++
      this.#take('^')
    }
    for (let empty = true; ; empty = false) {
      const next = this.#peek()
      if (next === '') fail('"[" is not closed')
      if (next === ']' && !empty) {
        if (!within) this.#at++
        return
      }
      if (next === '[') this.#class()
      else if (this.#text.startsWith('&&', this.#at)) this.#intersection(empty)
      else this.#range()
    }
  }

  #intersection(empty: boolean): void {
    this.#at += 2
    const start = this.#at
    while (!']&'.includes(this.#peek() || ' ')) this.#class(this.#peek() !== '[')
    if (empty && this.#at === start) fail('"&&" must stand between two classes')
  }

  #range(): void {
    const from = this.#member()
    if (from === undefined || this.#peek() !== '-') return
    const next = this.#text[this.#at + 1]
    if (next === '[' || next === ']') return
    this.#at++
    const to = this.#member()
    if (to === undefined || to < from) fail('a character range is reversed')
  }

  /** @returns the character's code; undefined for a class of several characters */
  #member(): number | undefined {
    const next = this.#peek()
    if (next !== '\\') {
      this.#at += next.length
      return next.codePointAt(0) ?? fail('"[" is not closed')
    }
    this.#at++
    if (this.#property() || this.#match(CLASS_ESCAPE)) return undefined
    const [written] = this.#match(CHARACTER_ESCAPE) ?? this.#unknownEscape()
    const digits = /^[xu]\{?([0-9A-Fa-f]+)/.exec(written)?.[1]
    if (digits) return Number.parseInt(digits, 16)
    if (written.startsWith('0')) return Number.parseInt(written, 8)
    if (/^[cN]./s.test(written)) return written.charCodeAt(1) ^ 64
    return Object.hasOwn(NAMED, written) ? NAMED[written as keyof typeof NAMED] : written.codePointAt(0)
  }

  #escape(): void {
    this.#at++
    if (this.#property() || this.#match(CLASS_ESCAPE) || this.#match(PLACE_ESCAPE)) return
    if (this.#match(/[1-9]/y)) return
    if (!this.#take('k')) {
      if (!this.#match(CHARACTER_ESCAPE)) this.#unknownEscape()
      return
    }
    const name = this.#take('<') ? this.#match(GROUP_NAME)?.[1] : undefined
    if (name === undefined || !this.#names.has(name)) fail('"\\k" must name an earlier group')
  }

  #property(): boolean {
    if (!this.#take('p') && !this.#take('P')) return false
    const [, braced, single] = this.#match(/\{([^}]*)\}|([^{])/suy) ?? fail('"\\p{" is not closed')
    const name = braced ?? single!
    if (!PROPERTY.test(name)) fail(`"\\p{${name}}" is not a property that Java knows`)
    return true
  }

  #unknownEscape(): never {
    const next = this.#peek()
    return fail(
      next === '' ? 'it ends with a backslash' : `"\\${next}" is not an escape that Java allows there`,
    )
  }

  #peek(): string {
    const code = this.#text.codePointAt(this.#at)
    return code === undefined ? '' : String.fromCodePoint(code)
  }

  #take(text: string): boolean {
    const found = this.#text.startsWith(text, this.#at)
    if (found) this.#at += text.length
    return found
  }

  #match(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.#at
    const found = sticky.exec(this.#text)
    if (found) this.#at = sticky.lastIndex
    return found
  }
}
