import type { Fetch } from '../http/fetch.ts'
import type { RetryOptions } from '../http/retry.ts'
import type { Upload } from '../http/upload.ts'
import type { Reporter } from '../lib/report.ts'

/** What publishing to a server needs. */
export interface PublishTools {
  fetch: Fetch
  upload: Upload
  report: Reporter
  signal?: AbortSignal
  /** How failures that may pass are retried. */
  retry?: Omit<RetryOptions, 'signal'>
}
