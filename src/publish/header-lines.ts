import { UsageError } from '../lib/errors.ts'

/** A token and a field value of RFC 9110, sections 5.6.2 and 5.5. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
/** Headers that the upload itself sets, or that belong to the connection. */
const OURS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * Reads headers written one per line, as `Name: value`; empty lines are ignored. Values may be secrets and
 * appear in no message.
 * @returns by lower-case name
 * @throws UsageError with every problem, to be read after the name of the setting
 */
export function parseHeaderLines(text: string): Record<string, string> {
  const headers = new Map<string, string>()
  const problems: string[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    const where = `line ${index + 1}`
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (!NAME.test(name)) {
      problems.push(
        `${where}: this is not a header. Write Name: value, such as X-Api-Key: \${{ secrets.API_KEY }}.`,
      )
    } else if (OURS.has(name)) {
      problems.push(`${where}: ${name} is set by the upload itself. Remove the line.`)
    } else if (headers.has(name)) {
      problems.push(`${where}: ${name} is given twice. Keep one of the two lines.`)
    } else if (!VALUE.test(value)) {
      problems.push(
        `${where}: the value of ${name} has characters that a header cannot contain. Copy it again.`,
      )
    } else {
      headers.set(name, value)
    }
  }
  if (problems.length > 0) throw new UsageError(problems)
  return Object.fromEntries(headers)
}
