import { createFetch } from '../../src/http/fetch.ts'
import { createUpload } from '../../src/http/upload.ts'
import type { NamedTarball } from '../../src/image/tarball.ts'
import { type HttpTarget, publishOverHttp } from '../../src/publish/http.ts'
import { locate, locateOne, recorder } from './recorder.ts'

/** Time enough to refuse on any machine; the answer ends it. */
export const UNTIL_ANSWERED = 250_000

export interface PublisherOptions {
  signal?: AbortSignal
  /** As for `createUpload`; 0 where absent, so that nothing waits. */
  timeToRefuse?: number
}

/** A publisher to a web server that does not wait between tries, and what it reports. */
export function httpPublisher(
  target: Partial<HttpTarget> & { uploadUrl: string },
  { signal, timeToRefuse = 0 }: PublisherOptions = {},
) {
  const heard = recorder()
  const publish = publishOverHttp(
    { headers: {}, checksumFile: false, ...target },
    {
      fetch: createFetch({ version: '1' }),
      upload: createUpload({ version: '1', timeToRefuse }),
      report: heard.report,
      retry: { sleep: async () => {}, random: () => 1 },
      signal,
    },
  )
  return {
    publish: (tarball: NamedTarball) => locateOne(publish, tarball),
    publishLayers: (layers: readonly NamedTarball[]) => locate(publish, layers),
    ...heard,
  }
}
