import pMap from 'p-map'
import type { NamedTarball } from '../image/tarball.ts'
import type { Reporter } from '../lib/report.ts'
import type { ImagePublisher } from './publisher.ts'

/** Where layers of all images lie side by side, under their names. */
export interface LayerPlace {
  /** To be read after "to". */
  name: string
  /** The URI from which agents fetch a layer: the same in every export, for it is what their cache goes by. */
  uri(layer: NamedTarball): string
  /** Whether the whole layer is there; false where it cannot be told. */
  has(layer: NamedTarball): Promise<boolean>
  /** Puts it there, over what may be a part of it. */
  send: SendLayer<void>
}

export type SendLayer<Result> = (
  layer: NamedTarball,
  /** Told how many bytes were sent, and a negative number when they count for nothing after all. */
  onBytes: (amount: number) => void,
  signal: AbortSignal,
) => Promise<Result>

const LOOKS_AT_ONCE = 8
const UPLOADS_AT_ONCE = 4

/** Publishes to a place what of an image is not there yet. */
export function publishLayers(
  place: LayerPlace,
  tools: { report: Reporter; signal?: AbortSignal },
): ImagePublisher {
  return async layers => {
    const kept = await pMap(layers, layer => place.has(layer), { concurrency: LOOKS_AT_ONCE })
    const missing = layers.filter((_, index) => !kept[index])
    const send: SendLayer<void> = async (layer, onBytes, signal) => {
      try {
        await place.send(layer, onBytes, signal)
      } catch (error) {
        // Another job was quicker, and the server lets nobody replace what is there.
        if (signal.aborted || !(await place.has(layer))) throw error
      }
    }
    await sendMissing(layers, missing, place.name, send, tools)
    return layers.map((layer, index) => ({ uri: place.uri(layer), kept: kept[index]! }))
  }
}

/**
 * Uploads the layers that are missing, some at once, as one phase. If one fails, the others are broken off.
 * @param to where to, for the phase
 * @throws what the first to fail throws
 */
export async function sendMissing<Result>(
  layers: readonly NamedTarball[],
  missing: readonly NamedTarball[],
  to: string,
  send: SendLayer<Result>,
  { report, signal }: { report: Reporter; signal?: AbortSignal },
): Promise<Result[]> {
  const size = missing.reduce((sum, layer) => sum + layer.size, 0)
  const phase = report.phase('Uploading', size, 'bytes')
  const failure = new AbortController()
  const either = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal
  const work = async (layer: NamedTarball) => {
    try {
      either.throwIfAborted()
      return await send(layer, amount => phase.advance(amount), either)
    } catch (error) {
      failure.abort(error)
      throw error
    }
  }
  // Not before all have ended, for they read files that are about to go.
  const sent = await pMap(missing, work, { concurrency: UPLOADS_AT_ONCE, stopOnError: false }).catch(() => {
    throw failure.signal.reason
  })
  const kept = layers.length - missing.length
  const outcome = [
    missing.length > 0 ? `${counted(missing.length)} to ${to}` : [],
    kept > 0 ? `${counted(kept)} kept` : [],
  ]
  phase.done(outcome.flat().join(', '))
  return sent
}

function counted(layers: number): string {
  return `${layers} layer${layers === 1 ? '' : 's'}`
}
