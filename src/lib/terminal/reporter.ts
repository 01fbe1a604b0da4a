import { builtin } from '../builtin.ts'
import type { Phase, Reporter } from '../report.ts'
import { visible } from '../visible.ts'
import { formatDuration } from './format.ts'
import { type Progress, progressDetails, progressLine, type Style } from './progress.ts'

/** What a reporter needs from stderr. */
export interface ReporterStream {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
}

export interface Clock {
  /** Milliseconds from any fixed moment; never goes back. */
  now(): number
  /** Calls again and again, that many milliseconds apart, until the function it returns is called. */
  every(milliseconds: number, call: () => void): () => void
}

export interface ClosableReporter extends Reporter {
  /** Takes a half-drawn bar off the screen and stops the clock: what is written next starts a new line. */
  close(): void
}

const REDRAW = 100
/** How often, in milliseconds, a phase reports its progress where no terminal shows a bar: a log that stays silent looks hung. */
const REMIND = 10_000
const ERASE = '\r\x1b[K'

const systemClock: Clock = {
  now: () => performance.now(),
  every(milliseconds, call) {
    const timer = setInterval(call, milliseconds).unref()
    return () => clearInterval(timer)
  },
}

interface OpenPhase extends Progress {
  /** When the log last mentioned it. */
  reminded: number
}

/**
 * Shows phases on a terminal as one line that is redrawn, the newest open phase in it, and elsewhere as plain
 * lines. A finished phase leaves one line.
 * @param env for NO_COLOR, FORCE_COLOR, TERM and GITHUB_ACTIONS
 */
export function terminalReporter(
  stream: ReporterStream,
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock = systemClock,
): ClosableReporter {
  const terminal = isTerminal(stream, env)
  const colours = hasColours(stream, env)
  const paint = (style: Style, text: string) =>
    colours ? builtin.util.styleText(style, text, { validateStream: false }) : text
  const open = new Set<OpenPhase>()
  let drawn = false
  let stopTicking: (() => void) | undefined

  function draw() {
    const phase = [...open].at(-1)
    if (!phase) return
    stream.write(`\r${progressLine(phase, clock.now(), (stream.columns || 80) - 1, paint)}\x1b[K`)
    drawn = true
  }

  function erase() {
    if (drawn) stream.write(ERASE)
    drawn = false
  }

  function line(text: string) {
    const redraw = drawn
    erase()
    stream.write(`${text}\n`)
    if (redraw) draw()
  }

  function remind() {
    for (const phase of open) {
      const now = clock.now()
      if (now - phase.reminded < REMIND) continue
      phase.reminded = now
      const details = [...progressDetails(phase, now), formatDuration(now - phase.start)]
      line(`${phase.title}: ${details.join(', ').trimStart()}`)
    }
  }

  function stop() {
    stopTicking?.()
    stopTicking = undefined
    erase()
  }

  return {
    phase(title, total, unit): Phase {
      const start = clock.now()
      const phase: OpenPhase = { title: visible(title), total, unit, amount: 0, start, reminded: start }
      open.add(phase)
      stopTicking ??= terminal ? clock.every(REDRAW, draw) : clock.every(REMIND / 10, remind)
      return {
        advance(amount) {
          phase.amount += amount
        },
        done(outcome = 'done') {
          if (!open.delete(phase)) return
          if (open.size === 0) stop()
          const duration = `(${formatDuration(clock.now() - start)})`
          line(`${paint('green', `${phase.title}:`)} ${visible(outcome)} ${paint('dim', duration)}`)
        },
      }
    },
    note(text) {
      line(`${paint('cyan', 'note:')} ${visible(text)}`)
    },
    warn(text) {
      line(`${paint('yellow', 'warning:')} ${visible(text)}`)
    },
    close() {
      open.clear()
      stop()
    },
  }
}

/**
 * Whether a stream shows colours: a terminal does, unless NO_COLOR and FORCE_COLOR, as Node reads them, say otherwise.
 * FORCE_COLOR takes precedence; an empty one counts as unset.
 */
export function hasColours(
  stream: Pick<ReporterStream, 'isTTY'>,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const { FORCE_COLOR, NO_COLOR } = env
  if (!isTerminal(stream, env)) return false
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  return !NO_COLOR
}

/** A runner's log is not a terminal, even where the runner gives its steps a pseudo-terminal. */
function isTerminal(
  { isTTY }: Pick<ReporterStream, 'isTTY'>,
  { TERM, GITHUB_ACTIONS }: Readonly<Record<string, string | undefined>>,
): boolean {
  return isTTY === true && TERM !== 'dumb' && GITHUB_ACTIONS !== 'true'
}
