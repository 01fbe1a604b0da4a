import { redirected } from '../http/get.ts'
import { put } from '../http/put.ts'
import { withRetries } from '../http/retry.ts'
import { noteRetries } from '../http/retry-notes.ts'
import { fileBody, textBody, type UploadBody } from '../http/upload.ts'
import type { NamedTarball } from '../image/tarball.ts'
import { UsageError } from '../lib/errors.ts'
import { setting } from '../lib/setting.ts'
import { type KnownUri, knownUri, knownUriProblems, uploadedUri } from './fetch-uri.ts'
import { httpRefusal } from './http-refusal.ts'
import { type OnBytes, type Place, publishTo } from './place.ts'
import type { Publisher } from './publisher.ts'
import type { PublishTools } from './tools.ts'
import { type UploadTarget, uploadPlace, uploadUrlProblems } from './upload-url.ts'

export interface HttpTarget extends KnownUri, UploadTarget {
  /** Also upload a file that `sha256sum -c` reads, under the same name with `.sha256` added. */
  checksumFile: boolean
}

const STORED: ReadonlySet<number> = new Set([200, 201, 204])
const LONGEST_LOOK = 10_000

/**
 * Puts tarballs on any server that takes PUT: nginx, Nexus, Artifactory, a presigned URL of a storage service.
 * Agents fetch them from the requested URIs, or else from the same URLs without their queries.
 * @throws UsageError with everything that is wrong with the target; the publisher throws MesosizeError
 *   UPLOAD_REFUSED, UPLOAD_FILE or HTTP_…
 */
export function publishOverHttp(target: HttpTarget, tools: PublishTools): Publisher {
  checkHttpTarget(target)
  return async tarballs => {
    const published = await publishTo(placeFor(tarballs, target, tools), tools)(tarballs)
    if (target.checksumFile) for (const tarball of tarballs) await sendChecksum(tarball, target, tools)
    return published
  }
}

/** @throws UsageError with all problems that can be found before there is a tarball */
export function checkHttpTarget(target: Omit<HttpTarget, 'checksumFile'>): void {
  const problems = [...knownUriProblems(target), ...uploadUrlProblems(target)]
  if (problems.length > 0) throw new UsageError(problems)
}

function placeFor(tarballs: readonly NamedTarball[], target: HttpTarget, tools: PublishTools): Place {
  const hosts = new Set(tarballs.map(tarball => uploadPlace(target, tarball).url.host))
  return {
    name: [...hosts].join(', '),
    has: tarball => isThere(tarball, target, tools),
    async send(tarball, onBytes, signal) {
      const body = fileBody(tarball.path, tarball.size)
      const headers = { 'content-type': 'application/gzip', 'x-checksum-sha256': tarball.sha256 }
      await send(uploadPlace(target, tarball), { ...tools, body, headers, onBytes, signal })
      return undefined
    },
    uri(tarball) {
      const { url } = uploadPlace(target, tarball)
      return knownUri(target, tarball) ?? uploadedUri(url)
    },
  }
}

/**
 * Whether the server has this very file; in doubt, it is sent. A SHA-256 as Artifactory gives it is trusted, an ETag is
 * not, since each server defines its own. A length is proof only for a layer, whose name is the digest of its bytes:
 * a file of that name with another length was left by an interrupted upload.
 */
async function isThere(tarball: NamedTarball, target: UploadTarget, tools: PublishTools): Promise<boolean> {
  const { url, credentials } = uploadPlace(target, tarball)
  // The signature in a presigned URL is for PUT.
  if (url.search !== '') return false
  const response = await followed(url, await look(url, credentials, tools), tools)
  if (response?.status !== 200) return false
  const digest = response.headers.get('x-checksum-sha256')?.toLowerCase()
  if (digest !== undefined && digest !== tarball.sha256) return false
  return tarball.isLayer
    ? response.headers.get('content-length') === String(tarball.size)
    : digest !== undefined
}

/** The response after a redirect, to which no credentials are sent: many stores keep files somewhere else. */
async function followed(
  url: URL,
  answer: Response | undefined,
  tools: PublishTools,
): Promise<Response | undefined> {
  const location = answer?.headers.get('location') ?? null
  if (location === null) return answer
  try {
    return await look(redirected(url, location), {}, tools)
  } catch {
    return undefined
  }
}

/** The response to HEAD; undefined if none comes soon. */
async function look(
  url: URL,
  credentials: Readonly<Record<string, string>>,
  { fetch, signal }: PublishTools,
): Promise<Response | undefined> {
  const timeout = AbortSignal.timeout(LONGEST_LOOK)
  try {
    return await fetch(url, {
      method: 'HEAD',
      headers: credentials,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
  } catch {
    return undefined
  }
}

async function sendChecksum(tarball: NamedTarball, target: HttpTarget, tools: PublishTools): Promise<void> {
  const { url, credentials } = uploadPlace(target, tarball)
  if (url.search !== '') {
    tools.report.warn(
      `No checksum file is uploaded: the query in ${setting('upload-url')} is most likely a signature, which is valid for only one file. Leave ${setting('checksum-file')} out, or give ${setting('upload-headers')} instead of a presigned URL.`,
    )
    return
  }
  url.pathname += '.sha256'
  const body = textBody(`${tarball.sha256}  ${tarball.name}\n`)
  await send({ url, credentials }, { ...tools, body, headers: { 'content-type': 'text/plain' } })
}

interface SendOptions extends PublishTools {
  body: UploadBody
  headers: Readonly<Record<string, string>>
  onBytes?: OnBytes
}

/** PUTs a file, with retries. @throws MesosizeError UPLOAD_REFUSED, UPLOAD_FILE or HTTP_… */
function send({ url, credentials }: ReturnType<typeof uploadPlace>, options: SendOptions): Promise<void> {
  const { upload, report, signal, retry, body, headers, onBytes } = options
  return withRetries(
    async () => {
      const answer = await put(upload, url, { body, headers, credentials, onBytes, signal })
      if (!STORED.has(answer.status)) throw httpRefusal(answer, url, credentials)
    },
    { ...noteRetries(report), ...retry, signal },
  )
}
