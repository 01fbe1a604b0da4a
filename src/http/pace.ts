import { MesosizeError } from '../lib/errors.ts'
import { formatBytes, formatDuration } from '../lib/terminal/format.ts'

/** How fast bytes must move. A peer that moves a byte now and then is not silent, but never finishes. */
export interface Pace {
  /** Milliseconds spent waiting for the peer. */
  window: number
  /** Bytes that must move in each window; Infinity means all of them in the first. */
  least: number
}

/** For responses that are read as a whole: JSON, keys, messages. */
export const AS_A_WHOLE: Pace = { window: 120_000, least: Number.POSITIVE_INFINITY }
/** For files, in both directions: a line of 0.3 Mbit/s that eight of them share is still fast enough. */
export const FILE: Pace = { window: 60_000, least: 256 * 1024 }

/** Milliseconds from any fixed moment. */
export type Now = () => number

/**
 * Passes pieces on as long as they arrive at a pace. Only the time spent waiting for them counts. Silence is left to
 * undici, which gives up after a while.
 * @param from the sender, for the message
 * @throws MesosizeError HTTP_SLOW
 */
export async function* arriving(
  pieces: AsyncIterable<Uint8Array>,
  pace: Pace,
  from: string,
  now: Now = clock,
): AsyncGenerator<Uint8Array> {
  const isTooSlow = stopwatch(pace)
  let asked = now()
  for await (const piece of pieces) {
    if (isTooSlow(now() - asked, piece.length)) throw slow(from, 'sent', pace)
    yield piece
    asked = now()
  }
}

/**
 * Passes pieces on as long as they are taken at the pace of a file.
 * @param to the receiver, for the message
 * @throws MesosizeError HTTP_SLOW
 */
export async function* departing(
  pieces: AsyncIterable<Uint8Array>,
  to: string,
  now: Now = clock,
): AsyncGenerator<Uint8Array> {
  const isTooSlow = stopwatch(FILE)
  for await (const piece of pieces) {
    const offered = now()
    yield piece
    if (isTooSlow(now() - offered, piece.length)) throw slow(to, 'took', FILE)
  }
}

const clock: Now = () => performance.now()

/** @returns a function that counts milliseconds of waiting and bytes, and returns whether that is too slow */
function stopwatch({ window, least }: Pace): (waited: number, bytes: number) => boolean {
  let waited = 0
  let moved = 0
  return (milliseconds, bytes) => {
    waited += milliseconds
    moved += bytes
    if (waited < window) return false
    if (moved < least) return true
    waited = 0
    moved = 0
    return false
  }
}

function slow(who: string, did: 'sent' | 'took', { window, least }: Pace): MesosizeError {
  const what =
    least < Number.POSITIVE_INFINITY
      ? `${did} less than ${formatBytes(least)} in ${formatDuration(window)}`
      : `did not send its whole response within ${formatDuration(window)}`
  return new MesosizeError(
    'HTTP_SLOW',
    `${who} ${what}. Check the network and the proxy, if there is one, or try again later.`,
  )
}
