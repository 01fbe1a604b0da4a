import { redirected } from '../http/get.ts'
import { fileBody } from '../http/upload.ts'
import { UsageError } from '../lib/errors.ts'
import { knownUri, layerUriProblems, namesLayer, uploadedUri } from './fetch-uri.ts'
import { type HttpTarget, look, send, uploadPlace, uploadUrlProblems } from './http.ts'
import { publishLayers } from './layers.ts'
import type { ImagePublisher, TarballFile } from './publisher.ts'
import type { PublishTools } from './tools.ts'
import { printableTemplate } from './uri-template.ts'

export type HttpLayersTarget = Omit<HttpTarget, 'checksumFile'>

/**
 * Puts layers on any server that takes PUT, into a place that all exports share. A layer that is there with its
 * length is kept, for its name is the digest of its bytes; one with another length is part of an upload that broke
 * off, and is replaced.
 * @throws UsageError with everything that is wrong with the target; the publisher throws MesosizeError
 *   UPLOAD_REFUSED, UPLOAD_FILE or HTTP_…
 */
export function publishLayersOverHttp(target: HttpLayersTarget, tools: PublishTools): ImagePublisher {
  const problems = [...layerUriProblems(target), ...layersUrlProblems(target)]
  if (problems.length > 0) throw new UsageError(problems)
  return publishLayers(
    {
      name: new URL(target.uploadUrl.replace(/\{\w+\}/g, '0')).host,
      uri(layer) {
        const { url } = uploadPlace(target, layer)
        return knownUri(target, layer) ?? uploadedUri(url)
      },
      has: layer => isThere(target, layer, tools),
      send(layer, onBytes, signal) {
        const { url, credentials } = uploadPlace(target, layer)
        return send(url, fileBody(layer.path, layer.size), {
          ...tools,
          headers: { 'content-type': 'application/gzip', 'x-checksum-sha256': layer.sha256 },
          credentials,
          onBytes,
          signal,
        })
      },
    },
    tools,
  )
}

/** Variables that are the same in every export which has a layer. */
const SHARED: readonly string[] = ['{file}', '{sha256}']

function layersUrlProblems(target: HttpLayersTarget): string[] {
  const { uploadUrl } = target
  const problems = uploadUrlProblems(target)
  if (problems.length > 0) return problems
  const shown = `upload-url: ${JSON.stringify(printableTemplate(uploadUrl))}`
  const alone = [...new Set(uploadUrl.match(/\{\w+\}/g))].filter(name => !SHARED.includes(name))
  if (alone.length > 0) {
    problems.push(
      `${shown} has ${alone.join(', ')}, which differs from export to export, and layers go to one place for all. Write no other variables than {file} and {sha256}.`,
    )
  }
  const { search, pathname } = new URL(uploadUrl)
  if (search !== '') {
    problems.push(
      `${shown} has a query. If that is a signature, it is good for one file, and layers are several. Write it without, and give what lets you in as upload-headers.`,
    )
  }
  if (!pathname.endsWith('/') && !namesLayer(decodeURI(pathname))) {
    problems.push(
      `${shown} would be the same for all layers. End its path with "/", so that the name of the layer is added, or write {file} or {sha256} in it.`,
    )
  }
  return problems
}

async function isThere(target: HttpLayersTarget, layer: TarballFile, tools: PublishTools): Promise<boolean> {
  const { url, credentials } = uploadPlace(target, layer)
  const headers = { ...credentials, 'accept-encoding': 'identity' }
  const response = await followed(url, await look(url, headers, tools), tools)
  if (response?.status !== 200) return false
  const digest = response.headers.get('x-checksum-sha256')?.toLowerCase() ?? layer.sha256
  return digest === layer.sha256 && response.headers.get('content-length') === String(layer.size)
}

/** The answer behind a redirect, to which no credentials go: many stores keep files somewhere else. */
async function followed(
  url: URL,
  answer: Response | undefined,
  tools: PublishTools,
): Promise<Response | undefined> {
  const location = answer?.headers.get('location') ?? null
  if (location === null) return answer
  try {
    return await look(redirected(url, location), { 'accept-encoding': 'identity' }, tools)
  } catch {
    return undefined
  }
}
