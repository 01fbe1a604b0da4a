import type { Clock, ReporterStream } from '../../../src/lib/terminal/reporter.ts'

/** A terminal that refuses what a reporter has no business sending: what a person would see, and what was sent. */
export class Screen implements ReporterStream {
  readonly isTTY: boolean
  readonly columns: number
  sent = ''
  #lines: string[] = ['']
  #column = 0

  constructor({ isTTY = true, columns = 80 } = {}) {
    this.isTTY = isTTY
    this.columns = columns
  }

  write(text: string): void {
    this.sent += text
    for (const [token] of text.matchAll(/\x1b\[[\d;]*[A-Za-z]|./gsu)) this.#take(token)
  }

  /** The lines on the screen; the last is the one with the cursor. */
  get lines(): string[] {
    return this.#lines.map(line => line.trimEnd())
  }

  #take(token: string): void {
    const line = this.#lines.at(-1)!
    if (token === '\n') {
      this.#lines.push('')
      this.#column = 0
    } else if (token === '\r') {
      this.#column = 0
    } else if (token === '\x1b[K') {
      this.#lines[this.#lines.length - 1] = line.slice(0, this.#column)
    } else if (/^\x1b\[[\d;]*m$/.test(token)) {
      // A colour: nothing moves.
    } else if (/\p{Cc}/u.test(token)) {
      throw new Error(`the screen was sent ${JSON.stringify(token)}`)
    } else {
      if (this.#column >= this.columns) throw new Error(`the line wraps: ${JSON.stringify(line)}`)
      this.#lines[this.#lines.length - 1] = line.slice(0, this.#column) + token + line.slice(this.#column + 1)
      this.#column++
    }
  }
}

/** A clock that stands until it is told to go on. */
export class ManualClock implements Clock {
  #now = 5000
  readonly #timers = new Set<{ next: number; interval: number; call: () => void }>()

  now(): number {
    return this.#now
  }

  every(interval: number, call: () => void): () => void {
    const timer = { next: this.#now + interval, interval, call }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  get running(): number {
    return this.#timers.size
  }

  pass(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (;;) {
      const timer = [...this.#timers].sort((a, b) => a.next - b.next)[0]
      if (!timer || timer.next > end) break
      this.#now = timer.next
      timer.next += timer.interval
      timer.call()
    }
    this.#now = end
  }
}
