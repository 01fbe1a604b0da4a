import { MesosizeError, messageOf } from '../../lib/errors.ts'
import { setting } from '../../lib/setting.ts'
import {
  type FullIdent,
  formatIdent,
  type PackageIdent,
  parseFullIdent,
  satisfies,
} from '../package/ident.ts'

/** What Builder says of one build. */
export interface BuilderPackage {
  ident: FullIdent
  target: string
  /** BLAKE2b-256 of the whole hart, lower-case hex. Not the hash that is signed, which is of its body. */
  checksum: string
  /** All run-time dependencies. */
  tdeps: readonly FullIdent[]
  /** The channels that hold the build, as far as Builder tells. */
  channels: readonly string[]
}

/**
 * Reads Builder's JSON of a package (habitat-sh/builder, components/builder-db/src/models/package.rs).
 * @param asked what the package must be a build of
 * @param url where the text came from, for the message
 * @throws MesosizeError BUILDER_ANSWER with everything that is wrong
 */
export function parseBuilderPackage(
  text: string,
  asked: PackageIdent,
  target: string,
  url: string,
): BuilderPackage {
  const problems: string[] = []
  const fields = parseObject(text, problems)
  const ident = readIdent('ident', fields.ident, problems)
  if (ident && !satisfies(ident, asked)) {
    problems.push(`it is of ${formatIdent(ident)}, not of ${formatIdent(asked)}`)
  }
  // Builders that know one target only do not name it; the hart itself does, and is checked later.
  if (fields.target !== undefined && fields.target !== target) {
    problems.push(`its target is ${quote(fields.target)}, not ${target}`)
  }
  const checksum = fields.checksum
  if (typeof checksum !== 'string' || !/^[0-9a-f]{64}$/i.test(checksum)) {
    problems.push(`its checksum ${quote(checksum)} is not 64 hex digits`)
  }
  const tdeps = readArray('tdeps', fields.tdeps, problems).map(tdep => readIdent('tdeps', tdep, problems))
  const channels = readArray('channels', fields.channels ?? [], problems)
  if (problems.length > 0) {
    throw new MesosizeError(
      'BUILDER_ANSWER',
      `${url} gave an unusable description of ${formatIdent(asked)}: ${problems.slice(0, 5).join('; ')}. Check that ${setting('url')} (HAB_BLDR_URL) is a Habitat Builder.`,
    )
  }
  return {
    ident: ident!,
    target,
    checksum: (checksum as string).toLowerCase(),
    tdeps: tdeps as FullIdent[],
    channels: channels.filter(channel => typeof channel === 'string'),
  }
}

function parseObject(text: string, problems: string[]): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
    problems.push('it is not a JSON object')
  } catch {
    problems.push('it is not valid JSON')
  }
  return {}
}

function readArray(field: string, value: unknown, problems: string[]): unknown[] {
  if (Array.isArray(value)) return value
  problems.push(`its ${field} are ${quote(value)}, not a list`)
  return []
}

function readIdent(field: string, value: unknown, problems: string[]): FullIdent | undefined {
  const parts = isObject(value) ? [value.origin, value.name, value.version, value.release] : []
  if (parts.length === 0 || !parts.every(part => typeof part === 'string')) {
    problems.push(`its ${field} ${quote(value)} lacks an origin, name, version or release`)
    return undefined
  }
  try {
    return parseFullIdent(parts.join('/'))
  } catch (error) {
    problems.push(`in its ${field}, ${messageOf(error)}`)
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value as JSON, short enough for a message. */
function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
