import { parseServerUrl } from '../../lib/url.ts'

/** What a plan says about its software; what it does not say, or not in a usable form, is absent. */
export interface PlanDescription {
  /** `pkg_license`, with blanks between several; often SPDX ids, but anything may be written there. */
  license?: string
  /** `pkg_description`, on one line. */
  description?: string
  /** `pkg_upstream_url`, an http or https URL. */
  upstream?: string
  /** `pkg_source`, an http or https URL. */
  source?: string
  /** `pkg_shasum`, the SHA-256 of what `source` leads to, lower-case hex. */
  sourceSha256?: string
}

const LONGEST_TEXT = 1000
const LONGEST_URL = 2000

/**
 * Reads a package's MANIFEST: Markdown with a heading, the description, a list of fields, and the source of the plan
 * (`_build_manifest` in components/plan-build/bin/hab-plan-build.sh). Nothing in it can be wrong: Habitat only shows it.
 */
export function parseManifest(text: string): PlanDescription {
  // The source of the plan may contain anything, even lines that look like fields.
  const [head = ''] = text.replaceAll('\r\n', '\n').split(/^# Plan$/m, 1)
  const start = head.search(/^\* __/m)
  const [heading, ...description] = (start < 0 ? '' : head.slice(0, start)).split('\n')
  const fields = head.slice(Math.max(start, 0))
  const read: PlanDescription = {
    license: oneLine(fieldOf(fields, 'License')),
    description: heading?.startsWith('# ') ? oneLine(description.join('\n')) : undefined,
    upstream: linkOf(fieldOf(fields, 'Upstream URL')),
    source: linkOf(fieldOf(fields, 'Source')),
    sourceSha256: /^`([0-9a-f]{64})`$/i.exec(fieldOf(fields, 'SHA'))?.[1]?.toLowerCase(),
  }
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))
}

/** `* __NAME__: value`; empty if there is none. */
function fieldOf(fields: string, name: string): string {
  const start = `* __${name}__:`
  const line = fields.split('\n').find(line => line.startsWith(start)) ?? ''
  return line.slice(start.length).trim()
}

/** Text without anything that controls a terminal or starts a line; undefined if nothing is left. */
function oneLine(text: string): string | undefined {
  const line = text.replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  // Characters have up to two UTF-16 units.
  const characters = [...line.slice(0, 2 * LONGEST_TEXT + 1)]
  if (characters.length <= LONGEST_TEXT) return line || undefined
  return `${characters.slice(0, LONGEST_TEXT - 1).join('')}…`
}

/** The URL of `[URL](URL)`, unless it has a password in it. */
function linkOf(value: string): string | undefined {
  const length = (value.length - '[]()'.length) / 2
  const text = value.slice(1, 1 + length)
  if (length > LONGEST_URL || value !== `[${text}](${text})`) return undefined
  return parseServerUrl(text)?.href
}
