import { createReadStream } from 'node:fs'
import { readChunks } from '../http/body.ts'
import { formatStatus, HttpStatusError } from '../http/errors.ts'
import type { Fetch } from '../http/fetch.ts'
import { get } from '../http/get.ts'
import { FILE } from '../http/pace.ts'
import { MOST_BYTES } from '../image/read.ts'
import { MesosizeError, messageOf } from '../lib/errors.ts'
import { parseWebUrl, printableUrl } from '../lib/url.ts'
import { takeUserInfo } from '../lib/user-info.ts'

export interface OpenTools {
  fetch: Fetch
  signal: AbortSignal
}

/** Something that can be read once. */
export interface Opened {
  /** What it is called: a path, or a URL without credentials. */
  from: string
  bytes: AsyncIterable<Uint8Array>
}

/**
 * Opens a file of this machine or the web.
 * @param place a path, a `file:` URI, or an http or https URL
 * @throws MesosizeError PLACE_UNREADABLE, HTTP_…; `bytes` throws the like
 */
export async function open(place: string, { fetch, signal }: OpenTools): Promise<Opened> {
  const given = parseWebUrl(place)
  if (given) {
    // As agents do with a URI; fetch refuses such a URL.
    const { url, authorization } = takeUserInfo(given)
    const answer = await get(fetch, url, { authorization, signal })
    const { response } = answer
    const from = printableUrl(url)
    if (response.ok) return { from, bytes: readChunks(answer, { most: MOST_BYTES, pace: FILE }) }
    await response.body?.cancel()
    throw new HttpStatusError(
      'HTTP_STATUS',
      `${from} answered ${formatStatus(response.status)}. Check the address; private files need a login, which agents do not have either.`,
      response,
    )
  }
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(place)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'file') {
    throw new MesosizeError(
      'PLACE_UNREADABLE',
      `${JSON.stringify(printableUrl(place))} cannot be read from here, only file, http and https. Download it, and give the file.`,
    )
  }
  // As Mesos' fetcher reads it: percent signs are part of the name.
  const path = scheme === 'file' ? place.replace(/^file:(?:\/\/(?:localhost)?(?=\/))?/i, '') : place
  return { from: path, bytes: fileBytes(path, signal) }
}

async function* fileBytes(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { signal, highWaterMark: 1 << 20 })
  } catch (error) {
    signal.throwIfAborted()
    throw new MesosizeError(
      'PLACE_UNREADABLE',
      `${JSON.stringify(path)} cannot be read: ${messageOf(error)}. Check the path.`,
      { cause: error },
    )
  }
}
