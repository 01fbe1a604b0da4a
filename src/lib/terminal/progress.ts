import { formatBytes, formatDuration } from './format.ts'

/** How far one phase has got. */
export interface Progress {
  title: string
  total?: number
  unit?: 'bytes' | 'packages'
  amount: number
  /** Milliseconds on the clock that `now` is read from. */
  start: number
}

export type Style = 'cyan' | 'dim' | 'green' | 'yellow'

/** How far a phase has got, in words: `52%`, `120.0 MiB of 230.0 MiB`, `12.3 MiB/s`. */
export function progressDetails({ total, unit, amount, start }: Progress, now: number): string[] {
  const details: string[] = []
  const count = (value: number) => (unit === 'bytes' ? formatBytes(value) : String(value))
  const counted = unit === 'packages' ? ' packages' : ''
  if (total !== undefined) {
    details.push(`${Math.floor(fractionOf(amount, total) * 100)}%`.padStart(4))
    details.push(`${count(Math.min(amount, total))} of ${count(total)}${counted}`)
  } else if (amount > 0) {
    details.push(count(amount) + counted)
  }
  const seconds = (now - start) / 1000
  // Over less than a second the rate only flickers.
  if (unit === 'bytes' && seconds >= 1) details.push(`${formatBytes(Math.round(amount / seconds))}/s`)
  return details
}

/**
 * One line, at most `width` columns wide: title, bar if there is room and a total, details.
 * @param paint colours a piece of the line; what it adds takes no room
 */
export function progressLine(
  phase: Progress,
  now: number,
  width: number,
  paint: (style: Style, text: string) => string,
): string {
  const { title, total, amount, start } = phase
  const details = progressDetails(phase, now)
  if (total === undefined) details.push(formatDuration(now - start))
  const words = details.join('  ')
  const bar = Math.min(30, width - title.length - words.length - 6)
  if (total === undefined || bar < 10) return `${title}  ${words.trimStart()}`.slice(0, width)
  const filled = Math.floor(fractionOf(amount, total) * bar)
  return `${title}  [${paint('cyan', '#'.repeat(filled))}${paint('dim', '-'.repeat(bar - filled))}]  ${words}`
}

function fractionOf(amount: number, total: number): number {
  return total > 0 ? Math.min(1, amount / total) : 1
}
