import type { NamedTarball } from '../image/tarball.ts'
import { MesosizeError } from '../lib/errors.ts'
import { setting } from '../lib/setting.ts'
import { parseWebUrl, printableUrl } from '../lib/url.ts'
import { takeUserInfo } from '../lib/user-info.ts'
import { type KnownUri, namesLayer, variablesOf } from './fetch-uri.ts'
import { expandUriTemplate, printableTemplate, templateValues, uriTemplateProblem } from './uri-template.ts'

/** Where tarballs are PUT. */
export interface UploadTarget extends Pick<KnownUri, 'tag' | 'layering'> {
  /**
   * The URL for the PUT, which may hold template variables; the tarball's name is appended to a path that ends
   * in "/". A user and password in it are used for basic authentication.
   */
  uploadUrl: string
  /** More headers, by lower-case name; sent only to the server of `uploadUrl`. */
  headers: Readonly<Record<string, string>>
}

/** Problems that can be found before there is a tarball, full sentences. */
export function uploadUrlProblems(target: UploadTarget): string[] {
  const { uploadUrl, headers, layering } = target
  const template = uriTemplateProblem(uploadUrl, variablesOf(target))
  if (template)
    return [`${setting('upload-url')}: ${JSON.stringify(printableTemplate(uploadUrl))} ${template}.`]
  // Whatever the variables may be.
  const { problem, url } = parseUploadUrl(uploadUrl.replace(/\{\w+\}/g, '0'))
  if (!url) return [problem]
  if ((url.username || url.password) && 'authorization' in headers) {
    return [
      `${setting('upload-url')}: has a user and password, but ${setting('upload-headers')} has Authorization, and only one can be used. Remove one of the two.`,
    ]
  }
  return layering === undefined ? [] : placeOfLayersProblems(uploadUrl)
}

/** Variables that are the same in every export which has a layer. */
const SHARED: readonly string[] = ['{file}', '{sha256}']

function placeOfLayersProblems(uploadUrl: string): string[] {
  const problems: string[] = []
  const shown = `${setting('upload-url')}: ${JSON.stringify(printableTemplate(uploadUrl))}`
  const alone = [...new Set(uploadUrl.match(/\{\w+\}/g))].filter(name => !SHARED.includes(name))
  if (alone.length > 0) {
    problems.push(
      `${shown} has ${alone.join(', ')}, which differs from export to export, and layers go to one place for all. Use only the variables {file} and {sha256}.`,
    )
  }
  const { search, pathname } = new URL(uploadUrl)
  if (search !== '') {
    problems.push(
      `${shown} has a query. If that is a signature, it is valid for only one file, but there are several layers. Write the URL without it, and pass your credentials in ${setting('upload-headers')}.`,
    )
  }
  if (!pathname.endsWith('/') && !namesLayer(decodeURI(pathname))) {
    problems.push(
      `${shown} would be the same for all layers. End its path with "/", so that the name of the layer is added, or write {file} or {sha256} in it.`,
    )
  }
  return problems
}

function parseUploadUrl(text: string): { url: URL; problem?: never } | { url?: never; problem: string } {
  const url = parseWebUrl(text)
  if (url) return { url }
  return {
    problem: `${setting('upload-url')}: ${JSON.stringify(printableUrl(text))} is not an http or https URL. Write one such as https://files.example.com/mesos/.`,
  }
}

/**
 * Where a tarball is PUT, and the headers that only that server may see.
 * @throws MesosizeError UPLOAD_URL or URI_TEMPLATE
 */
export function uploadPlace(
  target: UploadTarget,
  tarball: Pick<NamedTarball, 'name' | 'sha256' | 'ident'>,
): { url: URL; credentials: Readonly<Record<string, string>> } {
  const text = expandUriTemplate(target.uploadUrl, templateValues(tarball, target.tag), setting('upload-url'))
  const { url: parsed, problem } = parseUploadUrl(text)
  if (!parsed) throw new MesosizeError('UPLOAD_URL', problem)
  if (parsed.pathname.endsWith('/')) parsed.pathname += encodeURIComponent(tarball.name)
  parsed.hash = ''
  const { url, authorization } = takeUserInfo(parsed)
  return { url, credentials: { ...target.headers, ...(authorization !== undefined && { authorization }) } }
}
