import { visible } from '../../lib/visible.ts'

/** Characters; a longer line is split. */
const LONGEST_LINE = 16 * 1024
/** Colours do not help anyone who reads one stream among several. */
const COLOUR = /\x1b\[[\d;]*m/g

/** Splits a task's output, which arrives in pieces of any size, into lines that cannot control a terminal. */
export class Lines {
  readonly #decoder = new TextDecoder()
  readonly #printable: (line: string) => string
  #rest = ''

  /** @param options `colours`: whether to keep them; each line then resets them at its end */
  constructor({ colours = false } = {}) {
    this.#printable = colours ? coloured : printable
  }

  /** @returns the lines that are now complete */
  push(bytes: Uint8Array): string[] {
    return this.#take(this.#decoder.decode(bytes, { stream: true }))
  }

  /** @returns the unterminated last line, if there is one */
  end(): string[] {
    const lines = this.#take(this.#decoder.decode())
    if (this.#rest !== '') lines.push(this.#printable(this.#rest))
    this.#rest = ''
    return lines
  }

  #take(text: string): string[] {
    const lines = (this.#rest + text).split('\n').flatMap(line => line.match(PIECES) ?? [''])
    this.#rest = lines.pop()!
    return lines.map(line => this.#printable(line))
  }
}

const PIECES = new RegExp(`.{1,${LONGEST_LINE}}`, 'gsu')

function printable(line: string): string {
  const text = line.replace(/\r$/, '').replace(COLOUR, '')
  return text.split('\t').map(visible).join('\t')
}

function coloured(line: string): string {
  const colours = line.match(COLOUR)
  if (!colours) return printable(line)
  const text = line.split(COLOUR).map((part, index) => printable(part) + (colours[index] ?? ''))
  return `${text.join('')}\x1b[0m`
}
