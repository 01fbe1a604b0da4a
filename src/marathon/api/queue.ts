import * as v from 'valibot'
import { text, whole } from '../../lib/json.ts'
import { each, fields } from '../../lib/lenient-json.ts'
import type { Marathon } from './client.ts'

/** An app waiting for offers (types/queue.raml). */
export interface QueueItem {
  appId: string
  /** Number of tasks that do not run yet: not launched, or staged. */
  count: number
  /** Seconds until the next try, if Marathon waits after failures. */
  delay: number
  /** Number of offers that Marathon has considered for it. */
  processedOffers: number
  /**
   * Why the last offer of each agent was declined: for each reason, how many offers were checked for it and how many
   * were declined.
   */
  rejections: readonly { reason: string; declined: number; processed: number }[]
}

const QUEUE = fields({
  queue: each(
    fields({
      app: fields({ id: v.fallback(text, '') }),
      count: v.fallback(whole(), 0),
      delay: fields({ timeLeftSeconds: v.fallback(whole(), 0) }),
      processedOffersSummary: fields({
        processedOffersCount: v.fallback(whole(), 0),
        rejectSummaryLastOffers: each(
          fields({
            reason: v.fallback(text, ''),
            declined: v.fallback(whole(), 0),
            processed: v.fallback(whole(), 0),
          }),
        ),
      }),
    }),
  ),
})

export async function listQueue(marathon: Marathon): Promise<QueueItem[]> {
  const body = await marathon.send({ method: 'GET', path: '/v2/queue', what: 'list its queue', tries: 2 })
  return v.parse(QUEUE, body).queue.map(({ app, count, delay, processedOffersSummary: summary }) => ({
    appId: app.id,
    count,
    delay: delay.timeLeftSeconds,
    processedOffers: summary.processedOffersCount,
    rejections: summary.rejectSummaryLastOffers,
  }))
}
