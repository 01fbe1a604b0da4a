import type { Layering } from '../image/layers.ts'
import type { NamedTarball } from '../image/tarball.ts'
import { UsageError } from '../lib/errors.ts'
import {
  expandUriTemplate,
  printableTemplate,
  TEMPLATE_VARIABLES,
  templateValues,
  uriTemplateProblem,
} from './uri-template.ts'

/** What a person said about where agents will fetch the image; the first of these counts. */
export interface KnownUri {
  /** Of the one tarball of an image. */
  uri?: string
  /** What goes before the tarball's name. */
  uriBase?: string
  /** See `expandUriTemplate`. */
  uriTemplate?: string
  /** The release's tag, for templates. */
  tag?: string
  /** How the image is divided into layers, each of which needs a URI of its own; absent where it is one tarball. */
  layering?: Layering
}

/** The template variables that have a value. */
export function variablesOf({ tag }: KnownUri): readonly string[] {
  return TEMPLATE_VARIABLES.filter(name => name !== 'tag' || tag !== undefined)
}

/** What can be found wrong before there is a tarball, whole sentences. */
export function knownUriProblems(known: KnownUri): string[] {
  const { uriTemplate, layering } = known
  if (uriTemplate === undefined) return []
  const shown = `uri-template: ${JSON.stringify(printableTemplate(uriTemplate))}`
  const problem = uriTemplateProblem(uriTemplate, variablesOf(known))
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

/** Whether a template gives each layer a place of its own. */
export function namesLayer(template: string): boolean {
  return /\{(?:file|sha256)\}/.test(template)
}

/** Whether a URI was asked for. */
export function isKnown({ uri, uriBase, uriTemplate }: KnownUri): boolean {
  return (uri ?? uriBase ?? uriTemplate) !== undefined
}

/**
 * The URI that was asked for, or undefined where nothing was.
 * @throws MesosizeError URI_TEMPLATE
 */
export function knownUri(
  { uri, uriBase, uriTemplate, tag }: KnownUri,
  tarball: NamedTarball,
): string | undefined {
  if (uri !== undefined) return uri
  if (uriBase !== undefined) return `${uriBase.replace(/\/+$/, '')}/${encodeURIComponent(tarball.name)}`
  if (uriTemplate === undefined) return undefined
  return expandUriTemplate(uriTemplate, templateValues(tarball, tag), 'uri-template')
}
