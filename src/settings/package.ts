import { resolve } from 'node:path'
import { formatIdent, parseIdent } from '../habitat/package/ident.ts'
import { setting } from '../lib/setting.ts'
import { statusOf } from './files.ts'
import { invalid, quoted } from './readers.ts'
import type { ReadContext } from './setting.ts'

/**
 * A package as a person names it: the path of a hart, or an identifier, which may lack its origin.
 * @returns an identifier, or an absolute path, which cannot be mistaken for an identifier
 */
export async function readPackage(text: string, { origin }: ReadContext): Promise<string> {
  const status = text === '' ? undefined : await statusOf(text)
  if (status?.isFile()) return resolve(text)
  if (text.endsWith('.hart')) {
    throw invalid(`${quoted(text)} ${status ? 'is not a file' : 'does not exist'}. Name an existing hart.`)
  }
  if (!text.includes('/') && !origin) {
    throw invalid(
      `${quoted(text)} has no origin. Write origin/name, such as core/redis, or set ${setting('origin')}.`,
    )
  }
  return formatIdent(parseIdent(text.includes('/') ? text : `${origin}/${text}`))
}
