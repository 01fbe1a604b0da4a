import type { Layering } from '../image/layers.ts'
import type { NamedTarball } from '../image/tarball.ts'
import { UsageError } from '../lib/errors.ts'
import { setting } from '../lib/setting.ts'
import { fetchPathProblem, fetchUriProblem, isTakenLiterally } from '../marathon/app/rules.ts'
import {
  expandUriTemplate,
  printableTemplate,
  TEMPLATE_VARIABLES,
  templateValues,
  uriTemplateProblem,
} from './uri-template.ts'

/** Where agents will fetch the image, as far as a person specified it; the first of these counts. */
export interface KnownUri {
  /** Of the single tarball of an image. */
  uri?: string
  /** What goes before the tarball's name. */
  uriBase?: string
  /** See `expandUriTemplate`. */
  uriTemplate?: string
  /** The release's tag, for templates. */
  tag?: string
  /** How the image is divided into layers, each of which needs a URI of its own; absent if it is one tarball. */
  layering?: Layering
}

/** The template variables that have a value. */
export function variablesOf({ tag }: KnownUri): readonly string[] {
  return TEMPLATE_VARIABLES.filter(name => name !== 'tag' || tag !== undefined)
}

/** Problems that can be found before there is a tarball, full sentences. */
export function knownUriProblems(known: KnownUri): string[] {
  const { uriTemplate, layering } = known
  if (uriTemplate === undefined) return []
  const shown = `${setting('uri-template')}: ${JSON.stringify(printableTemplate(uriTemplate))}`
  // Whatever the variables may be.
  const example = uriTemplate.replace(/\{\w+\}/g, '0')
  const problem =
    uriTemplateProblem(uriTemplate, variablesOf(known)) ??
    fetchUriProblem(example) ??
    fetchPathProblem(example)
  const problems = problem ? [`${shown} ${problem}.`] : []
  if (layering !== undefined && !namesLayer(uriTemplate)) {
    problems.push(`${shown} would be the same for all layers. Write {file} or {sha256} in it.`)
  }
  return problems
}

/** @throws UsageError */
export function checkKnownUri(known: KnownUri): void {
  const problems = knownUriProblems(known)
  if (problems.length > 0) throw new UsageError(problems)
}

/** What looks percent-encoded in a requested URI that agents take literally. */
export function literalPercent({
  uri,
  uriBase,
  uriTemplate,
}: KnownUri): { uri: string; percent: string } | undefined {
  const asked = uri ?? uriBase ?? uriTemplate
  const percent = /%[0-9A-Fa-f]{2}/.exec(asked ?? '')?.[0]
  return asked !== undefined && percent && isTakenLiterally(asked) ? { uri: asked, percent } : undefined
}

/** Whether a template gives each layer a place of its own. */
export function namesLayer(template: string): boolean {
  return /\{(?:file|sha256)\}/.test(template)
}

/** Whether a URI was requested. */
export function isKnown({ uri, uriBase, uriTemplate }: KnownUri): boolean {
  return (uri ?? uriBase ?? uriTemplate) !== undefined
}

/**
 * The requested URI; undefined if none was.
 * @throws MesosizeError URI_TEMPLATE
 */
export function knownUri(
  { uri, uriBase, uriTemplate, tag }: KnownUri,
  tarball: NamedTarball,
): string | undefined {
  if (uri !== undefined) return uri
  if (uriBase !== undefined) {
    const name = isTakenLiterally(uriBase) ? tarball.name : encodeURIComponent(tarball.name)
    return `${uriBase.replace(/\/+$/, '')}/${name}`
  }
  if (uriTemplate === undefined) return undefined
  return expandUriTemplate(uriTemplate, templateValues(tarball, tag), setting('uri-template'))
}

/**
 * Where agents fetch what was uploaded to a URL: there, without a query. Characters that are valid in a URL but that
 * Marathon or Mesos refuse in a URI, notably quotes, are encoded.
 */
export function uploadedUri({ origin, pathname }: URL): string {
  const encoded = pathname.replace(/['[\]\\^`{|}]|%(?![0-9A-Fa-f]{2})/g, character => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  })
  return origin + encoded
}
