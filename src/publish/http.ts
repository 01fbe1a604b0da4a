import type { Fetch } from '../http/fetch.ts'
import { put } from '../http/put.ts'
import { withRetries } from '../http/retry.ts'
import { noteRetries } from '../http/retry-notes.ts'
import { fileBody, textBody, type UploadBody } from '../http/upload.ts'
import { MesosizeError, UsageError } from '../lib/errors.ts'
import { printableUrl } from '../lib/url.ts'
import { takeUserInfo } from '../lib/user-info.ts'
import { type KnownUri, knownUri, knownUriProblems, uploadedUri, variablesOf } from './fetch-uri.ts'
import { httpRefusal } from './http-refusal.ts'
import type { Publisher, TarballFile } from './publisher.ts'
import type { PublishTools } from './tools.ts'
import { expandUriTemplate, printableTemplate, templateValues, uriTemplateProblem } from './uri-template.ts'

export interface HttpTarget extends KnownUri {
  /**
   * The URL that is PUT, with template variables if need be; behind a path that ends in "/" the tarball's name is
   * added. A user and password in it are used for basic authentication.
   */
  uploadUrl: string
  /** More headers, by lower-case name; sent to the server of `uploadUrl` alone. */
  headers: Readonly<Record<string, string>>
  /** Also upload a file that `sha256sum -c` reads, under the same name with `.sha256` added. */
  checksumFile: boolean
}

const STORED: ReadonlySet<number> = new Set([200, 201, 204])
const LONGEST_LOOK = 10_000

/**
 * Puts a tarball on any server that takes PUT: nginx, Nexus, Artifactory, a presigned URL of a storage service.
 * Agents fetch it from the URI that was asked for, else from the same URL without its query.
 * @throws UsageError with everything that is wrong with the target; the publisher throws MesosizeError
 *   UPLOAD_REFUSED, UPLOAD_FILE or HTTP_…
 */
export function publishOverHttp(target: HttpTarget, tools: PublishTools): Publisher {
  checkHttpTarget(target)
  return async tarball => {
    const { url, credentials } = uploadPlace(target, tarball)
    const uri = knownUri(target, tarball) ?? uploadedUri(url)

    const phase = tools.report.phase('Uploading', tarball.size, 'bytes')
    if (await isThere(url, credentials, tarball, tools)) {
      phase.advance(tarball.size)
      phase.done('the same file is there already')
    } else {
      await send(url, fileBody(tarball.path, tarball.size), {
        ...tools,
        headers: { 'content-type': 'application/gzip', 'x-checksum-sha256': tarball.sha256 },
        credentials,
        onBytes: amount => phase.advance(amount),
      })
      phase.done(`to ${url.host}`)
    }
    if (target.checksumFile) await sendChecksum(url, credentials, tarball, tools)
    return { uri }
  }
}

/** @throws UsageError with everything that can be found wrong before there is a tarball */
export function checkHttpTarget(target: Omit<HttpTarget, 'checksumFile'>): void {
  const problems = [...knownUriProblems(target), ...uploadUrlProblems(target)]
  if (problems.length > 0) throw new UsageError(problems)
}

/** What can be found wrong with the upload alone, whole sentences. */
export function uploadUrlProblems(target: Omit<HttpTarget, 'checksumFile'>): string[] {
  const problems: string[] = []
  const template = uriTemplateProblem(target.uploadUrl, variablesOf(target))
  if (template) {
    problems.push(`upload-url: ${JSON.stringify(printableTemplate(target.uploadUrl))} ${template}.`)
  } else {
    const { problem, url } = parseUploadUrl(target.uploadUrl.replace(/\{\w+\}/g, '0'))
    if (problem) problems.push(problem)
    if (url && (url.username || url.password) && 'authorization' in target.headers) {
      problems.push(
        'upload-url has a user and password, and upload-headers has Authorization: only one can be. Remove one of the two.',
      )
    }
  }
  return problems
}

