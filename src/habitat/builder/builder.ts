import { readText } from '../../http/body.ts'
import type { Fetch } from '../../http/fetch.ts'
import { type Answer, get } from '../../http/get.ts'
import { type RetryOptions, withRetries } from '../../http/retry.ts'
import { MesosizeError } from '../../lib/errors.ts'
import { type Mask, maskOf } from '../../lib/mask.ts'
import { quote } from '../../lib/quote.ts'
import { setting } from '../../lib/setting.ts'
import { isToken } from '../../lib/token.ts'
import { parseServerUrl, printableUrl } from '../../lib/url.ts'
import { type FullIdent, formatIdent, isFull, type PackageIdent } from '../package/ident.ts'
import { formatKeyName, type OriginKeyName } from '../package/origin-key.ts'
import { type DownloadOptions, saveVerified } from './download.ts'
import { type BuilderPackage, parseBuilderPackage } from './package.ts'
import { refusal } from './refusal.ts'

export interface BuilderOptions {
  /** Such as https://bldr.habitat.sh. The path defaults to `/v1`. */
  url: string
  /** Personal access token, sent only to this Builder. */
  token?: string
  fetch: Fetch
  signal?: AbortSignal
  /** How transient failures are retried. */
  retry?: Omit<RetryOptions, 'signal'>
  /** Maximum number of bytes that a package may unpack to; its hart is smaller. */
  maxPackageSize: number
}

/**
 * A Habitat Builder: where packages and origin keys come from (habitat-sh/builder,
 * components/builder-api/src/server/resources). Its functions may be called concurrently, need no `this`, and throw
 * MesosizeError: HTTP_… if the response is incomplete or unsuccessful, BUILDER_ANSWER if it is not from a Builder or
 * not about the package requested, BUILDER_TOKEN if a token is missing or refused.
 */
export interface Builder {
  /** The URL, safe to show. */
  url: string
  /**
   * The newest build of a package in a channel, or in all channels if none is given.
   * @returns undefined if Builder has none for the target, or hides it from clients without the right token
   */
  latest(
    ident: PackageIdent,
    channel: string | undefined,
    target: string,
  ): Promise<BuilderPackage | undefined>
  /** One exact build; undefined as with `latest`. */
  metadata(ident: FullIdent, target: string): Promise<BuilderPackage | undefined>
  /**
   * Downloads a hart in constant memory. The complete file appears under its name, or nothing does;
   * concurrent downloads of it get the same file.
   * @param checksum BLAKE2b-256 of the whole hart, lower-case hex
   * @param destination path of the file; its folder is created if necessary
   * @throws MesosizeError also BUILDER_NOT_FOUND, BUILDER_CHECKSUM, and CACHE_WRITE if the file cannot be written;
   *   what the check of its beginning throws
   */
  download(
    ident: FullIdent,
    target: string,
    checksum: string,
    destination: string,
    options?: DownloadOptions,
  ): Promise<void>
  /**
   * The text of a public origin key, unchecked.
   * @throws MesosizeError also BUILDER_NOT_FOUND
   */
  publicKey(name: OriginKeyName): Promise<string>
}

// The largest descriptions hold the dependencies of a few hundred packages and their default.toml.
const MAX_JSON = 4 * 1024 * 1024
const MAX_KEY = 4 * 1024

