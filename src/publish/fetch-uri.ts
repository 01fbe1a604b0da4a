import { UsageError } from '../errors.ts'
import type { TarballFile } from './publisher.ts'
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

/**
 * The URI that was asked for, or undefined where nothing was.
 * @throws MesosizeError URI_TEMPLATE
 */
export function knownUri(
  { uri, uriBase, uriTemplate, tag }: KnownUri,
  tarball: TarballFile,
): string | undefined {
  if (uri !== undefined) return uri
  if (uriBase !== undefined) return `${uriBase.replace(/\/+$/, '')}/${encodeURIComponent(tarball.name)}`
  if (uriTemplate === undefined) return undefined
  return expandUriTemplate(uriTemplate, templateValues(tarball, tag), 'uri-template')
}
