import type { NamedTarball } from '../image/tarball.ts'
import { UsageError } from '../lib/errors.ts'
import {
  expandUriTemplate,
  printableTemplate,
  TEMPLATE_VARIABLES,
  templateValues,
  uriTemplateProblem,
} from './uri-template.ts'

/** What a person said about where agents will fetch the tarball; the first of these counts. */
export interface KnownUri {
  uri?: string
  /** What goes before the tarball's name. */
  uriBase?: string
  /** See `expandUriTemplate`. */
  uriTemplate?: string
  /** The release's tag, for templates. */
  tag?: string
}

/** The template variables that have a value. */
export function variablesOf({ tag }: KnownUri): readonly string[] {
  return TEMPLATE_VARIABLES.filter(name => name !== 'tag' || tag !== undefined)
}

/** What can be found wrong before there is a tarball, whole sentences. */
export function knownUriProblems(known: KnownUri): string[] {
  const { uriTemplate } = known
  if (uriTemplate === undefined) return []
  const problem = uriTemplateProblem(uriTemplate, variablesOf(known))
  return problem ? [`uri-template: ${JSON.stringify(printableTemplate(uriTemplate))} ${problem}.`] : []
}

/** @throws UsageError */
export function checkKnownUri(known: KnownUri): void {
  const problems = knownUriProblems(known)
  if (problems.length > 0) throw new UsageError(problems)
}

/** The same for layers, each of which needs a URI of its own. */
export function layerUriProblems(known: KnownUri): string[] {
  const { uri, uriTemplate } = known
  const problems = knownUriProblems(known)
  if (uri !== undefined) {
    problems.push(
      'uri: layers are several files, and have a URI each. Give uri-base, what goes before their names.',
    )
  }
  if (uriTemplate !== undefined && !namesLayer(uriTemplate)) {
    problems.push(
      `uri-template: ${JSON.stringify(printableTemplate(uriTemplate))} would be the same for all layers. Write {file} or {sha256} in it.`,
    )
  }
  return problems
}

/** @throws UsageError */
export function checkLayerUri(known: KnownUri): void {
  const problems = layerUriProblems(known)
  if (problems.length > 0) throw new UsageError(problems)
}

/** Whether a template gives each layer a place of its own. */
export function namesLayer(template: string): boolean {
  return /\{(?:file|sha256)\}/.test(template)
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
