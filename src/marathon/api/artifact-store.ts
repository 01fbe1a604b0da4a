import { randomBytes } from 'node:crypto'
import type { FullIdent } from '../../habitat/package/ident.ts'
import type { Fetch } from '../../http/fetch.ts'
import { get } from '../../http/get.ts'
import { put } from '../../http/put.ts'
import { type RetryOptions, withRetries } from '../../http/retry.ts'
import type { Upload, UploadAnswer, UploadBody } from '../../http/upload.ts'
import { uploadRefusal } from '../../http/upload-refusal.ts'
import { MesosizeError } from '../../lib/errors.ts'
import { authorizationSecrets, maskOf } from '../../lib/mask.ts'
import { setting } from '../../lib/setting.ts'
import { parseWebUrl, printableUrl } from '../../lib/url.ts'
import { basicUserProblem, takeUserInfo } from '../../lib/user-info.ts'
import { colonAdvice } from './credentials.ts'

export interface ArtifactStoreOptions {
  /** Marathon's base URL, such as `https://cluster.example.com/service/marathon`, possibly with user and password. */
  url: string
  /** The Authorization header to use instead of them, such as `token=…` for DC/OS. */
  authorization?: string
  fetch: Fetch
  upload: Upload
  signal?: AbortSignal
  /** How transient failures are retried. */
  retry?: Omit<RetryOptions, 'signal'>
}

/** The artifact store of Marathon 0.7 to 1.4 (api/v2/ArtifactsResource.scala). */
export interface ArtifactStore {
  /** The URL at which Marathon itself serves the file at a path. */
  address(path: string): URL
  /**
   * The size of the file at a path, bytes.
   * @returns undefined if there is none, or the size is unknown
   */
  size(path: string): Promise<number | undefined>
  /**
   * Stores a file, replacing any file at the path.
   * @param name the file's own name
   * @param onBytes called with the number of bytes sent, and with a negative number if they have to be sent again
   * @param signal replaces the store's own
   * @returns the URI that Marathon gives it, for agents; an `hdfs:` URI if the store is HDFS
   * @throws MesosizeError ARTIFACT_STORE_MISSING if this Marathon has no such store, UPLOAD_REFUSED, HTTP_…
   */
  store(
    path: string,
    name: string,
    file: UploadBody,
    onBytes?: (amount: number) => void,
    signal?: AbortSignal,
  ): Promise<string>
}

/** The path of a tarball in the store, unique to its bytes, because agents keep files that they have fetched. */
export function artifactPath(ident: FullIdent, sha256: string): string {
  const { origin, name, version, release } = ident
  return `${origin}/${name}/${version}-${release}-${sha256.slice(0, 12)}.tgz`
}

/** The path of a layer, which all apps share. */
export function layerPath(name: string): string {
  return `mesosize-layers/${name}`
}

/** @throws MesosizeError MARATHON_URL */
export function createArtifactStore(options: ArtifactStoreOptions): ArtifactStore {
  const { fetch, upload, signal, retry } = options
  const { url: base, user = '', authorization: fromUrl } = takeUserInfo(parseBase(options.url))
  const problem = basicUserProblem(user)
  if (problem) throw new MesosizeError('MARATHON_URL', `${setting('marathon')}: the user in it ${problem}`)
  const authorization = options.authorization ?? fromUrl

  function address(path: string): URL {
    const url = new URL(base)
    const folder = base.pathname.replace(/\/+$/, '')
    url.pathname = `${folder}/v2/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`
    return url
  }

  return {
    address,
    async size(path) {
      try {
        const { response } = await get(fetch, address(path), { method: 'HEAD', authorization, signal })
        const length = response.headers.get('content-length')
        return response.status === 200 && length !== null ? Number(length) : undefined
      } catch {
        return undefined
      }
    },
    store(path, name, file, onBytes, own = signal) {
      const url = address(path)
      const { body, type } = multipart(name, file)
      return withRetries(
        async () => {
          const answer = await put(upload, url, {
            body,
            headers: { 'content-type': type },
            credentials: authorization === undefined ? {} : { authorization },
            onBytes,
            signal: own,
          })
          // 201 has a Location; 200, for a replaced file, does not.
          if (answer.status === 200 || answer.status === 201) return stored(answer, url)
          throw refusal(answer, base, authorization)
        },
        { ...retry, signal: own },
      )
    },
  }
}