/** @throws MesosizeError BUILDER_URL or BUILDER_TOKEN if one of the two cannot be used */
export function createBuilder(options: BuilderOptions): Builder {
  const { token, fetch, signal, retry, maxPackageSize } = options
  const base = parseBase(options.url)
  const authorization = token === undefined ? undefined : `Bearer ${checkToken(token)}`
  // For the words in a response.
  const mask = maskOf(token === undefined ? [] : [token])

  function retrying<T>(attempt: () => Promise<T>): Promise<T> {
    return withRetries(attempt, { ...retry, signal })
  }

  function address(segments: readonly string[], target?: string): URL {
    const result = new URL(base)
    result.pathname = [base.pathname, 'depot', ...segments.map(encodeURIComponent)].join('/')
    if (target !== undefined) result.searchParams.set('target', target)
    return result
  }

  /**
   * @param what describes the request in messages
   * @param ident the package, if one is requested
   * @returns undefined for 404
   */
  async function request(from: URL, accept: string, what: string, ident?: PackageIdent) {
    const answer = await get(fetch, from, {
      authorization,
      signal,
      headers: { accept },
    })
    if (answer.response.ok) return answer
    await answer.response.body?.cancel()
    if (answer.response.status === 404) return undefined
    throw refusal(answer, base, token !== undefined, mask, what, ident)
  }

  function describe(segments: readonly string[], ident: PackageIdent, target: string) {
    const from = address(segments, target)
    return retrying(async () => {
      const answer = await request(from, 'application/json', formatIdent(ident), ident)
      if (!answer) return undefined
      checkContentType(answer, /^application\/([\w.-]+\+)?json\s*(;|$)/i, mask)
      const text = await readText(answer, MAX_JSON)
      return parseBuilderPackage(text, ident, target, answer.shown, mask)
    })
  }

  const metadata: Builder['metadata'] = (ident, target) => describe(['pkgs', ...parts(ident)], ident, target)

  return {
    url: printableUrl(base),
    metadata,
    latest(ident, channel, target) {
      // A full ident names one build, in whatever channel it is.
      if (isFull(ident)) return metadata(ident, target)
      const [origin = '', ...rest] = parts(ident)
      const where = channel === undefined ? ['pkgs', origin] : ['channels', origin, channel, 'pkgs']
      return describe([...where, ...rest, 'latest'], ident, target)
    },
    download(ident, target, checksum, destination, options = {}) {
      const what = formatIdent(ident)
      const from = address(['pkgs', ...parts(ident), 'download'], target)
      return retrying(async () => {
        const answer = await request(from, 'application/octet-stream', what, ident)
        if (!answer) throw notFound(`${what} for ${target}`, from)
        checkContentType(answer, /^(?!text\/html)/i, mask)
        await saveVerified(answer, what, checksum, destination, maxPackageSize, options)
      })
    },
    publicKey(name) {
      const what = `the public key ${formatKeyName(name)}`
      const from = address(['origins', name.origin, 'keys', name.revision])
      return retrying(async () => {
        const answer = await request(from, '*/*', what)
        if (!answer) throw notFound(what, from)
        checkContentType(answer, /^(?!text\/html)/i, mask)
        return readText(answer, MAX_KEY)
      })
    },
  }
}

function parseBase(text: string): URL {
  const url = parseServerUrl(text)
  if (!url) {
    throw new MesosizeError(
      'BUILDER_URL',
      `The Builder URL ${JSON.stringify(printableUrl(text))} must be a URL without user and password. Write one such as https://bldr.habitat.sh.`,
    )
  }
  url.pathname = url.pathname.replace(/\/+$/, '') || '/v1'
  url.search = ''
  url.hash = ''
  return url
}

/** Checked here because the error that fetch throws for an invalid header value shows the value. */
function checkToken(token: string): string {
  if (!isToken(token)) {
    throw new MesosizeError(
      'BUILDER_TOKEN',
      `The personal access token (${setting('auth')}, HAB_AUTH_TOKEN) is empty, or has white space or other characters that a token cannot contain. Copy it again from Builder.`,
    )
  }
  return token
}

function parts(ident: PackageIdent): string[] {
  return formatIdent(ident).split('/')
}

function checkContentType({ response, shown }: Answer, wanted: RegExp, mask: Mask): void {
  const type = response.headers.get('content-type') ?? ''
  if (wanted.test(type)) return
  response.body?.cancel().catch(() => {})
  throw new MesosizeError(
    'BUILDER_ANSWER',
    `${shown} answered with ${quote(mask(type))}, which looks like a web page: it is not a Habitat Builder, or a proxy answered instead. Check ${setting('url')} (HAB_BLDR_URL) and the network.`,
  )
}

function notFound(what: string, from: URL): MesosizeError {
  return new MesosizeError(
    'BUILDER_NOT_FOUND',
    `Builder does not have ${what} (${printableUrl(from)} answered 404 Not Found). Check the name; if the origin is private, give a token with ${setting('auth')} or HAB_AUTH_TOKEN.`,
  )
}
