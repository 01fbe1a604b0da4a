import pMap from 'p-map'
import { formatStatus } from '../http/errors.ts'
import type { Fetch } from '../http/fetch.ts'
import { get } from '../http/get.ts'
import { messageOf } from '../lib/errors.ts'
import type { Reporter } from '../lib/report.ts'
import { setting } from '../lib/setting.ts'
import { parseWebUrl, printableUrl } from '../lib/url.ts'
import { takeUserInfo } from '../lib/user-info.ts'
import type { PublishedTarball } from './publisher.ts'

export interface ProbeTools {
  fetch: Fetch
  report: Reporter
  signal?: AbortSignal
  /** Milliseconds that each of the two requests may take. */
  timeout?: number
  /** Whether agents keep it in their cache, for which they need its size from HEAD. */
  cached?: boolean
}

const PROBES_AT_ONCE = 8
const elsewhere = () =>
  `Publish to a server that agents can read without a login, such as with ${setting('publish', 'http')}.`

/**
 * Fetches the beginning of a published tarball as an agent's fetcher would, with nothing but the URI, and warns if
 * that would not give the tarball. What agents really see may differ, since they are in another network; so it
 * only warns.
 * @param size of the tarball, bytes
 * @returns whether nothing was wrong
 * @throws only the signal's reason, if it was aborted
 */
export async function probe(uri: string, size: number, tools: ProbeTools): Promise<boolean> {
  const url = parseWebUrl(uri)
  const known = url ? knownProblem(url) : schemeProblem(uri)
  const found = known === undefined && url ? await look(url, size, tools) : { problem: known }
  const shown = url ? printableUrl(url) : JSON.stringify(printableUrl(uri))
  const warnings: string[] = []
  if (found.problem) warnings.push(`Agents will probably fail to fetch ${shown}: ${found.problem}`)
  else if (tools.cached && found.cacheProblem) {
    warnings.push(`Agents will probably not keep ${shown} in their cache: ${found.cacheProblem}`)
  }
  if (url && url.search !== '') {
    warnings.push(
      `The URI of the tarball, ${printableUrl(url)}, has a query. If that is a signature, it expires, and every start of a task after that fails. ` +
        'With "uris", or with the cache of the fetcher, agents also take the query for a part of the file name, and so do not see that it is a .tgz. Use a URI without a query.',
    )
  }
  for (const warning of warnings) tools.report.warn(warning)
  return warnings.length === 0
}

type Probed = Pick<PublishedTarball, 'isLayer' | 'size' | 'location'>

/**
 * Does the same for an image, several tarballs at a time: for those that are on the web and that no earlier export
 * has probed. If the first has a problem, the others, which are in the same place, are skipped: one warning is
 * enough.
 */
export async function probeTarballs(tarballs: readonly Probed[], tools: ProbeTools): Promise<void> {
  const probeOne = ({ isLayer, size, location }: Probed) =>
    probe(location.uri, size, { ...tools, cached: isLayer })
  const [first, ...others] = tarballs.filter(
    ({ location: { uri, existing } }) => /^https?:/.test(uri) && !existing,
  )
  if (first && (await probeOne(first))) await pMap(others, probeOne, { concurrency: PROBES_AT_ONCE })
}

/** The fetcher's own reading of schemes (Mesos: src/launcher/fetcher.cpp). */
function schemeProblem(uri: string): string | undefined {
  const protocol = URL.canParse(uri) ? new URL(uri).protocol : undefined
  switch (protocol) {
    case 'ftp:':
    case 'ftps:':
      return undefined
    case 'file:':
    case undefined:
      return `it is a path on the agent's own disk, so the file must be on every agent, or on a file system that they share. ${elsewhere()}`
    default:
      return `for ${protocol}// an agent needs the hadoop program, configured for it. If agents lack that, use http or https.`
  }
}

/** Addresses of GitHub that need what the fetcher does not send: a token, or an Accept header. */
function knownProblem({ pathname }: URL): string | undefined {
  if (/\/actions\/(?:runs\/\d+\/)?artifacts\/\d+/.test(pathname)) {
    return `a workflow artifact is for people who are logged in. ${elsewhere()}`
  }
  if (/\/repos\/[^/]+\/[^/]+\/releases\/assets\/\d+$/.test(pathname)) {
    return 'this API address serves the asset only to clients that send an Accept header, which agents do not. Use the download address of the release.'
  }
  return undefined
}

interface Findings {
  /** Why it cannot be fetched. */
  problem?: string
  /** Why agents do not cache it. */
  cacheProblem?: string
}