function parseBase(text: string): URL {
  const url = parseWebUrl(text)
  if (!url) {
    throw new MesosizeError(
      'MARATHON_URL',
      `${setting('marathon')}: ${JSON.stringify(printableUrl(text))} is not an http or https URL. Write one such as http://marathon.example.com:8080 or https://cluster.example.com/service/marathon.`,
    )
  }
  url.search = ''
  url.hash = ''
  return url
}

/** A file as `multipart/form-data` (RFC 7578), in the field `file` that Marathon expects. */
function multipart(name: string, file: UploadBody): { type: string; body: UploadBody } {
  const boundary = randomBytes(16).toString('hex')
  const head = Buffer.from(
    `--${boundary}\r\n` +
      `Content-Disposition: form-data; name="file"; filename="${name.replace(/["\r\n]/g, encodeURIComponent)}"\r\n` +
      'Content-Type: application/gzip\r\n\r\n',
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: {
      size: head.length + file.size + tail.length,
      async *chunks() {
        yield head
        yield* file.chunks()
        yield tail
      },
    },
  }
}

function stored({ headers }: UploadAnswer, url: URL): string {
  const location = headers.get('location')
  return location !== null && URL.canParse(location, url.href) ? new URL(location, url).href : url.href
}

function refusal(answer: UploadAnswer, base: URL, authorization: string | undefined): MesosizeError {
  if (hasNoStore(answer)) {
    return new MesosizeError(
      'ARTIFACT_STORE_MISSING',
      `The Marathon at ${printableUrl(base)} has no artifact store: it runs without the flag --artifact_store, or is 1.5 or newer, which has no store. ` +
        `Publish to a server that agents can read, with ${setting('publish', 'http')}, or to a release of a public repository, with ${setting('publish', 'release')}.`,
    )
  }
  const secrets = authorization === undefined ? [] : authorizationSecrets(authorization)
  const other = maskOf(secrets)(answer.url.origin)
  return uploadRefusal(answer, nextStep(answer, base, authorization, other), secrets)
}

/** The responses without a store: of Marathon before 1.5, of 1.5, and since 1.6. */
function hasNoStore({ status, text }: UploadAnswer): boolean {
  return (
    (status === 422 && text.includes('No storage provider')) ||
    (status === 500 && text.includes('URI not found')) ||
    status === 404 ||
    status === 405
  )
}

/** @param other the origin of the response, as it may be shown */
function nextStep(
  { url, status }: UploadAnswer,
  base: URL,
  authorization: string | undefined,
  other: string,
): string {
  if (url.origin !== base.origin) {
    return `Marathon at ${base.origin} redirected there, but user, password and token are sent only to ${base.origin}. If ${other} is the right Marathon, give its address as ${setting('marathon')}.`
  }
  const basic = `${setting('marathon-user')} and ${setting('marathon-password')}`
  switch (status) {
    case 401:
      return authorization !== undefined
        ? `The user and password, or the token, are not valid there, or have expired. ${colonAdvice(authorization) ?? `Give others in ${basic}, or in ${setting('dcos-token')}.`}`
        : `Marathon requires a login. Give ${basic}, or for DC/OS ${setting('dcos-token')}.`
    case 403:
      return `This login may not store artifacts there. Ask for permission, or give another login in ${basic}, or in ${setting('dcos-token')}.`
    case 413:
      return `The tarball is larger than the proxy in front of Marathon allows; for the Admin Router of DC/OS that is 1 GiB. Publish elsewhere, with ${setting('publish', 'http')}.`
    default:
      return status === 429 || status >= 500
        ? 'Try again later.'
        : `Check ${setting('marathon')}: it must be the base URL of a Marathon before 1.5.`
  }
}
