import { setTimeout as timer } from 'node:timers/promises'
import { MesosizeError, messageOf } from '../lib/errors.ts'
import { HttpStatusError, isTransient, reasonOf } from './errors.ts'

export interface RetryOptions {
  signal?: AbortSignal
  /** How often to try in total. */
  tries?: number
  /** Which failures may pass; by default `isTransient`. */
  mayPass?: (thrown: unknown) => boolean
  /** Called before each pause with what failed and how long the pause is, milliseconds. */
  onRetry?: (problem: string, pause: number) => void
  /** Waits; milliseconds. Rejects with the signal's reason when that is aborted. */
  sleep?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>
  /** The time, milliseconds since the epoch. */
  now?: () => number
  /** A number from 0 to 1. */
  random?: () => number
}

const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 30_000
/** A server may ask for longer than our own longest pause, but not block a run for ever. */
const LONGEST_RETRY_AFTER = 120_000
/** All pauses together. */
const LONGEST_WAIT = 300_000

/**
 * Does something that may fail for a while: tries again after network failures and the statuses 429 and 5xx
 * (see `isTransient`), with pauses that double, differ from run to run, and are no shorter than the server's
 * Retry-After, but no longer than five minutes in all. Everything else, and the last failure, is thrown.
 * @param attempt starts from scratch each time
 * @throws MesosizeError of the last failure's code after the last try, saying how many there were, with that
 *   failure as its cause; the signal's reason if it was aborted
 */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { signal, tries = 5, mayPass = isTransient, onRetry } = options
  const { sleep = wait, now = Date.now, random = Math.random } = options
  let waited = 0
  for (let tried = 1; ; tried++) {
    signal?.throwIfAborted()
    try {
      const result = await attempt()
      signal?.throwIfAborted()
      return result
    } catch (error) {
      signal?.throwIfAborted()
      if (GIVEN_UP.has(error as object) || !mayPass(error)) throw error
      if (tried === tries) throw tried === 1 ? error : afterTries(error, tried)
      const backoff = Math.min(FIRST_PAUSE * 2 ** (tried - 1), LONGEST_PAUSE) * (0.5 + random() / 2)
      const pause = Math.max(backoff, retryAfter(error, now()))
      waited += pause
      if (waited > LONGEST_WAIT) throw afterTries(error, tried, TOO_LONG)
      onRetry?.(messageOf(error), pause)
      await sleep(pause, signal)
    }
  }
}

const TOO_LONG = `; it asks to wait for longer than ${LONGEST_WAIT / 60_000} minutes in all`

/** Failures after the last try. Where retries are inside of others, such as those of a login, tries would multiply. */
const GIVEN_UP = new WeakSet<object>()

function afterTries(error: unknown, tried: number, why = ''): MesosizeError {
  const times = `Tried ${tried} times${why}.`
  const last =
    error instanceof MesosizeError
      ? new MesosizeError(error.code, `${error.message} ${times}`, { cause: error })
      : new MesosizeError('HTTP_NETWORK', `${reasonOf(error)}. ${times}`, { cause: error })
  GIVEN_UP.add(last)
  return last
}

/** Milliseconds that a server asked us to wait, or 0. RFC 9110, section 10.2.3. */
function retryAfter(error: unknown, now: number): number {
  if (!(error instanceof HttpStatusError) || error.retryAfter === undefined) return 0
  const asked = /^\d+$/.test(error.retryAfter)
    ? Number(error.retryAfter) * 1000
    : Date.parse(error.retryAfter) - now
  return Number.isNaN(asked) ? 0 : Math.min(Math.max(asked, 0), LONGEST_RETRY_AFTER)
}

async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await timer(milliseconds, undefined, { signal }).catch(thrown => {
    signal?.throwIfAborted()
    throw thrown
  })
}