function parseUploadUrl(text: string): { url?: URL; problem?: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol)) return { url }
  return {
    problem: `upload-url: ${JSON.stringify(printableUrl(text))} is no web address. Write one such as https://files.example.com/mesos/.`,
  }
}

/** Where a tarball is PUT. */
export function uploadAddress(
  target: Pick<HttpTarget, 'uploadUrl' | 'tag'>,
  tarball: Pick<TarballFile, 'name' | 'sha256' | 'ident'>,
): { url: URL; authorization?: string } {
  const text = expandUriTemplate(target.uploadUrl, templateValues(tarball, target.tag), 'upload-url')
  const { url, problem } = parseUploadUrl(text)
  if (!url) throw new MesosizeError('UPLOAD_URL', problem!)
  if (url.pathname.endsWith('/')) url.pathname += encodeURIComponent(tarball.name)
  url.hash = ''
  return takeUserInfo(url)
}

/** The same, with all headers that only that server may see. */
export function uploadPlace(
  target: Pick<HttpTarget, 'uploadUrl' | 'tag' | 'headers'>,
  tarball: TarballFile,
): { url: URL; credentials: Readonly<Record<string, string>> } {
  const { url, authorization } = uploadAddress(target, tarball)
  return { url, credentials: { ...target.headers, ...(authorization !== undefined && { authorization }) } }
}

/**
 * Whether the server has this very file. Only a SHA-256 is believed, as Artifactory gives it: a length is no
 * proof, and an ETag is whatever the server likes. Where it cannot be told, the file is sent.
 */
async function isThere(
  url: URL,
  headers: Readonly<Record<string, string>>,
  { sha256 }: TarballFile,
  tools: PublishTools,
): Promise<boolean> {
  // The signature in a presigned URL is for PUT.
  if (url.search !== '') return false
  const response = await look(url, headers, tools)
  return response?.status === 200 && response.headers.get('x-checksum-sha256')?.toLowerCase() === sha256
}

/** The answer to HEAD, undefined where none comes soon. */
export async function look(
  url: URL,
  headers: Readonly<Record<string, string>>,
  { fetch, signal }: { fetch: Fetch; signal?: AbortSignal },
): Promise<Response | undefined> {
  const timeout = AbortSignal.timeout(LONGEST_LOOK)
  try {
    return await fetch(url, {
      method: 'HEAD',
      headers,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
  } catch {
    return undefined
  }
}

async function sendChecksum(
  url: URL,
  credentials: Readonly<Record<string, string>>,
  { name, sha256 }: TarballFile,
  tools: PublishTools,
): Promise<void> {
  if (url.search !== '') {
    tools.report.warn(
      'No checksum file is uploaded: the query in upload-url is most likely a signature, which is good for one file. Leave checksum-file out, or give upload-headers instead of a presigned URL.',
    )
    return
  }
  const beside = new URL(url)
  beside.pathname += '.sha256'
  await send(beside, textBody(`${sha256}  ${name}\n`), {
    ...tools,
    headers: { 'content-type': 'text/plain' },
    credentials,
  })
}

export interface SendOptions extends PublishTools {
  headers: Readonly<Record<string, string>>
  credentials: Readonly<Record<string, string>>
  onBytes?: (amount: number) => void
}

/** PUTs a file, with retries. @throws MesosizeError UPLOAD_REFUSED, UPLOAD_FILE or HTTP_… */
export function send(url: URL, body: UploadBody, options: SendOptions): Promise<void> {
  const { upload, report, signal, retry, headers, credentials, onBytes } = options
  return withRetries(
    async () => {
      const answer = await put(upload, url, { body, headers, credentials, onBytes, signal })
      if (!STORED.has(answer.status)) throw httpRefusal(answer, url, credentials)
    },
    { ...noteRetries(report), ...retry, signal },
  )
}
