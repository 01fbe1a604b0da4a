import pMap from 'p-map'
import { type NamedTarball, wholeImage } from '../image/tarball.ts'
import type { Reporter } from '../lib/report.ts'
import type { Publisher } from './publisher.ts'

/** Somewhere that tarballs are put one by one. */
export interface Place {
  /** To be read after "to". */
  name: string
  /** Whether the whole tarball is there; false if that is unknown. */
  has(tarball: NamedTarball): Promise<boolean>
  /**
   * Puts it there, replacing any incomplete copy.
   * @returns the URI that the place gave it, if it gives any
   */
  send(tarball: NamedTarball, onBytes: OnBytes, signal: AbortSignal): Promise<string | undefined>
  /**
   * The URI from which agents fetch it. That of a layer is the same in every export, since agents cache by URI.
   * @param given what `send` returned; undefined if the tarball was there already
   */
  uri(tarball: NamedTarball, given: string | undefined): string
}

/** Called with the number of bytes sent; a negative number takes back those of a failed try. */
export type OnBytes = (amount: number) => void

/** A tarball, and whether it is there already. */
export interface Looked {
  tarball: NamedTarball
  existing: boolean
}

export interface UploadTools {
  report: Reporter
  signal?: AbortSignal
}

const LOOKS_AT_ONCE = 8
const UPLOADS_AT_ONCE = 4

/** Uploads to a place what it does not have yet of an image. */
export function publishTo(place: Place, tools: UploadTools): Publisher {
  return async tarballs => {
    const look = async (tarball: NamedTarball) => ({ tarball, existing: await place.has(tarball) })
    const looked = await pMap(tarballs, look, { concurrency: LOOKS_AT_ONCE })
    return uploadMissing(looked, place.name, tools, async ({ tarball, existing }, onBytes, signal) => {
      const given = existing ? undefined : await sendOnce(place, tarball, onBytes, signal)
      return {
        ...tarball,
        location: { uri: place.uri(tarball, given), ...(tarball.isLayer && { existing }) },
      }
    })
  }
}

async function sendOnce(
  place: Place,
  tarball: NamedTarball,
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await place.send(tarball, onBytes, signal)
  } catch (error) {
    // Another job was quicker, and the server does not allow the file to be replaced.
    if (signal.aborted || !(await place.has(tarball))) throw error
    return undefined
  }
}

/**
 * Uploads the missing tarballs of an image, several at the same time, as one phase. If one fails, the others are
 * aborted.
 * @param to where to, for the phase
 * @param each what is done with each, including the existing ones
 * @throws what the first to fail throws
 */
export async function uploadMissing<Item extends Looked, Result>(
  looked: readonly Item[],
  to: string,
  { report, signal }: UploadTools,
  each: (item: Item, onBytes: OnBytes, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const missing = looked.filter(({ existing }) => !existing)
  const size = missing.reduce((sum, { tarball }) => sum + tarball.size, 0)
  const phase = report.phase('Uploading', size, 'bytes')
  const failure = new AbortController()
  const either = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal
  const work = async (item: Item) => {
    try {
      either.throwIfAborted()
      return await each(item, amount => phase.advance(amount), either)
    } catch (error) {
      failure.abort(error)
      throw error
    }
  }
  // Only after all have ended, since they read files that are about to be removed.
  const done = await pMap(looked, work, { concurrency: UPLOADS_AT_ONCE, stopOnError: false }).catch(() => {
    throw failure.signal.reason
  })
  phase.done(outcomeOf(looked, to))
  return done
}

function outcomeOf(looked: readonly Looked[], to: string): string {
  const existing = looked.filter(each => each.existing).length
  const sent = looked.length - existing
  if (wholeImage(looked.map(({ tarball }) => tarball))) {
    return sent > 0 ? `to ${to}` : 'the same file is there already'
  }
  return [sent > 0 ? `${layers(sent)} to ${to}` : [], existing > 0 ? `${layers(existing)} kept` : []]
    .flat()
    .join(', ')
}

function layers(count: number): string {
  return `${count} layer${count === 1 ? '' : 's'}`
}