async function look(from: URL, size: number, tools: ProbeTools): Promise<Findings> {
  const { url, authorization } = takeUserInfo(from)
  const { signal, timeout = 15_000 } = tools
  const ask = (method: 'HEAD' | 'GET', headers: Record<string, string>) => {
    const limit = AbortSignal.timeout(timeout)
    return get(tools.fetch, url, {
      method,
      headers,
      authorization,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    })
  }
  try {
    // Servers that refuse HEAD alone are fine: an agent sends it only for its cache.
    const head = await ask('HEAD', {}).catch(() => undefined)
    signal?.throwIfAborted()
    // With a range, fetch itself asks for no encoding.
    const { response } = await ask('GET', { range: 'bytes=0-1' })
    const bytes = response.status === 200 || response.status === 206 ? await firstTwo(response) : undefined
    if (!bytes) {
      await response.body?.cancel()
      return { problem: statusProblem(response.status, url, authorization !== undefined) }
    }
    const told = head?.response.status === 200 ? lengthOf(head.response) : undefined
    const problem = contentProblem(response, bytes, lengthOf(response) ?? told, size)
    return { problem, cacheProblem: told === size ? undefined : headProblem(head?.response) }
  } catch (thrown) {
    signal?.throwIfAborted()
    const reason =
      thrown instanceof DOMException && thrown.name === 'TimeoutError'
        ? `no answer came within ${timeout / 1000} s.`
        : messageOf(thrown)
    return {
      problem: `${reason} If agents reach it through another network, this check does not apply to them.`,
    }
  }
}

/** Empty where the server says that it encodes the body: fetch decodes that, and an agent does not. */
async function firstTwo(response: Response): Promise<Uint8Array> {
  if (response.headers.has('content-encoding')) {
    await response.body?.cancel()
    return new Uint8Array()
  }
  let bytes = Buffer.alloc(0)
  for await (const chunk of response.body ?? []) {
    bytes = Buffer.concat([bytes, chunk])
    if (bytes.length >= 2) break
  }
  return bytes.subarray(0, 2)
}

/** The length of the whole file, bytes, if the response gives it. */
function lengthOf({ status, headers }: Response): number | undefined {
  const length =
    status === 206
      ? /^bytes \d+-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1]
      : headers.get('content-length')
  return length ? Number(length) : undefined
}

function contentProblem(
  { headers }: Response,
  bytes: Uint8Array,
  length: number | undefined,
  size: number,
): string | undefined {
  if (/^text\/html/i.test(headers.get('content-type') ?? '')) {
    return `there is a web page, such as a login form, instead of the tarball. ${elsewhere()}`
  }
  if (!headers.has('content-encoding') && !(bytes[0] === 0x1f && bytes[1] === 0x8b)) {
    return `the file there is not gzip, and so not the tarball. Check ${setting('uri')}, ${setting('uri-base')} or ${setting('uri-template')}, and what is at this address.`
  }
  if (length !== undefined && length !== size) {
    return `the file there has ${length} bytes, and the tarball has ${size}: another file, or an older one that a cache kept. Put {release} or {sha256} into the address, so that each tarball has its own.`
  }
  return undefined
}

/** The fetcher asks with HEAD how much room a file takes in its cache (Mesos: src/slave/containerizer/fetcher.cpp). */
function headProblem(response: Response | undefined): string {
  const answered =
    response === undefined
      ? 'HEAD gets no response'
      : response.status === 200
        ? 'the response to HEAD lacks its size (Content-Length)'
        : `the response to HEAD is ${formatStatus(response.status)}`
  return `${answered}, and they send HEAD first. Each task then downloads it again. Let the server answer HEAD as it does GET.`
}

function statusProblem(status: number, { pathname }: URL, authorized: boolean): string {
  const answered = `it answers ${formatStatus(status)}.`
  if (status === 401 || status === 403) {
    const next = authorized
      ? 'The user and password in the URI are not valid there.'
      : 'Agents send no token and no header, only a user and password that are in the URI (https://USER:PASSWORD@HOST/…), where everyone who can see the app sees them.'
    return `${answered} ${next} ${elsewhere()}`
  }
  if (status === 404 && pathname.includes('/releases/download/')) {
    return `${answered} So does GitHub for releases of a private repository, which agents cannot fetch at all, and for drafts until they are published. ${elsewhere()}`
  }
  if (status === 404 || status === 410) {
    return `${answered} Nothing is there for clients without a login. Check ${setting('uri')}, ${setting('uri-base')} or ${setting('uri-template')}.`
  }
  if (status === 429 || status >= 500) return `${answered} If it does not recover, tasks cannot start.`
  return `${answered} The fetcher of an agent expects 200. Check the address.`
}
