import { formatIdent } from '../habitat/package/ident.ts'
import type { NamedTarball } from '../image/tarball.ts'
import { MesosizeError } from '../lib/errors.ts'
import { fetchUriProblem, isTakenLiterally } from '../marathon/app/rules.ts'

/** What a template may name. `ident` is the full ident, `file` the tarball's file name, `tag` the release's tag. */
export const TEMPLATE_VARIABLES = [
  'origin',
  'name',
  'version',
  'release',
  'ident',
  'file',
  'sha256',
  'tag',
] as const

export type TemplateValues = Readonly<Record<(typeof TEMPLATE_VARIABLES)[number], string | undefined>>

/** @param tag of the release that the export is for, where there is one */
export function templateValues(
  { name, sha256, ident }: Pick<NamedTarball, 'name' | 'sha256' | 'ident'>,
  tag?: string,
): TemplateValues {
  const { origin, version, release } = ident
  return { origin, name: ident.name, version, release, ident: formatIdent(ident), file: name, sha256, tag }
}

/**
 * Everything that is wrong with a template, to be read after its name and value; undefined if nothing is.
 * @param known what it may name
 */
export function uriTemplateProblem(
  template: string,
  known: readonly string[] = TEMPLATE_VARIABLES,
): string | undefined {
  const names = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name!)
  const unknown = [...new Set(names)].filter(name => !known.includes(name))
  const problems: string[] = []
  if (/[{}]/.test(template.replace(/\{[^{}]*\}/g, ''))) {
    problems.push('has an unmatched "{" or "}": write %7B or %7D for the character itself')
  }
  if (unknown.length > 0) {
    const list = known.map(name => `{${name}}`).join(', ')
    const noTag = !known.includes('tag') ? ' ({tag} is available only if the export is for a release)' : ''
    problems.push(
      `has ${unknown.map(name => JSON.stringify(`{${name}}`)).join(', ')}: write one of ${list}${noTag}`,
    )
  }
  return problems.length > 0 ? problems.join(', and ') : undefined
}

/** A template as it may be shown: without what may be a password or a signature in it. */
export function printableTemplate(template: string): string {
  return template.replace(/[?#].*$/s, '').replace(/^(\w+:\/\/)?.*@/s, '$1')
}

/**
 * Simple string expansion of RFC 6570 (level 1): each value with everything percent-encoded but letters, digits
 * and "-._~", so that a "/" in it does not split the path. In a URI that agents take literally, values are not encoded.
 * @param what the template is called, for messages
 * @throws MesosizeError URI_TEMPLATE if it is not a template, names a variable without a value, or one whose
 * value would have to be encoded
 */
export function expandUriTemplate(template: string, values: TemplateValues, what: string): string {
  const known = TEMPLATE_VARIABLES.filter(name => values[name] !== undefined)
  const literal = isTakenLiterally(template)
  const expand = () =>
    template.replace(/\{([^{}]*)\}/g, (_, name: keyof TemplateValues) =>
      literal ? values[name]! : percentEncode(values[name]!),
    )
  const problem = uriTemplateProblem(template, known) ?? (literal ? fetchUriProblem(expand()) : undefined)
  if (problem) {
    const shown = JSON.stringify(printableTemplate(template))
    throw new MesosizeError('URI_TEMPLATE', `${what}: ${shown} ${problem}.`)
  }
  return expand()
}

function percentEncode(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, character => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  })
}
