import type { Marathon } from './client.ts'
import { integer, list, object, text } from './reading.ts'

/** An app that waits for offers (types/queue.raml). */
export interface QueueItem {
  appId: string
  /** How many tasks do not run yet: those that are still to be launched, and those that are staged. */
  count: number
  /** Seconds until the next try, where failures have made Marathon wait. */
  delay: number
  /** How many offers Marathon has looked at for it. */
  processedOffers: number
  /**
   * Why the last offer of each agent was declined: how many offers were checked for a reason, and how many
   * were declined for it.
   */
  rejections: readonly { reason: string; declined: number; processed: number }[]
}

export async function listQueue(marathon: Marathon): Promise<QueueItem[]> {
  const body = await marathon.send({ method: 'GET', path: '/v2/queue', what: 'list its queue', tries: 2 })
  return list(object(body)?.queue).map(read)
}

function read(value: unknown): QueueItem {
  const item = object(value) ?? {}
  const summary = object(item.processedOffersSummary) ?? {}
  return {
    appId: text(object(item.app)?.id) ?? '',
    count: integer(item.count) ?? 0,
    delay: integer(object(item.delay)?.timeLeftSeconds) ?? 0,
    processedOffers: integer(summary.processedOffersCount) ?? 0,
    rejections: list(summary.rejectSummaryLastOffers).map(step => {
      const { reason, declined, processed } = object(step) ?? {}
      return {
        reason: text(reason) ?? '',
        declined: integer(declined) ?? 0,
        processed: integer(processed) ?? 0,
      }
    }),
  }
}
